"""Moments across many rows: when cases last changed, the last day anything is owed, what a wrong clock put off."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, func, select, update

from mailbot.core.transitions import RUNNING
from mailbot.store.tables import OFFICE, case_file, event, outbox, request

_MOST_AT_ONCE = 5000


def changed_at(connection: Connection, case_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when the last event of each case happened."""
    last = (event.c.case_id == case_file.c.id) & (event.c.seq == case_file.c.seq)
    found: dict[int, datetime] = {}
    for start in range(0, len(case_ids), _MOST_AT_ONCE):
        here = case_file.c.id.in_(case_ids[start : start + _MOST_AT_ONCE])
        rows = connection.execute(select(case_file.c.id, event.c.at).join(event, last).where(here))
        found |= {case_id: at for case_id, at in rows}
    return found


def running_until(connection: Connection) -> date | None:
    """Return the last date of any running request, None where none runs."""
    columns = (request.c.answer_on, request.c.notice_on, request.c.total_on, request.c.gate_on)
    row = connection.execute(select(*(func.max(one) for one in columns)).where(request.c.state.in_(RUNNING))).one()
    return max((day for day in row if day), default=None)


def policies_of_open(connection: Connection) -> list[str]:
    """Return the keys of the policies that open cases live under."""
    here = (case_file.c.id != OFFICE, case_file.c.closed_at.is_(None))
    return list(connection.execute(select(case_file.c.policy).where(*here).distinct()).scalars())


def running_after(connection: Connection, last_id: int, limit: int) -> list[Row[Any]]:
    """Return rows of running requests behind one of them (0: from the first), in order of their ids."""
    here = select(request).where(request.c.id > last_id, request.c.state.in_(RUNNING))
    return list(connection.execute(here.order_by(request.c.id).limit(limit)).all())


def reschedule(connection: Connection, due: Mapping[int, datetime | None]) -> None:
    """Set when requests are looked at next, by row id; a worker that has one in hand loses it and begins anew."""
    rows = [{"of_row": row_id, "at": due_at} for row_id, due_at in due.items()]
    if rows:
        values = {"due_at": bindparam("at"), "version": request.c.version + 1}
        connection.execute(update(request).where(request.c.id == bindparam("of_row")).values(values), rows)


def bring_forward(
    connection: Connection, table: Table, latest: datetime, due_at: datetime, *where: ColumnElement[bool]
) -> int:
    """Make due at `due_at` what lies behind `latest`: no right clock stamps that far ahead. Returns how many rows."""
    return connection.execute(update(table).where(table.c.due_at > latest, *where).values(due_at=due_at)).rowcount


def mails_waiting(connection: Connection, now: datetime) -> int:
    """Return how many mails would leave by now."""
    here = (outbox.c.state == "queued", outbox.c.due_at <= now)
    return int(connection.execute(select(func.count()).select_from(outbox).where(*here)).scalar_one())
