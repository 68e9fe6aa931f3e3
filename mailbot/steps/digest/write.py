"""Issues the digest of a day: event, witness, numbered lines and mails commit together."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection

from mailbot.core.events import Event, Json, Name
from mailbot.core.letters import Letter, LetterKind
from mailbot.core.message import Language
from mailbot.steps.digest.gather import gathered
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import append, snapshots
from mailbot.store.digest import keep_lines
from mailbot.store.engine import write
from mailbot.store.mail import Post, is_queued, queue, seal_posts
from mailbot.store.tables import OFFICE
from mailbot.store.witness import bear_witness, next_serial


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
        found = gathered(parts, connection, day, now, serial, head)
        keep_lines(connection, serial, found.kept)
        posts = _posts(parts, found.context, day, now)
        queue(connection, posts, seal_posts(parts.vault, posts), now)
        settle(connection)


def digest_letter(context: dict[str, object], to: str, language: Language) -> Letter:
    """Return the digest as a letter to one person."""
    return Letter("digest", LetterKind.DIGEST, language, to, context)


def _posts(parts: Parts, context: dict[str, object], day: date, now: datetime) -> list[Post]:
    return [
        write_mail(
            parts,
            digest_letter(context, person.address, person.language),
            staff_envelope(parts, person, f"digest:{day}", OFFICE, parts.office_key, now),
            now,
        )
        for person in parts.team(now).readers(parts.config.digest.to)
    ]
