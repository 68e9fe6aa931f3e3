"""An empty store of a test alone, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailbot.store.cases import ensure_office
from mailbot.store.engine import open_engine, write
from mailbot.store.migrate import upgrade
from mailbot.store.vault import Vault

MASTER = bytes(range(32))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Open databases by name, empty and without a schema; the same name is the same database."""
    urls: dict[str, str] = {}
    with ExitStack() as stack:

        def make(name: str) -> Engine:
            if request.param == "sqlite":
                urls[name] = f"sqlite:///{tmp_path}/{name}.db"
            elif name not in urls:
                urls[name] = stack.enter_context(request.getfixturevalue("postgresql").fresh_database())
            engine = open_engine(urls[name])
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """The main database with the newest schema and the office's own row."""
    engine = new_engine("main")
    upgrade(engine, "main")
    with write(engine) as connection:
        ensure_office(connection, "0" * 32)
    return engine


@pytest.fixture
def keys(new_engine: Callable[[str], Engine]) -> Engine:
    """The keys database with the newest schema."""
    engine = new_engine("keys")
    upgrade(engine, "keys")
    return engine


@pytest.fixture
def vault(keys: Engine) -> Vault:
    """A vault with a key everybody may know."""
    return Vault(keys, MASTER)
