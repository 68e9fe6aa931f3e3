"""What one message makes happen: its disposition, the events of its case, the letters they owe. Writes nothing."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailbot.core.case import Case, State, fold
from mailbot.core.correspondence import Reader, Shown, acknowledgement, notice
from mailbot.core.decide import Arrived, decide_follow_up, decide_new, decide_staff, is_immediate, next_due
from mailbot.core.events import Event, Name
from mailbot.core.outgoing import Address, thread_after
from mailbot.core.reference import reference
from mailbot.core.token import Audience
from mailbot.core.triage import Sorted
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read, staff_with_address
from mailbot.steps.writing import Envelope, staff_envelope, write
from mailbot.store.blobs import Sealed, sealed
from mailbot.store.cases import Snapshot
from mailbot.store.ledger import Disposition, Settlement
from mailbot.store.mail import Post

_HOUR = timedelta(hours=1)
_NOTICE_AFTER = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Done:
    """Everything one message leads to, ready to be committed.

    `case` is the case before the events (empty for a new one), `events` what happens to it, `due` when its
    requests are looked at next, `resealed` the mail sealed anew under the key of the case it joined, in place
    of the blob `resealed_from`.
    """

    settlement: Settlement
    case: Snapshot | None = None
    is_new: bool = False
    events: tuple[Event, ...] = ()
    due: Mapping[int, datetime] = field(default_factory=dict)
    party: str | None = None
    posts: tuple[Post, ...] = ()
    resealed: Sealed | None = None
    resealed_from: str = ""


class Slots:
    """The caps on acknowledgements: so many an hour in all (later ones wait), so many a day to one address."""

    def __init__(self, taken: Sequence[datetime], per_hour: int, to_party: Mapping[str, int], per_day: int) -> None:
        """Take when acknowledgements left in the last hour, and how many each party got in the last day."""
        self._taken = deque(taken[-per_hour:] if per_hour else [], maxlen=max(per_hour, 1))
        self._per_hour, self._per_day = per_hour, per_day
        self._to_party = dict(to_party)

    def take(self, party: str, now: datetime) -> datetime | str:
        """Return when an acknowledgement to this party may leave, or the code of why it may not."""
        if self._to_party.get(party, 0) >= self._per_day:
            return "address_limit"
        if self._per_hour == 0:
            return "hour_limit"
        self._to_party[party] = self._to_party.get(party, 0) + 1
        slot = max(now, self._taken[0] + _HOUR) if len(self._taken) == self._per_hour else now
        self._taken.append(slot)
        return slot


def settled_only(one: Read, out: Sorted) -> Done:
    """Settle a message that opens nothing."""
    return Done(_settlement(one, Disposition(out.disposition), out.why))


def new_case(parts: Parts, one: Read, number: int, related: str | None, slots: Slots, now: datetime) -> Done:
    """Open a case from a person's message: events, acknowledgement, notices."""
    year = parts.rules.calendar.local_day(one.entry.received_at).year
    ref = reference(parts.config.company.case_prefix, year, number)
    snapshot = Snapshot(number, one.entry.key_id, Case())
    events = decide_new(ref, _arrived(one), parts.rules, now, related)
    slot = "automatic" if one.incoming.automatic else slots.take(one.sender_index, now)
    if isinstance(slot, str):
        events.append(Event(Name.ACKNOWLEDGEMENT_WITHHELD, now, data={"why": slot}))
    case = fold(events)
    posts = [] if isinstance(slot, str) else [_acknowledgement(parts, one, snapshot, case, slot, now)]
    posts += _notices(parts, one, snapshot, case, now, is_follow_up=False)
    return Done(
        _settlement(one, Disposition.CASE, None, number),
        snapshot,
        is_new=True,
        events=(*events, *_queued(posts, now)),
        due={request.number: next_due(request, parts.rules, now) for request in case.requests},
        party=one.sender_index,
        posts=tuple(posts),
    )


def follow_up(parts: Parts, one: Read, snapshot: Snapshot, by: str, now: datetime) -> Done:
    """Join a requester's message to its case and put it before staff; a new right in it gets its own clock."""
    rules = parts.rules_of(snapshot.case.policy)
    events = decide_follow_up(snapshot.case, _arrived(one), rules, now, by)
    case = fold(events, snapshot.case)
    posts = _notices(parts, one, snapshot, case, now, is_follow_up=True)
    fresh = case.requests[len(snapshot.case.requests) :]
    due = {request.number: next_due(request, rules, now) for request in fresh}
    events = [*events, *_queued(posts, now)]
    return _joined(parts, one, snapshot, Disposition.FOLLOW_UP, events, due, posts)


def staff_message(parts: Parts, one: Read, snapshot: Snapshot, now: datetime) -> Done:
    """Keep what a member of staff wrote with the case; it changes nothing and goes to nobody."""
    person = staff_with_address(parts, one.incoming.sender, now)[0]
    events = decide_staff(one.row.ledger_id, person, now)
    return _joined(parts, one, snapshot, Disposition.STAFF, events, {}, [])


def bounced(one: Read, now: datetime) -> Event:
    """Return the event of a mail of ours that came back."""
    return Event(Name.LETTER_BOUNCED, now, data={"message": one.row.ledger_id, "status": status_of(one)})


def status_of(one: Read) -> str:
    """Return the enhanced status a bounce gives (RFC 3463), such as `5.1.1`; `-` when it gives none."""
    return (one.incoming.bounce.status if one.incoming.bounce else None) or "-"


def _joined(
    parts: Parts,
    one: Read,
    snapshot: Snapshot,
    disposition: Disposition,
    events: Sequence[Event],
    due: Mapping[int, datetime],
    posts: Sequence[Post],
) -> Done:
    text = sealed(parts.vault, snapshot.key_id, "raw", one.raw)
    settlement = _settlement(one, disposition, None, snapshot.case_id, text)
    return Done(
        settlement,
        snapshot,
        events=tuple(events),
        due=due,
        posts=tuple(posts),
        resealed=text,
        resealed_from=one.entry.blob_id,
    )


def _settlement(
    one: Read, disposition: Disposition, why: str | None, case_id: int | None = None, text: Sealed | None = None
) -> Settlement:
    return Settlement(
        row=one.row,
        disposition=disposition,
        why=why,
        case_id=case_id,
        key_id=text.key_id if text else one.entry.key_id,
        blob_id=text.id if text else one.entry.blob_id,
        content_index=one.content_index,
        sender_index=one.sender_index,
    )


def _arrived(one: Read) -> Arrived:
    return Arrived(one.row.ledger_id, one.entry.received_at, one.incoming.language.value, one.verdict, one.marks)


def _acknowledgement(parts: Parts, one: Read, snapshot: Snapshot, case: Case, slot: datetime, now: datetime) -> Post:
    to = one.incoming.sender or ""
    letter = acknowledgement(parts.company, case, to, parts.rules, now)
    address = Address(to, Audience.REQUESTER, snapshot.case_id)
    thread = thread_after(one.incoming.message_id, one.incoming.references)
    key = f"ack:{snapshot.case_id}"
    return write(parts, letter, Envelope(key, address, snapshot.key_id, thread, slot, once=True), now)


def _notices(
    parts: Parts, one: Read, snapshot: Snapshot, case: Case, now: datetime, *, is_follow_up: bool
) -> list[Post]:
    because = {asked.kind: asked.because for asked in one.verdict.asked}
    shown = Shown(one.incoming, one.entry.received_at, one.transport.dmarc, because, is_follow_up)
    rules = parts.rules_of(case.policy)
    posts = []
    for person, role in _told(parts, case, now):
        reader = Reader(person.address, person.language, role)
        key = f"notice:{one.row.ledger_id}"
        envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now + _NOTICE_AFTER)
        posts.append(write(parts, notice(parts.company, case, shown, reader, rules, now), envelope, now))
    return posts


def _told(parts: Parts, case: Case, now: datetime) -> list[tuple[Staff, str]]:
    """Return who hears of a message: the case's handler or all handlers, the manager too where the law says at once."""
    handlers = parts.staff("handler", now)
    own = [person for person in handlers if person.id == case.handler]
    told = {person.id: (person, "handler") for person in own or handlers}
    kinds = [request.kind for request in case.requests if request.state is not State.ABSENT]
    if is_immediate(kinds, case.flags, parts.rules_of(case.policy).policy):
        told |= {person.id: (person, "manager") for person in parts.staff("manager", now)}
    return list(told.values())


def _queued(posts: Sequence[Post], now: datetime) -> list[Event]:
    return [Event(Name.LETTER_QUEUED, now, data={"letter": post.kind, "mail": post.key}) for post in posts]
