"""Reads what a bounce says: who was not reached, why, and which mail of ours came back (RFC 3464)."""

import re

from mailbot.core.charset import decode_text
from mailbot.core.headers import Headers, message_ids, read_headers
from mailbot.core.message import Bounce
from mailbot.core.mime import Part, decoded, leaves

MAX_RECIPIENTS = 100
MAX_REPORT_CHARS = 100_000

_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPORTED = re.compile(r"(?<![^\s<>'\"(:;])[^\s<>()'\",;:@]{1,100}@[A-Za-z0-9.-]{1,200}")
_COPY_BEGINS = re.compile(
    r"^[-* ]{2,}.{0,40}(?:copy of|original message|undelivered message|returned message|message headers|message header)"
    r"|^(?:Received|Return-Path|Message-ID|From|Date): ",
    re.IGNORECASE | re.MULTILINE,
)


def bounce_of(headers: Headers, root: Part, text: str) -> Bounce:
    """Return what a delivery report says (RFC 3464 §2): who was not reached, why, and the id of the mail that failed.

    Recipients are reported addresses in lower case, at most 100. Where no part says it, the `text` of
    the report is searched down to the copy of the failed mail; what nothing says stays empty.
    """
    blocks = [block for leaf in leaves(root) if leaf.type.endswith("delivery-status") for block in _blocks(leaf)]
    failed = [block for block in blocks if _is_failed(block)]
    said = _COPY_BEGINS.split(text[:MAX_REPORT_CHARS], maxsplit=1)[0]
    recipients = [_recipient(block) for block in failed] + headers.first("x-failed-recipients").split(",")
    status = next((match[0] for block in failed if (match := _STATUS.search(block.first("status")))), None)
    found = _addresses(recipients) or _addresses(_REPORTED.findall(said)) - _addresses(headers.all("to"))
    said_status = _STATUS.search(said)
    return Bounce(
        tuple(sorted(found))[:MAX_RECIPIENTS],
        status or (said_status[0] if said_status else None),
        _original_id(root) or next(iter(message_ids(text[len(said) : MAX_REPORT_CHARS])), None),
    )


def _addresses(texts: list[str]) -> set[str]:
    return {name for text in texts if "@" in (name := text.strip(" \t<>'\".,;:").lower())}


def _blocks(leaf: Part) -> list[Headers]:
    """Return the header groups of a delivery-status part; they are separated by blank lines."""
    text = decode_text(decoded(leaf, 256_000), None)[0].replace("\r\n", "\n")
    return [read_headers(block.strip().encode())[0] for block in text.split("\n\n")[: MAX_RECIPIENTS + 1]]


def _is_failed(block: Headers) -> bool:
    is_recipient = bool(block.first("final-recipient") or block.first("original-recipient"))
    return is_recipient and block.first("action").strip().lower() not in {"delivered", "relayed", "expanded"}


def _recipient(block: Headers) -> str:
    return (block.first("final-recipient") or block.first("original-recipient")).rpartition(";")[2].strip(" <>")


def _original_id(root: Part) -> str | None:
    """Return the Message-ID of the mail that came back, from the part that holds it or its headers."""
    for leaf in leaves(root):
        if leaf.type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            ids = message_ids(read_headers(decoded(leaf, 256_000).lstrip())[0].first("message-id"))
            return ids[0] if ids else None
    return None
