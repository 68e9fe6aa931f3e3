"""Finds where the report of a bounce ends and the copy of the mail that came back begins, and reads that copy."""

import re
from collections.abc import Callable
from itertools import takewhile

from mailbot.core.reader.headers.ids import message_ids
from mailbot.core.reader.mime.alternatives import any_of

MAX_TEXT_CHARS = 100_000
COPY_TYPES = frozenset(
    {"message/rfc822", "message/global", "message/global-headers", "message/rfc822-headers"}
    | {"text/rfc822-headers", "text/rfc822-header"}
)
"""The types of the part that holds the mail that came back, or its headers (RFC 3462, RFC 6533)."""

MAX_LINES = 600
MAX_LINE_CHARS = 400

_MARGIN = r"[\s>|]{0,8}"
_ORIGINAL = r"(?:original|undelivered|returned|unsent|old|full|forwarded|source) (?:message|mail)"
_COPY_LINE = re.compile(
    _MARGIN
    + any_of(
        # ------ This is a copy of the message, including all the headers. ------
        rf"[-*=_#~+|]{{2,}}+.{{0,60}}?{_ORIGINAL}",
        r"[-*=_#~+|]{2,}+.{0,60}?(?:copy of|message (?:headers?|text|body)|header of|元の?(?:メール|メッセージ)|原文)",
        # Original message follows.   Original message headers:
        rf"(?:the |your )?{_ORIGINAL}(?: headers?| as)?(?: follows?| info)?\s?[:.]\s*+$",
        r"(?:the |your )?(?:original |full )?(?:message|mail) (?:headers? |text |body )?(?:follows?|below)\W*+$",
        r"(?:the |your )?(?:original )?(?:message|mail) reads.{0,20}\W*+$",
        # Below is a copy of the original message:
        r"(?:below|included|enclosed|this|following|attached|here) (?:is|are|follows) .{0,30}copy of.{0,60}$",
        r"(?:below|included|enclosed|this|here) (?:is|are) .{0,30}(?:headers? of|returned mail).{0,60}$",
        r"a (?:copy|summary) of (?:the|your) .{0,60}:\s*+$|original mail as follows",
        r"(?:元の|送信された|返信された|オリジナルの?)(?:メール|メッセージ).{0,12}[::]?\s*+$",
        r"(?:en-têtes d(?:e|u) message|ursprüngliche nachricht|mensaje original|encabezados).{0,30}:\s*+$",
        r"messaggio originale.{0,30}:\s*+$",
    ),
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r">?(?:received|return-path|message-id|from|to|cc|subject|date|mime-version|content-[a-z-]+|dkim-signature"
    r"|delivered-to|reply-to|sender|x-[a-z0-9-]+|arc-[a-z-]+|authentication-results|user-agent|references"
    r"|in-reply-to):",
    re.IGNORECASE,
)
# no report tells these again in its own words, as it does To, Subject and Date
_TECHNICAL = re.compile(
    r">?(?:received|return-path|message-id|mime-version|content-|dkim|delivered-to|x-|arc-|user-agent)", re.IGNORECASE
)
_ENVELOPE = re.compile(r">?From \S{1,200} +[A-Z][a-z]{2} ")
_TO_LINE = re.compile(_MARGIN + r"to\s?:(.*)", re.IGNORECASE)
_ID_LINE = re.compile(_MARGIN + r"message-?id\s?:(.*)", re.IGNORECASE)


def cut_copy(text: str) -> tuple[list[str], list[str]]:
    """Return the lines of the report and those of the returned copy, at most 600 each, lines cut at 400 characters.

    The copy begins at a dividing line or where two header lines stand together at the margin.
    """
    lines = [line[:MAX_LINE_CHARS].rstrip() for line in text[:MAX_TEXT_CHARS].split("\n", 2 * MAX_LINES)]
    for number, line in enumerate(lines[:MAX_LINES]):
        if _COPY_LINE.match(line) or _ENVELOPE.match(line) or _is_header_block(lines[number : number + 12]):
            return lines[:number], lines[number : number + MAX_LINES]
    return lines[:MAX_LINES], []


def _is_header_block(lines: list[str]) -> bool:
    """Whether a header block begins here: one such line alone may be the report's own words."""
    if not _HEADER_LINE.match(lines[0]):
        return False
    fields = list(takewhile(_HEADER_LINE.match, (line for line in lines if line[:1] not in {" ", "\t"})))
    return len(fields) > 1 and any(_TECHNICAL.match(field) for field in fields)


def recipients_in(lines: list[str], read: Callable[[str], set[str]]) -> set[str]:
    """Return what `read` finds in the first To line that it finds anything in."""
    return _first_of(lines, _TO_LINE, read)


def id_in(lines: list[str]) -> str | None:
    """Return the first Message-ID that stands in a field of its own, brackets kept; None where there is none."""
    found = _first_of(lines, _ID_LINE, lambda value: set(message_ids(value)[:1]))
    return next(iter(found), None)


def _first_of(lines: list[str], field: re.Pattern[str], read: Callable[[str], set[str]]) -> set[str]:
    """Return the first that is read from a field's line, or from the line below where it is folded."""
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        match = field.match(line)
        if match and (found := read(match[1] if match[1].strip() else below)):
            return found
    return set()
