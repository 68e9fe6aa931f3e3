"""Whatever a mail does to the child that reads it, the worker gets an answer in time and the next mail is read."""

import os
import time
from collections.abc import Iterator

import pytest

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse
from mailbot.edge.sandbox import WALL_S as WALL_S_OF_PRODUCT
from mailbot.edge.sandbox import Sandbox, Unreadable
from tests.edge.monsters import MONSTERS
from tests.edge.poison import CHILD

HONEST = b"From: sato@people.test\nSubject: =?iso-2022-jp?B?GyRCMytJKBsoQg==?=\n\nPlease send me a copy of my data."
WALL_S = 2.0
MOST_S = 2.0


@pytest.fixture
def poisoned() -> Iterator[Sandbox]:
    box = Sandbox(CHILD, WALL_S)
    assert isinstance(box.read(HONEST), Incoming)  # the child is up: its start is in no measurement
    yield box
    box.close()


@pytest.fixture
def sound() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def test_a_mail_reads_in_the_child_as_it_does_here(sound: Sandbox) -> None:
    assert sound.read(HONEST) == parse(HONEST)


@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff" * 1000, b"Subject: \xed\xa0\x80\n\n\xed\xa0\x80"])
def test_any_bytes_have_an_answer(sound: Sandbox, raw: bytes) -> None:
    assert isinstance(sound.read(raw), Incoming)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("die", "died"),
        ("leave", "died"),
        ("sleep", "too_slow"),
        ("grow", "MemoryError"),
        ("deep", "RecursionError"),
        ("raise", "ValueError"),
        ("chatter", "broken_answer"),
        ("flood", "broken_answer"),
        ("connect", "PermissionError"),
        ("fetch", "URLError"),
        ("call", "PermissionError"),
        ("fork", "PermissionError"),
        ("keep", "PermissionError"),
    ],
)
def test_a_fault_costs_its_own_mail_only(poisoned: Sandbox, word: str, why: str) -> None:
    begun = time.monotonic()
    found = poisoned.read(word.encode())
    assert time.monotonic() - begun < WALL_S + 1
    assert isinstance(found, Unreadable)
    assert found.why.split()[0] == why
    assert "090" not in found.why
    assert poisoned.read(HONEST) == parse(HONEST)


def test_a_mail_may_not_use_the_processor_for_ever() -> None:
    box = Sandbox(CHILD)
    begun = time.monotonic()
    assert box.read(b"spin") == Unreadable("died")
    assert time.monotonic() - begun < WALL_S_OF_PRODUCT
    box.close()


def test_the_processor_limit_is_for_each_mail(poisoned: Sandbox) -> None:
    assert all(isinstance(poisoned.read(b"work"), Incoming) for _ in range(4))


def test_a_child_that_died_between_two_mails_harms_none(sound: Sandbox) -> None:
    sound.read(HONEST)
    child = sound._child
    assert child
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert sound.read(HONEST) == parse(HONEST)


def test_a_child_leaves_with_its_parent(sound: Sandbox) -> None:
    link = sound.start()
    child = sound._child
    assert child
    link.shutdown(2)
    assert child.wait(timeout=10) == 0


def test_no_secret_of_the_environment_is_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "canary")
    box = Sandbox(CHILD)
    found = box.read(b"environment")
    box.close()
    assert isinstance(found, Incoming)
    assert "MAILBOT" not in found.subject
    assert "PYTHONPATH" in found.subject


def test_forty_megabytes_fit(sound: Sandbox) -> None:
    line = b"QUJD" * 19 + b"\n"
    head = b"From: a@people.test\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    found = sound.read(head + line * (40_000_000 // len(line)))
    assert isinstance(found, Incoming)
    assert found.attachments[0].size_bytes > 29_000_000


@pytest.fixture(scope="module")
def busy() -> Iterator[Sandbox]:
    box = Sandbox()
    box.read(HONEST)
    yield box
    box.close()


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_read_in_time(busy: Sandbox, name: str) -> None:
    begun = time.monotonic()
    found = busy.read(b"From: Eve <eve@people.test>\nTo: privacy@company.test\n" + MONSTERS[name])
    assert time.monotonic() - begun < MOST_S
    assert isinstance(found, Incoming)
