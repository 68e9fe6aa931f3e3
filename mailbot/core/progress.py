"""How a request goes on once it is open: what the mail server took or gave back, what staff said, what was waited for.

No letter, no stop; no answer, no end (law §2, policy §15).
"""

from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Case, Request
from mailbot.core.clock import Rules, dates_of, days_told, moved_dates, opening_name
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS
from mailbot.core.policy import dates
from mailbot.core.transitions import State

_GIVEN_UP = {"withdrawn", "lapsed"}


def decide_reopen(case: Case, why: str, now: datetime) -> list[Event]:
    """Open a closed case again; what was given up (withdrawn, lapsed) is owed an answer again."""
    again = [one for one in case.requests if one.state is State.CLOSED and one.outcome in _GIVEN_UP]
    return [
        Event(Name.CASE_REOPENED, now, data={"why": why}),
        *(Event(Name.REQUEST_REOPENED, now, request=one.number, data={"why": why}) for one in again),
    ]


def decide_accepted(case: Case, key: str, now: datetime, rules: Rules) -> list[Event]:
    """Say what it means that the mail server took a mail of ours: a clock stops, an answer is given, the case ends.

    No letter, no stop; no answer, no end (law §2, policy §15).
    """
    waiting = [request for request in case.requests if key and request.mail == key]
    asked = [one for one in waiting if one.is_undecided and one.state is not State.PAUSED]
    answered = [one for one in waiting if one.state is State.DECIDED]
    on = rules.calendar.local_day(now).isoformat()
    events = [
        *(
            Event(Name.PAUSE_STARTED, now, request=one.number, data={"on": on, "reason": reason_of(key)})
            for one in asked
        ),
        *(Event(Name.REQUEST_ANSWERED, now, request=one.number, data={"mail": key}) for one in answered),
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
    ]


def _unstopped(request: Request, rules: Rules, now: datetime) -> Event:
    """Let the clock run as if it had never stood still: the letter that stopped it did not arrive."""
    on = rules.calendar.local_day(now).isoformat()
    data: dict[str, Json] = {"on": on, "days": 0, "void": True}
    return Event(Name.PAUSE_ENDED, now, request=request.number, data=data | moved_dates(request, 0, rules))


def reason_of(key: str) -> str:
    """Return why the clock stands still from the key of the asking letter, such as `ask:7:awaiting_identity`."""
    return key.rpartition(":")[2]


def pause_ended(request: Request, rules: Rules, arrived_at: datetime, now: datetime) -> Event:
    """Let the service clock run again: its dates move by the business days it stood still, the gate does not."""
    on = rules.calendar.local_day(arrived_at)
    stood = rules.calendar.business_days_between(request.paused_on, on) if request.paused_on else 0
    data: dict[str, Json] = {"on": on.isoformat(), "days": max(stood, 0)}
    return Event(Name.PAUSE_ENDED, now, request=request.number, data=data | moved_dates(request, max(stood, 0), rules))


def extended(request: Request, days: int, rules: Rules, now: datetime, actor: str) -> Event:
    """Extend the service date by business days. The letter that says why answers the gate, which stays where it is."""
    data = moved_dates(replace(request, is_extended=True), days, rules)
    return Event(Name.REQUEST_EXTENDED, now, actor, request.number, data)


def reclassified(request: Request, code: str, rules: Rules, now: datetime, actor: str) -> Event:
    """Give a request another kind: its clock is counted anew from the same arrival."""
    kind = KINDS[code]
    owed = dates_of(replace(request, kind=code), rules)
    data: dict[str, Json] = {"kind": kind.code, "right": kind.right, "before": request.kind, **days_told(owed)}
    return Event(Name.REQUEST_RECLASSIFIED, now, actor, request.number, data)


def opened_by_hand(number: int, code: str, received_at: datetime, rules: Rules, now: datetime, actor: str) -> Event:
    """Open a request that a person read out of a message; it arrived when the message did."""
    kind = KINDS[code]
    owed = dates(rules.policy, rules.calendar, kind.periods, received_at)
    told: dict[str, Json] = {"kind": kind.code, "right": kind.right, "received_at": stamp(received_at)}
    return Event(opening_name(code), now, actor, number, {**told, **days_told(owed)})
