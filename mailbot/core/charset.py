"""Turns the bytes of a mail into text, whatever the label says.

Never raises. Only character sets are decoded: Python's other codecs (rot13, zlib, punycode, idna,
unicode_escape, base64) are not on the list and count as unknown labels. ISO-2022-JP and EUC-JP are
read by shifting JIS X 0208 to Shift_JIS and decoding as cp932, because no standard codec knows the
NEC and IBM characters (①, ㈱, 髙) that Japanese mail is full of.
"""

import codecs
import re
from functools import lru_cache

_JIS = "iso-2022-jp"
_EUC = "euc-jp"
_ALIASES = {
    **dict.fromkeys(("csiso2022jp", "jis", "jis7", "cp50220", "cp50221", "cp50222", "50220"), _JIS),
    **dict.fromkeys(("cp51932", "x-euc-jp", "x-euc", "eucjp-ms", "eucjp-win", "ujis", "u-jis"), _EUC),
    **dict.fromkeys(("x-sjis", "sjis", "windows-31j", "cswindows31j", "x-ms-cp932", "ms932", "932"), "cp932"),
    **dict.fromkeys(("mskanji", "ms-kanji", "sjis-win", "sjis-open", "shift-jis", "shiftjis"), "cp932"),
    **dict.fromkeys(("unicode-1-1-utf-8", "utf8", "utf8mb4", "unicode-2-0-utf-8", "x-unicode-2-0-utf-8"), "utf-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859-8"),
    **dict.fromkeys(("ks-c-5601-1987", "ksc5601", "euc-kr"), "cp949"),
    **dict.fromkeys(("gb2312", "x-gbk", "gbk", "chinesesimplified"), "gb18030"),
}
_FAMILIES = {
    **dict.fromkeys(("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3"), _JIS),
    **dict.fromkeys(("iso2022_jp_2004", "iso2022_jp_ext"), _JIS),
    **dict.fromkeys(("euc_jp", "euc_jis_2004", "euc_jisx0213"), _EUC),
    **dict.fromkeys(("shift_jis", "cp932"), "cp932"),
    **dict.fromkeys(
        ("ascii", "iso8859-1"), "cp1252"
    ),  # WHATWG: senders mean cp1252, and it holds all printable latin-1
}
_CHARSETS = re.compile(
    r"utf-8|utf-7|utf-16(-[bl]e)?|utf-32(-[bl]e)?|iso8859-\d+|cp\d{3,4}|koi8-[rtu]|mac-\w+|big5(hkscs)?|gb18030|gb2312"
    r"|gbk|hz|euc_kr|johab|iso2022_kr|tis-620|shift_jis(x0213|_2004)|ptcp154|kz1048|hp-roman8"
)
_LABEL = re.compile(r"[a-z0-9][a-z0-9.:-]{0,39}")
_ESCAPES = re.compile(rb"(\x1b\$[@B]|\x1b\$\([@BDOPQ]|\x1b\([A-J]|\x0e|\x0f|\n)")
_JIS_SEEN = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\([IJ])")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE_BYTES = 8_000
_NOT_ASCII = {"utf-7", "hz", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
_WESTERN = {"cp1252", "latin-1"}  # accents stand among plain letters: more of them than of these means kanji
_LABEL_WORTH = {"cp1252": 0.1}  # a Western codec reads anything: that label proves little
_UNSURE_WITHOUT_LABEL = ("utf-8", "cp932", _EUC, "cp1252", "latin-1")
_LEAD = bytes.maketrans(
    bytes(range(0x21, 0x7F)),
    bytes(0x81 + r + (0x40 if r > 30 else 0) for r in (n // 2 for n in range(94))),  # noqa: PLR2004 - no charset has a longer name
)
_TRAIL_ODD = bytes.maketrans(bytes(range(0x21, 0x7F)), bytes(range(0x40, 0x7F)) + bytes(range(0x80, 0x9F)))
_TRAIL_EVEN = bytes.maketrans(bytes(range(0x21, 0x7F)), bytes(range(0x9F, 0xFD)))
_SEVEN_BIT = bytes(n & 0x7F for n in range(256))
_EIGHT_BIT = bytes(n | 0x80 for n in range(256))
_EUC_RUNS = re.compile(rb"((?:[\xa1-\xfe]{2})+)|((?:\x8e[\xa1-\xdf])+)|((?:\x8f[\xa1-\xfe]{2})+)|[\x80-\xff]")


def decode_text(data: bytes, label: str | None) -> tuple[str, str]:
    """Return the text of `data` and the name of the codec that read it.

    `label` is the charset the mail declares, None where it declares none. A label that is unknown,
    or that the bytes contradict, is overruled: a byte order mark, then JIS escapes, then the best
    scored of declared, UTF-8, cp932, EUC-JP, Western. Unreadable bytes become U+FFFD; nothing is raised.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace"), codec
    if _JIS_SEEN.search(data):
        return _decode_jis(data), _JIS
    declared = canonical(label)
    if declared in _NOT_ASCII:
        # UTF-7 lets half a surrogate pair through, which nothing later could store
        return data.decode(declared, "replace").encode("utf-8", "replace").decode("utf-8"), declared
    if data.isascii():
        return (_decode_jis(data), _JIS) if declared == _JIS and b"\x0e" in data else (data.decode("ascii"), "ascii")
    return _best(data, declared)


@lru_cache(maxsize=1_024)
def canonical(label: str | None) -> str | None:
    """Return the codec name for a charset label; None where it is missing, unknown or no character set."""
    name = (label or "").strip(" \t\r\n\"'").lower().replace("_", "-").partition("*")[0]
    if not _LABEL.fullmatch(name):
        return None
    if name in _ALIASES:
        return _ALIASES[name]
    if name.startswith("iso-2022-jp"):
        return _JIS
    return _known_codec(name)


def _known_codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    codec = _FAMILIES.get(codec, codec)
    return codec if codec in {_JIS, _EUC} or _CHARSETS.fullmatch(codec) else None


def _best(data: bytes, declared: str | None) -> tuple[str, str]:
    """Return the reading whose sample scores highest; the declared charset starts with a bonus.

    Bytes declared as UTF-8 that are UTF-8 need no scoring: nothing else looks like it by chance.
    """
    if declared == "utf-8" and (text := _decode(data, "utf-8", "strict")) is not None:
        return text, "utf-8"
    sample = _sample(data)
    names = dict.fromkeys(name for name in (declared, *_UNSURE_WITHOUT_LABEL) if name)
    winner = max(names, key=lambda name: _score_of(sample, name, declared))
    return _decode(data, winner, "replace") or "", winner


def _sample(data: bytes) -> bytes:
    """Return the lines that are not ASCII, so that judging costs the same for any length."""
    if len(data) <= _SAMPLE_BYTES:
        return data
    return b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE_BYTES]


def _score_of(sample: bytes, name: str, declared: str | None) -> float:
    """Return the score of one reading: the text's, plus what the label and clean UTF-8 are worth as evidence."""
    text = _decode(sample, name, "strict")
    clean_utf8 = 0.5 if name == "utf-8" and text is not None else 0.0
    believed = _LABEL_WORTH.get(name, 0.6) if name == declared else 0.0
    crowded = 0.3 if name in _WESTERN and 2 * _high_bytes(sample) > len(sample) else 0.0
    return (
        _score(text if text is not None else _decode(sample, name, "replace") or "") + clean_utf8 + believed - crowded
    )


def _high_bytes(sample: bytes) -> int:
    return len(sample.translate(None, _SEVEN_BIT[:0x80]))


def _decode(data: bytes, codec: str, errors: str) -> str | None:
    if codec == _JIS:
        return None if errors == "strict" else _decode_plain(data, "cp932", errors)
    if codec == _EUC:
        return _decode_euc(data, errors)
    return _decode_plain(data, codec, errors)


def _decode_plain(data: bytes, codec: str, errors: str) -> str | None:
    try:
        return data.decode(codec, errors)
    except ValueError:  # UnicodeError, and what some codecs raise in its place
        return None


def _score(text: str) -> float:
    """Return how much like language the non-ASCII characters look: about 1 for kana, below 0 for debris."""
    foreign = [char for char in text if char > "\x7f"]
    return sum(_weight(char) for char in foreign) / len(foreign) if foreign else 0.0


@lru_cache(maxsize=4_096)
def _weight(char: str) -> float:
    for first, last, weight in _WEIGHTS:
        if first <= char <= last:
            return weight
    return 0.3


_WEIGHTS = (
    ("\x80", "\x9f", -2.0),
    ("\xa0", "\xbf", 0.2),
    ("\xc0", "\u024f", 0.6),
    ("\u2000", "\u20cf", 0.2),
    ("\u3000", "\u3002", 1.0),
    ("\u3041", "\u30ff", 1.0),
    ("\u4e00", "\u9fff", 0.5),
    ("\uac00", "\ud7a3", 0.5),
    ("\ue000", "\uf8ff", -2.0),
    ("\uff01", "\uff5e", 0.8),
    ("\uff61", "\uff9f", -0.2),
    ("\ufffd", "\ufffd", -3.0),
)


def _decode_jis(data: bytes) -> str:
    """Decode ISO-2022-JP in all its dialects; every line starts in ASCII again (RFC 1468)."""
    out, state = [], b"\x0f"
    for piece in _ESCAPES.split(data):
        if _ESCAPES.fullmatch(piece):
            state = b"\x0f" if piece == b"\n" else piece
            out.append("\n" if piece == b"\n" else "")
        else:
            out.append(_jis_piece(piece, state))
    return "".join(out)


def _jis_piece(piece: bytes, state: bytes) -> str:
    if state in {b"\x1b(I", b"\x0e"}:
        return _kana(piece)
    if state.startswith(b"\x1b$"):
        return _double(piece, state)
    return piece.decode("ascii") if piece.isascii() else _best(piece, None)[0]


def _kana(piece: bytes) -> str:
    return re.sub(rb"[\x21-\x5f]+", lambda run: run[0].translate(_EIGHT_BIT), piece).decode("cp932", "replace")


def _double(piece: bytes, state: bytes) -> str:
    """Decode two-byte characters; blanks and controls among them stand for themselves."""
    runs = re.split(rb"([\x00-\x20]+)", piece)
    return "".join(run.decode("ascii") if n % 2 else _pairs(run, state) for n, run in enumerate(runs))


def _pairs(run: bytes, state: bytes) -> str:
    if state == b"\x1b$(D":
        return (
            b"".join(b"\x8f" + run[n : n + 2] for n in range(0, len(run), 2))
            .translate(_EIGHT_BIT)
            .decode("euc_jp", "replace")
        )
    if state in {b"\x1b$(O", b"\x1b$(P", b"\x1b$(Q"}:
        return run.translate(_EIGHT_BIT).decode("euc_jis_2004", "replace")
    return _shift(run.translate(_SEVEN_BIT)).decode("cp932", "replace")


def _shift(pairs: bytes) -> bytes:
    """Return JIS X 0208 byte pairs as Shift_JIS byte pairs; a lone last byte is dropped."""
    lead, trail = pairs[0::2], pairs[1::2]
    odd, even = trail.translate(_TRAIL_ODD), trail.translate(_TRAIL_EVEN)
    out = bytearray(2 * len(trail))
    out[0::2] = lead.translate(_LEAD)[: len(trail)]
    out[1::2] = bytes(a if row & 1 else b for row, a, b in zip(lead, odd, even, strict=False))
    return bytes(out)


def _decode_euc(data: bytes, errors: str) -> str | None:
    """Decode EUC-JP as cp51932; None where `errors` is strict and a byte fits nowhere."""
    faults = 0

    def text(run: re.Match[bytes]) -> str:
        nonlocal faults
        if run[1]:
            out = _shift(run[1].translate(_SEVEN_BIT)).decode("cp932", "replace")
        elif run[2]:
            out = run[2].replace(b"\x8e", b"").decode("cp932", "replace")
        else:
            out = (run[3] or b"\xff").decode("euc_jp", "replace")
        faults += out.count("\ufffd")
        return out

    pieces, end = [], 0
    for run in _EUC_RUNS.finditer(data):
        pieces += [data[end : run.start()].decode("ascii"), text(run)]
        end = run.end()
    pieces.append(data[end:].decode("ascii"))
    return None if faults and errors == "strict" else "".join(pieces)
