"""Gives a mail the line ends the reader works with, where it was written with others (RFC 5322 §2.3 asks for CRLF).

Only what the structure shows is changed for the whole mail; a binary file that holds a lone return keeps it.
"""

import re

_BLANK_LINE = re.compile(rb"\n\r?\n")


def with_line_feeds(raw: bytes) -> bytes:
    """Return the mail with line feeds where its headers end by other line ends: returns alone, or one too many."""
    blank = _BLANK_LINE.search(raw)
    end = blank.start() + 2 if blank else len(raw)
    if raw.find(b"\r\r\n", 0, end) >= 0:
        return raw.replace(b"\r\r\n", b"\n")
    return without_returns(raw) if raw.find(b"\r\r", 0, end) >= 0 or b"\n" not in raw else raw


def is_cut_by_returns(raw: bytes, boundaries: list[bytes]) -> bool:
    """Whether the boundary lines end in returns alone though the headers do not."""
    marks = [b"--" + boundary for boundary in boundaries if boundary]
    return any(b"\r" + mark in raw and raw.count(b"\r" + mark) > raw.count(b"\n" + mark) for mark in marks)


def without_returns(raw: bytes) -> bytes:
    """Return the mail with line feeds as its only line ends."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
