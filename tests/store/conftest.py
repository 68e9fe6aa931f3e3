"""An empty store of a test alone, once on SQLite and once on PostgreSQL, without a migration for each."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailbot.store.cases import ensure_office
from mailbot.store.engine import open_engine, write
from mailbot.store.migrate import upgrade
from mailbot.store.tables import metadata
from mailbot.store.vault import Vault
from tests.servers.postgresql import PostgreSQL

MASTER = bytes(range(32))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest) -> str:
    """Which of the two databases the test runs on."""
    return str(request.param)


@pytest.fixture
def new_engine(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Open new databases by name, without a schema."""
    with ExitStack() as stack:

        def make(name: str) -> Engine:
            url = f"sqlite:///{tmp_path}/{name}.db"
            if database == "postgresql":
                url = stack.enter_context(request.getfixturevalue("postgresql").fresh_database())
            engine = open_engine(url)
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("pattern") / "main.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine, "main")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_shared(postgresql: PostgreSQL) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database; whoever takes it empties it first."""
    with postgresql.fresh_database() as url:
        engine = open_engine(url)
        upgrade(engine, "main")
        engine.dispose()
        yield url


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[Engine]:
    """The main database with the newest schema and the office's own row."""
    with empty_store(request, database, tmp_path) as engine:
        yield engine


@contextmanager
def empty_store(request: pytest.FixtureRequest, database: str, folder: Path) -> Iterator[Engine]:
    """Open a store that holds the office's own row and nothing else."""
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_pattern"), folder / "main.db")
        engine = open_engine(f"sqlite:///{folder}/main.db")
    else:
        engine = open_engine(request.getfixturevalue("postgresql_shared"))
        _emptied(engine)
    with write(engine) as connection:
        ensure_office(connection, "0" * 32)
    yield engine
    engine.dispose()


def _emptied(engine: Engine) -> None:
    """Empty every table; the triggers that forbid it are for everybody but the tests."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with write(engine) as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")


@pytest.fixture
def keys(new_engine: Callable[[str], Engine]) -> Engine:
    """The keys database with the newest schema."""
    engine = new_engine("keys")
    upgrade(engine, "keys")
    return engine


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault with a key everybody may know, its data keys on SQLite."""
    keys = open_engine(f"sqlite:///{tmp_path}/vault.db")
    upgrade(keys, "keys")
    yield Vault(keys, MASTER)
    keys.dispose()
