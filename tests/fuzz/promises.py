"""What every `Incoming` keeps, whatever the bytes were: the docstrings' promises, not the code's way to keep them."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from mailbot.core.message import Attachment, Bounce, Cut, Incoming, Language, Machine
from mailbot.core.reader.headers.file_names import MAX_NAME_CHARS
from mailbot.core.reader.headers.headers import MAX_HEADER_BYTES
from mailbot.core.reader.headers.ids import MAX_IDS, MAX_IDS_CHARS
from mailbot.core.reader.headers.sender import MAX_LISTED
from mailbot.core.reader.machine.bounce import MAX_RECIPIENTS
from mailbot.core.reader.mime.mime import MAX_PARTS
from mailbot.core.reader.parse import MAX_SUBJECT_CHARS
from mailbot.core.reader.reply.page import MAX_LINES
from mailbot.core.reader.text.body import MAX_TEXT_BYTES
from tests.fuzz.grammar import is_plain_address

WHYS = {
    *("quotation", "introduction", "earlier_mail", "forward", "signature", "device_line", "legal_footer"),
    "carrier_header",
}
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u2060\ufeff\ud800-\udfff{_BIDI}]")
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_-]*")
_CODEC = re.compile(r"[a-z][a-z0-9_-]*( \(said [a-z][a-z0-9_-]*\))?")
_TYPE = re.compile(r"[!-~]+/[!-~]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BrokenPromise(AssertionError):
    """A promise that one input broke; `rule` is the same sentence for every input that breaks it."""

    def __init__(self, rule: str, found: str = "") -> None:
        super().__init__(f"{rule}: {found}" if found else rule)
        self.rule = rule


def expect(*, kept: object, rule: str, found: object = "") -> None:
    """Raise `BrokenPromise` where a promise is not kept."""
    if not kept:
        raise BrokenPromise(rule, ascii(found)[:200])


def check(one: Incoming) -> None:
    """Raise `BrokenPromise` for the first promise that does not hold."""
    for name, value in _shown(one):
        expect(kept=not _HIDDEN.search(value), rule=f"{name} is free of control and bidi characters", found=value)
        expect(kept=len(value) <= MAX_HEADER_BYTES, rule=f"{name} is no longer than a header", found=len(value))
    expect(kept=one.sender is None or is_plain_address(one.sender), rule="sender is a plain address", found=one.sender)
    expect(kept=len(one.subject) <= MAX_SUBJECT_CHARS, rule="subject keeps its limit", found=len(one.subject))
    expect(kept=max(len(one.to), len(one.cc)) <= MAX_LISTED, rule="to and cc keep their limit")
    _check_ids(one)
    _check_text(one)
    _check_cuts(one)
    expect(kept=len(one.attachments) <= MAX_PARTS + 1, rule="attachments keep their limit", found=len(one.attachments))
    for attachment in one.attachments:
        _check_attachment(attachment)
    if one.bounce:
        check_bounce(one.bounce)
    _check_codes(one)
    _check_encodable(one)


def _shown(one: Incoming) -> Iterator[tuple[str, str]]:
    yield from (("subject", one.subject), ("sender_name", one.sender_name), ("from_address", one.from_address))
    yield from (("to", value) for value in one.to)
    yield from (("cc", value) for value in one.cc)
    yield from (("the name of an attachment", value.name) for value in one.attachments)


def _check_ids(one: Incoming) -> None:
    for name, ids in (
        ("message_id", (one.message_id,) if one.message_id is not None else ()),
        ("in_reply_to", one.in_reply_to),
        ("references", one.references),
    ):
        expect(kept=all(map(_ID.fullmatch, ids)), rule=f"{name} matches the strict grammar", found=ids)
        is_within = len(ids) <= MAX_IDS and sum(map(len, ids)) <= MAX_IDS_CHARS
        expect(kept=is_within, rule=f"{name} keeps its limit", found=len(ids))


def _check_text(one: Incoming) -> None:
    for name, value in (("text", one.text), ("reply_text", one.reply_text)):
        bad = _UNREADABLE.search(value)
        expect(kept=not bad, rule=f"{name} holds line feeds, tabs and what can be seen", found=bad and bad[0])
        expect(kept=len(value) <= MAX_TEXT_BYTES, rule=f"{name} keeps its limit", found=len(value))
    lines = iter(_written(one.text.split("\n")))
    for said in _written(one.reply_text.split("\n")):
        is_line = any(line.startswith(said) for line in lines)  # what was read stays read: the next is looked for below
        expect(kept=is_line, rule="reply_text is made of lines of text in their order", found=said)
    has_words = not one.text.strip() or one.reply_text.strip()
    expect(kept=has_words, rule="reply_text is not empty where text says something", found=one.text[:100])


def _check_cuts(one: Incoming) -> None:
    lines = one.text.split("\n")
    end = 0
    for cut in one.cuts:
        expect(kept=cut.why in WHYS, rule="a cut says why", found=cut.why)
        is_ordered = end < cut.first_line <= cut.last_line <= len(lines)
        expect(kept=is_ordered, rule="cuts are ranges of line numbers in order", found=(end, cut, len(lines)))
        end = cut.last_line
    if one.cuts and one.reply_text.strip() != one.text.strip():
        _check_rest(lines, one.cuts, one.reply_text)


def _check_rest(lines: list[str], cuts: tuple[Cut, ...], reply_text: str) -> None:
    """Check that the reply is the text without the cuts; words before an introduction in its line may stay.

    Of what lies past a page nothing is compared: it may go with a quotation that the page ends in, and no cut names it.
    """
    cut = {number for one in cuts for number in range(one.first_line, one.last_line + 1)}
    left = _written([line for number, line in enumerate(lines[:MAX_LINES], 1) if number not in cut])
    behind = set(_written(lines[MAX_LINES:]))
    begun = _written([lines[one.first_line - 1] for one in cuts])
    for said in _written(reply_text.split("\n")):
        if left and said == left[0]:
            left.pop(0)
        elif said not in behind:
            is_head = any(line.startswith(said) for line in begun)
            expect(kept=is_head, rule="reply_text is text without the cuts", found=(said, cuts))
    expect(kept=not left, rule="what is not cut from text is in reply_text", found=(left[:1], cuts))


def _written(lines: list[str]) -> list[str]:
    """Return the lines that say anything, without the blanks around them."""
    return [line.strip() for line in lines if any(char.isprintable() and not char.isspace() for char in line)]


def _check_attachment(one: Attachment) -> None:
    name = one.name
    is_safe = name and not name.startswith((".", " ")) and not set(name) & set('/\\<>:"|?')
    expect(kept=is_safe, rule="the name of an attachment is safe", found=name)
    expect(kept=len(name) <= MAX_NAME_CHARS, rule="the name of an attachment keeps its limit", found=len(name))
    expect(kept=unicodedata.is_normalized("NFC", name), rule="the name of an attachment is NFC", found=name)
    for kind in (one.type, one.found_type):
        expect(kept=not kind or _TYPE.fullmatch(kind), rule="a media type is plain ASCII with a slash", found=kind)
    expect(kept=one.type, rule="an attachment has a media type")
    expect(kept=one.size_bytes >= 0 and _SHA256.fullmatch(one.sha256), rule="size and digest are sound", found=one)


def check_bounce(one: Bounce) -> None:
    """Raise `BrokenPromise` where a delivery report says what none can say."""
    expect(kept=len(one.recipients) <= MAX_RECIPIENTS, rule="recipients keep their limit", found=len(one.recipients))
    for name in one.recipients:
        is_address = name.count("@") and name == name.lower() and not re.search(r"\s|[<>,;]", name)
        expect(kept=is_address and not _HIDDEN.search(name), rule="a recipient reads as an address", found=name)
    is_status = one.status is None or _STATUS.fullmatch(one.status)
    expect(kept=is_status, rule="status is an enhanced status code", found=one.status)
    original = one.original_message_id
    expect(kept=original is None or _ID.fullmatch(original), rule="the id of our mail matches the strict grammar")


def _check_codes(one: Incoming) -> None:
    for name, codes, grammar in (("defects", one.defects, _CODE), ("charsets", one.charsets, _CODEC)):
        expect(kept=all(map(grammar.fullmatch, codes)), rule=f"{name} are codes", found=codes)
        expect(kept=len(set(codes)) == len(codes), rule=f"{name} stand once each", found=codes)
    expect(kept=one.language in set(Language), rule="language is one of ours", found=one.language)
    expect(kept=one.machine is None or one.machine in set(Machine), rule="machine is one of ours", found=one.machine)
    expect(kept=one.automatic or one.machine is None, rule="what a machine wrote is automatic")
    is_right = one.bounce is None or one.machine == Machine.BOUNCE
    expect(kept=is_right, rule="only a bounce says what a bounce says")
    expect(kept=one.individual_numbers >= 0, rule="individual numbers are counted", found=one.individual_numbers)


def _check_encodable(one: Incoming) -> None:
    try:
        json.dumps(asdict(one), ensure_ascii=False, default=_moment).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise BrokenPromise("everything can be written as JSON and UTF-8", str(error)) from error


def _moment(value: object) -> str:
    """Return a moment as text; it is the only value of an `Incoming` that JSON has no kind for."""
    if not isinstance(value, datetime) or value.utcoffset() != timedelta(0):
        raise TypeError(f"{value!r} is no moment in UTC")
    return value.isoformat()
