"""What a message or a moment makes happen: decisions are lists of events, nothing else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case, Request, State
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.ladder import OVERDUE, Point, ladder, next_moment, points_passed
from mailbot.core.message import Asked, Verdict
from mailbot.core.period import Period, Unit
from mailbot.core.policy import Dates, Policy, dates

MOST_REQUESTS = 9
"""Rights read from one mail; a list longer than this is a text about rights, and a person reads it."""

_GIVEN_UP = {"withdrawn", "lapsed"}
_NO_NEW_REQUEST = {"inquiry", "not_for_us", UNCLASSIFIED}


@dataclass(frozen=True, slots=True)
class Rules:
    """The law a case lives under: its policy and the company's calendar."""

    policy: Policy
    calendar: Calendar

    @property
    def key(self) -> str:
        """The name a case keeps: label and the first digits of the policy text's hash."""
        return f"{self.policy.label}@{self.policy.digest[:8]}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A person's message as the decision sees it: ledger number, when the mail server received it, what it asks.

    `marks` are the codes of `core.marks`.
    """

    message: int
    received_at: datetime
    language: str
    verdict: Verdict
    marks: tuple[str, ...] = ()


def decide_new(ref: str, arrived: Arrived, rules: Rules, now: datetime, related: str | None) -> list[Event]:
    """Open a case with one request for each right asked; unsure means one unclassified request.

    `related` is the reference a stranger named: shown to staff, nothing more (threats A10).
    """
    opened: dict[str, Json] = {
        "ref": ref,
        "received_at": stamp(arrived.received_at),
        "language": arrived.language,
        "policy": rules.key,
        "message": arrived.message,
    }
    flags = [*arrived.verdict.flags, *arrived.marks, *(["possibly_related"] if related else [])]
    return [
        Event(Name.CASE_OPENED, now, data=opened),
        *(_request(number, asked, arrived, rules, now) for number, asked in enumerate(_asked(arrived.verdict), 1)),
        *(_flag(flag, related, now) for flag in dict.fromkeys(flags)),
    ]


def decide_follow_up(case: Case, arrived: Arrived, rules: Rules, now: datetime, by: str) -> list[Event]:
    """Join a requester's new message to the case: what was waited for goes on, a new right gets its own clock.

    A clock that stood still runs again from the *arrival* of the message (law §2).
    """
    received: dict[str, Json] = {"message": arrived.message, "by": by, "received_at": stamp(arrived.received_at)}
    known = {request.kind for request in case.requests if request.state is not State.DROPPED} | _NO_NEW_REQUEST
    fresh = [asked for asked in arrived.verdict.asked if asked.kind not in known] if arrived.verdict.is_sure else []
    first = len(case.requests) + 1
    return [
        Event(Name.FOLLOW_UP_RECEIVED, now, data=received),
        *_reopened(case, bool(fresh), now),
        *(pause_ended(request, rules, arrived.received_at, now) for request in case.undecided if request.pause),
        *(_request(number, asked, arrived, rules, now) for number, asked in enumerate(fresh, first)),
        *(_flag(flag, None, now) for flag in (*arrived.verdict.flags, *arrived.marks) if flag not in case.flags),
    ]


def _reopened(case: Case, asks_anew: bool, now: datetime) -> list[Event]:  # noqa: FBT001 -- one fact of the message
    """Open a closed case again when its requester asks for more, or writes after giving up."""
    if case.state is not State.CLOSED:
        return []
    if any(one.outcome in _GIVEN_UP for one in case.requests):
        return decide_reopen(case, "requester_wrote", now)
    return [Event(Name.CASE_REOPENED, now, data={"why": "new_request"})] if asks_anew else []


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


def moved_dates(request: Request, days: int, rules: Rules) -> dict[str, Json]:
    """Return the dates of a request after so many business days more, as an event carries them."""
    later = replace(request, moved=request.moved + days)
    return {"moved": later.moved, **_days(dates_of(later, rules))}


def extended(request: Request, days: int, rules: Rules, now: datetime, actor: str) -> Event:
    """Extend the service date by business days. The letter that says why answers the gate, which stays where it is."""
    data = moved_dates(replace(request, is_extended=True), days, rules)
    return Event(Name.REQUEST_EXTENDED, now, actor, request.number, data)


def reclassified(request: Request, code: str, rules: Rules, now: datetime, actor: str) -> Event:
    """Give a request another kind: its clock is counted anew from the same arrival."""
    kind = KINDS[code]
    owed = dates_of(replace(request, kind=code), rules)
    data: dict[str, Json] = {"kind": kind.code, "right": kind.right, "before": request.kind, **_days(owed)}
    return Event(Name.REQUEST_RECLASSIFIED, now, actor, request.number, data)


def opened_by_hand(number: int, code: str, received_at: datetime, rules: Rules, now: datetime, actor: str) -> Event:
    """Open a request that a person read out of a message; it arrived when the message did."""
    kind = KINDS[code]
    owed = dates(rules.policy, rules.calendar, kind.periods, received_at)
    data: dict[str, Json] = {"kind": kind.code, "right": kind.right, "received_at": stamp(received_at), **_days(owed)}
    return Event(_opening(code), now, actor, number, data)


def decide_staff(message: int, staff_id: str, now: datetime) -> list[Event]:
    """Record that a member of staff wrote to the case; what they wrote changes nothing by itself."""
    return [Event(Name.STAFF_MESSAGE_RECEIVED, now, staff_id, data={"message": message})]


def decide_tick(request: Request, rules: Rules, now: datetime) -> list[Event]:
    """Warn of every point that has come since the last look, in one event; the day after the last date is missed."""
    points = points_of(request, rules)
    passed = points_passed(points, request.fired, now, rules.calendar) if points and request.is_running else ()
    if not passed:
        return []
    missed = any(point.code == OVERDUE for point in passed) and request.state in {State.OPEN, State.UNCLASSIFIED}
    told: dict[str, Json] = {
        "points": [*(point.token for point in passed)],
        "due_on": passed[-1].due_on.isoformat(),
        "roles": [*sorted({role for point in passed for role in point.roles})],
    }
    warned = Event(Name.DEADLINE_WARNED, now, request=request.number, data=told)
    if not missed:
        return [warned]
    return [warned, Event(Name.DEADLINE_MISSED, now, request=request.number, data={"due_on": told["due_on"]})]


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


def is_immediate(kinds: Collection[str], flags: Collection[str], policy: Policy) -> bool:
    """Say whether a case must reach the manager at once (law table, escalation list)."""
    return bool(policy.immediate & {*kinds, *flags, *(KINDS[kind].right for kind in kinds)})


def needs_identity(kinds: Collection[str], policy: Policy) -> bool:
    """Say whether any of these rights is answered only after the identity was checked."""
    return any(policy.identity_tier(kind) > 0 for kind in kinds)


def _asked(verdict: Verdict) -> Sequence[Asked]:
    if verdict.is_sure and 0 < len(verdict.asked) <= MOST_REQUESTS:
        return verdict.asked
    return (Asked(UNCLASSIFIED, verdict.confidence),)


def _request(number: int, asked: Asked, arrived: Arrived, rules: Rules, now: datetime) -> Event:
    kind = KINDS[asked.kind]
    owed = dates(rules.policy, rules.calendar, kind.periods, arrived.received_at)
    data: dict[str, Json] = {
        "kind": kind.code,
        "right": kind.right,
        "confidence": round(asked.confidence, 3),
        "received_at": stamp(arrived.received_at),
        **_days(owed),
    }
    return Event(_opening(kind.code), now, request=number, data=data)


def _opening(code: str) -> Name:
    return Name.REQUEST_LEFT_UNCLASSIFIED if code == UNCLASSIFIED else Name.REQUEST_OPENED


def _days(owed: Dates) -> Mapping[str, Json]:
    named: dict[str, date | None] = {
        "answer_on": owed.answer_by(),
        "ack_on": owed.ack_on,
        "triage_on": owed.triage_on,
        "notice_on": owed.notice_on,
        "total_on": owed.total_on,
        "gate_on": owed.gate_on,
    }
    return {name: day.isoformat() for name, day in named.items() if day}


def _flag(flag: str, related: str | None, now: datetime) -> Event:
    data: dict[str, Json] = {"flag": flag}
    return Event(Name.FLAG_RAISED, now, data=data | ({"ref": related} if flag == "possibly_related" else {}))


def _received(request: Request) -> datetime:
    if request.received_at is None:
        raise ValueError(f"request {request.number} has no moment of arrival")
    return request.received_at
