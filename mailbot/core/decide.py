"""What a message or a moment makes happen: decisions are lists of events, nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules, days_told, opening_name
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Asked, Verdict
from mailbot.core.policy import Policy, dates
from mailbot.core.progress import _GIVEN_UP, decide_reopen, lapsed_reopened, pause_ended
from mailbot.core.transitions import State

MOST_REQUESTS = 9
"""Rights read from one mail; a list longer than this is a text about rights, and a person reads it."""

_NO_NEW_REQUEST = {"inquiry", "not_for_us", UNCLASSIFIED}


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
        *_reopened(case, bool(fresh), arrived, now, rules),
        *(pause_ended(request, rules, arrived.received_at, now) for request in case.undecided if request.pause),
        *(_request(number, asked, arrived, rules, now) for number, asked in enumerate(fresh, first)),
        *(_flag(flag, None, now) for flag in (*arrived.verdict.flags, *arrived.marks) if flag not in case.flags),
    ]


def _reopened(case: Case, asks_anew: bool, arrived: Arrived, now: datetime, rules: Rules) -> list[Event]:  # noqa: FBT001 -- one fact of the message
    """Open a closed case again when its requester asks for more, or writes after giving up."""
    on = rules.calendar.local_day(arrived.received_at)
    if case.state is not State.CLOSED:
        return lapsed_reopened(case, on, now, rules)
    if any(one.outcome in _GIVEN_UP for one in case.requests):
        return decide_reopen(case, "requester_wrote", on, now, rules)
    return [Event(Name.CASE_REOPENED, now, data={"why": "new_request"})] if asks_anew else []


def decide_staff(message: int, staff_id: str, now: datetime, *, is_proved: bool) -> list[Event]:
    """Record that a member of staff wrote to the case; what they wrote changes nothing by itself.

    Only a mail whose way was proved counts as heard of them.
    """
    return [Event(Name.STAFF_MESSAGE_RECEIVED, now, staff_id, data={"message": message, "proved": is_proved})]


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
    owed = dates(rules.policy, rules.calendar, rules.policy.table_of(kind.code), arrived.received_at)
    data: dict[str, Json] = {
        "kind": kind.code,
        "right": kind.right,
        "confidence": round(asked.confidence, 3),
        "received_at": stamp(arrived.received_at),
        **days_told(owed),
    }
    return Event(opening_name(kind.code), now, request=number, data=data)


def _flag(flag: str, related: str | None, now: datetime) -> Event:
    data: dict[str, Json] = {"flag": flag}
    return Event(Name.FLAG_RAISED, now, data=data | ({"ref": related} if flag == "possibly_related" else {}))
