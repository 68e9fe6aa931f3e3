"""send: takes mails from the outbox, passes each through the gate and on to the server, and writes what became of it.

Acknowledgements are claimed few at a time (one group on the wire, one made ready), for each may end unknown when
the worker is killed, and an unknown one is never sent again. The outcome of one group and the claim of the next are
one transaction.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.case import fold
from mailbot.core.events import Event, Json, Name
from mailbot.core.gate import Permit, faults
from mailbot.core.letters import LetterKind
from mailbot.core.progress import decide_accepted, decide_bounced
from mailbot.edge.errors import Transient
from mailbot.edge.smtp import Outcome, Result
from mailbot.steps.done import due_after
from mailbot.steps.doubt import KEY as QUESTION
from mailbot.steps.doubt import doubt_of
from mailbot.steps.lost_keys import WHY as KEY_LOST
from mailbot.steps.parts import Parts
from mailbot.steps.writing import late_mails, trouble_mails
from mailbot.store.cases import Snapshot, append, snapshots
from mailbot.store.claim import claim, is_due, settle, settle_all
from mailbot.store.engine import read, write
from mailbot.store.mail import (
    ACK,
    INTERRUPTED,
    Claimed,
    Post,
    claim_interrupted,
    claim_posts,
    opened,
    queue,
    seal_posts,
)
from mailbot.store.tables import OFFICE, outbox

_LEASE = timedelta(minutes=10)
_EACH, _OTHERS, _GROUPS = 8, 16, 50
"""Acknowledgements per connection in a group, other mails in a group, groups in a call: `now` must not age."""
_LONGEST_CALL_S = 30.0
"""After that no more is claimed: a lease counts from `now`, and a worker that is told to end has to see it."""
_LEAST_TRIES = 2
"""How often a mail is offered before it is given up: after an outage of days the first no may be a passing one."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=60)
_RECONNECT = timedelta(seconds=5)
_LATE_AFTER = timedelta(hours=1)
"""How long a mail may wait before a manager hears of it at once, and not from the next digest."""
_jitter = Random()  # noqa: S311 -- spreads waits, guards nothing


@dataclass(frozen=True, slots=True)
class Ended:
    """A claimed mail and what became of it: `state` as the outbox keeps it, the code, when to try again if ever."""

    row: Row[Any]
    state: str
    code: str
    due_at: datetime | None = None

    @property
    def trouble(self) -> str | None:
        """What staff are told: None for a mail that left or will be tried again."""
        named = {"failed": "refused", "unknown": "unknown", "held": "gate", "gave_up": "gave_up"}
        return named.get(self.state)


def send(parts: Parts, now: datetime) -> bool:
    """Send what is due, group after group while the outbox lasts; true when anything was tried. Raises Transient.

    While one group is on the wire, the outcomes of the group before are committed and the next is made ready.
    """
    with read(parts.engine) as connection:
        if not is_due(connection, outbox, now):
            return False
        is_held = doubt_of(connection) is not None
    if is_held:
        return _send_only(parts, now, outbox.c.state.in_(("queued", "sending")), outbox.c.key.startswith(QUESTION))
    with write(parts.engine) as connection:
        died = claim_interrupted(connection, now, _LEASE, _OTHERS)
    ready = _ready(parts, died or _settle_and_claim(parts, [], now))
    tried = bool(ready.rows)
    landed: list[Ended] = []
    end = time.monotonic() + _LONGEST_CALL_S
    for group in count(1):
        if not ready.rows:
            break
        results = parts.sender.start(ready.mails) if ready.mails else None
        goes_on = group < _GROUPS and time.monotonic() < end
        upcoming = _ready(parts, _settle_and_claim(parts, landed, now, claims=goes_on))
        landed = _land(parts, ready, results, upcoming, now)
        ready = upcoming
    if landed:
        _settle_and_claim(parts, landed, now, claims=False)
    return tried


def send_warnings(parts: Parts, now: datetime) -> bool:
    """Send what wakes staff, and nothing else, while nobody knows what left before: twice does no harm to them.

    Nothing where the clock or the database is doubted. Raises Transient.
    """
    with read(parts.engine) as connection:
        if doubt_of(connection) is not None:
            return False
    kinds = outbox.c.kind.in_((LetterKind.WARNING, LetterKind.ESCALATION))
    return _send_only(parts, now, outbox.c.state.in_(("queued", "sending")), kinds)


def _send_only(parts: Parts, now: datetime, *which: Any) -> bool:
    """Send some mails and leave all others; true when there were any. Raises Transient."""
    with write(parts.engine) as connection:
        rows = claim(connection, outbox, now, _LEASE, _OTHERS, *which, state="sending", code=None)
    ready = _ready(parts, rows)
    if not rows:
        return False
    results = parts.sender.start(ready.mails) if ready.mails else None
    _settle_and_claim(parts, _land(parts, ready, results, Ready([]), now), now, claims=False)
    return True


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed group: its rows, what ended without being sent, and the mails that may leave."""

    rows: Sequence[Row[Any]]
    ended: Sequence[Ended] = ()
    mails: Sequence[Claimed] = ()


def _settle_and_claim(parts: Parts, ended: Sequence[Ended], now: datetime, *, claims: bool = True) -> list[Row[Any]]:
    """Commit outcomes and take the next group in one transaction; none while the server is in trouble."""
    troubles = [one for one in ended if one.trouble]
    cases = _cases(parts, troubles)
    posts = [post for one in troubles for post in _trouble_mails(parts, one, cases, now)]
    posts += [post for one in _late(ended, now)[:1] for post in late_mails(parts, one.row, one.code, now)]
    envelopes = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        _settle(parts, connection, ended, now)
        queue(connection, posts, envelopes, now)
        if not claims or any(one.due_at for one in ended):
            return []
        return claim_posts(connection, now, _LEASE, _EACH * parts.sender.connections, _OTHERS)


def _ready(parts: Parts, rows: Sequence[Row[Any]]) -> Ready:
    """Open a group and pass it through the gate."""
    if not rows:
        return Ready([])
    died = [row for row in rows if row.once and row.code == INTERRUPTED]
    lost = parts.vault.lost(row.key_id for row in rows)
    with read(parts.engine) as connection:
        whole = [row for row in rows if row not in died and row.key_id not in lost]
        mails = opened(connection, parts.vault, whole)
    stopped = {mail.row.id: found[0] for mail in mails if (found := _gate(parts, mail))}
    ended = [Ended(row, "unknown", INTERRUPTED) for row in died]
    ended += [Ended(row, "gave_up", KEY_LOST) for row in rows if row.key_id in lost and row not in died]
    ended += [Ended(mail.row, "held", stopped[mail.row.id]) for mail in mails if mail.row.id in stopped]
    return Ready(rows, ended, [mail for mail in mails if mail.row.id not in stopped])


def _land(
    parts: Parts, group: Ready, results: "Future[list[Result]] | None", upcoming: Ready, now: datetime
) -> list[Ended]:
    """Wait for a group and judge it; without any connection it goes back, with the group made ready after it."""
    try:
        found = results.result() if results else []
    except Transient:
        _settle_and_claim(parts, [*group.ended, *upcoming.ended], now, claims=False)
        waiting = [mail.row for mail in (*group.mails, *upcoming.mails)]
        with write(parts.engine) as connection:
            untried = {"failures": outbox.c.failures - 1, "due_at": now + _RECONNECT}
            settle_all(connection, outbox, waiting, state="queued", code="no_connection", **untried)
        raise
    judged = [_ended(parts, mail.row, result, now) for mail, result in zip(group.mails, found, strict=True)]
    return [*group.ended, *judged]


def _ended(parts: Parts, row: Row[Any], result: Result, now: datetime) -> Ended:
    """Judge a result: tried again with growing waits, given up after some days, never twice for a `once` mail."""
    if result.outcome is Outcome.SENT:
        return Ended(row, "sent", result.code)
    if result.outcome is Outcome.REFUSED:
        return Ended(row, "failed", result.code)
    if result.outcome is Outcome.UNKNOWN and row.once:
        return Ended(row, "unknown", result.code)
    is_old = now - row.queued_at > timedelta(days=parts.config.limits.give_up_days)
    if is_old and row.failures >= _LEAST_TRIES:
        return Ended(row, "gave_up", result.code)
    return Ended(row, "queued", result.code, now + _wait(row.failures))


def _wait(failures: int) -> timedelta:
    """Return the wait after so many tries: one minute, doubling to an hour, with jitter so that mails do not march."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(failures - 1, 10)
    return min(doubled, _LONGEST_WAIT) * _jitter.uniform(0.8, 1.2)


def _gate(parts: Parts, mail: Claimed) -> list[str]:
    row, own = mail.row, parts.company.address
    permit = Permit(
        recipient=mail.recipient,
        sender=own,
        reply_to=row.reply_to or own,
        ref=row.ref,
        kind=LetterKind(row.kind),
        to_requester=row.audience == "requester",
        approved_text=row.approved_text,
        approved_attachments=row.approved_files.split(),
    )
    return faults(mail.data, permit)


def _settle(parts: Parts, connection: Connection, ended: Sequence[Ended], now: datetime) -> None:
    sent = [one.row for one in ended if one.state == "sent"]
    settle_all(connection, outbox, sent, state="sent", code="250", due_at=None, settled_at=now)
    for one in ended:
        if one.state != "sent":
            state = "failed" if one.state == "gave_up" else one.state
            settled_at = None if one.due_at else now
            settle(connection, outbox, one.row, state=state, code=one.code, due_at=one.due_at, settled_at=settled_at)
    facts = [(one, event) for one in ended if (event := _event(one, now))]
    concerned = {one.row.case_id for one, _ in facts}
    before = snapshots(connection, concerned, with_requests=any(one.row.kind != ACK for one, _ in facts))
    happened: dict[int, list[Event]] = {}
    for one, event in facts:
        happened.setdefault(one.row.case_id, []).append(event)
    for case_id in concerned - {OFFICE}:
        mine = [one for one, _ in facts if one.row.case_id == case_id]
        happened[case_id] += _consequences(parts, before[case_id], mine, now)
    append(connection, before, happened, _due(parts, before, happened, now))


def _consequences(parts: Parts, before: Snapshot, ended: Sequence[Ended], now: datetime) -> list[Event]:
    """Say what it means for a case that letters were taken: a clock stops, an answer is given, the case ends.

    An answer that did not leave, or may not have, was none.
    """
    rules, case = parts.rules_of(before.case.policy), before.case
    events: list[Event] = []
    for one in ended:
        decide = decide_accepted if one.state == "sent" else decide_bounced
        events += decide(fold(events, case), one.row.key, now, rules)
    return events


def _due(
    parts: Parts, before: Mapping[int, Snapshot], happened: Mapping[int, Sequence[Event]], now: datetime
) -> dict[tuple[int, int], datetime]:
    found: dict[tuple[int, int], datetime] = {}
    for case_id, events in happened.items():
        if case_id != OFFICE:
            case = before[case_id].case
            due = due_after(case, fold(events, case), parts.rules_of(case.policy), now)
            found |= {(case_id, number): at for number, at in due.items()}
    return found


def _event(one: Ended, now: datetime) -> Event | None:
    """Return the fact of an ended mail: every one to a requester that was taken, and every trouble."""
    data: dict[str, Json] = {"letter": one.row.kind, "mail": one.row.key, "code": one.code}
    if one.state == "sent":
        if one.row.kind == ACK:
            return Event(Name.ACKNOWLEDGEMENT_ACCEPTED, now, data=data)
        return Event(Name.LETTER_ACCEPTED, now, data=data) if one.row.audience == "requester" else None
    if not one.trouble:
        return None
    name = Name.ACKNOWLEDGEMENT_FAILED if one.row.kind == ACK else Name.LETTER_FAILED
    return Event(name, now, data=data | {"trouble": one.trouble})


def _cases(parts: Parts, ended: Sequence[Ended]) -> dict[int, Snapshot]:
    if not ended:
        return {}
    with read(parts.engine) as connection:
        return snapshots(connection, {one.row.case_id for one in ended})


def _late(ended: Sequence[Ended], now: datetime) -> list[Ended]:
    """Return the mails that were due long ago and have to wait on, the oldest first."""
    waiting = [one for one in ended if one.due_at and now - max(one.row.queued_at, one.row.slot_at) > _LATE_AFTER]
    return sorted(waiting, key=lambda one: one.row.id)


def _trouble_mails(parts: Parts, one: Ended, known: dict[int, Snapshot], now: datetime) -> list[Post]:
    """Tell the handlers of a mail to a requester that did not leave; trouble with staff mail only shows in the digest.

    A mail about a mail about a mail is how loops begin (pitfalls 20 and 22).
    """
    if one.row.audience != "requester" or one.row.case_id == OFFICE:
        return []
    return trouble_mails(parts, known[one.row.case_id], one.row, one.trouble or "", one.code, now)
