"""How a request goes on once it is open: what the mail server took or gave back, what staff said, what was waited for.

No letter, no stop; no answer, no end (law §2, policy §15).
"""

from dataclasses import replace
from datetime import date, datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules, days_told, opening_name, told_dates
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS
from mailbot.core.period import Period
from mailbot.core.policy import dates
from mailbot.core.request import Request
from mailbot.core.transitions import State
from mailbot.core.waiting import stopped_days

LAPSED = "lapsed"
_GIVEN_UP = {"withdrawn", LAPSED}


def decide_reopen(case: Case, why: str, on: date, now: datetime, rules: Rules) -> list[Event]:
    """Open a closed case again on a day; what was given up (withdrawn, lapsed) is owed an answer again."""
    again = [one for one in case.requests if one.state is State.CLOSED and one.outcome in _GIVEN_UP]
    return [
        Event(Name.CASE_REOPENED, now, data={"why": why}),
        *(_taken_up(case, one, why, on, now, rules) for one in again),
    ]


def lapsed_reopened(case: Case, on: date, now: datetime, rules: Rules) -> list[Event]:
    """Take up again what lapsed in a case that is still open: its closing letter promises that a reply does."""
    ended = {State.DECIDED, State.CLOSED}
    again = [one for one in case.requests if one.state in ended and one.outcome == LAPSED] if case.is_open else []
    return [_taken_up(case, one, "requester_wrote", on, now, rules) for one in again]


def _taken_up(case: Case, request: Request, why: str, on: date, now: datetime, rules: Rules) -> Event:
    """Let the service clock of a lapsed request go on where it stood: nobody was at work on what nobody answered."""
    data: dict[str, Json] = {"why": why, "on": on.isoformat()}
    since = rules.calendar.local_day(case.closed_at) if case.closed_at else request.resumed_on
    if request.outcome == LAPSED and since:
        days = max(rules.calendar.business_days_between(since, on), 0)
        data |= {"days": days, **told_dates(replace(request, moved=request.moved + days), rules)}
    return Event(Name.REQUEST_REOPENED, now, request=request.number, data=data)


def decide_accepted(case: Case, key: str, now: datetime, rules: Rules) -> list[Event]:
    """Say what it means that the mail server took a mail of ours: a clock stops, an answer is given, the case ends.

    No letter, no stop; no answer, no end (law §2, policy §15).
    """
    waiting = [request for request in case.requests if key and request.mail == key]
    asked = [one for one in waiting if one.is_undecided and may_stop(one, reason_of(key), rules)]
    answered = [one for one in waiting if one.state is State.DECIDED]
    on = rules.calendar.local_day(now).isoformat()
    events = [
        *(
            Event(Name.PAUSE_STARTED, now, request=one.number, data={"on": on, "reason": reason_of(key)})
            for one in asked
        ),
        *(Event(Name.REQUEST_ANSWERED, now, request=one.number, data={"mail": key}) for one in answered),
        *(gate_answered(one, rules, now) for one in _reported(case, key) if one.gate_on and not one.is_gate_answered),
    ]
    left = [one for one in case.running if one not in answered]
    if answered and not left and case.is_open:
        events.append(Event(Name.CASE_CLOSED, now, data={"why": "answered"}))
    return events


def decide_bounced(case: Case, key: str, now: datetime, rules: Rules) -> list[Event]:
    """Open again what a mail that came back should have answered; an asking letter stops no clock then (pitfall 24).

    Nothing is opened again in a case that was merged: nobody works there any more, and staff are told of the mail.
    """
    waiting = [one for one in case.requests if key and one.mail == key]
    ended = {State.DECIDED, State.CLOSED} if case.state is not State.MERGED else set()
    unanswered = [one for one in waiting if one.state in ended]
    again = [Event(Name.CASE_REOPENED, now, data={"why": "bounced"})] if case.state is State.CLOSED else []
    why: dict[str, Json] = {"why": "bounced"}
    return [
        *(again if unanswered else ()),
        *(Event(Name.REQUEST_REOPENED, now, request=one.number, data=why) for one in unanswered),
        *(_unstopped(one, rules, now) for one in waiting if one.state is State.PAUSED),
        *(event for one in _reported(case, key) for event in _unreported(one, rules, now)),
    ]


def may_stop(request: Request, reason: str, rules: Rules) -> bool:
    """Say whether the clock may stand still for a reason of the policy: never twice for one thing, nor for too long."""
    most = rules.policy.longest_stop
    has_room = most is None or request.moved < most.amount
    is_new = reason not in request.stops and not request.pause
    return is_new and has_room and reason in rules.policy.waits


def _reported(case: Case, key: str) -> list[Request]:
    """Return the running requests that a status letter was to answer the gate of."""
    return [one for one in case.running if key and one.report == key]


def _unreported(request: Request, rules: Rules, now: datetime) -> list[Event]:
    """Take back what a status letter did that did not arrive: nobody was told of the extension, the gate is open."""
    before = replace(request, extension="", is_gate_answered=False)
    data: dict[str, Json] = {"mail": request.report, **told_dates(before, rules)}
    names = [Name.EXTENSION_VOIDED] if request.extension else []
    names += [Name.GATE_UNANSWERED] if request.gate_on else []
    return [Event(name, now, request=request.number, data=data) for name in names]


def _unstopped(request: Request, rules: Rules, now: datetime) -> Event:
    """Let the clock run as if it had never stood still: the letter that stopped it did not arrive."""
    return _ended(request, rules, rules.calendar.local_day(now), 0, now, is_void=True)


def reason_of(key: str) -> str:
    """Return why the clock stands still from the key of the asking letter, such as `ask:7:awaiting_identity`."""
    return key.rpartition(":")[2]


def pause_ended(request: Request, rules: Rules, arrived_at: datetime, now: datetime) -> Event:
    """Let the service clock run again: its dates move by the business days it stood still, the gate does not."""
    on = rules.calendar.local_day(arrived_at)
    stood = stopped_days(request, rules.calendar, on, rules.policy.longest_stop)
    return _ended(request, rules, on, stood, now)


def stop_ended(request: Request, rules: Rules, now: datetime) -> Event:
    """Let the service clock run again although nobody replied: no stop may last longer than the policy allows."""
    return pause_ended(request, rules, now, now)


def _ended(request: Request, rules: Rules, on: date, stood: int, now: datetime, *, is_void: bool = False) -> Event:
    data: dict[str, Json] = {"on": on.isoformat(), "days": stood, **({"void": True} if is_void else {})}
    later = replace(request, moved=request.moved + stood)
    return Event(Name.PAUSE_ENDED, now, request=request.number, data=data | told_dates(later, rules))


def extended(request: Request, by: Period, rules: Rules, now: datetime, actor: str) -> Event:
    """Extend the service date once. The letter that says why answers the gate once the mail server took it.

    It counts from the approval on, and is void again when that letter does not arrive.
    """
    data = {"extension": str(by), **told_dates(replace(request, extension=str(by)), rules)}
    return Event(Name.REQUEST_EXTENDED, now, actor, request.number, data)


def gate_answered(request: Request, rules: Rules, now: datetime) -> Event:
    """Say that a status letter with reasons has answered the gate (Art. 39): the service date alone binds from now."""
    data = told_dates(replace(request, is_gate_answered=True), rules)
    return Event(Name.GATE_ANSWERED, now, request=request.number, data={"mail": request.report, **data})


def reclassified(request: Request, code: str, rules: Rules, now: datetime, actor: str) -> Event:
    """Give a request another kind: its clock is counted anew from the same arrival."""
    kind = KINDS[code]
    owed = told_dates(replace(request, kind=code), rules)
    data: dict[str, Json] = {"kind": kind.code, "right": kind.right, "before": request.kind, **owed}
    return Event(Name.REQUEST_RECLASSIFIED, now, actor, request.number, data)


def opened_by_hand(number: int, code: str, received_at: datetime, rules: Rules, now: datetime, actor: str) -> Event:
    """Open a request that a person read out of a message; it arrived when the message did."""
    kind = KINDS[code]
    owed = dates(rules.policy, rules.calendar, rules.policy.table_of(code), received_at)
    told: dict[str, Json] = {"kind": kind.code, "right": kind.right, "received_at": stamp(received_at)}
    return Event(opening_name(code), now, actor, number, {**told, **days_told(owed)})


def gone_on(request: Request, number: int, rules: Rules, now: datetime, actor: str) -> tuple[Event, ...]:
    """Let a request go on in another case with its whole clock: what moved it, what stopped it, who was warned."""
    brought: dict[str, Json] = {
        "extension": request.extension,
        "is_gate_answered": request.is_gate_answered,
        "resumed_on": _day(request.resumed_on),
        "stops": " ".join(sorted(request.stops)),
        "fired": " ".join(sorted(request.fired)),
    }
    told: dict[str, Json] = {"kind": request.kind, "right": request.right, "brought": brought}
    if request.received_at:
        told["received_at"] = stamp(request.received_at)
    opened = Event(opening_name(request.kind), now, actor, number, told | told_dates(request, rules))
    if not request.pause:
        return (opened,)
    data: dict[str, Json] = {
        "on": _day(request.paused_on),
        "reason": request.pause,
        "reminded_on": _day(request.reminded_on),
    }
    return (opened, Event(Name.PAUSE_STARTED, now, actor, number, data))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
