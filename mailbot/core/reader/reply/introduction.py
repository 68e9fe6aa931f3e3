"""Finds the line by which a mail client introduces what it quotes: "On … wrote:", 「…さんは書きました:」.

Clients wrap it, leave parts of it out and write it in every language; so it is told by what is in it: a date, an
address, a verb, and a colon at its end. It is looked for from its last line upwards.
"""

import re
from dataclasses import dataclass

from mailbot.core.reader.reply.mail_words import STARTS, VERBS, WEAK_VERBS
from mailbot.core.reader.reply.page import Page, compared, is_quote, is_ruler

_MAX_LINES = 6
_MAX_CHARS = 500
_MAX_NAME_CHARS = 60
_MAX_LINE_ABOVE_CHARS = 120
_START_CHARS = 24

_DATE = re.compile(
    r"\d{4}\s?[年년/.-]\s?\d{1,2}\s?[月월/.-]\s?\d{1,2}|\d{1,2}[/.-]\s?\d{1,2}[/.-]\s?\d{2,4}"
    r"|\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]|\b(?:19|20|25)\d\d\b|\d{1,2}[-. ]{1,2}[^\W\d_]{3,12}\.?[-. ]{1,2}\d{2,4}\b"
)
_DAY = re.compile(r"\b[^\W\d_]{3,12}\.?,? \d{1,2}\b|\b\d{1,2}\.? [^\W\d_]{3,12}")
_TIME = re.compile(r"\d{1,2}\s?[:.hH時시點点]\s?\d{2}|\d{1,2}\s?[ap]\.?m\b|午[前後]\s?\d|\d{1,2}\s?時", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>]@[^\s@]|<\s?mailto:")
_SAID_BY = re.compile(r"(?:さん|様|氏|殿)[はがの].{0,60}(?:書きました|書かれ|コメント|発言|から$|より$)")
_LAST_VERB = re.compile(
    r"(?:wrote|writes|> ?(?:から|より)|書きました|のメール|のメッセージ|쓴 글|작성|写道|寫道)[。.]?$", re.IGNORECASE
)

_STARTS = re.compile(
    rf"[-*_\s(\[]*+(?:(?:{STARTS})[\s.,]+\S?.{{0,25}}?\d|in (?:message|article)\b|[在於]\s?\d)", re.IGNORECASE
)
_OF_NEWS = re.compile(r"in (?:message|article)\b", re.IGNORECASE)
_DAYS = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MIDDLE = re.compile(
    rf"(?:(?<!-)-{{2,}}+\s?|\s)((?-i:On) (?:(?:{_DAYS})[a-z]*[., ].{{0,12}}?\d|\d{{1,4}}[-/. ]))", re.IGNORECASE
)

_SENTENCE_END = re.compile(r"(?<![^\W\d_])[^\W\d_]{4,}+[.!?] +[^\W\d_]{2}|[。!?]\s?[^\s:]")
_ADDRESS_CLOSES = re.compile(r"@[^@<>()\[\]]{0,200}[>)\]]{1,2}[^@:]{0,60}:$")
_ADDRESS_LAST = re.compile(r"@[^\s@:<>]{1,200}:$")
_ADDRESS_ENDS = re.compile(r"@[^\s@<>]{1,200}[>)\]]{1,2},?$")
_GOES_ON = re.compile(r"(?:」|\]|>|\d)[^。]{0,8}[、,に]$|<[^<>]{0,200}>\s?さんの$")
_INLINE = re.compile(rf"(?:(?<![^\W_])(?:{'|'.join(map(re.escape, VERBS))})|>)\s?:\s*(?P<words>\S)", re.IGNORECASE)
_FRAMES = {"--", "==", "**", "__", "――", "──", "━━", "ーー"}
_SPLIT_MARK = re.compile(r">\s?(?:[^\W\d_]{4,10}(?: [^\W\d_]{4,10})?)?\s?:")


@dataclass(frozen=True, slots=True)
class Introduction:
    """The first and last line of an introduction, from 0; `head` are the writer's words before it on its first line."""

    first: int
    last: int
    head: str = ""


def introduction_at(page: Page, last: int) -> Introduction | None:
    """Return the introduction that ends on a line, None where none ends there."""
    line = page.plain[last]
    if not line or (is_quote(line) and not (_SPLIT_MARK.fullmatch(line) and not is_quote(page.line(last - 1)))):
        return None
    closing = line.rstrip("-*_ ")
    if closing[-1:] in {":", ">", ")", "]", ","} or _LAST_VERB.search(closing[-20:]) or _is_framed(line):
        return _wrapped(page, last) or _alone(page, last)
    return _with_words_behind(line, last)


def _wrapped(page: Page, last: int) -> Introduction | None:
    """Return an introduction that begins with its date, on this line or on one of the five above it."""
    first, head = _first_line(page, last)
    if first is None:
        return None
    if not head and not _is_strong_start(page.plain[first]) and _is_begun_above(page, first):
        first -= 1
    lines = [page.plain[first][len(head) :].lstrip("- "), *page.plain[first + 1 : last + 1]]
    joined = " ".join(filter(None, lines))[: _MAX_CHARS + 1]
    if not _is_introduction(joined, is_quote_next=page.is_quote_next(last), is_start=True):
        return None
    return Introduction(first, last, _raw_head(page.raw[first], head))


def _first_line(page: Page, last: int) -> tuple[int | None, str]:
    """Return the line on which the introduction that ends on `last` begins, and what stands there before it."""
    nearest: int | None = None
    for first in range(last, max(last - _MAX_LINES, -1), -1):
        if first < last and _stops(page, first):
            break
        line = page.plain[first]
        if _is_strong_start(line):
            is_cut_off = _is_free(page, first - 1) and not (
                _STARTS.match(line) and not _OF_NEWS.match(page.plain[first - 1])
            )
            is_wrapped = is_cut_off and _STARTS.match(page.plain[first - 1][:_MAX_NAME_CHARS])
            return (first - 1 if is_wrapped else first), ""
        if middle := _MIDDLE.search(line):
            return first, line[: middle.start(1)]
        if nearest is None and (_DATE.search(line) or _TIME.search(line[: 2 * _START_CHARS])):
            nearest = first
    return nearest, ""


def _is_strong_start(line: str) -> bool:
    return _STARTS.match(line) is not None or _DATE.search(line[:_START_CHARS]) is not None


def _stops(page: Page, number: int) -> bool:
    """Whether a line cannot belong to an introduction that goes on below it."""
    line = page.plain[number]
    if not line:  # only Polymail leaves a line empty, before the bracket of the address
        return page.line(number + 1)[:1] not in {"<", ">"}
    ends = line.endswith((":", ".", "。", "!", "?")) and not _ADDRESS.search(line)
    return ends or is_quote(line) or is_ruler(line) or len(line) > 2 * _MAX_LINE_ABOVE_CHARS


def _alone(page: Page, last: int) -> Introduction | None:
    """Return an introduction that begins without a date: "Taro <taro@a.test> wrote:", perhaps with its name above."""
    is_quote_next = page.is_quote_next(last)
    if _is_introduction(page.plain[last], is_quote_next=is_quote_next, is_start=False):
        return Introduction(last - 1 if _is_begun_above(page, last) else last, last)
    joined = f"{page.line(last - 1)} {page.plain[last]}"
    if not _is_free(page, last - 1) or not _ADDRESS.search(joined):
        return None
    is_found = _is_introduction(joined, is_quote_next=is_quote_next, is_start=False)
    return Introduction(last - 1, last) if is_found else None


def _is_begun_above(page: Page, number: int) -> bool:
    """Whether the line above begins the introduction that a line goes on with: by a name, an address, a subject."""
    line, above = page.plain[number], page.line(number - 1)
    is_rest = (
        line.startswith("<") or _verb_at(line, VERBS) == 0 or _ADDRESS_ENDS.search(above) or _GOES_ON.search(above)
    )
    return bool(is_rest) and _is_free(page, number - 1)


def _is_free(page: Page, number: int) -> bool:
    return bool(page.line(number)) and not _stops(page, number) and len(page.line(number)) < _MAX_LINE_ABOVE_CHARS


def _is_introduction(joined: str, *, is_quote_next: bool, is_start: bool) -> bool:
    if len(joined) > _MAX_CHARS or _SENTENCE_END.search(joined):
        return False
    text = joined.rstrip("-*_ ")
    if not text.endswith(":"):
        return _is_open_introduction(joined, is_quote_next=is_quote_next, is_start=is_start)
    return _is_sure(text, is_start=is_start) or (is_quote_next and _is_likely(text, is_start=is_start))


def _is_sure(text: str, *, is_start: bool) -> bool:
    """Whether a line that ends with a colon introduces a mail even where that is not quoted."""
    has_address, date, has_moment = bool(_ADDRESS.search(text)), _DATE.search(text), _has_moment(text)
    verb = _verb_at(text, VERBS)
    has_verb = verb >= 0 and (has_address or is_start or verb <= _MAX_NAME_CHARS)
    is_dated = date is not None and (verb < date.start() or date.start() < _START_CHARS // 2)
    is_timed = has_moment and (is_dated or _STARTS.match(text) is not None)
    is_closed = has_moment and bool(_ADDRESS_CLOSES.search(text))
    return (
        _SAID_BY.search(text) is not None
        or (has_verb and (has_address or is_timed))
        or (date is not None and has_address and (is_closed or _verb_at(text, WEAK_VERBS) >= 0))
        or (is_start and has_moment and _ADDRESS_LAST.search(text) is not None)
    )


def _is_likely(text: str, *, is_start: bool) -> bool:
    """Whether a line that ends with a colon, and that a quotation follows, introduces it."""
    is_named = _verb_at(text, VERBS) >= 0 and len(text) < _MAX_LINE_ABOVE_CHARS
    return is_named or (is_start and _has_moment(text)) or _ADDRESS_CLOSES.search(text) is not None


def _has_moment(text: str) -> bool:
    return _TIME.search(text) is not None and bool(_DATE.search(text) or _DAY.search(text))


def _verb_at(text: str, verbs: tuple[str, ...]) -> int:
    """Return where the first of some verbs stands that is found as a word of its own, -1 where none does."""
    folded = text.casefold()
    for verb in verbs:
        at = folded.find(verb)
        if at >= 0 and not (
            verb.isascii() and (folded[at - 1 : at].isalpha() or folded[at + len(verb) :][:1].isalpha())
        ):
            return at
    return -1


def _is_open_introduction(joined: str, *, is_quote_next: bool, is_start: bool) -> bool:
    """Whether it is an introduction without a colon: between dashes, or one that a quotation follows."""
    verb = _LAST_VERB.search(joined.rstrip("-*_ ,"))
    if _is_framed(joined) and is_quote_next and _has_moment(joined):
        return True
    if _is_framed(joined):
        return verb is not None and (not verb[0].startswith("の") or _ADDRESS.search(joined) is not None)
    if not is_quote_next:
        return bool(verb and _SAID_BY.search(joined))
    has_sender = verb is not None or bool(_ADDRESS_ENDS.search(joined))
    return has_sender and (bool(_SAID_BY.search(joined)) or (is_start and bool(_DATE.search(joined))))


def _is_framed(line: str) -> bool:
    """Whether a line stands between dashes: "--- Taro wrote ---"."""
    return len(line) > len("----") and line[:2] == line[-2:] and line[:2] in _FRAMES


def _with_words_behind(line: str, last: int) -> Introduction | None:
    """Return an introduction whose quotation begins on the same line."""
    if ":" not in line or not _is_strong_start(line):
        return None
    behind = _INLINE.search(line)
    if behind is None or _SENTENCE_END.search(line[: behind.start()]) or not _DATE.search(line[: behind.end()]):
        return None
    is_sure = is_quote(behind["words"]) or (
        _ADDRESS.search(line[: behind.end()]) and _TIME.search(line[: behind.end()])
    )
    return Introduction(last, last) if is_sure else None


def _raw_head(raw: str, head: str) -> str:
    """Return the writer's words as they stand: the shortest part of the raw line that compares like them."""
    wanted = head.rstrip("- ")
    ends = range(len(raw) + 1) if wanted else ()
    return next((raw[:end] for end in ends if compared(raw[:end]).startswith(wanted)), "").rstrip("- ")
