"""An office on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ground import Ground
from tests.restore.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One office on SQLite."""
    return Office(Ground(tmp_path))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def any_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """One office on either database."""
    if request.param == "sqlite":
        yield Office(Ground(tmp_path))
        return
    server = request.getfixturevalue("postgresql")
    with server.fresh_database() as url, server.fresh_database() as keys_url:
        yield Office(Ground(tmp_path, url, keys_url))
