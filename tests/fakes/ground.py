"""A desk without servers: its configuration and two databases, which are saved and brought back in milliseconds."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from mailbot import compose
from mailbot.config import Config
from mailbot.store.tables import keys_metadata, metadata
from mailbot.store.vault import make_master_key
from tests.servers.waiting import wait_until

DESK, HANA, BOSS = "privacy@company.test", "hana@company.test", "boss@company.test"
_FLOODS = ("flood_sender_day", "flood_alike_day", "flood_domain_day", "flood_unproved_day", "flood_notices_hour")
_LOOPBACK = {"host": "127.0.0.1", "port": 9, "security": "plain"}
_TABLES = {
    "url": [one.name for one in metadata.sorted_tables],
    "keys_url": [one.name for one in keys_metadata.tables.values()],
}

Saved = Mapping[str, bytes]
"""What the databases held: the bytes of each file, or of each table."""


def config_of(folder: Path, url: str = "", keys_url: str = "", **sections: Mapping[str, Any]) -> Config:
    """The configuration of a desk without servers; `sections` are laid over it, key by key."""
    usual: dict[str, Any] = {
        "company": {"name": "株式会社いえのこと", "desk": "個人情報相談窓口", "address": DESK},
        "imap": {**_LOOPBACK, "username": DESK, "junk_folder": "Junk", "since": "2020-01-01"},
        "smtp": _LOOPBACK,
        "store": {
            "url": url or f"sqlite:///{folder}/mailbot.db",
            "keys_url": keys_url or f"sqlite:///{folder}/keys.db",
            "master_key_file": folder / "master.key",
        },
        "trust": {"authserv_id": "mx.company.test"},
        "limits": {"acks_per_hour": 10_000, "acks_per_address_day": 1_000} | dict.fromkeys(_FLOODS, 0),
        "staff": [
            {"id": "hana", "name": "Hana", "address": HANA, "roles": ["handler"]},
            {"id": "boss", "name": "Boss", "address": BOSS, "roles": ["manager"], "language": "en"},
        ],
    }
    for name, section in sections.items():
        usual[name] = {**usual.get(name, {}), **section} if isinstance(section, Mapping) else section
    return Config(**usual)


class Ground:
    """A folder with a master key, and both databases with their newest schema and nothing in them (`pristine`)."""

    def __init__(self, folder: Path, url: str = "", keys_url: str = "", **sections: Any) -> None:
        self.folder = folder
        self.config = config_of(folder, url, keys_url, **sections)
        self._is_sqlite = not url
        if self._is_sqlite:
            self.restore(_pristine_files())
        else:
            compose.migrate(self.config)
        make_master_key(folder / "master.key")
        self.pristine = self.save()

    def save(self) -> Saved:
        """What the databases hold as committed, whoever is connected."""
        if self._is_sqlite:
            return _files(self.folder)
        return {f"{name} {table}": data for name, url in self._urls() for table, data in _dumped(url, _TABLES[name])}

    def restore(self, saved: Saved) -> None:
        """Bring back what was saved; nobody may be connected."""
        if self._is_sqlite:
            for name in _files(self.folder).keys() | {"mailbot.db-shm", "keys.db-shm"}:
                (self.folder / name).unlink(missing_ok=True)
            for name, data in saved.items():
                (self.folder / name).write_bytes(data)
                (self.folder / name).chmod(0o600)
            return
        for name, url in self._urls():
            _load(url, {table: saved[f"{name} {table}"] for table in _TABLES[name]})

    def wait_until_alone(self) -> None:
        """Wait until the server has noticed that whoever was connected is dead; SQLite knows at once."""
        for _, url in [] if self._is_sqlite else self._urls():
            wait_until(partial(_is_alone, url), 30, "PostgreSQL to end the sessions of the dead")

    def _urls(self) -> list[tuple[str, str]]:
        store = self.config.store
        return [(name, getattr(store, name).replace("+psycopg", "")) for name in _TABLES]


@cache
def _pristine_files() -> Saved:
    with TemporaryDirectory() as name:
        folder = Path(name)
        compose.migrate(config_of(folder))
        return _files(folder)


def _files(folder: Path) -> dict[str, bytes]:
    """The databases, what their logs hold beyond them, and the master key.

    A `-shm` is made anew by whoever opens a database, and a lock is gone with whoever held it.
    """
    kept = (file for file in folder.iterdir() if file.name.startswith(("mailbot.db", "keys.db", "master.key")))
    return {file.name: file.read_bytes() for file in kept if not file.name.endswith(("-shm", ".setup", ".workers"))}


def _is_alone(url: str) -> bool:
    with psycopg.connect(url) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        found = connection.execute(asked).fetchone()
    return found == (0,)


def _dumped(url: str, tables: list[str]) -> list[tuple[str, bytes]]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        return [(table, _copied(cursor, table)) for table in tables]


def _copied(cursor: "psycopg.Cursor[Any]", table: str) -> bytes:
    with cursor.copy(SQL("COPY {} TO STDOUT (FORMAT binary)").format(Identifier(table))) as copy:
        return b"".join(bytes(piece) for piece in copy)


def _load(url: str, saved: Saved) -> None:
    """Fill the tables; triggers and references sleep meanwhile, and numbers go on above the highest one."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, data in saved.items():
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))
            with cursor.copy(SQL("COPY {} FROM STDIN (FORMAT binary)").format(Identifier(table))) as copy:
                copy.write(data)
        for table in saved:
            cursor.execute(
                "SELECT column_default FROM information_schema.columns WHERE table_name = %s AND column_name = 'id'",
                [table],
            )
            found = cursor.fetchone()
            if found and found[0]:
                cursor.execute(
                    SQL(
                        "SELECT setval(pg_get_serial_sequence({0}, 'id'), coalesce(max(id), 0) + 1, false) FROM {1}"
                    ).format(table, Identifier(table))
                )
