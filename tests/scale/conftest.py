"""A desk on PostgreSQL that several workers share: each with a pool, a mailbox connection and a clock of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from mailbot.edge.clock import Clock
from mailbot.steps.accounts import Hand
from mailbot.steps.parts import Parts
from mailbot.store.engine import open_engine
from tests.e2e.conftest import commands, make_desk
from tests.fakes.ground import Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server
from tests.servers.postgresql import PostgreSQL

__all__ = ["commands", "make_desk"]


class Town:
    """The desk, the world around it, and as many workers as a test wants."""

    def __init__(self, ground: Ground, stack: ExitStack) -> None:
        self.ground, self.server, self._stack = ground, Server(), stack
        self.engine: Engine = open_engine(ground.config.store.url)
        stack.callback(self.engine.dispose)

    def worker(self, now: datetime, **sections: Any) -> Parts:
        """The parts of one more worker, with an engine of its own; `sections` of its configuration differ."""
        config = self.ground.config.model_copy(update=sections)
        parts = self._stack.enter_context(fake_parts(config, Clock(now), self.server))
        engine = open_engine(config.store.url)
        self._stack.callback(engine.dispose)
        return replace(parts, engine=engine, hand=Hand())

    @property
    def url(self) -> str:
        return self.ground._urls()[0][1]

    @property
    def keys_url(self) -> str:
        return self.ground._urls()[1][1]

    def count(self, asked: str, **values: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(asked), values).scalar() or 0)

    def rows(self, asked: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(asked))]

    def letters(self, person: str) -> int:
        """How many mails a person got."""
        return [one.recipient for one in self.server.accepted].count(person)


@pytest.fixture(scope="session")
def shared_ground(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One pair of databases with the newest schema."""
    with postgresql.fresh_database() as url, postgresql.fresh_database() as keys_url:
        yield Ground(tmp_path_factory.mktemp("scale"), url, keys_url)


@pytest.fixture
def town(shared_ground: Ground) -> Iterator[Town]:
    """An empty desk."""
    shared_ground.restore(shared_ground.pristine)
    with ExitStack() as stack:
        yield Town(shared_ground, stack)
