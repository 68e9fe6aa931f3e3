"""send: takes mails from the outbox, passes each through the gate and on to the server, and has the outcome written.

Acknowledgements are claimed few at a time (one group on the wire, one made ready), for each may end unknown when
the worker is killed, and an unknown one is never sent again. The outcome of one group and the claim of the next are
one transaction; what landed and cannot be written stays in `parts.landed` until it can.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.core.gate import Permit, faults
from mailbot.core.letters import LetterKind
from mailbot.edge.errors import Transient, where
from mailbot.edge.smtp import Outcome, Result
from mailbot.steps.doubt import KEY as QUESTION
from mailbot.steps.doubt import doubt_of
from mailbot.steps.landing import settled_and
from mailbot.steps.lost_keys import WHY as KEY_LOST
from mailbot.steps.parts import Parts
from mailbot.store.claim import claim, is_due
from mailbot.store.engine import StoreUnavailable, read, write
from mailbot.store.mail import (
    INTERRUPTED,
    Claimed,
    Ended,
    claim_interrupted,
    claim_posts,
    claim_suspect,
    opened,
)
from mailbot.store.tables import outbox

_LEASE = timedelta(minutes=10)
_EACH, _OTHERS, _GROUPS = 8, 16, 50
"""Acknowledgements per connection in a group, other mails in a group, groups in a call: `now` must not age."""
_LONGEST_CALL_S = 30.0
"""After that no more is claimed: a lease counts from `now`, and a worker that is told to end has to see it."""
_LEAST_TRIES = 2
"""How often a mail is offered before it is given up: after an outage of days the first no may be a passing one."""
_STRIKES, _MOST_DEATHS = 3, 10
"""Tries of a mail that does not open, and of one whose sender died each time."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=60)
_RECONNECT = timedelta(seconds=5)
_log = structlog.get_logger()
_jitter = Random()  # noqa: S311 -- spreads waits, guards nothing


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed group: its rows, what ended without being sent, and the mails that may leave."""

    rows: Sequence[Row[Any]]
    ended: Sequence[Ended] = ()
    mails: Sequence[Claimed] = ()


def send(parts: Parts, now: datetime) -> bool:
    """Send what is due, group after group while the outbox lasts; true when anything was tried. Raises Transient.

    While one group is on the wire, the outcomes of the group before are committed and the next is made ready.
    """
    write_down(parts, now)
    with read(parts.engine) as connection:
        if not is_due(connection, outbox, now):
            return False
        is_held = doubt_of(connection) is not None
    if is_held:
        return _send_only(parts, now, outbox.c.state.in_(("queued", "sending")), outbox.c.key.startswith(QUESTION))
    ready = _ready(parts, _first(parts, now), now)
    tried, end = bool(ready.rows), time.monotonic() + _LONGEST_CALL_S
    for group in count(1):
        if not ready.rows:
            break
        ready = _in_flight(parts, ready, now, goes_on=group < _GROUPS and time.monotonic() < end)
    write_down(parts, now)
    return tried


def write_down(parts: Parts, now: datetime) -> bool:
    """Write what landed while the database was away, or just now; false for nothing. Raises StoreUnavailable."""
    if not parts.landed:
        return False
    settled_and(parts, now)
    return True


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
    ready = _ready(parts, rows, now)
    _land(parts, ready, _started(parts, ready), Ready([]), now)
    write_down(parts, now)
    return bool(rows)


def _first(parts: Parts, now: datetime) -> list[Row[Any]]:
    """Take what a dead worker left in the act, else what is due, and last and alone what was left so again."""
    with write(parts.engine) as connection:
        died = claim_interrupted(connection, now, _LEASE, _OTHERS)
        return died or _next(parts, connection, now) or claim_suspect(connection, now, _LEASE)


def _next(parts: Parts, connection: Connection, now: datetime) -> list[Row[Any]]:
    return claim_posts(connection, now, _LEASE, _EACH * parts.sender.connections, _OTHERS)


def _in_flight(parts: Parts, group: Ready, now: datetime, *, goes_on: bool) -> Ready:
    """Have a group on the wire while the one before is written and the next is made ready, which is returned.

    While the server is in trouble there is no next one.
    """
    results, upcoming = _started(parts, group), Ready([])
    try:
        if goes_on and not any(one.due_at for one in parts.landed):
            upcoming = _ready(parts, settled_and(parts, now, lambda opened: _next(parts, opened, now)), now)
        else:
            write_down(parts, now)
    except Exception:
        _land(parts, group, results, Ready([]), now)
        raise
    _land(parts, group, results, upcoming, now)
    return upcoming


def _started(parts: Parts, group: Ready) -> "Future[list[Result]] | None":
    return parts.sender.start(group.mails) if group.mails else None


def _ready(parts: Parts, rows: Sequence[Row[Any]], now: datetime) -> Ready:
    """Open a group and pass it through the gate; where the databases are away, it was never offered."""
    died = [Ended(row, "unknown", INTERRUPTED) for row in rows if _has_died(row)]
    alive = [row for row in rows if not _has_died(row)]
    try:
        lost = parts.vault.lost(row.key_id for row in alive)
        mails, ended = _passed(parts, [row for row in alive if row.key_id not in lost], now)
    except StoreUnavailable:
        parts.landed.extend([*died, *(_untried(row, now) for row in alive)])
        raise
    gone = [Ended(row, "gave_up", KEY_LOST) for row in alive if row.key_id in lost]
    return Ready(rows, [*died, *gone, *ended], mails)


def _has_died(row: Row[Any]) -> bool:
    """Say whether a mail may have left in the hands of a sender that died, and is not offered again."""
    return bool(row.code == INTERRUPTED and (row.once or row.failures > _MOST_DEATHS))


def _passed(parts: Parts, rows: Sequence[Row[Any]], now: datetime) -> tuple[list[Claimed], list[Ended]]:
    """Return what may leave and what may not; where one cannot be opened, each is looked at alone."""
    try:
        with read(parts.engine) as connection:
            mails = opened(connection, parts.vault, rows)
        found = [(mail, _gate(parts, mail)) for mail in mails]
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 -- one that does not open must not keep the others from leaving
        if len(rows) == 1:
            return [], [_unreadable(rows[0], error, now)]
        each = [_passed(parts, [row], now) for row in rows]
        return [mail for mails, _ in each for mail in mails], [one for _, ended in each for one in ended]
    stopped = [Ended(mail.row, "held", why[0]) for mail, why in found if why]
    return [mail for mail, why in found if not why], stopped


def _unreadable(row: Row[Any], error: Exception, now: datetime) -> Ended:
    """Judge a mail of ours that does not open, or that the gate cannot read; after three tries it is held."""
    _log.error("bug", step="send", error=type(error).__name__, where=where(error))
    if row.failures < _STRIKES:
        return Ended(row, "queued", "unreadable", now + _wait(row.failures))
    return Ended(row, "held", "unreadable")


def _land(parts: Parts, group: Ready, results: "Future[list[Result]] | None", upcoming: Ready, now: datetime) -> None:
    """Wait for a group and judge it; without any connection it goes back, with the group made ready after it."""
    parts.landed.extend(group.ended)
    try:
        found = results.result() if results else []
    except Exception as error:
        offered = () if isinstance(error, Transient) else group.mails  # of those nobody knows: their lease will end
        mails = [*group.mails, *upcoming.mails]
        parts.landed.extend([*upcoming.ended, *(_untried(mail.row, now) for mail in mails if mail not in offered)])
        write_down(parts, now)
        raise
    parts.landed.extend(_ended(parts, mail.row, result, now) for mail, result in zip(group.mails, found, strict=True))


def _untried(row: Row[Any], now: datetime) -> Ended:
    """Give a mail back that was not offered; what a sender died of stays suspect."""
    state = "sending" if row.code == INTERRUPTED else "queued"
    return Ended(row, state, "no_connection", now + _RECONNECT, was_tried=False)


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
