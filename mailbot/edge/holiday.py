"""Builds the company's calendar from the `holidays` package and the company's own additions and removals.

The package computes Japan (1949-2099) with substitute and citizens' holidays. Officially only the next year is fixed
(Cabinet Office, each February), so three ends are kept apart: what this release was compared with (`KNOWN_UNTIL`),
what counts but is provisional, and where the table ends (`table_until`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

import holidays

from mailbot.core.calendar import Calendar, CalendarFault, Closure, parse_closures

YEARS_BEHIND = 5  # a kept case is explained day by day long after it closed
YEARS_AHEAD = 10
KNOWN_UNTIL = date(2027, 12, 31)
"""The last day of the official list that this release was compared with (Cabinet Office, 2026-02)."""
_ADDED = "company holiday"
_REMEDY = 'write "2026-08-14" or {date = "2026-08-14", name = "Founding day"}'

Entry: TypeAlias = date | str | Mapping[str, object]


def build_calendar(
    zone: ZoneInfo,
    country: str,
    closures: Iterable[str],
    add: Iterable[Entry],
    remove: Iterable[Entry],
    today: date,
    known_until: date | None = None,
) -> Calendar:
    """Return the company's calendar as known on `today`.

    The table reaches from five years back to ten ahead. Holidays count as officially known until `known_until`; None
    is what this release was compared with. `add` and `remove` hold dates, "2026-08-14" or {date, name}; an addition
    may rename a holiday, a removal must name one (outside the table's years it is ignored).
    Raises `CalendarFault` with every fault of the settings.
    """
    faults: list[str] = []
    official = _official(country, today.year, faults)
    closed = _closed(closures, faults)
    added = _entries("policy.holidays_add", add, faults)
    removed = _entries("policy.holidays_remove", remove, faults)
    if not faults:  # an unknown country has no holiday to remove
        faults += _needless(official, added, removed)
    if faults:
        raise CalendarFault(faults)
    kept = {day: name for day, name in official.items() if day not in removed}
    return Calendar(zone, kept | added, closed, min(known_until or KNOWN_UNTIL, table_until(country, today)))


def table_until(country: str, today: date) -> date:
    """Return the last day for which holidays are computed at all; behind it only weekends would be known."""
    return date(min(today.year + YEARS_AHEAD, int(holidays.country_holidays(country).end_year)), 12, 31)


def _official(country: str, year: int, faults: list[str]) -> dict[date, str]:
    try:
        language = holidays.country_holidays(country).default_language  # else the host's locale would name them
    except NotImplementedError:
        faults.append(f'policy.country = "{country}": no holidays known; write an ISO 3166 code such as "JP"')
        return {}
    years = range(year - YEARS_BEHIND, year + YEARS_AHEAD + 1)
    return dict(holidays.country_holidays(country, years=years, language=language))


def _closed(closures: Iterable[str], faults: list[str]) -> tuple[Closure, ...]:
    try:
        return parse_closures(closures)
    except CalendarFault as fault:
        faults += fault.faults
        return ()


def _entries(key: str, entries: Iterable[Entry], faults: list[str]) -> dict[date, str]:
    named: dict[date, str] = {}
    for entry in entries:
        try:
            day, name = _entry(entry)
        except ValueError as error:
            faults.append(f"{key} = {entry!r}: {error}; {_REMEDY}")
            continue
        named[day] = name
    return named


def _entry(entry: Entry) -> tuple[date, str]:
    fields = entry if isinstance(entry, Mapping) else {"date": entry}
    if unknown := sorted(fields.keys() - {"date", "name"}):
        raise ValueError(f"unknown key {', '.join(unknown)}")
    name = fields.get("name", _ADDED)
    if not isinstance(name, str) or not name.strip():
        raise ValueError("the name is no text")
    return _day(fields.get("date")), name


def _day(written: object) -> date:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise ValueError("expected a date") from None


def _needless(official: Mapping[date, str], added: Mapping[date, str], removed: Mapping[date, str]) -> list[str]:
    both = [f"policy.holidays_add = {day}: removed as well; keep one of the two" for day in added if day in removed]
    missing = [day for day in removed if day not in official and min(official) <= day <= max(official)]
    return both + [f"policy.holidays_remove = {day}: is no holiday; take it out" for day in missing]
