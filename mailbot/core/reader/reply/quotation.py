"""Marks the lines of a mail that others wrote: quotations, their introductions, earlier and forwarded mails.

One pass from the top. What is quoted line by line goes and answers below it stay; what stands unquoted under a
heading goes to the end. A mail that begins with such a heading and quotes nothing is a forward and stays whole.
"""

import re
from dataclasses import dataclass, field

from mailbot.core.reader.reply.device_line import is_device_line
from mailbot.core.reader.reply.header_block import Heading, block_at, heading_at
from mailbot.core.reader.reply.introduction import Introduction, introduction_at
from mailbot.core.reader.reply.page import Page, is_bar_quote, is_quote, is_ruler

_MAX_LED_LINES = 12
_INTRODUCTION_LINES = 6
_LONG_CHARS = 65
_SHORT_CHARS = 30
_MAX_BOX_LINES = 60
_PROGRAM_RULERS = "-_=─━ "

_LED_INTO = re.compile(
    r"(?:に|で|では|には|とは|、|,)$|(?:ポリシー|規約|方針|規程|約款|サイト|ページ|policy|says?|states?|terms|website).{0,20}:$",
    re.IGNORECASE,
)
_LED_OUT = re.compile(r"と(?:あ[りるっ]|いう|の(?:記載|こと|説明|表示)|書|記載|され|明記)|との|という")


@dataclass(slots=True)
class Marks:
    """Why each line of a page goes, None for one that stays; `heads` are the words kept of lines that go in part."""

    why: list[str | None]
    heads: dict[int, str] = field(default_factory=dict)
    is_forward: bool = False

    def put(self, first: int, last: int, why: str) -> None:
        """Mark the lines first..last, both counted."""
        self.why[first : last + 1] = [why] * (last + 1 - first)


def quotations(page: Page, begin: int = 0) -> Marks:
    """Return which lines of a page are quoted, and why; the lines before `begin` are no words of the writer.

    `is_forward` says that the mail only passes on another one: then no line is marked.
    """
    reader = _Reader(page, begin)
    while reader.number < len(page) and not reader.marks.is_forward:
        reader.step()
    return reader.marks


class _Reader:
    """Walks down a page; `words` is the first line the writer wrote, None before it."""

    def __init__(self, page: Page, begin: int) -> None:
        self.page, self.number = page, begin
        self.marks = Marks([None] * len(page))
        self.words: int | None = None
        self.is_signed = self.has_heading = False
        self.mark: str | None = None  # of one quoted line below an introduction that no rule knows from elsewhere

    def step(self) -> None:
        """Read the line at `number`, and what belongs to it."""
        number, line = self.number, self.page.plain[self.number]
        self.number += 1
        if not line:
            return
        if introduction := introduction_at(self.page, number):
            self._introduce(introduction)
        elif self._is_quoted(number):
            self._quote(number)
        elif heading := heading_at(self.page, number):
            self._head(heading)
        elif self._is_fragment(number):
            self.marks.put(number, number, "quotation")
        else:
            self._say(number, line)

    def _is_quoted(self, number: int) -> bool:
        return self.page.is_quoted(number) or (self.mark is not None and self.page.plain[number].startswith(self.mark))

    def _quote(self, number: int) -> None:
        last = number
        while last + 1 < len(self.page) and self._is_quoted(last + 1):
            last += 1
        self.number = last + 1
        if self._is_led(number, last):
            self._say(number, self.page.plain[number])
            return
        self.marks.put(number, last, "quotation")
        self._read_top(number, last)

    def _read_top(self, first: int, last: int) -> None:
        """Look for the introduction or the header block that is quoted with the mail."""
        top = self.page.plain[first : min(first + _INTRODUCTION_LINES, last + 1)]
        inner = Page.of("\n".join(line.lstrip(">»≫› ") for line in top))
        introduction, block = _first_introduction(inner, 0), block_at(inner, 0)
        self.has_heading = self.has_heading or bool(introduction or block)
        if introduction:
            self.marks.put(first, first + introduction.last, "introduction")
        elif block and first + block.last == last and is_ruler(self.page.line(last + 1)):
            self._after(first, last + 1, "earlier_mail", is_heading=True)  # the fields are quoted, the mail is not
        elif block:
            self._take_rulers(first)

    def _is_led(self, first: int, last: int) -> bool:
        """Whether the writer's own sentence runs into the quotation or out of it: a policy they cite and answer."""
        if self.has_heading or last - first >= _MAX_LED_LINES:
            return False
        below = self.page.line(last + 1) or self.page.line(last + 2)
        return _LED_INTO.search(self.page.line(first - 1)[-60:]) is not None or _LED_OUT.match(below) is not None

    def _is_fragment(self, number: int) -> bool:
        """Whether a line is the end of the quoted line above it, broken off on the way."""
        if self.marks.why[number - 1] != "quotation" or number == 0 or not is_quote(self.page.line(number + 1)):
            return False
        line, above = self.page.plain[number], self.page.plain[number - 1]
        words = above.split()[-1]
        is_open = above.count("(") > above.count(")") or above.count("<") > above.count(">") or "://" in words
        return is_open or (len(above) > _LONG_CHARS and len(line) < _SHORT_CHARS and line[0].islower())

    def _say(self, number: int, line: str) -> None:
        self.is_signed = self.is_signed or (self.words is None and line == "--")
        if self.words is None and not self.is_signed and not is_device_line(line):
            self.words = number

    def _introduce(self, found: Introduction) -> None:
        if found.head:
            self.marks.heads[found.first] = found.head
            self.words = found.first if self.words is None else self.words
        if self.words is not None and self.words >= found.first and not found.head:
            self.words = None
        self.marks.put(found.first, found.last, "introduction")
        self._after(found.first, found.last, "earlier_mail", is_heading=False)

    def _head(self, found: Heading) -> None:
        below = self.page.next_words(found.last)
        introduction = _first_introduction(self.page, below)
        last = introduction.last if introduction else found.last
        self._after(found.first, last, "forward" if found.is_forward else "earlier_mail", is_heading=True)

    def _after(self, first: int, last: int, why: str, *, is_heading: bool) -> None:
        """Go on below an introduction or heading: with a quotation, with the writer's words, or not at all."""
        self.has_heading, self.number, self.is_signed = True, last + 1, False
        if self.page.is_quote_next(last):
            follower = self.page.line(self.page.next_words(last))
            self.mark = "|" if is_bar_quote(follower) else self.mark
            self.mark = f"{follower.partition('>')[0]}>" if not is_quote(follower) and self.mark is None else self.mark
            self.marks.put(first, last, "introduction")
        elif self.words is not None:
            self.marks.put(first if is_heading else last + 1, len(self.page) - 1, why)
            self.number = len(self.page)
        elif is_heading:
            self.marks.is_forward = not any(self.marks.why)
        self._take_rulers(first)

    def _take_rulers(self, first: int) -> None:
        """Mark the ruler a mail program draws above what it quotes; the lower ruler of a box stays."""
        above = first - 1
        while above > 0 and not self.page.plain[above]:
            above -= 1
        line = self.page.line(above)
        is_drawn = (
            bool(line)
            and not line.strip(_PROGRAM_RULERS)
            and line not in self.page.plain[max(above - _MAX_BOX_LINES, 0) : above]
        )
        if is_drawn and is_ruler(line) and self.marks.why[first] and self.marks.why[above] is None:
            self.marks.why[above] = self.marks.why[first]


def _first_introduction(page: Page, first: int) -> Introduction | None:
    """Return the introduction that begins on a line."""
    ahead = range(first, min(first + _INTRODUCTION_LINES, len(page)))
    found = (introduction_at(page, number) for number in ahead)
    return next((one for one in found if one and one.first == first), None)
