"""A case and its requests: folded from events, and the one table that says which event may follow which state.

Only `apply` changes a case's state; an event that TRANSITIONS does not know raises and nothing is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from typing import Any

from mailbot.core.events import Event, Name


class Scope(StrEnum):
    """What a state belongs to: a case, one request inside it, or the office (digests) as a whole."""

    CASE = "case"
    REQUEST = "request"
    OFFICE = "office"


class State(StrEnum):
    """The states of a case and of a request; ABSENT is before the first event."""

    ABSENT = "absent"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    OPEN = "open"
    UNCLASSIFIED = "unclassified"
    OVERDUE = "overdue"
    OFFICE = "office"


_OPENED = (State.RECEIVED, State.ACKNOWLEDGED, State.UNACKNOWLEDGED)
_RUNNING = (State.OPEN, State.UNCLASSIFIED, State.OVERDUE)
_REMARKS = (
    Name.FLAG_RAISED,
    Name.LETTER_QUEUED,
    Name.LETTER_ACCEPTED,
    Name.LETTER_FAILED,
    Name.LETTER_BOUNCED,
    Name.FOLLOW_UP_RECEIVED,
    Name.STAFF_MESSAGE_RECEIVED,
)

TRANSITIONS: Mapping[tuple[Scope, State, Name], State] = {
    (Scope.CASE, State.ABSENT, Name.CASE_OPENED): State.RECEIVED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_WITHHELD): State.UNACKNOWLEDGED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_FAILED): State.UNACKNOWLEDGED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_ACCEPTED): State.ACKNOWLEDGED,
    (Scope.REQUEST, State.ABSENT, Name.REQUEST_OPENED): State.OPEN,
    (Scope.REQUEST, State.ABSENT, Name.REQUEST_LEFT_UNCLASSIFIED): State.UNCLASSIFIED,
    (Scope.REQUEST, State.OPEN, Name.DEADLINE_MISSED): State.OVERDUE,
    (Scope.REQUEST, State.UNCLASSIFIED, Name.DEADLINE_MISSED): State.OVERDUE,
    **{(Scope.CASE, state, remark): state for state in _OPENED for remark in _REMARKS},
    **{(Scope.REQUEST, state, Name.DEADLINE_WARNED): state for state in _RUNNING},
    (Scope.OFFICE, State.ABSENT, Name.DIGEST_ISSUED): State.OFFICE,
    (Scope.OFFICE, State.OFFICE, Name.DIGEST_ISSUED): State.OFFICE,
    (Scope.OFFICE, State.OFFICE, Name.LETTER_FAILED): State.OFFICE,
    (Scope.OFFICE, State.OFFICE, Name.LETTER_BOUNCED): State.OFFICE,
}
"""The whole life of a case and of a request: (scope, state, event) -> next state."""


DAYS = ("answer_on", "ack_on", "triage_on", "notice_on", "total_on", "gate_on")
"""The dates that an opening event carries and a request row keeps."""


class UnexpectedEvent(Exception):
    """An event that the table does not allow in this state: a bug, never written."""


@dataclass(frozen=True, slots=True)
class Request:
    """One right asked inside a case, with its clock.

    The dates are days in the company's zone; None means the step is not owed. `answer_on` is the day people
    are shown: the earlier of the service date and the gate of Art. 39. `fired` are the warnings already given.
    """

    number: int
    kind: str
    right: str
    state: State
    confidence: float | None = None
    received_at: datetime | None = None
    answer_on: date | None = None
    ack_on: date | None = None
    triage_on: date | None = None
    notice_on: date | None = None
    total_on: date | None = None
    gate_on: date | None = None
    fired: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """All that belongs to one person's matter. `handler` None means unassigned; moments are aware UTC."""

    state: State = State.ABSENT
    ref: str = ""
    opened_at: datetime | None = None
    received_at: datetime | None = None
    language: str = "ja"
    policy: str = ""
    handler: str | None = None
    acknowledged_at: datetime | None = None
    withheld: str | None = None
    flags: frozenset[str] = frozenset()
    requests: tuple[Request, ...] = field(default=())


def fold(events: Iterable[Event], case: Case | None = None) -> Case:
    """Return the case that a sequence of events makes, from nothing or from `case`. Raises UnexpectedEvent."""
    return reduce(apply, events, case or Case())


def apply(case: Case, event: Event) -> Case:
    """Return the case after one more event. Raises UnexpectedEvent when TRANSITIONS does not allow it."""
    if event.request is None:
        is_office = case.state is State.OFFICE or event.name is Name.DIGEST_ISSUED
        scope = Scope.OFFICE if is_office else Scope.CASE
        case = replace(case, state=_next(scope, case.state, event.name))
        change = _CASE_CHANGES.get(event.name)
        return replace(case, **change(case, event)) if change else case
    return replace(case, requests=_with_request(case.requests, event))


def scope_states(scope: Scope) -> tuple[State, ...]:
    """Return the states that occur in one scope of the table, in table order."""
    pairs = ((state, after) for (of, state, _), after in TRANSITIONS.items() if of is scope)
    return tuple(dict.fromkeys(state for pair in pairs for state in pair))


def _next(scope: Scope, state: State, name: Name) -> State:
    try:
        return TRANSITIONS[scope, state, name]
    except KeyError:
        raise UnexpectedEvent(f"{scope}: event {name} in state {state}: not in TRANSITIONS") from None


def _opened(_: Case, event: Event) -> dict[str, Any]:
    return {
        "ref": event.data["ref"],
        "opened_at": event.at,
        "received_at": _moment(event.data["received_at"]),
        "language": event.data["language"],
        "policy": event.data["policy"],
    }


_CASE_CHANGES: Mapping[Name, Callable[[Case, Event], dict[str, Any]]] = {
    Name.CASE_OPENED: _opened,
    Name.FLAG_RAISED: lambda case, event: {"flags": case.flags | {str(event.data["flag"])}},
    Name.ACKNOWLEDGEMENT_WITHHELD: lambda _, event: {"withheld": event.data["why"]},
    Name.ACKNOWLEDGEMENT_FAILED: lambda _, event: {"withheld": event.data["trouble"]},
    Name.ACKNOWLEDGEMENT_ACCEPTED: lambda _, event: {"acknowledged_at": event.at},
    Name.LETTER_BOUNCED: lambda case, _: {"flags": case.flags | {"bounced"}},
}


def _with_request(requests: tuple[Request, ...], event: Event) -> tuple[Request, ...]:
    known = {request.number: request for request in requests}
    current = known.get(event.request or 0)
    state = _next(Scope.REQUEST, current.state if current else State.ABSENT, event.name)
    known[event.request or 0] = _changed(current, state, event) if current else _new_request(event, state)
    return tuple(known[number] for number in sorted(known))


def _new_request(event: Event, state: State) -> Request:
    days: dict[str, Any] = {name: _day(event.data.get(name)) for name in DAYS}
    confidence = event.data.get("confidence")
    return Request(
        number=event.request or 0,
        kind=str(event.data["kind"]),
        right=str(event.data["right"]),
        state=state,
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        received_at=_moment(event.data["received_at"]),
        **days,
    )


def _changed(request: Request, state: State, event: Event) -> Request:
    points = event.data.get("points", [])
    told = frozenset(str(point) for point in points) if isinstance(points, list) else frozenset()
    return replace(request, state=state, fired=request.fired | told)


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value))
