"""Sequences of events that can happen, drawn from the table of transitions, for the core and for the store."""

from datetime import UTC, datetime
from itertools import product

from hypothesis import strategies as st

from mailbot.core.case import Case, apply
from mailbot.core.events import Event, Json, Name
from mailbot.core.kinds import UNCLASSIFIED
from mailbot.core.transitions import TRANSITIONS, Scope, State

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
REF = "KJ-2026-000123-M"
OPENED_REQUEST: dict[str, Json] = {"kind": "disclosure", "right": "disclosure", "received_at": "2026-11-20T05:10:00Z"}
DAYS_MOVED: dict[str, Json] = {"answer_on": "2026-12-04", "notice_on": "2026-12-07", "gate_on": "2026-12-04"}
DATA: dict[Name, dict[str, Json]] = {
    Name.CASE_OPENED: {
        "ref": REF,
        "received_at": "2026-11-20T05:10:00.000000Z",
        "language": "en",
        "policy": "appi/2026-11@00000000",
    },
    Name.REQUEST_OPENED: OPENED_REQUEST | {"confidence": 0.97, "notice_on": "2026-12-03", "answer_on": "2026-12-03"},
    Name.REQUEST_LEFT_UNCLASSIFIED: OPENED_REQUEST | {"kind": UNCLASSIFIED, "gate_on": "2026-12-04"},
    Name.FLAG_RAISED: {"flag": "lawyer"},
    Name.ACKNOWLEDGEMENT_WITHHELD: {"why": "junk"},
    Name.ACKNOWLEDGEMENT_FAILED: {"trouble": "unknown"},
    Name.DEADLINE_WARNED: {"points": ["half_used"], "due_on": "2026-12-03", "roles": ["handler"]},
    Name.DEADLINE_MISSED: {"due_on": "2026-12-03"},
    Name.HANDLER_ASSIGNED: {"handler": "hana"},
    Name.IDENTITY_VERIFIED: {"method": "facts", "tier": 2},
    Name.REQUEST_RECLASSIFIED: {"kind": "correct", "right": "correction", "notice_on": "2026-12-03"},
    Name.REPLY_ASKED: {"mail": "ask:7:awaiting_identity", "reason": "awaiting_identity"},
    Name.PAUSE_STARTED: {"on": "2026-11-24", "reason": "awaiting_identity"},
    Name.PAUSE_ENDED: {"on": "2026-11-26", "days": 2, "moved": 2} | DAYS_MOVED,
    Name.REQUEST_EXTENDED: {"extension": "10bd"} | DAYS_MOVED,
    Name.ESCALATED: {"people": {"boss": "manager"}, "why": ["lawyer"]},
    Name.ESCALATION_HANDED_ON: {"people": {"dai": "deputy"}, "since": None},
    Name.REQUESTER_REMINDED: {"points": ["remind_1:2026-11-24"], "on": "2026-12-01", "mail": "remind_1:x"},
    Name.STATUS_LETTER_DRAFTED: {"points": ["gate_draft:2026-12-02"], "due_on": "2026-12-04"},
    Name.STATUS_LETTER_WRITTEN: {"mail": "letter:7:0"},
    Name.GATE_ANSWERED: {"mail": "letter:7:0", "moved": 0} | DAYS_MOVED,
    Name.GATE_UNANSWERED: {"mail": "letter:7:0", "moved": 0} | DAYS_MOVED,
    Name.DATES_RECOUNTED: {"before": {"notice_on": "2026-12-03"}, "moved": 0} | DAYS_MOVED,
    Name.REQUEST_DECIDED: {"outcome": "full", "ground": "", "mail": "letter:1:0"},
    Name.CASE_MERGED: {"into": "KJ-2026-000124-N"},
    Name.WARNINGS_SNOOZED: {"until": "2026-11-30"},
    Name.MESSAGES_FOLDED: {"count": 3, "why": "sender", "first": 7, "last": 9},
}


def event(name: Name, request: int | None = None, at: datetime = NOW, **data: Json) -> Event:
    """Return an event with the data its name needs."""
    return Event(name, at, request=request, data=DATA.get(name, {}) | data)


def possible(case: Case) -> list[Event]:
    """Return every event that the table allows a case next."""
    numbered = {one.number: one.state for one in case.requests} | {len(case.requests) + 1: State.ABSENT}
    of_case = [event(name) for name in Name if (Scope.CASE, case.state, name) in TRANSITIONS]
    if case.state is State.ABSENT:
        return of_case
    of_requests = [
        event(name, number)
        for (number, state), name in product(numbered.items(), Name)
        if (Scope.REQUEST, state, name) in TRANSITIONS
    ]
    return of_case + of_requests


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw a sequence of events in which each is allowed by the table after those before it."""
    case, happened = Case(), list[Event]()
    for choice in draw(st.lists(st.integers(0, 999), max_size=25)):
        allowed = possible(case)
        happened.append(allowed[choice % len(allowed)])
        case = apply(case, happened[-1])
    return happened
