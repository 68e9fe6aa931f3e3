"""Opens transfer encodings (RFC 2045 §6, uuencode, yEnc), and broken ones as far as they can be opened.

Never raises; every way through costs a constant number of passes over the bytes.
"""

import binascii
import re
from functools import lru_cache

from mailbot.core.reader.headers.encoded_words import loose_base64

MAX_LINES = 1_000_000  # of one uuencoded block: 45 MB

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]|[ \t](?=[^\s])")
_LONG_BASE64_LINE = re.compile(rb"(?<![^\n])[A-Za-z0-9+/]{40,}+={0,2}[ \t\r]*+(?![^\n])")
_MIN_LETTERS_SHARE = 0.7
_MAX_PIECES = 10_000  # each with its own padding
_MAX_LINE_BYTES = 1_000
_BLANK_SOFT_BREAK = re.compile(rb"=[ \t]++(?=\r?\n)")
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_HIGH_ESCAPES = re.compile(rb"=(?:[89A-Fa-f][0-9A-Fa-f]=[89A-Fa-f][0-9A-Fa-f]=[89A-Fa-f]|1[Bb]=?[$(])")
_MIN_BASE64_CHARS = 40
_FIRST_BYTES = 200
_UU_BEGIN = re.compile(rb"(?:(?<=\n)|\A)begin(-base64)? [0-7]{3,4} [^\n]*\n")
_YENC_HEAD = re.compile(rb"(?:(?<=\n)|\A)=y(?:begin|part) [^\n]*\n")
_YENC_SHIFT = bytes((n - 42) % 256 for n in range(256))
# What an encoder must escape, "=" last, since nothing may look like an escape that is none.
_YENC_ESCAPES = tuple((bytes((0x3D, n)), bytes(((n - 64) % 256,))) for n in b"@IJM`n}")


@lru_cache(maxsize=256)
def encoding_of(value: str) -> str:
    """Return the encoding a Content-Transfer-Encoding means, "" for none and for every unknown word.

    One of "base64", "quoted-printable", "uuencode", "yenc"; case, comments, quotes and what follows are forgiven.
    """
    word = re.sub(r"\([^()]*\)|[^a-z0-9;,]", "", value[:_FIRST_BYTES].lower())
    for beginning, name in (
        ("base64", "base64"),
        ("quotedprint", "quoted-printable"),
        ("qp", "quoted-printable"),
        ("xuu", "uuencode"),
        ("uu", "uuencode"),
        ("xyenc", "yenc"),
        ("yenc", "yenc"),
    ):
        if word.startswith(beginning):
            return name
    return ""


def opened(data: bytes, encoding: str, *, is_text: bool) -> bytes:
    """Return the bytes behind an encoding as `encoding_of` names it.

    Text that follows base64 undecoded (the footer of a list) is kept where `is_text`, else dropped.
    """
    if encoding == "base64":
        return _from_base64(data, is_text=is_text)
    if encoding == "quoted-printable":
        return _from_quoted_printable(data)
    if encoding == "uuencode":
        return _from_uuencode(data)
    return _from_yenc(data) if encoding == "yenc" else data


def unveiled(data: bytes) -> bytes:
    """Return text whose header forgot to say that it is base64 or quoted-printable; other bytes as they are.

    Only what could be nothing else: no character stands against it, and what comes out is UTF-8 or ISO-2022-JP.
    """
    if b"=" in data and not _BROKEN_ESCAPE.search(data) and _HIGH_ESCAPES.search(data) and data.isascii():
        return _if_text(_from_quoted_printable(data), data)
    first = data[:_FIRST_BYTES].strip().split(b"\n", 1)[0].rstrip(b"\r")
    if len(first) < _MIN_BASE64_CHARS or first.translate(None, _BASE64).strip(b"="):
        return data
    letters = data.translate(None, b" \t\r\n").rstrip(b"=")
    if letters.translate(None, _BASE64) or (len(letters) & 3) == 1:
        return data
    return _if_text(loose_base64(data), data)


def _if_text(opened_data: bytes, data: bytes) -> bytes:
    """Return the first if it is text that a mail would hide in an encoding, else the second."""
    if b"\0" in opened_data:
        return data
    try:
        opened_data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return opened_data


def _from_base64(data: bytes, *, is_text: bool) -> bytes:
    """Decode base64; where plain text stands in its place or behind it, that is text and not base64."""
    if data.count(b"=") > _MAX_PIECES:
        data = data.replace(b"=", b"")
    if not data.translate(None, _BASE64 + b"=\r\n"):
        return loose_base64(data)
    foreign = _FOREIGN.search(data)
    start, end = _line_around(data, foreign.start()) if foreign else (0, 0)
    if not _is_text_line(data[start:end]) or _LONG_BASE64_LINE.search(data, end):
        return loose_base64(data)
    if not data[:start].strip():
        return data
    head = loose_base64(data[:start])
    return head + b"\n" + data[start:] if is_text else head


def _line_around(data: bytes, position: int) -> tuple[int, int]:
    end = data.find(b"\n", position)
    return data.rfind(b"\n", 0, position) + 1, len(data) if end < 0 else end


def _is_text_line(line: bytes) -> bool:
    """Whether a line is words rather than base64 that something fell into."""
    line = line[:_MAX_LINE_BYTES].strip()
    letters = len(line) - len(line.translate(None, _BASE64 + b"="))
    return b" " in line or b"\t" in line or letters < _MIN_LETTERS_SHARE * len(line)


def _from_quoted_printable(data: bytes) -> bytes:
    """Decode quoted-printable; blanks that a relay put behind a soft line break are forgiven (RFC 2045 §6.7 rule 3)."""
    return binascii.a2b_qp(_BLANK_SOFT_BREAK.sub(b"=", data) if b"= " in data or b"=\t" in data else data)


def _from_uuencode(data: bytes) -> bytes:
    begin = _UU_BEGIN.search(data)
    body = data[begin.end() :] if begin else data
    if begin and begin[1]:
        return loose_base64(body.partition(b"====")[0])
    out: list[bytes] = []
    for line in body.split(b"\n", MAX_LINES)[:MAX_LINES]:
        if line[:1] == b"e" and line.rstrip() == b"end":
            break
        out.append(_uu_line(line.rstrip(b"\r")))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    """Decode one line; what stands behind its announced length (a check letter) is no part of it."""
    if not line:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        letters = (((line[0] - 32) & 63) * 4 + 2) // 3
    try:
        return binascii.a2b_uu(line[: letters + 1])
    except binascii.Error:
        return b""


def _from_yenc(data: bytes) -> bytes:
    start = 0
    while head := _YENC_HEAD.match(data, start):
        start = head.end()
    body = data[start:].partition(b"\n=yend")[0].translate(None, b"\r\n")
    for escape, byte in _YENC_ESCAPES:
        body = body.replace(escape, byte)
    return body.translate(_YENC_SHIFT)
