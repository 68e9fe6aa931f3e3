"""What happened to one request, as its clocks see it: each event with the request before and after, and every stop.

Pure: the events of the case are folded once more, so that whatever is told is what the row was made of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.calendar import Calendar
from mailbot.core.case import WORK, Case, apply
from mailbot.core.clock import Rules
from mailbot.core.events import BOT, Event, Name
from mailbot.core.request import Request
from mailbot.core.waiting import stopped_days

CLOSED = "case_closed"
"""Why a clock stood still while nobody was owed anything: what had lapsed was taken up again."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of a case: its number in the log, the day in the company's zone, the request before and after it.

    `before` is None for the event that opens the request.
    """

    seq: int
    on: date
    event: Event
    before: Request | None
    after: Request

    @property
    def is_own(self) -> bool:
        """Whether it happened to this very request; else to the case as a whole, or beside it."""
        return self.event.request == self.after.number

    @property
    def is_work(self) -> bool:
        """Whether a person worked on the request: the idle meter knows no other work (`case.WORK`)."""
        event = self.event
        return event.name in WORK and event.actor != BOT and self.after.is_running and bool(event.data.get("proved", 1))


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the service clock stood still: the day it began, the day it ended, None while it lasts.

    `days` are the business days it moved the dates by. `letter` is the key of the letter that asked, `reply` the
    number of the message that ended it, None where none did; `ended_by` the event that did, "" while it lasts.
    """

    reason: str
    began_on: date
    letter: str = ""
    ended_on: date | None = None
    days: tuple[date, ...] = ()
    reply: int | None = None
    ended_by: str = ""
    is_void: bool = False

    def covers(self, day: date, today: date) -> bool:
        """Say whether something was lawfully waited for on a day."""
        return self.began_on <= day <= (self.ended_on or today)


def facts_of(events: Sequence[Event], number: int, calendar: Calendar) -> tuple[Fact, ...]:
    """Return every event of a case from the opening of a request on. Raises UnexpectedEvent like the fold itself."""
    return tuple(_facts(events, number, calendar))


def _facts(events: Sequence[Event], number: int, calendar: Calendar) -> Iterator[Fact]:
    case = Case()
    for seq, event in enumerate(events, start=1):
        before = _numbered(case, number)
        case = apply(case, event)
        after = _numbered(case, number)
        if after is not None:
            yield Fact(seq, calendar.local_day(event.at), event, before, after)


def _numbered(case: Case, number: int) -> Request | None:
    return next((one for one in case.requests if one.number == number), None)


def stops_of(facts: Sequence[Fact], rules: Rules, today: date) -> tuple[Stop, ...]:
    """Return every stop of the service clock, oldest first; the days of one that lasts are those up to today."""
    found: list[Stop] = []
    for place, fact in enumerate(facts):
        if fact.is_own and fact.event.name is Name.PAUSE_STARTED:
            letter = fact.before.mail if fact.before else ""
            found.append(Stop(str(fact.event.data["reason"]), _on(fact), letter))
        elif found and found[-1].ended_on is None and _ends(fact):
            found[-1] = _ended(found, facts, place, rules)
        elif fact.is_own and fact.event.name is Name.REQUEST_REOPENED and fact.event.data.get("days"):
            found.append(_closed(fact, rules.calendar))
    last = facts[-1].after if facts else None
    if found and last and last.pause and found[-1].ended_on is None:
        stood = stopped_days(last, rules.calendar, today, rules.policy.longest_stop)
        lasting = replace(found[-1], days=_first(found[-1].began_on, stood, rules.calendar))
        return (*_counted(found[:-1], last.moved), lasting)
    return _counted(found, last.moved if last else 0)


def _counted(stops: Sequence[Stop], moved: int) -> tuple[Stop, ...]:
    """Return ended stops with no more days than the row was moved by: its dates say what counts."""
    found: list[Stop] = []
    for stop in stops:
        left = max(moved - sum(len(one.days) for one in found), 0)
        found.append(replace(stop, days=stop.days[:left]))
    return tuple(found)


def _ends(fact: Fact) -> bool:
    return fact.before is not None and bool(fact.before.pause) and not fact.after.pause


def _ended(found: Sequence[Stop], facts: Sequence[Fact], place: int, rules: Rules) -> Stop:
    """Return the stop that ends; only where it moved the dates do its days not count."""
    stop, fact = found[-1], facts[place]
    name, data = fact.event.name, fact.event.data
    if name is not Name.PAUSE_ENDED:
        return replace(stop, ended_on=fact.on, ended_by=name.value)
    days = int(str(data["days"]))
    if not data.get("void") and any(_is_recount(one) for one in facts[place:]):
        earlier = sum(len(one.days) for one in found[:-1])
        again = replace(fact.after, paused_on=stop.began_on, moved=earlier)
        days = stopped_days(again, rules.calendar, _on(fact), rules.policy.longest_stop)
    return replace(
        stop,
        ended_on=_on(fact),
        days=_first(stop.began_on, days, rules.calendar),
        reply=_reply(facts, place),
        ended_by=name.value,
        is_void=bool(data.get("void")),
    )


def _is_recount(fact: Fact) -> bool:
    return fact.is_own and fact.event.name is Name.DATES_RECOUNTED


def _reply(facts: Sequence[Fact], place: int) -> int | None:
    """Return the message that ended a stop: it was joined to the case in the same moment."""
    at = facts[place].event.at
    joined = (one.event for one in facts[:place] if one.event.name is Name.FOLLOW_UP_RECEIVED and one.event.at == at)
    return next((int(str(event.data["message"])) for event in joined if "message" in event.data), None)


def _closed(fact: Fact, calendar: Calendar) -> Stop:
    """Return the time a lapsed request lay closed, which moved its dates when it was taken up again."""
    on, days = _on(fact), int(str(fact.event.data["days"]))
    began_on = calendar.subtract_business_days(on + timedelta(days=1), days) - timedelta(days=1)
    return Stop(CLOSED, began_on, "", on, _first(began_on, days, calendar), None, fact.event.name.value)


def _first(began_on: date, count: int, calendar: Calendar) -> tuple[date, ...]:
    days: list[date] = []
    for _ in range(count):
        days.append(calendar.add_business_days(days[-1] if days else began_on, 1))
    return tuple(days)


def _on(fact: Fact) -> date:
    on = fact.event.data.get("on")
    return date.fromisoformat(on) if isinstance(on, str) else fact.on
