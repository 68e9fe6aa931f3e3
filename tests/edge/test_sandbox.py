"""Whatever a mail does to the child that reads it, the worker gets an answer in time and the next mail is read."""

import base64
import hashlib
import os
import sys
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
WALL_S = 4.0
"""Of the children with faults: several times what the start of a new one takes, because the next mail waits for it."""
MOST_S = WALL_S_OF_PRODUCT / 2
"""Several times what the slowest monster takes: enough for a machine that is slow and busy."""


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
    assert time.monotonic() - begun < WALL_S + 2
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


def with_files(*files: bytes) -> bytes:
    """A mail with a text and files in base64."""
    parts = (
        b"--a\nContent-Type: application/pdf; name=%d.pdf\nContent-Transfer-Encoding: base64\n\n%b\n"
        % (number, base64.encodebytes(file))
        for number, file in enumerate(files)
    )
    text = b"--a\nContent-Type: text/plain\n\nPlease see the files.\n"
    head = b'From: hana@company.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="a"\n\n'
    return head + text + b"".join(parts) + b"--a--\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


FILES = (b"%PDF-1.5 one", bytes(range(256)) * 300, b"")
UNKNOWN = digest(b"nobody sent this")


@pytest.mark.parametrize("wanted", [(0,), (1, 0), (0, 1, 2), (1, 1), (2,), ()])
def test_the_files_of_a_mail_come_in_the_order_asked_for(sound: Sandbox, wanted: tuple[int, ...]) -> None:
    files = [FILES[number] for number in wanted]
    assert sound.enclosed(with_files(*FILES), [digest(file) for file in files]) == files


def test_what_is_listed_can_be_had(sound: Sandbox) -> None:
    mail = with_files(*FILES)
    listed = sound.read(mail)
    assert isinstance(listed, Incoming)
    assert sound.enclosed(mail, [one.sha256 for one in listed.attachments]) == list(FILES)


def test_a_file_that_is_not_in_the_mail_is_a_fault_and_the_next_order_is_served(sound: Sandbox) -> None:
    found = sound.enclosed(with_files(*FILES), [digest(FILES[0]), UNKNOWN])
    assert isinstance(found, Unreadable)
    assert found.why.split()[0] == "LookupError"
    assert sound.read(HONEST) == parse(HONEST)
    assert sound.enclosed(with_files(FILES[0]), [digest(FILES[0])]) == [FILES[0]]


def test_what_is_no_digest_is_refused_before_the_child_sees_it(sound: Sandbox) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        sound.enclosed(HONEST, ["no digest"])


LIES = {
    "another file": "contents_of = lambda raw, wanted: [b'another']",
    "a file too few": "contents_of = lambda raw, wanted: []",
    "a file too many": "contents_of = lambda raw, wanted: [b'%PDF-1.5 one', b'another']",
    "a length that lies": "_files = lambda payload: (3).to_bytes(8, 'big') + b'%PDF-1.5 one'",
    "no length": "_files = lambda payload: b'x'",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_child_that_answers_with_other_bytes_is_not_believed(lie: str) -> None:
    box = Sandbox((sys.executable, "-P", "-c", f"from mailbot.edge import child\nchild.{lie}\nchild.main()"))
    assert box.enclosed(with_files(*FILES), [digest(FILES[0])]) == Unreadable("broken_answer")
    assert box._child is None
    box.close()


def test_thirty_megabytes_of_a_file_come_back(sound: Sandbox) -> None:
    data = bytes(range(250)) * 114_000
    begun = time.monotonic()
    assert sound.enclosed(with_files(data), [digest(data)]) == [data]
    assert time.monotonic() - begun < WALL_S_OF_PRODUCT


@pytest.mark.parametrize("name", ["100,000 parts", "nested 1,000 deep", "winmail.dat of garbage", "40 MB of NUL"])
def test_no_monster_keeps_the_search_busy(busy: Sandbox, name: str) -> None:
    begun = time.monotonic()
    found = busy.enclosed(b"From: Eve <eve@people.test>\n" + MONSTERS[name], [UNKNOWN])
    assert time.monotonic() - begun < MOST_S
    assert isinstance(found, Unreadable)
    assert found.why.split()[0] == "LookupError"
