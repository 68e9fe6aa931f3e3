"""Counting running requests anew when the company's calendar has changed: which days changed, which dates move.

Promises: what was not changed is told of nobody; a second recount under the same calendar makes no second event.
Source: law §2 (when a holiday is added, running cases are recomputed and the change is shown).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.clock import Rules, told_dates
from mailbot.core.events import Event, Json, Name
from mailbot.core.request import DAYS, Request
from mailbot.core.waiting import stopped_days

_FEW = 10
"""Changed days that an event names; of more it only says how many."""
_WEEK = 5


@dataclass(frozen=True, slots=True)
class Days:
    """The days off of one calendar, as they are remembered: `off` are the weekdays of `first`..`last` that count not.

    Weekends always are, whatever a table says.
    """

    zone: str
    first: date
    last: date
    off: frozenset[date]

    def text(self) -> str:
        """Return the one text of these days: the same days have the same text."""
        off = [day.isoformat() for day in sorted(self.off)]
        value = {"zone": self.zone, "first": self.first.isoformat(), "last": self.last.isoformat(), "off": off}
        return json.dumps(value, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the text."""
        return hashlib.sha256(self.text().encode("ascii")).hexdigest()


def days_of(calendar: Calendar) -> Days:
    """Return the days off of a calendar, over the years its table of holidays reaches."""
    years = [day.year for day in calendar.holidays] or [calendar.holidays_until.year]
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    days = (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
    off = frozenset(day for day in days if day.weekday() < _WEEK and not calendar.is_business_day(day))
    return Days(calendar.zone.key, first, last, off)


def read_days(text: str) -> Days:
    """Return the days of a remembered text."""
    value = json.loads(text)
    first, last = date.fromisoformat(value["first"]), date.fromisoformat(value["last"])
    return Days(value["zone"], first, last, frozenset(date.fromisoformat(day) for day in value["off"]))


def days_changed(before: Days, after: Days) -> tuple[date, ...]:
    """Return the days, in order, that count now and did not, or the other way; only where both tables reach."""
    first, last = max(before.first, after.first), min(before.last, after.last)
    return tuple(sorted(day for day in before.off ^ after.off if first <= day <= last))


def is_recount_due(before: Days | None, after: Days) -> bool:
    """Say whether running requests have to be counted anew; with an unknown past (None) they have."""
    return before is None or before.zone != after.zone or bool(days_changed(before, after))


def change_told(before: Days | None, after: Days) -> dict[str, Json]:
    """Return what an event says of the change: the calendar by its fingerprint, and the days where they are few."""
    told: dict[str, Json] = {"calendar": after.fingerprint[:16]}
    if before is None:
        return told
    days = days_changed(before, after)
    named: dict[str, Json] = {str(day): "off" if day in after.off else "counts" for day in days}
    told |= {"days": named} if len(days) <= _FEW else {"days": len(days)}
    return told | ({"zone": after.zone} if before.zone != after.zone else {})


def recounted(
    request: Request, history: Sequence[Event], rules: Rules, change: Mapping[str, Json], now: datetime
) -> Event | None:
    """Return the event that gives a request its dates under the calendar of `rules`, None where none moves.

    `history` are the events of its case, needed where its clock stood still. `change` comes from `change_told`.
    """
    moved = _stood(request, history, rules) if request.moved else 0
    after = told_dates(replace(request, moved=moved), rules)
    before = _days_of_row(request)
    if before | {"moved": request.moved} == {name: after.get(name) for name in (*before, "moved")}:
        return None
    data: dict[str, Json] = {"before": {name: day for name, day in before.items() if day}, **after, **change}
    return Event(Name.DATES_RECOUNTED, now, request=request.number, data=data)


def _days_of_row(request: Request) -> dict[str, Json]:
    found: dict[str, date | None] = {name: getattr(request, name) for name in DAYS}
    return {name: day.isoformat() if day else None for name, day in found.items()}


def _stood(request: Request, history: Sequence[Event], rules: Rules) -> int:
    """Return the business days its clock stood still, each time counted anew; what nothing explains stays as it is."""
    before, after = 0, 0
    for event, begun, is_stop in _standstills(request, history, rules):
        before += int(str(event.data["days"]))
        after += 0 if event.data.get("void") else _days_stood(request, begun, event, after if is_stop else None, rules)
    return request.moved - before + after


def _standstills(request: Request, history: Sequence[Event], rules: Rules) -> Iterator[tuple[Event, date, bool]]:
    """Yield each event that let the clock run again, the day since it stood still, and whether that was a stop.

    What lapsed and was taken up again stood still since its case was closed, or since it lapsed in an open one.
    """
    begun = resumed = closed = None
    reopened_at = None
    for event in history:
        if event.name is Name.CASE_CLOSED:
            closed = rules.calendar.local_day(event.at)
        elif event.name is Name.CASE_REOPENED:
            reopened_at = event.at
        elif event.request == request.number and event.name is Name.PAUSE_STARTED:
            begun = _on(event)
        elif event.request == request.number and event.name is Name.PAUSE_ENDED and begun:
            yield event, begun, True
            begun, resumed = None, _on(event)
        elif event.request == request.number and event.name is Name.REQUEST_REOPENED and "days" in event.data:
            since = closed if event.at == reopened_at else resumed
            if since:
                yield event, since, False


def _on(event: Event) -> date:
    return date.fromisoformat(str(event.data["on"]))


def _days_stood(request: Request, begun: date, ended: Event, moved: int | None, rules: Rules) -> int:
    """Return the business days since the clock stood still; `moved` are those of the stops before, None: no stop."""
    if moved is None:
        return max(rules.calendar.business_days_between(begun, _on(ended)), 0)
    stop = replace(request, paused_on=begun, moved=moved)
    return stopped_days(stop, rules.calendar, _on(ended), rules.policy.longest_stop)
