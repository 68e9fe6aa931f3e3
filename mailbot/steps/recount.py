"""recount: when the company's calendar has changed, every running request is counted anew, batch after batch.

Nothing is warned of while it lasts (`worker`), so that nobody is warned by old dates. Each batch commits its events
and how far it came together; the new calendar is remembered only when the last one is done.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.case import Case
from mailbot.core.clock import quiet_until
from mailbot.core.clock_letters import ChangedDay, Moved, calendar_change
from mailbot.core.due import next_look
from mailbot.core.events import Event, Json, stamp
from mailbot.core.recount import change_told, days_of, is_recount_due, read_days, recounted
from mailbot.core.request import Request
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import Snapshot, append, events_of, snapshots
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.moments import reschedule, running_after
from mailbot.store.remembered import forget, recall, recall_all, recall_alone, remember
from mailbot.store.tables import OFFICE

BATCH = 100
_CALENDAR = "calendar"
_OF_A_RECOUNT, _JOB, _LINES = "recount:", "recount:job", "recount:lines:"


def plan_recount(connection: Connection, parts: Parts, now: datetime, *, is_forced: bool = False) -> None:
    """Plan to count anew where the calendar is not the one remembered; one that is under way goes on.

    `is_forced` counts anew in any case: after a wrong clock, when requests are looked at next may be wrong too.
    """
    after, known, job = days_of(parts.rules.calendar), recall(connection, _CALENDAR), _job(connection)
    if job and job["calendar"] == after.text() and not is_forced:
        return
    base = job["calendar"] if job else known  # what a recount that is under way has counted with counts as before
    before = read_days(base) if base else None
    if job or is_forced or is_recount_due(before, after):
        planned = {"calendar": after.text(), "change": change_told(before, after), "planned_at": stamp(now), "after": 0}
        remember(connection, _JOB, json.dumps(planned))
    elif known != after.text():  # the table reaches other years, no day of both changed
        remember(connection, _CALENDAR, after.text())


def recount(parts: Parts, now: datetime) -> bool:
    """Count one batch anew; false when nothing is planned."""
    with read(parts.engine) as connection:
        if _job(connection) is None:
            return False
    with write(parts.engine) as connection:
        job = _job(connection)
        is_done = job is not None and not _batch(connection, parts, job, now)
    if job and is_done:
        _finish(parts, job, now)
    return True


def _job(connection: Connection) -> dict[str, Any] | None:
    """Return what is planned, kept to this transaction: two workers count one batch after the other."""
    text = recall_alone(connection, _JOB)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def _batch(connection: Connection, parts: Parts, job: dict[str, Any], now: datetime) -> bool:
    """Count the next requests anew in the caller's transaction; false when there is none left."""
    rows = running_after(connection, job["after"], BATCH)
    if not rows:
        return False
    before = snapshots(connection, {row.case_id for row in rows})
    happened = _events(connection, parts, rows, before, job["change"], now)
    after = append(connection, before, happened)
    reschedule(connection, _due(parts, rows, before | after, now))
    lines = [line for case_id, events in happened.items() for line in _lines(after[case_id].case, events)]
    if lines:
        remember(connection, f"{_LINES}{rows[-1].id:019d}", json.dumps(lines))
    remember(connection, _JOB, json.dumps(job | {"after": rows[-1].id}))
    return True


def _events(
    connection: Connection,
    parts: Parts,
    rows: Sequence[Row[Any]],
    found: Mapping[int, Snapshot],
    change: Mapping[str, Json],
    now: datetime,
) -> dict[int, list[Event]]:
    happened: dict[int, list[Event]] = {}
    for row in rows:
        case = found[row.case_id].case
        current = _request(case, row.number)
        history = events_of(connection, row.case_id) if current.moved else ()
        event = recounted(current, history, parts.rules_of(case.policy), change, now)
        if event:
            happened.setdefault(row.case_id, []).append(event)
    return happened


def _request(case: Case, number: int) -> Request:
    return next(one for one in case.requests if one.number == number)


def _due(
    parts: Parts, rows: Sequence[Row[Any]], found: Mapping[int, Snapshot], now: datetime
) -> dict[int, datetime | None]:
    """Return when requests are looked at next, by row id, where that is not what their row says."""
    due: dict[int, datetime | None] = {}
    for row in rows:
        case = found[row.case_id].case
        rules, current = parts.rules_of(case.policy), _request(case, row.number)
        due_at = next_look(current, rules, now, quiet_until(case, current, rules, now))
        if due_at != row.due_at:
            due[row.id] = due_at
    return due


def _lines(case: Case, events: Sequence[Event]) -> list[dict[str, Json]]:
    """Return what a mail tells of each request whose dates moved."""
    lines: list[dict[str, Json]] = []
    for event in events:
        before = event.data["before"]
        lines.append(
            {
                "ref": case.ref,
                "number": event.request,
                "kind": _request(case, event.request or 0).kind,
                "handler": case.handler,
                "before": before.get("answer_on") if isinstance(before, dict) else None,
                "after": event.data.get("answer_on"),
            }
        )
    return lines


def _finish(parts: Parts, job: Mapping[str, Any], now: datetime) -> None:
    """Remember the calendar and tell everybody once what moved for them."""
    with read(parts.engine) as connection:
        moved = _moved([line for text in recall_all(connection, _LINES) for line in json.loads(text)])
    posts = _posts(parts, moved, job, now) if moved else []
    sealed = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        if _job(connection) != job:  # another worker told of it, or planned anew
            return
        remember(connection, _CALENDAR, job["calendar"])
        forget(connection, _OF_A_RECOUNT)
        queue(connection, posts, sealed, now)


def _moved(lines: Sequence[Mapping[str, Any]]) -> list[Moved]:
    """Return one line a request, from where it was at first to where it is at last; what came back did not move."""
    found: dict[tuple[str, int], Moved] = {}
    for line in lines:
        key = (line["ref"], line["number"])
        known, after = found.pop(key, None), _day(line["after"])
        before = known.before if known else _day(line["before"])
        if before != after:
            found[key] = Moved(*key, line["kind"], line["handler"], before, after)
    return [*found.values()]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _posts(parts: Parts, moved: Sequence[Moved], job: Mapping[str, Any], now: datetime) -> list[Post]:
    days = job["change"].get("days")
    named = days.items() if isinstance(days, dict) else ()
    changed = [ChangedDay(date.fromisoformat(day), word == "counts") for day, word in named]
    posts = []
    for person, mine in _readers(parts, moved, now):
        letter = calendar_change(parts.company, mine, changed, person.address, person.language)
        key = f"calendar:{job['change']['calendar']}:{job['planned_at']}"
        envelope = staff_envelope(parts, person, key, OFFICE, parts.office_key, now)
        posts.append(write_mail(parts, letter, envelope, now))
    return posts


def _readers(parts: Parts, moved: Sequence[Moved], now: datetime) -> list[tuple[Staff, Sequence[Moved]]]:
    """Return who is told of which requests: managers of all, a handler of theirs and of those nobody has taken."""
    managers = parts.staff("manager", now)
    known = {person.id for person in managers}
    told: list[tuple[Staff, Sequence[Moved]]] = [(person, moved) for person in managers]
    for person in parts.staff("handler", now):
        mine = [one for one in moved if one.handler in {None, person.id}]
        if mine and person.id not in known:
            told.append((person, mine))
    return told
