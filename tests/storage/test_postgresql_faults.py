"""PostgreSQL that goes away, cuts connections or refuses a statement, at any moment: nothing is lost or doubled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, text

from mailbot.store.engine import open_engine, read, risk, write
from mailbot.terminal import CONFIGURATION
from mailbot.worker import OK, TEMPORARY
from tests.servers.outage import stopped
from tests.servers.postgresql import PostgreSQL
from tests.storage.faulty import Troubled
from tests.storage.judging import connected
from tests.storage.refusing import refusing

pytestmark = pytest.mark.real

SHARES = (0.0, 0.25, 0.45, 0.65, 0.85)
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"


def url(desk: Troubled) -> str:
    return desk.scene.ground._urls()[0][1]


def database(desk: Troubled) -> str:
    return url(desk).rpartition("/")[2]


@contextmanager
def counting(number: int, cut: Any) -> Iterator[list[int]]:
    """Count the statements of the product; before the so-manyth, something happens."""
    count = [0]

    def before(*_: Any) -> None:
        count[0] += 1
        if count[0] == number:
            cut()

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", before)


@pytest.fixture(scope="module")
def statements() -> list[int]:
    """How many statements a life has when nothing fails, once it was counted."""
    return []


@pytest.mark.parametrize("share", SHARES)
def test_connections_that_are_cut_before_any_statement_cost_nothing_but_time(
    postgres_desk: Troubled, postgresql: PostgreSQL, statements: list[int], share: float
) -> None:
    desk = postgres_desk
    if not statements:
        saved = desk.scene.server.copy()
        with counting(0, None) as count:
            assert desk.life() == OK
        statements += count
        desk.scene.ground.restore(desk.scene.ground.pristine)
        desk.scene.server = saved

    def cut() -> None:
        with psycopg.connect(postgresql._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(CUT, [database(desk)])

    with counting(1 + int(statements[0] * share), cut):
        ended = desk.life()
    assert (ended in {OK, TEMPORARY}, desk.personal()) == (True, [])
    assert desk.recovered() == []


REFUSALS = {
    "a deadlock": ("40P01", "outbox", "IMMEDIATE"),
    "a serialization failure": ("40001", "ledger", "IMMEDIATE"),
    "a full disk": ("53100", "blob", "IMMEDIATE"),
    "a cancelled statement": ("57014", "inbox", "IMMEDIATE"),
    "a lock that is not to be had": ("55P03", "event", "IMMEDIATE"),
    "a commit that is refused": ("40001", "case_file", "DEFERRED"),
    "a commit for which there is no room": ("53100", "ledger", "DEFERRED"),
}


@pytest.mark.parametrize("trouble", REFUSALS)
def test_a_statement_that_is_refused_is_tried_again_later(postgres_desk: Troubled, trouble: str) -> None:
    code, table, when = REFUSALS[trouble]
    desk = postgres_desk
    with refusing(url(desk), code, table, when):
        assert desk.life() == TEMPORARY
    assert desk.personal() == [], desk.said
    assert database(desk) in desk.said
    assert desk.recovered() == []


def test_damaged_data_ends_the_worker_for_good(postgres_desk: Troubled) -> None:
    desk = postgres_desk
    with refusing(url(desk), "XX001", "outbox", "IMMEDIATE"):
        assert desk.life() == CONFIGURATION
    assert desk.personal() == []
    assert desk.recovered() == []


def test_a_server_that_is_started_anew_in_the_middle_costs_nothing_but_time(
    postgres_desk: Troubled, postgresql: PostgreSQL
) -> None:
    desk = postgres_desk

    def restart() -> None:
        with stopped(postgresql):
            pass

    with counting(60, restart):
        assert desk.life() in {OK, TEMPORARY}
    assert desk.personal() == []
    assert desk.recovered() == []


def test_no_setting_of_a_database_makes_a_commit_return_before_it_is_on_the_disk(postgres_url: str) -> None:
    address = postgres_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        name = address.rpartition("/")[2]
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with connected(postgres_url) as plain:
        assert plain.execute(text("SHOW synchronous_commit")).scalar() == "off"
    ours = open_engine(postgres_url)
    with read(ours) as reader, write(ours) as writer:
        found = [one.exec_driver_sql("SHOW synchronous_commit").scalar() for one in (reader, writer)]
    ours.dispose()
    assert found == ["on", "on"]


def test_a_server_that_never_syncs_is_told_of(postgres_url: str) -> None:
    """As the server of these tests is: it may lose everything at a power cut."""
    ours = open_engine(postgres_url)
    found = risk(ours)
    ours.dispose()
    assert found.partition(": ")[2] == "fsync, full_page_writes = off; set to on, or a power cut may lose mail"
