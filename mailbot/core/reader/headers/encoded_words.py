"""Opens the encoded words of header values (RFC 2047) as mailers really write them, and makes text safe to show.

Never raises and never changes what is no encoded word. What is returned for showing holds no control character,
line break or bidi control.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.charset.iso_2022_jp import (
    decode_jis,
    has_jis,
    join_jis,
    with_escapes,
    with_getas,
    without_pictures,
)
from mailbot.core.reader.charset.labels import JIS, canonical

# Forgiven: blanks around charset and letter, and a charset that is missing
_OPENING = re.compile(r"=\?\s{0,4}+([^?\s=]{0,75}+)\s{0,4}+\?\s{0,4}+([bBqQ])\s{0,4}+\?")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_BASE64_TEXT = re.compile(r"[A-Za-z0-9+/=\s]++\??")
_BLANK = re.compile(r"\s+")
_FOLD = re.compile(r"[\t\r\n]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BLANKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f\ufeff\ud800-\udfff]"
)
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


@dataclass(frozen=True, slots=True)
class _Word:
    """One encoded word: where it stands, its charset label, `B` or `Q`, and what is encoded."""

    start: int
    end: int
    label: str
    letter: str
    text: str


def decode_words(text: str) -> str:
    """Return the text with its encoded words opened (RFC 2047).

    Neighbours of one charset are joined before they are decoded, because senders split characters
    and escape sequences between words. Raw JIS escapes are read too.
    """
    text = without_escapes(text)
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[_Word] = []
    end = 0
    for word in _words(text):
        gap = text[end : word.start]
        if gap.strip() or not run:
            out += [_opened(run), gap]
            run = []
        run.append(word)
        end = word.end
    return "".join([*out, _opened(run), text[end:]])


def without_escapes(text: str) -> str:
    """Return the text with raw ISO-2022-JP decoded, also where a gateway took the ESC bytes out."""
    if "\x1b" not in text and not ("(" in text and text.isascii()):
        return text
    data = text.encode("utf-8", "replace")
    data = without_pictures(data) if "\x1b" in text else with_escapes(data)
    return with_getas(decode_jis(data, _utf_8) if has_jis(data) else _utf_8(data))


def _utf_8(piece: bytes) -> str:
    return piece.decode("utf-8", "replace")


def clean(text: str) -> str:
    """Return text safe to show on one line: no control, line break, zero-width or bidi control character."""
    return _HIDDEN.sub("", _BLANKS.sub(" ", text)).strip()


def shown(text: str) -> str:
    """Return a raw header value decoded and safe to show."""
    return clean(decode_words(text))


def _words(text: str) -> Iterator[_Word]:
    at = 0
    while opening := _OPENING.search(text, at):
        letter = opening[2].upper()
        stop, at = _ending(text, opening.end(), letter)
        if stop < 0:
            at = opening.end()
        else:
            yield _Word(opening.start(), at, opening[1], letter, text[opening.end() : stop])


def _ending(text: str, start: int, letter: str) -> tuple[int, int]:
    """Return where the encoded text and where the word ends; -1 where this is no word.

    The end may be missing where the next word begins or where the header was cut off.
    """
    following = _OPENING.search(text, start)
    limit = following.start() if following else len(text)
    close = text.find("?=", start, limit + 1)
    if close < 0:
        return (limit, limit) if following else _cut_off(text, start, letter)
    if letter == "Q":
        close = _behind_question_marks(text, close)
    return close, min(close + 2, limit)  # some glue words with one "=" too few


def _cut_off(text: str, start: int, letter: str) -> tuple[int, int]:
    if letter == "B":
        whole = _BASE64_TEXT.fullmatch(text, start)
        return (len(text.rstrip("?")), len(text)) if whole else (-1, -1)
    blank = _BLANK.search(text, start)
    end = blank.start() if blank else len(text)
    return (end, end) if "=" in text[start:end] else (-1, -1)


def _behind_question_marks(text: str, close: int) -> int:
    """Return the end of a Q word that holds a raw question mark: `?=E3` goes on, because a code follows."""
    while _HEX.match(text, close + 2):
        later = text.find("?=", close + 2)
        if later < 0 or _BLANK.search(text, close, later) or "=?" in text[close + 1 : later]:
            break
        close = later
    return close


def _opened(run: list[_Word]) -> str:
    groups = groupby(run, key=lambda word: canonical(word.label) or word.label.lower())
    return "".join(_decoded(list(words), name) for name, words in groups)


def _decoded(words: list[_Word], name: str) -> str:
    """Decode neighbours of one charset; of two ways to put them together, the one that the charset can read."""
    pieces = [_pieces(letter, [word.text for word in same]) for letter, same in groupby(words, key=_letter)]
    ways = [[data for piece in pieces for data in piece[way]] for way in (0, 1)]
    readings = [_read(way, name) for way in (ways if ways[0] != ways[1] else ways[:1])]
    return min(readings, key=lambda reading: (reading[1] not in {name, "ascii"}, reading[0].count("\ufffd")))[0]


def _letter(word: _Word) -> str:
    return word.letter


def _read(pieces: list[bytes], name: str) -> tuple[str, str]:
    is_jis = name == JIS or any(map(has_jis, pieces))
    return decode_text(join_jis(pieces) if is_jis else b"".join(pieces), name)


def _pieces(letter: str, texts: list[str]) -> tuple[list[bytes], list[bytes]]:
    """Return what the words hold, in the two ways it may be meant: base64 cut anywhere, or each word by itself."""
    if letter == "Q":
        whole = [binascii.a2b_qp("".join(map(_q_text, texts)).encode("utf-8", "replace"), header=True)]
        return whole, whole
    letters = [_BLANK.sub("", text).encode("utf-8", "replace") for text in texts]
    each = [_word_base64(one) for one in letters]
    is_whole = all(len(one) % 4 == 0 for one in letters[:-1])
    return (each, each) if is_whole else ([_word_base64(b"".join(letters))], each)


def _word_base64(letters: bytes) -> bytes:
    return loose_base64(letters if b"+" in letters or b"/" in letters else letters.translate(_URL_SAFE))


def _q_text(text: str) -> str:
    """Return a Q word without folds: a raw blank is a blank, but a fold where blanks are coded as they should be."""
    is_coded = "_" in text or "=20" in text
    return _BLANK.sub("", text) if is_coded else _FOLD.sub("", text)


def loose_base64(data: bytes) -> bytes:
    """Decode base64 as far as it can be: foreign bytes are skipped, padding may lack or stand in the middle."""
    whole = data.rstrip(b"=\r\n\t ")
    if b"=" in whole:
        return b"".join(map(_base64_piece, whole.split(b"=")))
    return _base64_piece(whole)


def _base64_piece(piece: bytes) -> bytes:
    try:
        return binascii.a2b_base64(piece + b"==")
    except binascii.Error:  # one letter too many: six bits say nothing
        letters = piece.translate(None, _NOT_BASE64)
        return binascii.a2b_base64(letters[: len(letters) - len(letters) % 4])
