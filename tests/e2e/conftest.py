"""A desk on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.e2e.desk import Commands, Desk
from tests.e2e.oracle import watching
from tests.servers.lab import MailLab
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper


@pytest.fixture(autouse=True)
def oracle(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Prove after every test that none of its desks wrote to anybody but staff and those who wrote to it."""
    if "mail_lab" not in request.fixturenames:
        yield
        return
    with watching(request.getfixturevalue("mail_lab"), monkeypatch):
        yield


@pytest.fixture(scope="session")
def commands(reaper: Reaper) -> Iterator[Commands]:
    """The warm process that all commands of the run are forks of."""
    commands = Commands(reaper)
    yield commands
    commands.close()


@pytest.fixture
def make_desk(mail_lab: MailLab, reaper: Reaper, commands: Commands) -> Callable[..., Desk]:
    """Make desks on SQLite; what the configuration says can be given, like `since="2026-11-20"`."""

    def make(**values: Any) -> Desk:
        return Desk(mail_lab, reaper, reaper.new_folder("desk-"), commands=commands, **values)

    return make


@pytest.fixture
def sqlite_desk(make_desk: Callable[..., Desk]) -> Desk:
    """One desk on SQLite."""
    return make_desk()


@pytest.fixture
def postgres_desk(mail_lab: MailLab, reaper: Reaper, commands: Commands, postgresql: PostgreSQL) -> Iterator[Desk]:
    """One desk on PostgreSQL."""
    with postgresql.fresh_database() as url, postgresql.fresh_database() as keys_url:
        yield Desk(mail_lab, reaper, reaper.new_folder("desk-"), url, keys_url, commands)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_desk(
    request: pytest.FixtureRequest, mail_lab: MailLab, reaper: Reaper, commands: Commands
) -> Iterator[Callable[..., Desk]]:
    """Make desks, each with databases of its own, on both databases."""
    with ExitStack() as stack:

        def make(**values: Any) -> Desk:
            urls = {}
            if request.param == "postgresql":
                server = request.getfixturevalue("postgresql")
                urls = {name: stack.enter_context(server.fresh_database()) for name in ("url", "keys_url")}
            return Desk(mail_lab, reaper, reaper.new_folder("desk-"), commands=commands, **urls, **values)

        yield make


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """One desk."""
    return new_desk()
