"""Case references such as `KJ-2026-000123-M`: made, recognised, and checked by their last character."""

import re

_CHECKS = "123456789ABCDEFGHJKLMNPQRTUVWXY"
"""31 characters, a prime: one wrong digit or two swapped neighbours always change the sum."""
_NUMBER = re.compile(r"-[0-9]{4}-[0-9]{6,9}-[0-9A-Z](?![A-Z0-9])", re.ASCII | re.IGNORECASE)
_PREFIX = re.compile(r"(?<![A-Z0-9-])[A-Z]{1,8}\Z", re.ASCII | re.IGNORECASE)
"""A hyphen is found much sooner than any letter: the numbers first, then what stands before them."""
_PREFIX_CHARS = 9


def reference(prefix: str, year: int, number: int) -> str:
    """Return the reference of case `number` (1..) opened in `year`; the last character checks the rest."""
    stem = f"{prefix}-{year:04d}-{number:06d}"
    return f"{stem}-{check_character(stem)}"


def check_character(stem: str) -> str:
    """Return the check character of a stem: the sum of position times character code, modulo 31."""
    total = sum(position * ord(character) for position, character in enumerate(stem.upper(), start=1))
    return _CHECKS[total % len(_CHECKS)]


def is_reference(text: str) -> bool:
    """Say whether the text is one reference with a right check character."""
    return references_in(text) == (text,)


def references_in(text: str) -> tuple[str, ...]:
    """Return the well-formed references in a text, in order, each once; wrong check characters do not count."""
    found = (_with_prefix(text, number).upper() for number in _NUMBER.finditer(text))
    return tuple(dict.fromkeys(ref for ref in found if ref and check_character(ref[:-2]) == ref[-1]))


def _with_prefix(text: str, number: re.Match[str]) -> str:
    """Return the whole reference, "" where no prefix stands before its numbers."""
    before = _PREFIX.search(text[max(number.start() - _PREFIX_CHARS, 0) : number.start()])
    return before.group(0) + number.group(0) if before else ""
