"""What must be on the disk is, and what must be gone from it is gone: the master key, and keys that were destroyed."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.store.engine import open_engine, read
from mailbot.store.migrate import upgrade
from mailbot.store.tables import data_key
from mailbot.store.vault import Vault, make_master_key

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)


def test_the_master_key_and_its_name_are_on_the_disk_before_anything_is_sealed_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[Path, int]] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append((path, path.stat().st_size if path.is_file() else 0))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    make_master_key(tmp_path / "master.key")
    assert [(path.name.partition(".")[0], size) for path, size in synced] == [("master", 45), (tmp_path.name, 0)]
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [45]


def test_a_destroyed_key_is_in_none_of_the_files_any_more(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/keys.db")
    upgrade(engine, "keys")
    vault = Vault(engine, bytes(32))
    kept, gone = vault.make_keys(2, NOW)
    with read(engine) as connection:
        wrapped = {row.id: row.wrapped for row in connection.execute(data_key.select())}
    assert [where(tmp_path, wrapped[one]) != [] for one in (kept, gone)] == [True, True]
    vault.destroy_keys([gone])
    assert (where(tmp_path, wrapped[gone]), where(tmp_path, gone.encode())) == ([], [])
    assert (vault.has(kept), vault.has(gone), where(tmp_path, wrapped[kept])) == (True, False, ["keys.db"])
    engine.dispose()


def where(folder: Path, words: bytes) -> list[str]:
    """The files of a folder that hold some bytes."""
    return sorted(path.name for path in folder.iterdir() if words in path.read_bytes())
