"""The one table that says which event may follow which state of a case, a request or the office.

An event that the table does not know is a bug: it raises, and nothing is written (`core.case.apply`).
"""

from collections.abc import Mapping
from enum import StrEnum

from mailbot.core.events import Name


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
    PAUSED = "paused"
    DECIDED = "decided"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    DROPPED = "dropped"
    MOVED = "moved"
    OFFICE = "office"


_OPENED = (State.RECEIVED, State.ACKNOWLEDGED, State.UNACKNOWLEDGED, State.REOPENED)


_AFTERWARDS = (State.CLOSED, State.MERGED)


UNDECIDED = (State.OPEN, State.UNCLASSIFIED, State.OVERDUE, State.PAUSED)


"""The states of a request that a person still has to decide."""
RUNNING = (*UNDECIDED, State.DECIDED)
"""The states of a request that is owed an answer: its clocks run until the server took the answer."""


_REMARKS = (
    Name.FLAG_RAISED,
    Name.LETTER_QUEUED,
    Name.LETTER_ACCEPTED,
    Name.LETTER_FAILED,
    Name.LETTER_BOUNCED,
    Name.FOLLOW_UP_RECEIVED,
    Name.MESSAGES_FOLDED,
    Name.STAFF_MESSAGE_RECEIVED,
    Name.AUTHORITY_REFUSED,
    Name.CHALLENGE_ISSUED,
    Name.HANDLER_ASSIGNED,
    Name.NOTE_KEPT,
    Name.IDENTITY_VERIFIED,
    Name.IDENTITY_REOPENED,
    Name.PAPERS_RECEIVED,
    Name.PAPERS_DESTROYED,
    Name.EFFECT_OFFERED,
    Name.EFFECT_CONFIRMED,
    Name.EFFECT_VOIDED,
    Name.APPROVAL_ASKED,
    Name.APPROVAL_REMINDED,
    Name.APPROVAL_GIVEN,
    Name.APPROVAL_DENIED,
    Name.CASE_ABSORBED,
    Name.CASE_LINKED,
    Name.HOLD_SET,
    Name.HOLD_LIFTED,
    Name.PARTY_ADDED,
    Name.ADDRESS_CHANGED,
    Name.STATUS_TOLD,
    Name.RELAY_CANCELLED,
    Name.WARNINGS_SNOOZED,
)


_LATE = (Name.ACKNOWLEDGEMENT_ACCEPTED, Name.ACKNOWLEDGEMENT_FAILED, Name.ACKNOWLEDGEMENT_WITHHELD)
"""What became of an acknowledgement may be known only after the case went on."""


_OF_THE_OFFICE = (
    Name.DIGEST_ISSUED,
    Name.LETTER_FAILED,
    Name.LETTER_BOUNCED,
    Name.STAFF_MESSAGE_RECEIVED,
    Name.AUTHORITY_REFUSED,
    Name.CHALLENGE_ISSUED,
    Name.EFFECT_OFFERED,
    Name.EFFECT_CONFIRMED,
    Name.EFFECT_VOIDED,
    Name.APPROVAL_ASKED,
    Name.APPROVAL_REMINDED,
    Name.APPROVAL_GIVEN,
    Name.APPROVAL_DENIED,
    Name.ABSENCE_TOLD,
    Name.ABSENCE_ENDED,
    Name.CLOCK_DOUBTED,
    Name.CLOCK_TRUSTED,
    Name.CLOCK_SET_BACK,
    Name.DATABASE_DOUBTED,
    Name.DATABASE_TRUSTED,
    Name.REPORT_ISSUED,
)
_BESIDE_A_REQUEST = (
    Name.DEADLINE_WARNED,
    Name.ESCALATED,
    Name.ESCALATION_HANDED_ON,
    Name.STATUS_LETTER_DRAFTED,
    Name.STATUS_LETTER_WRITTEN,
    Name.GATE_ANSWERED,
    Name.GATE_UNANSWERED,
    Name.EXTENSION_VOIDED,
    Name.DATES_RECOUNTED,
)
"""What happens beside a request while it runs and leaves its state as it is."""


TRANSITIONS: Mapping[tuple[Scope, State, Name], State] = {
    (Scope.CASE, State.ABSENT, Name.CASE_OPENED): State.RECEIVED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_WITHHELD): State.UNACKNOWLEDGED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_FAILED): State.UNACKNOWLEDGED,
    (Scope.CASE, State.RECEIVED, Name.ACKNOWLEDGEMENT_ACCEPTED): State.ACKNOWLEDGED,
    (Scope.REQUEST, State.ABSENT, Name.REQUEST_OPENED): State.OPEN,
    (Scope.REQUEST, State.ABSENT, Name.REQUEST_LEFT_UNCLASSIFIED): State.UNCLASSIFIED,
    (Scope.REQUEST, State.OPEN, Name.DEADLINE_MISSED): State.OVERDUE,
    (Scope.REQUEST, State.UNCLASSIFIED, Name.DEADLINE_MISSED): State.OVERDUE,
    **{(Scope.CASE, state, Name.CASE_CLOSED): State.CLOSED for state in _OPENED},
    **{(Scope.CASE, state, Name.CASE_MERGED): State.MERGED for state in _OPENED},
    (Scope.CASE, State.CLOSED, Name.CASE_REOPENED): State.REOPENED,
    **{(Scope.CASE, state, remark): state for state in (*_OPENED, *_AFTERWARDS) for remark in _REMARKS},
    **{(Scope.CASE, state, name): state for state in (State.REOPENED, *_AFTERWARDS) for name in _LATE},
    **{(Scope.REQUEST, state, name): state for state in RUNNING for name in _BESIDE_A_REQUEST},
    (Scope.REQUEST, State.PAUSED, Name.REQUESTER_REMINDED): State.PAUSED,
    **{(Scope.REQUEST, state, Name.REPLY_ASKED): state for state in UNDECIDED},
    **{(Scope.REQUEST, state, Name.REQUEST_EXTENDED): State.OPEN for state in UNDECIDED if state is not State.PAUSED},
    **{(Scope.REQUEST, state, Name.REQUEST_RECLASSIFIED): State.OPEN for state in UNDECIDED},
    **{(Scope.REQUEST, state, Name.REQUEST_DROPPED): State.DROPPED for state in UNDECIDED},
    **{(Scope.REQUEST, state, Name.REQUEST_MOVED): State.MOVED for state in UNDECIDED},
    **{(Scope.REQUEST, state, Name.PAUSE_STARTED): State.PAUSED for state in UNDECIDED if state is not State.PAUSED},
    (Scope.REQUEST, State.PAUSED, Name.PAUSE_ENDED): State.OPEN,
    **{(Scope.REQUEST, state, Name.REQUEST_DECIDED): State.DECIDED for state in RUNNING},
    (Scope.REQUEST, State.DECIDED, Name.REQUEST_ANSWERED): State.CLOSED,
    (Scope.REQUEST, State.DECIDED, Name.REQUEST_REOPENED): State.OPEN,
    (Scope.REQUEST, State.CLOSED, Name.REQUEST_REOPENED): State.OPEN,
    **{(Scope.OFFICE, state, fact): State.OFFICE for state in (State.ABSENT, State.OFFICE) for fact in _OF_THE_OFFICE},
}
"""The whole life of a case and of a request: (scope, state, event) -> next state."""


def scope_states(scope: Scope) -> tuple[State, ...]:
    """Return the states that occur in one scope of the table, in table order."""
    pairs = ((state, after) for (of, state, _), after in TRANSITIONS.items() if of is scope)
    return tuple(dict.fromkeys(state for pair in pairs for state in pair))
