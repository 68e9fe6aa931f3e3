"""The fuzzers see faults: every promise can be broken, planted faults are found, and a run that found one says so."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mailbot.core.message import Attachment, Bounce, Cut, Incoming, Machine
from mailbot.core.reader import parse as reader
from tests.fuzz import fuzz_bounce, fuzz_parse, fuzz_sender, run
from tests.fuzz.fault import fault_of
from tests.fuzz.grammar import plain_sender
from tests.fuzz.growth import growth_fault
from tests.fuzz.mutate import mutated
from tests.fuzz.promises import BrokenPromise, check
from tests.fuzz.target import Target
from tests.fuzz.words import WORDS

ROOT = Path(__file__).parents[2]
SOUND = Incoming(
    text="a\n> b", reply_text="a", cuts=(Cut(2, 2, "quotation"),), stamped_at=datetime(2026, 1, 1, tzinfo=UTC)
)
FILE = Attachment("a.txt", "text/plain", 1, "0" * 64)
REPORT = Bounce(("taro@customer.test",), "5.1.1", "<id@customer.test>")


def test_a_sound_reading_keeps_every_promise() -> None:
    check(SOUND)
    check(replace(SOUND, attachments=(FILE,), machine=Machine.BOUNCE, automatic=True, bounce=REPORT))


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "a\u202eb"},
        {"subject": "x" * 1_001},
        {"sender_name": "a\nb"},
        {"from_address": "a\x1b[0m"},
        {"to": ("a\u2028b",)},
        {"cc": ("x",) * 101},
        {"sender": "taro@customer.test."},
        {"sender": "taro@customer.test\r\nBcc: x"},
        {"message_id": "<a b@c.test>"},
        {"in_reply_to": ("<a@b>\n",)},
        {"references": ("<a@b.test>",) * 21},
        {"text": "a\r\n> b"},
        {"text": "a\x00\n> b"},
        {"reply_text": "never written"},
        {"reply_text": ""},
        {"reply_text": "> b\na", "cuts": ()},
        {"cuts": (Cut(1, 1, "quotation"),)},
        {"cuts": (Cut(2, 3, "quotation"),)},
        {"cuts": (Cut(2, 2, "because"),)},
        {"cuts": (Cut(2, 2, "quotation"), Cut(2, 2, "quotation"))},
        {"attachments": (replace(FILE, name="../a"),)},
        {"attachments": (replace(FILE, name=".a"),)},
        {"attachments": (replace(FILE, name=""),)},
        {"attachments": (replace(FILE, name="x" * 121),)},
        {"attachments": (replace(FILE, name="e\u0301"),)},
        {"attachments": (replace(FILE, type="text"),)},
        {"attachments": (FILE,) * 1_000},
        {"bounce": REPORT},
        {"bounce": replace(REPORT, recipients=("a b@c.test",)), "machine": Machine.BOUNCE, "automatic": True},
        {"bounce": replace(REPORT, status="5.1.３"), "machine": Machine.BOUNCE, "automatic": True},
        {"bounce": replace(REPORT, original_message_id="id"), "machine": Machine.BOUNCE, "automatic": True},
        {"machine": Machine.LIST, "automatic": False},
        {"defects": ("subject: Dear sirs",)},
        {"defects": ("too_deep", "too_deep")},
        {"charsets": ("=?",)},
        {"individual_numbers": -1},
        {"authentication_results": ("\udcff",)},
        {"stamped_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=9)))},
    ],
    ids="-".join,
)
def test_every_promise_can_be_broken(bad: dict[str, Any]) -> None:
    with pytest.raises(BrokenPromise):
        check(replace(SOUND, **bad))


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("taro@customer.test", "taro@customer.test"),
        ('"a <b@c.test>\\"" <taro@customer.test>', "taro@customer.test"),
        ("山田 太郎 <taro@customer.test>", "taro@customer.test"),
        ("taro@customer.test.", None),
        ("taro@test", None),
        ("a@b.test <taro@customer.test>", None),
        ('" <taro@customer.test>', None),
        ("(x) <taro@customer.test>", None),
        ("<taro@customer.test>\n", None),
        ("ta..ro@customer.test", None),
    ],
)
def test_the_grammar_of_the_sender_is_narrow(value: str, address: str | None) -> None:
    assert plain_sender(value) == address


def number_in_a_header(headers: Any) -> datetime | None:
    int(headers.first("x-mailer") or "0")
    int(headers.first("thread-index") or "0")
    return None


@pytest.mark.parametrize(
    ("module", "name", "planted", "target", "key"),
    [
        (reader, "stamp_of", number_in_a_header, fuzz_parse, "ValueError in "),
        (reader, "shown", lambda value: value, fuzz_parse, "subject is free of control and bidi characters"),
        (
            reader,
            "message_ids",
            lambda value: tuple(value.split()),
            fuzz_parse,
            "message_id matches the strict grammar",
        ),
        (reader, "newest", lambda text: (text.upper(), ()), fuzz_parse, "reply_text is made of lines of text"),
        (reader, "bounce_of", lambda *_: Bounce((), None, None), fuzz_bounce, "recipients of a sound report"),
        (
            fuzz_sender,
            "strict_address",
            lambda values: values[0],
            fuzz_sender,
            "only the grammar's address is accepted",
        ),
        (fuzz_sender, "strict_address", lambda _: None, fuzz_sender, "a plain address is accepted"),
    ],
)
def test_a_planted_fault_is_found_without_an_engine(
    module: Any, name: str, planted: Callable[..., Any], target: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, planted)
    faults = (fault.key for fault in faults_of(target.TARGET, 2_000))
    assert any(found.startswith(key) for found in faults)


def faults_of(target: Target, count: int) -> Any:
    """Yield what is found in inputs that are changed blindly: no engine chooses among them."""
    seeds = list(target.seeds())
    for number in range(count):
        rng = Random(number)  # noqa: S311 - chooses test data
        data = mutated(rng, rng.choice(seeds), 4_000, lambda one: one, target.changes)
        if fault := fault_of(target, target, data):
            yield fault


def quadratic(data: bytes) -> int:
    return sum(data.count(b"\0", at) for at in range(0, len(data), 150))


@pytest.mark.parametrize(("read", "key"), [(quadratic, "more than linear in "), (sum, None)])
def test_a_quadratic_step_is_found_and_a_linear_one_is_not(read: Callable[[bytes], int], key: str | None) -> None:
    target = replace(fuzz_parse.TARGET, read=lambda data: [read(data) for _ in range(5)])
    tries = (growth_fault(target, lambda size: b"x" * size) for _ in range(5 if key else 1))  # a busy machine hides one
    fault = next(filter(None, tries), None)
    assert (fault.key.startswith(key) if fault and key else fault) is (True if key else None)


def test_a_run_ends_with_a_failure_where_a_fault_is_found_or_nothing_can_run(tmp_path: Path) -> None:
    for folder in ("mailbot", "tests/fuzz"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "found"))
    check_of = tmp_path / "mailbot/core/reader/headers/sender.py"
    source = check_of.read_text(encoding="utf-8")
    planted = source.replace(
        "def strict_address(", "def strict_address(values: list[str]) -> str | None:\n    return values[0]\n\n\ndef _("
    )
    check_of.write_text(planted, encoding="utf-8")
    command = [sys.executable, "-m", "tests.fuzz.run", "sender"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"FUZZ_S": "2"}, capture_output=True, text=True, check=False
    )
    if importlib.util.find_spec("atheris") is None:
        assert (done.returncode, done.stdout.startswith("fuzz: NOT RUN")) == (run.NOT_RUN, True)
    else:
        assert "FAULT only the grammar's address is accepted" in done.stdout, done.stdout + done.stderr
        assert done.returncode == 1
        assert list((tmp_path / "tests/fuzz/found").glob("sender-*.eml"))


def test_without_atheris_nothing_is_proved(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert run.main([]) == run.NOT_RUN
    assert "NOT RUN, nothing is proved" in capsys.readouterr().out


def test_the_dictionary_is_read_as_libfuzzer_reads_it() -> None:
    assert b"\x1b$B" in WORDS["escape"]
    assert b'; boundary="b"' in WORDS["parameter"]
    assert b"\\" in b"".join(WORDS["address"])
    assert all(words for words in WORDS.values())
