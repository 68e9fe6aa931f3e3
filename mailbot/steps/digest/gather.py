"""Gathers everything the digest of a day says, once for all its readers; nothing in it is personal."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from mailbot.core.absence import parse_absence
from mailbot.core.calendar import Calendar
from mailbot.core.conservation import conservation_line
from mailbot.core.digest import first_things, soon_on
from mailbot.core.letters import HeldLine, Week
from mailbot.core.statistics import WEEKS, by_week, mondays
from mailbot.steps.digest.days import looked_back
from mailbot.steps.digest.health import health
from mailbot.steps.digest.lines import sections_of
from mailbot.steps.parts import Parts
from mailbot.store.digest import (
    Days,
    Kept,
    bounced_cases,
    held_mails,
    junk_count,
    kind_count,
    least_sure,
    told_absences,
    totals,
    troubled_mails,
    withheld_counts,
)
from mailbot.store.flood import folded_between
from mailbot.store.ledger import counts
from mailbot.store.statistics import answers, arrivals_between

_LOOK_AGAIN = 3
"""Everyday matters of a day that a person sees again, the least certain ones."""
_MOST = 10
"""Held mails, troubled mails and returned mails that are named one by one."""
_NAMED = 5
"""Handlers named in the hint how to answer."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The values of the templates, and what the numbers of the lines stand for."""

    context: dict[str, object]
    kept: list[Kept]


def digest_context(
    parts: Parts, connection: Connection, day: date, now: datetime, serial: int, head: str
) -> dict[str, object]:
    """Return the values of the digest of a day."""
    return gathered(parts, connection, day, now, serial, head).context


def gathered(parts: Parts, connection: Connection, day: date, now: datetime, serial: int, head: str) -> Gathered:
    """Return everything about a day; how much lies on the desk does not change how many questions are asked."""
    calendar = parts.rules.calendar
    today = calendar.local_day(now)
    days = Days(today, soon_on(calendar, today))
    counted = totals(connection, days)
    sections, kept = sections_of(parts, connection, days, counted, now)
    machine = health(connection, parts, now)
    mails = _mails(parts, connection, day)
    context: dict[str, object] = {
        "company": parts.company,
        "serial": serial,
        "date": day,
        "at": f"{parts.config.digest.at:%H:%M}",
        "is_daily": parts.config.digest.days == "every",
        "sections": sections,
        "counts": {one.code: one.count for one in sections},
        "open": sum(counted.cases.values()),
        "unassigned": sum(count for (_, handler), count in counted.handlers.items() if handler is None),
        "people": [person.id for person in parts.staff("handler", now)][:_NAMED],
        "first": first_things(
            [one.code for one in sections],
            held=_whole(mails["held_count"]),
            ill=sum(not is_well for _, _, is_well in machine),
        ),
        "absences": _absences(parts, connection, today),
        "weeks": last_weeks(connection, calendar, today),
        "health": machine,
        "head": head,
    }
    return Gathered(context | mails, kept)


def _mails(parts: Parts, connection: Connection, day: date) -> dict[str, object]:
    """Return what came in since the digest before, and what is the matter with mails, in and out."""
    zone = parts.rules.calendar.zone
    since, until = looked_back(parts, day)
    held, reasons = held_mails(connection, _MOST)
    troubles, trouble_count = troubled_mails(connection, since, _MOST)
    bounced, bounced_count = bounced_cases(connection, _MOST)
    return {
        "held": [HeldLine(row.id, row.received_at.astimezone(zone), row.why or "") for row in held],
        "held_count": sum(reasons.values()),
        "held_reasons": reasons.most_common(),
        "troubles": [(ref, kind, state, at.astimezone(zone)) for ref, kind, state, at in troubles],
        "trouble_count": trouble_count,
        "bounced": bounced,
        "bounced_count": bounced_count,
        "yesterday_line": conservation_line(counts(connection, since, until)),
        "total_line": conservation_line(counts(connection)),
        "withheld_acks": withheld_counts(connection, since),
        "not_for_us": kind_count(connection, "not_for_us"),
        "look_again": least_sure(connection, "not_for_us", since, until, _LOOK_AGAIN),
        "folded": folded_between(connection, since, until),
        "junk": junk_count(connection, parts.junk_folders, since, until),
    }


def _absences(parts: Parts, connection: Connection, today: date) -> list[tuple[str, date]]:
    """Return who is away today, by the configuration or by a mail of theirs, and until which day at the latest."""
    written = [(person.id, parse_absence(text)) for person in parts.config.staff_on(today) for text in person.absent]
    told = told_absences(connection, today)
    known = [*told.items(), *((person, days.last_on) for person, days in written if days.covers(today))]
    return [*dict(sorted(known)).items()]


def last_weeks(connection: Connection, calendar: Calendar, today: date) -> list[Week]:
    """Return the last twelve weeks, this one included, the oldest first."""
    days = mondays(today, WEEKS)
    edges = [calendar.at(monday, datetime.min.time()) for monday in days]
    return by_week(days, arrivals_between(connection, edges), answers(connection, edges[0], edges[-1]), calendar)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
