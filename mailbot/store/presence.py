"""Tells a starting worker whether it is alone: then every lease left behind is a dead worker's and is given up at once.

Each worker holds a shared lock for as long as it lives, which the kernel (SQLite) or the server (PostgreSQL) drops
with the process. Whoever can take the lock for itself for a moment is alone, and gives up the leases in that moment.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from mailbot.store.engine import StoreUnavailable, name_of, write
from mailbot.store.tables import account, inbox, outbox

_WORKERS, _SETUP, _LINE = 0x6D61696C626F74, 0x6D61696C626F75, 0x6D61696C626F76
"""The numbers of our advisory locks in PostgreSQL."""
_SHARED = select(func.pg_advisory_lock_shared(_WORKERS))
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND mode = 'ShareLock'"
)
_LOOK_S, _AGAIN_S = 5.0, 0.2
"""How often a worker looks whether the server still knows of it, and whether a lost server is back."""


@contextmanager
def present(engine: Engine, now: datetime) -> Iterator[None]:
    """Be a worker of this database inside the block. Raises StoreUnavailable."""
    locks = _server_lock if engine.dialect.name == "postgresql" else _file_lock
    with locks(engine, lambda: give_up_leases(engine, now)):
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
def _file_lock(engine: Engine, when_alone: Callable[[], None]) -> Iterator[None]:
    with _opened_beside(engine, "workers") as file:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            when_alone()
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


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
def _server_lock(engine: Engine, when_alone: Callable[[], None]) -> Iterator[None]:
    with _server(engine) as connection:
        is_alone = connection.execute(select(func.pg_try_advisory_lock(_WORKERS))).scalar()
        if is_alone:
            when_alone()
        connection.execute(_SHARED)
        if is_alone:
            connection.execute(select(func.pg_advisory_unlock(_WORKERS)))
        with _kept(connection):
            yield


@contextmanager
def _kept(connection: Connection) -> Iterator[None]:
    """Take the lock anew inside the block whenever the server has dropped it, as after its restart."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(connection, ended), name="presence", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(connection: Connection, ended: threading.Event) -> None:
    wait_s = _LOOK_S
    while not ended.wait(wait_s):
        wait_s = _LOOK_S if _is_here(connection) else _AGAIN_S


def _is_here(connection: Connection) -> bool:
    """Take the lock where this worker has it no more; false where the server is away, or was just now."""
    try:
        if not connection.execute(_HELD).scalar():
            connection.execute(_SHARED)
    except SQLAlchemyError:
        return False
    else:
        return True
    finally:
        with suppress(SQLAlchemyError):
            connection.rollback()  # without it a lost connection is never made anew


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
