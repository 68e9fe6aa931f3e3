"""tick: warns of dates that come near and issues the digest. What it costs follows what is due, not what is open."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.case import Case, Request, fold
from mailbot.core.clock import Rules, is_snoozed, next_due
from mailbot.core.correspondence import Reader, warning
from mailbot.core.decide import decide_tick
from mailbot.core.events import Event, Json, Name
from mailbot.sections import Staff
from mailbot.steps.daily import next_digest_at, write_digest
from mailbot.steps.overdue import destroy_due, remind_batch
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import Snapshot, append, request_from, snapshots
from mailbot.store.claim import claim, claim_fairly, is_due, settle
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.tables import request, schedule

BATCH = 50
_LEASE = timedelta(seconds=60)


def tick(parts: Parts, now: datetime) -> bool:
    """Look at what has come due: requests, approvals that wait, papers to destroy, the digest; true when any was."""
    return any([_warn_batch(parts, now), remind_batch(parts, now), destroy_due(parts, now), _digest_due(parts, now)])


def _warn_batch(parts: Parts, now: datetime) -> bool:
    with read(parts.engine) as connection:
        if not is_due(connection, request, now):
            return False
    with write(parts.engine) as connection:
        rows = claim_fairly(connection, request, now, _LEASE, BATCH)
    if not rows:
        return False
    with read(parts.engine) as connection:
        cases = snapshots(connection, {row.case_id for row in rows})
    decided = [(row, *_decide(parts, cases[row.case_id], row, now)) for row in rows]
    posts = [post for _, _, written in decided for post in written]
    envelopes = seal_posts(parts.vault, posts)
    happened: dict[int, list[Event]] = {}
    for row, events, _ in decided:
        happened.setdefault(row.case_id, []).extend(events)
    with write(parts.engine) as connection:
        for row, events, _ in decided:
            due_at = _next_look(parts, cases[row.case_id], request_from(row), events, now)
            settle(connection, request, row, due_at=due_at, failures=0)
        append(connection, snapshots(connection, happened), happened)
        queue(connection, posts, envelopes, now)
    return True


def _decide(parts: Parts, snapshot: Snapshot, row: Row[Any], now: datetime) -> tuple[list[Event], list[Post]]:
    rules = parts.rules_of(snapshot.case.policy)
    current = request_from(row)
    if is_snoozed(snapshot.case, current, rules, now):
        return [], []
    events = decide_tick(current, rules, now)
    warned = [event for event in events if event.name is Name.DEADLINE_WARNED]
    case = fold(events, snapshot.case)
    posts = [post for event in warned for post in _warnings(parts, snapshot, case, current, event, rules, now)]
    queued = [_queued(post, now) for post in posts]
    return [*events, *queued], posts


def _warnings(
    parts: Parts, snapshot: Snapshot, case: Case, current: Request, event: Event, rules: Rules, now: datetime
) -> list[Post]:
    points = [str(point) for point in _list(event.data["points"])]
    posts = []
    for person, role in _told(parts, [str(role) for role in _list(event.data["roles"])], case, now):
        reader = Reader(person.address, person.language, role)
        letter = warning(parts.company, case, current, points, reader, rules, now)
        key = f"warn:{snapshot.case_id}.{current.number}:{points[-1]}"
        envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now)
        posts.append(write_mail(parts, letter, envelope, now))
    return posts


def _told(parts: Parts, roles: Sequence[str], case: Case, now: datetime) -> list[tuple[Staff, str]]:
    """Return who is warned, each person once in the highest role; a taken case warns its own handler."""
    told: dict[str, tuple[Staff, str]] = {}
    for role in sorted(roles, key=["handler", "deputy", "manager"].index):
        people = parts.staff(role, now)
        own = [person for person in people if role == "handler" and person.id == case.handler]
        told |= {person.id: (person, role) for person in own or people}
    return list(told.values())


def _after(current: Request, events: Sequence[Event], snapshot: Snapshot) -> Request:
    folded = fold([event for event in events if event.request == current.number], snapshot.case)
    return next(one for one in folded.requests if one.number == current.number)


def _next_look(
    parts: Parts, snapshot: Snapshot, current: Request, events: Sequence[Event], now: datetime
) -> datetime | None:
    """Return when a request is looked at again; None once nothing is owed. A snooze ends in the morning."""
    rules = parts.rules_of(snapshot.case.policy)
    if snapshot.case.snoozed_until and is_snoozed(snapshot.case, current, rules, now):
        return rules.calendar.at(snapshot.case.snoozed_until, rules.policy.ladder.at)
    return next_due(_after(current, events, snapshot), rules, now)


def _queued(post: Post, now: datetime) -> Event:
    data: dict[str, Json] = {"letter": post.kind, "mail": post.key}
    return Event(Name.LETTER_QUEUED, now, data=data)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _digest_due(parts: Parts, now: datetime) -> bool:
    with read(parts.engine) as connection:
        if not is_due(connection, schedule, now, schedule.c.key == "digest"):
            return False
    with write(parts.engine) as connection:
        rows = claim(connection, schedule, now, _LEASE, 1, schedule.c.key == "digest")
    for row in rows:
        issued = parts.rules.calendar.at(parts.rules.calendar.local_day(now), time.max)
        write_digest(parts, now, partial(_reschedule, row=row, due_at=next_digest_at(parts, issued)))
    return bool(rows)


def _reschedule(connection: Connection, *, row: Row[Any], due_at: datetime) -> None:
    settle(connection, schedule, row, due_at=due_at, failures=0)
