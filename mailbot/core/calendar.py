"""Which days count: business days, company days and the moments they begin, as pure arithmetic.

Promises: the start day is never counted; every skipped day has a reason (`why_not`); no call runs
for ever; nothing here reads a clock or a holiday table, both are handed in. Source: law §2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_COUNT = 10_000  # business days; a longer period is a typing error, not a deadline
LONGEST_CLOSURE = 366  # days
_ONE_DAY = timedelta(days=1)
_MONDAY_TO_FRIDAY = 5
_LEAP_YEAR = 2000  # so that 02-29 is a day of the year
_REMEDY = 'write "12-29", "12-29..01-03" or "2026-08-13..2026-08-15"'


class CalendarFault(ValueError):
    """A calendar that cannot be built. `faults` holds one sentence per wrong value, each with its remedy."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Closure:
    """Days the company is closed: `text` as the operator wrote it, `yearly` (month, day) pairs, `dates` single days."""

    text: str
    yearly: frozenset[tuple[int, int]] = frozenset()
    dates: frozenset[date] = frozenset()

    def covers(self, day: date) -> bool:
        """Tell whether the company is closed on `day` because of this closure."""
        return (day.month, day.day) in self.yearly or day in self.dates


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one company.

    `holidays` maps a public holiday to its name, company overrides included. `holidays_until` is
    the last day for which holidays are officially known: later days are counted, but provisional.
    Raises `CalendarFault` when the closures leave no day of the year open.
    """

    zone: ZoneInfo
    holidays: Mapping[date, str]
    closures: tuple[Closure, ...]
    holidays_until: date
    _off: frozenset[date] = field(init=False, repr=False, compare=False)
    _yearly: frozenset[tuple[int, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Join the closures into two sets, so that one day costs two look-ups."""
        yearly = frozenset[tuple[int, int]]().union(*(closure.yearly for closure in self.closures))
        if len(yearly) >= LONGEST_CLOSURE:
            raise CalendarFault(["policy.closures: every day of the year is closed; leave business days open"])
        off = frozenset(self.holidays).union(*(closure.dates for closure in self.closures))
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_yearly", yearly)

    def is_business_day(self, day: date) -> bool:
        """Tell whether `day` counts: no Saturday, no Sunday, no holiday, no closure."""
        return day.weekday() < _MONDAY_TO_FRIDAY and day not in self._off and (day.month, day.day) not in self._yearly

    def why_not(self, day: date) -> str | None:
        """Return why `day` does not count: "weekend", the holiday's name or "closure <text>". None: it counts."""
        if day.weekday() >= _MONDAY_TO_FRIDAY:
            return "weekend"
        if day in self.holidays:
            return self.holidays[day]
        return next((f"closure {closure.text}" for closure in self.closures if closure.covers(day)), None)

    def add_business_days(self, start: date, n: int) -> date:
        """Return the `n`-th business day after `start`, which is not counted; `start` itself when `n` is 0.

        Raises `ValueError` when `n` is not within 0..10,000 or the result lies past the year 9999.
        """
        return self._step(start, n, _ONE_DAY)

    def subtract_business_days(self, start: date, n: int) -> date:
        """Return the `n`-th business day before `start`, which is not counted; errors as `add_business_days`."""
        return self._step(start, n, -_ONE_DAY)

    def business_days_between(self, start: date, end: date) -> int:
        """Count the business days after `start` up to and including `end`.

        Negative when `end` lies before `start`: minus the count from `end` to `start`.
        """
        if end < start:
            return -self.business_days_between(end, start)
        days = range(start.toordinal() + 1, end.toordinal() + 1)
        return sum(self.is_business_day(date.fromordinal(day)) for day in days)

    def is_provisional(self, day: date) -> bool:
        """Tell whether a deadline on `day` may still move because its holidays are not officially known yet."""
        return day > self.holidays_until

    def local_day(self, moment: datetime) -> date:
        """Return the company's day at an aware `moment`. Raises `ValueError` for a naive one."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone: pass an aware moment")
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment (aware UTC) at which the company's clocks show `clock` on `day`."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def _step(self, start: date, n: int, stride: timedelta) -> date:
        if not 0 <= n <= LONGEST_COUNT:
            raise ValueError(f"{n} business days: expected 0 to {LONGEST_COUNT}")
        if isinstance(start, datetime):  # a datetime is a date to the type checker, but never equals a holiday
            raise ValueError(f"{start.isoformat()} is a moment: pass its local_day")  # noqa: TRY004 - a value of the wrong kind is a fault of the value here
        day = start
        try:
            for _ in range(n):
                day += stride
                while not self.is_business_day(day):
                    day += stride
        except OverflowError:
            raise ValueError(f"{n} business days from {start} leave the years 1 to 9999: use a nearer date") from None
        return day


def parse_closures(texts: Iterable[str]) -> tuple[Closure, ...]:
    """Parse every closure. Raises one `CalendarFault` that names all that cannot be read."""
    closures: list[Closure] = []
    faults: list[str] = []
    for text in texts:
        try:
            closures.append(parse_closure(text))
        except CalendarFault as fault:
            faults += fault.faults
    if faults:
        raise CalendarFault(faults)
    return tuple(closures)


def parse_closure(text: str) -> Closure:
    """Parse "12-29", "12-29..01-03" (yearly, may span the new year), "2026-08-13" or "2026-08-13..2026-08-15".

    Raises `CalendarFault` naming the value and the remedy.
    """
    ends = [end.strip() for end in text.split("..")]
    if len(ends) > 2:  # noqa: PLR2004 - a range has two ends
        raise _fault(text, "a range has one ..")
    first, last = ends[0], ends[-1]
    if all(re.fullmatch(r"\d{2}-\d{2}", end, re.ASCII) for end in ends):
        return Closure(text, yearly=_yearly(text, first, last))
    if all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", end, re.ASCII) for end in ends):
        return Closure(text, dates=_dates(text, first, last))
    raise _fault(text, "expected days of every year or full dates")


def _yearly(text: str, first: str, last: str) -> frozenset[tuple[int, int]]:
    start, end = _day(text, f"{_LEAP_YEAR}-{first}"), _day(text, f"{_LEAP_YEAR}-{last}")
    if end < start:  # over the new year
        return frozenset((day.month, day.day) for day in _days(start, date(_LEAP_YEAR, 12, 31))) | frozenset(
            (day.month, day.day) for day in _days(date(_LEAP_YEAR, 1, 1), end)
        )
    return frozenset((day.month, day.day) for day in _days(start, end))


def _dates(text: str, first: str, last: str) -> frozenset[date]:
    start, end = _day(text, first), _day(text, last)
    if end < start:
        raise _fault(text, "the last day lies before the first")
    if (end - start).days >= LONGEST_CLOSURE:
        raise _fault(text, f"longer than {LONGEST_CLOSURE} days")
    return frozenset(_days(start, end))


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]


def _day(text: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _fault(text, "no such day") from None


def _fault(text: str, problem: str) -> CalendarFault:
    return CalendarFault([f'policy.closures = "{text}": {problem}; {_REMEDY}'])
