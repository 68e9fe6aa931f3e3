"""A desk on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.e2e.desk import Desk
from tests.servers.lab import MailLab
from tests.servers.processes import Reaper


@pytest.fixture(params=["sqlite", "postgresql"])
def new_desk(request: pytest.FixtureRequest, mail_lab: MailLab, reaper: Reaper) -> Iterator[Callable[..., Desk]]:
    """Make desks, each with databases of its own, on both databases."""
    with ExitStack() as stack:

        def make(**values: Any) -> Desk:
            urls = {}
            if request.param == "postgresql":
                server = request.getfixturevalue("postgresql")
                urls = {name: stack.enter_context(server.fresh_database()) for name in ("url", "keys_url")}
            return Desk(mail_lab, reaper, reaper.new_folder("desk-"), **urls, **values)

        yield make


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """One desk."""
    return new_desk()
