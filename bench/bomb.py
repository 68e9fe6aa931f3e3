"""Prints what a mail bomb costs: honest people answered in its midst, what staff hear, memory, and the disk it takes.

The mailbox and the server for outgoing mail are in memory and make their mails when asked; the worker is the real one
on SQLite with the limits a new desk has. All mails lie there at the start, the honest ones at random places.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench.history import Row, keep
from bench.run import peak_mib
from mailbot import compose, reports
from mailbot.edge.clock import Clock
from mailbot.edge.sandbox import Sandbox
from mailbot.sections import Limits
from mailbot.steps.parts import Parts
from mailbot.store.engine import read
from mailbot.worker import run_once
from tests.fakes.ground import BOSS, DESK, HANA, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Message, Server

HONEST = 200
STAFF = (HANA, BOSS)
BOMB = """\
I have waited long enough for your answer and shall not wait another week. Under the law you must send me a copy of all
records that your company keeps about my person: the name, the telephone number, each street in which I have lived since
the contract began, what your cleaning staff wrote down about my flat, the photographs of the wardrobe, every recording
of a call with your office, and a list of the firms to which you have handed any of it. When that has been sent, erase
the whole account, and confirm in writing that no branch, no laundry, no storage house and no insurance keeps a copy.
Your advertising must stop on the day this message reaches you. I know very well that others have written to you in the
same matter, and that a newspaper has taken an interest. Answer within the hour, with the name of the person in charge,
or my lawyer will put the case before the authorities tomorrow morning. Regards, {name}, customer {number}"""
NAMES = ("H. Example", "Sato Ichiro", "M. Tester", "Aoki", "J. R. Sample", "K. Mihon")
WISHES = (
    "お世話になっております。私の個人データを開示してください。会員番号は{0}です。よろしくお願いいたします。",
    "Hello, I moved to {0} Example Street last month. Please correct my address in all of your letters.",
    "先日退会しました。登録されている私の個人情報をすべて削除してください。以前の会員番号は{0}でした。",
    "Please tell me what you use my telephone number ending in {0} for, and to whom you have given it.",
    "広告メールが{0}通も届いています。配信を停止してくださるようお願いします。",
)
PROVIDERS = ("mail.test", "mail.test", "phone.example", "post.example", "people.test")
WAY = """\
Received: from out{0}.example ([192.0.2.{1}]) by mx.company.test (Postfix) with ESMTPS id {2:010X}\r
\tfor <privacy@company.test>; Mon, 23 Nov 2026 09:00:00 +0900 (JST)\r
Received: by relay{1}.example with SMTP id {2:016x}; Mon, 23 Nov 2026 09:00:00 +0900 (JST)\r
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=out{0}.example; s=s{1}; h=from:to:subject:date:message-id;\r
\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b={3}\r
"""
SHAPES: dict[str, Callable[[int], str]] = {
    "one sender": lambda _: "angry@bomb.test",
    "one domain": lambda number: f"r{number}@bomb.test",
    "forged senders": lambda number: f"r{number}@d{number % 5003}.x{number % 997}.test",
}


def written(sender: str, words: str, number: int, proof: str) -> bytes:
    """Return a mail of about four thousand bytes, as it comes through two relays, in plain text and in HTML."""
    noise = random.Random(number)  # noqa: S311 -- the same mail each time it is asked for
    signature = "".join(noise.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=344))
    way = WAY.format(number % 97, number % 251, number, signature)
    body = "\r\n".join([*words.splitlines(), "", f"Our sign: {noise.getrandbits(64):x}"])
    page = "".join(f'<p style="margin:0;font-family:sans-serif">{line}</p>\r\n' for line in body.splitlines())
    head = (
        f"{way}{proof}From: {sender}\r\nTo: {DESK}\r\nSubject: Request {number}\r\nMessage-ID: <{number}.b@x.test>\r\n"
        "Date: Mon, 23 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=b\r\n"
    )
    part = "\r\n--b\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return f"{head}{part.format('plain')}{body}\r\n{part.format('html')}{page}\r\n--b--\r\n".encode()


class Bombed(Server):
    """An INBOX of so many mails, made when they are fetched; `honest` are the UIDs of the honest ones among them."""

    def __init__(self, count: int, shape: str) -> None:
        super().__init__()
        self.count, self.arrived_at, self.sent = count, datetime.now(UTC), Counter[str]()
        self._waiting = dict.fromkeys(range(1, count + 1))
        self.honest = {uid: place for place, uid in enumerate(random.Random(7).sample(range(1, count + 1), HONEST))}  # noqa: S311
        self.raw = lru_cache(300)(partial(self._made, shape))
        self.answered: dict[str, float] = {}

    def person(self, place: int) -> str:
        """Return the address of an honest person."""
        return f"honest{place}@{PROVIDERS[place % len(PROVIDERS)]}"

    def _made(self, shape: str, uid: int) -> bytes:
        place = self.honest.get(uid)
        if place is None:
            return written(SHAPES[shape](uid), BOMB.format(name=NAMES[uid % len(NAMES)], number=uid), uid, "")
        sender = self.person(place)
        proof = f"Authentication-Results: mx.company.test; dmarc=pass header.from={sender.partition('@')[2]}\r\n"
        return written(sender, WISHES[place % len(WISHES)].format(1000 + place), uid, proof)

    def _do_search(self, folder: str) -> list[int]:
        return list(self._waiting) if folder == "INBOX" else super()._do_search(folder)

    def _do_fetch(self, folder: str, uids: Sequence[int]) -> list[Message]:
        if folder != "INBOX":
            return super()._do_fetch(folder, uids)
        return [Message(uid, self.arrived_at, self.raw(uid)) for uid in uids if uid in self._waiting]

    def _do_move(self, folder: str, uids: Sequence[int], target: str) -> None:  # noqa: ARG002 -- whence and whither are plain
        for uid in uids:
            self._waiting.pop(uid, None)

    def _do_smtp_dot(self, sender: str, recipient: str, data: bytes) -> None:  # noqa: ARG002 -- 400 MB are not kept
        self.sent[recipient] += 1
        self.answered.setdefault(recipient, time.perf_counter())


@dataclass(frozen=True, slots=True)
class Found:
    """What a bomb did: seconds by the clock and of processors, how long honest people waited, what is left of it."""

    seconds: float
    cpu_s: float
    waits: Sequence[float]
    acks_to_bomb: int
    staff: int
    cases: int
    floods: Sequence[int]
    growth: float
    peaks_mib: Sequence[float]


def measure(count: int, shape: str, folder: Path) -> Found:
    """Let a worker work off a bomb."""
    ground, server = Ground(folder, limits=Limits().model_dump()), Bombed(count, shape)
    before = size_of(folder)
    with fake_parts(ground.config, Clock(), server) as faked:
        parts = replace(faked, sandbox=Sandbox(), model=cache(partial(compose.model_of, ground.config)))
        parts.model().read("", "", ground.config.company.default_language)
        parts.sandbox.start()
        began, before_s = time.perf_counter(), cpu_s()
        if run_once(parts, Clock()):
            raise RuntimeError("the worker met trouble")
        seconds, busy_s = time.perf_counter() - began, cpu_s() - before_s
        peaks = peak_mib(os.getpid()), *(peak_mib(pid) for pid in children())
        found = judged(parts, server)
        parts.sandbox.close()
    raw = sum(len(server.raw(uid)) for uid in range(1, count + 1))
    people = [server.person(place) for place in range(HONEST)]
    waits = sorted(server.answered[one] - began for one in people if one in server.answered)
    to_bomb = sum(number for one, number in server.sent.items() if one not in {*people, *STAFF})
    staff = sum(server.sent[one] for one in STAFF) - HONEST
    return Found(seconds, busy_s, waits, to_bomb, staff, *found, (size_of(folder) - before) / raw, peaks)


def judged(parts: Parts, server: Bombed) -> tuple[int, list[int]]:
    """Return how many cases the bomb opened and how many mails each flood holds; every mail must be accounted for."""
    with read(parts.engine) as connection:
        settled = connection.execute(text("SELECT count(*) FROM ledger WHERE disposition IS NOT NULL")).scalar_one()
    if settled != server.count:
        raise RuntimeError(f"{server.count} mails came, {settled} have a disposition")
    rows = reports.cases(parts, datetime.now(UTC), None)
    return len(rows) - HONEST, [one["folded"] for one in rows if one["folded"]]


def cpu_s() -> float:
    """Return the seconds of a processor that this process and the reader have used."""
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in children()]
    return time.process_time() + sum(int(one) for pair in ticks for one in pair) / os.sysconf("SC_CLK_TCK")


def children() -> list[int]:
    """Return the processes of this one: the reader."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def size_of(folder: Path) -> int:
    """Return the bytes of the databases and their logs."""
    return sum(file.stat().st_size for file in folder.glob("*.db*"))


def rows_of(shape: str, count: int, found: Found) -> Iterable[Row]:
    """Return the figures of one bomb."""
    name = f"bomb of {count} mails, {shape}"
    last = statistics.quantiles(found.waits, n=100)[98] if len(found.waits) > 1 else float("nan")
    yield Row(f"{name}: mails", count / found.seconds, "mails/s")
    yield Row(f"{name}: processor time of worker and reader", 1000 * found.cpu_s / count, "ms a mail")
    yield Row(f"{name}: honest people answered", len(found.waits), "people", f"{HONEST}")
    yield Row(f"{name}: their acknowledgement, p50", statistics.median(found.waits), "s")
    yield Row(f"{name}: their acknowledgement, p99", last, "s", "<= 600")
    yield Row(f"{name}: acknowledgements to the bomb", found.acks_to_bomb, "mails", "<= 60 an hour")
    yield Row(f"{name}: cases of the bomb", found.cases, "cases", note=f"floods of {found.floods}")
    yield Row(f"{name}: mails to staff beside notices of honest mail", found.staff, "mails", "<= 20 notices an hour")
    yield Row(f"{name}: growth of the databases", found.growth, "x raw", "<= 1.1")
    together = f"with the reader {sum(found.peaks_mib):.0f} MiB"
    yield Row(f"{name}: peak memory of the largest process", max(found.peaks_mib), "MiB", "<= 512", together)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--shape", choices=sorted(SHAPES), action="append")
    chosen = parser.parse_args()
    for shape in chosen.shape or SHAPES:
        with TemporaryDirectory() as folder:
            keep([*rows_of(shape, chosen.mails, measure(chosen.mails, shape, Path(folder)))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
