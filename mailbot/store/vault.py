"""Seals and unseals personal text: AES-256-GCM, one data key per case, wrapped by a master key kept in a file.

The keys live in a database of their own, so that destroying a key destroys the text for good. The additional
data binds key, blob and kind: a sealed text moved to another place does not open. Blind indexes are keyed
hashes by which an address is found again without being stored (NIST SP 800-38D; HKDF, RFC 5869).
"""

import base64
import hashlib
import hmac
import os
import stat
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag as InvalidTag  # noqa: PLC0414 -- who unseals may meet it
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, delete, insert, select

from mailbot.store.engine import forget_deleted, read, write
from mailbot.store.tables import data_key

_NONCE = 12
_CACHED = 4096


class VaultFault(Exception):
    """The master key file is missing, badly kept, or not the one the keys were wrapped with."""


def new_id() -> str:
    """Return a fresh random id (32 hex digits) for a blob or key, known before anything is written."""
    return uuid.uuid4().hex


def make_master_key(path: Path) -> None:
    """Write a new master key file readable by its owner only, through to the disk. Raises FileExistsError.

    What is sealed under it must never outlive it: not after a power cut either.
    """
    draft = path.with_name(f"{path.name}.{new_id()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(os.urandom(32)) + b"\n")
            file.flush()
            os.fsync(handle)
        os.link(draft, path)  # whole or not there: nobody could start with half a key, or make another in its place
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)  # the name is on the disk only when its folder is
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_master_key(path: Path) -> bytes:
    """Return the 32 bytes of a master key file. Raises VaultFault with the remedy."""
    if not path.is_file():
        raise VaultFault(f"{path}: no such file; `mailbot init` makes one, or restore it from its own backup")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise VaultFault(f"{path}: others can read it; run `chmod 600 {path}`")
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:  # noqa: PLR2004 -- AES-256
        raise VaultFault(f"{path}: expected 32 bytes in base64; restore it from its own backup")
    return key


class Vault:
    """The master key, the keys database and the secrets derived from them. `repr` shows nothing secret."""

    def __init__(self, keys: Engine, master: bytes) -> None:
        """Take the engine of the keys database and the 32-byte master key."""
        self._keys = keys
        self._derived: Callable[[bytes], bytes] = lambda purpose: _derive(master, purpose)
        self._wrap = AESGCM(self._derived(b"mailbot wrap v1"))
        self._index = self._derived(b"mailbot blind index v1")
        self.token_key = self.token_key_of("a")
        self.kek = hashlib.sha256(b"mailbot kek id" + master).hexdigest()[:16]
        self._open: dict[str, AESGCM] = {}
        self._lock = threading.Lock()

    def token_key_of(self, kid: str) -> bytes:
        """Return the key (32 bytes) that signs thread tokens under a key id; the same id has the same key for ever."""
        return self._derived(f"mailbot token {kid} v1".encode())

    def make_keys(self, count: int, now: datetime) -> list[str]:
        """Make `count` data keys in one transaction of the keys database and return their ids."""
        made = [(new_id(), AESGCM.generate_key(256)) for _ in range(count)]
        rows = [{"id": i, "kek": self.kek, "wrapped": self._wrapped(i, key), "made_at": now} for i, key in made]
        if rows:
            with write(self._keys) as connection:
                connection.execute(insert(data_key), rows)
        self._remember({i: AESGCM(key) for i, key in made})
        return [i for i, _ in made]

    def destroy_keys(self, ids: Iterable[str]) -> None:
        """Destroy keys for good: no text sealed under them can be opened again, here or from a copy of the database."""
        gone = set(ids)
        with write(self._keys) as connection:
            connection.execute(delete(data_key).where(data_key.c.id.in_(gone)))
        forget_deleted(self._keys)
        with self._lock:
            self._open = {key_id: key for key_id, key in self._open.items() if key_id not in gone}

    def has(self, key_id: str) -> bool:
        """Say whether the key is there."""
        return key_id in self._open or key_id in self.load_keys([key_id])

    def lost(self, ids: Iterable[str]) -> set[str]:
        """Return which of these keys are not there."""
        wanted = set(ids)
        found = {key_id for key_id in wanted if key_id in self._open}
        return wanted - found - self.load_keys(wanted - found).keys()

    def load_keys(self, ids: Iterable[str]) -> dict[str, AESGCM]:
        """Bring the keys with these ids into memory in one query; destroyed ones are missing from the answer."""
        wanted = set(ids) - self._open.keys()
        if not wanted:
            return {}
        with read(self._keys) as connection:
            rows = connection.execute(select(data_key).where(data_key.c.id.in_(wanted))).all()
        loaded = {row.id: AESGCM(self._unwrapped(row.id, row.wrapped)) for row in rows}
        self._remember(loaded)
        return loaded

    def seal(self, key_id: str, blob_id: str, kind: str, text: bytes) -> bytes:
        """Return the sealed bytes (nonce first). Raises KeyError when the key was destroyed."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key(key_id).encrypt(nonce, text, _bound(key_id, blob_id, kind))

    def unseal(self, key_id: str, blob_id: str, kind: str, sealed: bytes) -> bytes:
        """Return the text. Raises KeyError (key destroyed) or InvalidTag (moved or altered)."""
        return self._key(key_id).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(key_id, blob_id, kind))

    def blind(self, kind: str, value: str | bytes) -> str:
        """Return the blind index (32 hex digits) of a value under its kind, for equality look-ups."""
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hmac.new(self._index, kind.encode() + b"|" + data, hashlib.sha256).hexdigest()[:32]

    def check(self) -> None:
        """Prove that the master key opens the keys database. Raises VaultFault."""
        with read(self._keys) as connection:
            row = connection.execute(select(data_key).limit(1)).first()
        try:
            if row:
                self._unwrapped(row.id, row.wrapped)
        except InvalidTag:
            raise VaultFault(
                "store.master_key_file does not open the keys in store.keys_url; use the file they were made with"
            ) from None

    def _key(self, key_id: str) -> AESGCM:
        return self._open.get(key_id) or self.load_keys([key_id])[key_id]

    def _remember(self, keys: dict[str, AESGCM]) -> None:
        with self._lock:
            self._open = keys if len(self._open) + len(keys) > _CACHED else self._open | keys

    def _wrapped(self, key_id: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrap.encrypt(nonce, key, key_id.encode())

    def _unwrapped(self, key_id: str, wrapped: bytes) -> bytes:
        return self._wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id.encode())


def _bound(key_id: str, blob_id: str, kind: str) -> bytes:
    return f"v1|{key_id}|{blob_id}|{kind}".encode()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, purpose).derive(master)
