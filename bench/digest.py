"""Prints what the morning costs: one digest over ten thousand open cases, gathered once and written to its readers.

The clock starts when the worker would begin the digest and stops when its mails are committed to the outbox; the
bytes are those of the largest of these mails. SQLite always, PostgreSQL when asked for.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot.compose import composed
from mailbot.config import load
from mailbot.core.calendar import Calendar
from mailbot.core.case import Case
from mailbot.core.clock import Rules, days_told
from mailbot.core.events import Event, Json, Name
from mailbot.core.kinds import KINDS
from mailbot.core.policy import dates
from mailbot.core.reference import reference
from mailbot.edge.clock import Clock
from mailbot.steps.digest import write_digest
from mailbot.steps.parts import Parts
from mailbot.store.cases import Snapshot, append, insert_cases, reserve_numbers, snapshots
from mailbot.store.engine import read, write
from mailbot.store.mail import opened
from mailbot.store.register import mails_of
from mailbot.store.tables import OFFICE
from tests.servers.outage import running
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC) - timedelta(hours=9)
MOST_DAYS = 25
"""Calendar days ago at which the oldest of the open cases arrived."""
BATCH = 1000
READERS = ("boss", "deputy", "rep")
CONFIG = """\
[company]
name = "見本家事サービス株式会社"
desk = "個人情報相談窓口"
address = "privacy@company.test"
[imap]
host = "127.0.0.1"
port = 1
username = "privacy@company.test"
password = "none"
[smtp]
host = "127.0.0.1"
port = 1
username = "privacy@company.test"
password = "none"
[store]
url = "{url}"
keys_url = "{keys_url}"
master_key_file = "{folder}/master.key"
[digest]
to = ["manager"]
"""
STAFF = '[[staff]]\nid = "{id}"\nname = "{id}"\naddress = "{id}@company.test"\nroles = {roles}\n'
HANDLERS = ("hana", "ken", "mio", "taro")


@dataclass(frozen=True)
class Cost:
    """What one digest cost: seconds until its mails were committed, and the bytes of the largest."""

    seconds: float
    size_bytes: int


@contextmanager
def office(folder: Path, url: str, keys_url: str) -> Iterator[Parts]:
    """Yield the parts of a desk whose digest has three readers."""
    people = [(name, ["handler"]) for name in HANDLERS] + [(name, ["manager"]) for name in READERS]
    staff = "".join(STAFF.format(id=name, roles=json.dumps(roles)) for name, roles in people)
    file = folder / "mailbot.toml"
    file.write_text(CONFIG.format(url=url, keys_url=keys_url, folder=folder) + staff, encoding="utf-8")
    os.environ["MAILBOT_CONFIG"] = str(file)
    with composed(load(), Clock(NOW)) as parts:
        yield parts


def fill(parts: Parts, count: int) -> None:
    """Open `count` cases of every kind, arrived over the last weeks; a third belongs to nobody yet."""
    choose = random.Random(count)  # noqa: S311 -- invents cases, guards nothing
    for first in range(0, count, BATCH):
        with write(parts.engine) as connection:
            numbers = reserve_numbers(connection, min(BATCH, count - first))
            insert_cases(connection, [Snapshot(number, parts.office_key, Case()) for number in numbers])
            append(
                connection,
                snapshots(connection, numbers),
                {number: _life(parts.rules, number, choose) for number in numbers},
            )


def _life(rules: Rules, number: int, choose: random.Random) -> Sequence[Event]:
    at = NOW - timedelta(minutes=choose.randrange(60, MOST_DAYS * 24 * 60))
    kind = choose.choice([kind for kind in KINDS.values() if kind.code != "unclassified"])
    owed = dates(rules.policy, rules.calendar, kind.periods, at)
    opened_: dict[str, Json] = {
        "ref": reference("KJ", 2026, number),
        "received_at": at.isoformat(),
        "language": "ja",
        "policy": rules.key,
    }
    asked: dict[str, Json] = {"kind": kind.code, "right": kind.right, "confidence": choose.random()}
    asked |= {"received_at": at.isoformat(), **days_told(owed)}
    events = [Event(Name.CASE_OPENED, at, data=opened_), Event(Name.REQUEST_OPENED, at, request=1, data=asked)]
    handler = choose.choice((*HANDLERS, None, None))
    return [*events, *_taken(handler, at), *_paused(at, rules.calendar, choose)]


def _taken(handler: str | None, at: datetime) -> list[Event]:
    return [Event(Name.HANDLER_ASSIGNED, at, handler, data={"handler": handler})] if handler else []


def _paused(at: datetime, calendar: Calendar, choose: random.Random) -> list[Event]:
    waited: dict[str, Json] = {"on": calendar.local_day(at).isoformat(), "reason": "awaiting_identity"}
    return [Event(Name.PAUSE_STARTED, at, request=1, data=waited)] if choose.random() < 1 / 5 else []


def measure(parts: Parts) -> Cost:
    """Write one digest and return its cost."""
    parts.model()  # which every worker has loaded
    began = time.perf_counter()
    write_digest(parts, NOW, lambda _: None)
    took = time.perf_counter() - began
    with read(parts.engine) as connection:
        mails = opened(connection, parts.vault, mails_of(connection, OFFICE))
    return Cost(took, max(len(mail.data) for mail in mails))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true", help="measure PostgreSQL too")
    chosen = parser.parse_args()
    with Reaper() as reaper, ExitStack() as stack:
        folder = reaper.new_folder("bench-")
        databases = [("SQLite", f"sqlite:///{folder}/mailbot.db", f"sqlite:///{folder}/keys.db")]
        if chosen.postgresql:
            server = PostgreSQL(reaper.new_folder("pg-"), reaper)
            stack.enter_context(running(server))
            urls = [stack.enter_context(server.fresh_database()) for _ in range(2)]
            databases.append(("PostgreSQL", urls[0], urls[1]))
        for name, url, keys_url in databases:
            (folder / name).mkdir()
            with office(folder / name, url, keys_url) as parts:
                fill(parts, chosen.cases)
                cost = measure(parts)
            print(f"{name:12} {chosen.cases:7,} open   {cost.seconds:6.2f} s   {cost.size_bytes / 1000:8,.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
