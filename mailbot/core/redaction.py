"""Masks personal data in a mail before its words are kept to learn from: what identifies goes, the wish stays.

What is masked: addresses of mail, numbers to call, numbers of five and more digits, dates with a year, post addresses,
what follows the host of a link, and names: those given, and those the text itself introduces. Simple rules, and wide
ones: a word masked by mistake costs the classifier little, a name kept costs a person. No rule crosses a line end, so
the lines are those of the given text. Total and linear for any text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from mailbot.core.message import Language
from mailbot.core.redaction_names import introduced, known
from mailbot.core.redaction_places import places
from mailbot.core.sentences import script_of

PLACEHOLDERS: dict[Language, tuple[str, ...]] = {
    Language.JA: ("〈氏名〉", "〈住所〉", "〈電話〉", "〈番号〉", "〈メール〉"),
    Language.EN: ("<name>", "<address>", "<phone>", "<number>", "<email>"),
}
"""What stands for a name, a post address, a phone, another number, an address of mail."""

NAME, PLACE, PHONE, NUMBER, MAIL = MARKS = "\ue000\ue001\ue002\ue003\ue004"
"""One character of private use stands for each while the rules run, so that none reads what another has written."""

Span = tuple[int, int]

_UNSEEN = re.compile(
    "[\ue000-\ue004\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufdfa\ufdfb\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
_MARKS_IN_A_ROW = 16
_AGAIN = re.compile(rf"([{MARKS}])(?:[ ・]{{0,2}}+\1)++")

_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_AT = r"(?:@| ?[(\[] ?(?:at|アット(?:マーク)?|@) ?[)\]] ?|[☆★●◎])"
_MAIL = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}{{1,128}}+{_AT}[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9])){{1,253}}+"
    r"|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{1,64}+ at [A-Za-z0-9-]{1,64}+(?: dot [A-Za-z]{2,16}+){1,3}",
    re.IGNORECASE,
)
_WIDE_MAIL = re.compile(r"[^\s@、。,:;「」()<>\[\]]{1,64}+@[^\s@、。,;「」()<>\[\]]{2,128}+")
_LINK = re.compile(
    r"((?:https?://|www\.)[A-Za-z0-9.-]{0,253}+)((?:[^\s、。「」()<>.,!?]|[.,!?](?=[^\s、。「」()<>.,!?]))*+)",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?::\d+)?/?[A-Za-z/._-]*+")

_DASH = r"\-‐‑‒–—―−ー─"
_JOINT = rf"(?: {{0,2}}+[{_DASH}().・/_*~]{{1,2}}+ {{0,2}}+| {{1,3}}+|,(?=\d))"
_CHAIN = re.compile(rf"[+(]{{0,2}}+\d++(?:{_JOINT}\d++)*+")
_KANJI_CHAIN = re.compile(
    rf"[〇零一二三四五六七八九]{{5,}}+|[〇零一二三四五六七八九]{{1,5}}+(?:[{_DASH}の][〇零一二三四五六七八九]{{2,5}}+){{1,3}}+"
)
_AMERICAN = re.compile(r"\(?\d{3}[). -]{1,2}\d{3}[. -]\d{4}")
_DIGITS = re.compile(r"\d+")
_LONG_RUN, _LONG_CHAIN, _PHONE_FROM, _PHONE_TO = 5, 7, 9, 15
_PHONE_LABEL = re.compile(
    r"(?:tel|phone|mobile|cell|fax|call(?: me)?|ring|text|電話(?:番号)?|携帯(?:番号)?|直通|ファックス"
    r"|ファクス|内線)[^\w\n]{0,6}(?:は|on|at|no\.?|number|is| )*[^\w\n]{0,3}$",
    re.IGNORECASE,
)
_BEFORE = 24
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,40}+(?:[-_][A-Za-z0-9]{1,40}+){0,8}+")
_CODE_DIGITS = 4
_LABELLED = re.compile(
    r"((?:番号|コード|パスワード|\bno\.?|\bnumber|\bid|\bcode|\bpin|#|№)(?: ?(?:は|が|is|was"
    r"|[:=#.])){0,2}+ ?)([A-Za-z]{0,4}-?\d{2,})",
    re.IGNORECASE,
)
_D = r"[\d〇一二三四五六七八九十元]"
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DATE = re.compile(
    rf"(?:(?:昭和|平成|大正|令和|西暦|明治|(?<![A-Za-z])[MTSHR]\.?) ?)?"
    rf"{_D}{{1,4}} ?年 ?{_D}{{1,3}} ?月 ?{_D}{{1,3}} ?日?"
    rf"|(?:昭和|平成|大正|令和|明治) ?{_D}{{1,4}} ?年(?: ?{_D}{{1,3}} ?月)?(?= ?生)"
    rf"|(?:昭和|平成|大正|令和|明治|(?<![A-Za-z])[MTSHR]\.?) ?{_D}{{1,2}}[./{_DASH}]{_D}{{1,2}}[./{_DASH}]{_D}{{1,2}}"
    rf"|{_D}{{2,4}} ?年 ?(?:{_D}{{1,3}} ?月)?(?= ?生)|{_D}{{1,3}} ?月 ?{_D}{{1,3}} ?日(?= ?(?:生|が?誕生))"
    rf"|(?<!\d)(?:19|20)\d\d ?[./{_DASH}] ?\d{{1,2}} ?[./{_DASH}] ?\d{{1,2}}(?!\d)"
    rf"|(?<!\d)\d{{1,2}}[./{_DASH}]\d{{1,2}}[./{_DASH}](?:19|20)?\d\d(?![\d{_DASH}])"
    rf"|\b{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTHS}\.?,? (?:19|20)\d\d\b",
    re.IGNORECASE,
)


def redacted(text: str, names: Iterable[str] = (), addresses: Iterable[str] = ()) -> str:
    """Return the text, folded to plain widths (NFKC), with a placeholder for everything that may identify somebody.

    `names` are display names known from the headers, `addresses` the mail addresses. The placeholders are in the
    language of the text. Line by line: as many lines come out as go in.
    """
    kept = plain(text)
    shown = PLACEHOLDERS[script_of(kept, Language.EN)]
    for words in (word for language in PLACEHOLDERS.values() for word in zip(MARKS, language, strict=True)):
        kept = kept.replace(words[1], words[0])  # a text that was masked before stays as it is
    kept = _without_literals(kept, [plain(one) for one in addresses])
    kept = _WIDE_MAIL.sub(MAIL, _MAIL.sub(MAIL, kept))
    kept = _LINK.sub(_shortened, kept)
    kept = _masked(kept, _phones(kept), PHONE)
    kept = _KANJI_CHAIN.sub(NUMBER, kept)
    kept = _masked(kept, places(kept), PLACE)
    kept = _DATE.sub(NUMBER, kept)
    kept = _masked(kept, _numbers(kept), NUMBER)
    kept = _LABELLED.sub(rf"\1{NUMBER}", kept)
    kept = _without_names(kept, [plain(name) for name in names])
    kept = _AGAIN.sub(r"\1", kept)
    return kept.translate({ord(mark): word for mark, word in zip(MARKS, shown, strict=True)})


def plain(text: str) -> str:
    """Return text as the rules read it: NFKC, LF, nothing unseen, no stacks of accents (NFKC sorts them slowly)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", _without_stacks(_UNSEEN.sub("", lines)))).replace("’", "'")


def _without_stacks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    height = 0
    for char in text:
        height = height + 1 if unicodedata.combining(char) else 0
        if height <= _MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)


def _masked(text: str, spans: Iterable[Span], mark: str) -> str:
    """Put a mark in the place of each span; of spans that overlap the rest of the later one goes too."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        pieces += [text[done : max(start, done)], mark]
        done = end
    return "".join([*pieces, text[done:]])


def _without_literals(text: str, addresses: Iterable[str]) -> str:
    wanted = sorted({one.strip() for one in addresses if "@" in one.strip("@ ")}, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, wanted)), MAIL, text, flags=re.IGNORECASE) if wanted else text


def _shortened(link: re.Match[str]) -> str:
    """Keep host and plain path of a link; a query, an id, a name in it goes."""
    return link[0] if _PATH.fullmatch(link[2]) else f"{link[1]}/{NUMBER}"


def _phones(text: str) -> Iterator[Span]:
    for chain in _CHAIN.finditer(text):
        count = sum(map(len, _DIGITS.findall(chain[0])))
        starts = chain[0].lstrip("(")[:1]
        is_labelled = count >= _LONG_RUN and _PHONE_LABEL.search(text[max(0, chain.start() - _BEFORE) : chain.start()])
        if is_labelled or (
            _PHONE_FROM <= count <= _PHONE_TO and (starts in {"0", "+"} or _AMERICAN.fullmatch(chain[0]))
        ):
            yield chain.span()


def _numbers(text: str) -> Iterator[Span]:
    for chain in _CHAIN.finditer(text):
        runs = [len(run) for run in _DIGITS.findall(chain[0])]
        if max(runs) >= _LONG_RUN or sum(runs) >= _LONG_CHAIN:
            yield chain.span()
    for code in _CODE.finditer(text):
        if sum(map(str.isdigit, code[0])) >= _CODE_DIGITS and not code[0].isdigit():
            yield code.span()


def _without_names(text: str, names: list[str]) -> str:
    """Mask the names the text introduces, then these and the given ones wherever they stand."""
    found = list(introduced(text))
    told = [text[start:end] for start, end in found]
    kept = _masked(text, found, NAME)
    pattern = known(names, told)
    return pattern.sub(NAME, kept) if pattern else kept
