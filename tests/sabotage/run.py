"""Sabotages the product: `make sabotage`, or `python -m tests.sabotage.run [WORD…]` from the root of the repository.

Each mutant of `mutants.py` (those whose names hold a WORD, where any is given) is applied to a copy of the source tree
in a temporary folder; the test it names must then fail there by an assertion of its own, and must have passed in a copy
that nobody touched. The checkout itself is never changed. Exit codes: 0 every mutant was killed, 1 one survived, or
died of something else than its test, 2 nothing ran: the table does not fit the source, or no name holds a WORD.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.sabotage.mutant import Mutant, faults, sabotaged
from tests.sabotage.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
_COPIED = ("mailbot", "templates", "tests")
_LINKED = ("models", ".venv", "tests/corpus")
_LONGEST_S = 180
_ASSERTIONS = {"AssertionError", "Failed"}
"""What a plain `assert` raises, and `pytest.raises` where nothing was raised."""
_NO_VERDICT = ("tests/e2e/desk.py",)
"""What stands there says that a command of the product ended with an error: a crash, and not what the test proves."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What one run of pytest came to: where `mailbot` came from, files not collected, a row for each test."""

    package: str
    broken: Sequence[str]
    ran: Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a mutant was killed, and what its test said; else why it does not count."""

    is_killed: bool
    words: str


def main(words: list[str]) -> int:
    chosen = [one for one in MUTANTS if not words or any(word in one.name for word in words)]
    if not chosen:
        _say(f"sabotage: no mutant is called {' or '.join(words)}")
        return 2
    if unfit := [fault for one in chosen for fault in faults(one, ROOT)]:
        _say("\n".join(["sabotage: the table does not fit the source:", *unfit]))
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mailbot-sabotage-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        sound = copied(ROOT, Path(folder) / "sound")
        unsound = _not_passing(sound, {one.test for one in chosen}, pool)
        survived = 0
        for one, verdict in zip(chosen, pool.map(lambda one: _tried(one, sound, unsound), chosen), strict=True):
            survived += not verdict.is_killed
            _say(f"{'killed  ' if verdict.is_killed else 'SURVIVED'}  {one.name}: {verdict.words}")
    took = time.monotonic() - began
    _say(f"sabotage: {len(chosen)} mutants, {len(chosen) - survived} killed, {survived} survived, {took:.0f} s")
    return int(survived > 0)


def copied(source: Path, target: Path, copy: Callable[[str, str], object] = shutil.copy2) -> Path:
    """Copy what a mutant may touch and link the rest; what Python compiled goes along, it fits the copy as well."""
    target.mkdir()
    for name in _COPIED:
        shutil.copytree(source / name, target / name, copy_function=copy, ignore=_without_what_is_linked)
    copy(str(source / "pyproject.toml"), str(target / "pyproject.toml"))
    for name in _LINKED:
        (target / name).symlink_to((source / name).resolve())
    return target


def _without_what_is_linked(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if f"{Path(folder).name}/{name}" in _LINKED}


def _not_passing(sound: Path, tests: Collection[str], pool: ThreadPoolExecutor) -> dict[str, str]:
    """Run every test in the untouched copy; return those that do not pass there, and why."""
    slow = sorted(test for test in tests if test.startswith(("tests/e2e", "tests/sabotage")))
    quick = sorted(set(tests) - set(slow))
    runs = pool.map(lambda some: (some, run(sound, some)), [some for some in (slow, quick) if some])
    return {test: why for some, notes in runs for test in some if (why := _unsound(sound, test, notes))}


def _unsound(sound: Path, test: str, notes: Notes | None) -> str:
    """Return why a test says nothing about any mutant, "" for a good one."""
    if notes is None:
        return "the run without any mutant did not end"
    if not Path(notes.package).is_relative_to(sound):
        return f"another product was tested: {notes.package}"
    rows = _rows(test, notes)
    if not rows:
        return "it was not collected"
    return next((f"it fails without any mutant: {_fault(row)}" for row in rows if row["error"]), "")


def _tried(mutant: Mutant, sound: Path, unsound: dict[str, str]) -> Verdict:
    if mutant.test in unsound:
        return Verdict(is_killed=False, words=f"{mutant.test}: {unsound[mutant.test]}")
    with tempfile.TemporaryDirectory(prefix="mutant-", dir=sound.parent) as folder:
        here = copied(sound, Path(folder) / "tree", os.link)
        for file in dict.fromkeys(edit.file for edit in mutant.edits):
            text = sabotaged(mutant, file, here)
            (here / file).unlink()  # it is a file of the sound copy too
            (here / file).write_text(text, encoding="utf-8")
        return verdict(mutant.test, run(here, [mutant.test]), here)


def verdict(test: str, notes: Notes | None, here: Path) -> Verdict:
    """Judge the run of a mutant's test: only an assertion of the test itself kills."""
    if notes is None:
        return Verdict(is_killed=False, words="the run did not end")
    if not Path(notes.package).is_relative_to(here):
        return Verdict(is_killed=False, words=f"another product was tested: {notes.package}")
    rows = _rows(test, notes)
    if notes.broken or not rows:
        return Verdict(is_killed=False, words=f"{test} was not collected")
    failed = [row for row in rows if row["error"]]
    if not failed:
        return Verdict(is_killed=False, words=f"{test} passes all the same")
    if killing := [row for row in failed if _asserts(row)]:
        return Verdict(is_killed=True, words=f"by {test.partition('::')[2]} ({killing[0]['line']})")
    return Verdict(is_killed=False, words=f"{test} has no verdict: {_fault(failed[0])}")


def _fault(row: dict[str, str]) -> str:
    return f"{row['error']} at {row['at']}: {row['said']}"


def _rows(test: str, notes: Notes) -> list[dict[str, str]]:
    return [row for row in notes.ran if row["test"] == test or row["test"].startswith(f"{test}[")]


def _asserts(row: dict[str, str]) -> bool:
    is_of_tests = row["at"].startswith("tests/") and not row["at"].startswith(_NO_VERDICT)
    return row["phase"] != "setup" and row["error"] in _ASSERTIONS and is_of_tests


def run(here: Path, tests: Sequence[str]) -> Notes | None:
    """Run tests with the product of a tree; None where the run did not end in time or left no notes."""
    notes = here / "notes.json"
    path = os.pathsep.join([str(here), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    options = ["-q", "-p", "tests.sabotage.witness", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=here,
        env=os.environ | {"PYTHONPATH": path, "SABOTAGE_NOTES": str(notes)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(_LONGEST_S + 30 * len(tests))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    return Notes(**json.loads(notes.read_text(encoding="utf-8"))) if notes.exists() else None


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a script that prints what it found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
