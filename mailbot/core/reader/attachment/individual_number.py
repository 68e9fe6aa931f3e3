"""Masks the individual number (My Number, 個人番号), which the desk never collects, before anything else sees it.

What counts as one: twelve digits, in one run or as 4-4-4, in any kind of digits.

| the number | its check digit fits | it does not |
|---|---|---|
| words for the individual number stand near | masked | masked as a slip of the pen, unless it is named otherwise |
| it is named otherwise (追跡番号, order number) | kept | kept |
| nothing is said | masked | kept |

The law wants the number kept nowhere; a number masked by mistake costs staff a look into the sealed mail. So where
nothing is said and the check digit fits, as it does by chance for one number of eleven, it is masked. A number that
its writer calls a tracking number is one all the same: hardly anybody calls their individual number that. Longer runs
are never masked: thirteen digits are a company's number (法人番号) or a bar code, sixteen a card.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.reader.attachment.number_names import NumberNames

DIGITS = 12
MASK = "*"

_KANJI = "〇一二三四五六七八九"
_DIGIT = rf"[\d零{_KANJI}]"
_BLANK = "[ \t\u00a0\u00ad\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]"
_MARK = "[-‐‑‒–—―−－ーｰ─━﹣⁃~〜～.．・･·,，、/／∕_＿|｜]"
_GAP = rf"(?:{_BLANK}{{0,2}}+(?:{_MARK}|\r?\n[> \u3000]{{0,6}}+){_BLANK}{{0,2}}+|{_BLANK}{{1,3}}+)"
_CHAIN = re.compile(rf"{_DIGIT}++(?:{_GAP}{_DIGIT}++)*+")
_NO_DIGIT = re.compile(rf"[^\d零{_KANJI}]+")
_GROUP = re.compile(rf"{_DIGIT}+")
_LETTERS = re.compile(r"[A-Za-z]")
_ID_ENDS = re.compile(r"[\w.$+%=-]{0,80}+@", re.ASCII)  # what stands before is of an address or a Message-ID
_QUARTER = 4
_CARD_GROUPS = 4
_MAX_GROUPS = 12  # of a number in any other layout than 4-4-4, which takes words for it and the check digit
_IN_LIST = re.compile(r"[\s,、，・/;；()（）「」『』と及びおよand]{0,12}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Twelve digits in the text: the groups from the `at`-th on, `taken` of them, of one chain of groups of digits."""

    text: str
    groups: list[tuple[int, int]]
    at: int
    taken: int

    @property
    def start(self) -> int:
        return self.groups[self.at][0]

    @property
    def end(self) -> int:
        return self.groups[self.at + self.taken - 1][1]

    @property
    def shown(self) -> str:
        return self.text[self.start : self.end]


def masked(text: str) -> tuple[str, int]:
    """Return the text with every individual number masked in its layout, and how many were found.

    Digits become `*` one by one, separators stay, so that offsets and lines are those of the given text. Total and
    linear for any text: bodies, subjects, names of people and of files.
    """
    names: NumberNames | None = None
    pieces: list[str] = []
    done, last_end, is_other = 0, -1, False
    for one in _candidates(text):
        names = names or NumberNames(text)
        if one.start < done:
            continue
        is_in_list = is_other and (one.start < last_end or _IN_LIST.fullmatch(text, last_end, one.start) is not None)
        is_other = is_in_list or names.is_named_otherwise(one.start, one.end)
        last_end = one.end
        if _is_individual(one, names, is_other=is_other):
            pieces += [text[done : one.start], re.sub(_DIGIT, MASK, one.shown)]
            done = one.end
    return "".join([*pieces, text[done:]]), len(pieces) // 2


def is_check_digit_right(digits: str) -> bool:
    """Return whether the last of twelve ASCII digits is the check digit (検査用数字) of the eleven before it.

    平成26年総務省令第85号 第5条: 11 less the rest of dividing the sum of Pn times Qn by 11, and 0 where the rest is 0
    or 1; Pn is the n-th digit from the right without the check digit, Qn is n+1 up to the sixth, n-5 from the seventh.
    """
    values = [int(digit) for digit in reversed(digits[: DIGITS - 1])]
    rest = sum(value * (n + 1 if n <= 6 else n - 5) for n, value in enumerate(values, 1)) % 11  # noqa: PLR2004 - the law
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def _is_individual(one: _Candidate, names: NumberNames, *, is_other: bool) -> bool:
    digits = _plain_digits(one.shown)
    if len(set(digits)) == 1:
        return False  # 0000-0000-0000 only shows where a number would stand
    is_right = is_check_digit_right(digits)
    if names.is_individual_near(one.start, one.end):
        return is_right or (not is_other and _is_plain(one))
    return is_right and not is_other and _is_plain(one)


def _plain_digits(shown: str) -> str:
    digits = _NO_DIGIT.sub("", shown)
    return digits if digits.isascii() else "".join(map(_value, digits))


def _value(char: str) -> str:
    return str(_KANJI.find(char) if char in _KANJI else unicodedata.decimal(char, 0))


def _candidates(text: str) -> Iterator[_Candidate]:
    """Yield the places in their order; those of a longer row overlap."""
    for chain in _CHAIN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *chain.span())]
        for at in range(len(groups)):
            if taken := _taken(text, groups, at):
                yield _Candidate(text, groups, at, taken)


def _taken(text: str, groups: list[tuple[int, int]], at: int) -> int:
    """Return how many groups from `at` on make twelve digits in a layout of this number: 1, 3, or 0 for none."""
    if _length(groups[at]) == DIGITS:
        return 0 if text[groups[at][0] - 1 : groups[at][0]] == "+" else 1
    quarters = DIGITS // _QUARTER
    separators = _separators(text, groups[at : at + quarters])
    if [_length(group) for group in groups[at : at + quarters]] == [_QUARTER] * quarters and len(separators) == 1:
        return quarters
    is_whole = at == 0 and len(groups) <= _MAX_GROUPS and sum(map(_length, groups)) == DIGITS
    return len(groups) if is_whole else 0


def _length(group: tuple[int, int]) -> int:
    return group[1] - group[0]


def _is_plain(one: _Candidate) -> bool:
    """Return whether the form alone speaks for the number: no code or id, no card, no column, one separator."""
    if one.taken == 1:
        return not _ID_ENDS.match(one.text, one.end) and not (
            _LETTERS.match(one.text, one.end) and one.start and _LETTERS.match(one.text, one.start - 1)
        )
    separators = _separators(one.text, one.groups[one.at : one.at + one.taken])
    is_quarters = one.taken == DIGITS // _QUARTER and len(separators) == 1 and "\n" not in separators
    return is_quarters and not _is_longer(one, separators.pop())


def _is_longer(one: _Candidate, separator: str) -> bool:
    """Return whether the 4-4-4 is part of a card number that is right by its check digit, or of a longer row."""
    text, groups, first, last = one.text, one.groups, one.at, one.at
    while first > 0 and one.at - first < _CARD_GROUPS and _is_next(text, groups, first - 1, separator):
        first -= 1
    while last + 1 < len(groups) and last - one.at < _CARD_GROUPS and _is_next(text, groups, last, separator):
        last += 1
    row = groups[first : last + 1]
    digits = _plain_digits(text[row[0][0] : row[-1][1]])
    return len(row) > _CARD_GROUPS or (len(row) == _CARD_GROUPS and _is_luhn_right(digits))


def _is_next(text: str, groups: list[tuple[int, int]], number: int, sep: str) -> bool:
    left, right = groups[number], groups[number + 1]
    return _length(left) == _length(right) == _QUARTER and _kind(text[left[1] : right[0]]) == sep


def _separators(text: str, groups: list[tuple[int, int]]) -> set[str]:
    return {_kind(text[left[1] : right[0]]) for left, right in pairwise(groups)}


def _kind(gap: str) -> str:
    """Return the kind of a separator: a line end, a blank, or the mark itself."""
    return "\n" if "\n" in gap else gap.strip(" \t\u3000\u00a0") or " "


def _is_luhn_right(digits: str) -> bool:
    """Return whether the last digit is the check digit of a payment card (ISO/IEC 7812-1 annex B)."""
    values = [int(digit) for digit in reversed(digits)]
    return sum(value if n % 2 == 0 else sum(divmod(2 * value, 10)) for n, value in enumerate(values)) % 10 == 0
