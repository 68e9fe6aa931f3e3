"""Who acts in which case by which mail, and what comes of it: the values the modules of this folder hand around."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules
from mailbot.core.decide import decide_staff
from mailbot.core.desk.order import Command
from mailbot.core.desk.receipt import Receipt, receipt
from mailbot.core.desk.scene import Scene
from mailbot.core.events import Event
from mailbot.core.letters import Letter, Said
from mailbot.core.message import Incoming
from mailbot.core.outgoing import Enclosed
from mailbot.core.reference import is_reference
from mailbot.sections import Staff
from mailbot.steps.dispose import joined, kept
from mailbot.steps.done import Also, Done, due_after, queued
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read
from mailbot.steps.writing import staff_envelope, write
from mailbot.store.cases import Party, Snapshot, snapshots
from mailbot.store.engine import read
from mailbot.store.ledger import Disposition
from mailbot.store.mail import Post
from mailbot.store.register import cases_by_ref
from mailbot.store.tables import OFFICE


@dataclass(frozen=True, slots=True)
class Acting:
    """A member of staff with a mail of theirs that carried their own token.

    `one` is the mail that is settled. `incoming`, `raw` and `message` (its number in the ledger) are of the mail whose
    words count: another one where an order was challenged and its author has now proved to be who they are.
    `is_proved` says whether the way of the mail is proved too; `tag_differs` is a reference of another case in its
    subject.
    """

    parts: Parts
    one: Read
    person: Staff
    snapshot: Snapshot
    now: datetime
    is_proved: bool
    tag_differs: str
    incoming: Incoming
    raw: bytes
    message: int

    @property
    def rules(self) -> Rules:
        """The rules the case lives under."""
        case = self.snapshot.case
        return self.parts.rules_of(case.policy) if case.policy else self.parts.rules

    @property
    def is_manager(self) -> bool:
        """Whether the person may stand behind what needs the manager."""
        return "manager" in self.person.roles


@dataclass(frozen=True, slots=True)
class Result:
    """What comes of a staff mail: events of the case, mails, other cases, and whatever else is written with them."""

    events: tuple[Event, ...] = ()
    posts: tuple[Post, ...] = ()
    also: tuple[Also, ...] = ()
    parties: tuple[Party, ...] = ()
    writes: tuple[Callable[[Connection], None], ...] = ()

    def __add__(self, other: "Result") -> "Result":
        return Result(
            self.events + other.events,
            self.posts + other.posts,
            self.also + other.also,
            self.parties + other.parties,
            self.writes + other.writes,
        )


def done(acting: Acting, result: Result) -> Done:
    """Settle the mail with its case, whatever came of it."""
    before = acting.snapshot.case
    wrote = decide_staff(acting.one.row.ledger_id, acting.person.id, acting.now, is_proved=acting.is_proved)
    events = [*wrote, *result.events]
    events += letters_queued(acting, result)
    due = due_after(before, fold(events, before), acting.rules, acting.now) if acting.snapshot.case_id != OFFICE else {}
    text = kept(acting.parts, acting.one, acting.snapshot.key_id)
    settled = joined(acting.one, acting.snapshot, Disposition.STAFF, text, events, due, result.posts, result.writes)
    return replace(settled, also=result.also, parties=result.parties)


def letters_queued(acting: Acting, result: Result) -> list[Event]:
    """Return the facts that letters of the case were written; those of another case belong to that one."""
    own = [one for one in result.posts if one.audience == "requester" and one.case_id == acting.snapshot.case_id]
    return queued(own, acting.now)


def scene_of(acting: Acting, commands: Sequence[Command], text: str) -> Scene:
    """Return what the commands work on: the case, the staff of today, the cases they name."""
    today = acting.parts.rules.calendar.local_day(acting.now)
    return Scene(
        case=acting.snapshot.case,
        rules=acting.rules,
        now=acting.now,
        actor=acting.person.id,
        message=acting.message,
        people={person.id: person.name for person in acting.parts.config.staff_on(today)},
        others=named_cases(acting.parts, [word for one in commands for word in (*one.words, one.target)]),
        text=text,
    )


def named_cases(parts: Parts, words: Sequence[str]) -> dict[str, tuple[int, Case]]:
    """Return number and case of every reference among some words."""
    refs = sorted({word for word in words if is_reference(word)})
    if not refs:
        return {}
    with read(parts.engine) as connection:
        ids = cases_by_ref(connection, refs)
        found = snapshots(connection, ids.values())
    return {ref: (case_id, found[case_id].case) for ref, case_id in ids.items()}


def answer(acting: Acting, said: Sequence[Said], case: Case | None = None, **more: object) -> Result:
    """Return the receipt of a mail, to its sender alone, in the thread of the case."""
    about = case or acting.snapshot.case
    value = Receipt(about, tuple(said), acting.person.address, acting.person.language, **more)  # type: ignore[arg-type]
    return told(acting, acting.person, receipt(acting.parts.company, value, acting.rules, acting.now), "receipt")


def told(
    acting: Acting, person: Staff, letter: Letter, what: str, files: Sequence[Enclosed] = (), key_id: str = ""
) -> Result:
    """Return a mail to a member of staff that this mail caused; once, however often the mail is looked at.

    It is sealed under the key of the case, or under `key_id`: files go when the key of the mail they came with does.
    """
    answered = acting.one.incoming.message_id if person.id == acting.person.id else None
    key = f"{what}:{acting.one.row.ledger_id}"
    snapshot = acting.snapshot
    sealed_by = key_id or snapshot.key_id
    envelope = staff_envelope(acting.parts, person, key, snapshot.case_id, sealed_by, acting.now, answered)
    return Result(posts=(write(acting.parts, letter, replace(envelope, files=tuple(files)), acting.now),))
