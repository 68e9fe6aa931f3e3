"""Explains a date: every day of a clock, counted or skipped, with its reason (product promise 5)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailbot.core.case import Request
from mailbot.core.clock import Rules, dates_of, points_of
from mailbot.core.kinds import KINDS

_ONE_DAY = timedelta(days=1)


def reckoned(request: Request, rules: Rules, now: datetime) -> Iterator[str]:
    """Yield a line for every day from arrival to the last date: counted or not and why, and what falls on it."""
    owed = dates_of(request, rules)
    marks: dict[date, list[str]] = {}
    named = {"acknowledgement": owed.ack_on, "notice": owed.notice_on, "total": owed.total_on, "gate": owed.gate_on}
    for name, on in named.items():
        if on:
            marks.setdefault(on, []).append(f"{name} owed")
    for point in points_of(request, rules) if request.is_running else ():
        marks.setdefault(point.on, []).append(f"warning {point.code}")
    yield f"request {request.number}: {KINDS[request.kind].name_en} ({request.state.value})"
    today, day, count = rules.calendar.local_day(now), owed.arrived_on, 0
    last = max([day, *marks])
    while day <= last:
        reason = "arrival, not counted" if day == owed.arrived_on else rules.calendar.why_not(day)
        count += reason is None
        counted = f"business day {count}" if reason is None else f"not counted: {reason}"
        calendar_day = (day - owed.arrived_on).days
        mark = "; ".join([*marks.get(day, []), *(["today"] if day == today else [])])
        yield f"  {shown_day(day)}  day {calendar_day:2}  {counted}{'  <- ' + mark if mark else ''}"
        day += _ONE_DAY


def shown_day(day: date | None) -> str:
    """Return a day with its weekday, `-` for none."""
    return f"{day:%Y-%m-%d %a}" if day else "-"
