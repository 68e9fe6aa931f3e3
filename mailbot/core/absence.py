"""When members of staff are away: the days as the configuration and a mail write them. Pure.

A day without its year is the next such day, so that nobody has to write one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

LONGEST_DAYS = 366
"""A longer absence is a typing error; whoever leaves for good has a `valid_until`."""

TODAY = "today"
_REMEDY = 'write "2026-12-24" or "2026-12-01..2026-12-05"'
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATED = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?", re.ASCII)
_YEARLESS = re.compile(r"(\d{1,2})(?:/|月)(\d{1,2})日?", re.ASCII)
_LEAP_YEAR = 2000  # so that 02-29 is a day of the year
_YEARS_TO_LEAP_DAY = 8  # 1896 to 1904, 2096 to 2104


@dataclass(frozen=True, slots=True)
class Absence:
    """The days somebody is away, first and last included."""

    first_on: date
    last_on: date

    def covers(self, day: date) -> bool:
        """Tell whether the person is away on a day."""
        return self.first_on <= day <= self.last_on


def parse_absence(text: str) -> Absence:
    """Parse "2026-12-24" or "2026-12-01..2026-12-05". Raises ValueError with what is wrong and the remedy."""
    ends = [end.strip() for end in text.split("..")]
    if len(ends) > 2 or not all(_ISO.fullmatch(end) for end in ends):  # noqa: PLR2004 -- a range has two ends
        raise ValueError(f"expected full dates; {_REMEDY}")
    try:
        first_on, last_on = date.fromisoformat(ends[0]), date.fromisoformat(ends[-1])
    except ValueError:
        raise ValueError(f"no such day; {_REMEDY}") from None
    if last_on < first_on:
        raise ValueError(f"the last day lies before the first; {_REMEDY}")
    if (last_on - first_on).days >= LONGEST_DAYS:
        raise ValueError(f"longer than {LONGEST_DAYS} days; {_REMEDY}")
    return Absence(first_on, last_on)


def is_away(absences: Iterable[str], day: date) -> bool:
    """Tell whether absences as the configuration writes them (all of them sound) cover a day."""
    return any(parse_absence(text).covers(day) for text in absences)


def written_day(word: str) -> str | None:
    """Read a day as staff write it; None where it is none.

    Returns `2026-12-01` for a full date, `12-01` for one without its year (12/1, 12月1日), TODAY for today.
    """
    if word.casefold() in {TODAY, "今日", "本日"}:
        return TODAY
    found, yearless = _DATED.fullmatch(word), _YEARLESS.fullmatch(word)
    if found:
        year, month, day = (int(part) for part in found.groups())
        return _known(f"{year:04}-{month:02}-{day:02}")
    if yearless:
        month, day = (int(part) for part in yearless.groups())
        return _known(f"{_LEAP_YEAR}-{month:02}-{day:02}") and f"{month:02}-{day:02}"
    return None


def next_day(written: str, after: date) -> date:
    """Return the day that `written_day` read: the next such day, not before `after`, where it has no year."""
    if written == TODAY:
        return after
    if _ISO.fullmatch(written):
        return date.fromisoformat(written)
    years = range(after.year, after.year + _YEARS_TO_LEAP_DAY + 1)
    days = [date.fromisoformat(known) for year in years if (known := _known(f"{year:04}-{written}"))]
    return min(day for day in days if day >= after)


def _known(text: str) -> str | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text
