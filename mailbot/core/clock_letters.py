"""Mails to staff about what all dates rest on: the company's calendar, and the clock of the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.letters import Company, Letter, LetterKind
from mailbot.core.message import Language

MOST_LINES = 50
"""Requests that one mail lists; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A request whose dates moved: whose, what it asks, and the day of the answer before and after."""

    ref: str
    number: int
    kind: str
    handler: str | None
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that counts now and did not, or the other way."""

    on: date
    counts: bool


def calendar_change(
    company: Company, moved: Sequence[Moved], days: Sequence[ChangedDay], to: str, language: Language
) -> Letter:
    """Return the one mail that tells a person which dates moved when the calendar changed."""
    ordered = sorted(moved, key=lambda one: (one.after or date.max, one.ref, one.number))
    context = {
        "company": company,
        "ref": "",
        "moved": ordered[:MOST_LINES],
        "more": max(len(ordered) - MOST_LINES, 0),
        "days": list(days),
    }
    return Letter("calendar_change", LetterKind.WARNING, language, to, context)


@dataclass(frozen=True, slots=True)
class Jump:
    """A clock that jumped ahead: what it said then, what it would have said, what it says as this is written.

    All three in the company's zone; `held` is how many mails wait.
    """

    said_at: datetime
    before: datetime
    now: datetime
    held: int


def clock_jump(company: Company, jump: Jump, secret: str, to: str, language: Language) -> Letter:
    """Return the question to a manager whether the clock is right; `secret` is the code of this manager."""
    hours = round((jump.said_at - jump.before).total_seconds() / 3600)
    context = {
        "company": company,
        "ref": "",
        "said_at": jump.said_at,
        "before": jump.before,
        "now": jump.now,
        "days": hours // 24,
        "hours": hours % 24,
        "held": jump.held,
        "secret": secret,
    }
    return Letter("clock_jump", LetterKind.ESCALATION, language, to, context)
