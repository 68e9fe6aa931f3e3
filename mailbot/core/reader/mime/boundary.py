"""Finds the lines that separate the parts of a multipart (RFC 2046 §5.1.1), also where mailers write them wrongly."""

import re
from dataclasses import dataclass

MAX_FALSE_MARKS = 10_000  # in one mail: places that begin like a boundary line and are none

_LINE_REST = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\Z)")
_NOTHING_MORE = re.compile(rb"--\s{0,1000}+\Z")
_HEADER = re.compile(rb"content-[a-z-]{2,40}[ \t]{0,9}:", re.IGNORECASE)
_BEFORE_HEADER = re.compile(
    rb"(?<![^\n])--([^\s]{1,200}+)[ \t]*+\r?\n(?=content-[a-z-]{2,40}[ \t]{0,9}:)", re.IGNORECASE
)
_ANY_LINE = re.compile(rb"(?<![^\n])--([^\s]{1,200}+)[ \t]*+\r?\n")
_AT_START = re.compile(
    rb"\s{0,100}+(?:[^\n]{0,200}\bmime\b[^\n]{0,200}\n\s{0,100}+)?"
    rb"--([^\s]{1,200}+)[ \t]{0,100}+\r?\n(?=content-[a-z-]{2,40}[ \t]{0,9}:)",
    re.IGNORECASE,
)
_MAX_CANDIDATES = 5
_MAX_LINE_BYTES = 1_000


@dataclass(slots=True)
class Mark:
    """A boundary line by its offsets: where it begins, with the line end before it, and where the next part begins."""

    start: int
    after: int
    is_close: bool


class Marks:
    """Looks for boundary lines in one mail, with one limit on what looks like one and is none."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.false_marks = 0

    def find(self, start: int, end: int, boundary: bytes, limit: int) -> list[Mark]:
        """Return the marks of a boundary in raw[start:end], at most `limit`.

        A line counts when it holds nothing else. Forgiven are a lost line end before a mark that headers or nothing
        follow, and parts behind the closing line when they begin with headers.
        """
        mark = b"--" + boundary
        found: list[Mark] = []
        at = self.raw.find(mark, start, end)
        while at >= 0 and len(found) < limit and self.false_marks < MAX_FALSE_MARKS:
            one = self._mark(at, at + len(mark), start, end)
            is_mark = one is not None and (not found or not found[-1].is_close or self._is_more(one, end))
            if one and is_mark:
                found.append(one)
            self.false_marks += not is_mark
            at = self.raw.find(mark, one.after if one else at + 1, end)
        return found

    def guess(self, start: int, end: int, *, is_sure_multipart: bool) -> bytes:
        """Return the boundary that raw[start:end] is cut with, whatever the header says; b"" where none can be seen.

        It is the first line `--X` that headers of a part follow. Where the header names no boundary at all and it
        `is_sure_multipart`, a line `--X` does that has its closing line.
        """
        if found := _BEFORE_HEADER.search(self.raw, start, end):
            return found[1]
        position = start
        for _ in range(_MAX_CANDIDATES if is_sure_multipart else 0):
            line = _ANY_LINE.search(self.raw, position, end)
            if not line:
                break
            if self.raw.find(b"\n--" + line[1] + b"--", line.end() - 1, end) >= 0:
                return line[1]
            position = line.end()
        return b""

    def first(self, start: int, end: int) -> bytes:
        """Return the boundary of a body that begins as a multipart though no header says so; b"" for another."""
        found = _AT_START.match(self.raw, start, end)
        return found[1] if found else b""

    def _mark(self, at: int, after: int, start: int, end: int) -> Mark | None:
        rest = _LINE_REST.match(self.raw, after, end)
        if at == start or self.raw[at - 1] == 0x0A:  # noqa: PLR2004 - a line feed
            return Mark(self._line_end(start, at), rest.end(), bool(rest[1])) if rest else None
        if _NOTHING_MORE.match(self.raw, after, end):
            return Mark(at, end, is_close=True)
        is_lost_line_end = rest and not rest[1] and _HEADER.match(self.raw, rest.end(), end)
        return Mark(at, rest.end(), is_close=False) if rest and is_lost_line_end and not self._is_other(at) else None

    def _line_end(self, start: int, at: int) -> int:
        """Return where the line end before a mark begins: it belongs to the boundary (RFC 2046 §5.1.1)."""
        return at - (2 if self.raw[max(start, at - 2) : at] == b"\r\n" else 1 if at > start else 0)

    def _is_other(self, at: int) -> bool:
        """Whether the line is that of a longer boundary, which ends as this one reads."""
        line_start = self.raw.rfind(b"\n", max(0, at - _MAX_LINE_BYTES), at) + 1
        return self.raw.startswith(b"--", line_start)

    def _is_more(self, one: Mark, end: int) -> bool:
        """Whether a part begins here though the multipart was closed before; closing twice means nothing."""
        return not one.is_close and _HEADER.match(self.raw, one.after, end) is not None
