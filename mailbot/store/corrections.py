"""Corrections: what a person who reclassified a case leaves for the classifier to learn from.

The words of the mail are redacted here, before they are sealed under the key of the case: whoever destroys that key
destroys the correction with the case. Only this file writes `correction`; the database refuses to change a row.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from mailbot.core.message import Language
from mailbot.core.redaction import redacted
from mailbot.core.sentences import MAX_CHARACTERS, MailText
from mailbot.store.blobs import Sealed, insert_blobs, sealed
from mailbot.store.tables import blob, case_file, correction
from mailbot.store.vault import Vault

BLOB_KIND = "correction"


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What a person changed: the kinds before and after, the flags that hold, the version of the model that erred.

    `staff` is the id of the person; `made_at` is aware.
    """

    case_id: int
    made_at: datetime
    model_version: str
    old_kinds: tuple[str, ...]
    new_kinds: tuple[str, ...]
    flags: tuple[str, ...]
    staff: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction read back: its number, the reference of its case, and the mail in redacted words."""

    id: int
    ref: str
    change: Reclassified
    mail: MailText


def seal_correction(
    vault: Vault, key_id: str, mail: MailText, names: Iterable[str] = (), addresses: Iterable[str] = ()
) -> Sealed:
    """Redact a mail and seal what is left under the key of its case, outside any transaction.

    `names` and `addresses` are those known from the headers of the mail. Raises KeyError when the key was destroyed.
    """
    subject = " ".join(mail.subject.split())
    masked = redacted(f"{subject}\n{mail.reply_text}", names, addresses)  # together: a name told in one is in both
    subject, _, text = masked.partition("\n")
    words = json.dumps({"subject": subject, "text": text[:MAX_CHARACTERS]})
    return sealed(vault, key_id, BLOB_KIND, words.encode())


def keep_correction(connection: Connection, change: Reclassified, language: Language, words: Sealed) -> int:
    """Keep a correction in the caller's transaction, where the case is changed; returns its number.

    `words` come from `seal_correction`. Raises ValueError for words sealed as something else.
    """
    if words.kind != BLOB_KIND:
        raise ValueError(f"a correction keeps redacted words only, not a text sealed as {words.kind}")
    insert_blobs(connection, [words])
    values = {
        "made_at": change.made_at,
        "case_id": change.case_id,
        "model_version": change.model_version,
        "language": language.value,
        "old_kinds": " ".join(change.old_kinds),
        "new_kinds": " ".join(change.new_kinds),
        "flags": " ".join(change.flags),
        "staff": change.staff,
        "blob_id": words.id,
    }
    return int(connection.execute(insert(correction).values(values).returning(correction.c.id)).scalar_one())


def corrections(connection: Connection, vault: Vault) -> tuple[list[Correction], int]:
    """Return the corrections that can still be read, oldest first, and how many were destroyed with their cases."""
    joined = correction.join(case_file, case_file.c.id == correction.c.case_id)
    joined = joined.outerjoin(blob, blob.c.id == correction.c.blob_id)
    asked = select(correction, case_file.c.ref, blob.c.key_id, blob.c.kind, blob.c.sealed).select_from(joined)
    rows = connection.execute(asked.order_by(correction.c.id)).all()
    found = [one for row in rows if (one := _opened(row, vault))]
    return found, len(rows) - len(found)


def _opened(row: Row[Any], vault: Vault) -> Correction | None:
    """Return the correction of a row, None when its key or its words were destroyed."""
    if row.sealed is None:
        return None
    try:
        words = json.loads(vault.unseal(row.key_id, row.blob_id, row.kind, row.sealed))
    except KeyError:
        return None
    mail = MailText(words["subject"], words["text"], Language(row.language))
    return Correction(row.id, row.ref or "", _change(row), mail)


def _change(row: Row[Any]) -> Reclassified:
    return Reclassified(
        row.case_id,
        row.made_at,
        row.model_version,
        tuple(row.old_kinds.split()),
        tuple(row.new_kinds.split()),
        tuple(row.flags.split()),
        row.staff,
    )
