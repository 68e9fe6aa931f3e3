"""The law as data: the typed periods of one policy file, and the dates that an arrival makes owed.

Promises: a policy with any fault is refused with all its faults at once; what a table leaves out is
not owed and stays None; the gate never moves. Source: law §2; APPI Arts. 26, 32-35, 39, 40.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta

from mailbot.core.calendar import Calendar
from mailbot.core.grounds import Ground, read_grounds
from mailbot.core.kinds import KINDS
from mailbot.core.period import Period, Unit
from mailbot.core.section import Section

ROLES = ("handler", "deputy", "manager")
FLAGS = ("agent", "minor", "lawyer", "regulator", "police", "press", "threat", "third_identical_request", "spoofing")
HIGHEST_TIER = 3
LAST_GATE_DAY = 366
_COUNTED = (Unit.BUSINESS_DAYS, Unit.DAYS, Unit.MONTHS)


class PolicyFault(ValueError):
    """A policy that cannot be used. `faults` holds one sentence per fault: key, value and remedy."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


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
    """The `[ladder]` table: the roles told at each point, `at` by the company's clocks; `gate_days` after arrival."""

    at: time
    half_used: tuple[str, ...]
    three_left: tuple[str, ...]
    one_left: tuple[str, ...]
    overdue: tuple[str, ...]
    gate: tuple[str, ...]
    gate_days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of one policy; a case keeps the one it was opened under.

    `periods` maps each `Kind.periods` to its table. `immediate` holds the kinds and flags that reach
    the manager at once. `digest` is the SHA-256 (hex) of the file's text. `grounds` maps a `Kind.periods`
    to the grounds of refusal by code; a file may have none.
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

    @property
    def label(self) -> str:
        """Return the name events and letters carry, for example "appi/2026-11"."""
        return f"{self.name}/{self.version}"

    def identity_tier(self, kind: str) -> int:
        """Return the tier 0..3 of a `Kind.code`. Raises `KeyError` for an unknown one."""
        periods = self.periods[KINDS[kind].periods]
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


def parse_policy(text: str) -> Policy:
    """Read the TOML text of a policy file. Raises one `PolicyFault` that names every fault in it."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFault([f"the policy is no TOML: {error}; correct the line"]) from None
    top = Section("", values, [])
    policy = _policy(top, read_grounds(top, values), hashlib.sha256(text.encode()).hexdigest())
    if top.faults:
        raise PolicyFault(top.faults)
    return policy


def _policy(top: Section, grounds: Mapping[str, Mapping[str, Ground]], digest: str) -> Policy:
    policy = Policy(
        name=top.text("name", "appi", r"[a-z0-9-]+"),
        version=top.text("version", "2026-11", r"[a-z0-9.-]+"),
        language_note=top.text("language_note", "The Japanese text governs."),
        acknowledgement_target=top.period("acknowledgement_target", [Unit.MINUTES], "1min"),
        immediate=frozenset(top.words("immediate", (*KINDS, *FLAGS))),
        ladder=_rungs(top.section("ladder")),
        periods=_tables(top.section("periods")),
        digest=digest,
        grounds=grounds,
    )
    top.close()
    return policy


def _rungs(section: Section) -> Rungs:
    roles = {key: section.words(key, ROLES) for key in ("half_used", "three_left", "one_left", "overdue", "gate")}
    rungs = Rungs(at=section.clock("at", "09:00"), gate_days=section.numbers("gate_days", LAST_GATE_DAY), **roles)
    section.close()
    return rungs


def _tables(section: Section) -> dict[str, Periods]:
    tables = {}
    for name in dict.fromkeys(kind.periods for kind in KINDS.values()):
        table = section.section(name)
        if name in section:
            tables[name] = _periods(name, table)
        else:
            section.fault(name, "missing; write the table")
    section.close()
    return tables


def _periods(name: str, section: Section) -> Periods:
    faults_before = len(section.faults)
    optional = [step.name for step in fields(Periods) if step.default is None]
    units = {step: [Unit.DAYS] if step.startswith("gate") else _COUNTED for step in optional}
    steps = {step: section.period_or_none(step, units[step], "8bd") for step in optional}
    table = Periods(
        identity_tier=section.number("identity_tier", HIGHEST_TIER),
        identity_tier_of=_tiers(name, section.section("identity_tier_of")),
        acknowledgement=section.period("acknowledgement", _COUNTED, "1bd"),
        triage=section.period("triage", _COUNTED, "1bd"),
        **steps,
    )
    if len(section.faults) == faults_before:  # never compare stand-ins
        _check(section, table)
    section.close()
    return table


def _tiers(name: str, section: Section) -> dict[str, int]:
    kinds = [kind.code for kind in KINDS.values() if kind.periods == name]
    tiers = {kind: section.number(kind, HIGHEST_TIER) for kind in kinds if kind in section}
    section.close()
    return tiers


def _check(section: Section, table: Periods) -> None:
    if table.notice is None and table.total is None and table.preliminary_report is None:
        section.fault("notice", "nothing is owed; write notice, total or preliminary_report")
    if table.gate is None and table.gate_internal is not None:
        section.fault("gate_internal", "has no gate; write gate, or take it out")
    for earlier, later in (("notice", "total"), ("decision_approved", "notice"), ("gate_internal", "gate")):
        before, after = getattr(table, earlier), getattr(table, later)
        if before and after and before.unit == after.unit and before.amount > after.amount:
            section.fault(earlier, f"longer than {later} ({after}); shorten it")
