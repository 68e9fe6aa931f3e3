"""Sealed texts: raw mails and letters. Plain bytes exist only on the caller's side of these two functions."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from mailbot.store.tables import blob
from mailbot.store.vault import Vault, new_id

_PACKED = "packed"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text ready to be inserted.

    `kind` is `raw` (a mail as fetched), `packed` (the same, made smaller first) or `mail` (one that goes out).
    """

    id: str
    key_id: str
    kind: str
    sealed: bytes


def sealed(vault: Vault, key_id: str, kind: str, text: bytes) -> Sealed:
    """Seal a text under a key, outside any transaction."""
    blob_id = new_id()
    return Sealed(blob_id, key_id, kind, vault.seal(key_id, blob_id, kind, text))


def packed(vault: Vault, key_id: str, text: bytes) -> Sealed:
    """Seal a mail that hardly anybody will read again, and make it smaller first."""
    return sealed(vault, key_id, _PACKED, zlib.compress(text))


def insert_blobs(connection: Connection, texts: Sequence[Sealed]) -> None:
    """Insert sealed texts."""
    rows = [{"id": t.id, "key_id": t.key_id, "kind": t.kind, "sealed": t.sealed} for t in texts]
    if rows:
        connection.execute(insert(blob), rows)


def replace_blob(connection: Connection, old_id: str, text: Sealed) -> None:
    """Put a text sealed under another key in the place of an older one."""
    values = {"id": text.id, "key_id": text.key_id, "kind": text.kind, "sealed": text.sealed}
    connection.execute(update(blob).where(blob.c.id == old_id).values(values))


def texts(connection: Connection, vault: Vault, blob_ids: Iterable[str]) -> dict[str, bytes]:
    """Return the plain texts by blob id; a text whose key was destroyed raises KeyError."""
    rows = connection.execute(select(blob).where(blob.c.id.in_(list(blob_ids)))).all()
    vault.load_keys(row.key_id for row in rows)
    plain = {row.id: vault.unseal(row.key_id, row.id, row.kind, row.sealed) for row in rows}
    return plain | {row.id: zlib.decompress(plain[row.id]) for row in rows if row.kind == _PACKED}
