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
from urllib.parse import quote

from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.reader.attachment.attachment_name import shown_name
from mailbot.core.reader.headers.headers import clean, decode_words
from mailbot.core.token import Audience, Token, TokenKeys

_LONGEST = 200
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_VALID_DAYS = {
    Audience.REQUESTER: 1100,
    Audience.STAFF: 90,
    Audience.MANAGER: 90,
    Audience.BOUNCE: 14,
    Audience.CHALLENGE: 1,
}
MOST_REFERENCES = 20
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,79}/[a-z0-9][a-z0-9.+-]{0,79}")
_NO_TYPE = "application/octet-stream"
_NAME_CHARS, _ENDING_CHARS = 70, 30
"""A name of 70 characters, each of four bytes, fills 840 octets of its header line, of 998 (RFC 5322 §2.1.1)."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]+")


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


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes along: its name, made safe on the way out, its MIME type, its bytes."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Extra:
    """What few mails have: another address for answers ("" is the desk's own), and files."""

    reply_to: str = ""
    attachments: Sequence[Enclosed] = ()


_NOTHING_EXTRA = Extra()


def message_id(address: Address, key: str, keys: TokenKeys, today: date) -> str:
    """Return the Message-ID of a mail: its token, and a part that its outbox key alone decides, so it is stable."""
    expires_on = today + timedelta(days=_VALID_DAYS[address.audience])
    token = keys.mint(Token(address.audience, address.case_id, address.person, expires_on))
    part = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"<cv1.{token}.{part}@{keys.mailbox.split('@', 1)[1]}>"


def compose(
    company: Company,
    kind: LetterKind,
    letter: Rendered,
    to: str,
    own_id: str,
    thread: Thread,
    now: datetime,
    extra: Extra = _NOTHING_EXTRA,
) -> bytes:
    """Return the bytes of a mail with exactly the headers the outgoing gate expects; the same input, the same bytes.

    A line end inside a value is only ever one that `_words`, `_mailbox` or `_thread_headers` put there to fold.
    """
    content_type, body = _content(own_id, letter, extra.attachments)
    headers = [
        ("From", _mailbox(company.desk, company.address)),
        ("Reply-To", extra.reply_to or company.address),
        ("To", to),
        ("Subject", _words(safe_header(letter.subject), "Subject")),
        ("Date", format_datetime(now)),
        ("Message-ID", own_id),
        *_thread_headers(thread),
        *_machine_headers(kind),
        ("MIME-Version", "1.0"),
        ("Content-Type", content_type),
    ]
    return "".join(f"{name}: {_folded(value)}\r\n" for name, value in headers).encode("ascii") + body


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


def _machine_headers(kind: LetterKind) -> list[tuple[str, str]]:
    """Return what says that a machine wrote a mail; a relay is a person's mail and says nothing (RFC 3834 §5)."""
    if kind is LetterKind.RELAY:
        return []
    automatic = Automatic.REPLIED if kind is LetterKind.ACK else Automatic.GENERATED
    return [
        ("Auto-Submitted", automatic.value),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Mailbot-Kind", kind.value),
    ]


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


def _content(own_id: str, letter: Rendered, attachments: Sequence[Enclosed]) -> tuple[str, bytes]:
    """Return the Content-Type and the body: the text as plain and as HTML, and files, if any, behind both."""
    forms = [("plain", letter.text), ("html", letter.html)]
    texts = [_part(f'text/{form}; charset="utf-8"', text.encode("utf-8", "replace")) for form, text in forms]
    kind, body = _multipart("alternative", own_id, texts)
    if not attachments:
        return kind, body
    files = [_file(one) for one in attachments]
    return _multipart("mixed", f"{own_id} mixed", [f"Content-Type: {kind}\r\n".encode("ascii") + body, *files])


def _multipart(subtype: str, seed: str, parts: Sequence[bytes]) -> tuple[str, bytes]:
    """Return the Content-Type and the body; the boundary hangs on the Message-ID alone, so it is always the same."""
    boundary = f"=_{hashlib.sha256(seed.encode()).hexdigest()[:32]}"
    mark = f"\r\n--{boundary}".encode("ascii")
    body = b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
    return f'multipart/{subtype}; boundary="{boundary}"', body


def _part(content_type: str, data: bytes, disposition: str = "") -> bytes:
    """Return a part in base64, whose alphabet can form neither a boundary nor a long line."""
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    head += f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"{head}\r\n".encode("ascii") + base64.encodebytes(data).replace(b"\n", b"\r\n")


def _file(one: Enclosed) -> bytes:
    """Return a file as a part: its name as RFC 2231 has it, and a plain one for programs that do not know that.

    The plain one stands in the Content-Type: with two names in one header many programs take the first.
    """
    kind = one.type.lower() if _MEDIA_TYPE.fullmatch(one.type.lower()) else _NO_TYPE
    name = _short(shown_name(one.name, kind, kind))
    plain = _plain(name)
    given = f'filename="{plain}"' if plain == name else f"filename*=utf-8''{quote(name, safe='')}"
    return _part(f'{kind};\r\n name="{plain}"', one.data, f"attachment;\r\n {given}")


def _plain(name: str) -> str:
    """Return the name in letters of ASCII; where none are left of it but the ending, it is an `attachment`."""
    plain = _NOT_PLAIN.sub("_", name)
    stem, dot, ending = plain.rpartition(".") if "." in plain else (plain, "", "")
    return (stem if stem.strip("_ .") else "attachment") + dot + ending


def _short(name: str) -> str:
    """Return a name of at most 70 characters with its ending kept."""
    stem, dot, ending = name.rpartition(".")
    if len(name) <= _NAME_CHARS or len(ending) > _ENDING_CHARS:
        return name[:_NAME_CHARS]
    return stem[: _NAME_CHARS - 1 - len(ending)] + dot + ending
