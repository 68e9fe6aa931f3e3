"""The mail that tells staff of a flood: how many mails one case holds, why, and by when somebody has to look."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.correspondence import Reader, first_due, first_owed
from mailbot.core.letters import Company, Letter, LetterKind


@dataclass(frozen=True, slots=True)
class Flood:
    """The case that a flood goes into, why the newest mail went there (`core.flood`), and how many it holds."""

    case: Case
    reason: str
    count: int


def flood_notice(company: Company, flood: Flood, reader: Reader, rules: Rules, now: datetime) -> Letter:
    """Return the notice of a flood to one member of staff; nothing of the mails stands in it."""
    due_on = first_owed(flood.case.running, rules, now) or first_due(flood.case.requests)
    context = {
        "company": company,
        "ref": flood.case.ref,
        "count": flood.count,
        "reason": flood.reason,
        "due_on": due_on,
        "handler": flood.case.handler,
    }
    kind = LetterKind.ESCALATION if reader.role == "manager" else LetterKind.WARNING
    return Letter("flood", kind, reader.language, reader.to, context)
