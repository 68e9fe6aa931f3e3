"""Which digest a mail answers, and what a line of it showed. Reads only.

A digest is known by its exact Message-ID, which only its reader's mailbox got, or by its serial number, which says
where an answer belongs and proves nothing (product promise 4).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from mailbot.core.events import Name
from mailbot.store.digest import Kept
from mailbot.store.effects import APPROVE, Waiting, digest_of, open_effect
from mailbot.store.tables import OFFICE, digest_line, effect, event, outbox
from mailbot.store.vault import InvalidTag, Vault


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest as one person got it: its serial, its day, when it was written (aware UTC), its Message-ID."""

    serial: int
    day: date
    queued_at: datetime
    message_id: str


def digests_among(connection: Connection, message_ids: Sequence[str], person: str) -> list[Digest]:
    """Return the digests to one person (staff id) whose Message-IDs are among some, oldest first."""
    if not message_ids:
        return []
    rows = connection.execute(select(outbox).where(outbox.c.message_id.in_(message_ids))).all()
    return _digests(connection, rows, person)


def digest_numbered(connection: Connection, serial: int, person: str) -> Digest | None:
    """Return the digest with a serial as one person got it, None where they got none."""
    day = next((day for day, number in _serials(connection).items() if number == serial), None)
    if day is None:
        return None
    rows = connection.execute(select(outbox).where(outbox.c.key == _key(day, person))).all()
    return next(iter(_digests(connection, rows, person)), None)


def line_of(connection: Connection, serial: int, number: int) -> Kept | None:
    """Return what line `number` of a digest showed, None where it had no such line."""
    here = (digest_line.c.serial == serial, digest_line.c.number == number)
    row = connection.execute(select(digest_line).where(*here)).first()
    return Kept(row.number, row.case_id, row.effect_id) if row else None


def waiting_effect(connection: Connection, vault: Vault, effect_id: str, person: str, now: datetime) -> Waiting | None:
    """Return an effect as it stands, without any code; None when it is gone, or no longer what was shown."""
    row = connection.execute(select(effect).where(effect.c.id == effect_id)).first()
    if row is None:
        return None
    try:
        found = open_effect(connection, vault, row)
    except (InvalidTag, KeyError):  # altered or destroyed: it is not what the digest listed
        return None
    if digest_of(found.payload) != row.digest:
        return None
    return Waiting("", person, APPROVE, now, is_used=False, effect=found, state=row.state, key_id=row.key_id)


def _digests(connection: Connection, rows: Iterable[Row[Any]], person: str) -> list[Digest]:
    known = {_key(day, person): (serial, day) for day, serial in _serials(connection).items()}
    found = [Digest(*known[row.key], row.queued_at, row.message_id) for row in rows if row.key in known]
    return sorted(found, key=lambda one: one.serial)


def _serials(connection: Connection) -> dict[date, int]:
    """Return the serial of every digest that was issued, by its day."""
    issued = (event.c.case_id == OFFICE, event.c.name == Name.DIGEST_ISSUED.value)
    texts = connection.execute(select(event.c.text).where(*issued).order_by(event.c.seq)).scalars()
    facts = [json.loads(text)["data"] for text in texts]
    return {date.fromisoformat(one["date"]): int(one["serial"]) for one in facts}


def _key(day: date, person: str) -> str:
    """Return the key of the outbox under which a digest goes to one person."""
    return f"digest:{day}:{person}"
