"""Finds the signature at the end of a piece of a letter: under "-- ", in a box, under a ruler, or unmarked.

What is not marked by "-- " is a guess, and the guess never takes all words, never the data of a request (name, date
of birth, member number, often boxed as well), and never a block that the line above it announces.
"""

import re

from mailbot.core.reader.reply.contact import (
    has_phone,
    is_contact,
    is_date,
    is_foreign_label,
    is_item,
    is_labelled_contact,
    is_latin_name,
    is_name,
    is_organisation,
    is_prose,
    is_request_data,
    is_site,
)
from mailbot.core.reader.reply.ending_words import CLOSINGS
from mailbot.core.reader.reply.page import Page, bare, is_ruler
from mailbot.core.reader.reply.signature_words import LEADS

_MAX_LINES = 16
_MAX_EMPTY_LINES = _MAX_NAME_LINES = 2
_MAX_MARKED_LINES = 60
_MAX_BOX_LINES = 30
_MAX_NAMES_BELOW_CLOSING = 4
_MAX_NAMES_IN_BOX, _MAX_NAMES_UNDER_RULER = 5, 3

_MARK = re.compile(r"--|—|––|__|‐‐|ーー")
_LEAD = re.compile(LEADS, re.IGNORECASE)
_DASHED_NAME = re.compile(r"[-–—~]{1,2}\s?[^\W\d_a-z\u3040-\u9fff][\w.]*(?: [^\W\d_a-z][\w.]*){0,2}")
_THANKING = re.compile(r"(?:many )?thank(?:s| you)\b.{0,50}[,!]", re.IGNORECASE)


def signature_start(page: Page, begin: int, end: int, *, is_letter: bool, has_words_above: bool) -> int:
    """Return the line from which on the lines begin..end-1 are a signature; `end` where they have none.

    `is_letter` says that the mail quotes nothing: only then the closing above a bare name goes with it, as a
    closing under a short answer may be most of its words. `has_words_above` says that words stand before `begin`.
    """
    start = marked_start(page, begin, end)
    if start == end:
        start = _guessed_start(page, begin, end)
    start = _with_closing(page, begin, start, end, is_letter=is_letter)
    is_guess = start < end and page.raw[start] != "-- "
    return end if is_guess and not has_words_above and not any(page.plain[begin:start]) else start


def marked_start(page: Page, begin: int, end: int) -> int:
    """Return the line of the first "-- ", `end` without one; other dashes, or no blank, need a short tail."""
    for number in range(max(begin, end - _MAX_MARKED_LINES), end):
        if page.raw[number] == "-- ":
            return number
        if _MARK.fullmatch(page.plain[number]):
            tail = [line for line in page.plain[number + 1 : end] if line and not _is_closing(line)]
            if 0 < len(tail) <= _MAX_LINES and sum(map(is_prose, tail)) <= len(tail) // 3:
                return number
    return end


def _guessed_start(page: Page, begin: int, end: int) -> int:
    for guess in (_boxed_start, _unboxed_start, _dashed_start):
        start = guess(page, begin, end)
        if start < end:
            return start
    return end


def _boxed_start(page: Page, begin: int, end: int) -> int:
    """Return the ruler that opens a box, or stands alone above a signature."""
    last = end - 1
    is_closed = is_ruler(page.line(last))
    opening = _ruler_above(page, begin, last)
    while is_closed and opening == last - 1:
        last, opening = opening, _ruler_above(page, begin, opening)
    if opening is None or not _is_signature(_body(page, opening, last + (not is_closed)), is_closed=is_closed):
        return end
    while (outer := _ruler_above(page, begin, opening)) is not None:
        body = _body(page, outer, opening)
        if body and not _is_signature(body, is_closed=True):
            break
        opening = outer
    return end if _is_announced(page, begin, opening) else opening


def _ruler_above(page: Page, begin: int, number: int) -> int | None:
    lowest = max(begin, number - _MAX_BOX_LINES)
    return next((one for one in range(number - 1, lowest - 1, -1) if is_ruler(page.plain[one])), None)


def _body(page: Page, opening: int, closing: int) -> list[str]:
    """Return what stands between two rulers, with the title that may stand in the upper one."""
    title = bare(page.plain[opening])
    return [line for line in [title, *page.plain[opening + 1 : closing]] if line]


def _is_signature(body: list[str], *, is_closed: bool) -> bool:
    """Whether the lines under a ruler sign a letter; with nothing to reach anybody by, they must be a few names."""
    if not 0 < len(body) <= _MAX_LINES or _is_said(body):
        return False
    if sum(line.count("|") > 1 for line in body) > 1 and not any("@" in line for line in body):
        return False  # a table
    contacts = sum(is_contact(line) or (is_closed and has_phone(line)) for line in body)
    prose = sum(map(is_prose, body))
    if contacts:
        return prose <= (2 if is_closed or contacts > 1 else 0) and prose < contacts + 1
    most = _MAX_NAMES_IN_BOX if is_closed else _MAX_NAMES_UNDER_RULER
    return not prose and len(body) <= most and all(is_name(line) or is_organisation(line) for line in body)


def _is_said(lines: list[str]) -> bool:
    """Whether lines belong to what the letter says: data of a request, a list, the date of a formal letter."""
    if any(is_request_data(line) or is_date(line) for line in lines):
        return True
    is_table = sum(line.count("\t") > 1 for line in lines) > 1
    return is_table or sum(map(is_item, lines)) > 1 or sum(map(is_foreign_label, lines)) > 1


def _is_announced(page: Page, begin: int, start: int) -> bool:
    """Whether the last words above a block say that it belongs to the letter."""
    above = next((page.plain[one] for one in range(start - 1, begin - 1, -1) if page.plain[one]), "")
    return _LEAD.search(above) is not None


def _unboxed_start(page: Page, begin: int, end: int) -> int:
    """Return the first line of a last block that is made of names and ways to reach them."""
    start = _block_start(page, begin, end)
    block = [line for line in page.plain[start:end] if line]
    if not 1 < len(block) <= _MAX_LINES or _is_request(page, begin, start, block):
        return end
    if not _is_reachable(block) and not _is_latin_signature(block):
        return end
    while (above := _block_above(page, begin, start, block)) < start:
        start = above
        block = [line for line in page.plain[start:end] if line]
    return start


def _is_reachable(block: list[str]) -> bool:
    """Whether a block says how to reach somebody; a list of pages alone does not."""
    return any(is_contact(line) and not is_site(line) for line in block) or (
        any(map(is_contact, block)) and any(is_name(line) or is_organisation(line) for line in block)
    )


def _is_latin_signature(block: list[str]) -> bool:
    """Whether a block is a name and what its bearer is: "Jane Doe", "Director"; a Japanese one closes the letter."""
    return len(block) <= _MAX_NAMES_IN_BOX and is_latin_name(block[0]) and any(map(is_organisation, block[1:]))


def _block_start(page: Page, begin: int, end: int) -> int:
    """Return the first of the lines before `end` that have no empty line and no prose among them."""
    start = end
    while start > begin and _may_sign(page.plain[start - 1]):
        start -= 1
    return start


def _may_sign(line: str) -> bool:
    return bool(line) and not is_prose(line) and not is_item(line) and not is_ruler(line) and not _is_closing(line)


def _is_request(page: Page, begin: int, start: int, block: list[str]) -> bool:
    """Whether a block is data of a request: by its labels, by the line that announces it, or by what is around it."""
    paragraph = start
    while paragraph > begin and page.plain[paragraph - 1]:
        paragraph -= 1
    lines = [*page.plain[paragraph:start], *block]
    if _is_said(lines) or _is_announced(page, begin, start):
        return True
    is_form = sum(map(is_labelled_contact, block)) > 1 and not any(map(is_organisation, block))
    return is_form or len(block) > _MAX_LINES


def _block_above(page: Page, begin: int, start: int, block: list[str]) -> int:
    """Return where the block begins that an empty line parts from the signature; `start` where there is none."""
    below = start
    while below > begin and not page.plain[below - 1]:
        below -= 1
    if below == start or start - below > _MAX_EMPTY_LINES:
        return start
    above = _block_start(page, begin, below)
    lines = page.plain[above:below]
    if (
        not lines
        or len(lines) > _MAX_LINES
        or (above > begin and page.plain[above - 1])
        or any(map(is_request_data, lines))
    ):
        return start
    is_name_missing = all(map(is_contact, block)) and len(lines) <= _MAX_NAME_LINES and all(map(is_name, lines))
    is_part = any(is_contact(line) or is_organisation(line) for line in lines)
    return above if (is_part or is_name_missing) and not _is_announced(page, begin, above) else start


def _dashed_start(page: Page, begin: int, end: int) -> int:
    """Return the last line where it is a name behind a dash, "-Taro", and no list stands above it."""
    last, line = end - 1, page.line(end - 1)
    if last <= begin or not _DASHED_NAME.fullmatch(line) or any(map(is_item, page.plain[max(begin, last - 2) : last])):
        return end
    return last if line[1:2] != " " or not page.line(last - 1) else end


def _with_closing(page: Page, begin: int, start: int, end: int, *, is_letter: bool) -> int:
    """Return the line of the closing ("Best regards,") above a signature or, in a letter, above a bare name."""
    if start == end and not is_letter:
        return start
    names = 0
    for number in range(start - 1, max(begin, start - 2 * _MAX_NAMES_BELOW_CLOSING) - 1, -1):
        line = page.plain[number]
        if _is_closing(line):
            is_part = (names or start < end) and any(page.plain[begin:number]) and not _is_said(page.plain[number:end])
            return number if is_part else start
        if line and (not (is_name(line) or is_organisation(line)) or names >= _MAX_NAMES_BELOW_CLOSING):
            break
        names += bool(line)
    return start


def _is_closing(plain: str) -> bool:
    words = bare(plain).rstrip("、!").casefold()
    is_said = words.startswith("thank") and plain.endswith(".")  # "Thank you." is a sentence of a short answer
    return (words in CLOSINGS and not is_said) or _THANKING.fullmatch(plain) is not None
