"""Case references such as `KJ-2026-000123-M`: made, recognised, and checked by their last character."""

import re

_CHECKS = "123456789ABCDEFGHJKLMNPQRTUVWXY"
"""31 characters, a prime: one wrong digit or two swapped neighbours always change the sum."""
_REFERENCE = re.compile(
    r"(?<![A-Z0-9-])([A-Z]{1,8})-([0-9]{4})-([0-9]{6,9})-([0-9A-Z])(?![A-Z0-9])", re.ASCII | re.IGNORECASE
)


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
    found = (match.group(0).upper() for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(ref for ref in found if check_character(ref[:-2]) == ref[-1]))
