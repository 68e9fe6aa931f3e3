"""Builds every mail that leaves. `compose` is the only function that makes a header, and it cannot make two of one.

The header values are cleaned of everything that could end a line (CVE-2024-6923: encoded CR LF in a subject
writes a real `Bcc:` on unpatched interpreters), whatever their source.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr
from enum import StrEnum
from functools import lru_cache

from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.reader.headers.headers import clean, decode_words
from mailbot.core.token import Audience, Token, TokenKeys

_LONGEST = 200
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_VALID_DAYS = {Audience.REQUESTER: 1100, Audience.STAFF: 90, Audience.MANAGER: 90}
MOST_REFERENCES = 20


class Automatic(StrEnum):
    """What RFC 3834 §5 wants said of an automatic mail."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Address:
    """The one recipient, for which audience, in which case; `person` 0 is the requester."""

    to: str
    audience: Audience
    case_id: int
    person: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """The ids that keep one thread: the mail answered (None at the start) and those before it."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def message_id(address: Address, key: str, keys: TokenKeys, today: date) -> str:
    """Return the Message-ID of a mail: its token, and a part that its outbox key alone decides, so it is stable."""
    expires_on = today + timedelta(days=_VALID_DAYS[address.audience])
    token = keys.mint(Token(address.audience, address.case_id, address.person, expires_on))
    part = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"<cv1.{token}.{part}@{keys.mailbox.split('@', 1)[1]}>"


def compose(
    company: Company, kind: LetterKind, letter: Rendered, to: str, own_id: str, thread: Thread, now: datetime
) -> bytes:
    """Return the bytes of a mail with exactly the headers the outgoing gate expects.

    A line end inside a value is only ever one that `_words`, `_mailbox` or `_thread_headers` put there to fold.
    """
    automatic = Automatic.REPLIED if kind is LetterKind.ACK else Automatic.GENERATED
    boundary = _boundary(own_id)
    headers = [
        ("From", _mailbox(company.desk, company.address)),
        ("Reply-To", company.address),
        ("To", to),
        ("Subject", _words(safe_header(letter.subject), "Subject")),
        ("Date", format_datetime(now)),
        ("Message-ID", own_id),
        *_thread_headers(thread),
        ("Auto-Submitted", automatic.value),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Mailbot-Kind", kind.value),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {_folded(value)}\r\n" for name, value in headers).encode("ascii")
    return head + _alternatives(boundary, (("plain", letter.text), ("html", letter.html)))


def safe_header(value: str) -> str:
    """Return a value that fits one header line: decoded, NFC, no controls, no line ends, no bidi marks."""
    line = " ".join(clean(unicodedata.normalize("NFC", decode_words(value))).split())
    return line[:_LONGEST].rstrip()


def thread_after(answered: str | None, references: Sequence[str]) -> Thread:
    """Return the thread of an answer; ids that break the strict grammar are left out, the oldest go first."""
    known = [one for one in references if _MESSAGE_ID.fullmatch(one)][-MOST_REFERENCES + 1 :]
    if answered is None or not _MESSAGE_ID.fullmatch(answered):
        return Thread(None, tuple(known))
    return Thread(answered, tuple(dict.fromkeys([*known, answered])))


def _thread_headers(thread: Thread) -> list[tuple[str, str]]:
    headers = [("In-Reply-To", thread.in_reply_to)] if thread.in_reply_to else []
    return [*headers, ("References", "\n".join(thread.references))] if thread.references else headers


def _mailbox(name: str, address: str) -> str:
    name = safe_header(name)
    if name.isascii() and "=?" not in name:
        return formataddr((name, address))
    return f"{_words(name, 'From')}\n<{address}>"


@lru_cache(maxsize=256)
def _words(line: str, header: str) -> str:
    """Return a safe line as a header carries it: plain ASCII, or encoded words of at most 75 characters (RFC 2047)."""
    charset = "us-ascii" if line.isascii() and "=?" not in line else "utf-8"
    return Header(line, charset, 76, header).encode(linesep="\n")


def _folded(value: str) -> str:
    return "\r\n ".join(" ".join(clean(line).split()) for line in value.split("\n"))


def _boundary(own_id: str) -> str:
    """A boundary that the Message-ID decides: the same mail always has the same bytes."""
    return f"=_{hashlib.sha256(own_id.encode()).hexdigest()[:32]}"


def _alternatives(boundary: str, parts: Sequence[tuple[str, str]]) -> bytes:
    """Return the body: each text in base64, whose alphabet can form neither a boundary nor a long line."""
    body = b""
    for subtype, text in parts:
        head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64'
        coded = base64.b64encode(text.encode("utf-8", "replace"))
        lines = b"\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))
        body += f"\r\n--{boundary}\r\n{head}\r\n\r\n".encode("ascii") + lines + b"\r\n"
    return body + f"\r\n--{boundary}--\r\n".encode("ascii")
