"""The law as data: the typed periods of one policy, and the dates that an arrival makes owed.

Promises: what a policy leaves out is not owed and stays None; the gate never moves. `policy_file` reads the
files. Source: law §2; APPI Arts. 26, 32-35, 39, 40.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from mailbot.core.calendar import Calendar
from mailbot.core.grounds import Ground
from mailbot.core.kinds import KINDS
from mailbot.core.period import Period, Unit

ROLES = ("handler", "deputy", "manager", "representative")
FLAGS = ("agent", "minor", "lawyer", "regulator", "police", "press", "threat", "third_identical_request", "spoofing")
HIGHEST_TIER = 3
HAND_ON = Period(1, Unit.BUSINESS_DAYS)
STOPS = (
    *("awaiting_identity", "awaiting_mandate", "awaiting_clarification", "awaiting_fee"),
    *("requester_asked_to_wait", "other_law_procedure"),
)
"""Every reason for which the service clock may stand still (law §2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """One `[periods.*]` table. None: the step is not owed.

    Counted from arrival, except `papers_judged` (from the papers' arrival), `investigation` (from
    the complete request) and `extension` (from the date it moves). `identity_tier` is 0..3 (law §1),
    `identity_tier_of` its exceptions by kind. `notice`, `total` or `preliminary_report` is there.
    """

    identity_tier: int
    identity_tier_of: Mapping[str, int]
    acknowledgement: Period
    triage: Period
    identity_asked: Period | None = None
    papers_judged: Period | None = None
    interim: Period | None = None
    investigation: Period | None = None
    decision_approved: Period | None = None
    notice: Period | None = None
    executed: Period | None = None
    executed_by_contractors: Period | None = None
    preliminary_report: Period | None = None
    final_report: Period | None = None
    final_report_malicious: Period | None = None
    total: Period | None = None
    gate_internal: Period | None = None
    gate: Period | None = None
    extension: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rungs:
    """The `[ladder]` table: the roles told at each point, `at` by the company's clocks; `gate_days` after arrival.

    What nobody acknowledged within `hand_on` (business days) goes to the next person.
    """

    at: time
    half_used: tuple[str, ...]
    three_left: tuple[str, ...]
    one_left: tuple[str, ...]
    overdue: tuple[str, ...]
    gate: tuple[str, ...]
    gate_days: tuple[int, ...]
    hand_on: Period = HAND_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A lawful stop of the service clock, counted in business days after the asking letter was accepted.

    `remind` holds the days of the reminders, rising; `lapse` the day on which an unanswered question ends the
    request, None: never.
    """

    remind: tuple[Period, ...] = ()
    lapse: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """After how many unexplained business days in a row each role hears of them; at least 1."""

    handler: int
    manager: int


def any_stop() -> dict[str, Wait]:
    """Return the stops of a policy text that is older than `[pauses]`: every reason, no reminder, no lapse."""
    return dict.fromkeys(STOPS, Wait())


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of one policy; a case keeps the one it was opened under.

    `periods` maps each `Kind.periods` to its table. `immediate` holds the kinds and flags that reach
    the manager at once. `digest` is the SHA-256 (hex) of the file's text. `grounds` maps a `Kind.periods`
    to the grounds of refusal by code; a file may have none. `waits` maps each reason that stops the service
    clock (of `STOPS`) to its rules, a reason that is absent stops nothing; `longest_stop` caps all stops of one
    request together, None: no cap. `idle` None: nobody hears of idle days. `letters` maps a `Kind.periods` to the
    letter code owed for each outcome. `retention` says how long each of `KEPT` is kept.
    A policy text that is older than a table has its default.
    """

    name: str
    version: str
    language_note: str
    acknowledgement_target: Period
    immediate: frozenset[str]
    ladder: Rungs
    periods: Mapping[str, Periods]
    digest: str
    grounds: Mapping[str, Mapping[str, Ground]] = field(default_factory=dict)
    waits: Mapping[str, Wait] = field(default_factory=any_stop)
    longest_stop: Period | None = None
    idle: Idle | None = None
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    retention: Mapping[str, Period] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return the name events and letters carry, for example "appi/2026-11"."""
        return f"{self.name}/{self.version}"

    def table_of(self, kind: str) -> str:
        """Return the name of the table that clocks a `Kind.code`: its own where there is one, else its `Kind.periods`.

        Raises `KeyError` for an unknown kind.
        """
        return kind if kind in self.periods else KINDS[kind].periods

    def identity_tier(self, kind: str) -> int:
        """Return the tier 0..3 of a `Kind.code`. Raises `KeyError` for an unknown one."""
        periods = self.periods[self.table_of(kind)]
        return periods.identity_tier_of.get(kind, periods.identity_tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The days (company zone) by which each step of one request is owed; None: not owed.

    `suit_on` is the first day on which a suit is possible (Art. 39). A reasoned status letter that
    leaves in time also answers the gate: then `replace(dates, gate_on=None)` lets `answer_by` follow
    the service clock alone.
    """

    arrived_on: date
    ack_on: date
    triage_on: date
    identity_asked_on: date | None
    interim_on: date | None
    decision_on: date | None
    notice_on: date | None
    executed_on: date | None
    contractors_on: date | None
    preliminary_on: date | None
    final_on: date | None
    final_malicious_on: date | None
    total_on: date | None
    gate_internal_on: date | None
    gate_on: date | None
    suit_on: date | None

    def answer_by(self) -> date:
        """Return the day people are shown: the earlier of notice and gate.

        Where neither is owed it is the total, or the preliminary report to the authority (Art. 26).
        """
        # The total never lies before the notice, so it only counts where there is none.
        owed = (self.notice_on, self.gate_on, self.total_on, self.preliminary_on)
        return min(day for day in owed if day is not None)

    def moved(self, by: Period, calendar: Calendar) -> "Dates":
        """Return the dates after a pause or an extension: the service clock moves, the gate does not."""
        return replace(
            self,
            decision_on=_end(self.decision_on, by, calendar),
            notice_on=_end(self.notice_on, by, calendar),
            executed_on=_end(self.executed_on, by, calendar),
            contractors_on=_end(self.contractors_on, by, calendar),
            total_on=_end(self.total_on, by, calendar),
        )


def dates(policy: Policy, calendar: Calendar, periods: str, received_at: datetime) -> Dates:
    """Return the dates owed under the table `periods` (`Kind.periods`) for a mail received at an aware moment.

    Raises `KeyError` for an unknown table and `ValueError` for a naive moment.
    """
    table, arrived_on = policy.periods[periods], calendar.local_day(received_at)
    gate_on = _end(arrived_on, table.gate, calendar)
    return Dates(
        arrived_on=arrived_on,
        ack_on=table.acknowledgement.end(arrived_on, calendar),
        triage_on=table.triage.end(arrived_on, calendar),
        identity_asked_on=_end(arrived_on, table.identity_asked, calendar),
        interim_on=_end(arrived_on, table.interim, calendar),
        decision_on=_end(arrived_on, table.decision_approved, calendar),
        notice_on=_end(arrived_on, table.notice, calendar),
        executed_on=_end(arrived_on, table.executed, calendar),
        contractors_on=_end(arrived_on, table.executed_by_contractors, calendar),
        preliminary_on=_end(arrived_on, table.preliminary_report, calendar),
        final_on=_end(arrived_on, table.final_report, calendar),
        final_malicious_on=_end(arrived_on, table.final_report_malicious, calendar),
        total_on=_end(arrived_on, table.total, calendar),
        gate_internal_on=_end(arrived_on, table.gate_internal, calendar),
        gate_on=gate_on,
        suit_on=None if gate_on is None else gate_on + timedelta(days=1),
    )


def _end(start: date | None, by: Period | None, calendar: Calendar) -> date | None:
    return None if start is None or by is None else by.end(start, calendar)
