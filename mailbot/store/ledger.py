"""The ledger of every message ever seen in the watched folders, and the inbox of those not yet dealt with.

Promise 1 is kept here: a message enters the ledger once, by its unique key, and leaves the inbox only in the
transaction that writes its one disposition.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from mailbot.store.claim import LeaseLost
from mailbot.store.tables import cursor, inbox, ledger

RELEASED = "released"
"""Why a message is read again that had gone into a flood."""


class Disposition(StrEnum):
    """What became of a message (the words of the digest's conservation line)."""

    CASE = "case"
    FOLLOW_UP = "follow-up"
    STAFF = "staff"
    MACHINE = "machine"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    HELD = "held"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server keeps a message: UIDVALIDITY and UID name it for good inside a folder (RFC 3501 §2.3.1.1)."""

    folder: str
    uidvalidity: int
    uid: int

    @property
    def key(self) -> str:
        """Return the unique key of the message."""
        return f"imap:{self.folder}:{self.uidvalidity}:{self.uid}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as fetched: `key_id`/`blob_id` of its sealed bytes, None for one older than go-live or too large."""

    place: Place
    received_at: datetime
    size_bytes: int
    key_id: str | None = None
    blob_id: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of one inbox row: the ledger columns it writes."""

    row: Row[Any]
    disposition: Disposition
    why: str | None = None
    case_id: int | None = None
    key_id: str | None = None
    blob_id: str | None = None
    content_index: str | None = None
    sender_index: str | None = None


def record(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> set[str]:
    """Enter messages into ledger and inbox; returns the keys that were new (another worker may have been first)."""
    rows = [_ledger_values(arrival, now) for arrival in arrivals]
    if not rows:
        return set()
    statement = _insert_new(connection).on_conflict_do_nothing(index_elements=["key"])
    made = connection.execute(statement.returning(ledger.c.id, ledger.c.key), rows).all()
    waiting = [{"key": row.key, "ledger_id": row.id, "due_at": now} for row in made]
    if waiting:
        connection.execute(insert(inbox), waiting)
    return {row.key for row in made}


def record_old(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Enter messages from before go-live: seen, counted as old, never answered (threats E6)."""
    settled = {"disposition": Disposition.OLD.value, "settled_at": now, "filed_at": now}
    rows = [_ledger_values(arrival, now) | settled for arrival in arrivals]
    if rows:
        connection.execute(_insert_new(connection).on_conflict_do_nothing(index_elements=["key"]), rows)


def known_uids(connection: Connection, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    """Return which of these UIDs the ledger has."""
    if not uids:
        return set()
    here = select(ledger.c.uid).where(ledger.c.folder == folder, ledger.c.uidvalidity == uidvalidity)
    return set(connection.execute(here.where(ledger.c.uid.between(min(uids), max(uids)))).scalars())


def ledger_rows(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return ledger rows by id."""
    rows = connection.execute(select(ledger).where(ledger.c.id.in_(ids))).all()
    return {row.id: row for row in rows}


def seen_contents(connection: Connection, indexes: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the settled messages that have one of these contents, by content index."""
    rows = connection.execute(select(ledger).where(ledger.c.content_index.in_(indexes))).all()
    return {row.content_index: row for row in rows}


def settle_inbox(connection: Connection, settlements: Sequence[Settlement], now: datetime) -> None:
    """Write dispositions and take the rows out of the inbox.

    Raises LeaseLost when another worker has one of them, or was quicker with the same content.
    """
    ours = [(settlement.row.id, settlement.row.version) for settlement in settlements]
    known = inbox.c.id.in_([row_id for row_id, _ in ours])  # SQLite finds rows by ids alone
    gone = connection.execute(delete(inbox).where(known, tuple_(inbox.c.id, inbox.c.version).in_(ours)))
    if gone.rowcount != len(ours):
        raise LeaseLost("inbox")
    values = [_settled_values(settlement, now) for settlement in settlements]
    try:
        if values:
            connection.execute(update(ledger).where(ledger.c.id == bindparam("of_row")), values)
    except IntegrityError as error:  # another worker settles a copy of it at this moment: this one is the copy then
        raise LeaseLost("ledger") from error


def hold_unread(connection: Connection, row: Row[Any], why: str, now: datetime) -> None:
    """Hold a message that could not be processed; its bytes stay as they were stored."""
    gone = connection.execute(delete(inbox).where(inbox.c.id == row.id, inbox.c.version == row.version))
    if gone.rowcount != 1:
        raise LeaseLost(f"inbox {row.id}")
    values = {"disposition": Disposition.HELD.value, "why": why, "settled_at": now}
    connection.execute(update(ledger).where(ledger.c.id == row.ledger_id).values(values))


def reopen(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Put a held message back into the inbox, as new."""
    cleared = {"disposition": None, "why": None, "content_index": None, "settled_at": None}
    connection.execute(update(ledger).where(ledger.c.id == row.id).values(cleared))
    connection.execute(insert(inbox).values(key=row.key, ledger_id=row.id, due_at=now))


def release_folded(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Take a message out of the flood it went into: it is read again, and opens a case of its own."""
    reopen(connection, row, now)
    values = {"why": RELEASED, "case_id": None}
    connection.execute(update(ledger).where(ledger.c.id == row.id).values(values))


def resettle(connection: Connection, ledger_id: int, disposition: str, why: str, now: datetime) -> None:
    """Give a held message another disposition."""
    values = {"disposition": disposition, "why": why, "settled_at": now}
    connection.execute(update(ledger).where(ledger.c.id == ledger_id).values(values))


def unfiled(connection: Connection, folder: str, uidvalidity: int, limit: int) -> list[Row[Any]]:
    """Return settled messages of a folder that still lie where they arrived."""
    waiting = select(ledger).where(
        ledger.c.filed_at.is_(None),
        ledger.c.disposition.is_not(None),
        ledger.c.folder == folder,
        ledger.c.uidvalidity == uidvalidity,
    )
    return list(connection.execute(waiting.limit(limit)).all())


def mark_filed(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Record that messages were moved (or need no moving)."""
    connection.execute(update(ledger).where(ledger.c.id.in_(ids)).values(filed_at=now))


def read_cursor(connection: Connection, folder: str) -> Row[Any] | None:
    """Return how far a folder was read, None before the first time."""
    return connection.execute(select(cursor).where(cursor.c.folder == folder)).first()


def write_cursor(connection: Connection, folder: str, values: Mapping[str, Any]) -> None:
    """Set columns of a folder's cursor, making the row at first (then all columns are needed)."""
    done = connection.execute(update(cursor).where(cursor.c.folder == folder).values(values))
    if done.rowcount == 0:
        connection.execute(insert(cursor).values(folder=folder, **values))


def counts(connection: Connection, since: datetime | None = None, until: datetime | None = None) -> Counter[str]:
    """Return how many messages first seen in [since, until) have each disposition; `pending` has none yet."""
    word = func.coalesce(ledger.c.disposition, "pending")
    asked = select(word, func.count()).group_by(word)
    asked = asked.where(ledger.c.seen_at >= since) if since else asked
    asked = asked.where(ledger.c.seen_at < until) if until else asked
    return Counter({word: count for word, count in connection.execute(asked)})


def _insert_new(connection: Connection) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(ledger)


def _ledger_values(arrival: Arrival, now: datetime) -> dict[str, Any]:
    return {
        "key": arrival.place.key,
        "folder": arrival.place.folder,
        "uidvalidity": arrival.place.uidvalidity,
        "uid": arrival.place.uid,
        "received_at": arrival.received_at,
        "seen_at": now,
        "size_bytes": arrival.size_bytes,
        "key_id": arrival.key_id,
        "blob_id": arrival.blob_id,
        "why": arrival.why,
    }


def _settled_values(settlement: Settlement, now: datetime) -> dict[str, Any]:
    return {
        "of_row": settlement.row.ledger_id,
        "disposition": settlement.disposition.value,
        "why": settlement.why,
        "case_id": settlement.case_id,
        "key_id": settlement.key_id,
        "blob_id": settlement.blob_id,
        "content_index": settlement.content_index,
        "sender_index": settlement.sender_index,
        "settled_at": now,
    }
