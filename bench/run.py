"""Prints what the spine costs: a backlog of fresh mails through the real worker, beside a bare loop, in one run.

The backlog lies in INBOX; the clock starts when the worker says it has started (the bare loop: when it has logged
in) and stops when the mail server has accepted the last acknowledgement. The bare loop does the least that could be
called the same: fetch, parse, commit, send, in batches of 50, with sending one after the other and overlapped.
"""

import argparse
import asyncio
import sqlite3
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from pathlib import Path

import aiosmtplib
from imapclient import IMAPClient
from sqlalchemy import Engine, text

from bench.history import Row, keep
from bench.mix import mails_of_a_day
from mailbot.store.engine import open_engine
from tests.e2e.desk import Desk
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import Dovecot
from tests.servers.lab import MailLab
from tests.servers.outage import running
from tests.servers.postfix import Postfix
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Group, Reaper

BATCH = 50


@contextmanager
def lab() -> Iterator[tuple[MailLab, Reaper]]:
    """Dovecot and Postfix of our own, as in the tests."""
    with Reaper() as reaper:
        folder = reaper.new_folder("bench-")
        certificates = make_certificates(folder)
        dovecot = Dovecot(folder, certificates, reaper)
        postfix = Postfix(folder, certificates, dovecot, reaper)
        with running(dovecot), running(postfix):
            yield MailLab(certificates, dovecot, postfix), reaper


def backlog(world: MailLab, mailbox: str, count: int) -> None:
    """Deliver `count` mails of different people."""
    world.deliver_many((raw, mailbox) for raw in mails_of_a_day(mailbox, count))


def measure_product(
    world: MailLab, reaper: Reaper, count: int, urls: Mapping[str, str], **environment: str
) -> tuple[float, float, float]:
    """Return seconds until the last acknowledgement, and the last mail at all, was accepted; peak memory in MiB."""
    desk = Desk(world, reaper, reaper.new_folder("desk-"), **urls)
    desk.set(**environment)
    backlog(world, desk.mailbox, count)
    desk.command("migrate")
    engine = open_engine(urls.get("url") or f"sqlite:///{desk.folder}/mailbot.db")
    worker = desk.start()
    with closing_worker(worker):
        wait_until(lambda: "worker started" in desk.log_file.read_text())
        began = time.perf_counter()
        wait_until(lambda: settled(engine) >= count and not waiting(engine, "kind='ack'"))
        took = time.perf_counter() - began
        wait_until(lambda: not waiting(engine, "1=1"))
        everything = time.perf_counter() - began
        peak = max(map(peak_mib, family(worker.pid)))
    engine.dispose()
    return took, everything, peak


@contextmanager
def closing_worker(worker: Group) -> Iterator[None]:
    """Stop the worker at the end, whatever happened."""
    try:
        yield
    finally:
        worker.stop()


def settled(engine: Engine) -> int:
    """Count the mails of the backlog that were decided about."""
    return _count(engine, "ledger WHERE disposition IS NOT NULL")


def waiting(engine: Engine, which: str) -> int:
    """Count the mails of a kind that the mail server has not accepted yet."""
    return _count(engine, f"outbox WHERE {which} AND state <> 'sent'")


def _count(engine: Engine, which: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {which}")).scalar() or 0)  # noqa: S608 -- our own words


def family(pid: int) -> list[int]:
    """Return a process and those it made."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def peak_mib(pid: int) -> float:
    """Return the largest resident memory a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def wait_until(is_true: Callable[[], bool], longest_s: float = 300) -> None:
    """Look every 20 ms."""
    end = time.monotonic() + longest_s
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def measure_bare(world: MailLab, folder: Path, count: int, *, overlapped: bool) -> float:
    """Return seconds of the bare loop."""
    mailbox = world.fresh_mailbox()
    backlog(world, mailbox, count)
    database = sqlite3.connect(folder / "bare.db")
    database.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE message(id INTEGER PRIMARY KEY, raw BLOB);"
        "CREATE TABLE event(id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE outbox(id INTEGER PRIMARY KEY, raw BLOB)"
    )
    with IMAPClient("127.0.0.1", world.imaps_port, ssl=True, ssl_context=context(world)) as client:
        client.login(mailbox, world.password)
        client.select_folder("INBOX")
        began = time.perf_counter()
        asyncio.run(bare(world, client, database, mailbox, 2 if overlapped else 1))
        took = time.perf_counter() - began
    database.close()
    return took


async def bare(world: MailLab, client: IMAPClient, database: sqlite3.Connection, mailbox: str, lines: int) -> None:
    """Fetch, parse, commit, send."""
    uids = client.search()
    connections = [await connected(world, mailbox) for _ in range(lines)]
    sending: asyncio.Task[None] | None = None
    for start in range(0, len(uids), BATCH):
        fetched = await asyncio.to_thread(client.fetch, uids[start : start + BATCH], ["INTERNALDATE", "BODY.PEEK[]"])
        raws = [answer[b"BODY[]"] for answer in fetched.values()]
        answers = [(message_from_bytes(raw)["From"], b"Subject: ack\r\n\r\nThank you.\r\n") for raw in raws]
        with database:
            database.executemany("INSERT INTO message(raw) VALUES (?)", [(raw,) for raw in raws])
            database.executemany("INSERT INTO event(text) VALUES (?)", [("opened",) for _ in raws])
            database.executemany("INSERT INTO outbox(raw) VALUES (?)", [(data,) for _, data in answers])
        if sending:
            await sending
        sending = asyncio.create_task(send(connections, mailbox, answers))
        if lines == 1:
            await sending
    if sending:
        await sending
    for connection in connections:
        await connection.quit()


async def connected(world: MailLab, mailbox: str) -> aiosmtplib.SMTP:
    """Open one kept connection, as the product does."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=world.smtps_port, use_tls=True, tls_context=context(world))
    await client.connect()
    await client.login(mailbox, world.password)
    return client


async def send(connections: list[aiosmtplib.SMTP], mailbox: str, answers: list[tuple[str, bytes]]) -> None:
    """Send all answers over the connections, one in flight on each."""
    waiting = list(answers)

    async def work(client: aiosmtplib.SMTP) -> None:
        while waiting:
            to, data = waiting.pop()
            await client.sendmail(mailbox, [to], data)

    await asyncio.gather(*(work(client) for client in connections))


def context(world: MailLab) -> ssl.SSLContext:
    """TLS as the product has it."""
    return ssl.create_default_context(cafile=str(world.ca_file))


CLASSIFIERS = {"fast path": "false", "full classifier, real mix": "true"}
"""Which part of the classifier reads, and the value of `classifier.encoder`."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--postgresql", action="store_true", help="measure PostgreSQL too")
    chosen = parser.parse_args()
    with lab() as (world, reaper), ExitStack() as stack:
        databases: dict[str, Callable[[], Mapping[str, str]]] = {"SQLite": dict}
        if chosen.postgresql:
            server = PostgreSQL(reaper.new_folder("pg-"), reaper)
            stack.enter_context(running(server))
            names = ("url", "keys_url")
            databases["PostgreSQL"] = lambda: {name: stack.enter_context(server.fresh_database()) for name in names}
        measure(world, reaper, chosen.mails, databases)
    return 0


def measure(
    world: MailLab, reaper: Reaper, count: int, databases: Mapping[str, Callable[[], Mapping[str, str]]]
) -> None:
    """Measure the bare loop before and after the product, so that a machine that others use as well shows."""

    def bare_rate(*, overlapped: bool = False) -> float:
        return count / measure_bare(world, reaper.new_folder("bare-"), count, overlapped=overlapped)

    bare = [bare_rate()]
    found: list[tuple[str, float, str]] = []
    for database, urls in databases.items():
        for name, encoder in CLASSIFIERS.items():
            setting = {"MAILBOT_CLASSIFIER__ENCODER": encoder}
            took, everything, peak = measure_product(world, reaper, count, urls(), **setting)
            note = f"{everything:.1f} s until all notices had left too; largest process {peak:.0f} MiB"
            found.append((f"backlog of {count}, {name}, {database}", count / took, note))
    bare.append(bare_rate())
    overlapped = bare_rate(overlapped=True)
    beside = sum(bare) / len(bare)
    rows = [Row("bare loop, before", bare[0], "mails/s"), Row("bare loop, after", bare[1], "mails/s")]
    rows.append(Row("bare loop, sending overlapped", overlapped, "mails/s"))
    for name, rate, note in found:
        rows.append(Row(name, rate, "mails/s", _target(name), note))
        rows.append(Row(f"{name}, of the bare loop", rate / beside, "x", ">= 0.70" if "fast path" in name else ""))
    keep(rows)


def _target(name: str) -> str:
    return ">= 80 where the bare loop makes 400" if "real mix" in name else ""


if __name__ == "__main__":
    sys.exit(main())
