"""Every mail of the corpus reads as the file beside it says."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse

HERE = Path(__file__).parent
MAILS = sorted(HERE.rglob("*.eml"))

READS: dict[str, Callable[[Incoming], Any]] = {
    "subject": lambda one: one.subject,
    "from": lambda one: one.from_address,
    "from_name": lambda one: one.sender_name,
    "message_id": lambda one: one.message_id or "",
    "sender": lambda one: one.sender or "",
    "to": lambda one: list(one.to),
    "text": lambda one: lines(one.text),
    "reply_text": lambda one: lines(one.reply_text),
    "attachments": lambda one: [part.name for part in one.attachments],
    "found_types": lambda one: [part.found_type for part in one.attachments],
    "encrypted": lambda one: [part.is_encrypted for part in one.attachments],
    "machine": lambda one: one.machine.value if one.machine else "",
    "automatic": lambda one: one.automatic,
    "recipients": lambda one: sorted(one.bounce.recipients) if one.bounce else [],
    "status": lambda one: (one.bounce and one.bounce.status) or "",
    "original_message_id": lambda one: (one.bounce and one.bounce.original_message_id) or "",
    "is_delay": lambda one: bool(one.bounce and one.bounce.is_delay),
    "language": lambda one: one.language.value,
    "individual_numbers": lambda one: one.individual_numbers,
}


def lines(text: str) -> str:
    """Return the text without blanks at line ends and without runs of empty lines."""
    return re.sub(r"\n{2,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")


def differences(raw: bytes, expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what is read and what was expected, for every key where they differ."""
    one = parse(raw)
    read = {key: READS[key](one) for key in expected if key in READS}
    read |= {"text_has": [piece for piece in expected.get("text_has", []) if piece in one.text]}
    read |= {"text_lacks": [piece for piece in expected.get("text_lacks", []) if piece not in one.text]}
    read |= {"defects": [code for code in expected.get("defects", []) if code in one.defects]}
    wanted = {key: lines(value) if key in {"text", "reply_text"} else value for key, value in expected.items()}
    return {key: (read.get(key), value) for key, value in wanted.items() if read.get(key) != value}


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.relative_to(HERE).with_suffix("").as_posix())
def test_the_mail_reads_as_expected(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    assert expected
    assert differences(path.read_bytes(), expected) == {}
