"""Prints what a mail costs where a million cases lie in the database, beside what it costs where there are none.

Rows are written by SQL: each case with its request, two events, its party, its message, its acknowledgement and two
sealed texts. The worker is the real one, with its reader and its classifier; a world in memory stands in for the mail
servers, so that the databases show. Both desks take turns, ten rounds of fifty mails, and the medians are compared.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from bench.history import Row, keep
from bench.workers import simple_mail
from mailbot import compose
from mailbot.edge.clock import Clock
from mailbot.sections import Limits
from mailbot.steps.parts import Parts
from mailbot.store.engine import open_engine
from mailbot.worker import STEPS
from tests.fakes.ground import DESK, Ground
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.sender import FakeSender
from tests.fakes.server import Server
from tests.servers.outage import running
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
ROUNDS, BATCH, CHUNK = 10, 50, 100_000
FREE = Limits(
    acks_per_hour=10_000,
    acks_per_address_day=1_000,
    flood_sender_day=0,
    flood_alike_day=0,
    flood_domain_day=0,
    flood_unproved_day=0,
    flood_notices_hour=0,
)
NUMBERS = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :last)",
    "postgresql": "WITH s AS (SELECT generate_series(CAST(:first AS bigint), :last - 1) AS n)",
}
ANY = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(random()::text)"}
BYTES = {"sqlite": "randomblob(400)", "postgresql": "decode(repeat(md5(random()::text), 25), 'hex')"}
TABLES = (
    """INSERT INTO case_file (id, ref, key_id, state, opened_at, received_at, language, policy, flags, seq, head)
    SELECT n, 'KJ-2025-' || n || '-X', {any}, 'acknowledged', :at, :at, 'ja', :policy, '', 2, {any} FROM s""",
    """INSERT INTO request (case_id, number, kind, "right", state, received_at, answer_on, notice_on, fired, due_at)
    SELECT n, 1, 'disclose', 'disclosure', 'open', :at, '2027-01-08', '2027-01-08', '', :due FROM s""",
    """INSERT INTO event (case_id, seq, at, name, text, hash)
    SELECT n, 1, :at, 'message_received', '{{"an event": "of some length, as most of them have"}}', {any} FROM s""",
    """INSERT INTO event (case_id, seq, at, name, text, hash)
    SELECT n, 2, :at, 'case_opened', '{{"an event": "of some length, as most of them have"}}', {any} FROM s""",
    """INSERT INTO party (case_id, address_index, role) SELECT n, {any}, 'requester' FROM s""",
    """INSERT INTO known (case_id, value_index, kind) SELECT n, {any}, 'address' FROM s""",
    """INSERT INTO ledger (key, folder, uidvalidity, uid, received_at, seen_at, size_bytes, content_index, sender_index,
    disposition, case_id, key_id, blob_id, settled_at, filed_at)
    SELECT 'imap:INBOX:9:' || n, 'INBOX', 9, n, :at, :at, 4000, {any}, {any}, 'case', n, {any}, {any}, :at, :at
    FROM s""",
    """INSERT INTO outbox (key, case_id, kind, audience, once, message_id, key_id, blob_id, party_index, slot_at, state,
    code, queued_at, settled_at)
    SELECT 'ack:' || n, n, 'ack', 'requester', {true}, '<' || {any} || '@company.test>', {any}, {any}, {any}, :at,
    'sent', '250', :at, :at FROM s""",
    "INSERT INTO blob (id, key_id, kind, sealed) SELECT {any}, {any}, 'raw', {bytes} FROM s",
    "INSERT INTO blob (id, key_id, kind, sealed) SELECT {any}, {any}, 'mail', {bytes} FROM s",
)


def fill(engine: Engine, cases: int, policy: str) -> None:
    """Write the rows of so many old cases."""
    dialect = engine.dialect.name
    at, due = NOW - timedelta(days=100), NOW + timedelta(days=7)
    values: dict[str, Any] = {"policy": policy, "at": at, "due": due}
    if dialect == "sqlite":  # as the store keeps moments there
        values |= {name: f"{moment:%Y-%m-%d %H:%M:%S.%f}" for name, moment in (("at", at), ("due", due))}
    words = {"any": ANY[dialect], "bytes": BYTES[dialect], "true": "1" if dialect == "sqlite" else "true"}
    with engine.connect() as connection:
        if dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size=-1000000")
        for statement in TABLES:
            for first in range(1, cases + 1, CHUNK):
                span = {"first": first, "last": min(first + CHUNK, cases + 1)}
                head, _, select = statement.partition("SELECT")
                sql = f"{NUMBERS[dialect]} {head}SELECT{select}" if dialect == "postgresql" else _sqlite(head, select)
                connection.execute(text(sql.format(**words)), values | span)
                connection.commit()
        connection.execute(text("UPDATE counter SET value = :last WHERE key = 'case'"), {"last": cases})
        connection.execute(text("ANALYZE"))
        connection.commit()
        connection.invalidate()  # its cache is not the worker's


def _sqlite(head: str, select: str) -> str:
    return f"{head}{NUMBERS['sqlite']} SELECT{select}"


class Desk:
    """A desk over a world in memory, with the real reader and classifier."""

    def __init__(self, parts: Parts, server: Server) -> None:
        self._parts, self._server, self._number = parts, server, 0

    def round(self) -> tuple[float, float]:
        """Work off fifty fresh mails; wall and CPU milliseconds for each."""
        for _ in range(BATCH):
            self._number += 1
            self._server.deliver(simple_mail(self._number, DESK), NOW)
        began, used = time.perf_counter(), time.process_time()
        for name in ("fetch", "receive", "send", "tick", "file"):
            while STEPS[name](self._parts, NOW):
                pass
        return (time.perf_counter() - began) / BATCH * 1000, (time.process_time() - used) / BATCH * 1000


@contextmanager
def desk(folder: Path, cases: int, urls: tuple[str, ...]) -> Iterator[Desk]:
    """A desk with so many old cases."""
    ground = Ground(folder, *urls)
    config = ground.config.model_copy(update={"limits": FREE})
    with compose.composed(config, Clock(NOW)) as parts:
        parts.sandbox.start()
        if cases:
            engine = open_engine(config.store.url)
            began = time.perf_counter()
            fill(engine, cases, parts.rules.key)
            engine.dispose()
            print(f"  {cases:,} cases written in {time.perf_counter() - began:.0f} s", flush=True)
        server = Server()
        mailbox: Any = FakeMailbox(server)
        sender: Any = FakeSender(server, DESK)
        yield Desk(replace(parts, mailbox=mailbox, sender=sender), server)


def measure(name: str, reaper: Reaper, cases: int, urls: list[tuple[str, ...]]) -> None:
    """Let both desks take turns and print the medians."""
    with ExitStack() as stack:
        folders = [reaper.new_folder("cases-") for _ in range(2)]
        empty = stack.enter_context(desk(folders[0], 0, urls[0]))
        full = stack.enter_context(desk(folders[1], cases, urls[1]))
        for one in (empty, full):
            one.round()
        rounds = [(empty.round(), full.round()) for _ in range(ROUNDS)]
        for place, kind in enumerate(("wall", "CPU")):
            before, after = (statistics.median(pair[which][place] for pair in rounds) for which in (0, 1))
            what = f"{kind} of a mail, {name}, {cases:,} cases"
            keep([Row(what, after, "ms", note=f"{before:.2f} ms without")])
            keep([Row(f"{what}, beside none", after / before, "times", "<= 1.2")])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true", help="measure PostgreSQL too")
    chosen = parser.parse_args()
    with Reaper() as reaper, ExitStack() as stack:
        measure("SQLite", reaper, chosen.cases, [(), ()])
        if chosen.postgresql:
            server = PostgreSQL(reaper.new_folder("pg-"), reaper)
            stack.enter_context(running(server))
            urls = [tuple(stack.enter_context(server.fresh_database()) for _ in range(2)) for _ in range(2)]
            measure("PostgreSQL", reaper, chosen.cases, urls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
