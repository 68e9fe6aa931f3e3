"""The clocks of one request: its dates under its rules, what moved them, and when it is looked at next.

The service clock counts business days and can stand still; the gate of Art. 39 never does; the idle meter counts days
on which nothing happened (law §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case
from mailbot.core.events import Json, Name
from mailbot.core.gate_draft import gate_draft_points
from mailbot.core.idle import idle_points
from mailbot.core.kinds import UNCLASSIFIED
from mailbot.core.ladder import OVERDUE, Point, ladder, next_moment
from mailbot.core.period import Period, Unit, parse_period
from mailbot.core.policy import Dates, Policy, dates
from mailbot.core.request import Request
from mailbot.core.waiting import hand_on_points, stopped_days, waiting_points


@dataclass(frozen=True, slots=True)
class Rules:
    """The law a case lives under: its policy and the company's calendar."""

    policy: Policy
    calendar: Calendar

    @property
    def key(self) -> str:
        """The name a case keeps: label and the first digits of the policy text's hash."""
        return f"{self.policy.label}@{self.policy.digest[:8]}"


def told_dates(request: Request, rules: Rules) -> dict[str, Json]:
    """Return every date of a request as an event carries it: the days of its row, and how far it was moved."""
    return {"moved": request.moved, **days_told(dates_of(request, rules), is_gate_answered=request.is_gate_answered)}


def is_snoozed(case: Case, request: Request, rules: Rules, now: datetime) -> bool:
    """Say whether staff put the warnings off until a later day; never past the last day of an answer."""
    today = rules.calendar.local_day(now)
    return bool(case.snoozed_until and today < case.snoozed_until and request.answer_on and today < request.answer_on)


def quiet_until(case: Case, request: Request, rules: Rules, now: datetime) -> datetime | None:
    """Return the morning on which warnings that staff put off come, None where none are put off.

    An answer may be owed earlier by now than when they were put off: the calendar changed, a status letter came back.
    """
    if not (case.snoozed_until and request.answer_on and is_snoozed(case, request, rules, now)):
        return None
    return rules.calendar.at(min(case.snoozed_until, request.answer_on), rules.policy.ladder.at)


def next_due(request: Request, rules: Rules, now: datetime) -> datetime | None:
    """Return when a request must be looked at next; None once nothing is owed any more."""
    return next_moment(points_of(request, rules), request.fired, now, rules.calendar) if request.is_running else None


def points_of(request: Request, rules: Rules) -> tuple[Point, ...]:
    """Return all that comes due for a request, in order of time.

    While its clock stands still, of the dates of the law only the gate warns.
    """
    policy, calendar = rules.policy, rules.calendar
    points = (
        *_dated_points(request, rules),
        *gate_draft_points(request, policy, calendar),
        *idle_points(request, policy, calendar),
        *waiting_points(request, policy, calendar),
        *hand_on_points(request, policy.ladder, calendar),
    )
    return tuple(sorted(points, key=lambda point: point.at))


def _dated_points(request: Request, rules: Rules) -> tuple[Point, ...]:
    received_at, owed = _received(request), owed_of(request, rules)
    if not request.pause:
        return ladder(rules.policy, rules.calendar, owed, received_at)
    if owed.gate_on is None:
        return ()
    gate = replace(owed, notice_on=None, total_on=None, preliminary_on=None)
    points = ladder(rules.policy, rules.calendar, gate, received_at)
    return tuple(point for point in points if point.code == OVERDUE or point.code.startswith("gate_"))


def owed_of(request: Request, rules: Rules) -> Dates:
    """Return the dates that still bind: a gate that a reasoned status letter has answered binds no more (law §2)."""
    found = dates_of(request, rules)
    return replace(found, gate_on=None) if request.is_gate_answered else found


def owed_on(request: Request, rules: Rules, today: date) -> date | None:
    """Return the day an answer is owed as of today, None where none is.

    While the service clock stands still its dates are those of a reply that comes today; the gate never moves.
    """
    if not request.pause:
        return request.answer_on
    stood = stopped_days(request, rules.calendar, today, rules.policy.longest_stop)
    return owed_of(replace(request, moved=request.moved + stood), rules).answer_by()


def dates_of(request: Request, rules: Rules) -> Dates:
    """Return every date of a request under its rules, with what pauses and an extension moved; the gate never moves."""
    found = dates(rules.policy, rules.calendar, rules.policy.table_of(request.kind), _received(request))
    extension = parse_period(request.extension)
    for by in (extension, Period(request.moved, Unit.BUSINESS_DAYS) if request.moved else None):
        found = found.moved(by, rules.calendar) if by else found
    return found


def days_told(found: Dates, *, is_gate_answered: bool = False) -> Mapping[str, Json]:
    """Return dates as an event carries them; what is not owed is left out."""
    bound = replace(found, gate_on=None) if is_gate_answered else found
    named: dict[str, date | None] = {
        "answer_on": bound.answer_by(),
        "ack_on": found.ack_on,
        "triage_on": found.triage_on,
        "notice_on": found.notice_on,
        "total_on": found.total_on,
        "gate_on": found.gate_on,
    }
    return {name: day.isoformat() for name, day in named.items() if day}


def _received(request: Request) -> datetime:
    if request.received_at is None:
        raise ValueError(f"request {request.number} has no moment of arrival")
    return request.received_at


def opening_name(code: str) -> Name:
    """Return the event that opens a request: one that nobody could name stays unclassified."""
    return Name.REQUEST_LEFT_UNCLASSIFIED if code == UNCLASSIFIED else Name.REQUEST_OPENED
