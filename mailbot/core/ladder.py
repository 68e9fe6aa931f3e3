"""The escalation ladder: at which moments of one request who is told, and which moment comes next.

Promises: no point lies on or before the day of arrival; each fires once, overdue once a day; an
open request always has a next moment, later than whatever was handled. Source: law §2.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailbot.core.calendar import Calendar
from mailbot.core.policy import Dates, Policy

OVERDUE = "overdue"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """One warning.

    `code` is half_used, three_left, one_left, gate_<day>, overdue, or one of `core.idle` and `core.waiting`; `at`
    (aware UTC) its moment and `on` the company's day of it; `roles` who is told, empty where nobody is warned;
    `due_on` the day it warns of. `mark` tells points of one code apart that may come again, "" where it comes once.
    """

    code: str
    at: datetime
    roles: tuple[str, ...]
    due_on: date
    on: date
    mark: str = ""

    @property
    def token(self) -> str:
        """Return what to record as fired: the code, with its mark or (overdue) its day, as in "overdue:2026-12-05"."""
        mark = str(self.on) if self.code == OVERDUE else self.mark
        return f"{self.code}:{mark}" if mark else self.code


def ladder(policy: Policy, calendar: Calendar, dates: Dates, received_at: datetime) -> tuple[Point, ...]:
    """Return the points of a request in order of time; the first overdue one is always among them.

    A point that a short clock would put on or before the day of arrival is left out.
    """
    arrived_on = calendar.local_day(received_at)
    rungs = policy.ladder
    days = _service_days(calendar, arrived_on, dates.answer_by()) | _gate_days(rungs.gate_days, arrived_on, dates)
    points = [
        Point(
            code=code,
            at=calendar.at(on, rungs.at),
            roles=rungs.gate if code.startswith("gate_") else getattr(rungs, code),
            due_on=due_on,
            on=on,
        )
        for code, (on, due_on) in days.items()
        if on > arrived_on
    ]
    return tuple(sorted(points, key=lambda point: point.at))


def points_passed(
    points: Sequence[Point], fired: Collection[str], now: datetime, calendar: Calendar
) -> tuple[Point, ...]:
    """Return every point that has come by `now` and whose token is not in `fired`, in order of time.

    However many days were missed, overdue is there at most once, as of its latest day.
    """
    return tuple(point for point in _unfired(points, fired, now, calendar) if point.at <= now)


def next_moment(points: Sequence[Point], fired: Collection[str], now: datetime, calendar: Calendar) -> datetime | None:
    """Return when a request must be looked at next (aware UTC), None when no point is left.

    It lies after `now` once all passed points fired.
    """
    return min((point.at for point in _unfired(points, fired, now, calendar)), default=None)


def _service_days(calendar: Calendar, arrived_on: date, due_on: date) -> dict[str, tuple[date, date]]:
    """Return code to (day, due day). What is left is counted back from the last day on which work is done."""
    half = (calendar.business_days_between(arrived_on, due_on) + 1) // 2
    workday = due_on if calendar.is_business_day(due_on) else calendar.subtract_business_days(due_on, 1)
    days = {
        "half_used": calendar.add_business_days(arrived_on, half),
        "three_left": calendar.subtract_business_days(workday, 3),
        "one_left": calendar.subtract_business_days(workday, 1),
        OVERDUE: due_on + _ONE_DAY,
    }
    return {code: (on, due_on) for code, on in days.items()}


def _gate_days(numbers: Sequence[int], arrived_on: date, dates: Dates) -> dict[str, tuple[date, date]]:
    gate_on = dates.gate_on
    if gate_on is None:
        return {}
    days = {f"gate_{number}": arrived_on + timedelta(days=number) for number in numbers}
    return {code: (on, gate_on) for code, on in days.items() if on <= gate_on}


def _unfired(points: Sequence[Point], fired: Collection[str], now: datetime, calendar: Calendar) -> list[Point]:
    once = [point for point in points if point.code != OVERDUE and point.token not in fired]
    daily = [_overdue(point, fired, now, calendar) for point in points if point.code == OVERDUE]
    return [*once, *daily]


def _overdue(first: Point, fired: Collection[str], now: datetime, calendar: Calendar) -> Point:
    """Return the overdue point that waits: the latest that has come, or else the first to come."""
    waiting = max([first.on, *(day + _ONE_DAY for day in _overdue_days(fired))])
    today = calendar.local_day(now)
    latest = today if _overdue_on(first, today, calendar).at <= now else today - _ONE_DAY
    return _overdue_on(first, max(waiting, latest), calendar)


def _overdue_on(point: Point, on: date, calendar: Calendar) -> Point:
    clock = point.at.astimezone(calendar.zone).time()
    return replace(point, on=on, at=calendar.at(on, clock))


def _overdue_days(fired: Collection[str]) -> list[date]:
    prefix = f"{OVERDUE}:"
    return [date.fromisoformat(token.removeprefix(prefix)) for token in fired if token.startswith(prefix)]
