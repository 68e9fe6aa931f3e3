"""How far the company's holidays are known, against the last day that may be owed.

Three ends: officially known (a government fixes only the next year), computed but provisional, and the end of the
table, behind which only weekends would be counted. Source: law §2; threats E3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.core.clock import Rules
from mailbot.core.period import Period
from mailbot.core.policy import Dates, Periods, dates

_AHEAD = timedelta(days=366)
"""How long before it matters that a table ends the operator hears of it."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """`known_until`: holidays officially known; `table_until`: computed at all; `last_due`: the last day owed."""

    known_until: date
    table_until: date
    last_due: date

    @property
    def is_ended(self) -> bool:
        """Whether a date would be counted without holidays: then nothing may start."""
        return self.table_until < self.last_due

    @property
    def is_ending(self) -> bool:
        """Whether that will be so within a year."""
        return self.table_until < self.last_due + _AHEAD

    @property
    def is_provisional(self) -> bool:
        """Whether dates may still move because their holidays are not officially known (暫定)."""
        return self.known_until < self.last_due

    def line(self) -> str:
        """Return one line for the operator and what to do, "" where nothing is."""
        if self.is_ended:
            return (
                f"policy: the table of holidays ends on {self.table_until}, before {self.last_due}, the last day that "
                "may be owed; install a newer version of mailbot"
            )
        if self.is_ending:
            return (
                f"The table of holidays ends on {self.table_until}; within a year days behind it may be owed: "
                "install a newer version of mailbot."
            )
        if self.is_provisional:
            return (
                f"Holidays are officially known until {self.known_until}; days up to {self.last_due} may be owed and "
                "are provisional: install a newer version of mailbot, or compare the official list and set "
                "policy.holidays_until."
            )
        return ""


def holiday_horizon(
    rules: Iterable[Rules], running_until: date | None, table_until: date, known_until: date, today: date
) -> Horizon:
    """Return how far holidays reach against the last day owed under any of the rules, stops and extension included.

    `rules` are those of today and those of running cases; `running_until` is the last date of a running request, None
    where none runs. A mail that arrives today counts as well.
    """
    found = [last_due(one, running_until, today) for one in rules]
    return Horizon(known_until, table_until, max(found))


def last_due(rules: Rules, running_until: date | None, today: date) -> date:
    """Return the last day that can be owed under rules: of what runs, and of a mail that arrives today."""
    policy, calendar = rules.policy, rules.calendar
    noon = calendar.at(today, policy.ladder.at)
    ends = [
        _moved(day, table, rules)
        for name, table in policy.periods.items()
        for day in (_last(dates(policy, calendar, name, noon)), running_until)
        if day
    ]
    return max(ends)


def _last(owed: Dates) -> date:
    days = (
        *(owed.answer_by(), owed.notice_on, owed.executed_on, owed.contractors_on, owed.total_on),
        *(owed.final_on, owed.final_malicious_on, owed.gate_on),
    )
    return max(day for day in days if day)


def _moved(day: date, table: Periods, rules: Rules) -> date:
    """Return a day moved by everything that may move it: the longest stop and the extension of its table."""
    moving: tuple[Period | None, ...] = (table.extension, rules.policy.longest_stop)
    for by in moving:
        day = by.end(day, rules.calendar) if by else day
    return day
