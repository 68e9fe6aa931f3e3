"""Desks in trouble."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgresql import PostgreSQL
from tests.storage.faulty import Troubled


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Troubled:
    """A desk on SQLite."""
    return Troubled.new(tmp_path, capsys)


@pytest.fixture
def postgres_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], postgresql: PostgreSQL) -> Iterator[Troubled]:
    """A desk on PostgreSQL."""
    with postgresql.fresh_database() as url, postgresql.fresh_database() as keys_url:
        yield Troubled.new(tmp_path, capsys, url, keys_url)
