"""The clocks of one request: its dates under its rules, what moved them, and when it is looked at next.

The service clock counts business days and can stand still; the gate of Art. 39 never does (law §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case, Request
from mailbot.core.events import Json, Name
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.ladder import OVERDUE, Point, ladder, next_moment
from mailbot.core.period import Period, Unit
from mailbot.core.policy import Dates, Policy, dates


@dataclass(frozen=True, slots=True)
class Rules:
    """The law a case lives under: its policy and the company's calendar."""

    policy: Policy
    calendar: Calendar

    @property
    def key(self) -> str:
        """The name a case keeps: label and the first digits of the policy text's hash."""
        return f"{self.policy.label}@{self.policy.digest[:8]}"


def moved_dates(request: Request, days: int, rules: Rules) -> dict[str, Json]:
    """Return the dates of a request after so many business days more, as an event carries them."""
    later = replace(request, moved=request.moved + days)
    return {"moved": later.moved, **days_told(dates_of(later, rules))}


def is_snoozed(case: Case, request: Request, rules: Rules, now: datetime) -> bool:
    """Say whether staff put the warnings off until a later day; never past the last day of an answer."""
    today = rules.calendar.local_day(now)
    return bool(case.snoozed_until and today < case.snoozed_until and request.answer_on and today < request.answer_on)


def next_due(request: Request, rules: Rules, now: datetime) -> datetime | None:
    """Return when a request must be looked at next; None once nothing is owed any more."""
    points = points_of(request, rules)
    if not request.is_running or not points:
        return None
    return next_moment(points, request.fired, now, rules.calendar)


def points_of(request: Request, rules: Rules) -> tuple[Point, ...]:
    """Return the warnings of a request in order of time; while its clock stands still, those of the gate alone."""
    received_at, owed = _received(request), dates_of(request, rules)
    if not request.pause:
        return ladder(rules.policy, rules.calendar, owed, received_at)
    if owed.gate_on is None:
        return ()
    gate = replace(owed, notice_on=None, total_on=None, preliminary_on=None)
    points = ladder(rules.policy, rules.calendar, gate, received_at)
    return tuple(point for point in points if point.code == OVERDUE or point.code.startswith("gate_"))


def dates_of(request: Request, rules: Rules) -> Dates:
    """Return every date of a request under its rules, with what pauses and an extension moved.

    The reasoned letter of an extension has answered the gate (`Dates`).
    """
    owed = _service(KINDS[request.kind].periods, request.moved, _received(request), rules)
    return replace(owed, gate_on=None) if request.is_extended else owed


def _service(periods: str, moved: int, received_at: datetime, rules: Rules) -> Dates:
    owed = dates(rules.policy, rules.calendar, periods, received_at)
    return owed.moved(Period(moved, Unit.BUSINESS_DAYS), rules.calendar) if moved else owed


def days_told(owed: Dates) -> Mapping[str, Json]:
    """Return the dates that are owed as an event carries them."""
    named: dict[str, date | None] = {
        "answer_on": owed.answer_by(),
        "ack_on": owed.ack_on,
        "triage_on": owed.triage_on,
        "notice_on": owed.notice_on,
        "total_on": owed.total_on,
        "gate_on": owed.gate_on,
    }
    return {name: day.isoformat() for name, day in named.items() if day}


def _received(request: Request) -> datetime:
    if request.received_at is None:
        raise ValueError(f"request {request.number} has no moment of arrival")
    return request.received_at


def opening_name(code: str) -> Name:
    """Return the event that opens a request: one that nobody could name stays unclassified."""
    return Name.REQUEST_LEFT_UNCLASSIFIED if code == UNCLASSIFIED else Name.REQUEST_OPENED
