"""What a restored database must not do again: send what may have left, and give away numbers that were given."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, update

from mailbot.store.tables import counter, ledger, outbox, schedule, witness

_CASE = "case"


def standing(connection: Connection) -> tuple[int, int, int]:
    """Return the last mail of the outbox, the last serial of a digest, the last case number."""
    last_mail = connection.execute(select(func.coalesce(func.max(outbox.c.id), 0))).scalar_one()
    serial = connection.execute(select(func.coalesce(func.max(witness.c.serial), 0))).scalar_one()
    case = connection.execute(select(counter.c.value).where(counter.c.key == _CASE)).scalar()
    return int(last_mail), int(serial), int(case or 0)


def never_send(connection: Connection, now: datetime, keys: Collection[str] | None = None) -> int:
    """Let mails to requesters that wait end as unknown, all of them or those with these keys; returns how many.

    They may have left already. They end as a mail does whose sender died in the act: never tried, and staff are told.
    """
    waiting = [outbox.c.audience == "requester", outbox.c.state.in_(("queued", "sending"))]
    if keys is not None:
        waiting.append(outbox.c.key.in_(keys))
    ended = update(outbox).where(*waiting).values(state="sending", once=True, due_at=now)
    return connection.execute(ended).rowcount


def skip_numbers(connection: Connection, last: int, more: int) -> None:
    """Give no case a number that may stand in a mail already: go on `more` numbers behind `last`, or behind our own."""
    number = connection.execute(select(counter.c.value).where(counter.c.key == _CASE).with_for_update()).scalar_one()
    connection.execute(update(counter).where(counter.c.key == _CASE).values(value=max(number, last) + more))


def put_off(connection: Connection, key: str, due_at: datetime) -> None:
    """Let what comes again and again come at `due_at` at the earliest."""
    here = (schedule.c.key == key, schedule.c.due_at < due_at)
    connection.execute(update(schedule).where(*here).values(due_at=due_at))


def without_content(connection: Connection, first: datetime, last: datetime) -> set[tuple[datetime, int]]:
    """Return arrival and size of the messages of a time that the ledger knows, and not by their content.

    They wait to be read (again), or could not be; or their bytes never came: too large, or withheld by the server.
    """
    is_nameless = or_(ledger.c.content_index.is_(None), ledger.c.blob_id.is_(None))
    here = (is_nameless, ledger.c.received_at.between(first, last + timedelta(seconds=1)))
    rows: Sequence[tuple[datetime, int]] = [
        (row.received_at, row.size_bytes)
        for row in connection.execute(select(ledger.c.received_at, ledger.c.size_bytes).where(*here))
    ]
    return set(rows)
