"""A doubt holds all mail until a manager says with a code that what is doubted is right; each cause asks its own mail.

While anything is doubted mail is read and decided, nothing is decided by dates, and nothing but the question leaves.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from mailbot.core.desk.levels import Level
from mailbot.core.events import BOT, Event, Name, stamp
from mailbot.core.letters import Letter
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import append, snapshots
from mailbot.store.effects import (
    APPROVE,
    APPROVING,
    OFFERED,
    VOID,
    Code,
    Effect,
    keep_codes,
    keep_effect,
    move_effect,
    new_code,
    new_effect,
    seal_effect,
)
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.moments import mails_waiting
from mailbot.store.remembered import forget, recall, remember
from mailbot.store.tables import OFFICE

CLOCK, RESTORE = "clock", "restore"
"""What can be doubted: the kind of the effect that waits for a manager, and the key under which it is remembered."""
KEY = "doubt:"
"""What begins the key of the only mails that leave meanwhile."""
_GOOD_FOR, _ASK_AGAIN = timedelta(days=30), timedelta(days=1)
_log = structlog.get_logger()

Said = Mapping[str, str]
"""What is remembered of a doubt and asked about it: moments and numbers as text."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked in which language, with which code, when, and how many mails are held."""

    person: Staff
    secret: str
    now: datetime
    held: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Why mail is held. `question` writes the mail to a manager, `believed` is the fact that one said yes.

    `roster_at` is the moment whose managers are asked; `settle` puts right what was doubted, in that transaction.
    """

    kind: str
    question: Callable[[Parts, Said, Asking], Letter]
    roster_at: Callable[[Said, datetime], datetime]
    believed: Name
    settle: Callable[[Connection, Parts, Said, datetime], None]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt as it is remembered: the effect that waits, when it was asked last, and what was said."""

    kind: str
    effect_id: str
    asked_at: datetime
    said: Said


def doubt_of(connection: Connection, *kinds: str) -> Doubt | None:
    """Return the first doubt of these kinds (all where none is named) that holds all mail, None for none."""
    for kind in kinds or (CLOCK, RESTORE):
        if (text := recall(connection, kind)) is not None:
            value = json.loads(text)
            return Doubt(kind, value["effect"], datetime.fromisoformat(value["asked_at"]), value)
    return None


def is_doubted(parts: Parts, *kinds: str) -> bool:
    """Say whether nothing may leave, because something is not believed."""
    with read(parts.engine) as connection:
        return doubt_of(connection, *kinds) is not None


def ask(
    parts: Parts,
    cause: Cause,
    said: Said,
    now: datetime,
    events: Sequence[Event] = (),
    also: Callable[[Connection], None] = lambda _: None,
) -> None:
    """Ask the managers, each with a code of their own, and remember the doubt in the same transaction.

    `events` begin a doubt, and `also` does what belongs to that.
    """
    said = {**said, "asked_at": stamp(now)}
    made = new_effect(OFFICE, 0, BOT, cause.kind, int(Level.MANAGER), said)
    words = seal_effect(parts.vault, parts.office_key, made)
    codes, posts = _questions(parts, cause, made, said, now)
    sealed = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        office = snapshots(connection, [OFFICE])  # locked from here on: several workers may begin to doubt at once
        also(connection)
        if known := doubt_of(connection, cause.kind):
            move_effect(connection, known.effect_id, APPROVING, VOID, now)
        append(connection, office, {OFFICE: events} if events else {})
        keep_effect(connection, made, words, now)
        move_effect(connection, made.id, OFFERED, APPROVING, now)
        keep_codes(connection, parts.vault, codes)
        queue(connection, posts, sealed, now)
        remember(connection, cause.kind, json.dumps({**said, "effect": made.id}))


def ask_when_due(parts: Parts, cause: Cause, now: datetime) -> bool:
    """Ask anew when a day has gone by, or the clock was set since; the codes of before no longer count."""
    with read(parts.engine) as connection:
        known = doubt_of(connection, cause.kind)
    if known is None or timedelta() <= now - known.asked_at < _ASK_AGAIN:
        return False
    said = {name: value for name, value in known.said.items() if name != "effect"}
    ask(parts, cause, said, now)
    return True


def believe(connection: Connection, parts: Parts, cause: Cause, now: datetime) -> None:
    """Let mail leave again, and put right what was doubted."""
    known = doubt_of(connection, cause.kind)
    forget(connection, cause.kind)
    cause.settle(connection, parts, known.said if known else {}, now)


def _questions(parts: Parts, cause: Cause, made: Effect, said: Said, now: datetime) -> tuple[list[Code], list[Post]]:
    with read(parts.engine) as connection:
        held = mails_waiting(connection, now)
    codes, posts = [], []
    for person in _asked(parts, cause.roster_at(said, now)):
        code = new_code(parts.vault, made, person.id, APPROVE, now + _GOOD_FOR)
        letter = cause.question(parts, said, Asking(person, code.secret, now, held))
        envelope = staff_envelope(parts, person, f"{KEY}{made.id}", OFFICE, parts.office_key, now)
        codes.append(code)
        posts.append(write_mail(parts, letter, envelope, now))
    return codes, posts


def _asked(parts: Parts, at: datetime) -> list[Staff]:
    """Return who is asked: whoever was a manager at that moment, the deputies where nobody was."""
    found = parts.staff("manager", at) or parts.staff("deputy", at)
    if not found:
        _log.error("nobody can confirm what is doubted: name a manager in the configuration")
    return found
