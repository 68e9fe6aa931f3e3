"""What may follow a command word: names, codes, days, references, then request numbers or free text. Pure.

Every reader takes one word (NFKC, dashes as `-` where the word is ASCII) and returns it in its one canonical form,
or None where it is not of that sort. Every step is linear in the length of the line (threats C9).
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from mailbot.core.absence import written_day
from mailbot.core.reader.headers.sender import strict_address
from mailbot.core.reference import is_reference

MAX_DAYS = 62
"""Days one command may name: the longest extension any shipped policy allows is two months."""
MAX_WORD_CHARS = 254
"""The longest word that is looked at: an address. Normalising is not linear, so it never sees more (threats C9)."""

_WORD = re.compile(r"[\s,、，]*([^\s,、，]*)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_DAYS = re.compile(r"([0-9]{1,3})(?:営業日|日間|日|days?|d)?", re.IGNORECASE)
_REQUEST = re.compile(r"#?([1-9][0-9]{0,2})")
_SUGGESTED = 3


class Misfit(Exception):
    """What follows the command word cannot be read; `suggestions` are words that might have been meant."""

    def __init__(self, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.suggestions = suggestions


class Text(StrEnum):
    """Whether the rest of the line is free text."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument. `read` makes it canonical; `words` are all it knows, () where anything of its sort will do.

    One that `follows` is only read where the slot before it was filled.
    """

    read: Callable[[str], str | None]
    is_required: bool = True
    is_repeated: bool = False
    follows: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arguments:
    """What may follow a command word, in this order: target, slots, text or request numbers.

    The target is the reference of another case, or, where `takes_number`, the number of a line of the digest;
    `needs_target` refuses a command without one. Before a text, request numbers are told by their `#`.
    """

    slots: tuple[Slot, ...] = ()
    text: Text = Text.NONE
    has_requests: bool = False
    takes_number: bool = False
    needs_target: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What was read: canonical words, the text as typed, request numbers (empty = all open)."""

    words: tuple[str, ...] = ()
    text: str = ""
    requests: tuple[int, ...] = ()


def fill(arguments: Arguments, line: str, at: int = 0) -> Filled:
    """Read what stands in a line from a place on. Raises Misfit for what is missing, unknown or too much."""
    words: list[str] = []
    for slot in arguments.slots:
        found, at = ([], at) if slot.follows and not words else _slot_words(slot, line, at)
        words += found
    if arguments.text is not Text.NONE:
        return _with_text(arguments, tuple(words), line[at:].strip())
    requests, at = _request_numbers(line, at) if arguments.has_requests else ((), at)
    if spare := next_word(line, at)[0]:
        raise Misfit(nearest(spare, [word for slot in arguments.slots for word in slot.words]))
    return Filled(tuple(words), "", requests)


def next_word(line: str, at: int = 0) -> tuple[str, int]:
    """Return the next word and the place behind it; "" at the end. Commas of both scripts separate words too."""
    found = _WORD.match(line, at)
    return (folded(found[1]), found.end()) if found else ("", len(line))


def folded(word: str) -> str:
    """Return a word as NFKC, with the dashes of Japanese keyboards as `-`; one that is too long as it is."""
    if len(word) > MAX_WORD_CHARS:
        return word
    plain = unicodedata.normalize("NFKC", word)
    dashed = plain.translate(_DASHES)
    return dashed if dashed.isascii() else plain


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three known words that may have been meant: those it begins or begins with, then the most alike."""
    if not word or len(word) > MAX_WORD_CHARS:
        return ()
    sought, names = word.casefold(), tuple(dict.fromkeys(known))
    begun = [name for name in names if name.startswith(sought) or sought.startswith(name)]
    likeness = 0.6 if sought.isascii() else 0.5  # Japanese words have two characters: half is one slip
    alike = difflib.get_close_matches(sought, names, _SUGGESTED, likeness)
    return tuple(dict.fromkeys((*begun, *alike)))[:_SUGGESTED]


def coded(words: Mapping[str, str], *, is_required: bool = True, is_repeated: bool = False) -> Slot:
    """Return a slot for one of the words; each stands for its code. `words` are in lower case with `_` for `-`."""

    def read(word: str) -> str | None:
        # the notices print 開示請求 for 開示
        return words.get(word.casefold().replace("-", "_").removesuffix("請求"))

    return Slot(read, is_required=is_required, is_repeated=is_repeated, words=tuple(words))


def person(word: str) -> str | None:
    """Read a part of a name or of a staff id: anything that is no number."""
    return None if not word or word.lstrip("#").isdecimal() else word


def ground(word: str) -> str | None:
    """Read the code of a ground such as `33-2-2`, in lower case; which ones there are the policy says."""
    return word.casefold() if person(word) else None


def days(word: str) -> str | None:
    """Read a number of days (1..62), with or without its unit, as the number alone."""
    found = _DAYS.fullmatch(word)
    return str(int(found[1])) if found and 1 <= int(found[1]) <= MAX_DAYS else None


def absent_days(word: str) -> str | None:
    """Read a day, or two joined as one word (`12/1〜12/5`), as `core.absence` reads them: `12-01..12-05`."""
    ends = [written_day(end) for end in re.split(r"\.\.|~|〜|から", word.removesuffix("まで")) if end]
    known = [end for end in ends if end]
    return "..".join(known) if known and known == ends else None


def request_number(word: str) -> str | None:
    """Read the number of a request, `2` or `#2`."""
    found = _REQUEST.fullmatch(word)
    return found[1] if found else None


def case_reference(word: str) -> str | None:
    """Read a case reference in any case of its letters; one with a wrong check character is none."""
    ref = word.upper().rstrip(":.")
    return ref if is_reference(ref) else None


def address(word: str) -> str | None:
    """Read one e-mail address by the strict reader (threats A2)."""
    return strict_address((word,)) if word.isascii() else None


def _slot_words(slot: Slot, line: str, at: int) -> tuple[list[str], int]:
    """Return the words that fit a slot, and the place behind them. Raises Misfit where a required one is missing."""
    found: list[str] = []
    while slot.is_repeated or not found:
        word, behind = next_word(line, at)
        value = slot.read(word) if word and len(word) <= MAX_WORD_CHARS else None
        if value is None:
            if slot.is_required and not found:
                raise Misfit(nearest(word, slot.words))
            break
        found.append(value)
        at = behind
    return found, at


def _request_numbers(line: str, at: int) -> tuple[tuple[int, ...], int]:
    numbers: list[int] = []
    while number := request_number((read := next_word(line, at))[0]):
        numbers.append(int(number))
        at = read[1]
    return tuple(dict.fromkeys(numbers)), at


def _with_text(arguments: Arguments, words: tuple[str, ...], text: str) -> Filled:
    """Return the text as typed, without the `#1 #3` at its end where the command takes request numbers."""
    requests: tuple[int, ...] = ()
    if arguments.has_requests:
        typed = text.split()
        marks = [folded(word) for word in takewhile(_is_marked, reversed(typed))]
        requests = tuple(dict.fromkeys(int(mark[1:]) for mark in reversed(marks)))
        text = text.rsplit(maxsplit=len(marks))[0] if len(marks) < len(typed) else ""
    if arguments.text is Text.REQUIRED and not text:
        raise Misfit
    return Filled(words, text, requests)


def _is_marked(word: str) -> bool:
    plain = folded(word)
    return plain.startswith("#") and request_number(plain) is not None
