"""Prints what a tick costs while nothing is due: a thousand open requests beside a million, on both databases.

The rows are written straight into the tables; the tick is the worker's own, with everything it looks at.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from mailbot import compose
from mailbot.config import load
from mailbot.edge.clock import Clock
from mailbot.steps.tick import tick
from mailbot.store.engine import write
from mailbot.store.tables import case_file, request
from tests.servers.outage import running
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
CONFIG = """
[company]
name = "Example, Inc."
desk = "Privacy desk"
address = "privacy@company.test"
[imap]
host = "127.0.0.1"
port = 1
security = "plain"
username = "privacy@company.test"
password = "unused"
[smtp]
host = "127.0.0.1"
port = 1
security = "plain"
[store]
url = "{url}"
keys_url = "{keys_url}"
master_key_file = "{folder}/master.key"
[[staff]]
id = "hana"
name = "Hana Example"
address = "hana@company.test"
roles = ["handler"]
[[staff]]
id = "boss"
name = "Boss Example"
address = "boss@company.test"
roles = ["manager"]
"""
CHUNK = 20_000


def fill(engine: Engine, first: int, last: int, policy: str) -> None:
    """Write open cases with one request each; each is looked at next in a week."""
    for start in range(first, last, CHUNK):
        numbers = range(start, min(start + CHUNK, last))
        with write(engine) as connection:
            connection.execute(insert(case_file), [_case(number, policy) for number in numbers])
            connection.execute(insert(request), [_request(number) for number in numbers])


def _case(number: int, policy: str) -> dict[str, object]:
    return {
        "id": number,
        "ref": f"KJ-2026-{number:07d}-X",
        "key_id": "bench",
        "state": "acknowledged",
        "opened_at": NOW,
        "received_at": NOW,
        "language": "ja",
        "policy": policy,
        "handler": ("hana", None)[number % 2],
        "flags": "",
        "seq": 0,
        "head": "0" * 64,
    }


def _request(number: int) -> dict[str, object]:
    due = NOW.date() + timedelta(days=8 + number % 30)
    return {
        "case_id": number,
        "number": 1,
        "kind": ("disclosure", "correct", "erase", "complaint")[number % 4],
        "right": "disclosure",
        "state": "open",
        "received_at": NOW,
        "answer_on": due,
        "notice_on": due,
        "gate_on": due,
        "fired": "",
        "due_at": NOW + timedelta(days=7, seconds=number % 86_400),
    }


@contextmanager
def desk(reaper: Reaper, urls: dict[str, str]) -> Iterator[compose.Parts]:
    """The parts of a worker over a fresh database; nothing connects to a mail server."""
    folder = reaper.new_folder("ticks-")
    known = {"url": f"sqlite:///{folder}/mailbot.db", "keys_url": f"sqlite:///{folder}/keys.db"} | urls
    file = Path(folder) / "mailbot.toml"
    file.write_text(CONFIG.format(folder=folder, **known), encoding="utf-8")
    with compose.composed(load(file), Clock(NOW)) as parts:
        yield parts


def measure(parts: compose.Parts, times: int) -> tuple[float, float]:
    """Return the median and the slowest of 100 ticks, in milliseconds."""
    took = []
    tick(parts, NOW)
    for _ in range(times):
        began = time.perf_counter()
        tick(parts, NOW)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--ticks", type=int, default=300)
    chosen = parser.parse_args()
    with Reaper() as reaper, ExitStack() as stack:
        server = PostgreSQL(reaper.new_folder("pg-"), reaper)
        stack.enter_context(running(server))
        urls = {name: stack.enter_context(server.fresh_database()) for name in ("url", "keys_url")}
        for name, database in (("SQLite", {}), ("PostgreSQL", urls)):
            with desk(reaper, database) as parts:
                done = 1
                for count in (1_000, chosen.requests):
                    fill(parts.engine, done, count + 1, parts.rules.key)
                    done = count + 1
                    middle, slow = measure(parts, chosen.ticks)
                    print(
                        f"{name:10} {count:9,} open, none due: tick {middle:6.2f} ms, 99 of 100 within {slow:6.2f} ms"
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
