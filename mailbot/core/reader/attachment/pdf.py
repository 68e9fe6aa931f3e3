"""Tells whether a PDF is encrypted (ISO 32000-1 §7.6): its trailer then names an encryption dictionary.

Never raises, linear in the data. Words inside of streams and strings do not count. A document that only
restricts printing counts too: to tell it apart one would have to open it.
"""

import re
from collections.abc import Iterator
from itertools import islice

# Readers look for it in the first 1,024 bytes (ISO 32000-1 annex H.3); a container that holds a PDF is none.
_HEAD = re.compile(rb"[^\x00-\x08]{0,1023}?%PDF-\d\.\d", re.DOTALL)
_TAIL_BYTES = 2_048
_DICTIONARY_BYTES = 8_192
_START = re.compile(rb"startxref\s{1,9}(\d{1,10})")
_TRAILER = re.compile(rb"trailer\s{0,9}<<")
_OBJECT = re.compile(rb"\d{1,10}\s{1,9}\d{1,5}\s{1,9}obj\s{0,9}<<")
_TABLE = re.compile(rb"\s{0,9}xref\b")
_ANY = re.compile(rb"trailer\s{0,9}<<|/XRef\b")
_STREAM = re.compile(rb"stream\r?\n")
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*+\)|<[0-9A-Fa-f\s]*+>", re.DOTALL)
_ENCRYPT = re.compile(rb"/Encrypt\s{0,9}(?:\d{1,10}\s{1,9}\d{1,5}\s{1,9}R\b|<<)")
_MAX_DICTIONARIES = 64


def is_pdf(data: bytes) -> bool:
    """Return whether the data is a PDF, perhaps behind a few other bytes."""
    return _HEAD.match(data) is not None


def is_encrypted_pdf(data: bytes) -> bool:
    """Return whether the trailer, or the stream that stands for it (§7.5.8), has an `/Encrypt` entry."""
    found = _newest_trailer(data)
    dictionaries = islice(_all_trailers(data), _MAX_DICTIONARIES) if found is None else [found]
    return any(_ENCRYPT.search(_STRING.sub(b"", one)) for one in dictionaries)


def _newest_trailer(data: bytes) -> bytes | None:
    """Return the dictionary that the last `startxref` leads to; None where it leads nowhere."""
    marks = _START.findall(data, max(0, len(data) - _TAIL_BYTES))
    if not marks:
        return None
    at = int(marks[-1]) + max(data.find(b"%PDF-"), 0)
    opening = _TRAILER.search(data, at) if _TABLE.match(data, at) else _OBJECT.match(data, at)
    return _dictionary(data, opening.end()) if opening else None


def _all_trailers(data: bytes) -> Iterator[bytes]:
    """Yield what looks like a trailer outside of streams, for files whose table of offsets is broken."""
    for start, end in _outside_of_streams(data):
        for mark in _ANY.finditer(data, start, end):
            yield _dictionary(data, _dictionary_at(data, mark, start))


def _outside_of_streams(data: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(data):
        opening = _STREAM.search(data, start)
        end = opening.start() if opening else len(data)
        yield start, end
        closing = data.find(b"endstream", end) if opening else -1
        start = closing + len(b"endstream") if closing >= 0 else len(data)


def _dictionary_at(data: bytes, mark: re.Match[bytes], least: int) -> int:
    """Return where the dictionary begins that a mark opens (`trailer`) or stands in (`/XRef`)."""
    if not mark[0].startswith(b"/"):
        return mark.end()
    least = max(least, mark.start() - _DICTIONARY_BYTES)
    return max(data.rfind(b"obj", least, mark.start()), least)


def _dictionary(data: bytes, start: int) -> bytes:
    """Return what follows `start` as far as a trailer can reach: up to its stream, its table or 8 KiB."""
    return re.split(rb"\bstream\b|\bstartxref\b", data[start : start + _DICTIONARY_BYTES], maxsplit=1)[0]
