"""Opens the databases, with two doors: `read` never locks anybody out, `write` takes the write lock at once.

A commit that fails ends the process: what the database did not confirm must not be acted on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)
_writers: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


class StoreUnavailable(Exception):
    """The database cannot be reached or is locked; nothing was changed, try again."""


class CommitFailed(BaseException):
    """A commit was not confirmed. BaseException, so that no loop carries on after it."""


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://…` with the durability the promises need."""
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        _writers[engine] = threading.Lock()
    return engine


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
            raise CommitFailed(type(error).__name__) from error


@contextmanager
def _opened(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(writes=writes)
            connection.begin()
            yield connection
    except OperationalError as error:
        raise StoreUnavailable(_plain(error)) from error


def _plain(error: DBAPIError) -> str:
    """Return the driver's own words without statement or parameters."""
    return f"{type(error.orig).__name__}: {error.orig}".splitlines()[0][:200]


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins too late by itself; `_begin_sqlite` does it
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
