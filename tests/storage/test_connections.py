"""Every connection the product opens is one whose commits are on the disk: whoever opens it, and to which database."""

import ast
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import mailbot
from mailbot.cli import app
from mailbot.store.engine import open_engine
from mailbot.store.migrate import upgrade
from tests.storage.faulty import Troubled
from tests.storage.scene import NOW

PACKAGE = Path(mailbot.__file__).parent
UNREAD = "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'absence'"
"""A page that no start has to read."""
COMMANDS = (
    ["init", "{folder}/new"],
    ["migrate"],
    ["check"],
    ["cases"],
    ["digest", "--send"],
    ["held"],
    ["audit", "verify"],
    ["keys", "rotate"],
    ["report"],
    ["calendar"],
)


class Watched(sqlite3.Connection):
    """A connection that is asked how it syncs whenever it commits, and when it is closed."""

    asked: list[int]

    def commit(self) -> None:
        self._ask()
        super().commit()

    def close(self) -> None:
        self._ask()
        super().close()

    def _ask(self) -> None:
        self.asked.append(sqlite3.Connection.execute(self, "PRAGMA synchronous").fetchone()[0])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What `PRAGMA synchronous` was, each time a connection of this process committed or was closed."""
    found: list[int] = []
    connect = sqlite3.dbapi2.connect

    def watched(*arguments: Any, **named: Any) -> Any:
        connection = connect(*arguments, **{**named, "factory": Watched})
        connection.asked = found
        return connection

    monkeypatch.setattr(sqlite3.dbapi2, "connect", watched)
    return found


def test_there_is_one_place_that_opens_databases() -> None:
    openers = {"create_engine", "sqlite3.connect", "psycopg.connect", "engine_from_config", "create_pool"}
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"create_engine", "create_pool"}
        )
        or (isinstance(node, ast.Attribute) and ast.unparse(node) in openers)
    }
    assert found == {"store/engine.py"}


def test_a_worker_syncs_every_commit_to_both_databases(desk: Troubled, asked: list[int]) -> None:
    assert desk.life() == 0
    assert len(asked) > 20
    assert set(asked) == {2}


def test_a_migration_syncs_every_commit(tmp_path: Path, asked: list[int]) -> None:
    for branch in ("main", "keys"):
        engine = open_engine(f"sqlite:///{tmp_path}/{branch}.db")
        upgrade(engine, branch)
        engine.dispose()
    assert len(asked) > 4
    assert set(asked) == {2}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_syncs_every_commit(
    desk: Troubled, asked: list[int], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("mailbot.log.start", lambda _: None)  # it is for a whole process
    monkeypatch.setattr("mailbot.terminal.load", lambda: desk.scene.ground.config)
    monkeypatch.setenv("MAILBOT_NOW", NOW.isoformat())
    monkeypatch.chdir(desk.folder)
    done = CliRunner().invoke(app, [word.format(folder=desk.folder) for word in command])
    assert (done.exit_code, done.output) == (0, done.output), done.output
    assert set(asked) <= {2}


def test_a_worker_does_not_start_on_a_damaged_database(desk: Troubled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.terminal.load", lambda: desk.scene.ground.config)
    monkeypatch.setattr("mailbot.log.start", lambda _: None)
    with closing(sqlite3.connect(desk.folder / "mailbot.db")) as connection:
        [(page, size)] = connection.execute(UNREAD).fetchall()
    with (desk.folder / "mailbot.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    done = CliRunner().invoke(app, ["run", "--once"])
    assert (done.exit_code, "the file is damaged; put the newest sound backup" in done.output) == (78, True)
