"""The outbox: every mail that shall leave, written in the transaction of its cause, sent later, settled once.

A mail marked `once` (acknowledgements) whose sender died in the act is never tried again: its outcome is unknown
and staff are told. Any other mail is tried again with the identical bytes and Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.core.budget import Written
from mailbot.store.blobs import Sealed, insert_blobs, sealed, texts
from mailbot.store.claim import LeaseLost, claim
from mailbot.store.tables import inbox, outbox
from mailbot.store.vault import Vault

ACK, LETTER, NOTICE = "ack", "letter", "notice"
_STAFF_WAIT = timedelta(seconds=30)
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Post:
    """A mail to queue. `key` makes it happen once; `due_at` is the first try; `party_index` is of the recipient.

    `reply_to` is where answers go when that is not the desk itself; `approved_text` and `approved_files` are the
    hashes of what a person confirmed, empty where no person had to. `is_unproved` says of an acknowledgement or
    the notice of a new case that nothing proves the mail it is about.
    """

    key: str
    case_id: int
    ref: str | None
    key_id: str
    kind: str
    audience: str
    message_id: str
    recipient: str
    data: bytes
    due_at: datetime
    party_index: str
    once: bool = False
    reply_to: str = ""
    approved_text: str = ""
    approved_files: tuple[str, ...] = ()
    is_unproved: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail taken for sending: its row, the one recipient, the exact bytes, and whether an earlier try died."""

    row: Row[Any]
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """A claimed mail and what became of it: `state` as the outbox keeps it, the code, when to try again if ever.

    `was_tried` is false for one that was never offered: its claim does not count.
    """

    row: Row[Any]
    state: str
    code: str
    due_at: datetime | None = None
    was_tried: bool = True

    @property
    def trouble(self) -> str | None:
        """What staff are told: None for a mail that left or will be tried again."""
        named = {"failed": "refused", "unknown": "unknown", "held": "gate", "gave_up": "gave_up"}
        return named.get(self.state)


def seal_posts(vault: Vault, posts: Sequence[Post]) -> list[Sealed]:
    """Seal recipient and bytes of each mail, outside any transaction; the order is kept."""
    return [sealed(vault, post.key_id, "mail", post.recipient.encode() + b"\n" + post.data) for post in posts]


def queue(connection: Connection, posts: Sequence[Post], envelopes: Sequence[Sealed], now: datetime) -> None:
    """Put mails into the outbox; one whose key is already there is left out."""
    if not posts:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [_values(post, envelope, now) for post, envelope in zip(posts, envelopes, strict=True)]
    statement = dialect.insert(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.blob_id)
    kept = set(connection.execute(statement, rows).scalars())
    insert_blobs(connection, [envelope for envelope in envelopes if envelope.id in kept])


def is_queued(connection: Connection, prefix: str) -> bool:
    """Say whether a mail whose key begins so was ever put into the outbox."""
    asked = select(outbox.c.id).where(outbox.c.key >= prefix, outbox.c.key < prefix + "\uffff")
    return connection.execute(asked.limit(1)).first() is not None


def claim_posts(connection: Connection, now: datetime, lease: timedelta, acks: int, others: int) -> list[Row[Any]]:
    """Take mails to send: acknowledgements first and few at a time, since each one in flight can end unknown.

    While messages wait to be read, mail to staff waits too, half a minute at most: people first.
    """
    queued = outbox.c.state == "queued"
    taken = claim(connection, outbox, now, lease, acks, queued, outbox.c.once, state="sending", code=None)
    if taken:
        return taken
    busy = connection.execute(select(inbox.c.id).where(inbox.c.due_at <= now).limit(1)).first()
    latest = now - _STAFF_WAIT if busy else now
    return claim(connection, outbox, now, lease, others, queued, outbox.c.due_at <= latest, state="sending", code=None)


def claim_interrupted(connection: Connection, now: datetime, lease: timedelta, limit: int) -> list[Row[Any]]:
    """Take mails whose sender died in the act (their lease ran out while `sending`); their code says so."""
    first = outbox.c.failures <= 1
    return claim(connection, outbox, now, lease, limit, outbox.c.state == "sending", first, code=INTERRUPTED)


def claim_suspect(connection: Connection, now: datetime, lease: timedelta) -> list[Row[Any]]:
    """Take one mail whose sender died in the act and that was tried before: it may be what the sender died of."""
    least = [outbox.c.failures]
    return claim(connection, outbox, now, lease, 1, outbox.c.state == "sending", order=least, code=INTERRUPTED)


def opened(connection: Connection, vault: Vault, rows: Sequence[Row[Any]]) -> list[Claimed]:
    """Unseal claimed mails."""
    plain = texts(connection, vault, [row.blob_id for row in rows])
    split = ((row, plain[row.blob_id].partition(b"\n")) for row in rows)
    return [Claimed(row, recipient.decode(), data) for row, (recipient, _, data) in split]


def own_messages(connection: Connection, message_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return our own mails by Message-ID."""
    if not message_ids:
        return {}
    rows = connection.execute(select(outbox).where(outbox.c.message_id.in_(message_ids))).all()
    return {row.message_id: row for row in rows}


def is_waiting(connection: Connection, key: str) -> bool:
    """Say whether a mail still waits to leave for the first time."""
    asked = select(outbox.c.id).where(*_untried(key))
    return connection.execute(asked).first() is not None


def cancel(connection: Connection, key: str, now: datetime) -> None:
    """Take back a mail that waits to leave. Raises LeaseLost when it has just left or is on its way."""
    taken_back = (
        update(outbox).where(*_untried(key)).values(state="cancelled", code="undone", due_at=None, settled_at=now)
    )
    if connection.execute(taken_back).rowcount != 1:
        raise LeaseLost("outbox")


def _untried(key: str) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.key == key, outbox.c.state == "queued", outbox.c.failures == 0


def slots_since(connection: Connection, since: datetime) -> Written:
    """Return when acknowledgements and notices of new cases left or will leave from `since` on."""
    asked = select(outbox.c.kind, outbox.c.is_unproved, outbox.c.slot_at, outbox.c.case_id)
    here = (outbox.c.kind.in_((ACK, NOTICE)), outbox.c.slot_at > since)
    rows = connection.execute(asked.where(*here).order_by(outbox.c.slot_at)).all()
    acks = [row for row in rows if row.kind == ACK]
    notices = {
        row.case_id: row.slot_at for row in rows if row.kind == NOTICE and row.is_unproved
    }  # one for each person
    return Written(
        proved=[row.slot_at for row in acks if not row.is_unproved],
        unproved=[row.slot_at for row in acks if row.is_unproved],
        notices=sorted(notices.values()),
    )


def notices_of(connection: Connection, case_id: int, since: datetime) -> list[datetime]:
    """Return when staff heard or will hear of messages of a case after a moment, oldest first; each message once."""
    here = (outbox.c.case_id == case_id, outbox.c.kind == NOTICE, outbox.c.slot_at > since)
    return list(
        connection.execute(select(outbox.c.slot_at).where(*here).distinct().order_by(outbox.c.slot_at)).scalars()
    )


def acks_to(connection: Connection, party_indexes: Sequence[str], since: datetime) -> dict[str, int]:
    """Return how many acknowledgements each party was written since a moment."""
    asked = select(outbox.c.party_index, func.count()).where(
        outbox.c.kind == ACK, outbox.c.party_index.in_(party_indexes), outbox.c.slot_at > since
    )
    return {index: count for index, count in connection.execute(asked.group_by(outbox.c.party_index))}


def automatic_to(connection: Connection, party_index: str, since: datetime) -> list[datetime]:
    """Return when mails that no person confirmed were written to a requester from `since` on."""
    here = (outbox.c.kind.in_((ACK, LETTER)), outbox.c.party_index == party_index, outbox.c.approved_text == "")
    asked = select(outbox.c.queued_at).where(*here, outbox.c.audience == "requester", outbox.c.queued_at > since)
    return list(connection.execute(asked).scalars())


def _values(post: Post, envelope: Sealed, now: datetime) -> dict[str, Any]:
    return {
        "key": post.key,
        "case_id": post.case_id,
        "ref": post.ref,
        "kind": post.kind,
        "audience": post.audience,
        "once": post.once,
        "message_id": post.message_id,
        "key_id": post.key_id,
        "blob_id": envelope.id,
        "party_index": post.party_index,
        "reply_to": post.reply_to,
        "approved_text": post.approved_text,
        "approved_files": " ".join(post.approved_files),
        "is_unproved": post.is_unproved,
        "slot_at": post.due_at,
        "state": "queued",
        "queued_at": now,
        "due_at": post.due_at,
    }
