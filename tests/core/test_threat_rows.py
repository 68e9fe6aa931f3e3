"""Every row A to C of the threat model has its tests, named after it; and the rows that are proved without a server."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.core.desk.known import addresses_in, names_in, phones_in
from mailbot.core.desk.order import read_order
from mailbot.core.desk.warnings import Draft, warnings_of
from mailbot.core.gate import Permit, faults
from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.outgoing import Thread, compose
from mailbot.core.reader.parse import parse
from tests.effort import within

TESTS = Path(__file__).parents[1]
DESK, VICTIM = "privacy@company.test", "victim@people.test"
COMPANY = Company("株式会社いえのこと", "個人情報相談窓口", DESK)

A, B, C = (f"e2e/test_threats_{one}.py" for one in "abc")
UNDO = "test_a_held_reply_can_be_taken_back_until_its_last_second_and_then_leaves_by_itself"
ROWS: Mapping[str, tuple[str, ...]] = {
    "a1": ("core/test_match.py", A),
    "a2": ("core/test_match.py",),
    "a3": (A,),
    "a4": ("core/test_match.py", "edge/test_auth.py"),
    "a5": ("edge/test_auth.py",),
    "a6": ("edge/test_auth.py",),
    "a7": ("edge/test_dkim.py", A),
    "a8": ("core/test_match.py", A),
    "a9": (A,),
    "a10": (A,),
    "a11": (A,),
    "a12": (A,),
    "a13": (A,),
    "a14": (A,),
    "a15": ("core/test_token.py",),
    "b1": (B,),
    "b2": (B,),
    "b3": ("e2e/test_injection.py::test_no_hidden_line_end_becomes_a_header_or_a_recipient",),
    "b4": ("core/test_threat_rows.py",),
    "b5": (B,),
    "c1": (C,),
    "c2": (C,),
    "c3": (C,),
    "c4": (C,),
    "c5": (C,),
    "c6": (
        "e2e/test_desk_hold.py::test_a_held_reply_can_be_taken_back_until_its_last_second_and_then_leaves_by_itself",
    ),
    "c7": (C,),
    "c8": (C,),
    "c9": (C, "core/test_threat_rows.py"),
}
"""Where each row is proved: a file whose tests carry the row in their names, or a test that has it all but the name."""


def proofs_of(tree: Path, place: str, row: str) -> list[str]:
    """The tests that prove a row in one place of the table; none where the file or the test is gone."""
    name, _, wanted = place.partition("::")
    file = tree / name
    code = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    found = [one.name for one in code.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return [one for one in found if one == wanted or (not wanted and one.startswith(f"test_{row}_"))]


def unproved(tree: Path, rows: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield every place of the table that proves nothing of its row."""
    for row, places in rows.items():
        yield from (f"{row}: {place}" for place in places if not proofs_of(tree, place, row))


def test_every_row_of_the_threat_model_has_its_tests() -> None:
    wanted = [*(f"a{number}" for number in range(1, 16)), *(f"b{number}" for number in range(1, 6))]
    assert [*ROWS] == [*wanted, *(f"c{number}" for number in range(1, 10))]
    assert list(unproved(TESTS, ROWS)) == []


def test_a_test_that_carries_a_row_stands_where_the_table_says() -> None:
    named = re.compile(r"^def test_([abc]\d{1,2})_", re.MULTILINE)
    found = {
        (row, file.relative_to(TESTS).as_posix())
        for file in TESTS.rglob("test_*.py")
        for row in named.findall(file.read_text(encoding="utf-8"))
    }
    assert found <= {(row, place) for row, places in ROWS.items() for place in places}


def test_a_row_without_a_test_is_seen(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def test_a1_x():\n    pass\ndef test_other():\n    pass\n", encoding="utf-8")
    rows = {"a1": ("test_x.py", "test_x.py::test_other"), "a10": ("test_x.py",), "b1": ("gone.py", "test_x.py::test_b")}
    assert list(unproved(tmp_path, rows)) == ["a10: test_x.py", "b1: gone.py", "b1: test_x.py::test_b"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", " ", "\t", ",", "\u2028", "\u0085", ";"], ids=ascii)
@pytest.mark.parametrize("more", [f"RCPT TO:<{VICTIM}>", f"<{VICTIM}>", f"Bcc: {VICTIM}", VICTIM])
def test_b4_a_recipient_that_holds_another_one_is_stopped_before_any_server(end: str, more: str) -> None:
    words = Rendered("x", "x\n", "<html><body><p>x</p></body></html>")
    for evil in (f"a@people.test>{end}{more}", f"a@people.test{end}{more}"):
        permit = Permit(evil, DESK, DESK, None, LetterKind.NOTICE, to_requester=False)
        made = compose(COMPANY, LetterKind.NOTICE, words, evil, f"<x@{DESK}>", Thread(), datetime.now(UTC))
        assert "recipient_differs" in faults(made, permit)
        assert b"\r\nBcc:" not in made
    sound = compose(COMPANY, LetterKind.NOTICE, words, "a@people.test", f"<x@{DESK}>", Thread(), datetime.now(UTC))
    assert faults(sound, replace(permit, recipient="a@people.test")) == []


HEAVY = [
    ">",
    "> ",
    " ",
    "\u3000",
    "On ",
    "On Fri, 20 Nov 2026 at 14:10, a@b.test wrote:\n",
    ">\n",
    "\n",
    "> On \n",
    "/",
    "/ ",
]


@pytest.mark.parametrize("piece", HEAVY, ids=ascii)
def test_c9_two_hundred_kilobytes_of_anything_are_read_at_once(piece: str) -> None:
    text = (piece * 200_000)[:200_000]
    raw = b"From: hana@company.test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    draft = Draft(text, "KJ-2026-000001-X", notes=(text[:1000],))
    within(1 if "\n" in piece else 0.2, lambda: read_order(parse(raw).reply_text))  # measured: 0.2 s, 0.01 s
    within(1, lambda: (warnings_of(draft), addresses_in(text), phones_in(text), names_in(text)))  # measured: 0.2 s
