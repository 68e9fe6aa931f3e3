"""Who is there: a worker gives up the leases of dead ones only while nobody else can be at work."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from mailbot.store import presence
from mailbot.store.engine import open_engine, read
from mailbot.store.presence import present
from tests.fakes.ground import Ground
from tests.scale.conftest import Town
from tests.scale.test_races import NOW
from tests.servers.waiting import wait_until

HERE = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
TRY = f"SELECT pg_try_advisory_lock_shared({presence._WORKERS})"


@contextmanager
def at_giving_up(look: Callable[[], object]) -> Iterator[list[object]]:
    """What a look finds whenever leases are given up."""
    found: list[object] = []

    def before(_connection: object, _cursor: object, asked: str, *_: object) -> None:
        if asked.startswith("UPDATE account"):
            found.append(look())

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", before)


def test_on_a_file_nobody_else_begins_while_leases_are_given_up(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    engine = open_engine(ground.config.store.url)

    def can_begin() -> bool:
        with Path(f"{engine.url.database}.workers").open("w", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with at_giving_up(can_begin) as found, present(engine, NOW):
        assert can_begin()
    engine.dispose()
    assert found == [False]


@pytest.mark.real
def test_on_a_server_nobody_else_begins_while_leases_are_given_up(town: Town) -> None:
    def can_begin() -> bool:
        with read(town.engine) as connection:
            return bool(connection.exec_driver_sql(TRY).scalar())

    with at_giving_up(can_begin) as found, present(town.engine, NOW):
        assert can_begin()
    town.engine.dispose()
    assert found == [False]


@pytest.mark.real
def test_a_worker_that_the_server_has_forgotten_is_there_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_LOOK_S", 0.05)
    with present(town.engine, NOW):
        for _ in range(3):
            assert town.count(CUT) == 1
            wait_until(lambda: town.count(HERE) == 1, 30, "the worker to be there again")
        with at_giving_up(lambda: True) as found, present(town.engine, NOW):
            assert found == []
    assert town.count(HERE) == 0
