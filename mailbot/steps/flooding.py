"""A flood at the door: which mails of strangers go into its one case, and what that case and its staff are told.

A folded mail is not classified, not acknowledged and not noticed by itself; it keeps its bytes, and the case its clock.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from mailbot.core.case import Case, fold
from mailbot.core.correspondence import Reader
from mailbot.core.decide import Arrived, decide_new
from mailbot.core.events import Event, Json, Name
from mailbot.core.flood import ALIKE, DOMAIN, FLAG, SENDER, UNPROVED, Caps, Tally, Traces, marks, organisation, told_at
from mailbot.core.flood_notice import Flood, flood_notice
from mailbot.core.message import Verdict
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.reference import reference
from mailbot.sections import Staff
from mailbot.steps.dispose import kept_bytes
from mailbot.steps.done import Done, due_after, queued, settlement
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read
from mailbot.steps.writing import staff_envelope, write
from mailbot.store.blobs import packed
from mailbot.store.cases import Snapshot, reserve_numbers, snapshots
from mailbot.store.engine import read
from mailbot.store.engine import write as writing
from mailbot.store.flood import count_today, flood_case, name_flood_case, seen_today
from mailbot.store.ledger import Disposition
from mailbot.store.mail import Post, is_queued

Change = Callable[[Connection], None]
_MANAGER_FROM = 100
"""From so many mails on the manager hears of a flood too."""


class Watch:
    """Looks at the strangers of a batch: `folded` says by ledger id why a mail goes into the flood."""

    def __init__(self, parts: Parts, now: datetime) -> None:
        """Begin a batch."""
        self._parts, self._day = parts, parts.rules.calendar.local_day(now)
        limits = parts.config.limits
        self._caps = Caps(
            limits.flood_sender_day, limits.flood_alike_day, limits.flood_domain_day, limits.flood_unproved_day
        )
        self._exempt = {normalise_address(one) for one in limits.flood_exempt}
        self._new: dict[str, int] = {}
        self._looked_at: set[int] = set()
        self.folded: dict[int, str] = {}

    def look(self, strangers: Iterable[Read]) -> None:
        """Judge mails that would each open a case, in their order; one that was judged before stays judged."""
        fresh = {one.row.ledger_id: self._traces(one) for one in strangers if one.row.ledger_id not in self._looked_at}
        keys = {key for traces in fresh.values() for of in traces.keys.values() for key in of}
        with read(self._parts.engine) as connection:
            seen = seen_today(connection, self._day, keys)
        tally = Tally({key: seen.get(key, 0) + self._new.get(key, 0) for key in keys}, self._caps)
        for ledger_id, traces in fresh.items():
            if reason := tally.reason(traces):
                self.folded[ledger_id] = reason
            else:
                tally.count(traces)
        self._looked_at |= fresh.keys()
        self._new |= {key: self._new.get(key, 0) + count for key, count in tally.new.items()}

    def counted(self, done: Sequence[Done]) -> list[Done]:
        """Let the first of what a batch leads to write the counts too."""
        if not self._new:
            return [*done]
        count = partial(count_today, day=self._day, new=self._new)
        return [replace(one, writes=(*one.writes, count)) if place == 0 else one for place, one in enumerate(done)]

    def _traces(self, one: Read) -> Traces:
        """Return what a mail is counted under; forged mail in somebody's name never counts against their own."""
        is_proved = one.transport.dmarc == "pass"
        address = normalise_address(one.incoming.sender or "")
        domain = organisation(address.rpartition("@")[2])
        near = f"{domain}|" if is_proved else ""  # what is proved looks alike only to mail of its own domain
        text = f"{one.incoming.subject}\n{one.incoming.reply_text}"
        values: dict[str, tuple[str, ...]] = {SENDER: (address,), DOMAIN: (domain,), UNPROVED: ("",)}
        if self._caps.alike:
            values[ALIKE] = tuple(f"{near}{place}|{mark}" for place, mark in enumerate(marks(text)))
        if address in self._exempt:
            values = {UNPROVED: ("",)}
        blind = partial(self._parts.vault.blind, "flood")
        hidden = {
            reason: tuple(blind(f"{reason}|{is_proved}|{value}") for value in each) for reason, each in values.items()
        }
        return Traces(hidden, is_proved)


def fold_in(parts: Parts, batch: Sequence[tuple[Read, str]], now: datetime) -> list[Done]:
    """Return what becomes of folded mails: all of them in one case, with one event for the batch."""
    if not batch:
        return []
    with read(parts.engine) as connection:
        named = flood_case(connection)
        known = snapshots(connection, [named]).get(named) if named else None
    is_new = known is None or not known.case.is_open
    snapshot, events, changes = (known, [], ()) if known and not is_new else _opened(parts, batch[0][0], named, now)
    data: dict[str, Json] = {
        "count": len(batch),
        "why": " ".join(sorted({reason for _, reason in batch})),
        "first": batch[0][0].row.ledger_id,
        "last": batch[-1][0].row.ledger_id,
    }
    events = [*events, Event(Name.MESSAGES_FOLDED, now, data=data)]
    case = fold(events, snapshot.case)
    posts = _told(parts, snapshot, case, batch[-1][1], now)
    first = replace(
        _done(parts, batch[0], snapshot.case_id, is_new=is_new),
        case=snapshot,
        is_new=is_new,
        events=(*events, *queued(posts, now)),
        due=due_after(snapshot.case, case, parts.rules_of(case.policy), now),
        posts=tuple(posts),
        writes=changes,
    )
    return [first, *(_done(parts, one, snapshot.case_id) for one in batch[1:])]


def _opened(
    parts: Parts, one: Read, named: int | None, now: datetime
) -> tuple[Snapshot, list[Event], tuple[Change, ...]]:
    """Open the case of a flood: a person decides what it is; it has no party, so that nobody joins it by mail."""
    with writing(parts.engine) as connection:
        [number] = reserve_numbers(connection, 1)
    year = parts.rules.calendar.local_day(one.entry.received_at).year
    ref = reference(parts.config.company.case_prefix, year, number)
    arrived = Arrived(one.row.ledger_id, one.entry.received_at, one.incoming.language.value, Verdict(), (FLAG,))
    withheld = Event(Name.ACKNOWLEDGEMENT_WITHHELD, now, data={"why": FLAG})
    events = [*decide_new(ref, arrived, parts.rules, now, None), withheld]
    change = partial(name_flood_case, before=named, case_id=number)
    return Snapshot(number, one.entry.key_id, Case()), events, (change,)


def _done(parts: Parts, folded: tuple[Read, str], case_id: int, *, is_new: bool = False) -> Done:
    """Settle a folded mail; its bytes stay under the key they came under, packed, for a bomb must not fill the disk."""
    one, reason = folded
    text = packed(parts.vault, one.entry.key_id, kept_bytes(parts, one))
    disposition = Disposition.CASE if is_new else Disposition.FOLLOW_UP
    settled = settlement(one, disposition, reason, case_id, text)
    return Done(settled, resealed=text, resealed_from=one.entry.blob_id)


def _told(parts: Parts, snapshot: Snapshot, case: Case, reason: str, now: datetime) -> list[Post]:
    """Tell staff of a flood at its first mail and at each power of ten: few mails, however many it has."""
    count = told_at(case.folded)
    key = f"flood:{snapshot.case_id}:{count}"
    with read(parts.engine) as connection:
        if is_queued(connection, f"{key}:"):
            return []
    told = Flood(case, reason, case.folded)
    return [_mail(parts, snapshot, told, person, role, key, now) for person, role in _people(parts, case, count, now)]


def _people(parts: Parts, case: Case, count: int, now: datetime) -> Iterable[tuple[Staff, str]]:
    team = parts.team(now)
    found = {person.id: (person, "handler") for person in team.handlers(case)}
    if count >= _MANAGER_FROM:
        found = {person.id: (person, "manager") for person in team.staff("manager")} | found
    return found.values()


def _mail(parts: Parts, snapshot: Snapshot, told: Flood, person: Staff, role: str, key: str, now: datetime) -> Post:
    letter = flood_notice(parts.company, told, Reader(person.address, person.language, role), parts.rules, now)
    return write(parts, letter, staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now), now)
