"""A mutant: the product without one of its promises, as changes of its text, and the test that must turn red."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file; `before` stands in it exactly once."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """Its name says what the product then does, `test` is the id of the test that proves it does not."""

    name: str
    test: str
    edits: tuple[Edit, ...]


def mutant(name: str, test: str, *edits: tuple[str, str, str]) -> Mutant:
    """Return a row of the table; an edit is a file of `mailbot/`, its text before, and its text after."""
    return Mutant(name, test, tuple(Edit(f"mailbot/{file}", before, after) for file, before, after in edits))


def faults(one: Mutant, root: Path) -> list[str]:
    """Return what of a mutant does not fit a source tree: each text has to stand once, the test has to be there."""
    found = [
        f"{one.name}: {edit.file} holds {count} times, not once: {edit.before!r}"
        for edit in one.edits
        if (count := _text(root / edit.file).count(edit.before)) != 1
    ]
    file, _, function = one.test.partition("::")
    if not re.search(rf"^def {function.partition('[')[0]}\(", _text(root / file), re.MULTILINE):
        found.append(f"{one.name}: there is no test {one.test}")
    return found


def sabotaged(one: Mutant, file: str, root: Path) -> str:
    """Return the text of a file of a tree as the mutant has it."""
    text = _text(root / file)
    for edit in one.edits:
        text = text.replace(edit.before, edit.after) if edit.file == file else text
    return text


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""
