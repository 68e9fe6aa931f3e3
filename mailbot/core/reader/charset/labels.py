"""Says which codec reads a charset label, under whatever name a mailer writes it.

Only character sets count: Python's other codecs (rot13, zlib, punycode, idna, unicode_escape, base64) and the
names that depend on the machine (mbcs, oem) are unknown labels, so no mail can run its bytes through them.
"""

import codecs
import re
from functools import lru_cache

JIS = "iso-2022-jp"
EUC = "euc-jp"
SJIS = "cp932"
WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
"""Codecs whose characters are not made of single bytes: ASCII in them is no ASCII."""
SHIFTED = frozenset({"utf-7", "hz", "iso2022_kr"})
"""Codecs that write other letters in ASCII bytes."""

_QUOTES = " \t\r\n\"'<>"
_LABEL = re.compile(r"[a-z0-9][a-z0-9.:#()+-]{0,63}")
# A label without its punctuation, so that Shift_JIS, shift-jis and SHIFTJIS are one name.
_PLAIN = re.compile(r"[^a-z0-9]")
_FAMILIES = (
    (re.compile(r"(?:x|cs)?iso2022jp.*|(?:x|cs)?jis(?:7|8|encoding)?|(?:x|cs)?(?:cp)?5022[0-2](?:raw)?"), JIS),
    (re.compile(r".*(?:sjis|shiftjis|shiftjs|mskanji|windows31j|macjapan).*|x?pck"), SJIS),
    (re.compile(r"(?:x|cs)?(?:windows|win|cp|ms|ibm|xms|mscp|xmscp)?c?(?:932|94[23])c?"), SJIS),
    (re.compile(r".*(?:eucj|ujis).*|(?:x|cs)?(?:cp|ibm|windows)?(?:51932|33722)|x?euc|.*forjapanese"), EUC),
    (re.compile(r"(?:x?unicode[12][01])?utf8(?:n|mb[34]|bom|mac)?|(?:cp)?65001"), "utf-8"),
    (re.compile(r"(?:x|cs)?(?:unicode[12][01])?utf7|(?:cp)?65000"), "utf-7"),
    (re.compile(r"(?:cs)?unicode|(?:cs)?iso10646ucs2|ucs2"), "utf-16"),
    (re.compile(r"unicodefffe|utf16be"), "utf-16-be"),
    (re.compile(r"(?:cs)?iso10646ucs4|ucs4"), "utf-32"),
    (re.compile(r"(?:cs)?ksc?(?:5601)?(?:198[79])?|(?:x|cs)?euckr|korean|isoir149|uhc|x?windows949"), "cp949"),
    (re.compile(r"(?:x|cs)?(?:gb2312.*|gbk|gb18030|euccn|cngb|windows936|cp936|ms936)|chinese.*|isoir58"), "gb18030"),
    (re.compile(r"hz(?:gb2312)?"), "hz"),
    (re.compile(r"(?:cn|xx|cs)?big5(?:eten|et)?|x?windows950|ms950"), "cp950"),
    (re.compile(r"iso88598[ie]?|logical|visual|hebrew"), "iso8859-8"),
    (re.compile(r"iso885911|tis620.*|windows874"), "cp874"),
    # WHATWG: who says ASCII or Latin-1 means cp1252, and it holds all printable Latin-1
    (re.compile(r"(?:us)?ascii|iso646us|ansix34.*|isoir6|(?:ms|x)?ansi"), "cp1252"),
    (re.compile(r"(?:iso|x)?latin1?|iso88591(?:1987|windows.*)?"), "cp1252"),
    (re.compile(r"xmacce|macce|xmaccentraleurroman"), "mac-latin2"),
    (re.compile(r"xmacroman|macintosh|xmac"), "mac-roman"),
    (re.compile(r"xmac(?:cyrillic|ukrainian)"), "mac-cyrillic"),
    (re.compile(r"koi8(?:u|ru)"), "koi8-u"),
    (re.compile(r"koi8|(?:cs)?koi8r"), "koi8-r"),
)  # fmt: skip
_NUMBERED = re.compile(
    r"(?:x|cs)?(?:iso8859|iso8859part)(\d{1,2})(?:19\d\d)?|(?:x|cs)?(?:windows|win|cp|ibm|ms)(\d{3,4})"
)
_CHARSETS = re.compile(
    r"utf-8|utf-16(?:-[bl]e)?|utf-32(?:-[bl]e)?|iso8859-\d+|cp(?:4\d\d|[78]\d\d|9[45]\d|1[01]\d\d|125\d)|koi8-[rtu]"
    r"|mac-\w+|big5(?:hkscs)?|hz|johab|iso2022_kr|ptcp154|kz1048|hp-roman8"
)
_NO_ASCII = {"cp424", "cp875", "cp1026", "cp1140"}  # EBCDIC: no mail is written in it, and a lie would spoil all of it
_RENAMED = {"big5": "cp950", "ascii": "cp1252", "iso8859-1": "cp1252"}


@lru_cache(maxsize=1_024)
def canonical(label: str | None) -> str | None:
    """Return the codec name for a charset label; None where it is missing, unknown or no character set.

    Forgiven are case, quotes, punctuation, a language behind an asterisk (RFC 2231 §5), and what some
    mailers write around the name, such as `text/plain; charset=utf-8`.
    """
    name = (label or "")[:200].lower().rpartition("charset=")[2].strip(_QUOTES).partition("*")[0]
    name = re.split(r"[;,\s\"']", name, maxsplit=1)[0].replace("_", "-")
    if not _LABEL.fullmatch(name):
        return None
    plain = _PLAIN.sub("", name)
    return next((codec for family, codec in _FAMILIES if family.fullmatch(plain)), None) or _other(name, plain)


def _other(name: str, plain: str) -> str | None:
    """Return the codec of a name outside the families, as Python or the IANA registry spells it."""
    numbered = _NUMBERED.fullmatch(plain)
    if numbered:
        name = f"iso8859-{int(numbered[1])}" if numbered[1] else f"cp{numbered[2]}"
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    codec = _RENAMED.get(codec, codec)
    return codec if codec == "cp1252" or (_CHARSETS.fullmatch(codec) and codec not in _NO_ASCII) else None
