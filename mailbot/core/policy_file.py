"""Reads the TOML text of a policy, and refuses one with any fault with all its faults at once.

A table that is younger than a text may be missing and has its default. Source: law §2 and §3.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping

from mailbot.core.grounds import read_grounds
from mailbot.core.kinds import KINDS
from mailbot.core.period import Period, Unit
from mailbot.core.policy import FLAGS, HAND_ON, ROLES, STOPS, Idle, Policy, Rungs, Wait, any_stop
from mailbot.core.policy_periods import LAST_GATE_DAY, LASTING, read_periods
from mailbot.core.section import Section

KEPT = ("register", "letters", "mail", "identity_papers", "disclosure_pack", "spam")
"""What is kept for a time, the keys of `[retention]` (law §3)."""
OUTCOMES = ("full", "partial", "refused", "no_data", "alternative", "withdrawn", "lapsed")
LETTER_CODES = ("L6", "L7", "L8", "L9", "L11", "L12", "L12M", "L13", "L14", "L16")
"""The letters that tell an outcome (law §3)."""
NEEDS_GROUND = ("partial", "refused")
LONGEST_IDLE = 366
_BUSINESS_DAYS = (Unit.BUSINESS_DAYS,)
_ROLE_KEYS = ("half_used", "three_left", "one_left", "overdue", "gate")


class PolicyFault(ValueError):
    """A policy that cannot be used. `faults` holds one sentence per fault: key, value and remedy."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def parse_policy(text: str) -> Policy:
    """Read the TOML text of a policy. Raises one `PolicyFault` that names every fault in it."""
    policy, top = _read(values_of(text), text)
    _refuse([*top.faults, *top.conflicts])
    return policy


def kept_policy(text: str) -> Policy:
    """Read a text that was sound when a case opened under it; a conflict that was found out later is no fault."""
    policy, top = _read(values_of(text), text)
    _refuse(top.faults)
    return policy


def values_of(text: str) -> dict[str, object]:
    """Return the values of a TOML text. Raises `PolicyFault`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long to read, or tables too deep, is no TOML either
        raise PolicyFault([f"the policy is no TOML: {error}; correct the line"]) from None


def faults_in(values: Mapping[str, object]) -> list[str]:
    """Return every fault of the values of a whole policy."""
    _, top = _read(values, "")
    return [*top.faults, *top.conflicts]


def _refuse(faults: Iterable[str]) -> None:
    if faults:
        raise PolicyFault(faults)


def _read(values: Mapping[str, object], text: str) -> tuple[Policy, Section]:
    """Return the policy that the values of a text say, and the reader that noted what is wrong with them."""
    top = Section("", values, [], [])
    grounds = read_grounds(top, values)
    waits, longest_stop = _pauses(top.section("pauses")) if "pauses" in top else (any_stop(), None)
    tables = top.section("periods")
    policy = Policy(
        name=top.text("name", "appi", r"[a-z0-9-]{1,60}"),
        version=top.text("version", "2026-11", r"[a-z0-9.-]{1,40}"),
        language_note=top.text("language_note", "The Japanese text governs."),
        acknowledgement_target=top.period("acknowledgement_target", [Unit.MINUTES], "1min"),
        immediate=frozenset(top.words("immediate", (*KINDS, *FLAGS))),
        ladder=_rungs(top.section("ladder")),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        grounds=grounds,
        waits=waits,
        longest_stop=longest_stop,
        idle=_idle(top.section("idle")),
        letters=_letters(top.section("letters"), grounds),
        retention=_retention(top.section("retention")) if "retention" in top else {},
        periods=read_periods(tables),
    )
    if tables.is_sound:
        _check_gate_days(top.section("ladder"), policy)
    top.close()
    return policy, top


def _check_gate_days(ladder: Section, policy: Policy) -> None:
    last = max((table.gate.amount for table in policy.periods.values() if table.gate), default=0)
    if any(day > last for day in policy.ladder.gate_days):
        ladder.conflict("gate_days", f"after the last gate (day {last}); nobody would hear of it, so take it out")


def _rungs(section: Section) -> Rungs:
    roles = {key: section.words(key, ROLES) for key in _ROLE_KEYS}
    rungs = Rungs(
        at=section.clock("at", "09:00"),
        gate_days=section.numbers("gate_days", LAST_GATE_DAY),
        hand_on=section.period_or_none("hand_on", _BUSINESS_DAYS, "1bd") or HAND_ON,
        **roles,
    )
    section.close()
    return rungs


def _pauses(section: Section) -> tuple[dict[str, Wait], Period | None]:
    """Return the rules of each stop that is allowed, and the cap of all together."""
    most = section.period_or_none("most", _BUSINESS_DAYS, "20bd")
    cap = most if section.is_sound else None
    tables = {reason: section.section(reason) for reason in STOPS}
    waits = {reason: _wait(table, cap) for reason, table in tables.items() if reason in section}
    section.close()
    return waits, most


def _wait(section: Section, most: Period | None) -> Wait:
    remind = section.periods("remind", _BUSINESS_DAYS, "5bd")
    wait = Wait(remind=remind, lapse=section.period_or_none("lapse", _BUSINESS_DAYS, "20bd"))
    section.close()
    if section.is_sound:
        _check_wait(section, wait, most)
    return wait


def _check_wait(section: Section, wait: Wait, most: Period | None) -> None:
    days = [period.amount for period in wait.remind]
    if days != sorted(set(days)) or 0 in days:
        section.conflict("remind", "the days do not rise; write each later than the one before")
    if wait.lapse and days and max(days) >= wait.lapse.amount:
        section.conflict("remind", f"not before the lapse ({wait.lapse}); write earlier days")
    if wait.lapse and most and wait.lapse.amount > most.amount:
        section.conflict("lapse", f"later than the clock may stand still (pauses.most, {most}); shorten it")


def _idle(section: Section) -> Idle | None:
    """Return when idle days are told; None for no table, and for an empty one."""
    if section.is_empty:
        return None
    idle = Idle(handler=section.number("handler", LONGEST_IDLE, 1), manager=section.number("manager", LONGEST_IDLE, 1))
    section.close()
    if section.is_sound and idle.handler > idle.manager:
        section.conflict("handler", f"later than the manager ({idle.manager}); write an earlier day")
    return idle


def _letters(section: Section, grounds: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Return `Kind.periods` → outcome → letter code."""
    tables = {name: section.section(name) for name in dict.fromkeys(kind.periods for kind in KINDS.values())}
    letters = {
        name: _table(table, has_ground=bool(grounds.get(name))) for name, table in tables.items() if name in section
    }
    section.close()
    return letters


def _table(section: Section, *, has_ground: bool) -> dict[str, str]:
    read = {outcome: section.word_or_none(outcome, LETTER_CODES) for outcome in OUTCOMES}
    letters = {outcome: code for outcome, code in read.items() if code}
    section.close()
    for outcome in NEEDS_GROUND:
        if outcome in letters and not has_ground:
            section.conflict(outcome, "there is no ground to give for it; write one under [grounds], or take this out")
    return letters


def _retention(section: Section) -> dict[str, Period]:
    kept = {what: section.period(what, LASTING, "30d") for what in KEPT}
    section.close()
    return kept
