"""A rolling upgrade: the schema goes first, workers of before go on with it, and none of them starts on it anew."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

import mailbot.store.migrate
from mailbot.compose import composed
from mailbot.config import ConfigFault
from mailbot.edge.clock import Clock
from mailbot.steps.fetch import fetch
from mailbot.steps.parts import Parts
from mailbot.steps.receive import receive
from mailbot.steps.send import send
from mailbot.store.engine import write
from tests.e2e.desk import mail
from tests.fakes.ground import DESK
from tests.scale.conftest import Town

pytestmark = pytest.mark.real
NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
WISH = "私の個人データを開示してください。"
OF_A_LATER_RELEASE = "ALTER TABLE {} ADD COLUMN of_a_later_release text"
TABLES = ("ledger", "inbox", "outbox", "case_file", "request", "cursor", "account", "blob")
ADDITIVE = {"create_table", "create_index", "drop_index", "add_column"}
FIRST_ADDITIVE = 6
"""The first migration that met workers of before at work."""


def work(town: Town, parts: Parts, number: int) -> None:
    town.server.deliver(mail(f"person-{number}@people.test", DESK, "お願い", WISH, number), NOW)
    for step in (fetch, receive, send):
        step(parts, NOW)


def test_a_worker_goes_on_over_the_schema_of_the_next_release_and_does_not_start_on_it(town: Town) -> None:
    of_before = town.worker(NOW)
    work(town, of_before, 1)
    with write(town.engine) as connection:
        for table in TABLES:
            connection.execute(text(OF_A_LATER_RELEASE.format(table)))
        [known] = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        work(town, of_before, 2)
        assert [town.letters(f"person-{number}@people.test") for number in (1, 2)] == [1, 1]
        refused = pytest.raises(ConfigFault, match=r"the schema is newer; .*mailbot migrate")
        with refused, composed(town.ground.config, Clock(NOW)):
            pass
    finally:
        with write(town.engine) as connection:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN of_a_later_release"))
            connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known})


def later_migrations() -> list[Path]:
    folder = Path(mailbot.store.migrate.__file__).parent / "migrations"
    return sorted(file for file in folder.glob("*/versions/0*.py") if int(file.name[:4]) >= FIRST_ADDITIVE)


def offences(source: str) -> list[str]:
    """What a migration does that a worker of before would trip over."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    done = [node.func.attr for node in calls if isinstance(node.func, ast.Attribute) and _is_op(node.func.value)]
    return [name for name in done if name not in ADDITIVE] + [
        ast.unparse(node) for node in calls if _is_column(node) and not _may_be_left_out(node)
    ]


def _is_op(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "op"


def _is_column(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "Column"


def _may_be_left_out(node: ast.Call) -> bool:
    """Whether an insert that does not know the column works: columns of new tables are nobody's before."""
    said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    return said.get("nullable", "True") == "True" or "server_default" in said


@pytest.mark.parametrize("file", later_migrations(), ids=lambda file: file.stem)
def test_a_migration_only_adds(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    of_new_tables = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _makes_table(node)]
    for table in of_new_tables:
        source = source.replace(ast.get_source_segment(source, table) or "", "None")
    assert offences(source) == []


def _makes_table(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "create_table"


@pytest.mark.parametrize(
    "statement",
    [
        'op.drop_column("inbox", "due_at")',
        'op.alter_column("inbox", "due_at", nullable=False)',
        'op.rename_table("inbox", "box")',
        'op.execute("DELETE FROM inbox")',
        'op.add_column("inbox", sa.Column("more", sa.Text(), nullable=False))',
    ],
)
def test_what_takes_away_or_demands_is_no_addition(statement: str) -> None:
    assert offences(statement)
