"""The numbered lines of the digest: the most urgent cases of each section, and what waits for a manager's word."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.digest import APPROVALS, DRAFTS, DUE_SOON, OVERDUE, SECTIONS, UNASSIGNED, WAITING, left_out, line
from mailbot.core.letters import DigestApproval, DigestLine, DigestSection
from mailbot.steps.parts import Parts
from mailbot.store.cases import Snapshot, snapshots
from mailbot.store.digest import Days, Kept, Totals, approvals, approvals_of, shown_cases
from mailbot.store.effects import open_effect
from mailbot.store.vault import InvalidTag

MOST = 15
"""Lines a section has at most: the mail stays one that a phone opens, whatever lies on the desk."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A case that gets a line: its section, the case, and the effect of it that waits for approval, None for none."""

    section: str
    snapshot: Snapshot
    effect: Row[Any] | None = None


def sections_of(
    parts: Parts, connection: Connection, days: Days, counted: Totals, now: datetime
) -> tuple[list[DigestSection], list[Kept]]:
    """Return every section that has a case, its lines numbered through all of them, and what each number stands for."""
    shown, effects_in_all = _shown(connection, days)
    lines = [_line(parts, connection, number, one, now) for number, one in enumerate(shown, start=1)]
    kept = [
        Kept(number, one.snapshot.case_id, one.effect.id if one.effect else "")
        for number, one in enumerate(shown, start=1)
    ]
    by_section: dict[str, list[DigestLine]] = {}
    for one, found in zip(shown, lines, strict=True):
        by_section.setdefault(one.section, []).append(found)
    attached = sum(one.effect is not None and one.section != APPROVALS for one in shown)
    counts = counted.cases | {APPROVALS: effects_in_all - attached}
    codes = [code for code in SECTIONS if counts.get(code) or by_section.get(code) or _elsewhere(code, by_section)]
    return [_section(code, counts.get(code, 0), by_section, counted) for code in codes], kept


def _shown(connection: Connection, days: Days) -> tuple[list[Shown], int]:
    """Return what gets a line, in the order of the numbers, and how many effects wait for approval in all."""
    ids = shown_cases(connection, days, MOST)
    dated = [*ids.get(OVERDUE, ()), *ids.get(DUE_SOON, ())]
    first = {row.case_id: row for row in reversed(approvals_of(connection, dated))}
    waiting, in_all = approvals(connection, MOST + len(first))
    others = [row for row in waiting if row not in first.values()][:MOST]
    found = snapshots(connection, {case_id for of in ids.values() for case_id in of} | {row.case_id for row in others})
    return [*_in_order(ids, others, first, found)], in_all


def _in_order(
    ids: Mapping[str, Sequence[int]],
    others: Iterable[Row[Any]],
    first: Mapping[int, Row[Any]],
    found: Mapping[int, Snapshot],
) -> Iterator[Shown]:
    for code in SECTIONS:
        if code == APPROVALS:
            yield from (Shown(code, found[row.case_id], row) for row in others)
        else:
            yield from (Shown(code, found[case_id], first.get(case_id)) for case_id in ids.get(code, ()))


def _line(parts: Parts, connection: Connection, number: int, one: Shown, now: datetime) -> DigestLine:
    case = one.snapshot.case
    made = line(number, case, parts.rules_of(case.policy), parts.rules.calendar.local_day(now))
    if one.effect is None:
        return made
    return replace(made, approval=_approval(parts, connection, one.effect), notes=("approval", *made.notes))


def _approval(parts: Parts, connection: Connection, row: Row[Any]) -> DigestApproval:
    """Return what waits for a manager, in codes: the words of it stay in the mail that asks."""
    since = row.made_at.astimezone(parts.rules.calendar.zone)
    return DigestApproval(_acts(parts, connection, row), row.author, since, row.digest[:8])


def _acts(parts: Parts, connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """Return the commands an effect is made of, by name; a plain reply has none, and one that is gone has no words."""
    try:
        payload = open_effect(connection, parts.vault, row).payload
    except (InvalidTag, KeyError):
        return ("gone",)
    return tuple(dict.fromkeys(str(one["name"]) for one in payload.get("commands", ()))) or ("send",)


def _section(code: str, count: int, by_section: Mapping[str, Sequence[DigestLine]], counted: Totals) -> DigestSection:
    lines = by_section.get(code, ())
    kinds = left_out(counted.kinds, code, (one.kind for found in lines for one in found.requests))
    handlers = left_out(counted.handlers, code, (found.handler for found in lines))
    rest = count > len(lines)
    return DigestSection(
        code=code,
        count=count,
        lines=tuple(lines),
        kinds=kinds if rest else (),
        handlers=handlers if rest else (),
        elsewhere=tuple(_elsewhere(code, by_section)),
    )


def _elsewhere(code: str, by_section: Mapping[str, Sequence[DigestLine]]) -> list[int]:
    """Return the numbers of lines in the sections above that belong into this one too."""
    above = [one for section in SECTIONS[: SECTIONS.index(code)] for one in by_section.get(section, ())]
    return [one.number for one in above if _belongs(code, one)]


def _belongs(code: str, one: DigestLine) -> bool:
    if code == UNASSIGNED:
        return one.handler is None
    if code == WAITING:
        return bool(one.requests) and all(request.pause for request in one.requests)
    return {APPROVALS: "approval", DRAFTS: "draft"}.get(code, "-") in one.notes
