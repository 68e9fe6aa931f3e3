"""Explains every date of a request: each day of each of its three clocks, with its reason (product promise 5).

The service clock counts to the day of the answer, the gate of Art. 39 counts calendar days, the idle meter says of each
business day whether there was work, a lawful wait, or nothing that explains it (law §2). Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailbot.core.clock import Rules, dates_of
from mailbot.core.events import Event
from mailbot.core.period import Unit, parse_period
from mailbot.core.policy import Dates
from mailbot.core.reckoning_facts import Fact, Stop, facts_of, stops_of
from mailbot.core.reckoning_marks import GATE, IDLE, SERVICE, Mark, Marks, add, marks_of
from mailbot.core.request import Request
from mailbot.core.transitions import UNDECIDED, State

_ONE_DAY = timedelta(days=1)


class What(StrEnum):
    """What a day is to a clock."""

    ARRIVAL = "arrival"
    COUNTED = "counted"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    WORK = "work"
    WAIT = "wait"
    UNEXPLAINED = "unexplained"
    UNDER_WAY = "under_way"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a clock.

    `number` is its place in the count (on the idle meter: in the row of unexplained days), `of` how many there are,
    both None where the day does not count; `number` above `of` is past the date. `why` is why it does not count:
    "weekend", a holiday's name, "closure <text>", the reason of a stop; on the gate it names a closed day that counts
    all the same. A provisional day lies where the holidays are not officially known yet.
    """

    on: date
    what: What
    number: int | None = None
    of: int | None = None
    why: str = ""
    marks: tuple[Mark, ...] = ()
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """The days of one request. `clocks` are `service`, `gate` and `idle`, () where one does not run.

    `counts_days` says that the service clock counts calendar days, not business days. `resumed_on` is the last day
    of the answer if the clock, which stands still, ran again today; None where it runs. `is_behind` says that the
    row has another date than today's calendar gives: it is counted anew when the worker next starts.
    """

    request: Request
    clocks: Mapping[str, tuple[Day, ...]]
    stops: tuple[Stop, ...]
    counts_days: bool
    resumed_on: date | None
    is_behind: bool


def story_of(request: Request, events: Sequence[Event], rules: Rules, now: datetime) -> Story:
    """Return the days of a request; `events` are all those of its case."""
    today = rules.calendar.local_day(now)
    facts = facts_of(events, request.number, rules.calendar)
    stops = stops_of(facts, rules, today)
    owed, length = dates_of(request, rules), _length(request, rules, stops)
    marks = marks_of(request, facts, stops, owed, rules, now)
    resumed = _resumed_on(request, stops, rules) if request.pause else None
    if resumed:
        add(marks[SERVICE], resumed, Mark("if_resumed"))
    clocks = {
        SERVICE: tuple(_service(request, rules, stops, length, marks[SERVICE], today)),
        GATE: tuple(_gate(owed, rules, marks[GATE])),
        IDLE: tuple(_idle(request, rules, facts, stops, marks[IDLE], today)),
    }
    is_behind = (owed.notice_on, owed.total_on, owed.gate_on) != (request.notice_on, request.total_on, request.gate_on)
    return Story(request, clocks, stops, length is None, resumed, is_behind and request.is_running)


def target_of(owed: Dates) -> date:
    """Return the day the service clock counts to: of the notice, else the total, else the preliminary report."""
    return next(day for day in (owed.notice_on, owed.total_on, owed.preliminary_on) if day)


def _length(request: Request, rules: Rules, stops: Sequence[Stop]) -> int | None:
    """Return how many business days the service clock counts, its extension included; None: it counts other units.

    What moved the date and no stop explains (a stop in the case it came from, an extension of older days) counts too.
    """
    table = rules.policy.periods[rules.policy.table_of(request.kind)]
    period = table.notice or table.total or table.preliminary_report
    more = parse_period(request.extension)
    units = {one.unit for one in (period, more) if one}
    if period is None or units != {Unit.BUSINESS_DAYS}:
        return None
    stood = sum(len(stop.days) for stop in stops if stop.ended_on)
    return period.amount + (more.amount if more else 0) + max(request.moved - stood, 0)


def _resumed_on(request: Request, stops: Sequence[Stop], rules: Rules) -> date:
    stood = len(stops[-1].days) if stops else 0
    return target_of(dates_of(replace(request, moved=request.moved + stood), rules))


def _service(
    request: Request, rules: Rules, stops: Sequence[Stop], length: int | None, marks: Marks, today: date
) -> Iterator[Day]:
    owed, count = dates_of(request, rules), 0
    reasons = {day: stop.reason for stop in stops for day in stop.days}
    target = target_of(owed)
    of = length or (target - owed.arrived_on).days
    last = max([target, *marks, *([today] if request.is_running else [])])
    for day in _days(owed.arrived_on, last):
        closed = None if length is None else rules.calendar.why_not(day)
        if day == owed.arrived_on:
            found = Day(day, What.ARRIVAL)
        elif closed:
            found = Day(day, What.SKIPPED, why=closed)
        else:
            is_stopped = day in reasons
            count += not is_stopped or length is None
            found = Day(day, What.STOPPED, why=reasons[day]) if is_stopped else Day(day, What.COUNTED, count, of)
        yield _marked(found, marks, rules)


def _gate(owed: Dates, rules: Rules, marks: Marks) -> Iterator[Day]:
    """Yield the calendar days to the gate and the first on which a suit is possible; nothing stops them (Art. 39)."""
    if owed.gate_on is None or owed.suit_on is None:
        return
    of = (owed.gate_on - owed.arrived_on).days
    for day in _days(owed.arrived_on, max([owed.suit_on, *marks])):
        number = (day - owed.arrived_on).days
        why = rules.calendar.why_not(day) or ""
        found = Day(day, What.COUNTED, number, of, why) if number else Day(day, What.ARRIVAL)
        yield _marked(found, marks, rules)


def _idle(
    request: Request, rules: Rules, facts: Sequence[Fact], stops: Sequence[Stop], marks: Marks, today: date
) -> Iterator[Day]:
    """Yield every day so far; work and a lawful wait begin the row of unexplained days anew."""
    arrived_on, row = dates_of(request, rules).arrived_on, 0
    worked = {fact.on for fact in facts if fact.is_work}
    most = rules.policy.idle.manager if rules.policy.idle else None
    last = today if request.is_running else max([arrived_on, *(fact.on for fact in facts if fact.is_own)])
    for day in _days(arrived_on, last):
        waited = next((stop.reason for stop in stops if stop.covers(day, today)), "")
        is_idle = not waited and day not in worked and day > arrived_on and _state_on(facts, day) in UNDECIDED
        found = _lain(day, rules, is_idle=is_idle, is_over=day < today)
        row = row + (found.what is What.UNEXPLAINED) if is_idle else 0
        if found.what is What.UNEXPLAINED:
            found = replace(found, number=row, of=most)
        elif not is_idle:
            found = _explained(day, arrived_on, found, waited, is_work=day in worked)
        yield _marked(found, marks, rules)


def _lain(day: date, rules: Rules, *, is_idle: bool, is_over: bool) -> Day:
    """Return a day on which a request lay still: no business day, a day that is not over yet, or unexplained."""
    if closed := rules.calendar.why_not(day):
        return Day(day, What.SKIPPED, why=closed)
    return Day(day, What.UNEXPLAINED if is_idle and is_over else What.UNDER_WAY)


def _explained(day: date, arrived_on: date, found: Day, waited: str, *, is_work: bool) -> Day:
    if is_work:
        return Day(day, What.WORK)
    if day == arrived_on:
        return Day(day, What.ARRIVAL)
    if found.what is What.SKIPPED:
        return found
    return Day(day, What.WAIT, why=waited) if waited else Day(day, What.ENDED)


def _state_on(facts: Sequence[Fact], day: date) -> State:
    """Return the state of a request at the end of a day."""
    return next((fact.after.state for fact in reversed(facts) if fact.on <= day), State.OPEN)


def _marked(day: Day, marks: Marks, rules: Rules) -> Day:
    return replace(day, marks=tuple(marks.get(day.on, ())), is_provisional=rules.calendar.is_provisional(day.on))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * _ONE_DAY for number in range((last - first).days + 1))


def shown_day(day: date | None) -> str:
    """Return a day with its weekday, `-` for none."""
    return f"{day:%Y-%m-%d %a}" if day else "-"
