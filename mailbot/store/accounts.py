"""The lease on a mailbox: of all workers one reads it at a time, and the next takes it over when that one is gone.

No promise hangs on it: that a message is entered once is kept by its unique key (`ledger`). It spares the mail server
and the other workers the same work over and over, and fences one that comes back too late.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.store.claim import LeaseLost, claim
from mailbot.store.engine import read, write
from mailbot.store.tables import account

LEASE = timedelta(seconds=30)
_LONGEST_DOUBLED = 5
"""A worker that needs longer for one round loses the mailbox in the midst of it, and the next would lose it too: each
that takes it over has twice the time, so that the slowest server is read at last."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A mailbox in the hands of this worker: the row as it was taken, how long it is kept each time, until when."""

    row_id: int
    version: int
    length: timedelta
    until: datetime


def take(engine: Engine, key: str, now: datetime) -> Lease | None:
    """Take a mailbox, None while another worker has it. Raises StoreUnavailable."""
    with read(engine) as connection:
        row = connection.execute(select(account.c.id, account.c.due_at).where(account.c.key == key)).first()
    if row and now < row.due_at <= _latest(now):
        return None
    with write(engine) as connection:
        if row is None:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(account).values(key=key, due_at=now).on_conflict_do_nothing())
        return _taken(connection, key, now)


def _taken(connection: Connection, key: str, now: datetime) -> Lease | None:
    connection.execute(  # nothing stamps a lease so far ahead but a clock that was wrong
        update(account).where(account.c.key == key, account.c.due_at > _latest(now)).values(due_at=now)
    )
    rows = claim(connection, account, now, LEASE, 1, account.c.key == key)
    if not rows:
        return None
    length = LEASE * (1 << min(rows[0].failures - 1, _LONGEST_DOUBLED))
    return renewed(connection, Lease(rows[0].id, rows[0].version, length, now), now)


def renewed(connection: Connection, lease: Lease, now: datetime, **values: int) -> Lease:
    """Keep a mailbox for another while, in the transaction of what was done with it. Raises LeaseLost."""
    until = now + lease.length
    if connection.execute(_ours(lease).values(due_at=until, **values)).rowcount != 1:
        raise LeaseLost("account")
    return replace(lease, until=until)


def succeeded(connection: Connection, lease: Lease, now: datetime) -> Lease:
    """Keep a mailbox after a whole round: whoever takes it over begins with a short lease. Raises LeaseLost."""
    return renewed(connection, lease, now, failures=0)


def give_back(connection: Connection, lease: Lease, now: datetime) -> None:
    """Let the next worker have a mailbox at once, also if its clock is behind ours; who has it already keeps it."""
    connection.execute(_ours(lease).values(due_at=now - LEASE, failures=0))


def _ours(lease: Lease) -> Update:
    return update(account).where(account.c.id == lease.row_id, account.c.version == lease.version)


def _latest(now: datetime) -> datetime:
    return now + LEASE * (1 << _LONGEST_DOUBLED)
