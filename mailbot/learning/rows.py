"""The written mails in `models/data/*.jsonl`, and how they are split.

A line is an object: `id`, `lang` (ja, en), `subject`, `text`, `labels` (kinds), `flags`, `because` (code → deciding
words, each a part of text or subject), `origin` (who wrote it), `group` (texts of one kin), `level` (easy, hard).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.reader.reply.reply import newest
from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES, FLAGS


@dataclass(frozen=True)
class Row:
    """One written mail with what its writer asks in it."""

    id: str
    lang: str
    subject: str
    text: str
    labels: tuple[str, ...]
    flags: tuple[str, ...] = ()
    because: dict[str, list[str]] = field(default_factory=dict)
    origin: str = ""
    group: str = ""
    level: str = "hard"

    @cached_property
    def mail(self) -> MailText:
        """The mail as the classifier gets it: the newest words without quotation and signature."""
        return MailText(self.subject, newest(self.text)[0] or self.text, Language(self.lang))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds it asks for."""
        return frozenset(self.labels)

    def has(self, code: str) -> bool:
        """Whether it asks for a kind or has a flag."""
        return code in self.labels or code in self.flags


def rows_of(place: Path) -> list[Row]:
    """Return the rows of a file, or of every `*.jsonl` file of a folder, in order.

    Raises ValueError naming file and line for a row nobody can use, OSError where nothing can be read.
    """
    files = sorted(place.glob("*.jsonl")) if place.is_dir() else [place]
    return [
        _row(file, number, line)
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if line.strip()
    ]


def _row(file: Path, number: int, line: str) -> Row:
    try:
        found: dict[str, Any] = json.loads(line)
        row = Row(
            id=found.get("id", f"{file.stem}-{number:04}"),
            lang=found["lang"],
            subject=found.get("subject", ""),
            text=found["text"],
            labels=tuple(found["labels"]),
            flags=tuple(found.get("flags", ())),
            because=found.get("because", {}),
            origin=found.get("origin", found.get("source", "")),
            group=found.get("group", f"{file.stem}-{number:04}"),
            level=found.get("level", "hard"),
        )
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as fault:
        raise ValueError(f"{file}, line {number}: expected an object with lang, text, labels: {fault!r}") from fault
    unknown = (set(row.labels) - set(CODES)) | (set(row.flags) - set(FLAGS))
    if unknown or not row.labels or row.lang not in {one.value for one in Language}:
        known = ", ".join(CODES)
        raise ValueError(f"{file}, line {number}: unknown or missing codes {sorted(unknown)}; kinds are {known}")
    return row


def coarse(kinds: Iterable[str]) -> frozenset[str]:
    """Return the classes of the user (disclosure, correction, suspension, complaint, ...) of some kinds."""
    return frozenset(KINDS[kind].right for kind in kinds)


def held_out(rows: Sequence[Row], folds: Sequence[Sequence[str]]) -> list[tuple[list[int], list[int]]]:
    """Return for every fold of origins the numbers of the rows to learn from and of those held out.

    No writer, and so no group of kin texts, stands on both sides.
    """
    sides = []
    for origins in folds:
        out = [number for number, row in enumerate(rows) if row.origin in origins]
        sides.append((sorted(set(range(len(rows))) - set(out)), out))
    return [side for side in sides if side[0] and side[1]]
