"""Prints what more workers are worth: one, two and four on one PostgreSQL, where the wire costs 20 ms for each mail.

A backlog lies in INBOX. Each worker has one SMTP connection and the server answers each mail after 20 ms, so that one
worker can send 50 mails a second at most, whatever the machine can do. The mails are of five kinds that the fast path
of the classifier reads (`encoder = false`). Measured from when all have started until the last mail was accepted.
"""

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, text

from bench.history import Row, keep
from bench.million import _until, members, serving, working
from bench.run import lab
from mailbot.store.engine import open_engine
from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab
from tests.servers.outage import running
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper

TICKS = os.sysconf("SC_CLK_TCK")
WANTED = {2: ">= 1.7", 4: ">= 3"}
TEXTS = (
    ("お願い", "お世話になっております。\n私の個人データを開示してください。\nよろしくお願いいたします。\n"),
    ("address", "Hello,\nplease correct my address and stop sending me the magazine.\nThank you.\n"),
    ("退会", "先日退会しました。登録されている私の個人情報をすべて削除してください。\n"),
    ("質問", "私の情報を何に使っているのか教えてください。\n"),
    ("data", "Please send me a copy of all the data you hold about me.\n"),
)
"""Read by the fast path of the classifier, and all of them acknowledged."""


def simple_mail(number: int, to: str) -> bytes:
    """A mail of a person of its own."""
    subject, words = TEXTS[number % len(TEXTS)]
    return mail(f"person-{number}@people.test", to, subject, words, number)


def measure(world: MailLab, reaper: Reaper, server: PostgreSQL, workers: int, mails: int, wire_ms: int) -> list[float]:
    """Mails a second with so many workers, CPU milliseconds of them and of PostgreSQL for each mail that left."""
    with ExitStack() as stack:
        url, keys_url = (stack.enter_context(server.fresh_database()) for _ in range(2))
        port, _ = stack.enter_context(serving("bench.smtp_that_waits", str(wire_ms)))
        desk = Desk(world, reaper, reaper.new_folder("desk-"), url, keys_url)
        _configure(desk.config_file, port)
        world.deliver_many((simple_mail(number, desk.mailbox), desk.mailbox) for number in range(mails))
        desk.command("migrate")
        engine = open_engine(url)
        stack.callback(engine.dispose)
        logs = [desk.folder / f"worker-{number}.log" for number in range(workers)]
        desk.command("run", "--once", "--only", "fetch")
        _put(engine, "CREATE TABLE kept AS SELECT * FROM inbox", "DELETE FROM inbox")  # nobody begins before all can
        team = [stack.enter_context(working(desk.config_file, log)) for log in logs]
        _until(lambda: all("worker started" in log.read_text() for log in logs))
        before = cpu_s(team), postgres_s(server)
        began = time.perf_counter()
        _put(engine, "INSERT INTO inbox SELECT * FROM kept")
        _until(lambda: _count(engine, "kind = 'ack' AND state = 'sent'") >= mails)
        _until(lambda: not _count(engine, "state <> 'sent'"))
        took = time.perf_counter() - began
        left = _count(engine, "state = 'sent'")
        own, database = (after - since for after, since in zip((cpu_s(team), postgres_s(server)), before, strict=True))
        return [left / took, own / left * 1000, database / left * 1000]


def _put(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _count(engine: Engine, which: str) -> int:
    with engine.connect() as connection:
        asked = text(f"SELECT count(*) FROM outbox WHERE {which}")  # noqa: S608 -- our own constants
        return int(connection.execute(asked).scalar() or 0)


def _configure(file: Path, smtp_port: int) -> None:
    """Send over the slow wire, one connection for each worker, one process for each: the wire shall be the limit."""
    head, _, rest = file.read_text(encoding="utf-8").partition("[smtp]")
    _, _, tail = rest.partition("[store]")
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "plain"\nconnections = 1\n'
    limits = "[limits]\nflood_sender_day = 0\nflood_alike_day = 0\nflood_domain_day = 0\nflood_unproved_day = 0\n"
    tail = tail if "flood_alike_day" in tail else tail.replace("[limits]\n", limits)
    file.write_text(f"{head}{smtp}[store]{tail}[work]\nreaders = 0\n[classifier]\nencoder = false\n", encoding="utf-8")


def cpu_s(team: "list[subprocess.Popen[bytes]]") -> float:
    """CPU seconds of workers, with their children."""
    return sum(_cpu_of(pid) for worker in team for pid in members(worker.pid))


def postgres_s(server: PostgreSQL) -> float:
    """CPU seconds of a PostgreSQL, connections that ended included."""
    group = server._group  # noqa: SLF001 -- the tests' own server
    assert group
    children = Path(f"/proc/{group.pid}/task/{group.pid}/children").read_text().split()
    return _cpu_of(group.pid, with_ended=True) + sum(_cpu_of(int(pid)) for pid in children)


def _cpu_of(pid: int, *, with_ended: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if with_ended else 13])) / TICKS


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--wire", type=int, default=20, help="milliseconds the server takes for each mail")
    chosen = parser.parse_args()
    with lab() as (world, reaper):
        server = PostgreSQL(reaper.new_folder("pg-"), reaper)
        with running(server):
            first = 0.0
            for workers in chosen.workers:
                rate, own, database = measure(world, reaper, server, workers, chosen.mails, chosen.wire)
                first = first or rate
                cpu = f"CPU for each mail: {own:.1f} ms of the workers, {database:.1f} ms of PostgreSQL"
                name = f"{workers} workers, PostgreSQL, {chosen.wire} ms of wire"
                keep([Row(name, rate, "mails/s", note=cpu)])
                keep([Row(f"{name}, beside one", rate / first, "times", WANTED.get(workers, ""))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
