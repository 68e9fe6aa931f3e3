"""Opens the databases, with two doors: `read` never locks anybody out, `write` takes the write lock at once.

What is committed is on the disk before anybody acts on it, on every connection there is; a commit that fails ends the
process: what the database did not confirm must not be acted on.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_PRAGMAS = (
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",  # macOS only: there a plain fsync stops in the cache of the drive
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    # A process that was killed between writing and syncing left commits that the disk never confirmed, and whoever
    # comes next would read them as committed. This syncs them, and writes them over into the database.
    "PRAGMA wal_checkpoint(PASSIVE)",
)
_SURE_COMMITS = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}, {"XX001", "XX002"}
"""SQLite's codes and PostgreSQL's for data that is not what was written (data_corrupted, index_corrupted)."""
_REMEDIES = {
    "is full": "make room on its disk",
    "DiskFull": "make room on its disk",
    "disk I/O error": "see whether its disk is full, and what the kernel says about it",
    "readonly": "make the file, its folder and its file system writable",
    "unable to open": "this user must be able to write in its folder, and to open more files (ulimit -n)",
    "locked": "another process holds it; end that one, or wait",
    "malformed": "the file is damaged; put the newest sound backup of it in its place",
    "not a database": "the file is damaged, or another one; put the newest sound backup of it in its place",
}
_FILE_BYTES = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_CHECKED_BYTES = 1 << 30
_RISKS = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"


class StoreUnavailable(Exception):
    """The database cannot be reached or is locked; nothing was changed, try again."""


class CommitFailed(BaseException):
    """A commit was not confirmed. BaseException, so that no loop carries on after it."""


class StoreDamaged(BaseException):
    """The database does not hold what was written into it. BaseException, so that no loop carries on after it."""


class _Turn:
    """Lets the writers of an SQLite file in one after the other: threads, and processes of ours by a lock beside it.

    The database alone would let each look again after a sleep of up to a tenth of a second, in no order.
    """

    def __init__(self, database: str | None) -> None:
        self._threads = threading.Lock()
        self._path = f"{database}.turn" if database else None
        self._file: int | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._path:
                if self._file is None:
                    self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as error:
            self._threads.release()
            raise StoreUnavailable(f"{self._path}: {error.strerror}; {_REMEDIES['unable to open']}") from error

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)


_writers: WeakKeyDictionary[Engine, _Turn] = WeakKeyDictionary()


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://…` with the durability the promises need."""
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        _writers[engine] = _Turn(engine.url.database)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def name_of(engine: Engine) -> str:
    """Return what an operator calls the database: its file, or its name and host; never a password."""
    url = engine.url
    return str(url.database) if engine.dialect.name == "sqlite" else f"database {url.database} on {url.host}"


def damage(engine: Engine) -> str:
    """Return what is wrong with the pages of an SQLite file, with the remedy; "" for nothing. Raises StoreUnavailable.

    PostgreSQL looks after its own, and a file above a gigabyte is not read through before a start.
    """
    if engine.dialect.name != "sqlite":
        return ""
    try:
        with read(engine) as connection:
            if connection.exec_driver_sql(_FILE_BYTES).scalar_one() > _CHECKED_BYTES:
                return ""
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    except StoreDamaged as error:
        return str(error)
    return "" if found == "ok" else f"{name_of(engine)}: {_one_line(found)}; {_REMEDIES['malformed']}"


def risk(engine: Engine) -> str:
    """Return the settings of a PostgreSQL server under which a power cut may take back what it confirmed, or ""."""
    if engine.dialect.name == "sqlite":
        return ""
    with read(engine) as connection:
        found = connection.exec_driver_sql(_RISKS).scalars().all()
    return f"{name_of(engine)}: {', '.join(found)} = off; set to on, or a power cut may lose mail" if found else ""


def forget_deleted(engine: Engine) -> None:
    """Let nothing that was deleted stay behind in the files of an SQLite database. Raises StoreUnavailable."""
    if engine.dialect.name == "sqlite":
        with _opened(engine) as connection:
            connection.rollback()
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a reading transaction. Raises StoreUnavailable."""
    with _opened(engine) as connection:
        yield connection
        connection.rollback()


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a writing transaction, committed at the end. Raises StoreUnavailable, CommitFailed."""
    with _writers.get(engine) or nullcontext(), _opened(engine, writes=True) as connection:
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        try:
            connection.commit()
        except BaseException as error:
            raise CommitFailed(_told(engine, error)) from error


@contextmanager
def _opened(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(writes=writes)
            connection.begin()
            yield connection
    except DBAPIError as error:
        if _is_damage(error):
            raise StoreDamaged(_told(engine, error)) from error
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            raise StoreUnavailable(_told(engine, error)) from error
        raise


def _is_damage(error: DBAPIError) -> bool:
    sqlite, postgresql = _DAMAGED
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in sqlite or getattr(error.orig, "sqlstate", None) in postgresql


def _told(engine: Engine, error: BaseException) -> str:
    """Return which database, what the driver says without statement or parameters, and the remedy.

    A server's own words may quote what it was given, so that only their code is told.
    """
    found = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(found, "sqlstate", None)
    words = f"{type(found).__name__}: {f'SQLSTATE {code}' if code else _one_line(found)}"
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in words), "")
    return f"{name_of(engine)}: {words}{'; ' if remedy else ''}{remedy}"


def _one_line(words: object) -> str:
    return " ".join(str(words).split())[:200]


def _prepare_postgresql(connection: Any, _: object) -> None:
    """Let no setting of the role or the database make a commit return before it is on the disk."""
    connection.execute(_SURE_COMMITS)
    connection.commit()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins too late by itself; `_begin_sqlite` does it
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
