"""What fell on the days of a clock: what is owed there, what happened, what is still to come. Pure.

A mark is a code with plain values; `reckoning_words` says it in words, and JSON takes it as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mailbot.core.clock import Rules, points_of
from mailbot.core.events import BOT, Json, Name
from mailbot.core.gate_draft import GATE_DRAFT
from mailbot.core.ladder import points_passed
from mailbot.core.policy import Dates
from mailbot.core.reckoning_facts import Fact, Stop
from mailbot.core.request import Request
from mailbot.core.waiting import HAND_ON

SERVICE, GATE, IDLE = "service", "gate", "idle"
"""The three clocks of law §2."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that falls on a day: a code, its values, and its number in the log of the case (None: no event)."""

    code: str
    values: Mapping[str, Json] = field(default_factory=dict)
    event: int | None = None


Marks = dict[date, list[Mark]]
"""The marks of one clock by their day."""

_OWED = {
    SERVICE: ("ack_on", "triage_on", "identity_asked_on", "decision_on", "notice_on", "preliminary_on", "total_on"),
    GATE: ("gate_internal_on", "gate_on", "suit_on"),
}
_ON_GATE = {
    *(Name.STATUS_LETTER_DRAFTED, Name.STATUS_LETTER_WRITTEN, Name.GATE_ANSWERED, Name.GATE_UNANSWERED),
    *(Name.REQUEST_DECIDED, Name.REQUEST_ANSWERED, Name.REQUEST_REOPENED, Name.DATES_RECOUNTED),
}
_ON_SERVICE = {
    *(Name.PAUSE_STARTED, Name.PAUSE_ENDED, Name.REQUESTER_REMINDED, Name.REQUEST_EXTENDED, Name.DATES_RECOUNTED),
    *(Name.DEADLINE_MISSED, Name.ESCALATED, Name.ESCALATION_HANDED_ON, Name.REQUEST_RECLASSIFIED, Name.REPLY_ASKED),
    *(Name.REQUEST_DECIDED, Name.REQUEST_ANSWERED, Name.REQUEST_REOPENED, Name.REQUEST_DROPPED, Name.REQUEST_MOVED),
    *(Name.EXTENSION_VOIDED, Name.REQUEST_OPENED, Name.REQUEST_LEFT_UNCLASSIFIED),
}
_OF_CASE = {
    *(Name.ACKNOWLEDGEMENT_ACCEPTED, Name.ACKNOWLEDGEMENT_FAILED, Name.ACKNOWLEDGEMENT_WITHHELD),
    *(Name.LETTER_ACCEPTED, Name.LETTER_FAILED, Name.LETTER_BOUNCED, Name.FOLLOW_UP_RECEIVED, Name.WARNINGS_SNOOZED),
    *(Name.IDENTITY_VERIFIED, Name.CASE_CLOSED, Name.CASE_REOPENED, Name.CASE_MERGED),
}
_WARNED = {Name.DEADLINE_WARNED}
_KEPT = ("reason", "letter", "outcome", "kind", "why", "until", "method", "code", "trouble", "status", "brought")
"""What a mark tells of the data of its event as it stands there."""


def marks_of(
    request: Request, facts: Sequence[Fact], stops: Sequence[Stop], owed: Dates, rules: Rules, now: datetime
) -> dict[str, Marks]:
    """Return the marks of each clock."""
    found: dict[str, Marks] = {SERVICE: {}, GATE: {}, IDLE: {}}
    for clock, names in _OWED.items():
        for name in names:
            if on := getattr(owed, name):
                add(found[clock], on, Mark(name.removesuffix("_on")))
    for place, fact in enumerate(facts):
        for clock, mark in _happened(facts, place, stops):
            add(found[clock], fact.on, mark)
    for clock, on, mark in _to_come(request, rules, now):
        add(found[clock], on, mark)
    return found


def add(marks: Marks, on: date, mark: Mark) -> None:
    """Let a mark fall on a day, behind those that are there."""
    marks.setdefault(on, []).append(mark)


def _happened(facts: Sequence[Fact], place: int, stops: Sequence[Stop]) -> Iterator[tuple[str, Mark]]:
    fact = facts[place]
    name = fact.event.name
    if fact.is_own and name in _WARNED:
        yield from _warned(fact)
    elif (fact.is_own and name in _ON_SERVICE) or (fact.event.request is None and name in _OF_CASE):
        yield SERVICE, _told(facts, place, stops, "notice_on")
    if fact.is_own and name in _ON_GATE:
        yield GATE, _told(facts, place, stops, "gate_on")
    if fact.is_work or (fact.is_own and name in {Name.PAUSE_STARTED, Name.PAUSE_ENDED}):
        yield IDLE, _told(facts, place, stops, "")


def _warned(fact: Fact) -> Iterator[tuple[str, Mark]]:
    """Yield a warning on each clock it was about."""
    points = fact.event.data.get("points", [])
    people = fact.event.data.get("people", {})
    by_clock: dict[str, list[Json]] = {}
    for point in points if isinstance(points, list) else ():
        by_clock.setdefault(clock_of(str(point)), []).append(str(point).partition(":")[0])
    for clock, codes in by_clock.items():
        told: dict[str, Json] = {"points": codes, "to": [*people] if isinstance(people, dict) else []}
        yield clock, Mark(fact.event.name.value, told, fact.seq)


def clock_of(point: str) -> str:
    """Return the clock a point belongs to, by its code or token."""
    if point.startswith("gate_"):
        return GATE
    return IDLE if point.startswith("idle_") else SERVICE


def _told(facts: Sequence[Fact], place: int, stops: Sequence[Stop], dated: str) -> Mark:
    """Return the mark of an event: what it says, who did it, and how it moved the date of the clock."""
    fact = facts[place]
    event, data = fact.event, fact.event.data
    values: dict[str, Json] = {name: data[name] for name in _KEPT if data.get(name)}
    if event.actor != BOT:
        values["by"] = event.actor
    more = _MORE.get(event.name)
    values |= more(facts, place, stops) if more else {}
    before, after = (getattr(one, dated or "notice_on", None) for one in (fact.before, fact.after))
    if dated and fact.is_own and before and before != after:
        values |= {"old_on": str(before), "new_on": str(after) if after else None}
    return Mark(event.name.value, values, fact.seq)


def _extension(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    """Return by how much a date was extended, and who approved it: the manager's word stands in the same moment."""
    event = facts[place].event
    given = [one for one in facts[:place] if one.event.name is Name.APPROVAL_GIVEN and one.event.at == event.at]
    approved: dict[str, Json] = {"approved_by": given[-1].event.actor, "approval": given[-1].seq} if given else {}
    return {"extension": event.data.get("extension"), **approved}


def _begun(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    before = facts[place].before
    return {"mail": before.mail if before else ""}


def _resumed(facts: Sequence[Fact], place: int, stops: Sequence[Stop]) -> dict[str, Json]:
    """Return what ended a stop and how many business days it took from nobody."""
    data = facts[place].event.data
    on = data.get("on")
    stop = next((one for one in stops if str(one.ended_on) == on), None)
    told: dict[str, Json] = {"reason": stop.reason, "reply": stop.reply} if stop else {}
    return told | {"days": data.get("days"), "void": bool(data.get("void")), "on": on}


def _retyped(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    before = facts[place].before
    return {"before": before.kind if before else ""}


def _reopened(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    return {"days": facts[place].event.data.get("days")}


def _handed(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    people = facts[place].event.data.get("people", {})
    return {"to": [*people] if isinstance(people, dict) else []}


def _message(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    return {"message": facts[place].event.data.get("message")}


def _changed(facts: Sequence[Fact], place: int, _: Sequence[Stop]) -> dict[str, Json]:
    days = facts[place].event.data.get("days")
    return {"days": days} if isinstance(days, dict) else {}


_MORE: Mapping[Name, Callable[[Sequence[Fact], int, Sequence[Stop]], dict[str, Json]]] = {
    Name.REQUEST_EXTENDED: _extension,
    Name.PAUSE_STARTED: _begun,
    Name.PAUSE_ENDED: _resumed,
    Name.REQUEST_RECLASSIFIED: _retyped,
    Name.REQUEST_REOPENED: _reopened,
    Name.ESCALATION_HANDED_ON: _handed,
    Name.ESCALATED: _handed,
    Name.FOLLOW_UP_RECEIVED: _message,
    Name.DATES_RECOUNTED: _changed,
}


def _to_come(request: Request, rules: Rules, now: datetime) -> Iterator[tuple[str, date, Mark]]:
    """Yield the warnings, reminders and letters that lie ahead; those of the idle meter only where nobody works."""
    if not request.is_running:
        return
    points = points_of(request, rules)
    passed = {point.token for point in points_passed(points, request.fired, now, rules.calendar)}
    for point in points:
        is_ahead = point.token not in request.fired | passed and point.at > now
        if is_ahead and point.code != HAND_ON and clock_of(point.code) != IDLE:
            clock = GATE if point.code == GATE_DRAFT else clock_of(point.code)
            yield clock, point.on, Mark("ahead", {"point": point.code, "to": [*point.roles]})
