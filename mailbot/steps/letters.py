"""Letters to the requester: always to the case's own address, always in the thread of the case."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from mailbot.core.desk.letter_of import letter_of
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.gate import text_digest
from mailbot.core.letters import LetterKind, Rendered
from mailbot.core.message import Incoming
from mailbot.core.outgoing import Address, Enclosed, Thread, thread_after
from mailbot.core.token import Audience
from mailbot.edge.sandbox import Unreadable
from mailbot.steps.parts import Parts
from mailbot.steps.writing import Envelope, post
from mailbot.store.blobs import texts
from mailbot.store.cases import Snapshot, address_blob
from mailbot.store.engine import read
from mailbot.store.ledger import Disposition
from mailbot.store.mail import Post
from mailbot.store.register import messages_of

_FROM_REQUESTER = {Disposition.CASE.value, Disposition.FOLLOW_UP.value}


def written(parts: Parts, snapshot: Snapshot, scene: Scene, order: LetterOrder) -> tuple[LetterKind, Rendered]:
    """Return a letter in words. Raises LetterError when its template is faulty or lacks a value."""
    letter = letter_of(order, scene, parts.company, case_address(parts, snapshot))
    return letter.kind, parts.renderer.render(letter)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed beside the words: the files that go along, and from when on the mail may leave."""

    files: Sequence[Enclosed] = ()
    due_at: datetime | None = None


def requester_post(parts: Parts, snapshot: Snapshot, scene: Scene, order: LetterOrder, thread: Thread) -> Post:
    """Return a letter that only a template stands behind, ready to leave."""
    return letter_post(parts, snapshot, order.key, written(parts, snapshot, scene, order), thread, scene.now)


def letter_post(
    parts: Parts,
    snapshot: Snapshot,
    key: str,
    words: tuple[LetterKind, Rendered],
    thread: Thread,
    now: datetime,
    confirmed: Confirmed | None = None,
) -> Post:
    """Return written words as a mail to the case's own address; what a person confirmed carries its hash.

    An unknown outcome of a mail with a person's words is never tried again: staff are asked (promise 2).
    """
    kind, rendered = words
    address = Address(case_address(parts, snapshot), Audience.REQUESTER, snapshot.case_id)
    envelope = Envelope(key, address, snapshot.key_id, thread, now)
    if confirmed:
        envelope = replace(
            envelope,
            due_at=confirmed.due_at or now,
            once=True,
            files=tuple(confirmed.files),
            approved_text=text_digest(rendered.text),
        )
    return post(parts, kind, rendered, envelope, now, snapshot.case.ref)


def case_address(parts: Parts, snapshot: Snapshot) -> str:
    """Return the one address letters of a case go to: frozen when it was opened, changed by staff alone."""
    with read(parts.engine) as connection:
        blob_id = address_blob(connection, snapshot.case_id)
        if blob_id:
            return texts(connection, parts.vault, [blob_id])[blob_id].decode()
    first = messages(parts, snapshot.case_id)[0]
    return first.sender or ""


def thread_of(parts: Parts, case_id: int) -> Thread:
    """Return the thread of a case as the requester's program knows it: their newest message and those before."""
    known = messages(parts, case_id)
    return thread_after(known[-1].message_id, known[-1].references) if known else Thread()


def messages(parts: Parts, case_id: int) -> list[Incoming]:
    """Return what the requester wrote, in order of arrival; what can no longer be read is left out."""
    found = [parts.sandbox.read(raw) for _, raw in raw_messages(parts, case_id)]
    return [one for one in found if not isinstance(one, Unreadable)]


def raw_messages(parts: Parts, case_id: int) -> list[tuple[Row[Any], bytes]]:
    """Return the mails of the requester, ledger row and bytes, in order of arrival; what was destroyed is left out."""
    with read(parts.engine) as connection:
        rows = [row for row in messages_of(connection, case_id) if row.disposition in _FROM_REQUESTER and row.blob_id]
        return [(row, raw) for row in rows if (raw := _still_there(connection, parts, row.blob_id))]


def _still_there(connection: Connection, parts: Parts, blob_id: str) -> bytes | None:
    """Return a text, None when it was destroyed."""
    try:
        return texts(connection, parts.vault, [blob_id]).get(blob_id)
    except KeyError:
        return None
