"""What a message or a moment makes happen: decisions are lists of events, nothing else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case, Request, State
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.ladder import OVERDUE, Point, ladder, next_moment, points_passed
from mailbot.core.message import Asked, Verdict
from mailbot.core.policy import Dates, Policy, dates

MOST_REQUESTS = 9
"""Rights read from one mail; a list longer than this is a text about rights, and a person reads it."""

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
    """Join a requester's new message to the case; a right asked for the first time gets its own clock."""
    received: dict[str, Json] = {"message": arrived.message, "by": by, "received_at": stamp(arrived.received_at)}
    known = {request.kind for request in case.requests} | _NO_NEW_REQUEST
    fresh = [asked for asked in arrived.verdict.asked if asked.kind not in known] if arrived.verdict.is_sure else []
    first = len(case.requests) + 1
    return [
        Event(Name.FOLLOW_UP_RECEIVED, now, data=received),
        *(_request(number, asked, arrived, rules, now) for number, asked in enumerate(fresh, first)),
        *(_flag(flag, None, now) for flag in (*arrived.verdict.flags, *arrived.marks) if flag not in case.flags),
    ]


def decide_staff(message: int, staff_id: str, now: datetime) -> list[Event]:
    """Record that a member of staff wrote to the case; what they wrote changes nothing by itself."""
    return [Event(Name.STAFF_MESSAGE_RECEIVED, now, staff_id, data={"message": message})]


def decide_tick(request: Request, rules: Rules, now: datetime) -> list[Event]:
    """Warn of every point that has come since the last look, in one event; the day after the last date is missed."""
    passed = points_passed(points_of(request, rules), request.fired, now, rules.calendar)
    if not passed:
        return []
    missed = any(point.code == OVERDUE for point in passed) and request.state is not State.OVERDUE
    told: dict[str, Json] = {
        "points": [*(point.token for point in passed)],
        "due_on": passed[-1].due_on.isoformat(),
        "roles": [*sorted({role for point in passed for role in point.roles})],
    }
    warned = Event(Name.DEADLINE_WARNED, now, request=request.number, data=told)
    if not missed:
        return [warned]
    return [warned, Event(Name.DEADLINE_MISSED, now, request=request.number, data={"due_on": told["due_on"]})]


def next_due(request: Request, rules: Rules, now: datetime) -> datetime:
    """Return when an open request must be looked at next; there always is such a moment."""
    return next_moment(points_of(request, rules), request.fired, now, rules.calendar)


def points_of(request: Request, rules: Rules) -> tuple[Point, ...]:
    """Return the warnings of a request in order of time."""
    received_at = _received(request)
    return ladder(rules.policy, rules.calendar, dates_of(request, rules), received_at)


def dates_of(request: Request, rules: Rules) -> Dates:
    """Return every date of a request under its rules."""
    return dates(rules.policy, rules.calendar, KINDS[request.kind].periods, _received(request))


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
    name = Name.REQUEST_LEFT_UNCLASSIFIED if kind.code == UNCLASSIFIED else Name.REQUEST_OPENED
    return Event(name, now, request=number, data=data)


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
