"""What one message makes happen: its disposition, the events of its case, the letters they owe. Writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import Connection

from mailbot.core.budget import Hour, Slots
from mailbot.core.case import Case, fold
from mailbot.core.correspondence import Reader, Shown, acknowledgement, notice
from mailbot.core.decide import Arrived, decide_follow_up, decide_new, is_immediate
from mailbot.core.desk.known import addresses_in, name_key, phones_in
from mailbot.core.desk.letter_of import DESTROYED_DAYS
from mailbot.core.desk.requester import PAPERS, REOPENED, muted, react
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.desk.waiting_letters import resumption
from mailbot.core.due import decide_escalation
from mailbot.core.events import BOT, Event, Name
from mailbot.core.flood import muted_until
from mailbot.core.masked_copy import masked_copy
from mailbot.core.outgoing import Address, thread_after
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.reference import reference
from mailbot.core.token import Audience
from mailbot.core.triage import Sorted
from mailbot.edge.sandbox import Unreadable
from mailbot.sections import Staff
from mailbot.steps.done import Done, due_after, queued, settlement
from mailbot.steps.letters import requester_post
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read
from mailbot.steps.writing import Envelope, staff_envelope, write
from mailbot.store.blobs import Sealed, sealed
from mailbot.store.cases import Party, Snapshot
from mailbot.store.effects import void_gate_drafts
from mailbot.store.engine import read
from mailbot.store.known import indexes
from mailbot.store.ledger import Disposition
from mailbot.store.mail import Post, automatic_to, notices_of
from mailbot.store.papers import plan_destruction

_HOUR, _ONE_DAY = timedelta(hours=1), timedelta(days=1)
_NOTICE_AFTER = timedelta(milliseconds=1)
_UNCHECKED_DAYS = 20 + DESTROYED_DAYS
"""Business days papers stay that nobody ever checks: as long as a wait lasts (law §2) and a check takes (law §1)."""


def settled_only(one: Read, out: Sorted) -> Done:
    """Settle a message that opens nothing."""
    return Done(settlement(one, Disposition(out.disposition), out.why))


def new_case(parts: Parts, one: Read, number: int, related: str | None, slots: Slots, now: datetime) -> Done:
    """Open a case from a person's message: events, acknowledgement, notices."""
    year = parts.rules.calendar.local_day(one.entry.received_at).year
    ref = reference(parts.config.company.case_prefix, year, number)
    snapshot = Snapshot(number, one.entry.key_id, Case())
    events = decide_new(ref, _arrived(one), parts.rules, now, related)
    is_proved = one.transport.dmarc == "pass"
    slot = "automatic" if one.incoming.automatic else _slot(parts, one, fold(events), slots, now)
    if isinstance(slot, str):
        events.append(Event(Name.ACKNOWLEDGEMENT_WITHHELD, now, data={"why": slot}))
    events += _escalation(parts, Case(), fold(events), now)
    case = fold(events)
    posts = [] if isinstance(slot, str) else [_acknowledgement(parts, one, snapshot, case, slot, now)]
    told_at = slots.notice(now, is_proved=is_proved)
    told = notices(parts, snapshot, case, replace(_shown(one), related=related or ""), one.row.ledger_id, now)
    posts += _from(told_at, told)
    posts = [replace(post, is_unproved=not is_proved) for post in posts]
    masked = kept(parts, one, snapshot.key_id) if one.incoming.individual_numbers else None
    return Done(
        settlement(one, Disposition.CASE, None, number, masked),
        snapshot,
        is_new=True,
        events=(*events, *queued(posts, now)),
        due=due_after(Case(), case, parts.rules, now),
        parties=(_requester(parts, one, snapshot),),
        posts=tuple(posts),
        resealed=masked,
        resealed_from=one.entry.blob_id if masked else "",
        known=_told_of(parts, one),
    )


def _slot(parts: Parts, one: Read, case: Case, slots: Slots, now: datetime) -> datetime | str:
    """Return when the acknowledgement leaves: by the day it is promised for, or within a day of a mail read late."""
    calendar = parts.rules.calendar
    promised_on = min((one.ack_on for one in case.requests if one.ack_on), default=calendar.local_day(now))
    promised = calendar.at(promised_on + _ONE_DAY, time())
    return slots.take(one.sender_index, now, max(promised, now + _ONE_DAY), is_proved=one.transport.dmarc == "pass")


def follow_up(parts: Parts, one: Read, snapshot: Snapshot, by: str, now: datetime) -> Done:
    """Join a requester's message to its case and put it before staff.

    A new right in it gets its own clock; what a requester may do by mail happens. Papers that were asked for stay
    sealed under a key of their own, so that they can be destroyed alone.
    """
    rules, arrived = parts.rules_of(snapshot.case.policy), _arrived(one)
    events = decide_follow_up(snapshot.case, arrived, rules, now, by)
    scene = Scene(fold(events, snapshot.case), rules, now, BOT, arrived.message)
    act, hints = react(scene, arrived, one.incoming.reply_text, by, len(one.incoming.attachments))
    orders = act.letters or _resumption(parts, one, snapshot.case, fold(act.events, scene.case), events, now)
    if orders and _is_muted(parts, one, now):
        (act, hints), orders = muted(act, hints), ()
    escalation = _escalation(parts, snapshot.case, fold(act.events, scene.case), now)
    case = fold((*act.events, *escalation), scene.case)
    thread = thread_after(one.incoming.message_id, one.incoming.references)
    letters = [requester_post(parts, snapshot, replace(scene, case=case), order, thread) for order in orders]
    hints += (REOPENED,) if case.is_open and not snapshot.case.is_open else ()
    shown = replace(_shown(one), hints=hints, is_follow_up=True)
    told = notices(parts, snapshot, case, shown, one.row.ledger_id, now)
    is_urgent = escalation or PAPERS in hints or len(case.requests) > len(snapshot.case.requests)
    posts = [*letters, *(told if is_urgent else _from(_told_at(parts, snapshot.case_id, now), told))]
    events += [*act.events, *escalation, *queued(posts, now)]
    due = due_after(snapshot.case, case, rules, now)
    text = kept(parts, one, one.entry.key_id if PAPERS in hints else snapshot.key_id)
    voided = partial(void_gate_drafts, case_id=snapshot.case_id, now=now)  # what it said of the case is over
    writes: list[Callable[[Connection], None]] = [voided, *([_destruction(parts, one, now)] if PAPERS in hints else [])]
    found = joined(one, snapshot, Disposition.FOLLOW_UP, text, events, due, posts, writes)
    return replace(found, known=_told_of(parts, one))


def _told_at(parts: Parts, case_id: int, now: datetime) -> datetime:
    """Return when staff hear of one more message of a case: at once, or when its hour has room (threats B2)."""
    most = parts.config.limits.flood_notices_hour
    with read(parts.engine) as connection:
        taken = notices_of(connection, case_id, now - _HOUR) if most else []
    return Hour(taken, most).next_at(now) if most else now


def _from(moment: datetime, posts: Sequence[Post]) -> list[Post]:
    """Let mails leave at a moment, and not before."""
    return [replace(post, due_at=max(post.due_at, moment)) for post in posts]


def _is_muted(parts: Parts, one: Read, now: datetime) -> bool:
    """Say whether so much was written to the sender by itself that a machine seems to answer there (threats B2)."""
    with read(parts.engine) as connection:
        written = automatic_to(connection, one.sender_index, now - _ONE_DAY - _HOUR)
    until = muted_until(written)
    return until is not None and now < until


def _resumption(
    parts: Parts, one: Read, before: Case, after: Case, events: Sequence[Event], now: datetime
) -> tuple[LetterOrder, ...]:
    """Return the letter with the new date for a reply that was waited for; a machine gets none (promise 6)."""
    order = resumption(before, after, events, parts.rules.calendar.local_day(now))
    return (order,) if order and not one.incoming.automatic else ()


def _destruction(parts: Parts, one: Read, now: datetime) -> Callable[[Connection], None]:
    """Plan the end of papers nobody ever checks."""
    calendar = parts.rules.calendar
    day = calendar.add_business_days(calendar.local_day(now), _UNCHECKED_DAYS)
    due_at = calendar.at(day, parts.rules.policy.ladder.at)
    return partial(plan_destruction, ledger_ids=[one.row.ledger_id], due_at=due_at)


def bounced(one: Read, now: datetime) -> Event:
    """Return the event of a mail of ours that came back."""
    return Event(Name.LETTER_BOUNCED, now, data={"message": one.row.ledger_id, "status": status_of(one)})


def status_of(one: Read) -> str:
    """Return the enhanced status a bounce gives (RFC 3463), such as `5.1.1`; `-` when it gives none."""
    return (one.incoming.bounce.status if one.incoming.bounce else None) or "-"


def joined(
    one: Read,
    snapshot: Snapshot,
    disposition: Disposition,
    text: Sealed,
    events: Sequence[Event],
    due: Mapping[int, datetime],
    posts: Sequence[Post],
    writes: Sequence[Callable[[Connection], None]] = (),
) -> Done:
    """Settle a message that belongs to a case; `text` are its bytes as they are kept from now on."""
    return Done(
        settlement(one, disposition, None, snapshot.case_id, text),
        snapshot,
        events=tuple(events),
        due=due,
        posts=tuple(posts),
        resealed=text,
        resealed_from=one.entry.blob_id,
        writes=tuple(writes),
    )


def kept(parts: Parts, one: Read, key_id: str) -> Sealed:
    """Return what is kept of a mail, sealed."""
    return sealed(parts.vault, key_id, "raw", kept_bytes(parts, one))


def kept_bytes(parts: Parts, one: Read) -> bytes:
    """Return the bytes that are kept of a mail: as they came, but never with an individual number (law §1)."""
    return _masked(parts, one) if one.incoming.individual_numbers else one.raw


def _masked(parts: Parts, one: Read) -> bytes:
    files = one.incoming.attachments
    found = parts.sandbox.enclosed(one.raw, [file.sha256 for file in files]) if files else []
    known = [] if isinstance(found, Unreadable) else list(zip(files, found, strict=True))
    return masked_copy(one.raw, one.incoming, known)


def _requester(parts: Parts, one: Read, snapshot: Snapshot) -> Party:
    address = sealed(parts.vault, snapshot.key_id, "address", (one.incoming.sender or "").encode())
    return Party(snapshot.case_id, one.sender_index, "requester", address)


def _told_of(parts: Parts, one: Read) -> dict[str, str]:
    """Return whom a message is about, as keyed hashes: an answer to somebody else must not name them (threats C2)."""
    words = f"{one.incoming.subject}\n{one.incoming.reply_text}"
    name = name_key(one.incoming.sender_name)
    told = {
        "address": [normalise_address(found) for found in (*addresses_in(words), one.incoming.sender or "") if found],
        "phone": phones_in(words),
        "name": [name] if name else [],
    }
    return indexes(parts.vault, told)


def _arrived(one: Read) -> Arrived:
    return Arrived(one.row.ledger_id, one.entry.received_at, one.incoming.language.value, one.verdict, one.marks)


def _acknowledgement(parts: Parts, one: Read, snapshot: Snapshot, case: Case, slot: datetime, now: datetime) -> Post:
    to = one.incoming.sender or ""
    letter = acknowledgement(parts.company, case, to, parts.rules, now)
    address = Address(to, Audience.REQUESTER, snapshot.case_id)
    thread = thread_after(one.incoming.message_id, one.incoming.references)
    key = f"ack:{snapshot.case_id}"
    return write(parts, letter, Envelope(key, address, snapshot.key_id, thread, slot, once=True), now)


def notices(parts: Parts, snapshot: Snapshot, case: Case, shown: Shown, number: int, now: datetime) -> list[Post]:
    """Return the notices of message `number` of the ledger, one for everybody who hears of it."""
    rules = parts.rules_of(case.policy)
    posts = []
    for person, role in _told(parts, case, now):
        reader = Reader(person.address, person.language, role)
        key = f"notice:{number}"
        envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now + _NOTICE_AFTER)
        posts.append(write(parts, notice(parts.company, case, shown, reader, rules, now), envelope, now))
    return posts


def _shown(one: Read) -> Shown:
    because = {asked.kind: asked.because for asked in one.verdict.asked}
    return Shown(one.incoming, one.entry.received_at, one.transport.dmarc, because, is_follow_up=False)


def _told(parts: Parts, case: Case, now: datetime) -> list[tuple[Staff, str]]:
    """Return who hears of a message: the case's handler or all handlers, the manager too where the law says at once."""
    team = parts.team(now)
    told = {person.id: (person, "handler") for person in team.handlers(case)}
    kinds = [request.kind for request in case.running]
    if case.is_open and is_immediate(kinds, case.flags, parts.rules_of(case.policy).policy):
        told |= {person.id: (person, "manager") for person in team.staff("manager")}
    return list(told.values())


def _escalation(parts: Parts, before: Case, after: Case, now: datetime) -> list[Event]:
    """Return the fact that a message put its case before the manager at once; who is told of it has a notice."""
    policy = parts.rules_of(after.policy).policy
    return decide_escalation(before, after, policy, parts.team(now).of_case(after), now)
