"""The figures of a week or a month: what arrived, what was answered, how much of it in time, how long it took.

Pure; `docs/digest.md` defines every figure for its readers. Weeks are those of ISO 8601, Monday to Sunday.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from mailbot.core.calendar import Calendar
from mailbot.core.letters import Week

WEEKS = 12
"""Weeks in the chart of the digest."""
WEEKLY, MONTHLY, SPAN = "weekly", "monthly", "span"
NOT_GIVEN = frozenset({"refused", "partial"})
"""Outcomes that rest on a ground of law."""
_WEEK, _MONTH = re.compile(r"(\d{4})-W(\d{2})", re.ASCII), re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report, both included. `kind` is weekly, monthly or span."""

    kind: str
    first: date
    last: date

    @property
    def label(self) -> str:
        """The name of the span: `2026-W47`, `2026-11` or `2026-11-01..2026-11-15`."""
        if self.kind == WEEKLY:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}" if self.kind == MONTHLY else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A request that was answered: `due_on` is the day it was owed as it stood then, None where no clock ran.

    `outcome` and `ground` are codes, "" for none.
    """

    right: str
    received_at: datetime
    answered_at: datetime
    due_on: date | None
    outcome: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one right, or of all together (`right` is ""). Days are business days; None where none ended."""

    right: str
    arrivals: int
    closures: int
    open_at_end: int
    on_time: int
    median_days: float | None
    longest_days: int | None

    @property
    def share(self) -> int | None:
        """The answers given in time, in percent; None where none was given."""
        return round(100 * self.on_time / self.closures) if self.closures else None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store counted in a span: requests by right, and occurrences by code (see `OCCURRENCES`)."""

    arrivals: Mapping[str, int]
    open_at_end: Mapping[str, int]
    answers: Sequence[Answer]
    occurrences: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report says: all rights together, each right that occurs, grounds of refusal, and the rest."""

    span: Span
    total: Row
    rights: tuple[Row, ...]
    grounds: tuple[tuple[str, int], ...]
    occurrences: tuple[tuple[str, int], ...]


OCCURRENCES = ("pauses", "extensions", "gates_answered", "escalations", "overdue_now", "corrections", "held", "mails")


def figures(span: Span, counted: Counts, calendar: Calendar) -> Figures:
    """Return the figures of a span, the rights in the order of their names."""
    rights = sorted({*counted.arrivals, *counted.open_at_end, *(one.right for one in counted.answers)})
    named = [one.ground for one in counted.answers if one.outcome in NOT_GIVEN and one.ground]
    grounds = {code: named.count(code) for code in named}
    return Figures(
        span=span,
        total=_row("", counted, calendar),
        rights=tuple(_row(right, counted, calendar) for right in rights),
        grounds=tuple(sorted(grounds.items(), key=lambda pair: (-pair[1], pair[0]))),
        occurrences=tuple((code, counted.occurrences.get(code, 0)) for code in OCCURRENCES),
    )


def _row(right: str, counted: Counts, calendar: Calendar) -> Row:
    """Return the figures of one right; of all of them for ""."""
    answers = [one for one in counted.answers if right in {"", one.right}]
    took = sorted(_days(one, calendar) for one in answers)
    return Row(
        right=right,
        arrivals=_of(counted.arrivals, right),
        closures=len(answers),
        open_at_end=_of(counted.open_at_end, right),
        on_time=sum(is_on_time(one, calendar) for one in answers),
        median_days=median(took),
        longest_days=took[-1] if took else None,
    )


def _of(counts: Mapping[str, int], right: str) -> int:
    return counts.get(right, 0) if right else sum(counts.values())


def _days(one: Answer, calendar: Calendar) -> int:
    return calendar.business_days_between(calendar.local_day(one.received_at), calendar.local_day(one.answered_at))


def is_on_time(one: Answer, calendar: Calendar) -> bool:
    """Say whether an answer left on the last day that was owed or before; what nobody owes is never late."""
    return one.due_on is None or calendar.local_day(one.answered_at) <= one.due_on


def median(ordered: Sequence[int]) -> float | None:
    """Return the middle of numbers in rising order, the mean of the two middle ones of an even count; None of none."""
    if not ordered:
        return None
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def mondays(today: date, count: int) -> tuple[date, ...]:
    """Return the Mondays of the last `count` weeks, this one included, and the Monday that ends it."""
    this = today - timedelta(days=today.weekday())
    return tuple(this + timedelta(weeks=number) for number in range(1 - count, 2))


def by_week(
    edges: Sequence[date], arrivals: Sequence[int], answers: Sequence[Answer], calendar: Calendar
) -> list[Week]:
    """Return one value a week between neighbouring Mondays; `arrivals` has one number for each."""
    found = []
    for (monday, following), arrived in zip(pairwise(edges), arrivals, strict=True):
        ended = [one for one in answers if monday <= calendar.local_day(one.answered_at) < following]
        found.append(Week(monday, arrived, len(ended), sum(is_on_time(one, calendar) for one in ended)))
    return found


def week(text: str) -> Span:
    """Read `2026-W47`. Raises ValueError for anything else."""
    found = _WEEK.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}": expected a week, for example 2026-W47')
    first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return Span(WEEKLY, first, first + timedelta(days=6))


def month(text: str) -> Span:
    """Read `2026-11`. Raises ValueError for anything else."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}": expected a month, for example 2026-11')
    return _month(date(int(found[1]), int(found[2]), 1))


def _month(first: date) -> Span:
    return Span(MONTHLY, first, (first + timedelta(days=31)).replace(day=1) - _ONE_DAY)


def before(kind: str, day: date) -> Span:
    """Return the last whole week or month that ended before a day."""
    if kind == WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Span(WEEKLY, monday - timedelta(days=7), monday - _ONE_DAY)
    return _month((day.replace(day=1) - _ONE_DAY).replace(day=1))


def reported_on(span: Span, calendar: Calendar) -> date:
    """Return the day on which a span is reported: the first business day after it."""
    return calendar.add_business_days(span.last, 1)


def spans_due(kind: str, calendar: Calendar, today: date) -> list[Span]:
    """Return the spans of the latest report day up to today, the oldest first.

    After a stop only these are made up for. There are several where a whole week has no business day: it is reported
    together with the one before.
    """
    latest = before(kind, today)
    while reported_on(latest, calendar) > today:
        latest = before(kind, latest.first)
    found = [latest]
    while reported_on(earlier := before(kind, found[0].first), calendar) == reported_on(latest, calendar):
        found.insert(0, earlier)
    return found


def next_report_on(kind: str, calendar: Calendar, after: date) -> date:
    """Return the first day after `after` on which a week or a month is reported."""
    current = before(kind, after)
    while (on := reported_on(current, calendar)) <= after:
        current = _following(current)
    return on


def _following(span: Span) -> Span:
    if span.kind == WEEKLY:
        return Span(WEEKLY, span.first + timedelta(days=7), span.last + timedelta(days=7))
    return _month(span.last + _ONE_DAY)
