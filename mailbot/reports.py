"""What the commands print: the register, one case, the days of its clocks, held mail, the sum, the proof."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.conservation import conservation_line
from mailbot.core.events import SENTENCES, Event, Name, stamp
from mailbot.core.message import Language
from mailbot.core.reckoning import Story, story_of
from mailbot.core.reckoning_json import as_json
from mailbot.core.reckoning_lines import lines as lines_of
from mailbot.core.reconciliation import MISSING, sentence
from mailbot.core.request import Request
from mailbot.core.transitions import RUNNING
from mailbot.core.worked_example import worked_example as example
from mailbot.edge.sandbox import Unreadable
from mailbot.steps.digest import digest_context, digest_letter, write_digest
from mailbot.steps.parts import Parts
from mailbot.steps.reconciling import differences
from mailbot.store.blobs import texts
from mailbot.store.cases import Snapshot, events_of, snapshots
from mailbot.store.engine import read, write
from mailbot.store.ledger import Disposition, counts, release_folded, reopen, resettle
from mailbot.store.register import case_ids, cases_by_ref, folded, mails_of, messages_of, open_case_ids
from mailbot.store.register import held as held_rows
from mailbot.store.witness import next_serial
from mailbot.store.witness import verify as verify_log

_ONE_DAY = timedelta(days=1)
_KNOWN_DAY = date(2026, 11, 20)  # its dates stand in law §2


def cases(parts: Parts, now: datetime, due: int | None, *, is_open: bool = False) -> list[dict[str, Any]]:
    """Return the register, oldest first; `due` keeps the cases with an answer owed within so many days.

    `is_open` leaves out what is closed and what went into another case.
    """
    with read(parts.engine) as connection:
        found = snapshots(connection, open_case_ids(connection) if is_open else case_ids(connection))
    rows = [_case_row(snapshot) for snapshot in found.values()]
    if due is None:
        return rows
    last = (parts.rules.calendar.local_day(now) + timedelta(days=due)).isoformat()
    return [row for row in rows if any(_is_due(one, last) for one in row["requests"])]


def _is_due(one: dict[str, Any], last: str) -> bool:
    return one["state"] in RUNNING and (one["dates"]["answer_on"] or "9") <= last


def case(parts: Parts, ref: str) -> dict[str, Any] | None:
    """Return one case with messages, mails, events and pauses; None when there is no such case."""
    snapshot = _snapshot(parts, ref)
    if snapshot is None:
        return None
    with read(parts.engine) as connection:
        messages = messages_of(connection, snapshot.case_id)
        mails = mails_of(connection, snapshot.case_id)
        events = events_of(connection, snapshot.case_id)
    return _case_row(snapshot) | {
        "messages": [*map(_incoming_row, messages), *map(_outgoing_row, mails)],
        "events": [
            {
                "seq": seq,
                "at": stamp(event.at),
                "name": event.name.value,
                "actor": event.actor,
                "request": event.request,
                "data": dict(event.data),
                "means": SENTENCES[event.name],
            }
            for seq, event in enumerate(events, start=1)
        ],
        "pauses": _pauses(events),
        "head": snapshot.head,
    }


def _pauses(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return every time a clock stood still: which request's, why, from and to which day; `to` None while it does."""
    found: list[dict[str, Any]] = []
    for event in events:
        if event.name is Name.PAUSE_STARTED:
            found.append(
                {"request": event.request, "reason": event.data["reason"], "from": event.data["on"], "to": None}
            )
        elif event.name is Name.PAUSE_ENDED:
            mine = next(one for one in reversed(found) if one["request"] == event.request)
            mine |= {"to": event.data["on"], "business_days": event.data["days"]}
    return found


def why(parts: Parts, ref: str, now: datetime) -> dict[str, Any] | None:
    """Return each day of each clock of each request of a case as plain values; None when there is no such case."""
    found = _stories(parts, ref, now)
    return found and _told(parts, found[0]) | {"requests": [as_json(story) for story in found[1]]}


def why_lines(parts: Parts, ref: str, now: datetime, language: Language) -> list[str] | None:
    """Return the same for people: counted, skipped, stopped, worked on, and what fell on each day."""
    found = _stories(parts, ref, now)
    if found is None:
        return None
    told = _told(parts, found[0])
    today = parts.rules.calendar.local_day(now)
    days = [line for story in found[1] for line in lines_of(story, language, today)]
    return [f"{told['ref']}: {told['policy']}, {told['zone']}", *days]


def _told(parts: Parts, case: Case) -> dict[str, Any]:
    return {"ref": case.ref, "policy": case.policy, "zone": parts.rules_of(case.policy).calendar.zone.key}


def _stories(parts: Parts, ref: str, now: datetime) -> tuple[Case, list[Story]] | None:
    snapshot = _snapshot(parts, ref)
    if snapshot is None:
        return None
    rules = parts.rules_of(snapshot.case.policy)
    with read(parts.engine) as connection:
        events = events_of(connection, snapshot.case_id)
    return snapshot.case, [story_of(one, events, rules, now) for one in snapshot.case.requests]


def worked_example(rules: Rules, now: datetime) -> list[str]:
    """Return the dates of a mail that arrives now, and of one on a day whose dates are known, to check them by hand."""
    known = rules.calendar.at(_KNOWN_DAY, time(12))
    return [*example(rules, now), "", *example(rules, known)]


def held(parts: Parts, action: str, number: int | None, why_dropped: str, now: datetime) -> list[str]:
    """List held messages or those of floods, or show, retry or drop one. Raises ValueError that says what is missing.

    A message of a flood that is retried opens a case of its own.
    """
    with read(parts.engine) as connection:
        rows = {row.id: row for row in (folded(connection) if action == "folded" else held_rows(connection))}
        if number is not None and number not in rows and action in {"show", "retry"}:
            rows |= {row.id: row for row in folded(connection) if row.id == number}
    if action in {"list", "folded"}:
        return [_held_line(row, parts) for row in rows.values()] or [f"No message is {action.replace('list', 'held')}."]
    if action not in {"show", "retry", "drop"}:
        raise ValueError(f"held {action}: no such action; use list, folded, show, retry or drop")
    if number is None or number not in rows:
        raise ValueError(f"held {action} {number}: no held message has this number; `mailbot held` lists them")
    if action == "show":
        return _show(parts, rows[number])
    if action == "drop" and not why_dropped:
        raise ValueError(f"held drop {number}: say why with --why TEXT")
    with write(parts.engine) as connection:
        if action == "retry":
            again = reopen if rows[number].disposition == Disposition.HELD.value else release_folded
            again(connection, rows[number], now)
            return [f"Message {number} will be read again by the worker."]
        resettle(connection, number, "spam", "dropped", now)
    return [f"Message {number} was dropped; it counts as spam."]


def reconcile(parts: Parts, now: datetime) -> tuple[str, list[str]]:
    """Compare server, ledger and inbox; return the line of the sum and what differs, a line each, none where all fits.

    A message that is being read this moment is a difference too.
    """
    found = [one for account in parts.accounts for one in differences(parts, account, now)]
    with read(parts.engine) as connection:
        counted = counts(connection)
    lines = [sentence(one) for one in found]
    if waiting := counted.get("pending"):
        lines.append(f"{waiting} not read yet")
    return conservation_line(counted, sum(one.count for one in found if one.code == MISSING)), lines


def verify(parts: Parts, against: bytes | None) -> tuple[list[str], str]:
    """Return the faults of the event log, one line each, and the closing line."""
    claimed = None
    if against is not None:
        digest = parts.sandbox.read(against)
        claimed = "" if isinstance(digest, Unreadable) else digest.text
        claimed = claimed or against.decode("latin-1")
    with read(parts.engine) as connection:
        faults = verify_log(connection, claimed)
        number = len(case_ids(connection))
    lines = [f"case {fault.case_id or 'office'}, event {fault.seq}: {fault.what}" for fault in faults]
    return lines, f"{number} cases, {'no fault' if not faults else f'{len(faults)} faults'}"


def print_digest(parts: Parts, day: date, now: datetime) -> str:
    """Return the digest of a day as text without issuing it: no serial is used and nothing is witnessed."""
    language = parts.config.company.default_language
    with read(parts.engine) as connection:
        context = digest_context(parts, connection, day, now, next_serial(connection), "-")
    return parts.renderer.render(digest_letter(context, parts.company.address, language)).text


def send_digest(parts: Parts, day: date, now: datetime) -> str:
    """Issue the digest of a day and queue it; one that was already issued for that day is not sent again."""
    write_digest(parts, now, lambda _: None, day)
    return f"The digest of {day} is queued; the worker sends it."


def cases_table(rows: list[dict[str, Any]], zone: ZoneInfo) -> str:
    """Return the register for people, one line a case, with moments as the company's clocks show them."""
    lines = [f"{'case':20} {'state':15} {'received':17} {'answer by':11} requests"]
    for row in rows:
        kinds = ", ".join(one["kind"] for one in row["requests"])
        owed = min((one["dates"]["answer_on"] for one in row["requests"] if one["dates"]["answer_on"]), default="-")
        lines.append(f"{row['ref']:20} {row['state']:15} {_clock(row['received_at'], zone):17} {owed:11} {kinds}")
    return "\n".join(lines)


def case_text(found: dict[str, Any], zone: ZoneInfo) -> str:
    """Return one case for people, with moments as the company's clocks show them."""
    received = _clock(found["received_at"], zone)
    lines = [f"{found['ref']}  {found['state']}  received {received} ({zone.key})  language {found['language']}"]
    if found["folded"]:
        lines.append(f"  {found['folded']} mails of a flood went into this case; `mailbot held folded` lists them")
    for one in found["requests"]:
        told = ", ".join(f"{name} {day}" for name, day in one["dates"].items() if day)
        lines.append(f"  request {one['number']}: {one['kind']} ({one['state']})  {told}")
    lines += [
        f"  {one['direction']:4} {_clock(one['at'], zone)}  {one['kind']}  {one['state']}" for one in found["messages"]
    ]
    lines += [f"  {one['seq']:4} {_clock(one['at'], zone)}  {one['name']}: {one['means']}" for one in found["events"]]
    return "\n".join(lines)


def _snapshot(parts: Parts, ref: str) -> Snapshot | None:
    with read(parts.engine) as connection:
        found = cases_by_ref(connection, [ref.strip().upper()])
        return next(iter(snapshots(connection, found.values()).values()), None)


def _case_row(snapshot: Snapshot) -> dict[str, Any]:
    one = snapshot.case
    return {
        "ref": one.ref,
        "state": one.state.value,
        "opened_at": stamp(one.opened_at) if one.opened_at else None,
        "received_at": stamp(one.received_at) if one.received_at else None,
        "acknowledged_at": stamp(one.acknowledged_at) if one.acknowledged_at else None,
        "language": one.language,
        "handler": one.handler,
        "identity": one.identity,
        "closed_at": stamp(one.closed_at) if one.closed_at else None,
        "merged_into": one.merged_into or None,
        "policy": one.policy,
        "flags": sorted(one.flags),
        "folded": one.folded,
        "requests": [_request_row(request) for request in one.requests],
    }


def _request_row(one: Request) -> dict[str, Any]:
    days = {name: getattr(one, name) for name in ("ack_on", "notice_on", "total_on", "gate_on", "answer_on")}
    return {
        "number": one.number,
        "kind": one.kind,
        "right": one.right,
        "state": one.state.value,
        "confidence": one.confidence,
        "outcome": one.outcome or None,
        "ground": one.ground or None,
        "pause": one.pause or None,
        "dates": {name: day.isoformat() if day else None for name, day in days.items()},
        "warned": sorted(one.fired),
    }


def _incoming_row(row: Row[Any]) -> dict[str, Any]:
    at = stamp(row.received_at)
    return {
        "direction": "in",
        "id": row.id,
        "at": at,
        "kind": "message",
        "state": row.disposition,
        "size": row.size_bytes,
    }


def _outgoing_row(row: Row[Any]) -> dict[str, Any]:
    return {
        "direction": "out",
        "id": row.id,
        "at": stamp(row.settled_at or row.queued_at),
        "kind": row.kind,
        "state": row.state,
        "code": row.code,
        "message_id": row.message_id,
        "audience": row.audience,
    }


def _held_line(row: Row[Any], parts: Parts) -> str:
    since = row.received_at.astimezone(parts.rules.calendar.zone)
    return f"{row.id}  received {since:%Y-%m-%d %H:%M}  {row.why}  {row.size_bytes} bytes  {row.folder}"


def _show(parts: Parts, row: Row[Any]) -> list[str]:
    """Return a held message in words; reading it is the operator's right, printing it is not logging it."""
    lines = [_held_line(row, parts)]
    if not row.blob_id:
        return [*lines, "Too large to be stored: it lies on the server."]
    with read(parts.engine) as connection:
        raw = texts(connection, parts.vault, [row.blob_id])[row.blob_id]
    incoming = parts.sandbox.read(raw)
    if isinstance(incoming, Unreadable):
        return [*lines, f"cannot be read: {incoming.why}"]
    return [*lines, f"from: {incoming.from_address}", f"subject: {incoming.subject}", "", incoming.text]


def _clock(moment: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(zone):%Y-%m-%d %H:%M}"
