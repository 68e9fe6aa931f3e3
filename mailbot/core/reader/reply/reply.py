"""Finds the newest words of a mail: what the writer says now, without quotations, signature and footers.

Answers between quoted lines are kept. Where everything would be cut the text is returned whole: words shown twice
are better than lost. Every step is linear in lines of a bounded length (threats C9).
"""

from collections.abc import Iterator
from itertools import groupby

from mailbot.core.message import Cut
from mailbot.core.reader.reply.ending import Piece
from mailbot.core.reader.reply.footer import header_end
from mailbot.core.reader.reply.page import Page
from mailbot.core.reader.reply.quotation import Marks, quotations

_TO_THE_END = frozenset(("earlier_mail", "forward"))
_HEADINGS = _TO_THE_END | {"introduction"}
_QUOTED = _HEADINGS | {"quotation"}


def newest(text: str) -> tuple[str, tuple[Cut, ...]]:
    """Return the newest words of a mail, and what was cut from its text and why.

    `text` has LF line ends. The words are lines of it, in order, and the text itself where nothing would be left or
    the mail only passes on another one. A cut names lines of `text`; no two cuts overlap.
    """
    page = Page.of(text)
    top = header_end(page)
    marks = quotations(page, top)
    if marks.is_forward:
        return text, ()
    marks.put(0, top - 1, "carrier_header")
    for piece in _pieces(page, marks):
        for first, last, why in piece.endings(page):
            marks.put(first, last, why)
    words = "\n".join([*_kept(page, marks), *_rest(text, page, marks)]).strip("\n")
    return (words, tuple(_cuts(page, marks))) if words.strip() else (text, ())


def _pieces(page: Page, marks: Marks) -> list[Piece]:
    """Return the runs of lines that stay and are not all empty."""
    is_letter = _QUOTED.isdisjoint(marks.why)
    runs: list[tuple[int, int]] = []
    for is_cut, group in groupby(range(len(page)), key=lambda number: marks.why[number] is not None):
        numbers = list(group)
        if not is_cut and any(page.plain[number] for number in numbers):
            runs.append((numbers[0], numbers[-1] + 1))
    return [
        Piece(begin, end, (begin, end) == runs[-1] or marks.why[end] in _HEADINGS, is_letter, (begin, end) != runs[0])
        for begin, end in runs
    ]


def _kept(page: Page, marks: Marks) -> Iterator[str]:
    """Yield the lines that stay; of the empty ones around a cut, one."""
    is_gap = is_cut = True
    for number, why in enumerate(marks.why):
        if why and number not in marks.heads:
            is_cut = True
        elif page.plain[number] or not (is_cut and is_gap):
            yield marks.heads.get(number, page.raw[number])
            is_gap = not page.plain[number]
            is_cut = is_cut and is_gap


def _rest(text: str, page: Page, marks: Marks) -> Iterator[str]:
    """Yield what lies past the end of a page, without quoted lines; nothing where the page ends in an earlier mail."""
    lines = text.split("\n", len(page))
    if len(lines) > len(page) and marks.why[-1] not in _TO_THE_END:
        yield from (line for line in lines[-1].split("\n") if not line.lstrip().startswith((">", "＞")))


def _cuts(page: Page, marks: Marks) -> Iterator[Cut]:
    """Yield the runs of lines that go for one reason; empty lines among them belong to them."""
    numbers = [number for number, why in enumerate(marks.why) if page.plain[number] or why is None]
    for why, group in groupby(numbers, key=lambda number: marks.why[number]):
        run = list(group)
        if why:
            yield Cut(run[0] + 1, run[-1] + 1, why)
