"""No statement that a mail needs reads a whole table: what a mail costs does not follow what lies in the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from mailbot.edge.clock import Clock
from mailbot.worker import STEPS
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
GROWS = {"ledger", "outbox", "blob", "event", "case_file", "request", "party", "known", "data_key", "effect", "code"}
"""Tables with rows for every mail or case there ever was; what waits in the inbox is little, or is to be read."""
ONCE_A_DAY = ("tick", "reconcile")
"""Steps that may look at everything at times: the digest counts."""
WORDS = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@contextmanager
def heard(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every statement that the block lets an engine do, with parameters it had."""
    seen: dict[str, Any] = {}

    def keep(*call: Any) -> None:
        _, _, statement, parameters, _, is_many = call
        seen.setdefault(statement, parameters[0] if is_many and isinstance(parameters, list) else parameters)

    event.listen(engine, "before_cursor_execute", keep)
    yield seen
    event.remove(engine, "before_cursor_execute", keep)


def scans(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """What of a statement reads a whole table that grows."""
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    read = [match[1] for row in plan if (match := re.match(r"SCAN (\w+)", row[-1]))]
    return [table for table in read if table in GROWS]


def test_what_a_mail_needs_is_found_by_an_index(tmp_path: Path) -> None:
    ground, server, clock = Ground(tmp_path), Server(), Clock(NOW)
    for number in range(3):
        server.deliver(mail(f"person-{number}@people.test", DESK, "お願い", "開示してください。", number), NOW)
    with fake_parts(ground.config, clock, server) as parts:
        with heard(parts.engine) as statements:
            for name in [name for name in STEPS if name not in ONCE_A_DAY]:
                while STEPS[name](parts, NOW + timedelta(minutes=1)):
                    pass
        asked = {one: given for one, given in statements.items() if one.startswith(WORDS)}
        found = {one[:300]: scans(parts.engine, one, given) for one, given in asked.items()}
    assert len(found) > 30
    assert {statement: tables for statement, tables in found.items() if tables} == {}
