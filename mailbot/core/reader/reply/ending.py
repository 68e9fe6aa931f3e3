"""Finds what stands under a piece of the writer's words: device lines, footers, and one signature."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailbot.core.reader.reply.contact import is_latin_name
from mailbot.core.reader.reply.device_line import is_device_line
from mailbot.core.reader.reply.footer import footer_start
from mailbot.core.reader.reply.page import Page, is_link, is_ruler
from mailbot.core.reader.reply.signature import marked_start, signature_start

_POSTSCRIPT_LINES = 15
_POSTSCRIPT = re.compile(r"(?:追伸|追記|二伸|p\.?\s?s\.?(?=\W|$)|n\.?b\.?(?=\W|$))(?![^\s:.。、)】]{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines begin..end-1 of a page, and what is known of them.

    `is_end` says that an earlier mail or the end of the mail is below: there signatures without a mark may stand.
    `is_letter` and `has_words_above` are those of `signature_start`.
    """

    begin: int
    end: int
    is_end: bool
    is_letter: bool
    has_words_above: bool

    def endings(self, page: Page) -> Iterator[tuple[int, int, str]]:
        """Yield first and last line, and why, of what goes, from the last line up; at most one is a signature."""
        if (postscript := self._postscript(page)) is not None:
            yield from replace(self, end=postscript, is_letter=False).endings(page)
            yield from replace(self, begin=postscript, is_end=False, has_words_above=True).endings(page)
            return
        end, is_signed = self.end, False
        while (end := _last_words(page, self.begin, end)) > self.begin:
            start, why = self._lowest(page, end, is_signed=is_signed)
            if start == end:
                return
            is_signed = is_signed or why == "signature"
            yield start, end - 1, why
            end = start

    def _postscript(self, page: Page) -> int | None:
        """Return the line of a "P.S." close to the end: the signature then stands above it."""
        ahead = range(max(self.begin + 1, self.end - _POSTSCRIPT_LINES), self.end)
        return next((number for number in ahead if _POSTSCRIPT.match(page.plain[number])), None)

    def _lowest(self, page: Page, end: int, *, is_signed: bool) -> tuple[int, str]:
        """Return where the lowest thing that goes begins, and why; `end` where nothing goes."""
        if (start := _device_start(page, self.begin, end)) < end:
            return start, "device_line"
        if not self.is_end:
            return (end if is_signed else marked_start(page, self.begin, end)), "signature"
        if (start := footer_start(page, self.begin, end)) < end:
            return start, "legal_footer"
        if is_signed:
            return end, ""
        start = signature_start(page, self.begin, end, is_letter=self.is_letter, has_words_above=self.has_words_above)
        return start, "signature"


def _last_words(page: Page, begin: int, end: int) -> int:
    """Return the end of the lines begin..end-1 without the empty ones below."""
    while end > begin and not page.plain[end - 1]:
        end -= 1
    return end


def _device_start(page: Page, begin: int, end: int) -> int:
    """Return where a device line begins that ends before `end`; a ruler or a lone Latin name above belongs to it."""
    above = end - 2
    if above > begin and is_link(page.plain[end - 1]) and is_device_line(page.plain[above]):
        return above
    if not is_device_line(page.plain[end - 1]):
        return end
    is_drawn = above >= begin and (is_ruler(page.plain[above]) or page.plain[above] == "--")
    is_named = above > begin and not page.plain[above - 1] and is_latin_name(page.plain[above])
    return above if is_drawn or is_named else end - 1
