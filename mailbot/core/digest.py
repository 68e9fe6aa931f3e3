"""The lines of the digest: how late a request is, what comes next and by when, and the numbers that can be answered.

Pure: the store says which cases belong to which section, here they become lines. Source: law §2.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case
from mailbot.core.clock import Rules, dates_of, owed_on
from mailbot.core.letters import DigestLine, DigestRequest
from mailbot.core.request import Request
from mailbot.core.transitions import State
from mailbot.core.waiting import outlook

OVERDUE, DUE_SOON, APPROVALS, DRAFTS = "overdue", "due_soon", "approvals", "drafts"
UNASSIGNED, WAITING, OTHER_OPEN = "unassigned", "waiting", "other_open"
SECTIONS = (OVERDUE, DUE_SOON, APPROVALS, DRAFTS, UNASSIGNED, WAITING, OTHER_OPEN)
"""Where an open case can stand: in the first of these that fits, and there alone."""
Word = TypeVar("Word", str, str | None)
SOON = 3
"""Business days up to which a date counts as soon."""


def soon_on(calendar: Calendar, today: date) -> date:
    """Return the last day that is due soon: what falls on closed days behind it is no later."""
    return date.fromordinal(calendar.add_business_days(today, SOON + 1).toordinal() - 1)


def line(number: int, case: Case, rules: Rules, today: date) -> DigestLine:
    """Return one open case as a line; its requests by their dates, the earliest first."""
    found = [
        request_line(one, case, rules, today) for one in case.running if one.received_at and owed_on(one, rules, today)
    ]
    notes = tuple(code for code, holds in (("draft", _has_draft(case)), ("bounced", "bounced" in case.flags)) if holds)
    return DigestLine(number, case.ref, tuple(sorted(found, key=lambda one: one.due_on)), case.handler, notes)


def request_line(request: Request, case: Case, rules: Rules, today: date) -> DigestRequest:
    """Return one running request with its dates; days are counted on the company's calendar.

    A clock that stands still makes nobody late: its day is that of a reply that comes today.
    """
    due_on = owed_on(request, rules, today)
    if due_on is None or request.received_at is None:
        raise ValueError(f"request {request.number} has no date")
    calendar = rules.calendar
    arrived_on = calendar.local_day(request.received_at)
    whole = max((due_on - arrived_on).days, 1)
    step, step_on = next_step(request, case, rules)
    coming = outlook(request, rules.policy, calendar)
    return DigestRequest(
        kind=request.kind,
        due_on=due_on,
        days_left=calendar.business_days_between(today, due_on),
        used=max((today - arrived_on).days / whole, 0.0),
        step=step,
        step_on=step_on,
        is_provisional=calendar.is_provisional(due_on),
        pause=request.pause,
        paused_on=request.paused_on,
        reply_by=coming.reply_by,
        lapses=coming.lapses,
    )


def next_step(request: Request, case: Case, rules: Rules) -> tuple[str, date | None]:
    """Return what comes next for a request, and the day the policy gives it; None where it gives none.

    `reply` (of the requester), `sending`, `triage`, `identity`, `decision`, `notice`.
    """
    if request.pause:
        return "reply", None
    if request.state is State.DECIDED:
        return "sending", None
    owed = dates_of(request, rules)
    if case.handler is None or request.kind == "unclassified":
        return "triage", owed.triage_on
    if rules.policy.identity_tier(request.kind) > (case.identity or 0):
        return "identity", owed.identity_asked_on
    if owed.decision_on:
        return "decision", owed.decision_on
    return "notice", owed.notice_on or owed.answer_by()


def _has_draft(case: Case) -> bool:
    """Say whether a status letter lies ready that nobody has confirmed."""
    return any(
        not one.is_gate_answered and not one.report and any(point.startswith("gate_draft") for point in one.fired)
        for one in case.undecided
    )


def left_out(
    counted: Mapping[tuple[str, Word], int], section: str, shown: Iterable[Word]
) -> tuple[tuple[Word, int], ...]:
    """Return how often each word of a section occurs beside what is shown, the most frequent first."""
    hidden = list(shown)
    rest = {word: count - hidden.count(word) for (of, word), count in counted.items() if of == section}
    left = [(word, count) for word, count in rest.items() if count > 0]
    return tuple(sorted(left, key=lambda pair: (-pair[1], pair[0] or "")))


def first_things(sections: Sequence[str], *, held: int, ill: int) -> tuple[str, ...]:
    """Return the codes of what to do first, the most urgent before the rest; nothing where all is quiet.

    `sections` are those that have a case, `held` counts mails that wait for a person, `ill` what is wrong with the
    machine.
    """
    urgent = [code for code in (OVERDUE, APPROVALS, DRAFTS, UNASSIGNED, DUE_SOON) if code in sections]
    return (*urgent, *(["held"] if held else []), *(["health"] if ill else []))
