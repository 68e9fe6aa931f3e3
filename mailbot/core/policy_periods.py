"""Reads the tables `[periods.*]` of a policy, and says which of their steps cannot stand beside each other.

Source: law §2.
"""

from dataclasses import fields

from mailbot.core.kinds import KINDS
from mailbot.core.period import Unit
from mailbot.core.policy import HIGHEST_TIER, Periods
from mailbot.core.section import Section

LAST_GATE_DAY = 366
LASTING = (Unit.BUSINESS_DAYS, Unit.DAYS, Unit.MONTHS)
_SHORT = (Unit.BUSINESS_DAYS, Unit.DAYS)
_IN_MONTHS = {
    *("decision_approved", "notice", "executed", "executed_by_contractors", "total", "extension"),
    *("final_report", "final_report_malicious"),
}
"""The steps a law counts in months; the others are work of days."""
_IN_ORDER = (
    *(("acknowledgement", "notice"), ("triage", "notice"), ("identity_asked", "notice"), ("interim", "notice")),
    *(("decision_approved", "notice"), ("notice", "total"), ("executed", "total"), ("gate_internal", "gate")),
    *(("preliminary_report", "final_report"), ("final_report", "final_report_malicious")),
)
"""What may not end after what; only the same unit is compared."""


def read_periods(section: Section) -> dict[str, Periods]:
    """Return the table of each `Kind.periods`, which has to be there, and of each kind that has one of its own."""
    groups = dict.fromkeys(kind.periods for kind in KINDS.values())
    tables = {}
    for name in dict.fromkeys((*groups, *KINDS)):
        table = section.section(name)
        if name in section:
            tables[name] = _periods(name, table)
        elif name in groups:
            section.fault(name, "missing; write the table")
    section.close()
    return tables


def _periods(name: str, section: Section) -> Periods:
    optional = [step.name for step in fields(Periods) if step.default is None]
    steps = {step: section.period_or_none(step, _units(step), "8bd") for step in optional}
    table = Periods(
        identity_tier=section.number("identity_tier", HIGHEST_TIER),
        identity_tier_of=_tiers(name, section.section("identity_tier_of")),
        acknowledgement=section.period("acknowledgement", _SHORT, "1bd"),
        triage=section.period("triage", _SHORT, "1bd"),
        **steps,
    )
    if section.is_sound:  # never compare stand-ins
        _check(section, table)
    section.close()
    return table


def _units(step: str) -> tuple[Unit, ...]:
    if step.startswith("gate"):
        return (Unit.DAYS,)
    return LASTING if step in _IN_MONTHS else _SHORT


def _tiers(name: str, section: Section) -> dict[str, int]:
    kinds = [kind.code for kind in KINDS.values() if kind.periods == name]
    tiers = {kind: section.number(kind, HIGHEST_TIER) for kind in kinds if kind in section}
    section.close()
    return tiers


def _check(section: Section, table: Periods) -> None:
    if table.notice is None and table.total is None and table.preliminary_report is None:
        # Without a day that is owed no clock can run, so this one is a fault and not a conflict.
        section.fault("notice", "nothing is owed; write notice, total or preliminary_report")
    if table.gate is None and table.gate_internal is not None:
        section.conflict("gate_internal", "has no gate; write gate, or take it out")
    for earlier, later in _IN_ORDER:
        before, after = getattr(table, earlier), getattr(table, later)
        if before and after and before.unit == after.unit and before.amount > after.amount:
            section.conflict(earlier, f"longer than {later} ({after}); shorten it")
    moved = table.notice or table.total
    if table.extension and moved and table.extension.unit != moved.unit:
        section.conflict("extension", f"counted otherwise than what it moves ({moved}); write it in {moved.unit}")
