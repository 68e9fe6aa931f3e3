"""Finds what stands above an earlier mail that is not introduced by a sentence: dividers and blocks of header fields.

A divider is "-----Original Message-----", a block is "From: … Sent: … To: … Subject: …", in any language. A letter
may hold such words itself, so a block needs a sender and more fields, and a sign that a mail client wrote it.
"""

import re
from dataclasses import dataclass

from mailbot.core.reader.reply.mail_words import ANSWER_ABOVE, ENDED, FIELDS, FORWARDED, ORIGINAL, QUOTING
from mailbot.core.reader.reply.page import Page, bare, is_ruler

_BLOCK_LINES = 14
_MAX_GAP_LINES = 2
_LABEL_CHARS = 25
_MAX_VALUE_CHARS = 200
_MIN_DIVIDER_CHARS, _DIVIDER_CHARS = 3, 160
_ENDED_WITHIN_LINES = 200

_ADDRESS = re.compile(r"[^\s@]@[^\s@]|mailto:|/[A-Z]{2,}@?", re.IGNORECASE)
_MOMENT = re.compile(r"\d{1,2}\s?[:.時시h]\s?\d{2}|\d{4}\s?[年년/.-]|\b20\d\d\b|\d[/-]\d{1,2}[/-]\d")
_CARD_DATE = re.compile(r"\d.{0,30}\d{1,2}[:時]\d{2}|\d{1,2}:\d{2}.{0,30}\d{4}")
_MACHINE_DATE = re.compile(r"\d\d:\d\d(?::\d\d)? [+-]\d{4}")
_BOLD = re.compile(r"\*{1,2}[^*:]{1,25}(?::\*|\*{1,2}\s?:)")
_FIELD_INSIDE = re.compile(
    r"(?:^|\s)\*?(?P<name>from|date|sent|to|cc|subject|差出人|送信者|送信日時|日付|日時|宛先|件名|von|gesendet|an|betreff)"
    r"\*?\s?:\*?",
    re.IGNORECASE,
)
_ANSWER_ABOVE = re.compile(ANSWER_ABOVE)
_FORWARDED_BY = re.compile(
    r"(?:forwarded (?:by|message|mail)|weitergeleitet von|transféré par|reenviado por|inoltrato da|doorgestuurd door)"
    r"\b.{0,80}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The first and last line, from 0, of what announces an earlier mail; whether it says that it is forwarded."""

    first: int
    last: int
    is_forward: bool = False


@dataclass(frozen=True, slots=True)
class _Field:
    line: int
    role: str
    name: str
    value: str


def heading_at(page: Page, first: int) -> Heading | None:
    """Return the divider, with the block below it, or the block that begins on a line; None where none begins."""
    divider = divider_at(page, first)
    if divider is None:
        return block_at(page, first)
    below = page.next_words(first)
    if is_ruler(page.line(below)) and divider_at(page, below) is None:
        below = page.next_words(below)
    block = block_at(page, below, is_announced=True)
    return Heading(first, block.last if block else first, divider.is_forward)


def divider_at(page: Page, number: int) -> Heading | None:
    """Return a line such as "----- Original Message -----"; the words alone do where a header block is below them."""
    line = page.line(number)
    if not _MIN_DIVIDER_CHARS < len(line) < _DIVIDER_CHARS:
        return None
    words = bare(line).strip("()[]{}【】《》≪≫「」〔〕").strip().casefold().replace("\u0307", "")
    is_drawn = line[:2] != bare(line)[:2] or line[0] in "[【《≪〔「<("
    if is_drawn and words in QUOTING:
        return None if _ends_later(page, number) else Heading(number, number)
    if _ANSWER_ABOVE.search(words):
        return Heading(number, number)
    is_forward = words in FORWARDED or (is_drawn and _FORWARDED_BY.fullmatch(words) is not None)
    if not is_forward and words not in ORIGINAL:
        return None
    is_announced = (
        is_drawn or (is_forward and line.endswith(":")) or block_at(page, page.next_words(number)) is not None
    )
    return Heading(number, number, is_forward) if is_announced else None


def _ends_later(page: Page, number: int) -> bool:
    """Whether the writer closes a quotation again ("--- 引用ここまで ---"): then it is part of the letter."""
    below = page.plain[number + 1 : number + _ENDED_WITHIN_LINES]
    return any(len(line) < _LABEL_CHARS * 2 and bare(line).casefold().endswith(ENDED) for line in below)


def block_at(page: Page, first: int, *, is_announced: bool = False) -> Heading | None:
    """Return the block of header fields that begins on a line; `is_announced` says that a divider stands above it."""
    if field_of(page, first) is None:
        return _card_at(page, first)
    if _is_one_line_block(page.line(first)):
        return Heading(first, first)
    fields = _fields(page, first)
    last = fields[-1].line
    while page.line(last + 1) and page.raw[last + 1][:1].isspace():  # a folded value
        last += 1
    return Heading(first, last) if _is_block(page, fields, last, is_announced=is_announced) else None


def _card_at(page: Page, first: int) -> Heading | None:
    """Return what Notes and printed mails begin with: a sender, below a date, below "To"."""
    second = page.next_words(first, 2)
    third = page.next_words(second)
    sender, date, recipient = page.line(first), page.line(second)[:_MAX_VALUE_CHARS], page.line(third)
    is_sender = len(sender) < _MAX_VALUE_CHARS and _ADDRESS.search(sender) is not None
    if not is_sender or not _CARD_DATE.search(date) or len(date) > _LABEL_CHARS * 2:
        return None
    name = "".join(recipient.partition(":")[0].strip("*").split()).casefold()
    return Heading(first, third) if FIELDS.get(name) == "to" else None


def field_of(page: Page, number: int) -> _Field | None:
    """Return the header field a line is, None for any other line."""
    name, colon, value = page.line(number).partition(":")
    if not colon or len(name) > _LABEL_CHARS:
        return None
    key = "".join(name.strip("*_|[]<> \t").split()).casefold()
    role = FIELDS.get(key)
    return _Field(number, role, key, value[:_MAX_VALUE_CHARS]) if role else None


def _fields(page: Page, first: int) -> list[_Field]:
    """Return the fields of a block; a long list of recipients or a long subject may take more lines."""
    fields: list[_Field] = []
    for number in range(first, min(first + _BLOCK_LINES, len(page))):
        if field := field_of(page, number):
            fields.append(field)
        elif number - fields[-1].line > _MAX_GAP_LINES or not _goes_on(page, number):
            break
    return fields


def _goes_on(page: Page, number: int) -> bool:
    """Whether a field still comes on the next two lines; after an empty line, on the very next."""
    ahead = range(number + 1, number + (3 if page.plain[number] else 2))
    return any(field_of(page, one) for one in ahead)


def _is_block(page: Page, fields: list[_Field], last: int, *, is_announced: bool) -> bool:
    roles = {"date" if field.role == "sent" else field.role for field in fields}
    people = " ".join(field.value for field in fields if field.role in {"from", "to"})
    dates = " ".join(field.value for field in fields if field.role in {"sent", "date"})
    has_address, has_moment = bool(_ADDRESS.search(people)), bool(_MOMENT.search(dates))
    if "from" not in roles:
        return len(roles) > 1 and (is_announced or (has_address and _MACHINE_DATE.search(dates) is not None))
    if is_announced or (page.is_quote_next(last) and len(roles) > 1):
        return True
    is_ascii = all(field.name.isascii() for field in fields)
    if (
        "to" not in roles
        and not (is_ascii and has_address and has_moment)
        and not _is_under_ruler(page, fields[0].line)
    ):
        return False  # a person who writes down a mail they got: sender, date, subject
    if len(roles & {"date", "to", "subject"}) == 1:
        return has_address and has_moment
    is_clients = any(field.role == "sent" for field in fields) or _BOLD.match(page.plain[fields[0].line]) is not None
    return len(roles & {"date", "to", "subject"}) > 1 and (is_clients or has_address or has_moment)


def _is_under_ruler(page: Page, number: int) -> bool:
    return is_ruler(page.line(number - 1)) or (not page.line(number - 1) and is_ruler(page.line(number - 2)))


def _is_one_line_block(line: str) -> bool:
    """Whether a whole block stands on one line, as where HTML lost its line breaks."""
    line = line[: 2 * _MAX_VALUE_CHARS]
    roles = {FIELDS[found["name"].casefold()] for found in _FIELD_INSIDE.finditer(line)}
    is_dated = bool(roles & {"sent", "date"}) and _MOMENT.search(line) is not None
    return (
        "from" in roles and is_dated and (_ADDRESS.search(line) is not None or bool(roles - {"from", "sent", "date"}))
    )
