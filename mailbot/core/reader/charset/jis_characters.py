"""Turns code points of the Japanese character sets into characters: JIS X 0208, 0212, 0213, and EUC-JP made of them.

JIS X 0208 pairs are shifted to Shift_JIS and decoded as cp932, because only that codec knows the NEC and IBM
characters (①, ㈱, 髙) that Japanese mail is full of, and because it gives every coding the same wave dash (U+FF5E).
Never raises. What cannot be read becomes U+FFFD; characters of one's own (gaiji, the pictures of carriers) become
private ones of Unicode (U+E000-F8FF), so that nothing around them is lost.
"""

import re
from functools import lru_cache

from mailbot.core.reader.charset.labels import SJIS

EIGHT_BIT = bytes(n | 0x80 for n in range(256))
OWN_IN_0208, OWN_IN_0212 = 0xE000, 0xE3AC
"""The first characters that eucJP-ms has for the rows of one's own in each set."""

_OWN_ROW = 0x75  # the first of those rows
_CELLS = 94
_THREE_BYTES = 3
_IBM_CHARS = 388
_LEAD = bytes.maketrans(
    bytes(range(0x21, 0x7F)),
    bytes(0x81 + r + (0x40 if r > 30 else 0) for r in (n // 2 for n in range(94))),  # noqa: PLR2004 - 0x9F, then 0xE0
)
_TRAIL_ODD = bytes.maketrans(bytes(range(0x21, 0x7F)), bytes(range(0x40, 0x7F)) + bytes(range(0x80, 0x9F)))
_TRAIL_EVEN = bytes.maketrans(bytes(range(0x21, 0x7F)), bytes(range(0x9F, 0xFD)))
_SEVEN_BIT = bytes(n & 0x7F for n in range(256))
_AS_MICROSOFT = str.maketrans("〜‖−¢£¬¦", "～∥－￠￡￢￤")
_EUC_RUNS = re.compile(rb"((?:[\xa1-\xfe]{2})+)|((?:\x8e[\xa1-\xdf])+)|((?:\x8f[\xa1-\xfe]{2})+)|[\x80-\xff]")


def decode_0208(pairs: bytes) -> str:
    """Decode byte pairs of JIS X 0208, seven or eight bits each, with what NEC, IBM and JIS X 0213 put beside it."""
    pairs = pairs.translate(_SEVEN_BIT)
    text = _shifted(pairs).decode(SJIS, "replace")
    return "".join(map(_pair, pairs[0::2], pairs[1::2])) if "\ufffd" in text else text


def decode_own(pairs: bytes, first: int) -> str:
    """Return private characters for pairs of the rows of one's own."""
    pairs = pairs.translate(_SEVEN_BIT)
    return "".join(_own(lead, trail, first) for lead, trail in zip(pairs[0::2], pairs[1::2], strict=True))


def decode_threes(run: bytes, codec: str) -> str:
    """Decode characters of 0x8F and two bytes by `codec` (JIS X 0212, or plane 2 of 0213), or as eucJP-ms has them."""
    run = run.translate(EIGHT_BIT)
    text = run.decode(codec, "replace").translate(_AS_MICROSOFT)
    return "".join(_three(run[n : n + 3], codec) for n in range(0, len(run), 3)) if "\ufffd" in text else text


def decode_euc(data: bytes, errors: str) -> str | None:
    """Decode EUC-JP as cp51932 and eucJP-ms; None where `errors` is strict and a byte fits nowhere."""
    try:
        return data.decode("euc_jp").translate(_AS_MICROSOFT)
    except UnicodeDecodeError:  # NEC and IBM characters, or no EUC-JP
        pieces, end = [], 0
    for run in _EUC_RUNS.finditer(data):
        text = _euc_run(run)
        if errors == "strict" and "\ufffd" in text:
            return None
        pieces += [data[end : run.start()].decode("ascii"), text]
        end = run.end()
    return "".join([*pieces, data[end:].decode("ascii")])


def _euc_run(run: re.Match[bytes]) -> str:
    if run[1]:
        return decode_0208(run[1])
    if run[2]:
        return run[2].replace(b"\x8e", b"").decode(SJIS, "replace")
    return decode_threes(run[3], "euc_jp") if run[3] else "\ufffd"


def _shifted(pairs: bytes) -> bytes:
    """Return JIS X 0208 byte pairs as Shift_JIS byte pairs."""
    lead, trail = pairs[0::2], pairs[1::2]
    odd, even = trail.translate(_TRAIL_ODD), trail.translate(_TRAIL_EVEN)
    out = bytearray(2 * len(trail))
    out[0::2] = lead.translate(_LEAD)
    out[1::2] = bytes(a if row & 1 else b for row, a, b in zip(lead, odd, even, strict=True))
    return bytes(out)


@lru_cache(maxsize=8_836)
def _pair(lead: int, trail: int) -> str:
    """Return one character: of cp932, else of JIS X 0213, else one of somebody's own, else U+FFFD."""
    pair = bytes((lead, trail))
    text = _shifted(pair).decode(SJIS, "replace")
    if "\ufffd" not in text:
        return text
    return (
        _own(lead, trail, OWN_IN_0208)
        if lead >= _OWN_ROW
        else pair.translate(EIGHT_BIT).decode("euc_jis_2004", "replace")
    )


def _own(lead: int, trail: int, first: int) -> str:
    number = (lead - _OWN_ROW) * _CELLS + trail - 0x21
    return chr(first + number) if 0 <= number < 10 * _CELLS and trail - 0x21 < _CELLS else "\ufffd"


@lru_cache(maxsize=8_836)
def _three(char: bytes, codec: str) -> str:
    text = char.decode(codec, "replace")
    if "\ufffd" not in text:
        return text
    number = (char[1] - 0xF3) * _CELLS + char[2] - 0xF3
    if 0 <= number < len(_ibm_extras()):
        return _ibm_extras()[number]
    return _own(char[1] & 0x7F, char[2] & 0x7F, OWN_IN_0212) if char[1] & 0x7F >= _OWN_ROW else "\ufffd"


@lru_cache(maxsize=1)
def _ibm_extras() -> str:
    """Return the IBM characters that JIS X 0212 lacks, in cp932's order: eucJP-ms has them behind it, from 8FF3F3."""
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFD)]
    pairs = [bytes((lead, trail)) for lead in (0xFA, 0xFB, 0xFC) for trail in trails][:_IBM_CHARS]
    ibm = b"".join(pairs).decode(SJIS)
    lacking = (char for char in ibm if char == "№" or len(char.encode("euc_jp", "replace")) != _THREE_BYTES)
    return "".join(char for char in lacking if char not in "￢￤∵")
