"""Decodes ISO-2022-JP with all its escapes, also where a mailer or a gateway broke the rules (RFC 1468, RFC 1554).

Never raises; what cannot be read becomes U+FFFD.
"""

import re
from collections.abc import Callable, Sequence

from mailbot.core.reader.charset.jis_characters import EIGHT_BIT, OWN_IN_0212, decode_0208, decode_own, decode_threes
from mailbot.core.reader.charset.labels import SJIS

GETA = "〓"
"""What Japanese mail has for a picture that cannot be shown."""

_ASCII, _ROMAN, _KANA, _OWN = b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$(?"
_RETURNS = {_ASCII, _ROMAN, b"\x1b(H"}
_NEWLINE, _SHIFT_OUT, _SHIFT_IN = b"\n", b"\x0e", b"\x0f"
_TOKENS = re.compile(
    rb"(\x1b\$[@AB]|\x1b\$\([@-DOPQ?]|\x1b\([A-J]"  # a set
    rb"|\x1b\)[A-J]|\x1b&@"  # announcements that change nothing here
    rb"|\x1b\.[AF]|\x1bN[\x20-\x7f]"  # ISO-2022-JP-2: Latin or Greek, and one letter of it
    rb"|[\x0e\x0f\n])"
)
_SEEN = re.compile(rb"\x1b(?:\$[@AB]|\$\([@-DOPQ?]|\([IJ]|\.[AF])")
_PICTURES = re.compile(rb"\x1b\$[EFGOPQ]([!-z]{1,40})\x0f")  # SoftBank: a page, its pictures, SI
_SUB = b"\x1a"
_LOST_ESCAPES = re.compile(rb"(\$[@B](?:[!-%0-O][!-~]){2,120}+)(\([BJ])")
_ADDRESS = re.compile(rb"<[^<>@]+@[A-Za-z0-9.-]+>?")
_BLANKS = re.compile(rb"([\x00-\x20]+)")
_KANA_LETTERS = re.compile(rb"[\x21-\x5f]+")
_OTHER_SETS = {
    b"\x1b$A": "gb2312",
    b"\x1b$(A": "gb2312",
    b"\x1b$(C": "euc_kr",
    b"\x1b$(O": "euc_jis_2004",
    b"\x1b$(Q": "euc_jis_2004",
}
_OF_THREE = {b"\x1b$(D": "euc_jp", b"\x1b$(P": "euc_jis_2004"}


def has_jis(data: bytes) -> bool:
    """Whether the bytes hold an escape that only ISO-2022-JP has."""
    return b"\x1b" in data and _SEEN.search(data) is not None


def without_pictures(data: bytes) -> bytes:
    """Return the bytes with SUB for each picture of SoftBank, whose escapes stand in text of any charset."""
    if b"\x1b$" not in data or _SHIFT_IN not in data:
        return data
    return _PICTURES.sub(lambda run: _SUB * len(run[1]), data)


def with_getas(text: str) -> str:
    """Return the text with a geta mark where `without_pictures` put a SUB."""
    return text.replace("\x1a", GETA)


def with_escapes(data: bytes) -> bytes:
    """Return ISO-2022-JP with the ESC bytes put back that a gateway took out, other bytes as they are.

    Only runs of kana and everyday kanji between `$B` and `(B` count, so that no price becomes Japanese.
    """
    return _LOST_ESCAPES.sub(b"\x1b\\1\x1b\\2", data)


def join_jis(pieces: Sequence[bytes]) -> bytes:
    """Return pieces of ISO-2022-JP as one, such as encoded words: a piece that forgot to return to ASCII is ended.

    It did not forget where it ends inside a pair, or where the next escape behind it is the return.
    """
    returns = [False]
    for piece in reversed(pieces):
        at = piece.find(b"\x1b")
        returns.append(piece[at : at + 3] in _RETURNS if at >= 0 else returns[-1])
    out: list[bytes] = []
    rest = b""  # the double-byte text that is still open, with its escape
    for piece, is_returning in zip(pieces, reversed(returns), strict=False):
        if len(rest) % 2 and not is_returning:  # whole pairs behind an escape of three bytes
            out.append(_ASCII)
            rest = b""
        out.append(piece)
        rest = _still_open(rest + piece)
    return b"".join(out)


def _still_open(data: bytes) -> bytes:
    """Return the last escape and what follows it where the bytes end in double-byte text, else nothing."""
    last = data[max(data.rfind(b"\x1b"), 0) :]
    return last if last[:3] in {b"\x1b$B", b"\x1b$@"} else b""


def decode_jis(data: bytes, read_eight_bit: Callable[[bytes], str]) -> str:
    """Decode ISO-2022-JP (RFC 1468, RFC 1554, JIS7, cp50220 to cp50222); `read_eight_bit` reads what is none of it.

    Every line starts in ASCII again, unless the next escape only makes sense where the last line went on.
    """
    pieces = _TOKENS.split(data)
    returns = _returns_to_ascii(pieces)
    out: list[str] = []
    state, is_kana, letters = _ASCII, False, "latin-1"
    for at in range(0, len(pieces), 2):
        piece, token = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else _NEWLINE
        if piece:
            out.append(_read(piece, state, read_eight_bit, is_kana=is_kana, is_open=token == _NEWLINE))
        if token == _NEWLINE:
            out.append("\n" if at + 1 < len(pieces) else "")
            goes_on = at + 2 < len(pieces) and returns[at + 1] and _is_double(pieces[at + 2], state)
            state, is_kana = state if goes_on else _ASCII, False
        elif token in {_SHIFT_OUT, _SHIFT_IN}:
            is_kana = token == _SHIFT_OUT
        elif token[1:2] == b"N":
            out.append(token[2:].translate(EIGHT_BIT).decode(letters, "replace"))
        elif token[1:2] == b".":
            letters = "latin-1" if token.endswith(b"A") else "iso8859-7"
        elif token[1:2] not in {b"&", b")"}:
            state, is_kana = token, False
    return "".join(out)


def _returns_to_ascii(pieces: list[bytes]) -> list[bool]:
    """Return for every piece whether the next designation behind it is one of ASCII."""
    found, is_return = [False] * len(pieces), False
    for at in range(len(pieces) - 1, -1, -1):
        found[at] = is_return
        if at % 2 and pieces[at][1:2] in {b"$", b"("}:
            is_return = pieces[at] in _RETURNS
    return found


def _is_double(piece: bytes, state: bytes) -> bool:
    """Whether a line can be double-byte text: whole pairs that exist."""
    pairs = piece.rstrip(b"\r")
    return (
        state.startswith(b"\x1b$")
        and bool(pairs)
        and len(pairs) % 2 == 0
        and not _BLANKS.search(pairs)
        and "\ufffd" not in _pairs(pairs, state)
    )


def _read(piece: bytes, state: bytes, read_eight_bit: Callable[[bytes], str], *, is_kana: bool, is_open: bool) -> str:
    if is_kana or state == _KANA:
        return _kana(piece)
    if state.startswith(b"\x1b$"):
        return _double(piece, state, is_open=is_open)
    text = piece.decode("ascii") if piece.isascii() else read_eight_bit(piece)
    return text.replace("\\", "¥") if state == _ROMAN else text


def _kana(piece: bytes) -> str:
    return _KANA_LETTERS.sub(lambda run: run[0].translate(EIGHT_BIT), piece).decode(SJIS, "replace")


def _double(piece: bytes, state: bytes, *, is_open: bool) -> str:
    """Decode two-byte characters; blanks and controls among them stand for themselves.

    Where nothing returns to ASCII before the line ends, a later word that is no double-byte text is ASCII:
    the return was lost. Elsewhere a pair that a folded line cut in two is joined again.
    """
    words = _BLANKS.split(piece)
    out, at = [], 0
    while at < len(words):
        word, step = words[at], 2
        if is_open and at and (_ADDRESS.fullmatch(word) or not _is_double(word, state)):
            out.append(word.decode("ascii", "replace"))
        elif len(word) % 2 and len(words) > at + 2 and len(words[at + 2]) % 2:
            out.append(_pairs(word + words[at + 2], state))
            step = 4
        else:
            out.append(_pairs(word, state))
        at += step
        out.append(words[at - 1].decode("ascii") if at <= len(words) else "")
    return "".join(out)


def _pairs(run: bytes, state: bytes) -> str:
    """Decode byte pairs of one character set; a lone last byte is dropped."""
    run = run[: len(run) & ~1]
    if codec := _OTHER_SETS.get(state):
        return run.translate(EIGHT_BIT).decode(codec, "replace")
    if codec := _OF_THREE.get(state):
        return decode_threes(b"".join(b"\x8f" + run[n : n + 2] for n in range(0, len(run), 2)), codec)
    return decode_own(run, OWN_IN_0212) if state == _OWN else decode_0208(run)
