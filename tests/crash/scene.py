"""A desk whose worker is killed again and again while people write to it; at the end everything is looked at."""

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, text

from mailbot.steps import receive, send
from tests.crash.letters import write
from tests.crash.warm import MARKS, Order, Warm
from tests.e2e.desk import Desk
from tests.invariants.check import check
from tests.invariants.look import OWN, keys_of, spills, tables_of
from tests.invariants.world import Findings, Received, Visible, World, Written, headers_of, message_id

RECOVERED = send._LEASE + timedelta(minutes=1)
"""Longer than every lease: what a dead worker had in hand is due again."""
KILLED = -signal.SIGKILL
LONGEST_START_S, LONGEST_LIFE_S = 30.0, 2.0
LATEST_KILLS_S = (0.005, 0.1)
BUSY = {
    "receiving": ("SELECT count(*) FROM inbox WHERE due_at >= :ours AND version > 0", receive._LEASE),
    "sending": ("SELECT count(*) FROM outbox WHERE due_at >= :ours AND state = 'sending'", send._LEASE),
    "filing": ("SELECT count(*) FROM ledger WHERE disposition IS NOT NULL AND filed_at IS NULL", timedelta()),
}
"""How the last worker's claims are told from those of workers before it: their leases end later."""
OPEN = """SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending'))
    + (SELECT count(*) FROM ledger WHERE filed_at IS NULL)"""


@dataclass(repr=False)
class Scene:
    """One desk and its people. The clock stands still while a worker lives, and moves on between two lives."""

    desk: Desk
    urls: Mapping[str, str]
    warm: Warm
    random: Random
    patches: tuple[str, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    written: list[Written] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    deaths: int = 0

    def letters(self, count: int) -> list[Written]:
        """First mails of people who never wrote before."""
        start = len(self.written)
        people = [self.desk.lab.fresh_mailbox("asker@people.test") for _ in range(count)]
        new = [write(person, self.desk.mailbox, start + place, self.random) for place, person in enumerate(people)]
        self.written += new
        return new

    def deliver(self, letters: Sequence[Written]) -> None:
        """Bring mails into the privacy mailbox."""
        self.desk.lab.deliver_many((one.raw, self.desk.mailbox) for one in letters)

    def live_until_dead(self, *patches: str) -> None:
        """Let a worker run into a crash point."""
        self._fork(once=True, patches=(*patches, *self.patches))
        code = self.warm.ended()
        self.deaths += 1
        assert code == KILLED, f"exit {code}: the worker never came to {patches}\n{self.log_tail()}"

    def live(self) -> None:
        """Let a worker do all that is due, and leave."""
        self._fork(once=True, patches=self.patches)
        code = self.warm.ended()
        assert code == 0, f"exit {code}\n{self.log_tail()}"

    def kill_at_random(self) -> None:
        """Let a worker come to some kind of work, or not even to its start, and a random moment further."""
        pid = self._fork(once=False, patches=self.patches)
        mark = self.random.choice(("", *MARKS))
        reached = bool(mark) and self.warm.reaches(MARKS[0], LONGEST_START_S)
        if reached and mark != MARKS[0]:
            reached = self.warm.reaches(mark, LONGEST_LIFE_S)
        time.sleep(self.random.uniform(0, self.random.choice(LATEST_KILLS_S)))
        os.kill(pid, signal.SIGKILL)
        assert self.warm.ended() == KILLED
        self.deaths += 1
        self.figures[f"killed_after_{mark}" if reached else "killed_elsewhere"] += 1
        self._count()

    def recover_after_leases(self) -> None:
        """Move the clock to where everything a dead worker had in hand is due again."""
        self.now += RECOVERED

    def drain(self, rounds: int = 6) -> None:
        """Let workers finish, each after the leases of the one before have run out."""
        for _ in range(rounds):
            self.recover_after_leases()
            self.live()
            if not self._open_work():
                break
        self.desk.lab.wait_idle()

    def log_tail(self) -> str:
        return self.desk.log_file.read_text()[-3000:]

    def findings(self) -> Findings:
        """What the checker says about everything that can be seen."""
        found = check(self.world())
        found.figures += self.figures
        return found

    def world(self) -> World:
        """Look at databases, folders and inboxes."""
        desk, lab = self.desk, self.desk.lab
        with lab.login(desk.mailbox) as client:
            status = client.folder_status("INBOX", ["UIDNEXT", "UIDVALIDITY"])
        people = [*(one.requester for one in self.written), desk.hana, desk.boss]
        tables = tables_of(self.urls["url"])
        received = [Received(person, raw) for person in people for raw in lab.received(person)]
        ids, uidvalidity = _ids(tables, received), status[b"UIDVALIDITY"]
        return World(
            tables=tables,
            keys=keys_of(self.urls["keys_url"]),
            visible=[Visible("INBOX", uidvalidity, uid, ids.get(uid, "")) for uid in range(1, status[b"UIDNEXT"])],
            folders={
                name: [message_id(raw) for raw in mails]
                for name, mails in lab.folders(desk.mailbox).items()
                if name not in OWN
            },
            delivered=Counter(one.message_id for one in self.written),
            received=received,
            staff=frozenset({desk.hana, desk.boss}),
            written=self.written,
            allowed=frozenset(people),
            secrets=frozenset({desk.lab.password}),
            spills={name: data for name, data in spills(desk.folder).items() if name != desk.config_file.name},
            deaths=self.deaths,
        )

    def forget_requesters(self) -> None:
        """Remove their mailboxes: hundreds would make the end of the run slow."""
        for one in self.written:
            shutil.rmtree(self.desk.lab.dovecot.maildir(one.requester).parent, ignore_errors=True)

    def _fork(self, *, once: bool, patches: tuple[str, ...]) -> int:
        desk = self.desk
        return self.warm.fork(Order(str(desk.config_file), str(desk.log_file), self.now.isoformat(), once, patches))

    def _count(self) -> None:
        """What the dead worker had in hand."""
        self.figures["kills"] += 1
        with connected(self.urls["url"]) as connection:
            busy = {name: self._held(connection, *asked) for name, asked in BUSY.items()}
        self.figures.update({f"killed_while_{name}": 1 for name, number in busy.items() if number})
        self.figures["killed_in_flight"] += any(busy.values())

    def _held(self, connection: Connection, sql: str, lease: timedelta) -> int:
        ours = self.now + lease
        is_text = connection.dialect.name == "sqlite"
        value = ours.strftime("%Y-%m-%d %H:%M:%S.%f") if is_text else ours
        return int(connection.execute(text(sql), {"ours": value}).scalar_one())

    def _open_work(self) -> int:
        with connected(self.urls["url"]) as connection:
            return int(connection.execute(text(OPEN)).scalar_one())


def _ids(tables: Mapping[str, Sequence[Any]], received: Sequence[Received]) -> dict[int, str]:
    """Which mail had which number on the server, where its acknowledgement tells: the mails lie elsewhere by now."""
    answered = {one.id: str(headers_of(one.raw)["In-Reply-To"]) for one in received if one.kind == "ack"}
    cases = {row.case_id: answered[row.message_id] for row in tables["outbox"] if row.message_id in answered}
    return {row.uid: cases[row.case_id] for row in tables["ledger"] if row.case_id in cases}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that leaves nothing open behind it."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        yield connection


def killed_while_mail_arrives(scene: Scene, mails: int, kills: int) -> None:
    """People write in dribs and drabs; the worker is killed at random moments and begins again."""
    scene.drain(rounds=1)  # the first start makes the schema
    rest = scene.letters(mails)
    with ThreadPoolExecutor(1) as post:
        for left in range(kills, 0, -1):
            share = scene.random.randint(0, 2 * len(rest) // left) if left > 1 else len(rest)
            arriving: Future[None] = post.submit(scene.deliver, rest[:share])
            rest = rest[share:]
            scene.kill_at_random()
            scene.now += timedelta(seconds=scene.random.uniform(2, 60))
            arriving.result()
    scene.drain()
