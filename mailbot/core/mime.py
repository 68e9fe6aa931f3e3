"""Cuts a mail into its MIME parts (RFC 2045, RFC 2046) by offsets, so that no level copies it.

Every step works within a limit: the depth and number of parts, the bytes searched for boundaries. What
lies past a limit is dropped and named in the defects, and the rest is read.
"""

import binascii
import re
from dataclasses import dataclass, field
from itertools import pairwise

from mailbot.core.headers import Headers, loose_base64, read_headers

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
MAX_WORK_BYTES = 4 * MAX_MESSAGE_BYTES  # searched for boundaries, all levels together
MAX_DEPTH = 20
MAX_PARTS = 300

_GUESSED_BOUNDARY = re.compile(rb"\n--([^\s]{1,200})[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: `data` is still transfer-encoded and empty where there are `children`."""

    headers: Headers
    data: bytes
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()

    @property
    def is_attachment(self) -> bool:
        """Whether this is a leaf that is not meant to be read as the mail's text (RFC 2183 §2)."""
        if self.children or self.type not in {"text/plain", "text/html"}:
            return not self.children
        disposition, parameters = self.headers.parameters("content-disposition")
        return disposition == "attachment" or bool(parameters.get("filename") or self.parameters.get("name"))


def leaves(part: Part) -> list[Part]:
    """Return the parts without children in their order."""
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def decoded(part: Part, limit_bytes: int | None = None) -> bytes:
    """Return the bytes behind the transfer encoding (RFC 2045 §6); broken base64 is read as far as it goes."""
    encoding = part.headers.first("content-transfer-encoding").strip().lower()
    data = part.data if limit_bytes is None else part.data[: 2 * limit_bytes]
    if encoding == "base64":
        data = loose_base64(data)
    elif encoding == "quoted-printable":
        data = binascii.a2b_qp(data)
    return data[:limit_bytes]


def cut_mail(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """Return the mail as a tree of parts, and codes of what was wrong with it, such as `parts_limit`."""
    cutter = _Cutter(raw)
    root = cutter.cut_mail()
    return root, tuple(cutter.defects)


class _Cutter:
    """Cuts a mail into its parts by offsets, so that no level copies it; counts parts and work for the whole mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = 0
        self.bytes_left = MAX_WORK_BYTES
        self.defects: list[str] = []

    def cut_mail(self) -> Part:
        headers, body_at = read_headers(self.raw)
        return self._cut(headers, body_at, len(self.raw), 0)

    def _cut(self, headers: Headers, start: int, end: int, depth: int) -> Part:
        """Return the part whose body is raw[start:end], with all parts below it, down to `MAX_DEPTH`."""
        kind, parameters = headers.parameters("content-type")
        kind = kind if "/" in kind else "text/plain"
        if not kind.startswith("multipart/") or self._is_too_deep(depth, end - start):
            return Part(headers, self.raw[start:end], kind, parameters)
        cuts = self._cuts(start, end, parameters.get("boundary", "").encode("utf-8", "replace"))
        if not cuts:
            return Part(headers, self.raw[start:end])
        return Part(headers, b"", kind, parameters, tuple(self._child(cut, kind, depth) for cut in cuts))

    def _is_too_deep(self, depth: int, size_bytes: int) -> bool:
        self.bytes_left -= size_bytes
        is_too_deep = depth >= MAX_DEPTH or self.bytes_left < 0
        self.defects += ["too_deep"] if is_too_deep else []
        return is_too_deep

    def _child(self, cut: tuple[int, int], kind: str, depth: int) -> Part:
        headers, body_at = read_headers(self.raw, *cut)
        self.defects += [f"part_{code}" for code in headers.defects]
        if kind == "multipart/digest" and not headers.first("content-type"):
            return Part(headers, self.raw[body_at : cut[1]], "message/rfc822")  # RFC 2046 §5.1.5
        return self._cut(headers, body_at, cut[1], depth + 1)

    def _cuts(self, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Return the offsets between the boundary lines (RFC 2046 §5.1.1); a lost last boundary is forgiven."""
        if not boundary:
            self.defects.append("boundary_missing")
            guess = _GUESSED_BOUNDARY.search(self.raw, max(start - 1, 0), end)
            boundary = guess[1] if guess else b"\n"
        marks: list[tuple[int, int]] = []
        for mark in _boundary_line(boundary).finditer(self.raw, start, end):
            marks.append(mark.span())
            self.parts += not mark[1]
            if mark[1] or self.parts > MAX_PARTS:
                self.defects += [] if mark[1] else ["parts_limit"]
                break
        else:
            marks.append((end, end))
        return [(after, self._without_line_end(after, before)) for (_, after), (before, _) in pairwise(marks)]

    def _without_line_end(self, start: int, end: int) -> int:
        """Return the end of a part: the line end before a boundary belongs to the boundary (RFC 2046 §5.1.1)."""
        tail = self.raw[max(start, end - 2) : end]
        return end - (2 if tail == b"\r\n" else 1 if tail.endswith(b"\n") else 0)


def _boundary_line(boundary: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a whole boundary line; its start is checked last, which keeps the search fast."""
    mark = b"--" + re.escape(boundary)
    return re.compile(mark + rb"(?<![^\n]" + mark + rb")(--)?[ \t]*\r?(?:\n|\Z)")
