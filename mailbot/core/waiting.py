"""What comes due while something is waited for: the requester's reply, or a word of those who were warned.

A stop of the service clock has reminders, a longest length and perhaps a lapse (law §2); a warning that nobody
acknowledges goes to the next person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.ladder import Point
from mailbot.core.period import Period
from mailbot.core.policy import Policy, Rungs, Wait
from mailbot.core.request import Request

_GRACE = 5
"""Business days between the last reminder and the lapse, at least."""
REMIND, LAPSE, STOP_ENDS, HAND_ON = "remind", "lapse", "stop_ends", "hand_on"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes of a question that nobody answers, as the requester is told it: the days (company zone).

    `stops` says whether the service clock stands still for it at all; `stops_until` is the last day on which it can,
    None where the policy sets no end. `reminders` are the days on which the question is asked again. `reply_by` is
    the last business day on which a reply is in time, None where nothing ends on any day. `lapses` says whether the
    request ends after it.
    """

    stops: bool = False
    stops_until: date | None = None
    reminders: tuple[date, ...] = ()
    reply_by: date | None = None
    lapses: bool = False


def outlook(request: Request, policy: Policy, calendar: Calendar) -> Outlook:
    """Return what comes of the question a request stands still for; its points follow the same days."""
    wait = policy.waits.get(request.pause)
    if wait is None or request.paused_on is None:
        return Outlook()
    cap = _cap(request, policy, calendar)
    lapses = _lapses(wait, request, policy, calendar)
    reply_by = calendar.subtract_business_days(_lapse_on(wait, request, calendar), 1) if lapses else cap
    last = reply_by or date.max
    reminders = tuple(day for day in _reminder_days(wait, request, calendar) if day <= last)
    return Outlook(stops=True, stops_until=cap, reminders=reminders, reply_by=reply_by, lapses=lapses)


def is_waited(point: Point) -> bool:
    """Say whether a point comes due because the requester has not replied."""
    return point.code in {LAPSE, STOP_ENDS} or point.code.startswith(f"{REMIND}_")


def together(found: Sequence[Outlook]) -> Outlook:
    """Return what a letter about several requests may promise for all of them: the earliest day of each."""
    reply_by = min((one.reply_by for one in found if one.reply_by), default=None)
    days = sorted({day for one in found for day in one.reminders if reply_by is None or day <= reply_by})
    return Outlook(
        stops=any(one.stops for one in found),
        stops_until=min((one.stops_until for one in found if one.stops_until), default=None),
        reminders=tuple(days),
        reply_by=reply_by,
        lapses=any(one.lapses for one in found),
    )


def waiting_points(request: Request, policy: Policy, calendar: Calendar) -> tuple[Point, ...]:
    """Return the reminders of a stop, and its end: a lapse, or else the day after which the clock runs again."""
    wait = policy.waits.get(request.pause)
    if wait is None or request.paused_on is None:
        return ()
    days = enumerate(_reminder_days(wait, request, calendar), start=1)
    reminders = [_point(f"{REMIND}_{n}", on, request, policy, calendar) for n, on in days]
    if not _lapses(wait, request, policy, calendar):
        return (*reminders, *_capped(request, policy, calendar))
    if reminders and request.reminded_on is None:  # nothing lapses without a reminder some days before
        return tuple(reminders)
    return (*reminders, _point(LAPSE, _lapse_on(wait, request, calendar), request, policy, calendar))


def _reminder_days(wait: Wait, request: Request, calendar: Calendar) -> list[date]:
    return [period.end(request.paused_on or date.min, calendar) for period in wait.remind]


def _lapses(wait: Wait, request: Request, policy: Policy, calendar: Calendar) -> bool:
    """Say whether a question that nobody answers ends the request.

    Where all its stops together last too long before that, the clock runs again and a person decides.
    """
    if wait.lapse is None or request.paused_on is None:
        return False
    cap = _cap(request, policy, calendar)
    return cap is None or wait.lapse.end(request.paused_on, calendar) <= cap


def _lapse_on(wait: Wait, request: Request, calendar: Calendar) -> date:
    """Return the business day on which a request ends: after the last day of a reply, and some days after a reminder.

    A reply on its last day is in time; the days by which a late reminder puts the end off are no longer counted.
    """
    last = wait.lapse.end(request.paused_on, calendar) if wait.lapse and request.paused_on else date.min
    on = calendar.add_business_days(last, 1)
    if request.reminded_on is None:
        return on
    return max(on, calendar.add_business_days(request.reminded_on, _GRACE + 1))


def hand_on_points(request: Request, rungs: Rungs, calendar: Calendar) -> tuple[Point, ...]:
    """Return when a warning that nobody has acknowledged goes to the next person."""
    if not request.told or request.told_at is None:
        return ()
    told_on = calendar.local_day(request.told_at)
    on = rungs.hand_on.end(told_on, calendar)
    at = calendar.at(on, request.told_at.astimezone(calendar.zone).time())
    due_on = request.answer_on or on
    return (Point(code=HAND_ON, at=at, roles=(), due_on=due_on, on=on, mark=request.told_at.isoformat()),)


def stopped_days(request: Request, calendar: Calendar, on: date, most: Period | None) -> int:
    """Return the business days a stop that ends on a day may count: never more than all stops together may have."""
    stood = calendar.business_days_between(request.paused_on, on) if request.paused_on else 0
    return max(min(stood, _left(request, most)), 0)


def _left(request: Request, most: Period | None) -> int:
    return max(most.amount - request.moved, 0) if most else 10_000


def _cap(request: Request, policy: Policy, calendar: Calendar) -> date | None:
    """Return the last day on which the clock can stand still: all stops of a request together have an end."""
    if policy.longest_stop is None or request.paused_on is None:
        return None
    return calendar.add_business_days(request.paused_on, _left(request, policy.longest_stop))


def _capped(request: Request, policy: Policy, calendar: Calendar) -> list[Point]:
    cap = _cap(request, policy, calendar)
    return [_point(STOP_ENDS, calendar.add_business_days(cap, 1), request, policy, calendar)] if cap else []


def _point(code: str, on: date, request: Request, policy: Policy, calendar: Calendar) -> Point:
    at: datetime = calendar.at(on, policy.ladder.at)
    return Point(code=code, at=at, roles=(), due_on=request.answer_on or on, on=on, mark=str(request.paused_on))
