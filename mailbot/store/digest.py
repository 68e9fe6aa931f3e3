"""What the digest asks of the store, in few questions however many cases are open, and the lines that were numbered.

Which section an open case belongs to is decided here, by the database: the first that fits, in the order of SECTIONS.
Only this file writes `digest_line`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Subquery,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from mailbot.core.digest import APPROVALS, DRAFTS, DUE_SOON, OTHER_OPEN, OVERDUE, UNASSIGNED, WAITING
from mailbot.core.gate_draft import GATE_DRAFT
from mailbot.core.transitions import RUNNING, UNDECIDED
from mailbot.store.binding import binding_on
from mailbot.store.effects import APPROVING
from mailbot.store.tables import (
    OFFICE,
    absence,
    case_file,
    counter,
    digest_line,
    effect,
    ledger,
    outbox,
    request,
)

_NEVER = date.max
TROUBLED = ("failed", "unknown", "held")
"""States of a mail that did not leave, or may not have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a number of a digest stands for: its case, and the effect that waits for approval there, "" for none."""

    number: int
    case_id: int
    effect_id: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that part the sections: `today`, and the last day that counts as due soon."""

    today: date
    soon_on: date


@dataclass(frozen=True, slots=True)
class Totals:
    """How many open cases each section has, by section; and by (section, handler or None), (section, kind)."""

    cases: Counter[str]
    handlers: Counter[tuple[str, str | None]]
    kinds: Counter[tuple[str, str]]


def keep_lines(connection: Connection, serial: int, rows: Sequence[Kept]) -> None:
    """Keep what the numbers of a digest stand for, in the transaction that issues it."""
    if rows:
        values = [
            {"serial": serial, "number": one.number, "case_id": one.case_id, "effect_id": one.effect_id} for one in rows
        ]
        connection.execute(insert(digest_line), values)


def shown_cases(connection: Connection, days: Days, most: int) -> dict[str, list[int]]:
    """Return the ids of the most urgent open cases of each section, at most so many each, the earliest date first."""
    rows = _sorted_out(days)
    order = (func.coalesce(rows.c.due_on, literal(_NEVER)), rows.c.id)
    place = func.row_number().over(partition_by=rows.c.section, order_by=order).label("place")
    ranked = select(rows.c.id, rows.c.section, place).where(rows.c.place == 1).subquery()
    asked = select(ranked.c.section, ranked.c.id).where(ranked.c.place <= most)
    found: dict[str, list[int]] = {}
    for section, case_id in connection.execute(asked.order_by(ranked.c.section, ranked.c.place)):
        found.setdefault(section, []).append(case_id)
    return found


def totals(connection: Connection, days: Days) -> Totals:
    """Return how many cases are open, by section, by handler and by the kind of what is still owed in them."""
    rows = _sorted_out(days)
    one_a_case = func.sum(_one_if(rows.c.place == 1))
    asked = select(rows.c.section, rows.c.handler, rows.c.kind, one_a_case, func.count())
    found = Totals(Counter(), Counter(), Counter())
    for section, handler, kind, cases, requests in connection.execute(
        asked.group_by(rows.c.section, rows.c.handler, rows.c.kind)
    ):
        found.cases[section] += cases
        found.handlers[section, handler] += cases
        if kind is not None:
            found.kinds[section, kind] += requests
    return found


def _sorted_out(days: Days) -> Subquery:
    """Return each running request of every open case with the section of the case; a case that owes nothing has a row.

    `due_on` is the earliest date of the case, `place` counts its rows. Windows instead of a second join: what a
    database believes about the size of a table cannot make this slow.
    """
    rows = _owed_rows()
    section = case(
        (rows.c.due_on < days.today, OVERDUE),
        (rows.c.due_on <= days.soon_on, DUE_SOON),
        (exists().where(effect.c.case_id == rows.c.id, effect.c.state == APPROVING), APPROVALS),
        (rows.c.drafted == 1, DRAFTS),
        (rows.c.handler.is_(None), UNASSIGNED),
        (rows.c.moving == 0, WAITING),
        else_=OTHER_OPEN,
    )
    return select(rows, section.label("section")).subquery()


def _owed_rows() -> Subquery:
    """Return each running request of every open case, with what is so of the whole case; a case without has one row."""
    drafted = and_(
        request.c.fired.contains(GATE_DRAFT, autoescape=True),
        request.c.is_gate_answered.is_(False),
        request.c.report == "",
        request.c.state.in_(UNDECIDED),
    )
    running = and_(request.c.case_id == case_file.c.id, request.c.state.in_(RUNNING))
    moving = or_(request.c.id.is_(None), request.c.pause == "")
    asked = select(
        case_file.c.id,
        case_file.c.handler,
        request.c.kind,
        func.min(binding_on()).over(partition_by=case_file.c.id).label("due_on"),
        func.max(_one_if(drafted)).over(partition_by=case_file.c.id).label("drafted"),
        func.max(_one_if(moving)).over(partition_by=case_file.c.id).label("moving"),
        func.row_number().over(partition_by=case_file.c.id, order_by=request.c.number).label("place"),
    )
    is_open = (case_file.c.id != OFFICE, case_file.c.closed_at.is_(None))
    return asked.select_from(case_file.outerjoin(request, running)).where(*is_open).subquery()


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def approvals(connection: Connection, most: int) -> tuple[list[Row[Any]], int]:
    """Return the effects that wait for a manager, the oldest first, at most so many; and how many wait in all."""
    waiting = and_(effect.c.state == APPROVING, effect.c.case_id != OFFICE)
    rows = connection.execute(select(effect).where(waiting).order_by(effect.c.made_at, effect.c.id).limit(most))
    return list(rows), int(connection.execute(select(func.count()).select_from(effect).where(waiting)).scalar_one())


def approvals_of(connection: Connection, case_ids: Sequence[int]) -> list[Row[Any]]:
    """Return the effects of some cases that wait for a manager, the oldest first."""
    here = (effect.c.state == APPROVING, effect.c.case_id.in_(case_ids))
    return list(connection.execute(select(effect).where(*here).order_by(effect.c.made_at, effect.c.id)))


def held_mails(connection: Connection, most: int) -> tuple[list[Row[Any]], Counter[str]]:
    """Return the held messages, the oldest first, at most so many; and how many are held in all, by reason."""
    held = ledger.c.disposition == "held"
    rows = connection.execute(select(ledger).where(held).order_by(ledger.c.received_at, ledger.c.id).limit(most))
    word = func.coalesce(ledger.c.why, "")
    reasons = connection.execute(select(word, func.count()).where(held).group_by(word))
    return list(rows), Counter({why: count for why, count in reasons})


def troubled_mails(
    connection: Connection, since: datetime, most: int
) -> tuple[list[tuple[str, str, str, datetime]], int]:
    """Return the mails that did not leave, or may not have, settled since a moment, the newest first; and how many.

    Each is the reference of its case ("" for the office's own), its kind, its state and when that was known.
    """
    here = (outbox.c.state.in_(TROUBLED), outbox.c.settled_at >= since)
    asked = select(outbox.c.ref, outbox.c.kind, outbox.c.state, outbox.c.settled_at).where(*here)
    rows = connection.execute(asked.order_by(outbox.c.settled_at.desc(), outbox.c.id).limit(most))
    found = [(ref or "", kind, state, settled_at) for ref, kind, state, settled_at in rows]
    return found, int(connection.execute(select(func.count()).select_from(outbox).where(*here)).scalar_one())


def bounced_cases(connection: Connection, most: int) -> tuple[list[str], int]:
    """Return the references of open cases a mail of which came back, at most so many; and how many there are."""
    here = (
        case_file.c.closed_at.is_(None),
        case_file.c.id != OFFICE,
        or_(
            case_file.c.flags == "bounced",
            case_file.c.flags.startswith("bounced "),
            case_file.c.flags.contains(" bounced"),
        ),
    )
    refs = connection.execute(select(case_file.c.ref).where(*here).order_by(case_file.c.id).limit(most)).scalars()
    return list(refs), int(connection.execute(select(func.count()).select_from(case_file).where(*here)).scalar_one())


def withheld_counts(connection: Connection, since: datetime) -> list[tuple[str, int]]:
    """Return why how many cases opened since a moment got no acknowledgement."""
    asked = select(case_file.c.withheld, func.count()).where(
        case_file.c.withheld.is_not(None), case_file.c.opened_at >= since
    )
    return sorted((why, count) for why, count in connection.execute(asked.group_by(case_file.c.withheld)))


def kind_count(connection: Connection, kind: str) -> int:
    """Return how many open requests are of a kind."""
    asked = select(func.count()).select_from(request).where(request.c.kind == kind, request.c.state.in_(RUNNING))
    return int(connection.execute(asked).scalar_one())


def least_sure(connection: Connection, kind: str, since: datetime, until: datetime, most: int) -> list[str]:
    """Return the references of up to `most` requests of a kind received in [since, until), the least sure first."""
    asked = select(case_file.c.ref).join(request, request.c.case_id == case_file.c.id).where(request.c.kind == kind)
    asked = asked.where(request.c.received_at >= since, request.c.received_at < until)
    return list(connection.execute(asked.order_by(request.c.confidence, case_file.c.id).limit(most)).scalars())


def junk_count(connection: Connection, folders: Sequence[str], since: datetime, until: datetime) -> int:
    """Return how many messages were first seen in a junk folder in [since, until)."""
    asked = select(func.count()).select_from(ledger).where(ledger.c.folder.in_(folders))
    return int(connection.execute(asked.where(ledger.c.seen_at >= since, ledger.c.seen_at < until)).scalar_one())


def told_absences(connection: Connection, day: date) -> dict[str, date]:
    """Return who said by mail that they are away on a day (staff ids), each with the last day of it."""
    here = (absence.c.first_on <= day, absence.c.last_on >= day)
    asked = select(absence.c.person, func.max(absence.c.last_on)).where(*here).group_by(absence.c.person)
    return {person: last_on for person, last_on in connection.execute(asked)}


def token_key_since(connection: Connection) -> date | None:
    """Return the day the key that signs tokens began, None before the first start."""
    found = connection.execute(select(counter.c.value).where(counter.c.key == "token_key_since")).scalar()
    return None if found is None else date.fromordinal(found)
