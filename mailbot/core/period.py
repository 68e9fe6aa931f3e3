"""A length of time with its unit, as policy files write it: "8bd", "12d", "1m", "1min"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.core.calendar import LONGEST_COUNT, Calendar


class Unit(StrEnum):
    """What a period is counted in, as written behind its number."""

    BUSINESS_DAYS = "bd"
    DAYS = "d"
    MONTHS = "m"
    MINUTES = "min"


@dataclass(frozen=True, slots=True)
class Period:
    """An amount (0 to 10,000) of one unit; `str` gives it back as the file writes it."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def end(self, start: date, calendar: Calendar) -> date:
        """Return the last day of the period; `start` itself is not counted (Civil Code Art. 140).

        Months end on the day of the same number, or on the month's last day (Art. 143).
        Raises `ValueError` for minutes, which have no day, and past the year 9999.
        """
        match self.unit:
            case Unit.BUSINESS_DAYS:
                return calendar.add_business_days(start, self.amount)
            case Unit.DAYS:
                return self._checked(start, start.toordinal() + self.amount)
            case Unit.MONTHS:
                return self._months_after(start)
            case Unit.MINUTES:
                raise ValueError(f"{self} has no last day: use bd, d or m")

    def _checked(self, start: date, ordinal: int) -> date:
        if ordinal > date.max.toordinal():
            raise ValueError(f"{self} from {start} leaves the year 9999: use a nearer date")
        return date.fromordinal(ordinal)

    def _months_after(self, start: date) -> date:
        years, month = divmod(start.month - 1 + self.amount, 12)
        year = start.year + years
        if year > date.max.year:
            raise ValueError(f"{self} from {start} leaves the year 9999: use a nearer date")
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def parse_period(text: str) -> Period | None:
    """Read a number and its unit; None when `text` is no period or is longer than 10,000 of its unit."""
    match = re.fullmatch(r"(\d{1,5})(bd|d|m|min)", text, re.ASCII)
    if match is None or int(match[1]) > LONGEST_COUNT:
        return None
    return Period(int(match[1]), Unit(match[2]))
