"""When a reasoned status letter is put before staff, so that the gate of Art. 39 is answered in time (law §2)."""

from datetime import date

from mailbot.core.calendar import Calendar
from mailbot.core.ladder import Point
from mailbot.core.policy import Dates, Policy, dates
from mailbot.core.request import Request

GATE_DRAFT = "gate_draft"


def gate_draft_points(request: Request, policy: Policy, calendar: Calendar) -> tuple[Point, ...]:
    """Return the days on which the letter lies ready: the internal gate, then each business day up to the gate.

    Where nobody works on the day of the internal gate it lies ready on the last business day before as well.
    Nothing is drafted where the request is decided, a status letter is on its way, or one has answered the gate.
    """
    if not request.is_undecided or request.is_gate_answered or request.report or request.received_at is None:
        return ()
    found = dates(policy, calendar, policy.table_of(request.kind), request.received_at)
    gate_on, at = found.gate_on, policy.ladder.at
    if gate_on is None:
        return ()
    return tuple(
        Point(code=GATE_DRAFT, at=calendar.at(on, at), roles=(), due_on=gate_on, on=on, mark=str(on))
        for on in _days(found, gate_on, calendar)
    )


def _days(found: Dates, gate_on: date, calendar: Calendar) -> list[date]:
    first = found.gate_internal_on
    if first is None:
        return []
    later = [date.fromordinal(day) for day in range(first.toordinal() + 1, gate_on.toordinal() + 1)]
    return [
        *_before(first, found.arrived_on, calendar),
        first,
        *(day for day in later if calendar.is_business_day(day)),
    ]


def _before(first: date, arrived_on: date, calendar: Calendar) -> list[date]:
    """Return the last business day before a day nobody works on, if the request was there by then."""
    before = calendar.subtract_business_days(first, 1)
    return [before] if not calendar.is_business_day(first) and before > arrived_on else []
