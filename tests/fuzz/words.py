"""The words mail is made of: `mail.dict`, by the kind before each "=" (libFuzzer reads only the values)."""

import re
from collections import defaultdict
from pathlib import Path

DICTIONARY = Path(__file__).parent / "mail.dict"

_ENTRY = re.compile(rb'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|([\\"]))')


def _words(lines: bytes) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for entry in filter(None, map(_ENTRY.fullmatch, lines.splitlines())):
        value = _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()) if escape[1] else escape[2], entry[2])
        found[entry[1].decode()].append(value)
    return dict(found)


WORDS = _words(DICTIONARY.read_bytes())
ALL_WORDS = [word for words in WORDS.values() for word in words]
