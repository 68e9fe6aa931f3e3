"""Knows what companies and programs put under or over every mail: notices of secrecy, virus checks, warnings."""

import re
from collections.abc import Iterator

from mailbot.core.reader.reply.ending_words import (
    ADDRESSEE,
    ADVERTISING,
    JAPANESE_NOTICE_CUES,
    JAPANESE_NOTICE_MARKS,
    LIST_CUES,
    NOTICE_CUES,
    NOTICE_MARKS,
    NOTICE_TITLES,
    OUTSIDE,
    OUTSIDE_TAG,
    PERSONAL,
    PROGRAM_LINES,
    SECRECY,
)
from mailbot.core.reader.reply.page import Page, bare, is_ruler, unlinked

_MAX_PARAGRAPH_CHARS = 3_000
_MAX_FOOTER_LINES = 80
_MAX_HEADER_LINES = 12
_MAX_HEADER_CHARS = 500
_MAX_PENDING_LINES = 8  # of a notice in more than one paragraph
_ENOUGH_CUES, _ENOUGH_CUES_OF_A_PART = 4, 2

_MARKS = [re.compile(mark, re.IGNORECASE) for mark in (*NOTICE_MARKS, *JAPANESE_NOTICE_MARKS)]
_CUES = [re.compile(cue, re.IGNORECASE) for cue in (*NOTICE_CUES, *JAPANESE_NOTICE_CUES)]
_SECRECY, _ADDRESSEE = re.compile(SECRECY, re.IGNORECASE), re.compile(ADDRESSEE, re.IGNORECASE)
_PERSONAL = re.compile(PERSONAL, re.IGNORECASE)
_PROGRAM_LINE = re.compile(PROGRAM_LINES, re.IGNORECASE)
_LIST = re.compile(LIST_CUES, re.IGNORECASE)
_OUTSIDE = re.compile(rf"(?:{OUTSIDE_TAG}[:\s]*)?(?:{OUTSIDE})|{OUTSIDE_TAG}", re.IGNORECASE)
_ADVERTISING = re.compile(ADVERTISING, re.IGNORECASE)
_SITE = re.compile(r"https?://|www\.")
_TITLE = re.compile(NOTICE_TITLES, re.IGNORECASE)


def footer_start(page: Page, begin: int, end: int) -> int:
    """Return the line from which on the lines begin..end-1 are a footer; `end` where they have none."""
    start = below = end
    for first, last in _paragraphs_upwards(page, max(begin, end - _MAX_FOOTER_LINES), end):
        lines = page.plain[first : last + 1]
        is_title = start < end and len(lines) == 1 and _TITLE.fullmatch(bare(lines[0])) is not None
        is_part = start < end and is_notice(lines, _ENOUGH_CUES_OF_A_PART)
        is_whole = is_notice(lines) or is_notice(page.plain[first:below])
        if is_title or is_part or is_whole or _is_programs(lines) or _is_lists(page, first, lines):
            start = below = _above_rulers(page, begin, first)
        elif below - first > _MAX_PENDING_LINES:
            break
    return start


def _above_rulers(page: Page, begin: int, first: int) -> int:
    while first > begin and (is_ruler(page.plain[first - 1]) or page.plain[first - 1] == "--"):
        first -= 1
    return first


def _paragraphs_upwards(page: Page, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield first and last line of the paragraphs, the lowest first; empty lines and rulers part them."""
    last: int | None = None
    for number in range(end - 1, begin - 2, -1):
        is_gap = number < begin or not page.plain[number] or is_ruler(page.plain[number]) or page.plain[number] == "--"
        if not is_gap and last is None:
            last = number
        elif is_gap and last is not None:
            yield number + 1, last
            last = None


def _is_programs(lines: list[str]) -> bool:
    sure = [_PROGRAM_LINE.fullmatch(unlinked(line).strip(" .。") or line) is not None for line in lines]
    return any(sure) and all(one or _SITE.match(line) for one, line in zip(sure, lines, strict=True))


def _is_lists(page: Page, first: int, lines: list[str]) -> bool:
    """Whether a list or a free service put the lines under a ruler: with how to leave, or with praise and a link."""
    if first == 0 or not is_ruler(page.plain[first - 1]):
        return False
    has_link = any(_SITE.match(line) for line in lines)
    titled = [bare(page.plain[first - 1]), *lines]
    return any(_LIST.search(line) or (has_link and _ADVERTISING.search(line)) for line in titled)


def header_end(page: Page) -> int:
    """Return how many lines at the top only say that the mail came from outside."""
    found = 0
    while (first := page.next_words(found - 1)) < len(page):
        size = next((count for count in range(1, _MAX_HEADER_LINES) if not page.line(first + count)), _MAX_HEADER_LINES)
        said = next((count for count in (size, 1, 2) if _is_from_outside(page.plain[first : first + count])), 0)
        if not said and not (found and is_ruler(page.plain[first])):
            break
        found = first + max(said, 1)
    return found


def _is_from_outside(lines: list[str]) -> bool:
    words = unlinked(" ".join(lines)[:_MAX_HEADER_CHARS])
    return any(_OUTSIDE.fullmatch(words.strip(edges)) for edges in (" ", "-=_|* ", "-=_|*[](){} "))


def is_notice(paragraph: list[str], enough: int = _ENOUGH_CUES) -> bool:
    """Whether a paragraph is a notice of secrecy or liability: it speaks of `enough` things that notices speak of."""
    words = " ".join(paragraph)[:_MAX_PARAGRAPH_CHARS]
    if _PERSONAL.search(words):
        return False
    if _SECRECY.search(words) and _ADDRESSEE.search(words):
        return True
    marks = _count(_MARKS, words)
    return marks > 0 and marks + _count(_CUES, words) >= enough


def _count(cues: list[re.Pattern[str]], words: str) -> int:
    return sum(cue.search(words) is not None for cue in cues)
