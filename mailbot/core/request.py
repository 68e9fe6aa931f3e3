"""One right asked inside a case, with its clock, and what each event changes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mailbot.core.events import Event, Name
from mailbot.core.transitions import RUNNING, UNDECIDED, State

DAYS = ("answer_on", "ack_on", "triage_on", "notice_on", "total_on", "gate_on")
"""The dates that an opening event carries and a request row keeps."""


@dataclass(frozen=True, slots=True)
class Request:
    """One right asked inside a case, with its clock.

    The dates are days in the company's zone; None means the step is not owed. `answer_on` is the day people
    are shown: the earlier of the service date and the gate of Art. 39. `fired` are the warnings already given.
    `moved` are the business days the service clock stood still so far. `outcome` (full, partial,
    refused, no_data, alternative, withdrawn, lapsed) and `ground` stand from the decision on, "" before; `mail` is the
    key of the outgoing mail that is waited for: the asking letter, then the answer. `pause` is the reason the clock
    stands still since `paused_on`, `stops` the reasons it ever stood still for, `resumed_on` the day it last ran again,
    `reminded_on` the day the requester was last reminded of what this stop waits for.
    `extension` is the one extension as policy files write a period ("20bd"), "" for none. `report` is the key of the
    status letter that is to answer the gate, `is_gate_answered` whether the mail server took it. `worked_at` is when
    staff last did something for it; `told` who was warned since `told_at` and has not been heard of (staff ids).
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
    extension: str = ""
    outcome: str = ""
    ground: str = ""
    mail: str = ""
    pause: str = ""
    paused_on: date | None = None
    resumed_on: date | None = None
    reminded_on: date | None = None
    stops: frozenset[str] = frozenset()
    report: str = ""
    is_gate_answered: bool = False
    worked_at: datetime | None = None
    told: frozenset[str] = frozenset()
    told_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether an answer is still owed."""
        return self.state in RUNNING

    @property
    def is_extended(self) -> bool:
        """Whether its one extension is used."""
        return bool(self.extension)

    @property
    def is_undecided(self) -> bool:
        """Whether a person still has to decide."""
        return self.state in UNDECIDED


def new_request(event: Event, state: State) -> Request:
    """Return the request that an opening event makes."""
    days: dict[str, Any] = {name: day_of(event.data.get(name)) for name in DAYS}
    confidence = event.data.get("confidence")
    return Request(
        number=event.request or 0,
        kind=str(event.data["kind"]),
        right=str(event.data["right"]),
        state=state,
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        received_at=moment_of(event.data["received_at"]),
        **days,
        **_brought(event),
    )


def _brought(event: Event) -> dict[str, Any]:
    """Return what a request brings along from the case it was asked in; nothing where it was asked here."""
    brought = event.data.get("brought")
    if not isinstance(brought, dict):
        return {}
    days = {"resumed_on": day_of(brought.get("resumed_on"))}
    sets = {name: frozenset(str(brought[name]).split()) for name in ("stops", "fired")}
    kept = {name: brought[name] for name in ("extension", "is_gate_answered")}
    return days | sets | kept | {"moved": event.data["moved"]}


def changed(request: Request, state: State, event: Event) -> Request:
    """Return a request after an event that brought it into a state."""
    change = _REQUEST_CHANGES.get(event.name)
    return replace(request, state=state, **(change(request, event) if change else {}))


def _fired(request: Request, event: Event) -> dict[str, Any]:
    points = event.data.get("points", [])
    told = frozenset(str(point) for point in points) if isinstance(points, list) else frozenset()
    return {"fired": request.fired | told}


def _dated(_: Request, event: Event) -> dict[str, Any]:
    """Return the dates an event carries; an event that names the day of the answer names every date there is."""
    if "answer_on" not in event.data:
        return {}
    return {name: day_of(event.data.get(name)) for name in DAYS}


def _retyped(request: Request, event: Event) -> dict[str, Any]:
    named = {"kind": str(event.data["kind"]), "right": str(event.data["right"]), "confidence": None}
    return _dated(request, event) | named | {"pause": "", "paused_on": None}


def _paused(request: Request, event: Event) -> dict[str, Any]:
    reason = str(event.data["reason"])
    reminded_on = day_of(event.data.get("reminded_on"))
    begun = {"pause": reason, "paused_on": day_of(event.data["on"]), "reminded_on": reminded_on}
    return begun | {"stops": request.stops | {reason}}


def _resumed(request: Request, event: Event) -> dict[str, Any]:
    stops = request.stops - {request.pause} if event.data.get("void") else request.stops
    ended = {"stops": stops, "moved": event.data["moved"], "pause": "", "paused_on": None}
    return _dated(request, event) | ended | {"resumed_on": day_of(event.data["on"])}


def _extended(request: Request, event: Event) -> dict[str, Any]:
    """Note the one extension; in an old event it has no period, its days moved the dates, and its letter is out."""
    if "extension" in event.data:
        return _dated(request, event) | {"extension": str(event.data["extension"])}
    return _dated(request, event) | {"extension": "0bd", "moved": event.data["moved"], "is_gate_answered": True}


def _warned(request: Request, event: Event) -> dict[str, Any]:
    """Wait for an answer of those who were told; what nobody answered yet waits since the first time."""
    people = event.data.get("people", {})
    told = request.told | frozenset(people if isinstance(people, dict) else ())
    since = request.told_at or (event.at if told > request.told else None)
    return _fired(request, event) | {"told": told, "told_at": since}


def _handed_on(request: Request, event: Event) -> dict[str, Any]:
    people = event.data.get("people", {})
    told = request.told | frozenset(people if isinstance(people, dict) else ())
    return {"told": told, "told_at": event.at if told > request.told else None}


def _decided(_: Request, event: Event) -> dict[str, Any]:
    ended = {"pause": "", "paused_on": None}
    return ended | {name: str(event.data.get(name) or "") for name in ("outcome", "ground", "mail")}


_REQUEST_CHANGES: Mapping[Name, Callable[[Request, Event], dict[str, Any]]] = {
    Name.DEADLINE_WARNED: _warned,
    Name.ESCALATED: _warned,
    Name.ESCALATION_HANDED_ON: _handed_on,
    Name.REQUESTER_REMINDED: lambda request, event: _fired(request, event) | {"reminded_on": day_of(event.data["on"])},
    Name.STATUS_LETTER_DRAFTED: _fired,
    Name.STATUS_LETTER_WRITTEN: lambda _, event: {"report": str(event.data["mail"])},
    Name.GATE_ANSWERED: lambda request, event: _dated(request, event) | {"is_gate_answered": True},
    Name.GATE_UNANSWERED: lambda request, event: _dated(request, event) | {"is_gate_answered": False, "report": ""},
    Name.EXTENSION_VOIDED: lambda request, event: _dated(request, event) | {"extension": "", "report": ""},
    Name.DATES_RECOUNTED: lambda request, event: _dated(request, event) | {"moved": event.data["moved"]},
    Name.REQUEST_RECLASSIFIED: _retyped,
    Name.REPLY_ASKED: lambda _, event: {"mail": str(event.data["mail"])},
    Name.PAUSE_STARTED: _paused,
    Name.PAUSE_ENDED: _resumed,
    Name.REQUEST_EXTENDED: _extended,
    Name.REQUEST_DECIDED: _decided,
    Name.REQUEST_REOPENED: lambda request, event: (
        _dated(request, event)
        | {"moved": event.data.get("moved", request.moved)}
        | {"resumed_on": day_of(event.data.get("on")) or request.resumed_on}
        | {"outcome": "", "ground": "", "mail": ""}
    ),
}


def day_of(value: object) -> date | None:
    """Return the day an event carries as text, None for none."""
    return date.fromisoformat(value) if isinstance(value, str) else None


def moment_of(value: object) -> datetime:
    """Return the moment an event carries as text."""
    return datetime.fromisoformat(str(value))
