"""The claim: how many workers share one table without a leader, in one statement for both databases.

`due_at` is schedule, lease and back-off in one column; `version` fences a worker that comes back too late;
`failures` counts every attempt, so a row that kills its worker is soon met alone and at last held.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select, tuple_, update

_LATE = timedelta(minutes=1)


class LeaseLost(Exception):
    """Another worker took the row meanwhile; what this one did is rolled back."""


def is_due(connection: Connection, table: Table, now: datetime, *where: ColumnElement[bool]) -> bool:
    """Say whether any row's `due_at` has come: a look that locks nobody out."""
    earliest = select(table.c.id).where(table.c.due_at <= now, *where).order_by(table.c.due_at).limit(1)
    return connection.execute(earliest).first() is not None


def claim(
    connection: Connection,
    table: Table,
    now: datetime,
    lease: timedelta,
    limit: int,
    *where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]] = (),
    **values: Any,
) -> list[Row[Any]]:
    """Take up to `limit` rows whose `due_at` has come, for `lease`; returns them as they are now.

    Oldest first, unless `order` says otherwise; `values` are further columns to set.
    """
    due = (
        select(table.c.id)
        .where(table.c.due_at <= now, *where)
        .order_by(*order, table.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    values |= {"due_at": now + lease, "version": table.c.version + 1, "failures": table.c.failures + 1}
    taken = update(table).where(table.c.id.in_(select(due.c.id))).values(values).returning(*table.c)
    return sorted(connection.execute(taken).all(), key=lambda row: row.id)


def claim_fairly(connection: Connection, table: Table, now: datetime, lease: timedelta, limit: int) -> list[Row[Any]]:
    """Claim fresh rows in a batch; rows that failed before are met alone, so that poison harms only itself.

    Of those, the one that failed least comes first: who stood near when a worker died gets away from the poison. One
    that waited for a minute comes before what is fresh: in a flood there is always something fresh.
    """
    failed, least_first = table.c.failures > 0, [table.c.failures]
    late = claim(connection, table, now, lease, 1, failed, table.c.due_at <= now - _LATE, order=least_first)
    fresh = late or claim(connection, table, now, lease, limit, table.c.failures == 0)
    return fresh or claim(connection, table, now, lease, 1, failed, order=least_first)


def settle(connection: Connection, table: Table, row: Row[Any], **values: Any) -> None:
    """Write the end of a claimed row. Raises LeaseLost when its version moved on."""
    done = connection.execute(update(table).where(table.c.id == row.id, table.c.version == row.version).values(values))
    if done.rowcount != 1:
        raise LeaseLost(f"{table.name} {row.id}")


def settle_all(connection: Connection, table: Table, rows: Sequence[Row[Any]], **values: Any) -> None:
    """Write the same end of several claimed rows in one statement. Raises LeaseLost when any has moved on."""
    if not rows:
        return
    ours = tuple_(table.c.id, table.c.version).in_([(row.id, row.version) for row in rows])
    known = table.c.id.in_([row.id for row in rows])  # SQLite finds rows by ids alone, it reads all of them for pairs
    if connection.execute(update(table).where(known, ours).values(values)).rowcount != len(rows):
        raise LeaseLost(table.name)


def put_back(connection: Connection, table: Table, rows: Iterable[Row[Any]], due_at: datetime) -> None:
    """Give claimed rows back as if they had not been claimed: nobody tried them."""
    for row in rows:
        ours = (table.c.id == row.id, table.c.version == row.version)
        connection.execute(update(table).where(*ours).values(due_at=due_at, failures=row.failures - 1))


def release(connection: Connection, table: Table, rows: Iterable[Row[Any]], due_at: datetime) -> None:
    """Give claimed rows back, due again at `due_at`; rows another worker has taken are left alone."""
    for row in rows:
        connection.execute(
            update(table).where(table.c.id == row.id, table.c.version == row.version).values(due_at=due_at)
        )
