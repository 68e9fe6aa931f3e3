"""Tells mail that a machine wrote from mail of a person, so that no machine is ever answered.

The tests are made of what only machines write (RFC 3834, RFC 3464, RFC 5965, RFC 2369), never of one word in a
subject: 不在 is also what people write about. Everything here is a claim of the mail; it may only make the desk more
silent, never act on a case.

What is surely a machine's has a kind. What only a program sent, but a person may have written (a web form, a
no-reply address), has none: it is `automatic`, may open a case, and gets no answer.
"""

import re

from mailbot.core.message import Machine
from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.machine.auto_reply import is_auto_reply, is_programs, says_so
from mailbot.core.reader.machine.bounce_signs import is_bounce
from mailbot.core.reader.machine.challenge import is_challenge
from mailbot.core.reader.machine.machine_report import is_receipt, is_report, is_typed_report
from mailbot.core.reader.machine.mailing_list import is_form_program, is_from_list, is_listed, is_own_form, is_own_list
from mailbot.core.reader.machine.signs import Signs
from mailbot.core.reader.mime.part import Part

_PROGRAM = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon).*|.*[-_.]no-?reply|owner-.*|.*-(?:request|bounces?|owner)"
    r"|(?:post[-_]?master|bounces?|listserv|listproc|majordomo|mdaemon|auto-?(?:reply|responder|confirm|answer)"
    r"|mail[-_.]?daemon|wordpress|www-data|apache|nobody)(?:[+=._-].*)?"
    r"|root|cron|anacron|daemon|uucp",
    re.IGNORECASE,
)


def machine_of(headers: Headers, root: Part, subject: str, address: str) -> Machine | None:
    """Return what kind of machine wrote the mail, None for a person.

    `address` is the shown From address or, where there is none, the name; `subject` is decoded.
    """
    signs = Signs(headers, root, subject, address)
    if is_typed_report(signs):
        return Machine.REPORT
    if is_challenge(signs):
        return Machine.CHALLENGE_RESPONSE
    if is_bounce(signs):
        return Machine.REPORT if is_receipt(signs) else Machine.BOUNCE
    if is_report(signs):
        return Machine.REPORT
    return _answer_or_list(signs)


def _answer_or_list(signs: Signs) -> Machine | None:
    """Return whether a responder or a list wrote; a form on our own site may carry a person's words."""
    if says_so(signs):
        return Machine.AUTO_REPLY
    if is_own_form(signs):
        return None
    listed = is_listed(signs)
    if is_auto_reply(signs, is_listed=listed):
        return Machine.AUTO_REPLY
    return Machine.LIST if listed and not is_own_list(signs) else None


def is_automatic(headers: Headers, machine: Machine | None, address: str) -> bool:
    """Whether the mail must get no answer: a machine's, a program's address, a wish for silence, or one of our own."""
    if machine is not None or is_program(address) or _is_our_own(headers):
        return True
    signs = Signs(headers, Part(headers, b""), "", address)
    listed = is_listed(signs)
    if listed and is_from_list(signs):
        return True
    return is_programs(signs, is_listed=listed and is_own_list(signs)) or is_form_program(signs)


def is_program(address: str) -> bool:
    """Whether an address belongs to a program: mailer-daemon, no-reply, owner-…, …-request and their like."""
    return bool(_PROGRAM.fullmatch(address.partition("@")[0][:100]))


def is_spam(headers: Headers) -> bool:
    """Whether a filter on the way called the mail spam."""
    flags = (*headers.all("x-spam-flag"), *headers.all("x-spam-status"))
    return any(flag.strip().lower().startswith("yes") for flag in flags)


def _is_our_own(headers: Headers) -> bool:
    return "x-mailbot-kind" in headers.names() or any("mailbot" in value for value in headers.all("x-loop"))
