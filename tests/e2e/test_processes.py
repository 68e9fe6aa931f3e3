"""One worker of several processes: whoever of them is killed, everybody is acknowledged once, and none is left."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mailbot.supervisor import Family
from tests.e2e.desk import Commands, Desk, mail
from tests.servers.lab import MailLab
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.real

READERS = 2
MAILS = 8
LONGEST_S, SOON_S = 60.0, 15.0
WISH = "Please send me a copy of my personal data."


@contextmanager
def several(desk: Desk, commands: Commands, codes: list[int | None]) -> Iterator[int]:
    """A worker of several processes, all of them at work; the id of the one that looks after the others.

    At the end its exit code is added to `codes`.
    """
    desk.set(MAILBOT_WORK__READERS=str(READERS))
    parent = commands.start(["run"], desk.environment(), desk.log_file)
    try:
        wait_until(lambda: started(desk) == 1 + READERS, LONGEST_S, "every process to start")
        yield parent
    finally:
        codes.append(commands.end(parent))


def started(desk: Desk) -> int:
    return desk.log_file.read_text().count("worker started") if desk.log_file.exists() else 0


def children(pid: int) -> list[int]:
    """The processes that a process made and that are still there, in the order in which it made them."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process is there and not only waits to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def people(desk: Desk, lab: MailLab, count: int) -> list[str]:
    """Write to the desk as so many people."""
    found = [lab.fresh_mailbox("asker@people.test") for _ in range(count)]
    lab.deliver_many((mail(one, desk.mailbox, "data", WISH, number), desk.mailbox) for number, one in enumerate(found))
    return found


def acknowledged(lab: MailLab, everybody: list[str]) -> None:
    """Wait until everybody has got something."""
    lab.wait_for(lambda: all(lab.received(one) for one in everybody), LONGEST_S, "every acknowledgement")


def test_a_process_that_is_killed_is_followed_by_another_and_nobody_waits_for_it(
    sqlite_desk: Desk, mail_lab: MailLab, commands: Commands
) -> None:
    desk = sqlite_desk
    with several(desk, commands, []) as parent:
        everybody = people(desk, mail_lab, MAILS)
        acknowledged(mail_lab, everybody)
        _, reader, *_ = children(parent)
        os.kill(reader, signal.SIGKILL)
        everybody += people(desk, mail_lab, MAILS)
        acknowledged(mail_lab, everybody)
        wait_until(lambda: started(desk) == 2 + READERS, LONGEST_S, "another process in its place")
    assert [len(mail_lab.received(one)) for one in everybody] == [1] * len(everybody)
    assert desk.sum()["cases"] == len(everybody)


def test_nobody_works_on_when_the_one_that_looks_after_them_is_killed(sqlite_desk: Desk, commands: Commands) -> None:
    with several(sqlite_desk, commands, []) as parent:
        family = children(parent)
        assert len(family) == 1 + READERS
        os.kill(parent, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, family)), LONGEST_S, "every process to end")


def test_a_worker_of_several_processes_ends_as_one(sqlite_desk: Desk, commands: Commands) -> None:
    codes: list[int | None] = []
    with several(sqlite_desk, commands, codes) as parent:
        family = children(parent)
        assert all(map(is_alive, family))
    assert codes == [0]
    assert not any(map(is_alive, family))


def test_a_worker_without_readers_is_one_process(sqlite_desk: Desk, commands: Commands) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_WORK__READERS="0")
    worker = commands.start(["run"], desk.environment(), desk.log_file)
    wait_until(lambda: started(desk) == 1, LONGEST_S, "the worker to start")
    readers = [one for one in children(worker) if b"edge.child" not in Path(f"/proc/{one}/cmdline").read_bytes()]
    assert readers == []
    assert commands.end(worker) == 0


@pytest.mark.parametrize("after_s", [number / 1000 for number in range(12)])
def test_whoever_is_told_to_end_while_it_makes_processes_ends_with_all_of_them(after_s: float) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    parent = os.fork()
    if parent == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # whatever a test before left behind
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os._exit(Family(lambda _: time.sleep(600) or 0).run([("one",), ("two",), ("three",)]))
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with suppress(OSError):  # whoever comes first
        os.setpgid(parent, parent)
    time.sleep(after_s)
    os.killpg(parent, signal.SIGTERM)
    try:
        wait_until(lambda: os.waitpid(parent, os.WNOHANG)[0] == parent, SOON_S, "the end")
        wait_until(lambda: not is_group(parent), SOON_S, "the end of what it made")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent, signal.SIGKILL)


def is_group(number: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    return True
