"""Sealed text opens only in its own place with its own key, and no plain word reaches the disk."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update

from mailbot.store.blobs import Sealed, insert_blobs, replace_blob, sealed, texts
from mailbot.store.engine import open_engine, read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.migrate import upgrade
from mailbot.store.tables import blob, data_key
from mailbot.store.vault import Vault, VaultFault, make_master_key, new_id, read_master_key
from tests.core.histories import NOW

MASTER, OTHER = bytes(range(32)), bytes(32)
CANARY = "佐藤カナリア canary@people.test 090-1234-5678"


@pytest.fixture
def own_keys(keys: Engine) -> Vault:
    """A vault whose data keys lie on the database under test."""
    return Vault(keys, MASTER)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
def test_what_was_sealed_is_read_back(vault: Vault, words: bytes) -> None:
    [key_id] = vault.make_keys(1, NOW)
    blob_id = new_id()
    kept = vault.seal(key_id, blob_id, "raw", words)
    assert vault.unseal(key_id, blob_id, "raw", kept) == words
    assert len(kept) == 12 + len(words) + 16
    assert kept != vault.seal(key_id, blob_id, "raw", words)


Change = Callable[[Sealed, str], tuple[str, str, str, bytes]]
MOVES: dict[str, Change] = {
    "to another blob": lambda one, _: (one.key_id, new_id(), one.kind, one.sealed),
    "to another key": lambda one, other: (other, one.id, one.kind, one.sealed),
    "to another kind": lambda one, _: (one.key_id, one.id, "mail", one.sealed),
    "nonce altered": lambda one, _: (one.key_id, one.id, one.kind, b"\0" * 12 + one.sealed[12:]),
    "text altered": lambda one, _: (one.key_id, one.id, one.kind, one.sealed[:-17] + b"\0" + one.sealed[-16:]),
    "cut": lambda one, _: (one.key_id, one.id, one.kind, one.sealed[:-1]),
    "longer": lambda one, _: (one.key_id, one.id, one.kind, one.sealed + b"\0"),
}


@pytest.mark.parametrize("change", MOVES.values(), ids=MOVES)
def test_a_text_moved_or_altered_does_not_open(vault: Vault, change: Change) -> None:
    key_id, other = vault.make_keys(2, NOW)
    with pytest.raises(InvalidTag):
        vault.unseal(*change(sealed(vault, key_id, "raw", CANARY.encode()), other))


def test_two_texts_swapped_in_the_database_do_not_open(engine: Engine, own_keys: Vault) -> None:
    [key_id] = own_keys.make_keys(1, NOW)
    one, two = (sealed(own_keys, key_id, "raw", words) for words in (b"one", b"two"))
    with write(engine) as connection:
        insert_blobs(connection, [one, two])
        assert texts(connection, own_keys, [one.id, two.id]) == {one.id: b"one", two.id: b"two"}
        connection.execute(update(blob).where(blob.c.id == one.id).values(sealed=two.sealed))
    with read(engine) as connection, pytest.raises(InvalidTag):
        texts(connection, own_keys, [one.id])


def test_a_text_is_sealed_anew_under_the_key_of_its_case(engine: Engine, own_keys: Vault) -> None:
    old_key, new_key = own_keys.make_keys(2, NOW)
    old, new = sealed(own_keys, old_key, "raw", b"words"), sealed(own_keys, new_key, "raw", b"words")
    with write(engine) as connection:
        insert_blobs(connection, [old])
        replace_blob(connection, old.id, new)
        assert texts(connection, own_keys, [old.id, new.id]) == {new.id: b"words"}


def test_a_text_without_its_key_is_gone(engine: Engine, own_keys: Vault, keys: Engine) -> None:
    [key_id] = own_keys.make_keys(1, NOW)
    one = sealed(own_keys, key_id, "raw", b"words")
    with write(engine) as connection:
        insert_blobs(connection, [one])
    with write(keys) as connection:
        connection.execute(text("DELETE FROM data_key"))
    with read(engine) as connection, pytest.raises(KeyError):
        texts(connection, Vault(keys, MASTER), [one.id])


def test_keys_are_found_again_by_the_next_process(own_keys: Vault, keys: Engine) -> None:
    [key_id] = own_keys.make_keys(1, NOW)
    kept = own_keys.seal(key_id, "b", "raw", b"words")
    assert Vault(keys, MASTER).unseal(key_id, "b", "raw", kept) == b"words"


def test_a_wrong_master_key_opens_nothing_and_says_so(own_keys: Vault, keys: Engine) -> None:
    own_keys.check()
    Vault(keys, OTHER).check()  # a fresh keys database fits every master key
    [key_id] = own_keys.make_keys(1, NOW)
    own_keys.check()
    with pytest.raises(VaultFault, match=r"store\.master_key_file does not open the keys in store\.keys_url"):
        Vault(keys, OTHER).check()
    with pytest.raises(InvalidTag):
        Vault(keys, OTHER).load_keys([key_id])


def test_a_wrapped_key_moved_to_another_id_does_not_open(own_keys: Vault, keys: Engine) -> None:
    one, two = own_keys.make_keys(2, NOW)
    with write(keys) as connection:
        wrapped = connection.execute(select(data_key.c.wrapped).where(data_key.c.id == one)).scalar_one()
        connection.execute(update(data_key).where(data_key.c.id == two).values(wrapped=wrapped))
    with pytest.raises(InvalidTag):
        Vault(keys, MASTER).load_keys([two])


def test_a_blind_index_is_stable_keyed_and_says_nothing(vault: Vault) -> None:
    again, other = (Vault(vault._keys, master) for master in (MASTER, OTHER))
    address = "sato@people.test"
    index = vault.blind("address", address)
    assert index == again.blind("address", address) == vault.blind("address", address.encode())
    assert index == "6b2b5e667c6a7de6f2049dbc549c2e0c"
    different = [other.blind("address", address), vault.blind("phone", address), vault.blind("address", "x" + address)]
    assert len({index, *different}) == 4


def test_the_token_key_and_the_wrapping_key_are_different_secrets(vault: Vault) -> None:
    assert vault.token_key != MASTER
    assert vault.token_key.hex()[:16] == "a88dbfccfca49758"
    assert MASTER.hex() not in f"{vault!r}{vars(vault).keys()}"
    assert vault.token_key.hex() not in repr(vault)


# The master key file.


def test_a_master_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    before = os.umask(0)
    try:
        make_master_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_master_key(path)) == 32
    with pytest.raises(FileExistsError):
        make_master_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_master_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    make_master_key(path)
    path.chmod(mode)
    with pytest.raises(VaultFault, match=f"others can read it; run `chmod 600 {path}`"):
        read_master_key(path)


@pytest.mark.parametrize("content", [b"", b"short", b"AAAA", b"A" * 43, b"\xff" * 32, b"A" * 88])
def test_a_master_key_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(VaultFault, match="expected 32 bytes in base64; restore it from its own backup"):
        read_master_key(path)


def test_a_missing_master_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(VaultFault, match=r"no such file; `mailbot init` makes one"):
        read_master_key(tmp_path / "master.key")


def test_two_master_keys_are_never_the_same(tmp_path: Path) -> None:
    make_master_key(tmp_path / "a.key")
    make_master_key(tmp_path / "b.key")
    assert read_master_key(tmp_path / "a.key") != read_master_key(tmp_path / "b.key")


# What a thief of the disk sees.


def test_no_plain_word_is_in_the_bytes_of_the_databases(tmp_path: Path, vault: Vault) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/main.db")
    upgrade(engine, "main")
    [key_id] = vault.make_keys(1, NOW)
    address, index = "canary@people.test", vault.blind("address", "canary@people.test")
    post = Post(
        *("ack:1", 1, "KJ-2026-000001-H", key_id, "ack", "requester", "<1@company.test>"),
        *(address, CANARY.encode(), NOW, index),
    )
    with write(engine) as connection:
        insert_blobs(connection, [sealed(vault, key_id, "raw", CANARY.encode()), _in_plain(key_id)])
        queue(connection, [post], seal_posts(vault, [post]), NOW)
    files = [file for file in tmp_path.iterdir() if file.name.startswith(("main.db", "vault.db"))]
    found = {file.name: file.read_bytes() for file in files}
    engine.dispose()
    assert {"main.db", "main.db-wal", "vault.db"} <= set(found)
    assert b"left in plain on purpose" in b"".join(found.values())  # the search can find
    for word in (CANARY, address, "canary", "佐藤", "090-1234-5678"):
        for coded in (word.encode(), word.encode("utf-16-le"), word.encode("shift_jis"), word.encode().hex().encode()):
            assert [name for name, data in found.items() if coded in data] == []


def _in_plain(key_id: str) -> Sealed:
    return Sealed(new_id(), key_id, "raw", b"left in plain on purpose")
