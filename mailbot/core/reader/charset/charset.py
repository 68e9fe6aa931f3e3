"""Turns the bytes of a mail into text, whatever the label says.

Never raises. Labels are often missing, unknown or lies: what the bytes themselves prove is believed first, and the
codec that read them is named beside the text.
"""

import codecs
import re

from mailbot.core.reader.charset.charset_guess import KANA, LIKE_LANGUAGE, SAMPLE_BYTES, best_codec, read_as, score_of
from mailbot.core.reader.charset.iso_2022_jp import decode_jis, has_jis, with_escapes, with_getas, without_pictures
from mailbot.core.reader.charset.labels import JIS, SHIFTED, SJIS, WIDE, canonical

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF_16 = ("utf-16-le", "utf-16-be")
_MAX_ODD_LINES = 500
_ASCII_BYTES = bytes(range(0x80))
_KANA_BYTES = re.compile(rb"[\xa1-\xdf]+")


def decode_text(data: bytes, label: str | None) -> tuple[str, str]:
    """Return the text of `data` and the name of the codec that read it.

    `label` is the charset the mail declares, None where it declares none. A label that is unknown,
    or that the bytes contradict, is overruled: a byte order mark, then JIS escapes, then the best
    scored of declared, UTF-8, cp932, EUC-JP, Western. Unreadable bytes become U+FFFD; nothing is raised.
    """
    if (bare := without_pictures(data)) != data:
        text, codec = decode_text(bare, label)
        return with_getas(text), codec
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _read_marked(data[len(mark) :], codec)
    declared = canonical(label)
    if (declared in WIDE or b"\0" in data) and (wide := _wide_codec(data, declared)):
        return data.decode(wide, "replace"), wide
    if has_jis(data):
        return decode_jis(data, _Pieces()), JIS
    return _read_ascii(data, declared) if data.isascii() else _read_best(data, declared)


def decode_bytes(data: bytes, label: str | None) -> str:
    """Return raw header bytes as text: 8-bit charsets alone, because every program sees the ASCII in a header."""
    return _read_best(data, None if (declared := canonical(label)) in WIDE | SHIFTED else declared)[0]


def _read_marked(data: bytes, codec: str) -> tuple[str, str]:
    """Read what stands behind a byte order mark; the mark of UTF-8 may be a lie of a program that joined files."""
    return _read_best(data, codec) if codec == "utf-8" else (data.decode(codec, "replace"), codec)


def _read_ascii(data: bytes, declared: str | None) -> tuple[str, str]:
    if declared in SHIFTED:
        # UTF-7 lets half a surrogate pair through, which nothing later could store
        return data.decode(declared, "replace").encode("utf-8", "replace").decode("utf-8"), declared
    if declared in {JIS, None} and (b"(B" in data or b"(J" in data):
        data = with_escapes(data)
    if has_jis(data) or (declared == JIS and b"\x0e" in data):
        return decode_jis(data, _Pieces()), JIS
    return data.decode("ascii"), "ascii"


class _Pieces:
    """Reads the 8-bit bytes among JIS escapes; from the 500th piece on all as the last one, for the time it takes."""

    def __init__(self) -> None:
        self._left = _MAX_ODD_LINES
        self._codec = SJIS

    def __call__(self, piece: bytes) -> str:
        """Return half-width kana of JIS8, or text of another charset that a program put beside it."""
        if _KANA_BYTES.fullmatch(piece.translate(None, _ASCII_BYTES)):
            return piece.decode(SJIS)
        if not self._left:
            return read_as(piece, self._codec, "replace") or ""
        self._left -= 1
        text, self._codec = _read_best(piece, None)
        return text


def _wide_codec(data: bytes, declared: str | None) -> str | None:
    """Return the codec of UTF-16 or UTF-32 without a mark; None where the bytes are neither, whatever the label."""
    sample = data[: SAMPLE_BYTES // 2]
    if declared and declared.startswith("utf-32"):
        return ("utf-32-be" if sample[:1] == b"\0" else "utf-32-le") if b"\0" in sample else None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if declared in WIDE and even == odd:
        return _wide_byscore_of(data, sample, declared)
    codec, zeros = ("utf-16-be", even) if even > odd else ("utf-16-le", odd)
    is_wide = (
        min(even, odd) == 0
        and zeros > 1
        and (4 * zeros >= len(sample) or score_of(sample.decode(codec, "ignore")) >= LIKE_LANGUAGE)
    )
    return codec if is_wide or declared in WIDE else None


def _wide_byscore_of(data: bytes, sample: bytes, declared: str) -> str | None:
    if not data.isascii() and read_as(data, "utf-8", "strict") is not None:
        return None
    scores = {name: score_of(sample.decode(name, "ignore")) + (name == declared) / 4 for name in _UTF_16}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= LIKE_LANGUAGE else None


def _read_best(data: bytes, declared: str | None) -> tuple[str, str]:
    """Return the reading whose sample scores highest; a line that it cannot read is read by itself.

    Bytes that are UTF-8 and declared so, or hold kana, need no scoring: nothing else looks like it by chance.
    """
    text = read_as(data, "utf-8", "strict")
    if text is not None and (declared == "utf-8" or KANA.search(text)):
        return text, "utf-8"
    winner = best_codec(_sample(data), declared)
    text = read_as(data, winner, "strict")
    return (_by_lines(data.split(b"\n"), winner, [_MAX_ODD_LINES]) if text is None else text), winner


def _by_lines(lines: list[bytes], winner: str, left: list[int]) -> str:
    """Decode text that is not all of one charset, such as a footer that a server on the way put below it.

    `left` holds the one count of lines that may still be judged by themselves.
    """
    data = b"\n".join(lines)
    text = read_as(data, winner, "strict") if left[0] else read_as(data, winner, "replace")
    if text is not None:
        return text
    if len(lines) > 1:
        half = len(lines) // 2
        return _by_lines(lines[:half], winner, left) + "\n" + _by_lines(lines[half:], winner, left)
    left[0] -= 1
    codec = best_codec(data[:SAMPLE_BYTES], winner, ("shift_jis_2004",) * (winner == SJIS))
    return read_as(data, codec, "replace") or ""


def _sample(data: bytes) -> bytes:
    """Return the lines that are not ASCII, so that judging costs the same for any length."""
    if len(data) <= SAMPLE_BYTES:
        return data
    return b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:SAMPLE_BYTES]
