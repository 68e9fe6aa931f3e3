"""The weekly and the monthly report: counted by the code of the digest's chart, mailed once, after the digest's hour.

Each is due with the first business day after its week or month. After a stop only the latest is written.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.events import Event, Json, Name
from mailbot.core.letters import Letter, LetterKind
from mailbot.core.message import Language
from mailbot.core.outgoing import Enclosed
from mailbot.core.spreadsheet import csv_bytes, figure_rows
from mailbot.core.statistics import MONTHLY, WEEKLY, Figures, Span, figures, next_report_on, spans_due
from mailbot.sections import Staff
from mailbot.steps.digest.gather import last_weeks
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import append, snapshots
from mailbot.store.claim import claim, is_due, settle
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, is_queued, queue, seal_posts
from mailbot.store.statistics import counted
from mailbot.store.tables import OFFICE, schedule

_LEASE = timedelta(seconds=60)
_KEYS = {f"report:{kind}": kind for kind in (WEEKLY, MONTHLY)}
_READERS = ("manager", "representative")


def next_reports_at(parts: Parts, after: datetime) -> dict[str, datetime]:
    """Return when each report is due next, by its key in the schedule; those that nobody wants too."""
    return {key: _next_at(parts, kind, after) for key, kind in _KEYS.items()}


def reports_due(parts: Parts, now: datetime) -> bool:
    """Write the reports whose day has come; true when any had."""
    wanted = schedule.c.key.in_(_KEYS)
    with read(parts.engine) as connection:
        if not is_due(connection, schedule, now, wanted):
            return False
    with write(parts.engine) as connection:
        rows = claim(connection, schedule, now, _LEASE, len(_KEYS), wanted)
    for row in rows:
        _write_due(parts, row, now)
    return bool(rows)


def figures_of(parts: Parts, connection: Connection, span: Span, now: datetime) -> Figures:
    """Return the figures of a span of whole days; what is overdue is so as of now."""
    calendar = parts.rules.calendar
    midnight = datetime.min.time()
    since = calendar.at(span.first, midnight)
    until = calendar.at(date.fromordinal(span.last.toordinal() + 1), midnight)
    return figures(span, counted(connection, since, until, calendar.local_day(now)), calendar)


def report_letter(parts: Parts, connection: Connection, found: Figures, to: str, language: Language) -> Letter:
    """Return a report as a letter to one person; nothing in it is personal."""
    context: dict[str, object] = {
        "company": parts.company,
        "figures": found,
        "weeks": last_weeks(connection, parts.rules.calendar, found.span.last),
    }
    return Letter("report", LetterKind.NOTICE, language, to, context)


def csv_of(found: Figures) -> bytes:
    """Return a report as a file for spreadsheets."""
    return csv_bytes(figure_rows(found))


def _next_at(parts: Parts, kind: str, after: datetime) -> datetime:
    calendar, at = parts.rules.calendar, parts.config.digest.at
    day = next_report_on(kind, calendar, calendar.local_day(after))
    return calendar.at(day, at)


def _write_due(parts: Parts, row: Row[Any], now: datetime) -> None:
    kind = _KEYS[row.key]
    with write(parts.engine) as connection:
        if kind in parts.config.digest.reports:
            for span in spans_due(kind, parts.rules.calendar, parts.rules.calendar.local_day(now)):
                _write(parts, connection, span, now)
        settle(connection, schedule, row, due_at=_next_at(parts, kind, now), failures=0)


def _write(parts: Parts, connection: Connection, span: Span, now: datetime) -> None:
    """Write one report to everyone who gets it; one that was written is not written again."""
    if is_queued(connection, f"report:{span.label}:"):
        return
    found = figures_of(parts, connection, span, now)
    days: dict[str, Json] = {"from": span.first.isoformat(), "to": span.last.isoformat()}
    issued = Event(Name.REPORT_ISSUED, now, data={"report": span.kind, **days})
    append(connection, snapshots(connection, [OFFICE]), {OFFICE: [issued]})
    posts = _posts(parts, connection, found, parts.team(now).readers(_READERS), now)
    queue(connection, posts, seal_posts(parts.vault, posts), now)


def _posts(parts: Parts, connection: Connection, found: Figures, people: Sequence[Staff], now: datetime) -> list[Post]:
    file = Enclosed(f"mailbot-{found.span.label}.csv", "text/csv", csv_of(found))
    posts = []
    for person in people:
        letter = report_letter(parts, connection, found, person.address, person.language)
        envelope = staff_envelope(parts, person, f"report:{found.span.label}", OFFICE, parts.office_key, now)
        posts.append(write_mail(parts, letter, replace(envelope, files=(file,)), now))
    return posts
