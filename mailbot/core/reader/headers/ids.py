"""Reads Message-IDs: strictly for everything we ever write, leniently for showing alone.

Only what `message_ids` returns may become a header line of ours (threats B3).
"""

import re

from mailbot.core.reader.headers.encoded_words import clean

MAX_IDS = 20
MAX_IDS_CHARS = 2_000
MAX_SHOWN_CHARS = 500

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,250}@[!-;=?A-~]{1,250}>")
_BRACKETED = re.compile(r"<\s*+([^<>]*[^<>\s])\s*+>?")
_COMMENT = re.compile(r"\([^()]*+\)")
_BLANK = re.compile(r"\s+")


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids that match the strict grammar, brackets kept; the newest where there are too many.

    Printable ASCII only, at most 20 ids and 2,000 characters in all; junk between them is ignored.
    """
    found = [match[0] for match in _MESSAGE_ID.finditer(value)][-MAX_IDS:]
    while sum(map(len, found)) > MAX_IDS_CHARS:
        found.pop(0)
    return tuple(found)


def shown_id(value: str) -> str:
    """Return what a Message-ID header says, in brackets and safe to show; "" where it says nothing.

    For people and for finding doubles, never for a header of ours: mailers send ids without brackets, without
    an @, with blanks or line ends inside, or in non-ASCII letters (RFC 5322 §3.6.4 allows none of it).
    """
    value = value[: 4 * MAX_SHOWN_CHARS]
    if strict := _MESSAGE_ID.search(value):
        return strict[0]
    if bracketed := _BRACKETED.search(value):
        return _closed(bracketed[1])
    words = _COMMENT.sub(" ", value).replace("<", " ").replace(">", " ").split()
    return _closed(next((word for word in words if "@" in word), words[0] if words else ""))


def _closed(inner: str) -> str:
    inner = clean(_BLANK.sub("", inner))[:MAX_SHOWN_CHARS]
    return f"<{inner}>" if inner else ""
