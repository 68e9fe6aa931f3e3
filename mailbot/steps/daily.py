"""The daily digest: gathered from the store, written to the manager, its head witnessed in the same transaction."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case, Request
from mailbot.core.conservation import conservation_line
from mailbot.core.events import Event, Json, Name
from mailbot.core.kinds import KINDS
from mailbot.core.letters import DigestLine, HeldLine, Letter, LetterKind
from mailbot.core.message import Language
from mailbot.core.transitions import State
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import append, snapshots
from mailbot.store.effects import waiting_for_approval
from mailbot.store.engine import write
from mailbot.store.ledger import counts, read_cursor
from mailbot.store.mail import Post, is_queued, queue, seal_posts
from mailbot.store.register import (
    held,
    junk_count,
    kind_count,
    last_poll,
    least_sure,
    oldest_waiting,
    open_case_ids,
    troubled_mails,
    withheld_counts,
)
from mailbot.store.tables import OFFICE
from mailbot.store.witness import bear_witness, next_serial

_LOOK_AGAIN = 3
"""Everyday matters of a day that a person sees again, the least certain ones."""
_SOON = 3
_ONE_DAY = timedelta(days=1)
_POLL_ALARM, _WAIT_ALARM = timedelta(minutes=30), timedelta(hours=1)


def next_digest_at(parts: Parts, after: datetime) -> datetime:
    """Return the first digest moment after a moment: the configured hour of the next day that has a digest."""
    calendar, config = parts.rules.calendar, parts.config.digest
    day = calendar.local_day(after)
    while calendar.at(day, config.at) <= after or not _has_digest(parts, day):
        day += _ONE_DAY
    return calendar.at(day, config.at)


def write_digest(parts: Parts, now: datetime, settle: Callable[[Connection], None], on: date | None = None) -> None:
    """Write a day's digest (today's for None) to everyone who gets it; event, witness and mails commit together.

    A day whose digest was issued gets no second one.
    """
    day = on or parts.rules.calendar.local_day(now)
    with write(parts.engine) as connection:
        if is_queued(connection, f"digest:{day}:"):
            settle(connection)
            return
        serial = next_serial(connection)
        issued: dict[str, Json] = {"serial": serial, "date": day.isoformat()}
        append(connection, snapshots(connection, [OFFICE]), {OFFICE: [Event(Name.DIGEST_ISSUED, now, data=issued)]})
        head = bear_witness(connection, serial)
        posts = _posts(parts, digest_context(parts, connection, day, now, serial, head), day, now)
        queue(connection, posts, seal_posts(parts.vault, posts), now)
        settle(connection)


def digest_context(
    parts: Parts, connection: Connection, day: date, now: datetime, serial: int, head: str
) -> dict[str, object]:
    """Return the values of the digest of a day; nothing in it is personal."""
    calendar = parts.rules.calendar
    lines = _lines(connection, calendar, calendar.local_day(now))
    overdue = [line for line in lines if line.days_left < 0]
    soon = [line for line in lines if 0 <= line.days_left <= _SOON]
    rest = [line for line in lines if line.days_left > _SOON]
    since, until = _yesterday(parts, day)
    return {
        "company": parts.company,
        "serial": serial,
        "date": day,
        "overdue": overdue,
        "due_soon": soon,
        "unassigned": [line for line in rest if not line.handler],
        "other_open": [line for line in rest if line.handler],
        "approvals": _approvals(connection, calendar),
        "held": [
            HeldLine(row.id, row.received_at.astimezone(calendar.zone), row.why or "") for row in held(connection)
        ],
        "yesterday_line": conservation_line(counts(connection, since, until)),
        "total_line": conservation_line(counts(connection)),
        "withheld_acks": withheld_counts(connection, since),
        "health": _health(connection, parts, now),
        "head": head,
        "not_for_us": kind_count(connection, "not_for_us"),
        "look_again": least_sure(connection, "not_for_us", since, until, _LOOK_AGAIN),
        "junk": junk_count(connection, parts.config.imap.junk_folder, since, until),
        "troubles": troubled_mails(connection),
    }


def _approvals(connection: Connection, calendar: Calendar) -> list[tuple[str, datetime]]:
    """Return what waits for the manager: the reference, and since when (company zone)."""
    rows = waiting_for_approval(connection)
    cases = snapshots(connection, {row.case_id for row in rows})
    return [(cases[row.case_id].case.ref, row.made_at.astimezone(calendar.zone)) for row in rows]


def digest_letter(context: dict[str, object], to: str, language: Language) -> Letter:
    """Return the digest as a letter to one person."""
    return Letter("digest", LetterKind.DIGEST, language, to, _named(context, language))


def _posts(parts: Parts, context: dict[str, object], day: date, now: datetime) -> list[Post]:
    people = {person.id: person for role in parts.config.digest.to for person in parts.staff(role, now)}
    return [
        write_mail(
            parts,
            digest_letter(context, person.address, person.language),
            staff_envelope(parts, person, f"digest:{day}", OFFICE, parts.office_key, now),
            now,
        )
        for person in people.values()
    ]


def _has_digest(parts: Parts, day: date) -> bool:
    return parts.config.digest.days == "every" or parts.rules.calendar.is_business_day(day)


def _yesterday(parts: Parts, day: date) -> tuple[datetime, datetime]:
    """Return the days since the digest before: on a Monday, Friday to Sunday."""
    calendar = parts.rules.calendar
    first = day - _ONE_DAY
    while not _has_digest(parts, first):
        first -= _ONE_DAY
    midnight = datetime.min.time()
    return calendar.at(first, midnight), calendar.at(day, midnight)


def _lines(connection: Connection, calendar: Calendar, today: date) -> list[DigestLine]:
    """Return one line a case, the most urgent first."""
    cases = snapshots(connection, open_case_ids(connection))
    found = [line for snapshot in cases.values() if (line := _line(snapshot.case, calendar, today))]
    ordered = sorted(found, key=lambda line: (line.due_on, line.ref))
    return [
        DigestLine(number, line.ref, line.names, line.due_on, line.days_left, line.used, line.handler, line.state)
        for number, line in enumerate(ordered, start=1)
    ]


def _line(case: Case, calendar: Calendar, today: date) -> DigestLine | None:
    dated = [request for request in case.running if request.answer_on]
    if not dated or case.received_at is None:
        return None
    due_on = min(request.answer_on for request in dated if request.answer_on)
    arrived_on = calendar.local_day(case.received_at)
    whole = max((due_on - arrived_on).days, 1)
    return DigestLine(
        number=0,
        ref=case.ref,
        names=_kinds(dated),
        due_on=due_on,
        days_left=calendar.business_days_between(today, due_on),
        used=max((today - arrived_on).days / whole, 0.0),
        handler=case.handler,
        state=State.PAUSED.value if all(request.pause for request in dated) else case.state.value,
    )


def _kinds(requests: Iterable[Request]) -> str:
    return " ".join(dict.fromkeys(request.kind for request in requests))


def _named(context: dict[str, object], language: Language) -> dict[str, object]:
    """Put the kinds of every line into the reader's words."""
    named = dict(context)
    for section in ("overdue", "due_soon", "unassigned", "other_open"):
        lines = context[section]
        named[section] = [_in_words(line, language) for line in lines] if isinstance(lines, list) else lines
    return named


def _in_words(line: DigestLine, language: Language) -> DigestLine:
    joined = ("、" if language is Language.JA else ", ").join(KINDS[kind].name(language) for kind in line.names.split())
    return DigestLine(line.number, line.ref, joined, line.due_on, line.days_left, line.used, line.handler, line.state)


def _health(connection: Connection, parts: Parts, now: datetime) -> list[tuple[str, str, bool]]:
    polled_at = last_poll(connection)
    inbox_since, outbox_since = oldest_waiting(connection)
    zone = parts.rules.calendar.zone
    unread = [folder for folder in _folders(parts) if read_cursor(connection, folder) is None]
    shown = polled_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if polled_at else "-"
    return [
        ("last_poll", shown, polled_at is not None and now - polled_at < _POLL_ALARM),
        *([("folders", ", ".join(unread), False)] if unread else []),
        ("backlog", _age(inbox_since, now), inbox_since is None or now - inbox_since < _WAIT_ALARM),
        ("outbox", _age(outbox_since, now), outbox_since is None or now - outbox_since < _WAIT_ALARM),
    ]


def _folders(parts: Parts) -> list[str]:
    config = parts.config.imap
    return [*config.folders, *([config.junk_folder] if config.junk_folder else [])]


def _age(since: datetime | None, now: datetime) -> str:
    return "0" if since is None else f"{max(int((now - since).total_seconds() // 60), 0)} min"
