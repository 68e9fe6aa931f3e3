"""Reads claimed messages outside any transaction: parse, classify, and ask the store what their carriers mean."""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Row

from mailbot.core.content import content_digest
from mailbot.core.desk.proof import Proof, Signature, proved
from mailbot.core.marks import ENCRYPTED, PASSWORD, marks_of
from mailbot.core.match import Carriers, Known, carriers
from mailbot.core.message import Incoming, Verdict
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.sentences import MailText
from mailbot.core.token import Audience
from mailbot.edge.auth import Transport, is_internal, transport
from mailbot.edge.dkim import signature_of
from mailbot.edge.sandbox import Sandbox, Unreadable
from mailbot.steps.parts import Parts
from mailbot.store.blobs import texts
from mailbot.store.engine import read
from mailbot.store.ledger import ledger_rows, seen_contents
from mailbot.store.mail import acks_to, own_messages
from mailbot.store.register import cases_by_ref, cases_of_parties, flagged_cases

_DAY_S = 86_400
_BATCH_BYTES = 32 * 1024 * 1024
NOT_ASKED = Verdict()
"""What a message asks before it was classified."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message as read: its inbox and ledger rows, its bytes, what it says and asks, what proves it, its indexes.

    `proof` is looked for in mail with an address of the roster only. `marks` are the codes of `core.marks`.
    """

    row: Row[Any]
    entry: Row[Any]
    raw: bytes
    incoming: Incoming
    verdict: Verdict
    marks: tuple[str, ...]
    transport: Transport
    proof: Proof
    carried: Carriers
    content_index: str
    sender_index: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows about a batch, asked in one go."""

    mails: dict[str, Row[Any]]
    copies: dict[str, Row[Any]]
    cases: dict[str, int]
    parties: dict[str, set[int]]
    locked: dict[str, set[int]]
    acks: dict[str, int]

    def known(self, one: Read, parts: Parts, now: datetime) -> Known:
        """Return what matching needs for one message."""
        return Known(
            mails={key: (row.case_id, _audience(row.audience)) for key, row in self.mails.items()},
            cases=self.cases,
            parties=self.parties.get(one.sender_index, set()),
            staff=staff_with_address(parts, one.incoming.sender, now),
            locked=self.locked.get(one.sender_index, set()),
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of claimed rows: `done` were read, `untouched` were not tried.

    `unreadable` is the row between them at which reading ended, and `why` says the fault; None where there was none.
    """

    done: Sequence[Read]
    unreadable: Row[Any] | None
    why: str
    untouched: Sequence[Row[Any]]


def read_all(parts: Parts, rows: Sequence[Row[Any]], now: datetime) -> Batch:
    """Read claimed messages in their order; those without stored bytes (too large) come back empty.

    Reading ends at the first mail that cannot be read, so that one bad mail keeps the others waiting for one limit
    at most, and where the bytes together would need too much memory.
    """
    with read(parts.engine) as connection:
        entries = ledger_rows(connection, [row.ledger_id for row in rows])
        fitting = _that_fit([entries[row.ledger_id] for row in rows])
        plain = texts(connection, parts.vault, [entry.blob_id for entry in fitting if entry.blob_id])
    raws = [plain.get(entry.blob_id, b"") for entry in fitting]
    incoming, fault = _until_fault(parts.sandbox, raws)
    tried = [
        _read(parts, row, entry, raw, one, now)
        for row, entry, raw, one in zip(rows, fitting, raws, incoming, strict=False)
    ]
    done = _alone_if_staff(parts, _up_to_a_password(tried), now)
    if fault is None:
        return Batch(done, None, "", rows[len(done) :])
    bad = rows[len(tried)]
    return Batch(done, bad, fault.why, [row for row in rows[len(done) :] if row is not bad])


def classified(parts: Parts, batch: Sequence[Read], needless: Container[int]) -> list[Read]:
    """Return messages with what they ask; `needless` are the ledger ids of those that nobody has to know it of."""
    asked = [one for one in batch if one.row.ledger_id not in needless]
    texts_read = (MailText(one.incoming.subject, one.incoming.reply_text, one.incoming.language) for one in asked)
    verdicts = dict(zip((one.row.ledger_id for one in asked), parts.model().read_many(texts_read), strict=True))
    return [replace(one, verdict=verdicts.get(one.row.ledger_id, NOT_ASKED)) for one in batch]


def _up_to_a_password(batch: Sequence[Read]) -> Sequence[Read]:
    """Return the mails before the first that brings the password to another of them: it needs that one's case."""
    locked: set[str] = set()
    for place, one in enumerate(batch):
        if PASSWORD in one.marks and one.sender_index in locked:
            return batch[:place]
        if ENCRYPTED in one.marks:
            locked.add(one.sender_index)
    return batch


def _alone_if_staff(parts: Parts, batch: Sequence[Read], now: datetime) -> Sequence[Read]:
    """Return the mails before the first of a member of staff, or that one alone.

    What staff order changes what the next mail meets, so that mail has to see it done.
    """
    places = [place for place, one in enumerate(batch) if staff_with_address(parts, one.incoming.sender, now)]
    return batch[: max(places[0], 1)] if places else batch


def _that_fit(entries: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Return the first entries whose bytes fit into memory together, one at least."""
    sizes = accumulate(entry.size_bytes if entry.blob_id else 0 for entry in entries)
    count = sum(size <= _BATCH_BYTES for size in sizes)
    return entries[: max(count, 1)]


def _until_fault(sandbox: Sandbox, raws: Iterable[bytes]) -> tuple[list[Incoming], Unreadable | None]:
    incoming: list[Incoming] = []
    for raw in raws:
        one = sandbox.read(raw)
        if isinstance(one, Unreadable):
            return incoming, one
        incoming.append(one)
    return incoming, None


def facts_of(parts: Parts, batch: Sequence[Read], now: datetime) -> Facts:
    """Ask the store everything a batch needs to be decided, in one reading transaction."""
    ids = {one_id for one in batch for one_id in _ids(one) if one_id}
    senders = sorted({one.sender_index for one in batch})
    bringing_passwords = [one.sender_index for one in batch if PASSWORD in one.marks]
    with read(parts.engine) as connection:
        return Facts(
            mails=own_messages(connection, sorted(ids)),
            copies=seen_contents(connection, [one.content_index for one in batch]),
            cases=cases_by_ref(connection, sorted({ref for one in batch for ref in one.carried.references})),
            parties=cases_of_parties(connection, senders),
            locked=flagged_cases(connection, bringing_passwords, ENCRYPTED) if bringing_passwords else {},
            acks=acks_to(connection, senders, datetime.fromtimestamp(now.timestamp() - _DAY_S, now.tzinfo)),
        )


def _ids(one: Read) -> tuple[str | None, ...]:
    """Return every id that may be of a mail of ours: its own, those it answers, and the one it says came back."""
    returned = one.incoming.bounce.original_message_id if one.incoming.bounce else None
    return one.incoming.message_id, returned, *one.carried.message_ids


def staff_with_address(parts: Parts, sender: str | None, now: datetime) -> list[str]:
    """Return the ids of the staff whose roster address is this strict sender."""
    if sender is None:
        return []
    today = parts.rules.calendar.local_day(now)
    wanted = normalise_address(sender)
    return [person.id for person in parts.config.staff_on(today) if normalise_address(person.address) == wanted]


def _read(parts: Parts, row: Row[Any], entry: Row[Any], raw: bytes, incoming: Incoming, now: datetime) -> Read:
    today = parts.rules.calendar.local_day(now)
    way = transport(incoming.authentication_results, parts.config.trust.authserv_id, incoming.sender)
    content = content_digest(raw) if raw else hashlib.sha256(entry.key.encode()).digest()
    return Read(
        row=row,
        entry=entry,
        raw=raw,
        incoming=incoming,
        verdict=NOT_ASKED,
        marks=marks_of(incoming),
        transport=way,
        proof=_proof(parts, entry, raw, incoming, way, now),
        carried=carriers(incoming, parts.tokens, today),
        content_index=parts.vault.blind("content", content),
        sender_index=parts.vault.blind("address", normalise_address(incoming.sender or entry.key)),
    )


def _proof(parts: Parts, entry: Row[Any], raw: bytes, incoming: Incoming, way: Transport, now: datetime) -> Proof:
    trust = parts.config.trust
    if not staff_with_address(parts, incoming.sender, now):
        return Proof(dmarc=way.dmarc)
    signature = Signature.UNKNOWN
    if "dkim" in trust.proofs:
        signature = signature_of(raw, incoming.sender, entry.received_at, parts.lookup)
    return proved(trust.proofs, way.dmarc, signature, is_internal=is_internal(raw, trust.internal_header))


def _audience(value: str) -> Audience:
    return Audience.REQUESTER if value == "requester" else Audience.STAFF
