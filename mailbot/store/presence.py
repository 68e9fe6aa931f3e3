"""Tells a starting worker whether it is alone: then every lease left behind is a dead worker's and is given up at once.

Each worker holds a shared lock for as long as it lives, which the kernel (SQLite) or the server (PostgreSQL) drops
with the process. Whoever can take the lock for itself for a moment is alone.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from mailbot.store.engine import StoreUnavailable, name_of, write
from mailbot.store.tables import account, inbox, outbox

_WORKERS, _SETUP, _LINE = 0x6D61696C626F74, 0x6D61696C626F75, 0x6D61696C626F76
"""The numbers of our advisory locks in PostgreSQL."""


@contextmanager
def present(engine: Engine, now: datetime) -> Iterator[None]:
    """Be a worker of this database inside the block. Raises StoreUnavailable."""
    locks = _server_lock if engine.dialect.name == "postgresql" else _file_lock
    with locks(engine) as is_alone:
        if is_alone:
            give_up_leases(engine, now)
        yield


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Keep every other process from setting up the same database until the block ends. Raises StoreUnavailable."""
    if engine.dialect.name != "postgresql":
        with _opened_beside(engine, "setup") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with _server(engine) as connection:
        connection.execute(select(func.pg_advisory_lock(_SETUP)))
        yield


def stand_in_line(connection: Connection) -> None:
    """Wait for every transaction that did this before, until it ends; on SQLite only one writes at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LINE)))


def give_up_leases(engine: Engine, now: datetime) -> None:
    """Make what a dead worker had claimed due now: mailboxes and messages are met again, mails in the act judged."""
    with write(engine) as connection:
        connection.execute(update(account).where(account.c.due_at > now).values(due_at=now))
        connection.execute(update(inbox).where(inbox.c.due_at > now).values(due_at=now))
        connection.execute(update(outbox).where(outbox.c.state == "sending").values(due_at=now))


@contextmanager
def _file_lock(engine: Engine) -> Iterator[bool]:
    with _opened_beside(engine, "workers") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_alone = True
        except BlockingIOError:
            is_alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield is_alone


@contextmanager
def _opened_beside(engine: Engine, name: str) -> Iterator[TextIO]:
    """Open the lock file that lies beside an SQLite database."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(f"{engine.url.database}.{name}").open("w", encoding="ascii"))
        except OSError as error:
            raise StoreUnavailable(f"{engine.url.database}: {error.strerror}") from error
        yield file


@contextmanager
def _server_lock(engine: Engine) -> Iterator[bool]:
    with _server(engine) as connection:
        is_alone = bool(connection.execute(select(func.pg_try_advisory_lock(_WORKERS))).scalar())
        connection.execute(select(func.pg_advisory_lock_shared(_WORKERS)))
        if is_alone:
            connection.execute(select(func.pg_advisory_unlock(_WORKERS)))
        yield is_alone


@contextmanager
def _server(engine: Engine) -> Iterator[Connection]:
    """Open a connection of its own; its end, or the server's, drops the locks taken on it."""
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except OperationalError as error:
        raise StoreUnavailable(f"{name_of(engine)}: {type(error.orig).__name__}") from error
    try:
        yield connection
    finally:
        with suppress(DBAPIError):
            connection.execute(select(func.pg_advisory_unlock_all()))
        connection.invalidate()
        connection.close()
