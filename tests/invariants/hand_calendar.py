"""A printed calendar and a finger: slow, obvious, typed by hand, and nothing of the product in it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import takewhile

ONE_DAY = timedelta(days=1)

# The Cabinet Office's list (国民の祝日), with substitute holidays (振替休日) and days between holidays (国民の休日).
# 2028 is not published yet: the two holidays of its first weeks follow from the Act on National Holidays.
PRINTED = """
2026-01-01 2026-01-12 2026-02-11 2026-02-23 2026-03-20 2026-04-29 2026-05-03 2026-05-04 2026-05-05 2026-05-06
2026-07-20 2026-08-11 2026-09-21 2026-09-22 2026-09-23 2026-10-12 2026-11-03 2026-11-23
2027-01-01 2027-01-11 2027-02-11 2027-02-23 2027-03-21 2027-03-22 2027-04-29 2027-05-03 2027-05-04 2027-05-05
2027-07-19 2027-08-11 2027-09-20 2027-09-23 2027-10-11 2027-11-03 2027-11-23
2028-01-01 2028-01-10
"""
HOLIDAYS = PRINTED.split()
CLOSED = ["12-29", "12-30", "12-31", "01-01", "01-02", "01-03"]


def is_open(day: date) -> bool:
    """Tell whether the printed calendar has the day in black."""
    return day.strftime("%A") not in {"Saturday", "Sunday"} and str(day) not in HOLIDAYS and str(day)[5:] not in CLOSED


def days_after(start: date) -> Iterator[date]:
    """Yield one day after the other; the day itself is not counted."""
    while True:
        start += ONE_DAY
        yield start


def nth_open(start: date, n: int, is_open: Callable[[date], bool]) -> date:
    """Put a finger on each day and count the open ones."""
    for day in days_after(start) if n else ():
        n -= is_open(day)
        if n == 0:
            return day
    return start


def leaf_after(day: date) -> list[date]:
    """Turn the leaf: every day of the next month."""
    first = next(day for day in days_after(day) if day.day == 1)
    return [first, *takewhile(lambda day: day.month == first.month, days_after(first))]


def months_later(start: date, months: int) -> date:
    """Turn so many leaves, then look for the same number; a month that is too short ends on its last day (Art. 143)."""
    leaf = [start]
    for _ in range(months):
        leaf = leaf_after(leaf[-1])
    return next((day for day in leaf if day.day == start.day), leaf[-1])
