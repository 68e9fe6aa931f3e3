"""landing: writes what became of mails that were offered, what it means for their cases, and whom it troubles."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.core.case import fold
from mailbot.core.events import Event, Json, Name
from mailbot.core.progress import decide_accepted, decide_bounced
from mailbot.edge.errors import where
from mailbot.steps.done import due_after
from mailbot.steps.parts import Parts
from mailbot.steps.writing import late_mails, trouble_mails
from mailbot.store.cases import Snapshot, append, snapshots
from mailbot.store.claim import LeaseLost, settle, settle_all
from mailbot.store.engine import StoreUnavailable, read, write
from mailbot.store.mail import ACK, Ended, Post, queue, seal_posts
from mailbot.store.tables import OFFICE, outbox

Take = Callable[[Connection], list[Row[Any]]]

_log = structlog.get_logger()
_LATE_AFTER = timedelta(hours=1)
"""How long a mail may wait before a manager hears of it at once, and not from the next digest."""


def _nothing(_: Connection) -> list[Row[Any]]:
    return []


def settled_and(parts: Parts, now: datetime, take: Take = _nothing) -> list[Row[Any]]:
    """Write what has landed, and take rows in the same transaction.

    Where one of the mails cannot be written, as another worker has judged it meanwhile, each is written alone, and
    none is taken. Raises StoreUnavailable: then `parts.landed` still has what is not written.
    """
    landed = list(parts.landed)
    try:
        taken = _written(parts, landed, now, take)
    except StoreUnavailable:
        raise
    except Exception as error:
        if not landed:
            raise
        if not isinstance(error, LeaseLost):
            _log.error("bug", step="send", error=type(error).__name__, where=where(error))
        _write_each(parts, landed, now)
        return []
    parts.landed.clear()
    return taken


def _write_each(parts: Parts, landed: Sequence[Ended], now: datetime) -> None:
    for one in landed:
        parts.landed.remove(one)
        try:
            _written(parts, [one], now, _nothing)
        except LeaseLost:
            continue
        except StoreUnavailable:
            parts.landed.append(one)
            raise
        except Exception:
            _write_barely(parts, one, now)
            raise


def _write_barely(parts: Parts, one: Ended, now: datetime) -> None:
    """Write that a mail needs not be offered again, where a bug keeps all that follows from it from being written."""
    with suppress(LeaseLost), write(parts.engine) as connection:
        _settle_one(connection, one, now)


def _written(parts: Parts, ended: Sequence[Ended], now: datetime, take: Take) -> list[Row[Any]]:
    troubles = [one for one in ended if one.trouble]
    cases = _cases(parts, troubles)
    posts = [post for one in troubles for post in _trouble_mails(parts, one, cases, now)]
    posts += [post for one in _late(ended, now)[:1] for post in late_mails(parts, one.row, one.code, now)]
    envelopes = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        _settle(parts, connection, ended, now)
        queue(connection, posts, envelopes, now)
        return take(connection)


def _settle(parts: Parts, connection: Connection, ended: Sequence[Ended], now: datetime) -> None:
    sent = [one.row for one in ended if one.state == "sent"]
    settle_all(connection, outbox, sent, state="sent", code="250", due_at=None, settled_at=now)
    for one in ended:
        if one.state != "sent":
            _settle_one(connection, one, now)
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


def _settle_one(connection: Connection, one: Ended, now: datetime) -> None:
    state = "failed" if one.state == "gave_up" else one.state
    settled_at = None if one.due_at else now
    failures = one.row.failures - (not one.was_tried)
    ended_so = {"state": state, "code": one.code, "due_at": one.due_at, "settled_at": settled_at}
    settle(connection, outbox, one.row, **ended_so, failures=failures)


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
    waiting = [
        one
        for one in ended
        if one.due_at and one.was_tried and now - max(one.row.queued_at, one.row.slot_at) > _LATE_AFTER
    ]
    return sorted(waiting, key=lambda one: one.row.id)


def _trouble_mails(parts: Parts, one: Ended, known: dict[int, Snapshot], now: datetime) -> list[Post]:
    """Tell the handlers of a mail to a requester that did not leave; trouble with staff mail only shows in the digest.

    A mail about a mail about a mail is how loops begin (pitfalls 20 and 22).
    """
    if one.row.audience != "requester" or one.row.case_id == OFFICE:
        return []
    return trouble_mails(parts, known[one.row.case_id], one.row, one.trouble or "", one.code, now)
