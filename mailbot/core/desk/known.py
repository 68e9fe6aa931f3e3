"""Finds the addresses, telephone numbers and names of people in a text, in one form each, to look them up.

The desk keeps such values of its cases only as keyed digests, so what a text says must take the same form that the
sender of an earlier mail took. Too many candidates cost a look-up; a missing one lets another person's data out.
Linear in the text; never raises.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice

MAX_CANDIDATES = 2_000
"""Of each sort, whatever a text holds: looking them up stays cheap."""
_MOST_SEEN = 50 * MAX_CANDIDATES

_PIECE = re.compile(r"[\x00-\x7f]+[^\x00-\x7f]{0,1000}|[^\x00-\x7f]{1,1000}")
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_ADDRESS = re.compile(rf"(?<!{_LOCAL})({_LOCAL}{{1,254}}+)@([A-Za-z0-9-]{{1,63}}+(?:\.[A-Za-z0-9-]{{1,63}}+)++)")
_PLAIN_END = re.compile(r"[A-Za-z0-9._+-]+\Z")

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー─"), "-")
_NO_PHONE = re.compile(
    r"(?<!\d)(?:19|20)\d\d ?[-./年] ?\d{1,2} ?[-./月] ?\d{1,2}(?!\d)"  # dates
    r"|(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d(?!\d)"
    r"|(?<!\d)\d{1,2}[:時]\d{2}(?!\d)"
    r"|(?<![A-Za-z])[A-Za-z]{1,8}-\d{4}-\d{6,9}-[0-9A-Za-z]"  # references of cases
)
_CHAIN = re.compile(r"(?<!\d)(?:\+ ?)?\(?\d++(?:(?: ?[-().・] ?| ){1,2}\d++)*+")
_TRUNK_ZERO = re.compile(r"\(0\)")
_ABROAD = re.compile(r"\+|(?:00|010)\W{1,3}|00(?=\d)")  # before a country code: the sign, or what is dialled for it
_PHONE_FROM, _PHONE_TO = 9, 15
_DOMESTIC = (10, 11)  # digits of a Japanese number; eleven in mobile, IP, paging and 0800
_JAPAN, _AMERICAN = "81", [3, 3, 4]

_KANJI = "\u3400-\u9fff々〆ヶ\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_HONORIFIC = re.compile("様|さま|さん|氏|殿|御中")
_BEFORE_HONORIFIC = 24
_CALLED = re.compile(rf"[{_KANJI}{_KANA}・ ]+\Z")
_APART = re.compile(rf"(?<![{_KANJI}{_KANA}])[{_KANJI}{_KANA}]{{1,8}}[ ・][{_KANA}]{{2,8}}(?![{_KANA}])")
_KANJI_RUN = re.compile(rf"[{_KANJI}]+(?: [{_KANJI}]+)*+")
_CAPITALISED = re.compile(rf"(?<![{_LATIN}])[{_LATIN}]++(?:['’-][{_LATIN}]++)*+")
_NEXT_WORD = re.compile(r"[.,]? {1,2}")
_NO_LETTER = re.compile(r"[\W_]+")

_TITLES = re.compile(r"^(?:mr|mrs|ms|dr|prof)\.? +| ?(?:様|さま|さん|氏|殿|先生)$", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|\"")
_NOBODY = re.compile(
    r"(?:no|donot)reply\w*|(?:info|support|admin|administrator|contact|customer|customers|sales|help|helpdesk|service"
    r"|customer(?:service|support|care)s?|office|webmaster|postmaster|mailerdaemon|newsletter|privacy|team|staff|mail|email"
    r"|user|guest|unknown|noname|test|me|self)\d*"
    r"|.*(?:株式会社|有限会社|合同会社|株式會社|事務局|相談室|窓口|センター|サポート|デスク|担当者?|御中|お客様|各位|協会|法人).*"
    r"|.*(?:営業|総務|人事|経理|広報|法務|管理|業務|情報|企画).{0,6}[部課係室]|(?:自分|本人|名無し|匿名|わたし|私)"
    r"|\d+"
)
_COMPANY = re.compile(r"\b(?:inc|ltd|llc|gmbh|corp|corporation|company|newsletter)\.?$", re.IGNORECASE)
_KEY_CHARS = range(2, 41)


def one_form(text: str) -> str:
    """Return a text as NFKC, in pieces: a stack of combining marks costs the square of its height (threats C9)."""
    return "".join(unicodedata.normalize("NFKC", piece) for piece in _PIECE.findall(text))


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses of mail in a text, in lower case, each once.

    One with a tag (`hana+shop@…`) is also returned without it, one behind a sign (`'hana@…`) also without the sign.
    """
    found = (match.groups() for match in _ADDRESS.finditer(one_form(text)))
    return _first(f"{local}@{domain}".lower() for whole, domain in found for local in _locals(whole))


def _locals(whole: str) -> Iterator[str]:
    yield whole
    if (plain := _PLAIN_END.search(whole)) and (end := plain[0].lstrip(".+-")):
        yield end
        yield end.partition("+")[0]


def phones_in(text: str) -> tuple[str, ...]:
    """Return the telephone numbers in a text as 9 to 15 digits, each once.

    A Japanese number begins with 0, however it is written (`0312345678`); one of another country has its country code
    and no plus sign, or stands as it is dialled there; an American one has its ten digits. Dates and references are
    none.
    """
    plain = one_form(text).translate(_DASHES)
    chains = _CHAIN.findall(_NO_PHONE.sub(" / ", plain))
    return _first(phone for one in chains for phone in _phones(one))


def _phones(figures: str) -> Iterator[str]:
    """Yield the numbers in a chain of groups of digits; two may stand side by side, or behind other figures."""
    abroad = _ABROAD.match(figures)
    groups = re.findall(r"\d+", _TRUNK_ZERO.sub("-", figures[abroad.end() :] if abroad else figures))
    at = 0
    while at < len(groups):
        window = groups[at : at + _PHONE_TO]
        number, used = _abroad(window) if abroad and at == 0 else _phone(window)
        if _PHONE_FROM <= len(number) <= _PHONE_TO:
            yield number
        at += used


def _abroad(groups: list[str]) -> tuple[str, int]:
    """Return the number that begins with a country code, and of how many groups it is."""
    if groups[0].startswith(_JAPAN):
        return _domestic(_with_zero([groups[0][len(_JAPAN) :], *groups[1:]]))
    if groups[0].startswith("0"):
        return "", 1
    number, used = _whole(groups)
    is_american = number.startswith("1") and len(number) == sum(_AMERICAN) + 1
    return number[1:] if is_american else number, used


def _phone(groups: list[str]) -> tuple[str, int]:
    """Return the number that the first groups are, and how many they are; "" and 1 where they are none."""
    if groups[0] == _JAPAN and len(groups) > 1:
        return _domestic(_with_zero(["", *groups[1:]]))
    if groups[0].startswith("0") and groups[0] != "0":
        return _domestic(groups)
    is_american = [len(one) for one in groups[: len(_AMERICAN)]] == _AMERICAN
    return ("".join(groups[: len(_AMERICAN)]), len(_AMERICAN)) if is_american else ("", 1)


def _with_zero(groups: list[str]) -> list[str]:
    """Return the groups behind the country code of Japan as they are dialled at home; an empty first one stays."""
    place = 0 if groups[0] else 1
    return [f"0{one.lstrip('0')}" if number == place else one for number, one in enumerate(groups)]


def _domestic(groups: list[str]) -> tuple[str, int]:
    """Return a Japanese number; one that is too long counts as one group, since another may begin inside of it."""
    digits = ""
    for used, group in enumerate(groups, 1):
        digits += group
        if len(digits) >= min(_DOMESTIC):
            return digits, used if len(digits) in _DOMESTIC else 1
    return "", 1


def _whole(groups: list[str]) -> tuple[str, int]:
    """Return a number of unknown length: every group until it is long enough and another number begins."""
    digits, used = "", 0
    for group in groups:
        if (len(digits) >= _PHONE_FROM and group.startswith("0")) or len(digits + group) > _PHONE_TO:
            break
        digits, used = digits + group, used + 1
    return digits, max(used, 1)


def names_in(text: str) -> tuple[str, ...]:
    """Return what could be names of people in a text, in the form of `name_key`, the likeliest first.

    They are what stands before 様 and the like, Japanese words with a blank between them, two to four capitalised
    words, and every three to six Chinese characters in a row. Most are no names; at most MAX_CANDIDATES are returned.
    """
    plain = one_form(text)
    found = chain(_called(plain), _apart(plain), _capitalised(plain), _windows(plain))
    return _first(_letters(one) for one in found)


def _called(text: str) -> Iterator[str]:
    """Yield the ends, of 2 to 8 characters, of what stands before an honorific, and all of it."""
    for honorific in _HONORIFIC.finditer(text):
        before = text[max(0, honorific.start() - _BEFORE_HONORIFIC) : honorific.start()]
        if run := _CALLED.search(before):
            name = _letters(run[0])
            yield from (name[-length:] for length in range(2, min(len(name), 8) + 1))
            yield name


def _apart(text: str) -> Iterator[str]:
    return (match[0] for match in _APART.finditer(text))


def _capitalised(text: str) -> Iterator[str]:
    """Yield every two to four capitalised words in a row; two also the other way round."""
    row: list[str] = []
    end = 0
    for word in _CAPITALISED.finditer(text):
        is_next = _NEXT_WORD.fullmatch(text, end, word.start()) is not None
        row = [*row[-3:], word[0]] if is_next else [word[0]]
        row = row if word[0][0].isupper() else []
        end = word.end()
        yield from (" ".join(row[-length:]) for length in range(2, len(row) + 1))
        if len(row) > 1:
            yield " ".join([row[-1], row[-2]])


def _windows(text: str) -> Iterator[str]:
    for run in _KANJI_RUN.finditer(text):
        name = run[0].replace(" ", "")
        starts = range(len(name) - 2)
        yield from (name[at : at + length] for at in starts for length in range(3, min(6, len(name) - at) + 1))


def name_key(display_name: str) -> str | None:
    """Return a sender's name in the form of `names_in`: NFKC, case folded, letters alone, the family name as it stands.

    None for an address, one letter, figures, and what names no person ("info", "お客様相談室", "Example Inc."). Of
    "Sato, Hanako" the first name comes first; titles and what stands in brackets are left out.
    """
    name = _ASIDE.sub(" ", one_form(display_name)).strip()
    name = _TITLES.sub("", name).strip()
    last, comma, first = name.partition(",")
    key = _letters(f"{first} {last}" if comma else name)
    is_nobody = "@" in name or len(key) not in _KEY_CHARS or _COMPANY.search(name) or _NOBODY.fullmatch(key)
    return None if is_nobody else key


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.casefold())


def _first(found: Iterable[str]) -> tuple[str, ...]:
    """Return each once, in order, as many as anyone will look up."""
    seen: dict[str, None] = {}
    for one in islice(found, _MOST_SEEN):
        seen[one] = None
        if len(seen) == MAX_CANDIDATES:
            break
    return tuple(seen)
