"""Reads header blocks: cuts the lines, unfolds the values, and never loses the body behind them.

Never raises. Where two programs could cut the block apart in two ways, a defect that begins with `header` says so,
and the mail has no sender (threats A2).
"""

import re
from dataclasses import dataclass

from mailbot.core.reader.charset.charset import decode_bytes
from mailbot.core.reader.headers.encoded_words import clean, decode_words, shown
from mailbot.core.reader.headers.file_names import best_name
from mailbot.core.reader.headers.ids import message_ids
from mailbot.core.reader.headers.parameters import read_parameters

__all__ = ["MAX_HEADER_BYTES", "Headers", "clean", "decode_words", "file_name", "message_ids", "read_headers", "shown"]

MAX_BLOCK_BYTES = 256 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_LINES = 1_000

_BLANK_LINE = re.compile(rb"\n\r*+\n")
_LINE_END = re.compile(rb"\r*+\n")
_LINE = re.compile(rb"[^\n]*+\n")
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_MARK = b"\xef\xbb\xbf"
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}\"?([\w.:-]{1,60})", re.IGNORECASE)
_JIS_RUN = re.compile(rb"(\x1b\$[@B][!-~]*+\x1b\([BJ])")
# RFC 5322 §3.6, RFC 2045 §3: the headers that may stand once, and what the names of others begin with
_ONCE = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references"}) | {
    *("subject", "date", "mime-version", "content-type", "content-transfer-encoding")
}
# What our own border writes, and strips of foreign mail: read only as every border spells it, no blank before the colon
_BORDER = frozenset({"authentication-results"})
_OTHERS = (
    "x-",
    "content-",
    "list-",
    "received",
    "return-path",
    "arc-",
    "dkim-",
    "auto-",
    "authentication-",
    "user-agent",
)


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines of one part in their order: lower-case names, unfolded raw values."""

    fields: tuple[tuple[str, bytes], ...] = ()
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> list[str]:
        """Return every value of a header as text, topmost first; its encoded words and JIS escapes are still closed."""
        return [self._text(value) for value in self.raw(name)]

    def first(self, name: str) -> str:
        """Return the topmost value, or "" where the header is missing."""
        for field, value in self.fields:
            if field == name:
                return self._text(value)
        return ""

    def raw(self, name: str) -> list[bytes]:
        """Return every value of a header as its bytes, topmost first."""
        return [value for field, value in self.fields if field == name]

    def names(self) -> list[str]:
        """Return the lower-case names in their order, doubles included."""
        return [field for field, _ in self.fields]

    def parameters(self, name: str) -> tuple[str, dict[str, str]]:
        """Return the lower-case value and the decoded parameters of a MIME header (RFC 2045 §5.1, RFC 2231)."""
        return read_parameters(self.first(name))

    def _text(self, value: bytes) -> str:
        """Return ASCII and UTF-8 as they are (RFC 6532), other bytes by the body's charset or by their looks."""
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            found = next((_CHARSET.search(one) for field, one in self.fields if field == "content-type"), None)
            label = found[1].decode("ascii", "replace") if found else None
            pieces = _JIS_RUN.split(value)
            return "".join(one.decode("ascii") if one.isascii() else decode_bytes(one, label) for one in pieces)


def read_headers(data: bytes, start: int = 0, end: int | None = None) -> tuple[Headers, int]:
    """Read the header block that begins at `start`; return it and the offset where the body begins.

    A line that is no header ends the block, as if the blank line before it had been lost, unless headers that
    were still missing follow it. What goes past a limit is dropped and named in the defects.
    """
    end = len(data) if end is None else end
    block_end, body_at = _block_end(data, start, end)
    cut = _cut_at(data, start, min(block_end, start + MAX_BLOCK_BYTES))
    block = _Block(data[start:cut])
    block.read()
    defects = (
        ("headers_too_long", cut < block_end),
        ("headers_broken_off", block.broken_at is not None),
        ("header_too_long", any(len(value) > MAX_HEADER_BYTES for _, value in block.fields)),
        ("header_bare_cr", b"\r" in block.data[: block.broken_at].replace(b"\r\n", b"").removesuffix(b"\r")),
        ("header_indented", block.is_indented),
        ("header_line_broken", block.junk > 0),
    )
    fields = tuple((name, value[:MAX_HEADER_BYTES].strip()) for name, value in block.fields)
    seen = tuple(code for code, is_seen in defects if is_seen)
    return Headers(fields, seen), body_at if block.broken_at is None else start + block.broken_at


def _block_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the header lines end and where the body begins behind the blank line."""
    if lone := _LINE_END.match(data, start, end):
        return start, lone.end()
    blank = _BLANK_LINE.search(data, start, end)
    return (blank.start() + 1, blank.end()) if blank else (end, end)


def _cut_at(data: bytes, start: int, end: int) -> int:
    """Return where the last line ends that may still be read."""
    if data.count(b"\n", start, end) <= MAX_LINES:
        return end
    for _, line in zip(range(MAX_LINES), _LINE.finditer(data, start, end), strict=False):
        end = line.end()
    return end


class _Block:
    """Header lines as they are read: names and unfolded values, and the offset where the body begins.

    `broken_at` is None where the block is whole; `junk` counts lines among the headers that are none,
    `is_indented` says that a header stood before the first one, with a blank in front.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fields: list[tuple[str, bytes]] = []
        self.broken_at: int | None = None
        self.is_indented = False
        self.junk = 0

    def read(self) -> None:
        at = len(_MARK) if self.data.startswith(_MARK) else 0
        while at < len(self.data):
            if field := _FIELD.match(self.data, at):
                name = field[1].decode("ascii").lower()
                if name not in _BORDER or self.data.startswith(b":", field.end(1)):
                    self.fields.append((name, _unfolded(field[2])))
                at = field.end()
            elif (at := self._behind(at)) < 0:
                return
        if not self.fields and self.data.strip():
            self.broken_at = 0

    def _behind(self, at: int) -> int:
        """Return the offset behind a line that is no header, -1 where the body begins with it."""
        end = self.data.find(b"\n", at) + 1 or len(self.data)
        line = self.data[at:end]
        if line[:1] in {b" ", b"\t"} and not self.fields:
            self.is_indented |= b":" in line
        elif line.strip() and not (not self.fields and line.startswith((b"From ", b">From "))):
            if not _goes_on({name for name, _ in self.fields}, self.data[end:]):
                self.broken_at = at if self.fields else 0
                return -1
            self.junk += 1
        return end


def _unfolded(value: bytes) -> bytes:
    return value.replace(b"\r", b"").replace(b"\n", b"") if b"\n" in value else value.rstrip(b"\r")


def _goes_on(known: set[str], rest: bytes) -> bool:
    """Whether headers go on behind a line that is none: known ones, and none a second time that may stand once only."""
    lines = [line for line in rest.split(b"\n") if line.strip() and line[:1] not in {b" ", b"\t"}]
    names = [match[1].decode("ascii").lower() for match in map(_FIELD.match, lines) if match]
    junk = len(lines) - len(names)
    is_known = any(name in _ONCE or name.startswith(_OTHERS) for name in names)
    return is_known and not _ONCE & known & set(names) and len(names) > 2 * junk


def file_name(headers: Headers) -> str:
    """Return the safe name of an attachment, "" where it has none (RFC 2183 §2.3; `name` of RFC 2045 as fallback)."""
    disposition, kind = headers.parameters("content-disposition")[1], headers.parameters("content-type")[1]
    return best_name([disposition.get("filename"), kind.get("name"), disposition.get("name"), kind.get("filename")])
