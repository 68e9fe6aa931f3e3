"""Tells a mail that came back from all others: a report of a delivery that failed or waits.

A report by its type, a mailer daemon's address or a list of failed recipients is enough. Otherwise two signs must
agree, of the sender, the subject, the words and the returned copy, so that a person who asks about a bounce, or
forwards one, stays a person.
"""

import re

from mailbot.core.reader.machine.bounce_notification import is_notification
from mailbot.core.reader.machine.bounce_words import (
    DAEMON,
    PASSED_ON,
    POSTMASTER,
    PROGRAM,
    SENTENCE,
    SUBJECT,
    SYSTEM_NAME,
    SYSTEM_SPEAKS,
)
from mailbot.core.reader.machine.delivery_status import is_delivery_status
from mailbot.core.reader.machine.returned_copy import COPY_TYPES, cut_copy
from mailbot.core.reader.machine.signs import Signs
from mailbot.core.reader.mime.part import Part

MAX_HEAD_LINES = 4

_SMTP_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -]{1,3}\S")
_ADDRESS = re.compile(r"[^\s<>@]@[A-Za-z0-9]")


def is_bounce(signs: Signs) -> bool:
    """Whether the mail is a delivery report, in any form: of a failure, or of a delay."""
    if _is_typed(signs.root) or signs.headers.first("x-failed-recipients") or DAEMON.fullmatch(signs.local):
        return True
    is_called_one = SUBJECT.search(signs.subject) is not None
    if not (is_called_one or _is_from_system(signs) or PROGRAM.fullmatch(signs.local)):
        return False
    return _holds_fields(signs) or _is_told(signs, is_called_one=is_called_one)


def has_null_path(signs: Signs) -> bool:
    """Whether the mail has the empty return path, or a mailer daemon's, as only machines do (RFC 5321 §4.5.5)."""
    path = signs.return_path
    return path == "<>" or DAEMON.fullmatch(path.strip("<>").partition("@")[0]) is not None


def _is_typed(part: Part) -> bool:
    """Whether the mail, or a part of it, is a report by its type (RFC 3464 §2); its parts may be lost or misnamed."""
    if part.type != "multipart/report":
        return any(map(_is_typed, part.children)) or part.parameters.get("report-type", "").lower() == "delivery-status"
    fields = any(is_delivery_status(child.type) for child in part.children)
    return fields or part.parameters.get("report-type", "").lower() == "delivery-status"


def _holds_fields(signs: Signs) -> bool:
    """Whether a report's fields stand in a mail of another type, and no person passes them on."""
    return any(map(is_delivery_status, signs.types)) and not PASSED_ON.match(signs.subject)


def _is_from_system(signs: Signs) -> bool:
    """Whether the sender is a mail system's: postmaster, Mail Delivery System, or the empty return path."""
    is_named = POSTMASTER.fullmatch(signs.local) or SYSTEM_NAME.search(signs.sender_line)
    return is_named is not None or has_null_path(signs)


def _is_told(signs: Signs, *, is_called_one: bool) -> bool:
    """Whether the words agree: they speak of a failure, name an address or give the mail back, and are a system's."""
    if is_notification(signs.opening):
        return True
    said, copy = cut_copy(signs.opening)
    words = "\n".join(said)
    has_words = SENTENCE.search(words) is not None
    has_copy = bool(copy) or bool(signs.types & COPY_TYPES)
    if not (has_copy or _ADDRESS.search(words)):
        return False
    if _is_from_system(signs):
        return is_called_one or (has_words and (has_copy or _SMTP_REPLY.search(words) is not None))
    if PROGRAM.fullmatch(signs.local):
        return is_called_one and has_words and has_copy
    return is_called_one and not _is_answer(signs) and _system_speaks(said)


def _is_answer(signs: Signs) -> bool:
    """Whether a person writes about a bounce: answers it, or passes it on with a client that says so."""
    return "in-reply-to" in signs.names or signs.subject.lower().startswith(("fw:", "fwd:", "転送"))


def _system_speaks(lines: list[str]) -> bool:
    head = [line for line in lines if line.strip(" *-=_#|")][:MAX_HEAD_LINES]
    return any(SYSTEM_SPEAKS.match(line) for line in head) and not head[0].startswith(">")
