"""The table fits the source, and the judge knows a killed mutant from one that died of something else."""

from pathlib import Path

import pytest

from tests.sabotage.mutant import Mutant, faults, mutant, sabotaged
from tests.sabotage.mutants import MUTANTS
from tests.sabotage.run import ROOT, Notes, verdict

LEAST = 60
TEST = "tests/core/test_token.py::test_a_token_is_good_through_its_last_day"
HERE = Path("/tree")


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_each_mutant_changes_text_that_stands_once_and_names_a_test(one: Mutant) -> None:
    assert faults(one, ROOT) == []


def test_every_mutant_is_another_one_and_there_are_many() -> None:
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= LEAST
    assert len({(*one.edits, one.test) for one in MUTANTS}) == len(MUTANTS)
    assert all(edit.before != edit.after for one in MUTANTS for edit in one.edits)


def test_a_mutant_that_does_not_fit_is_named() -> None:
    lost = mutant("lost", "tests/nowhere.py::test_nothing", ("core/token.py", "def ", ""), ("core/gone.py", "x", "y"))
    assert [fault.partition(" ")[0] for fault in faults(lost, ROOT)] == ["lost:"] * 3


def test_a_mutant_is_the_file_with_its_changes_and_nothing_else() -> None:
    one = mutant("one", TEST, ("core/token.py", " or expires_on < today", ""))
    text = (ROOT / "mailbot/core/token.py").read_text(encoding="utf-8")
    assert sabotaged(one, "mailbot/core/token.py", ROOT) == text.replace(" or expires_on < today", "")


def row(
    error: str = "", phase: str = "call", at: str = "tests/core/test_token.py:9", test: str = TEST
) -> dict[str, str]:
    return {"test": test, "phase": phase, "error": error, "said": "", "at": at, "line": "assert x"}


VERDICTS = {
    "an assertion of the test": (Notes("/tree/mailbot/__init__.py", [], [row(), row("AssertionError")]), True),
    "one of several rows": (Notes("/tree/mailbot/__init__.py", [], [row("Failed", test=f"{TEST}[a]")]), True),
    "it passes": (Notes("/tree/mailbot/__init__.py", [], [row()]), False),
    "another error": (Notes("/tree/mailbot/__init__.py", [], [row("KeyError")]), False),
    "an assertion before the test": (Notes("/tree/mailbot/__init__.py", [], [row("AssertionError", "setup")]), False),
    "a command that crashed": (
        Notes("/tree/mailbot/__init__.py", [], [row("AssertionError", at="tests/e2e/desk.py:168")]),
        False,
    ),
    "an assertion of the product": (
        Notes("/tree/mailbot/__init__.py", [], [row("AssertionError", at="mailbot/core/token.py:1")]),
        False,
    ),
    "another test": (Notes("/tree/mailbot/__init__.py", [], [row("AssertionError", test=f"{TEST}_more")]), False),
    "nothing collected": (Notes("/tree/mailbot/__init__.py", ["tests/core/test_token.py"], []), False),
    "another product": (Notes("/other/mailbot/__init__.py", [], [row("AssertionError")]), False),
    "no end": (None, False),
}


@pytest.mark.parametrize(("notes", "is_killed"), VERDICTS.values(), ids=VERDICTS)
def test_only_an_assertion_of_the_named_test_kills(notes: Notes | None, is_killed: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert verdict(TEST, notes, HERE).is_killed is is_killed
