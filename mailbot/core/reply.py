"""Finds the newest words of a mail: what the writer says now, without quotations and signature.

One pass over the lines, no pattern that can run away (threats C9). Answers between quoted lines are
kept. Where everything would be cut the text is returned whole: words shown twice are better than lost.
"""

import re

from mailbot.core.message import Cut

_MAX_LINE_CHARS = 1_000
_MAX_INTRODUCTION_LINES = 3
_BLOCK_LINES = 7
_BLOCK_FIELDS = 3

_QUOTE = re.compile(r"\s{0,4}[>＞]")
_SEPARATOR = re.compile(
    r"\s{0,4}(?:[-_=*]{2,}\s?(?:original message|original appointment|forwarded message|forwarded by|reply message"
    r"|元のメッセージ|元のメール|転送メッセージ|転送されたメッセージ|オリジナルメッセージ|original mail)"
    r"|begin forwarded message:)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"-- ?$|(?:私の)?(?:iphone|ipad|android|スマートフォン|携帯電話?|outlook for \w+|yahoo!?メール|gmail)\s?から送信"
    r"(?:されました|しました)?[。.]?\s*$"
    r"|sent from (?:my|mail for|outlook|yahoo|samsung|iphone|ipad|gmail)\b.{0,40}$|get outlook for .{1,40}$",
    re.IGNORECASE,
)
_DATE = r"(?:\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}|\d{1,2}/\d{1,2}/\d{4})"
_ADDRESS = r"<\s?[^<>\s]{1,200}@[^<>\s]{1,200}>"
_WROTE = r"\s?(?:wrote|writes|sent|(?:さん|様|氏)?[はが]書きました|のメール)\s?[:：]"
_INTRODUCTION = re.compile(
    rf"(?:(?:on|at)\s.{{3,300}}{_WROTE}|.{{0,300}}{_ADDRESS}{_WROTE}|.{{0,60}}{_DATE}.{{0,200}}(?:{_WROTE}|{_ADDRESS}\s?[:：]?)"
    r"|.{1,100}(?:さん|様|氏)[はが]書きました\s?[:：])\s*",
    re.IGNORECASE,
)
_INTRODUCTION_START = re.compile(rf"on\s|at\s|.{{0,20}}{_DATE}", re.IGNORECASE)
_BLOCK_FROM = re.compile(r"[\s*]{0,4}(?:from|差出人|送信者|発信者|von)\s?[*]?\s?[:：]", re.IGNORECASE)
_BLOCK_FIELD = re.compile(
    r"[\s*]{0,4}(?:from|sent|date|to|cc|subject|差出人|送信者|発信者|送信日時|送信日|日時|日付|宛先|件名"
    r"|von|gesendet|an|betreff)\s?[*]?\s?[:：]",
    re.IGNORECASE,
)
_RULER = re.compile(r"\s*[-_=*]{5,}\s*")


def newest(text: str) -> tuple[str, tuple[Cut, ...]]:
    """Return the newest words of a mail, and what was cut from its text and why."""
    return newest_words(text), ()


def newest_words(text: str) -> str:
    """Return the words above, below and between the quotations of a mail; the whole text if nothing else is left."""
    lines = text.split("\n")
    kept = _without_quotations(lines[: _end_of_words(lines)])
    while kept and (not kept[-1].strip() or _RULER.fullmatch(kept[-1][:_MAX_LINE_CHARS])):
        kept.pop()
    return "\n".join(kept).strip() or text


def _end_of_words(lines: list[str]) -> int:
    """Return the number of the line from which on all is an earlier mail or a signature."""
    return next((number for number in range(len(lines)) if _ends_here(lines, number)), len(lines))


def _ends_here(lines: list[str], number: int) -> bool:
    line = lines[number][:_MAX_LINE_CHARS]
    if _SEPARATOR.match(line) or _SIGNATURE.match(line) or _is_block(lines, number):
        return True
    length = _introduction_lines(lines, number)
    return length > 0 and not _is_quoted(lines[number + length : number + length + 3])


def _is_block(lines: list[str], number: int) -> bool:
    """Whether an Outlook-like header block begins: three of From, Sent, To, Subject close together, From among them."""
    if not _BLOCK_FIELD.match(lines[number][:_MAX_LINE_CHARS]):
        return False
    near = [line[:_MAX_LINE_CHARS] for line in lines[number : number + _BLOCK_LINES]]
    return sum(bool(_BLOCK_FIELD.match(line)) for line in near) >= _BLOCK_FIELDS and any(map(_BLOCK_FROM.match, near))


def _introduction_lines(lines: list[str], number: int) -> int:
    """Return how many lines the "On … wrote:" that begins here takes, 0 where none begins; mailers wrap it."""
    joined = lines[number][:_MAX_LINE_CHARS].strip()
    if not joined or _QUOTE.match(joined):
        return 0
    if _INTRODUCTION.fullmatch(joined):
        return 1
    if not _INTRODUCTION_START.match(joined):
        return 0
    for length, line in enumerate(lines[number + 1 : number + _MAX_INTRODUCTION_LINES], 2):
        joined = f"{joined} {line[:_MAX_LINE_CHARS].strip()}"
        if line.strip() and not _QUOTE.match(line) and _INTRODUCTION.fullmatch(joined):
            return length
    return 0


def _is_quoted(following: list[str]) -> bool:
    """Whether a quotation follows; then answers may stand below it."""
    return _QUOTE.match(next((line for line in following if line.strip()), "")) is not None


def _without_quotations(lines: list[str]) -> list[str]:
    kept: list[str] = []
    number = 0
    while number < len(lines):
        skip = _introduction_lines(lines, number)
        if not skip and not _QUOTE.match(lines[number]):
            kept.append(lines[number])
        number += max(skip, 1)
    return kept
