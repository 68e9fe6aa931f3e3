"""tick: warns of dates that come near and issues the digest. What it costs follows what is due, not what is open."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules, is_snoozed, quiet_until
from mailbot.core.due import decide_due, next_look
from mailbot.core.events import Event
from mailbot.core.request import Request
from mailbot.steps.coming import letters_due
from mailbot.steps.digest import next_digest_at, write_digest
from mailbot.steps.done import queued
from mailbot.steps.overdue import destroy_due, remind_batch
from mailbot.steps.parts import Parts
from mailbot.steps.reporting import reports_due
from mailbot.steps.roster import Team
from mailbot.steps.safe_mode import silent_before
from mailbot.store.cases import Snapshot, append, snapshots, unchanged
from mailbot.store.claim import claim, claim_fairly, is_due, settle
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.polls import heard_until
from mailbot.store.restored import never_send
from mailbot.store.tables import request, schedule

BATCH, _TRIES = 50, 5
_LEASE, _SOON = timedelta(seconds=60), timedelta(minutes=5)


def tick(parts: Parts, now: datetime) -> bool:
    """Look at what has come due: requests, approvals that wait, papers to destroy, the digest; true when any was."""
    steps = (look_at_dates, remind_batch, destroy_due, _digest_due, reports_due)
    return any([step(parts, now) for step in steps])  # noqa: C419 -- each gets its turn


def look_at_dates(parts: Parts, now: datetime) -> bool:
    """Look at the requests whose moment has come, and write what is owed for them; true when there were any."""
    with read(parts.engine) as connection:
        if not is_due(connection, request, now):
            return False
    with write(parts.engine) as connection:
        forgotten = _forgotten(connection)
        rows = forgotten or _claimed(connection, now)
    if not rows:
        return False
    with read(parts.engine) as connection:
        cases = snapshots(connection, {row.case_id for row in rows})
        heard = heard_until(connection, parts.folders)
    around = Around(parts, parts.team(now), heard, now)
    looks = [_look(around, cases[case_id], list(of_case)) for case_id, of_case in _by_case(rows)]
    posts = [post for look in looks for post in look.posts]
    envelopes = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        before = unchanged(connection, cases)
        for row, due_at in (pair for look in looks for pair in look.due):
            settle(connection, request, row, due_at=due_at, failures=0)
        append(connection, before, {look.case_id: look.events for look in looks})
        for work in (work for look in looks for work in look.writes):
            work(connection)
        queue(connection, posts, envelopes, now)
        if forgotten:
            never_send(connection, now, [post.key for post in posts])
    return True


def _forgotten(connection: Connection) -> list[Row[Any]]:
    """Take requests that were due before a restore: what they owe requesters may have left, and must not leave again.

    They stay due until they are written, so that a worker which dies or is too late leaves them forgotten; one that
    fails again and again does not.
    """
    before, fresh = silent_before(connection), request.c.failures < _TRIES
    if before is None or not is_due(connection, request, before, fresh):
        return []
    return claim(connection, request, before, timedelta(), BATCH, fresh)


def _claimed(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Take requests whose moment has come, each with all others of its case, so that one case is told in one mail."""
    rows = claim_fairly(connection, request, now, _LEASE, BATCH)
    if not rows:
        return []
    same = request.c.case_id.in_({row.case_id for row in rows})
    return [*rows, *claim(connection, request, now, _LEASE, BATCH, same)]


def _by_case(rows: Sequence[Row[Any]]) -> Iterator[tuple[int, Iterator[Row[Any]]]]:
    return groupby(sorted(rows, key=lambda row: (row.case_id, row.number)), key=lambda row: row.case_id)


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at the requests of one case: events, mails, further writes, and when each row is due."""

    case_id: int
    events: tuple[Event, ...]
    posts: tuple[Post, ...]
    writes: tuple[Callable[[Connection], None], ...]
    due: tuple[tuple[Row[Any], datetime | None], ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What every look of a batch shares: who is here today, and up to when the mailbox has been read."""

    parts: Parts
    team: Team
    heard_until: datetime
    now: datetime


def _look(around: Around, snapshot: Snapshot, rows: Sequence[Row[Any]]) -> Look:
    parts, now, case = around.parts, around.now, snapshot.case
    rules, people = parts.rules_of(case.policy), around.team.of_case(case)
    events = []
    claimed = {row.number for row in rows}
    for one in (each for each in case.requests if each.number in claimed):
        is_quiet = is_snoozed(case, one, rules, now)
        events += decide_due(one, rules, now, people, case.ref, is_snoozed=is_quiet, heard_until=around.heard_until)
    after = fold(events, case)
    done = letters_due(parts, snapshot, after, events, rules, now)
    after = fold(done.events, after)
    known = {one.number: one for one in after.requests}
    due = tuple((row, _next_look(known[row.number], after, rules, now)) for row in rows)
    return Look(snapshot.case_id, (*events, *done.events, *queued(done.posts, now)), done.posts, done.writes, due)


def _next_look(current: Request, case: Case, rules: Rules, now: datetime) -> datetime | None:
    """Return when a request is looked at again; None once nothing is owed. A snooze ends in the morning.

    What has come and waits for the mailbox to be read is looked at again soon.
    """
    found = next_look(current, rules, now, quiet_until(case, current, rules, now))
    return max(found, now + _SOON) if found and found <= now else found


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
