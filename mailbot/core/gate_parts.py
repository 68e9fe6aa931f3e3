"""Takes the bytes of a finished mail apart for the outgoing gate, and refuses whatever two programs could read apart.

It knows one way only to write a mail: multiparts with a quoted boundary, nothing around their parts, base64 inside.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_DEEPEST = 2
"""Levels of multiparts: the two forms of the text, and files beside them."""
_MULTIPART = re.compile(r'multipart/(?P<subtype>alternative|mixed); boundary="(?P<boundary>[A-Za-z0-9=_.-]{1,70})"')


@dataclass(frozen=True, slots=True)
class Part:
    """A part without parts: the subtype of the multipart it stands in, its headers by lower-case name, its bytes."""

    within: str
    headers: Mapping[str, str]
    data: bytes


def headers_of(head: bytes) -> Iterator[tuple[str, str]]:
    """Yield names in lower case and values of header lines, folded lines joined."""
    unfolded = re.sub(rb"\r\n[ \t]", b" ", head)
    for line in unfolded.split(b"\r\n"):
        name, _, value = line.partition(b":")
        yield name.decode("latin-1").lower(), value.strip().decode("latin-1")


def parts_of(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the parts of a multipart body in order. Raises ValueError where anything is not exactly as expected."""
    return tuple(_parts(content_type, body, _DEEPEST))


def _parts(content_type: str, body: bytes, depth: int) -> Iterator[Part]:
    opening = _MULTIPART.fullmatch(content_type)
    if opening is None or depth == 0:
        raise ValueError("no multipart")
    for piece in _cut(body, opening["boundary"].encode("ascii")):
        head, blank, content = piece.partition(b"\r\n\r\n")
        listed = list(headers_of(head))
        headers = dict(listed)
        if not blank or len(headers) < len(listed):
            raise ValueError("no end of the headers, or one of them twice")
        if list(headers) == ["content-type"] and headers["content-type"].startswith("multipart/"):
            yield from _parts(headers["content-type"], content, depth - 1)
        else:
            yield Part(opening["subtype"], headers, _decoded(headers, content))


def _cut(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what lies between the boundary lines; nothing but blank lines may stand before or behind them."""
    first, *pieces, last = (b"\r\n" + body).split(b"\r\n--" + boundary)
    is_whole = not first.strip(b"\r\n") and last.rstrip(b"\r\n") == b"--" and last.endswith(b"\r\n")
    if not is_whole or not all(piece.startswith(b"\r\n") for piece in pieces):
        raise ValueError("a boundary is not where it belongs")
    return [piece.removeprefix(b"\r\n") for piece in pieces]


def _decoded(headers: Mapping[str, str], content: bytes) -> bytes:
    """Return the bytes behind base64 that says one thing only: no foreign letter, no rest behind the padding."""
    coded = content.replace(b"\r\n", b"")
    if headers.get("content-transfer-encoding") != "base64":
        raise ValueError("not in base64")
    data = base64.b64decode(coded)
    if base64.b64encode(data) != coded:
        raise ValueError("base64 that says more than its bytes")
    return data
