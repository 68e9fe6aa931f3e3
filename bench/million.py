"""Prints what a mailbox of a million messages costs: first sync, killed in the midst and gone on with, later polls.

The messages are made by a server of our own when they are asked for (`imap_of_many`); the worker is the real one.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from bench.history import Row, keep
from mailbot.store.engine import open_engine
from mailbot.store.vault import make_master_key
from tests.servers.processes import Reaper

ROOT = Path(__file__).parents[1]
CONFIG = """
[company]
name = "Example, Inc."
desk = "Privacy desk"
address = "privacy@company.test"
[imap]
host = "127.0.0.1"
port = {imap}
security = "plain"
username = "privacy@company.test"
password = "unused"
since = 2025-01-01
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "plain"
[store]
url = "sqlite:///{folder}/mailbot.db"
keys_url = "sqlite:///{folder}/keys.db"
master_key_file = "{folder}/master.key"
[[staff]]
id = "hana"
name = "Hana Example"
address = "hana@company.test"
roles = ["handler", "manager"]
"""
LONGEST_S = 1800


@contextmanager
def serving(*arguments: str) -> Iterator["tuple[int, subprocess.Popen[str]]"]:
    """A server of our own: its port and process."""
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.wait()


@contextmanager
def working(config: Path, log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker, with all its processes; killed at the end if it still runs."""
    env = os.environ | {"MAILBOT_CONFIG": str(config)}
    command = [sys.executable, "-m", "mailbot", "run", *arguments]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def members(session: int) -> list[int]:
    """The processes of a session."""
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if _session_of(pid) == session]


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def memory_mib(pids: Sequence[int]) -> tuple[float, float]:
    """The largest memory any of the processes ever had, and what all of them share and have together now."""
    peaks, together = [0.0], 0.0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        peaks.append(_kib(status, "VmHWM") / 1024)
        together += _kib(rollup, "Pss:") / 1024
    return max(peaks), together


def _kib(page: str, name: str) -> int:
    return next((int(line.split()[1]) for line in page.splitlines() if line.startswith(name)), 0)


class Watch:
    """The worker's memory, looked at whenever something is asked."""

    def __init__(self, engine: Engine, session: int) -> None:
        self._engine, self._session = engine, session
        self.peak_mib = self.together_mib = 0.0

    def count(self, asked: str) -> int:
        peak, together = memory_mib(members(self._session))
        self.peak_mib, self.together_mib = max(self.peak_mib, peak), max(self.together_mib, together)
        with self._engine.connect() as connection:
            return int(connection.execute(text(asked)).scalar() or 0)


KNOWN, SENT = "SELECT coalesce(max(id), 0) FROM ledger", "SELECT count(*) FROM outbox WHERE kind='ack' AND state='sent'"
COMPARED = "SELECT count(*) FROM cursor WHERE julianday('now') - julianday(compared_at) < 0.02"


def measure(count: int, folder: Path) -> None:
    """Sync, kill, sync on, poll, compare; print each."""
    with serving("bench.imap_of_many", str(count)) as (imap, box), serving("bench.smtp_that_waits", "0") as (smtp, _):
        config, log = folder / "mailbot.toml", folder / "worker.log"
        config.write_text(CONFIG.format(folder=folder, imap=imap, smtp=smtp), encoding="utf-8")
        make_master_key(folder / "master.key")
        subprocess.run(
            [sys.executable, "-m", "mailbot", "migrate"],
            check=True,
            cwd=ROOT,
            env=os.environ | {"MAILBOT_CONFIG": str(config)},
            stdout=subprocess.DEVNULL,
        )
        engine = open_engine(f"sqlite:///{folder}/mailbot.db")
        began = time.perf_counter()
        with working(config, log) as worker:
            watch = Watch(engine, worker.pid)
            _until(lambda: watch.count(KNOWN) > count // 3)
            os.killpg(worker.pid, signal.SIGKILL)
        killed_at = time.perf_counter()
        print(f"killed at {watch.count(KNOWN):,} of {count:,} after {killed_at - began:.0f} s", flush=True)
        known = watch.count(KNOWN)
        with working(config, log) as worker:
            watch = Watch(engine, worker.pid)
            _fresh(watch, box, "early", "an acknowledgement while the first sync goes on")
            _until(lambda: watch.count(KNOWN) >= count and watch.count(COMPARED))
            took = time.perf_counter() - killed_at
            keep([Row(f"first sync of {count:,} messages", (count - known) / took, "messages/s", note="after a kill")])
            _fresh(watch, box, "late", "an acknowledgement with a million behind it")
            _tell(watch, count)
        _polls(config, count)


def _fresh(watch: Watch, box: "subprocess.Popen[str]", name: str, what: str) -> None:
    """Let a mail come and print how long its acknowledgement took."""
    assert box.stdin
    before = watch.count(SENT)
    began = time.perf_counter()
    box.stdin.write(f"{name}@people.test\n")
    box.stdin.flush()
    _until(lambda: watch.count(SENT) > before)
    keep([Row(what, time.perf_counter() - began, "s")])


def _tell(watch: Watch, count: int) -> None:
    rows = watch.count("SELECT count(*) FROM ledger")
    old = watch.count("SELECT count(*) FROM ledger WHERE disposition='old'")
    acks = watch.count("SELECT count(*) FROM outbox WHERE kind='ack'")
    assert (rows, old, acks) == (count + 2, count, 2), (rows, old, acks)
    print(f"ledger {rows:,} rows, {old:,} of them old; acknowledgements {acks}, none of them to old mail")
    together = f"all processes together {watch.together_mib:.0f} MiB"
    keep([Row(f"largest process, {count:,} messages", watch.peak_mib, "MiB", "<= 512", together)])


def _polls(config: Path, count: int) -> None:
    """Print what later polls cost, without the wait for them."""
    from datetime import timedelta  # noqa: PLC0415

    from mailbot import compose  # noqa: PLC0415 -- after the worker ended
    from mailbot.config import load  # noqa: PLC0415
    from mailbot.reports import reconcile  # noqa: PLC0415
    from mailbot.steps.fetch import fetch  # noqa: PLC0415
    from mailbot.store.presence import present  # noqa: PLC0415

    loaded = load(config)
    clock = compose.clock_of(loaded)
    with compose.composed(loaded, clock) as parts, present(parts.engine, clock.now()):
        for what, later in (("a poll", timedelta()), ("the hourly comparison", timedelta(hours=1, minutes=1))):
            began = time.perf_counter()
            longest = last = 0.0
            is_busy = True
            while is_busy:
                is_busy = fetch(parts, clock.now() + later)
                longest, last = max(longest, time.perf_counter() - began - last), time.perf_counter() - began
            note = f"longest round {longest:.2f} s"
            keep([Row(f"{what}, {count:,} messages", last, "s", "<= 5", note)])
        began = time.perf_counter()
        print(f"mailbot reconcile: {reconcile(parts, clock.now())} in {time.perf_counter() - began:.2f} s")


def _until(is_true: Callable[[], object]) -> None:
    """Look five times a second: looking costs the worker time."""
    end = time.monotonic() + LONGEST_S
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with Reaper() as reaper:
        measure(chosen.messages, reaper.new_folder("million-"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
