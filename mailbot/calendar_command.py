"""`mailbot calendar`: the dates of open requests for the calendars of staff, as a list, as JSON or as iCalendar."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from mailbot.core.events import stamp
from mailbot.core.icalendar import Entry, calendar_file, entries_of
from mailbot.core.message import Language
from mailbot.steps.parts import Parts
from mailbot.store.cases import snapshots
from mailbot.store.engine import read
from mailbot.store.moments import changed_at
from mailbot.store.register import open_case_ids
from mailbot.terminal import FAULT, fail, opened, print_value

_NAMES = {Language.JA: "{desk} 期日", Language.EN: "{desk} due dates"}


def calendar(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_ics: Annotated[bool, typer.Option("--ics", help="Print an iCalendar file (RFC 5545).")] = False,
    due: Annotated[int | None, typer.Option(help="Only days within so many days from today.")] = None,
) -> None:
    """Print the dates of open requests for staff calendars: references and rights, no names."""
    if as_json and as_ics:
        fail("--json, --ics: keep one of the two", FAULT)
    with opened() as (parts, now):
        entries = _entries(parts, now, due)
        language = parts.config.company.default_language
        if as_ics:
            sys.stdout.buffer.write(_file(parts, entries, language).encode())
            sys.stdout.buffer.flush()
        elif as_json:
            print_value([_row(entry, language) for entry in entries], as_json=True)
        else:
            lines = [f"{entry.on}  {entry.title(language)}" for entry in entries]
            print_value("\n".join(lines) or "No date of an open request.", as_json=False)


def _entries(parts: Parts, now: datetime, due: int | None) -> list[Entry]:
    """Return the days of all open requests in order; `due` leaves out what lies more than so many days ahead."""
    with read(parts.engine) as connection:
        found = snapshots(connection, open_case_ids(connection))
        changed = changed_at(connection, [*found])
    entries = [
        entry
        for case_id, one in found.items()
        for entry in entries_of(one.case, parts.rules_of(one.case.policy), changed[case_id], one.seq)
    ]
    if due is not None:
        last = parts.rules.calendar.local_day(now) + timedelta(days=due)
        entries = [entry for entry in entries if entry.on <= last]
    return sorted(entries, key=lambda entry: (entry.on, entry.ref, entry.request, entry.what))


def _file(parts: Parts, entries: Sequence[Entry], language: Language) -> str:
    name = _NAMES[language].format(desk=parts.company.desk)
    return calendar_file(entries, name, parts.company.address.partition("@")[2], language)


def _row(entry: Entry, language: Language) -> dict[str, Any]:
    return {
        "ref": entry.ref,
        "request": entry.request,
        "right": entry.right,
        "what": entry.what,
        "on": entry.on.isoformat(),
        "paused": entry.is_paused,
        "changed_at": stamp(entry.changed_at),
        "revision": entry.revision,
        "title": entry.title(language),
    }
