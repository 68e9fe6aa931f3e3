"""What the account tells of dates: who is warned of which, who is told next, which status letter lies ready."""

from collections.abc import Iterator

from mailbot.core.case import Case
from mailbot.core.events import BOT, Event, Name
from mailbot.core.idle import HANDLER as IDLE
from mailbot.core.idle import MANAGER as LONG_IDLE
from mailbot.core.kinds import UNCLASSIFIED
from mailbot.core.ladder import OVERDUE
from mailbot.core.policy import ROLES
from mailbot.demo.watch import News

Line = tuple[str, str]
"""A label of `account.LABELS` and what is said."""

_MOST_REFS = 2
_POINTS = {
    OVERDUE: "no answer yet",
    "one_left": "1 business day left",
    "three_left": "3 business days left",
    "half_used": "half of the time is used",
    LONG_IDLE: "still no work on it",
    IDLE: "no work on it for days",
}
"""The warnings by urgency; last the days to the gate, after which a suit is possible (APPI Art. 39)."""


def warnings(news: News) -> Iterator[Line]:
    """Yield one line for each kind of warning, however many requests it concerns."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for case, event in news.events:
        if event.name is Name.DEADLINE_WARNED:
            found.setdefault((_points(event), _told(event)), []).append(f"{case.ref} {kind_of(case, event)}")
    for (points, roles), requests in sorted(found.items(), key=lambda one: [_urgency(code) for code in one[0][0]]):
        said = "; ".join(map(_in_words, points))
        yield "overdue" if OVERDUE in points else "warning", f"{said} → {roles}: {_few(requests)}"


def _points(event: Event) -> tuple[str, ...]:
    """Return the codes of the points that a warning is for, the most urgent first."""
    return tuple(sorted({token.partition(":")[0] for token in _strings(event, "points")}, key=_urgency))


def _urgency(point: str) -> int:
    return [*_POINTS, point].index(point)


def _in_words(point: str) -> str:
    return _POINTS.get(point) or f"day {point.removeprefix('gate_')} of 14 to the gate (Art. 39)"


def _told(event: Event) -> str:
    """Return the roles of those who were told; a role that nobody has is not named."""
    people = event.data["people"]
    roles = {str(role) for role in people.values()} if isinstance(people, dict) else set()
    return ", ".join(sorted(roles, key=ROLES.index))


def handed_on(news: News) -> Iterator[Line]:
    """Yield who is told because those before did nothing; nothing where nobody is left."""
    found: dict[str, list[str]] = {}
    for case, event in news.events:
        if event.name is Name.ESCALATION_HANDED_ON and (roles := _told(event)):
            found.setdefault(roles, []).append(f"{case.ref} {kind_of(case, event)}")
    for roles, requests in found.items():
        yield "handed on", f"nobody answered a warning for a business day → {roles}: {_few(requests)}"


def is_draft(event: Event) -> bool:
    """Say whether this is an offer that nobody wrote: a drafted status letter."""
    return event.name is Name.EFFECT_OFFERED and event.actor == BOT


def drafts(news: News) -> Iterator[Line]:
    """Yield before whom a drafted status letter lies, and whether one tap sends it as it is."""
    ready = {case.ref for case, event in news.events if is_draft(event)}
    for case, event in news.events:
        if event.name is Name.STATUS_LETTER_DRAFTED:
            reader = "handler" if case.handler else "manager"
            how = "one tap sends it, silence never does" if case.ref in ready else "its reason is still to be written"
            yield "draft", f"{case.ref}: a status letter lies before the {reader}; {how}"


def kind_of(case: Case, event: Event) -> str:
    """Return the kind of the request that an event is about."""
    return next((one.kind for one in case.requests if one.number == event.request), UNCLASSIFIED)


def _few(requests: list[str]) -> str:
    more = len(requests) - _MOST_REFS
    return ", ".join(requests[:_MOST_REFS]) + (f" and {more} more" if more > 0 else "")


def _strings(event: Event, key: str) -> list[str]:
    value = event.data[key]
    return [str(one) for one in value] if isinstance(value, list) else []
