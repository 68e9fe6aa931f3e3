"""A case and its requests, folded from events.

Only `apply` changes a case's state; an event that TRANSITIONS does not know raises and nothing is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from typing import Any

from mailbot.core.events import Event, Name
from mailbot.core.transitions import RUNNING, TRANSITIONS, UNDECIDED, Scope, State

DAYS = ("answer_on", "ack_on", "triage_on", "notice_on", "total_on", "gate_on")
"""The dates that an opening event carries and a request row keeps."""


class UnexpectedEvent(Exception):
    """An event that the table does not allow in this state: a bug, never written."""


@dataclass(frozen=True, slots=True)
class Request:
    """One right asked inside a case, with its clock.

    The dates are days in the company's zone; None means the step is not owed. `answer_on` is the day people
    are shown: the earlier of the service date and the gate of Art. 39. `fired` are the warnings already given.
    `moved` are the business days by which pauses and an extension moved the service dates. `outcome` (full, partial,
    refused, no_data, alternative, withdrawn, lapsed) and `ground` stand from the decision on, "" before; `mail` is the
    key of the outgoing mail that is waited for: the asking letter, then the answer. `pause` is the reason the clock
    stands still since `paused_on`, `stops` the reasons it ever stood still for.
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
    moved: int = 0
    is_extended: bool = False
    outcome: str = ""
    ground: str = ""
    mail: str = ""
    pause: str = ""
    paused_on: date | None = None
    stops: frozenset[str] = frozenset()

    @property
    def is_running(self) -> bool:
        """Whether an answer is still owed."""
        return self.state in RUNNING

    @property
    def is_undecided(self) -> bool:
        """Whether a person still has to decide."""
        return self.state in UNDECIDED


@dataclass(frozen=True, slots=True)
class Case:
    """All that belongs to one person's matter. `handler` None means unassigned; moments are aware UTC.

    `identity` is the tier up to which the identity was checked (law §1), None before; `merged_into` the reference of
    the case that goes on in its place, "" for none; `closed_at` None while it is open; until the day `snoozed_until`
    the warnings of the service clock wait.
    """

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
    identity: int | None = None
    merged_into: str = ""
    closed_at: datetime | None = None
    snoozed_until: date | None = None
    requests: tuple[Request, ...] = field(default=())

    @property
    def running(self) -> tuple[Request, ...]:
        """The requests that are owed an answer."""
        return tuple(request for request in self.requests if request.is_running)

    @property
    def undecided(self) -> tuple[Request, ...]:
        """The requests a person still has to decide."""
        return tuple(request for request in self.requests if request.is_undecided)

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done here."""
        return self.state not in {State.CLOSED, State.MERGED}


def fold(events: Iterable[Event], case: Case | None = None) -> Case:
    """Return the case that a sequence of events makes, from nothing or from `case`. Raises UnexpectedEvent."""
    return reduce(apply, events, case or Case())


def apply(case: Case, event: Event) -> Case:
    """Return the case after one more event. Raises UnexpectedEvent when TRANSITIONS does not allow it."""
    if event.request is None:
        is_new_office = case.state is State.ABSENT and event.name is not Name.CASE_OPENED
        is_office = case.state is State.OFFICE or is_new_office
        scope = Scope.OFFICE if is_office else Scope.CASE
        case = replace(case, state=_next(scope, case.state, event.name))
        change = _CASE_CHANGES.get(event.name)
        return replace(case, **change(case, event)) if change else case
    return replace(case, requests=_with_request(case.requests, event))


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
    Name.HANDLER_ASSIGNED: lambda _, event: {"handler": event.data["handler"]},
    Name.IDENTITY_VERIFIED: lambda case, event: {"identity": max(case.identity or 0, int(str(event.data["tier"])))},
    Name.IDENTITY_REOPENED: lambda *_: {"identity": None},
    Name.CASE_CLOSED: lambda _, event: {"closed_at": event.at},
    Name.CASE_REOPENED: lambda *_: {"closed_at": None},
    Name.CASE_MERGED: lambda _, event: {"merged_into": str(event.data["into"]), "closed_at": event.at},
    Name.WARNINGS_SNOOZED: lambda _, event: {"snoozed_until": _day(event.data["until"])},
    Name.HOLD_SET: lambda case, _: {"flags": case.flags | {"hold"}},
    Name.HOLD_LIFTED: lambda case, _: {"flags": case.flags - {"hold"}},
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
    change = _REQUEST_CHANGES.get(event.name)
    return replace(request, state=state, **(change(request, event) if change else {}))


def _fired(request: Request, event: Event) -> dict[str, Any]:
    points = event.data.get("points", [])
    told = frozenset(str(point) for point in points) if isinstance(points, list) else frozenset()
    return {"fired": request.fired | told}


def _dated(_: Request, event: Event) -> dict[str, Any]:
    return {name: _day(event.data[name]) for name in DAYS if name in event.data}


def _retyped(request: Request, event: Event) -> dict[str, Any]:
    named = {"kind": str(event.data["kind"]), "right": str(event.data["right"]), "confidence": None}
    cleared = dict.fromkeys(DAYS)
    return cleared | _dated(request, event) | named | {"pause": "", "paused_on": None}


def _paused(request: Request, event: Event) -> dict[str, Any]:
    reason = str(event.data["reason"])
    return {"pause": reason, "paused_on": _day(event.data["on"]), "stops": request.stops | {reason}}


def _moved(request: Request, event: Event) -> dict[str, Any]:
    stops = request.stops - {request.pause} if event.data.get("void") else request.stops
    return {"stops": stops} | _dated(request, event) | {"moved": event.data["moved"], "pause": "", "paused_on": None}


def _decided(_: Request, event: Event) -> dict[str, Any]:
    ended = {"pause": "", "paused_on": None}
    return ended | {name: str(event.data.get(name) or "") for name in ("outcome", "ground", "mail")}


_REQUEST_CHANGES: Mapping[Name, Callable[[Request, Event], dict[str, Any]]] = {
    Name.DEADLINE_WARNED: _fired,
    Name.REQUEST_RECLASSIFIED: _retyped,
    Name.REPLY_ASKED: lambda _, event: {"mail": str(event.data["mail"])},
    Name.PAUSE_STARTED: _paused,
    Name.PAUSE_ENDED: _moved,
    Name.REQUEST_EXTENDED: lambda request, event: _moved(request, event) | {"is_extended": True},
    Name.REQUEST_DECIDED: _decided,
    Name.REQUEST_REOPENED: lambda *_: {"outcome": "", "ground": "", "mail": ""},
}


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value))
