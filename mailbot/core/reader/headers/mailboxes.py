"""Takes From, To and Cc apart as mailers really write them: for showing and for finding our own address.

Nobody is proved by what is read here; who a mail is from says `core.sender` alone.
"""

import re
from collections.abc import Iterator, Sequence

from mailbot.core.reader.headers.encoded_words import clean, decode_words, without_escapes

MAX_LISTED = 100

_BOX = "\u25a1"  # stands for what was masked
_ANY_WORD = re.compile(r"=\?[^?\s]{0,75}\?[bBqQ]\?[^?\s]*\?=")
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)  # an open quotation swallows the rest: linear
_COMMENT = re.compile(r"\([^()]*+\)")
_ENTRY = re.compile(r"[^,;]+")
_ANGLE = re.compile(r"<([^<>]*+)>")
_ANGLE_WITH_AT = re.compile(r"<([^<>@]*+@[^<>]*+)>")
_PLAIN = re.compile(r"[A-Za-z0-9._+=-]++@[A-Za-z0-9.-]++")
_LOOSE_WORD = re.compile(r"[^\s<>:]++")
_ESCAPED = re.compile(r"\\(.)|\"")
_BLANK = re.compile(r"\s+")
_AROUND_NAME = " \t<\"';,"


def addresses(values: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of To or Cc headers for showing and for finding our own; at most 100, nobody is proved."""
    found = (address for value in values for _, address in _entries(without_escapes(value)) if address)
    return tuple(address for address, _ in zip(found, range(MAX_LISTED), strict=False))


def shown_sender(value: str) -> tuple[str, str]:
    """Return the display name and the bare address of a raw From value, for showing only; "" where missing.

    Where a sender forgot to close a quotation, or encoded the address with the name, the address is found too.
    """
    value = without_escapes(value)
    for reading in dict.fromkeys((value, value.replace('"', " "), decode_words(value))):
        if found := next(_entries(reading), None):
            return found
    return (clean(decode_words(value)) if "@" not in value else "", "")


def _entries(value: str) -> Iterator[tuple[str, str]]:
    """Yield name and address of every list entry; a comma in a quotation or comment is masked and does not count.

    What stands before a comma and has no address is part of the next name: `Yamada, Taro <taro@…>`.
    """
    masked = _masked(value)
    start = 0
    for entry in _ENTRY.finditer(masked):
        if found := _address_in(masked, *entry.span()):
            begin, end = found.span(found.re.groups)
            name_at = masked.rfind(":", start, found.start()) + 1 or start  # behind a group's name
            yield _name(value[name_at : found.start()], value[found.end() : entry.end()]), _bare(value[begin:end])
            start = entry.end() + 1


def _masked(value: str) -> str:
    """Return the value, as long as before, with a box or blank for every character that is none of its structure."""
    if "=?" in value:
        value = _ANY_WORD.sub(_boxes, value)
    if '"' in value or "(" in value:
        value = _COMMENT.sub(_blank, _QUOTED.sub(_boxes, value))
    return _ANGLE.sub(_without_commas, value) if "<@" in value else value


def _address_in(masked: str, start: int, end: int) -> re.Match[str] | None:
    """Return where the address stands: in angle brackets, else a word with an @, else empty brackets."""
    angle = _ANGLE_WITH_AT.search(masked, start, end)
    words = (word for word in _LOOSE_WORD.finditer(masked, start, end) if "@" in word[0][1:-1])
    return angle or next(words, None) or _ANGLE.search(masked, start, end)


def _bare(address: str) -> str:
    """Return an address without what mailers write around it: blanks, `mailto:`, a route (RFC 822 §6.1), quotes."""
    if _PLAIN.fullmatch(address):
        return address
    local, at, domain = clean(decode_words(address)).rpartition("@")
    if '"' not in local:
        local = _BLANK.sub("", local).rpartition(":")[2].removeprefix("'")
    return f"{local}{at}{_BLANK.sub('', domain).rstrip(chr(39))}"


def _name(before: str, after: str) -> str:
    """Return the display name; old mailers write it as a comment behind the address (RFC 5322 §3.4)."""
    name = before.strip(" \t<") or after.strip()
    comment = _COMMENT.fullmatch(name) if name else None
    bare = _ESCAPED.sub(lambda found: found[1] or "", comment[0][1:-1] if comment else name)
    return clean(decode_words(bare)).strip(_AROUND_NAME)


def _boxes(match: re.Match[str]) -> str:
    return _BOX * len(match[0])


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _without_commas(match: re.Match[str]) -> str:
    return match[0].replace(",", _BOX).replace(";", _BOX)
