"""Tells a starting worker whether it is alone: then every lease left behind is a dead worker's and is given up at once.

Each worker holds a shared lock for as long as it lives, which the kernel (SQLite) or the server (PostgreSQL) drops
with the process. Whoever can take the lock for itself for a moment is alone.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import OperationalError

from mailbot.store.engine import StoreUnavailable, write
from mailbot.store.tables import inbox, outbox

_LOCK = 0x6D61696C626F74
"""The number of our advisory lock in PostgreSQL."""


@contextmanager
def present(engine: Engine, now: datetime) -> Iterator[None]:
    """Be a worker of this database inside the block. Raises StoreUnavailable."""
    locks = _server_lock if engine.dialect.name == "postgresql" else _file_lock
    with locks(engine) as is_alone:
        if is_alone:
            give_up_leases(engine, now)
        yield


def give_up_leases(engine: Engine, now: datetime) -> None:
    """Make what a dead worker had claimed due now: messages are met again, mails in the act are judged."""
    with write(engine) as connection:
        connection.execute(update(inbox).where(inbox.c.due_at > now).values(due_at=now))
        connection.execute(update(outbox).where(outbox.c.state == "sending").values(due_at=now))


@contextmanager
def _file_lock(engine: Engine) -> Iterator[bool]:
    database = engine.url.database
    if not database or database == ":memory:":
        yield True
        return
    with Path(f"{database}.workers").open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_alone = True
        except BlockingIOError:
            is_alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield is_alone


@contextmanager
def _server_lock(engine: Engine) -> Iterator[bool]:
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            is_alone = bool(connection.execute(select(func.pg_try_advisory_lock(_LOCK))).scalar())
            connection.execute(select(func.pg_advisory_lock_shared(_LOCK)))
            if is_alone:
                connection.execute(select(func.pg_advisory_unlock(_LOCK)))
            yield is_alone
    except OperationalError as error:
        raise StoreUnavailable(type(error.orig).__name__) from error
