"""The idle meter: without delay means no business day without work or a lawful wait (law §2; APPI Arts. 32-35).

A day is *unexplained* when nobody worked on the request and its clock did not stand still. Days in a row count: work
begins the count anew.
"""

from datetime import date

from mailbot.core.calendar import Calendar
from mailbot.core.ladder import Point
from mailbot.core.policy import Policy
from mailbot.core.request import Request

HANDLER, MANAGER = "idle_handler", "idle_manager"


def idle_points(request: Request, policy: Policy, calendar: Calendar) -> tuple[Point, ...]:
    """Return when a request has lain for too many business days in a row: the morning after the last of them."""
    if policy.idle is None or request.pause or not request.is_undecided or request.received_at is None:
        return ()
    since = explained_until(request, calendar)
    alarms = ((HANDLER, policy.idle.handler, ("handler",)), (MANAGER, policy.idle.manager, ("manager",)))
    return tuple(_point(code, days, roles, since, request, policy, calendar) for code, days, roles in alarms)


def explained_until(request: Request, calendar: Calendar) -> date:
    """Return the last day that is explained: of arrival, of work, or the one on which a lawful wait ended."""
    moments = (request.received_at, request.worked_at)
    days = [calendar.local_day(moment) for moment in moments if moment]
    return max([*days, *([request.resumed_on] if request.resumed_on else [])])


def unexplained(request: Request, calendar: Calendar, today: date) -> int:
    """Count the business days in a row, up to yesterday, on which nothing explains why it lay still."""
    if request.pause or not request.is_undecided:
        return 0
    return max(calendar.business_days_between(explained_until(request, calendar), _day_before(today)), 0)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _point(
    code: str, days: int, roles: tuple[str, ...], since: date, request: Request, policy: Policy, calendar: Calendar
) -> Point:
    on = calendar.add_business_days(since, days + 1)
    at = calendar.at(on, policy.ladder.at)
    return Point(code=code, at=at, roles=roles, due_on=request.answer_on or on, on=on, mark=str(since))
