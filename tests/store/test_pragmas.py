"""Every connection to SQLite writes through to the disk before it says that it has committed."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailbot.store.engine import open_engine, read, write

EXPECTED = [
    ("journal_mode", "wal"),
    ("synchronous", 2),
    ("fullfsync", 1),
    ("foreign_keys", 1),
    ("secure_delete", 1),
    ("busy_timeout", 30000),
]


@pytest.fixture
def file_engine(tmp_path: Path) -> Engine:
    """An engine on a file; the test disposes of it."""
    return open_engine(f"sqlite:///{tmp_path}/mailbot.db")


@pytest.mark.parametrize(("pragma", "value"), EXPECTED)
def test_every_connection_has_the_pragma(file_engine: Engine, pragma: str, value: object) -> None:
    with file_engine.connect() as first, file_engine.connect() as second:
        found = [each.exec_driver_sql(f"PRAGMA {pragma}").scalar() for each in (first, second)]
    with read(file_engine) as reader:
        found.append(reader.exec_driver_sql(f"PRAGMA {pragma}").scalar())
    with write(file_engine) as writer:
        found.append(writer.exec_driver_sql(f"PRAGMA {pragma}").scalar())
    file_engine.dispose()
    with read(file_engine) as again:
        found.append(again.exec_driver_sql(f"PRAGMA {pragma}").scalar())
    file_engine.dispose()
    assert found == [value] * 5


def test_a_connection_of_another_thread_has_them_too(file_engine: Engine) -> None:
    found: list[object] = []

    def ask() -> None:
        with read(file_engine) as connection:
            found.extend(connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma, _ in EXPECTED)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(10)
    file_engine.dispose()
    assert found == [value for _, value in EXPECTED]


def test_an_open_read_never_locks_a_writer_out(file_engine: Engine) -> None:
    with write(file_engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    with read(file_engine) as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
        with write(file_engine) as writer:
            writer.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    with read(file_engine) as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar() == 1
    file_engine.dispose()


def test_a_writer_holds_the_lock_from_its_first_moment(file_engine: Engine, tmp_path: Path) -> None:
    other = open_engine(f"sqlite:///{tmp_path}/mailbot.db")
    with write(file_engine), other.connect() as second:
        second.exec_driver_sql("PRAGMA busy_timeout=0")
        second.rollback()
        with pytest.raises(Exception, match="database is locked"):
            second.execution_options(writes=True).begin()
    other.dispose()
    file_engine.dispose()
