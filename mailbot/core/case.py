"""A case and its requests, folded from events.

Only `apply` changes a case's state; an event that TRANSITIONS does not know raises and nothing is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from typing import Any

from mailbot.core.events import BOT, Event, Name
from mailbot.core.request import Request, changed, day_of, moment_of, new_request
from mailbot.core.transitions import TRANSITIONS, Scope, State

WORK = frozenset(
    {
        Name.REQUEST_OPENED,
        Name.REQUEST_LEFT_UNCLASSIFIED,
        Name.HANDLER_ASSIGNED,
        Name.NOTE_KEPT,
        Name.REQUEST_RECLASSIFIED,
        Name.REQUEST_DROPPED,
        Name.REPLY_ASKED,
        Name.IDENTITY_VERIFIED,
        Name.EFFECT_CONFIRMED,
        Name.APPROVAL_GIVEN,
        Name.APPROVAL_DENIED,
        Name.REQUEST_DECIDED,
        Name.REQUEST_EXTENDED,
        Name.CASE_LINKED,
        Name.CASE_ABSORBED,
        Name.PARTY_ADDED,
        Name.ADDRESS_CHANGED,
    }
)
"""What counts as work on a business day, done by a person: the idle meter knows no other (law §2)."""

_PROVES_NOBODY = frozenset({Name.AUTHORITY_REFUSED, Name.CHALLENGE_ISSUED, Name.EFFECT_OFFERED})
"""What happens in somebody's name before anything proved that it was them."""


class UnexpectedEvent(Exception):
    """An event that the table does not allow in this state: a bug, never written."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that belongs to one person's matter. `handler` None means unassigned; moments are aware UTC.

    `identity` is the tier up to which the identity was checked (law §1), None before; `merged_into` the reference of
    the case that goes on in its place, "" for none; `closed_at` None while it is open; until the day `snoozed_until`
    the warnings of the service clock wait; `folded` counts the mails of a flood that it holds (`core.flood`).
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
    folded: int = 0
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
    return _heard(_applied(case, event), event)


def _applied(case: Case, event: Event) -> Case:
    if event.request is None:
        is_new_office = case.state is State.ABSENT and event.name is not Name.CASE_OPENED
        is_office = case.state is State.OFFICE or is_new_office
        scope = Scope.OFFICE if is_office else Scope.CASE
        case = replace(case, state=_next(scope, case.state, event.name))
        change = _CASE_CHANGES.get(event.name)
        return replace(case, **change(case, event)) if change else case
    return replace(case, requests=_with_request(case.requests, event))


def _heard(case: Case, event: Event) -> Case:
    """Note that a person did something: it is work on every running request, and the answer to a warning."""
    if event.actor == BOT or event.name in _PROVES_NOBODY or not event.data.get("proved", True):
        return case
    return replace(case, requests=tuple(_heard_of(one, event) for one in case.requests))


def _heard_of(request: Request, event: Event) -> Request:
    if not request.is_running:
        return request
    if event.name in WORK:
        request = replace(request, worked_at=event.at)
    return replace(request, told=frozenset(), told_at=None) if event.actor in request.told else request


def _next(scope: Scope, state: State, name: Name) -> State:
    try:
        return TRANSITIONS[scope, state, name]
    except KeyError:
        raise UnexpectedEvent(f"{scope}: event {name} in state {state}: not in TRANSITIONS") from None


def _opened(_: Case, event: Event) -> dict[str, Any]:
    return {
        "ref": event.data["ref"],
        "opened_at": event.at,
        "received_at": moment_of(event.data["received_at"]),
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
    Name.WARNINGS_SNOOZED: lambda _, event: {"snoozed_until": day_of(event.data["until"])},
    Name.MESSAGES_FOLDED: lambda case, event: {"folded": case.folded + int(str(event.data["count"]))},
    Name.HOLD_SET: lambda case, _: {"flags": case.flags | {"hold"}},
    Name.HOLD_LIFTED: lambda case, _: {"flags": case.flags - {"hold"}},
}


def _with_request(requests: tuple[Request, ...], event: Event) -> tuple[Request, ...]:
    known = {request.number: request for request in requests}
    current = known.get(event.request or 0)
    state = _next(Scope.REQUEST, current.state if current else State.ABSENT, event.name)
    known[event.request or 0] = changed(current, state, event) if current else new_request(event, state)
    return tuple(known[number] for number in sorted(known))
