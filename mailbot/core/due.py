"""What a moment makes happen to one request: warnings, reminders, a lapse, a drafted status letter, as events alone.

However long nobody looked, every passed warning is told in one event, and a requester is reminded once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules, points_of
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.gate_draft import GATE_DRAFT
from mailbot.core.idle import HANDLER as IDLE_HANDLER
from mailbot.core.idle import MANAGER as IDLE_MANAGER
from mailbot.core.ladder import OVERDUE, Point, next_moment, points_passed
from mailbot.core.policy import ROLES, Policy
from mailbot.core.progress import stop_ended
from mailbot.core.request import Request
from mailbot.core.transitions import State
from mailbot.core.waiting import HAND_ON, LAPSE, REMIND, STOP_ENDS, is_waited

Roster = Mapping[str, Sequence[str]]
"""Role to the ids of those who are told in it of one case today (`steps.roster`)."""

_HANDED_TO = ROLES[1:]
_EVER = datetime.max.replace(tzinfo=UTC)


def decide_due(
    request: Request,
    rules: Rules,
    now: datetime,
    roster: Roster,
    ref: str,
    *,
    is_snoozed: bool = False,
    heard_until: datetime = _EVER,
) -> list[Event]:
    """Return what has come due for a request by now; while it is snoozed nobody on the staff is warned.

    `ref` is the reference of its case, for the keys of letters. What says that somebody was silent comes due only up
    to `heard_until`: their mail may lie in the mailbox that nobody has read yet.
    """
    if not request.is_running:
        return []
    points = [point for point in points_of(request, rules) if point.at <= heard_until or not _is_of_silence(point)]
    passed = points_passed(points, request.fired, now, rules.calendar)
    warned = [point for point in passed if point.roles]
    come = [point for point in passed if not point.roles]
    is_silent = any(point.code == HAND_ON for point in come)
    handed = [_handed_on(request, roster, now)] if is_silent and not is_snoozed else []
    events = [] if is_snoozed else [*handed, *_warned(request, warned, roster, now)]
    return [*events, *_drafted(request, come, now), *_waited(request, come, rules, ref, now)]


def decide_escalation(before: Case, after: Case, policy: Policy, roster: Roster, now: datetime) -> list[Event]:
    """Put a case before the manager at once when a message brought what the policy names for it; nothing twice.

    It hangs on a request that runs, the one it is about where it is about one: the manager's silence hands it on like
    any warning.
    """
    why = _at_once(after, policy) - _at_once(before, policy)
    if not why or not after.is_open or not after.running:
        return []
    about = next((one for one in after.running if {one.kind, one.right} & why), after.running[0])
    people: dict[str, Json] = dict.fromkeys(roster.get("manager", ()), "manager")
    data: dict[str, Json] = {"people": people, "why": [*sorted(why)]}
    return [Event(Name.ESCALATED, now, request=about.number, data=data)]


def _at_once(case: Case, policy: Policy) -> frozenset[str]:
    """Return what of a case the manager must hear at once: its flags, and the kinds and rights that run."""
    asked = (word for one in case.running for word in (one.kind, one.right))
    return policy.immediate & {*case.flags, *asked}


def next_look(request: Request, rules: Rules, now: datetime, snoozed_until: datetime | None) -> datetime | None:
    """Return when a request is looked at next; warnings that were put off come in the morning the snooze ends."""
    points = points_of(request, rules) if request.is_running else ()
    if snoozed_until is None:
        return next_moment(points, request.fired, now, rules.calendar)
    quiet = [point for point in points if not point.roles and point.code != HAND_ON]
    earlier = next_moment(quiet, request.fired, now, rules.calendar)
    return min(earlier, snoozed_until) if earlier else snoozed_until


def _is_of_silence(point: Point) -> bool:
    """Say whether a point comes because nothing came: no reply of the requester, no work, no word of who was warned."""
    return is_waited(point) or point.code in {HAND_ON, IDLE_HANDLER, IDLE_MANAGER}


def _warned(request: Request, points: Sequence[Point], roster: Roster, now: datetime) -> list[Event]:
    """Tell of every point in one event; the day after the last date is missed."""
    if not points:
        return []
    roles = {role for point in points for role in point.roles}
    told: dict[str, Json] = {
        "points": [*(point.token for point in points)],
        "due_on": points[-1].due_on.isoformat(),
        "roles": [*sorted(roles)],
        "people": _people(roster, roles),
    }
    events = [Event(Name.DEADLINE_WARNED, now, request=request.number, data=told)]
    if any(point.code == OVERDUE for point in points) and request.state in {State.OPEN, State.UNCLASSIFIED}:
        events.append(Event(Name.DEADLINE_MISSED, now, request=request.number, data={"due_on": told["due_on"]}))
    return events


def _people(roster: Roster, roles: set[str]) -> dict[str, Json]:
    """Return who is told, each person once in their highest role."""
    return {person: role for role in ROLES if role in roles for person in roster.get(role, ())}


def _handed_on(request: Request, roster: Roster, now: datetime) -> Event:
    """Hand a warning that nobody answered to the next role that has somebody who was not told yet.

    `silent` are those who were told, the last of them at `since`; with nobody left to tell, the waiting ends.
    """
    fresh = {role: [one for one in roster.get(role, ()) if one not in request.told] for role in _HANDED_TO}
    role = next((role for role in _HANDED_TO if fresh[role]), "")
    people: dict[str, Json] = dict.fromkeys(fresh.get(role, ()), role)
    since = stamp(request.told_at) if request.told_at else None
    data: dict[str, Json] = {"people": people, "since": since, "silent": [*sorted(request.told)]}
    return Event(Name.ESCALATION_HANDED_ON, now, request=request.number, data=data)


def _drafted(request: Request, come: Sequence[Point], now: datetime) -> list[Event]:
    drafts = [point for point in come if point.code == GATE_DRAFT]
    if not drafts:
        return []
    data: dict[str, Json] = {"points": [*(one.token for one in drafts)], "due_on": drafts[0].due_on.isoformat()}
    return [Event(Name.STATUS_LETTER_DRAFTED, now, request=request.number, data=data)]


def _waited(request: Request, come: Sequence[Point], rules: Rules, ref: str, now: datetime) -> list[Event]:
    """Remind the requester, or end what nobody answered; a reminder that comes late puts the lapse off."""
    codes = {point.code for point in come}
    if STOP_ENDS in codes:
        return [stop_ended(request, rules, now)]
    reminders = [point for point in come if point.code.startswith(REMIND)]
    if reminders:
        return [_reminded(request, reminders, rules, ref, now)]
    if LAPSE in codes:
        mail = f"lapsed:{ref}:{request.pause}:{now:%Y%m%dT%H%M%S%f}"  # one look, one letter for all of the case
        decided: dict[str, Json] = {"outcome": "lapsed", "ground": "", "mail": mail}
        return [stop_ended(request, rules, now), Event(Name.REQUEST_DECIDED, now, request=request.number, data=decided)]
    return []


def _reminded(request: Request, come: Sequence[Point], rules: Rules, ref: str, now: datetime) -> Event:
    data: dict[str, Json] = {
        "points": [*(point.token for point in come)],
        "on": rules.calendar.local_day(now).isoformat(),
        "reason": request.pause,
        "mail": f"{come[-1].code}:{ref}:{request.pause}:{request.paused_on}",
    }
    return Event(Name.REQUESTER_REMINDED, now, request=request.number, data=data)
