"""Effects that wait: what staff want done, sealed, with the codes by which a person may let it happen.

An effect is `offered` to its author, then perhaps `approving` by a manager, and at last `done`, `void` or `denied`.
Only this file writes `effect` and `code`.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from mailbot.core.token import ALPHABET
from mailbot.store.blobs import Sealed, insert_blobs, sealed, texts
from mailbot.store.claim import LeaseLost
from mailbot.store.tables import code, effect
from mailbot.store.vault import InvalidTag, Vault, new_id

BLOB_KIND = "effect"
VALID = timedelta(hours=24)
"""How long a code is good."""
CONFIRM, APPROVE = "confirm", "approve"
"""What a code is for: its author confirms, a manager approves."""
GATE = "gate"
"""The kind of an effect that nobody wrote: a status letter drafted for the gate of Art. 39."""
OFFERED, APPROVING, DONE, VOID, DENIED = "offered", "approving", "done", "void", "denied"
_SECRET_LENGTH = 10
_DIGITS = re.compile(r"[0-9].*[0-9]")
"""A code has two digits: no word is like it, not even where one of them was lost in typing."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What shall happen to a case once somebody says so.

    `payload` is everything of it, personal words too, as JSON; `digest` its SHA-256 (hex). `kind` is `effect`,
    `order` (a mail that was not proved) or GATE, `level` who must stand behind it (`core.desk.levels`).
    """

    id: str
    case_id: int
    message: int
    author: str
    kind: str
    level: int
    payload: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code for one person: `secret` stands in that person's mail and nowhere else; `purpose` confirm or approve."""

    id: str
    effect_id: str
    person: str
    purpose: str
    secret: str
    expires_at: datetime


def new_effect(case_id: int, message: int, author: str, kind: str, level: int, payload: Mapping[str, Any]) -> Effect:
    """Make an effect, ready to be kept."""
    return Effect(new_id(), case_id, message, author, kind, level, payload, digest_of(payload))


def digest_of(payload: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of an effect: the same effect has the same hash, another one another."""
    return hashlib.sha256(_canonical(payload)).hexdigest()


def new_code(vault: Vault, made: Effect, person: str, purpose: str, expires_at: datetime) -> Code:
    """Make a code that is bound to the hash of the effect and to the person."""
    while True:
        code_id = new_id()
        secret = _secret(vault, code_id, made.digest, person)
        if _DIGITS.search(secret):
            return Code(code_id, made.id, person, purpose, secret, expires_at)


def seal_effect(vault: Vault, key_id: str, made: Effect) -> Sealed:
    """Seal an effect under the key of its case, outside any transaction."""
    return sealed(vault, key_id, BLOB_KIND, _canonical(made.payload))


def keep_effect(connection: Connection, made: Effect, words: Sealed, now: datetime) -> None:
    """Keep an offered effect."""
    insert_blobs(connection, [words])
    values = {name: getattr(made, name) for name in ("id", "case_id", "author", "kind", "level", "digest")}
    more = {"ledger_id": made.message, "key_id": words.key_id, "blob_id": words.id, "state": OFFERED, "made_at": now}
    connection.execute(insert(effect).values(**values, **more))


def keep_codes(connection: Connection, vault: Vault, codes: Sequence[Code]) -> None:
    """Keep codes by their blind index: the database alone does not tell them."""
    rows = [
        {
            "id": one.id,
            "code_index": vault.blind("code", one.secret.encode()),
            "effect_id": one.effect_id,
            "person": one.person,
            "purpose": one.purpose,
            "expires_at": one.expires_at,
        }
        for one in codes
    ]
    if rows:
        connection.execute(insert(code), rows)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code as somebody used it, and its effect as it stands. `state` and `is_used` say whether it still counts."""

    code_id: str
    person: str
    purpose: str
    expires_at: datetime
    is_used: bool
    effect: Effect
    state: str
    key_id: str


def find_code(connection: Connection, vault: Vault, secret: str) -> Waiting | None:
    """Return what a code stands for; None when it is none, or no longer stands for this exact effect."""
    index = vault.blind("code", secret.lower().encode())
    joined = select(
        effect, code.c.id.label("code_id"), code.c.person, code.c.purpose, code.c.expires_at, code.c.used_at
    ).join(code, code.c.effect_id == effect.c.id)
    row = connection.execute(joined.where(code.c.code_index == index)).first()
    if row is None:
        return None
    try:
        found = open_effect(connection, vault, row)
    except (InvalidTag, KeyError):  # altered or destroyed: whatever the code stood for, it is not this
        return None
    if _secret(vault, row.code_id, digest_of(found.payload), row.person) != secret.lower():
        return None
    return Waiting(
        row.code_id, row.person, row.purpose, row.expires_at, row.used_at is not None, found, row.state, row.key_id
    )


def use_code(connection: Connection, code_id: str, now: datetime) -> None:
    """Use a code up. Raises LeaseLost when another mail used it first."""
    done = connection.execute(update(code).where(code.c.id == code_id, code.c.used_at.is_(None)).values(used_at=now))
    if done.rowcount != 1:
        raise LeaseLost("code")


def move_effect(
    connection: Connection, effect_id: str, before: str, after: str, now: datetime, due_at: datetime | None = None
) -> None:
    """Move an effect from one state to the next. Raises LeaseLost when it is no longer where it was."""
    here = (effect.c.id == effect_id, effect.c.state == before)
    settled_at = now if after in {DONE, VOID, DENIED} else None
    values = {"state": after, "settled_at": settled_at, "due_at": due_at, "version": effect.c.version + 1}
    done = connection.execute(update(effect).where(*here).values(values))
    if done.rowcount != 1:
        raise LeaseLost("effect")


def void_others(connection: Connection, case_id: int, author: str, now: datetime, keep: Sequence[str] = ()) -> None:
    """Give up what an author was offered in a case: a new draft or a used sibling takes its place."""
    here = (effect.c.case_id == case_id, effect.c.author == author, effect.c.state == OFFERED)
    gone = update(effect).where(*here, effect.c.id.not_in(keep)).values(state=VOID, settled_at=now, due_at=None)
    connection.execute(gone)


def void_gate_drafts(connection: Connection, case_id: int, now: datetime) -> None:
    """Give up the status letters that were drafted for a case: a newer draft takes their place."""
    here = (effect.c.case_id == case_id, effect.c.kind == GATE, effect.c.state == OFFERED)
    connection.execute(update(effect).where(*here).values(state=VOID, settled_at=now, due_at=None))


def offered(connection: Connection, case_id: int, author: str) -> list[Row[Any]]:
    """Return what an author was offered in a case and did not use."""
    here = (effect.c.case_id == case_id, effect.c.author == author, effect.c.state == OFFERED)
    return list(connection.execute(select(effect).where(*here).order_by(effect.c.made_at)))


def last_done(connection: Connection, case_id: int, author: str) -> str | None:
    """Return the id of the last effect of an author that was carried out in a case."""
    here = (effect.c.case_id == case_id, effect.c.author == author, effect.c.state == DONE)
    return connection.execute(select(effect.c.id).where(*here).order_by(effect.c.settled_at.desc())).scalar()


def approving(connection: Connection, vault: Vault, case_id: int) -> list[Effect]:
    """Return what waits for a manager in one case."""
    here = (effect.c.case_id == case_id, effect.c.state == APPROVING)
    return [open_effect(connection, vault, row) for row in connection.execute(select(effect).where(*here))]


def open_effect(connection: Connection, vault: Vault, row: Row[Any]) -> Effect:
    """Return the effect of a row of `effect`."""
    payload = json.loads(texts(connection, vault, [row.blob_id])[row.blob_id])
    return Effect(row.id, row.case_id, row.ledger_id, row.author, row.kind, row.level, payload, row.digest)


def _secret(vault: Vault, code_id: str, digest: str, person: str) -> str:
    """Ten characters, 49 bits: worthless without the mailbox, good for a day, and every try leaves an event."""
    number = int(vault.blind("code secret", f"{code_id}|{digest}|{person}".encode()), 16)
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(_SECRET_LENGTH))


def _canonical(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
