"""The dates of one arrival under every table of a policy, in words, so that a person can check them by hand."""

from dataclasses import replace
from datetime import date, datetime

from mailbot.core.clock import Rules
from mailbot.core.policy import Dates, dates
from mailbot.core.reckoning import shown_day

_STEPS_IN_A_LINE = 3


def worked_example(rules: Rules, received_at: datetime) -> list[str]:
    """Return the lines for a mail that arrives at an aware moment: a head, then some for each table of periods."""
    arrived_on = rules.calendar.local_day(received_at)
    lines = [f"A mail that arrives on {shown_day(arrived_on)} under {rules.key}:"]
    for name in rules.policy.periods:
        owed = dates(rules.policy, rules.calendar, name, received_at)
        lines += [f"  {name:15} {_answer(rules, name, owed)}", *_steps(owed)]
    return lines


def _answer(rules: Rules, name: str, owed: Dates) -> str:
    """Return the day people are shown, and the furthest an extension moves it: its letter has answered the gate."""
    answer, extension = f"answer by {_shown(owed.answer_by(), rules)}", rules.policy.periods[name].extension
    if extension is None:
        return answer
    furthest = replace(owed, gate_on=None).moved(extension, rules.calendar).answer_by()
    return f"{answer}; extended by {extension}, at the furthest {_shown(furthest, rules)}"


def _shown(day: date, rules: Rules) -> str:
    """Return a day, and why nobody works on it."""
    reason = rules.calendar.why_not(day)
    return f"{shown_day(day)} ({reason})" if reason else shown_day(day)


def _steps(owed: Dates) -> list[str]:
    cells = [f"{step:16} {shown_day(on)}" for step, on in _named(owed).items() if on]
    rows = [cells[start : start + _STEPS_IN_A_LINE] for start in range(0, len(cells), _STEPS_IN_A_LINE)]
    return [" " * 4 + "   ".join(row) for row in rows]


def _named(owed: Dates) -> dict[str, date | None]:
    return {
        "acknowledged": owed.ack_on,
        "triage": owed.triage_on,
        "identity asked": owed.identity_asked_on,
        "interim measure": owed.interim_on,
        "decision": owed.decision_on,
        "notice": owed.notice_on,
        "executed": owed.executed_on,
        "by contractors": owed.contractors_on,
        "total": owed.total_on,
        "first report": owed.preliminary_on,
        "final report": owed.final_on,
        "if malicious": owed.final_malicious_on,
        "internal gate": owed.gate_internal_on,
        "gate": owed.gate_on,
        "suit from": owed.suit_on,
    }
