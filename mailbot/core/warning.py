"""The warning to staff: all that has come up in one case, for one person, with the values its words need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules, owed_on
from mailbot.core.correspondence import Reader
from mailbot.core.idle import HANDLER as IDLE_HANDLER
from mailbot.core.idle import MANAGER as IDLE_MANAGER
from mailbot.core.idle import explained_until, unexplained
from mailbot.core.letters import Company, Letter, LetterKind, Said
from mailbot.core.request import Request
from mailbot.core.waiting import HAND_ON


@dataclass(frozen=True, slots=True)
class Warned:
    """What one person is told of one request: the points that have come, as they were recorded.

    `silent` are the staff who were told and have not answered, the last of them at `since`: it is handed on.
    """

    request: Request
    points: tuple[str, ...]
    silent: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class WarnedLine:
    """One request of a warning as its reader sees it; `points` are codes of `words.point` with their values.

    `gate_on` is None where no gate binds any more; `days_left` are business days, negative when overdue.
    """

    number: int
    kind: str
    due_on: date
    days_left: int
    gate_on: date | None
    points: tuple[Said, ...]


def warning(
    company: Company, case: Case, told: Sequence[Warned], reader: Reader, rules: Rules, now: datetime
) -> Letter:
    """Return the one warning of everything that has come up in a case for one person; the most urgent opens it."""
    lines = sorted((_warned_line(one, rules, now) for one in told), key=lambda line: (line.due_on, line.number))
    codes = {point.code for line in lines for point in line.points}
    context = {
        "company": company,
        "ref": case.ref,
        "lines": lines,
        "due_on": lines[0].due_on,
        "days_left": lines[0].days_left,
        "is_handed_on": HAND_ON in codes,
        "is_idle": bool(codes & {IDLE_HANDLER, IDLE_MANAGER}),
        "handler": case.handler,
        "recipient_role": reader.role,
        "stands_in": reader.stands_in,
        "hand_on_days": rules.policy.ladder.hand_on.amount,
    }
    kind = LetterKind.ESCALATION if reader.role in {"manager", "representative"} else LetterKind.WARNING
    return Letter("warning", kind, reader.language, reader.to, context)


def _warned_line(told: Warned, rules: Rules, now: datetime) -> WarnedLine:
    request, today = told.request, rules.calendar.local_day(now)
    due_on = owed_on(request, rules, today) or today
    points = [_said(point, request, rules, today) for point in told.points]
    if told.since:
        points.append(Said(HAND_ON, {"people": told.silent, "since": told.since.astimezone(rules.calendar.zone)}))
    return WarnedLine(
        number=request.number,
        kind=request.kind,
        due_on=due_on,
        days_left=rules.calendar.business_days_between(today, due_on),
        gate_on=None if request.is_gate_answered else request.gate_on,
        points=tuple(points),
    )


def _said(point: str, request: Request, rules: Rules, today: date) -> Said:
    """Return a point with what its words need: since when nothing was recorded, or which day of the gate it is."""
    code = point.partition(":")[0]
    if code in {IDLE_HANDLER, IDLE_MANAGER}:
        days = unexplained(request, rules.calendar, today)
        return Said(code, {"days": days, "since": explained_until(request, rules.calendar)})
    kind, _, days_after = code.partition("_")
    return Said(kind, {"days": int(days_after)}) if kind == "gate" else Said(code)
