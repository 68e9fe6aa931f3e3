"""The product with less syncing than it promises, to prove that the tests would see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from mailbot.store import engine


@contextmanager
def synchronous(mode: str, only: str = "") -> Iterator[None]:
    """Another `PRAGMA synchronous` on every connection that is opened meanwhile, or on those to one file."""
    prepare = engine._prepare_sqlite

    def spoilt(connection: Any, record: object) -> None:
        prepare(connection, record)
        file = connection.execute("PRAGMA database_list").fetchone()[2]
        if file.endswith(only):
            connection.execute(f"PRAGMA synchronous={mode}")

    with patch.object(engine, "_prepare_sqlite", spoilt):
        yield
