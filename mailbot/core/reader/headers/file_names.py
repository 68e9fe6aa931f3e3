"""Makes the names of files safe to show: the last component of a path, nothing hidden, nothing too long."""

import re
import unicodedata
from collections.abc import Iterable

from mailbot.core.reader.headers.encoded_words import clean

MAX_NAME_CHARS = 120

_SEPARATOR = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_SPOILT = re.compile("\ufffd|\\?\\?")


def best_name(names: Iterable[str | None]) -> str:
    """Return the first of the names a part is given that a program on the way did not spoil, made safe; "" for none."""
    given = [name for name in names if name]
    return next(filter(None, map(safe_name, sorted(given, key=_is_spoilt))), "")


def _is_spoilt(name: str) -> bool:
    """Whether characters were lost: a program that knew ASCII only wrote question marks."""
    return _SPOILT.search(name) is not None


def safe_name(name: str) -> str:
    """Return the last component of a name: NFC, at most 120 characters, no dot first, nothing hidden."""
    last = _SEPARATOR.split(clean(unicodedata.normalize("NFC", name)))[-1]
    last = _FORBIDDEN.sub("_", last).strip(" .")
    stem, dot, ending = last.rpartition(".")
    if len(last) <= MAX_NAME_CHARS or not dot or len(ending) > MAX_NAME_CHARS // 4:
        return last[:MAX_NAME_CHARS].rstrip(" .")  # the cut may lay a blank bare, which a file system drops
    return stem[: MAX_NAME_CHARS - len(ending) - 1] + "." + ending
