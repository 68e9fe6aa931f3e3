"""Judges which charset bytes are of, by how much like language each reading looks and what the label is worth.

Pure arithmetic over a sample; nothing is raised, whatever the bytes.
"""

import re
from functools import lru_cache

from mailbot.core.reader.charset.jis_characters import decode_euc
from mailbot.core.reader.charset.labels import EUC, JIS, SHIFTED, SJIS, WIDE

SAMPLE_BYTES = 8_000
LIKE_LANGUAGE = 0.5
KANA = re.compile("[\u3041-\u30ff]")

_JAPANESE = {JIS, SJIS, EUC}
_WESTERN = {"cp1252", "latin-1"}
_UNSURE = ("utf-8", SJIS, EUC, "cp1252", "latin-1")
_SURE = 0.65
_NEARLY_ALL = 0.95
_ASCII_BYTES = bytes(range(0x80))
# CESU-8: some databases write a character beyond U+FFFF as two halves of three bytes
_HALVES = re.compile(rb"\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])")
# One kanji between Latin letters, or one half-width kana by itself: nobody writes that, but accents read so as cp932
_LONE = re.compile(
    "(?<=[a-z])[\u4e00-\u9fff](?=[a-z])|(?<![^\x00-\x7f])[\uff61-\uff9f](?![^\x00-\x7f])"
    "|((?<=[A-Za-z])[\u4e00-\u9fff](?![^\x00-\x7f])|(?<![^\x00-\x7f])[\u4e00-\u9fff](?=[a-z]))"
)
_KANA_OF_EUC = re.compile(rb"(?:\x8e[\xa1-\xdf]){3}")
_UTF_8_PIECES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{0,2}")
_UTF_8_SHAPES = re.compile(rb"[\xc0-\xfd][\x80-\xbf]{1,5}")
_LONG_RUNS = re.compile(rb"[\x80-\xff]{3,}")


def best_codec(sample: bytes, declared: str | None, also: tuple[str, ...] = ()) -> str:
    """Return the codec that reads the sample best: the declared, UTF-8, cp932, EUC-JP, Western, or one of `also`."""
    first = SJIS if declared == JIS else declared
    text = read_as(sample, first, "strict") if first in _JAPANESE else None
    if text and KANA.search(text) and score_of(text) >= _SURE:
        return first or SJIS
    names = dict.fromkeys(name for name in (first, *_UNSURE, *also) if name and name not in WIDE | SHIFTED)
    return max(names, key=lambda name: _evidence(sample, name, declared))


def _evidence(sample: bytes, name: str, declared: str | None) -> float:
    """Return the score of one reading: the text's, and what label and bytes are worth as evidence for it."""
    believed = 0.6 if name == declared else 0.0
    text = read_as(sample, name, "strict")
    score = score_of(text if text is not None else read_as(sample, name, "replace") or "")
    if name == "utf-8":
        return believed + (
            _like_utf_8(sample, score) if text is None else score + (1.0 if max(text) > "\u07ff" else 0.5)
        )
    if name in _WESTERN:
        return score + believed / 6 - _unlike_western(sample) - (0.3 if declared in _JAPANESE else 0.0)
    if name in _JAPANESE:
        score -= 3 * sum(map(_is_debris, _LONE.finditer(text or ""))) / max(_high_bytes(sample), 1)
        score += 0.8 if name == EUC and _KANA_OF_EUC.search(sample) else 0.0
    return score + believed


def _like_utf_8(sample: bytes, score: float) -> float:
    """Return the score of UTF-8 with faults: where three bytes fit together again and again, a fault spoils little."""
    high = max(_high_bytes(sample), 1)
    pieces = _UTF_8_PIECES.findall(sample)
    whole = sum(len(piece) == 3 for piece in pieces)  # noqa: PLR2004 - three bytes make a kanji
    covered = sum(map(len, pieces)) / high
    if whole > 1 and sum(map(len, _UTF_8_SHAPES.findall(sample))) >= _NEARLY_ALL * high:
        return 1.5
    return score + (2.5 * covered if (whole > 1 and covered > LIKE_LANGUAGE) or (whole and covered == 1) else 0.0)


def _is_debris(lone: re.Match[str]) -> bool:
    """Whether a lone character is half of something else: a kanji that ends in a letter is don’t, not A社."""
    return not lone[1] or lone[1].encode(SJIS, "replace")[-1:].isalpha()


def _unlike_western(sample: bytes) -> float:
    """Return what speaks against accents, which stand among plain letters and seldom beside each other."""
    high = max(_high_bytes(sample), 1)
    in_runs = sum(map(len, _LONG_RUNS.findall(sample))) / high
    return 0.7 * in_runs + (0.5 if 2 * high >= len(sample) else 0.0)


def _high_bytes(sample: bytes) -> int:
    return len(sample.translate(None, _ASCII_BYTES))


def read_as(data: bytes, codec: str, errors: str) -> str | None:
    """Return the text; None where the codec cannot read the bytes and `errors` is strict."""
    if codec == EUC:
        return decode_euc(data, errors)
    try:
        return data.decode(codec, errors)
    except ValueError:  # UnicodeError, and what some codecs raise in its place
        if codec != "utf-8" or not _HALVES.search(data):
            return None
    return read_as(_HALVES.sub(_whole, data), codec, errors)


def _whole(halves: re.Match[bytes]) -> bytes:
    return halves[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode("utf-8")


def score_of(text: str) -> float:
    """Return how much like language the non-ASCII characters look: about 1 for kana, below 0 for debris."""
    foreign = [char for char in text if char > "\x7f"]
    return sum(map(_weight, foreign)) / len(foreign) if foreign else 0.0


@lru_cache(maxsize=8_192)
def _weight(char: str) -> float:
    if "\u4e00" <= char <= "\u9fff":
        return _weight_of_kanji(char)
    return next((weight for first, last, weight in _WEIGHTS if first <= char <= last), 0.3)


def _weight_of_kanji(char: str) -> float:
    """Return more for the 2,965 kanji of daily life (JIS level 1) than for those that mostly debris is made of."""
    code = char.encode(SJIS, "replace")
    return 0.1 if code == b"?" else 0.7 if code < b"\x98\x9f" else 0.25


_WEIGHTS = (
    ("\x80", "\x9f", -2.0),
    ("\xa0", "\xbf", 0.2),
    ("\xc0", "\u024f", 0.6),
    ("\u2000", "\u20cf", 0.2),
    ("\u3000", "\u3002", 1.0),
    ("\u3041", "\u30ff", 1.0),
    ("\uac00", "\ud7a3", 0.5),
    ("\ue000", "\uf8ff", -0.5),
    ("\uff01", "\uff5e", 0.8),
    ("\uff61", "\uff65", -0.6),
    ("\uff66", "\uff9f", 0.1),
    ("\ufffd", "\ufffd", -3.0),
)
