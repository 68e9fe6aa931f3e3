"""Cuts a mail into its MIME parts (RFC 2045, RFC 2046) by offsets, so that no level copies it.

Every step works within a limit: the depth and number of parts, the bytes searched for boundaries. What
lies past a limit is dropped and named in the defects, and the rest is read.
"""

import re
from dataclasses import dataclass, field, replace

from mailbot.core.reader.headers.headers import Headers, read_headers
from mailbot.core.reader.mime.boundary import Mark, Marks
from mailbot.core.reader.mime.embedded import with_files_apart
from mailbot.core.reader.mime.line_end import is_cut_by_returns, with_line_feeds, without_returns
from mailbot.core.reader.mime.media import boundary_of, media_types
from mailbot.core.reader.mime.part import SHOWN_TYPES, Part, decoded, leaves
from mailbot.core.reader.mime.transfer import encoding_of, opened

__all__ = ["MAX_DEPTH", "MAX_MESSAGE_BYTES", "MAX_PARTS", "Part", "cut_mail", "decoded", "leaves"]

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
MAX_WORK_BYTES = 4 * MAX_MESSAGE_BYTES  # searched for boundaries, all levels together
MAX_DEPTH = 20
MAX_PARTS = 300
MAX_MARGIN_BYTES = 64 * 1024

_FORMS = {"text/enriched", "text/richtext", "text/markdown", "text/x-amp-html", "text/watch-html"}
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_LATE_HEADERS = re.compile(rb"\s{0,100}+(?=content-(?:type|transfer-encoding|disposition)[ \t]{0,9}:)", re.IGNORECASE)
_SHORT_BYTES = 1_000
_NO_TYPE = ("text/plain", dict[str, str]())


def cut_mail(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """Return the mail as a tree of parts, and codes of what was wrong with it, each once.

    The codes are `boundary_missing`, `boundary_wrong`, `parts_behind_end`, `parts_limit`, `too_deep`, and
    `part_` with a code of the headers of a part.
    """
    raw = with_line_feeds(raw)
    headers, body_at = read_headers(raw)
    types = media_types(headers)
    if is_cut_by_returns(raw, [boundary_of(parameters) for _, parameters in types]):
        raw = without_returns(raw)
        headers, body_at = read_headers(raw)
    spent = _Spent()
    root = _Cutter(raw, spent).cut(_Body(headers, body_at, len(raw), 0, types))
    return root, tuple(dict.fromkeys(spent.defects))


@dataclass(slots=True)
class _Spent:
    """What the cutting of one mail has cost, and what it found wrong."""

    parts: int = 0
    bytes_left: int = MAX_WORK_BYTES
    defects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Body:
    """The body of one part, by its offsets, below its headers; `depth` counts the multiparts around it.

    `types` is what the headers say of the type.
    """

    headers: Headers
    start: int
    end: int
    depth: int
    types: list[tuple[str, dict[str, str]]]


@dataclass(slots=True)
class _Cut:
    """Where a part lies, headers included, and whether a closing line follows it."""

    start: int
    end: int
    is_last: bool


class _Cutter:
    """Cuts one run of bytes into parts."""

    def __init__(self, raw: bytes, spent: _Spent) -> None:
        self.raw = raw
        self.spent = spent
        self.marks = Marks(raw)

    def cut(self, body: _Body) -> Part:
        """Return the part with all parts below it, down to `MAX_DEPTH`."""
        for kind, parameters in body.types:
            if kind.startswith("multipart/") and (found := self.cut_multipart(body, kind, parameters)):
                return found
        if not body.types and not body.depth and (boundary := self.marks.first(body.start, body.end)):
            return self._with_parts(body, "multipart/mixed", {}, boundary) or self._leaf(body, *_NO_TYPE)
        return self._leaf(body, *next((one for one in body.types if not one[0].startswith("multipart/")), _NO_TYPE))

    def cut_multipart(self, body: _Body, kind: str, parameters: dict[str, str]) -> Part | None:
        """Return the part as a multipart; None where nothing in its body separates parts."""
        self.spent.bytes_left -= body.end - body.start
        if body.depth >= MAX_DEPTH or self.spent.bytes_left < 0:
            self.spent.defects.append("too_deep")
            return self._whole(body, kind, parameters)
        boundary = boundary_of(parameters)
        found = self._with_parts(body, kind, parameters, boundary) if boundary else None
        if found:
            return found
        self.spent.defects.append("boundary_wrong" if boundary else "boundary_missing")
        guess = self.marks.guess(body.start, body.end, is_sure_multipart=not boundary)
        found = self._with_parts(body, kind, parameters, guess) if guess else None
        return found or self._encoded(body, kind, parameters)

    def _with_parts(self, body: _Body, kind: str, parameters: dict[str, str], boundary: bytes) -> Part | None:
        left = MAX_PARTS - self.spent.parts
        marks = self.marks.find(body.start, body.end, boundary, 2 * left + 2)
        opened_at = [number for number, mark in enumerate(marks) if not mark.is_close]
        if marks and not opened_at:
            return self._leaf(replace(body, end=marks[0].start), *_NO_TYPE)
        if not opened_at:
            return None
        if len(opened_at) > left:
            self.spent.defects.append("parts_limit")
            marks = marks[: opened_at[left] + 1]
        self.spent.parts += min(left, len(opened_at))
        children = self._children(_cuts(marks, self.raw, body.end), kind, boundary, body.depth)
        if not children:
            return self._whole(body, kind, parameters)
        children = _with_roles(children, kind, parameters)
        return Part(body.headers, b"", kind, parameters, children, margin=self._margin(body, marks))

    def _children(self, cuts: list[_Cut], kind: str, boundary: bytes, depth: int) -> tuple[Part, ...]:
        """Return the parts of a multipart; one that is empty and has the same boundary takes those up to its close.

        No client shows what stands behind the closing line; it is a part only where nothing before it has words.
        """
        children: list[Part] = []
        position, is_closed = 0, False
        while position < len(cuts):
            if is_closed and any(map(_has_words, children)):
                self.spent.defects.append("parts_behind_end")
                break
            cut, body = cuts[position], self._body(cuts[position], kind, depth)
            position += 1
            inner = self._reusing(body, boundary) if position < len(cuts) and body.depth < MAX_DEPTH else None
            is_closed = cut.is_last and not inner
            if inner:
                end = next((n for n in range(position, len(cuts)) if cuts[n].is_last), len(cuts) - 1) + 1
                group = self._children(cuts[position:end], inner[0], boundary, body.depth)
                children.append(Part(body.headers, b"", *inner, _with_roles(group, *inner)))
                position = end
            elif kind == "multipart/digest" and not body.headers.first("content-type"):
                children.append(self._whole(body, "message/rfc822", {}))  # RFC 2046 §5.1.5
            else:
                children.append(self.cut(body))
        return tuple(children)

    def _body(self, cut: _Cut, kind: str, depth: int) -> _Body:
        """Return a part below its headers, which some mailers write behind a blank line."""
        headers, body_at = read_headers(self.raw, cut.start, cut.end)
        if (
            not headers.fields
            and kind != "multipart/digest"
            and (late := _LATE_HEADERS.match(self.raw, body_at, cut.end))
        ):
            headers, body_at = read_headers(self.raw, late.end(), cut.end)
        self.spent.defects += [f"part_{code}" for code in headers.defects]
        return _Body(headers, body_at, cut.end, depth + 1, media_types(headers))

    def _reusing(self, body: _Body, boundary: bytes) -> tuple[str, dict[str, str]] | None:
        """Return the type of an empty multipart whose boundary is that of the multipart around it."""
        named = (one for one in body.types if one[0].startswith("multipart/"))
        same = next((one for one in named if boundary_of(one[1]) == boundary), None)
        return same if same and not self.raw[body.start : body.end].strip() else None

    def _leaf(self, body: _Body, kind: str, parameters: dict[str, str]) -> Part:
        part, files = with_files_apart(self._whole(body, kind, parameters), MAX_PARTS - self.spent.parts)
        self.spent.parts += files
        return part

    def _whole(self, body: _Body, kind: str, parameters: dict[str, str]) -> Part:
        return Part(body.headers, self.raw[body.start : body.end], kind, parameters)

    def _encoded(self, body: _Body, kind: str, parameters: dict[str, str]) -> Part | None:
        """Return a multipart that was encoded as a whole, which RFC 2045 §6.4 forbids and gateways do."""
        encoding = encoding_of(body.headers.first("content-transfer-encoding"))
        if encoding not in {"base64", "quoted-printable"}:
            return None
        raw = opened(self.raw[body.start : body.end], encoding, is_text=True)
        fields = tuple(one for one in body.headers.fields if one[0] != "content-transfer-encoding")
        headers = Headers(fields, body.headers.defects)
        return _Cutter(raw, self.spent).cut_multipart(_Body(headers, 0, len(raw), body.depth + 1, []), kind, parameters)

    def _margin(self, body: _Body, marks: list[Mark]) -> bytes:
        """Return what stands before the first and behind the last boundary line; nobody is meant to see it."""
        before = self.raw[body.start : min(marks[0].start, body.start + MAX_MARGIN_BYTES)]
        after = marks[-1].after if marks[-1].is_close else body.end
        return before + b"\n" + self.raw[after : min(body.end, after + MAX_MARGIN_BYTES)]


def _cuts(marks: list[Mark], raw: bytes, end: int) -> list[_Cut]:
    """Return what lies between the marks; a lost closing line is forgiven."""
    cuts: list[_Cut] = []
    for number, mark in enumerate(marks):
        following = marks[number + 1] if number + 1 < len(marks) else None
        stop = following.start if following else _without_line_end(raw, mark.after, end)
        if not mark.is_close:
            cuts.append(_Cut(mark.after, max(mark.after, stop), following is None or following.is_close))
    return cuts


def _without_line_end(raw: bytes, start: int, end: int) -> int:
    tail = raw[max(start, end - 2) : end]
    return end - (2 if tail == b"\r\n" else 1 if tail.endswith(b"\n") else 0)


def _has_words(part: Part) -> bool:
    return any(leaf.data[:_SHORT_BYTES].strip() and not leaf.is_attachment for leaf in leaves(part))


def _with_roles(children: tuple[Part, ...], kind: str, parameters: dict[str, str]) -> tuple[Part, ...]:
    """Return the parts with what they are to each other: a signature (RFC 1847), the parts of a page (RFC 2387)."""
    inner = _FORMS if kind == "multipart/alternative" else _SIGNATURES if kind == "multipart/signed" else set()
    if inner:
        return tuple(replace(one, is_inner=not one.has_name) if one.type in inner else one for one in children)
    if kind != "multipart/related":
        return children
    start = parameters.get("start", "")
    page = next((one for one in children if start and one.headers.first("content-id").strip() == start), children[0])
    return tuple(replace(one, is_beside=one is not page and _is_referred_to(one)) for one in children)


def _is_referred_to(part: Part) -> bool:
    names = {"content-id", "content-location"}
    return part.type in SHOWN_TYPES and not part.children and not names.isdisjoint(part.headers.names())
