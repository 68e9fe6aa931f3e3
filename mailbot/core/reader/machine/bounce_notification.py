"""Reads the bounces that Amazon SES reports as JSON through its notification service, and not as mail."""

import json
import re
from typing import Any

from mailbot.core.reader.headers.encoded_words import clean
from mailbot.core.reader.headers.ids import message_ids
from mailbot.core.reader.machine.delivery_status import Group
from mailbot.core.reader.machine.smtp_status import better_status, status_in

MAX_CHARS = 100_000
MAX_HEAD_CHARS = 2_000
MAX_RECIPIENTS = 100

_BOUNCE = re.compile(r"\"(?:notificationType|eventType)\"\s{0,9}:\s{0,9}\"Bounce\"")


def is_notification(text: str) -> bool:
    """Whether a text is a notification of a bounce: JSON with `notificationType` or `eventType` near its head."""
    head = text[:MAX_HEAD_CHARS].lstrip()
    return head.startswith("{") and _BOUNCE.search(head) is not None


def notified(text: str) -> tuple[list[Group], str | None]:
    """Return the recipients of a notification and the Message-ID of the mail that failed; none where it is broken."""
    whole = text.lstrip()[:MAX_CHARS].replace("!\n ", "")  # how mail systems break lines that are too long
    try:
        told, _ = json.JSONDecoder().raw_decode(whole)
    except (ValueError, RecursionError):
        return [], None
    bounced = _list(_dict(_dict(told).get("bounce")).get("bouncedRecipients"))
    groups = [_group(_dict(one)) for one in bounced[:MAX_RECIPIENTS]]
    mail = _dict(_dict(told).get("mail"))
    common = _dict(mail.get("commonHeaders"))
    return groups, next(iter(message_ids(_text(common.get("messageId")))), None)


def _group(told: dict[str, Any]) -> Group:
    status = better_status(status_in(_text(told.get("status"))), status_in(_text(told.get("diagnosticCode"))))
    address = clean(_text(told.get("emailAddress"))).strip(" <>").lower()
    return Group(address if "@" in address else "", _text(told.get("action")).lower() or "failed", status)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:1_000] if isinstance(value, str) else ""
