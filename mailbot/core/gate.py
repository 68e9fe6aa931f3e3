"""The outgoing gate: reads the finished bytes with its own eyes and names everything that must not leave.

It shares no code with the part that wrote the mail. Whatever it finds, the mail is held and staff are told.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from urllib.parse import unquote

from mailbot.core.gate_page import page_faults, visible, words
from mailbot.core.gate_parts import Part, headers_of, parts_of
from mailbot.core.letters import LetterKind
from mailbot.core.reference import references_in

_OF_EVERY_MAIL = {"from", "reply-to", "to", "subject", "date", "message-id", "mime-version", "content-type"}
_OF_A_MACHINE = {"auto-submitted", "x-auto-response-suppress", "x-mailbot-kind"}
_OF_A_THREAD = {"in-reply-to", "references"}
_WITH_WORDS = {"from", "subject"}
"""The headers in which encoded words are words (RFC 2047 §5); a stranger's Message-ID may look like one."""
_AUTOMATIC = {"auto-replied", "auto-generated"}
_REQUESTER_KINDS = {LetterKind.ACK, LetterKind.LETTER, LetterKind.RELAY}
_LONGEST_LINE = 999
"""RFC 5321 §4.5.3.1.6: 998 octets and CR LF; the LF is where we cut."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_ONE_MAILBOX = re.compile(r'(?:(?:"(?:[^"\\]|\\.)*"|[^"<>@,:;()\[\]]*?)\s*<)?(?P<address>[^<>\s@,:;]+@[^<>\s@,:;]+)>?')
_STAFF_TOKEN = re.compile(r"(?<![a-km-np-z2-9])[a-km-np-z2-9][smbx][a-km-np-z2-9]{37}(?![a-km-np-z2-9])", re.IGNORECASE)
_SENDER = r"[ \t*]*+(?:from|差出人|送信者)[ \t*]*+[:：]"
_DATE = r"[ \t*]*+(?:sent|date|subject|送信日時|日時|日付|件名)[ \t*]*+[:：]"
_QUOTED = re.compile(
    r"^[ \t\u3000]*+(?:[>＞│]|-{2,}+[ \t]*+(?:original message|forwarded message|元のメッセージ|転送))"
    rf"|^{_SENDER}.*\n{_DATE}|^{_DATE}.*\n{_SENDER}",
    re.IGNORECASE | re.MULTILINE,
)
_PIECE = re.compile(r"[\x00-\x7f]+[^\x00-\x7f]{0,1000}|[^\x00-\x7f]{1,1000}")
"""What is normalised at once: a stack of combining marks costs the square of its height."""
_TEXT_HEADS = tuple(
    {"content-type": f'text/{form}; charset="utf-8"', "content-transfer-encoding": "base64"}
    for form in ("plain", "html")
)
_FILE_HEADERS = {"content-type", "content-transfer-encoding", "content-disposition"}
_FILE_TYPE = re.compile(
    r"(?!multipart/|message/|text/html)[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*; name=\"[^\"\\]+\""
)
_FILE = re.compile(r"attachment; (?:filename=\"[^\"\\]+\"|filename\*=utf-8''[A-Za-z0-9._~%-]+)")


@dataclass(frozen=True, slots=True)
class Permit:
    """What may leave, said independently of the bytes.

    `recipient`, `sender` and `reply_to` are bare addresses, `ref` is the reference of the case, None for a mail of no
    case. `approved_text` is the `text_digest` of what a person saw and confirmed, "" where nobody had to (never for a
    relay). `approved_attachments` are the SHA-256, in hex, of the files that go along, each as often as it does.
    """

    recipient: str
    sender: str
    reply_to: str
    ref: str | None
    kind: LetterKind
    to_requester: bool
    approved_text: str = ""
    approved_attachments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A mail as read: the values of its headers in words, text, HTML, and the files behind them."""

    titles: tuple[str, ...]
    text: str
    page: str
    files: tuple[Part, ...]


def text_digest(text: str) -> str:
    """Return the SHA-256, in hex, of a text: NFC, no blanks at the end of a line, one line end at the end of all."""
    lines = "".join(unicodedata.normalize("NFC", piece) for piece in _PIECE.findall(text)).split("\n")
    plain = "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def faults(mail: bytes, permit: Permit) -> list[str]:
    """Return codes of what is wrong with a mail; empty means it may leave."""
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = list(headers_of(head))
    found = [*_line_faults(mail), *_header_faults(headers, permit)]
    try:
        parts = parts_of(dict(headers).get("content-type", ""), body)
        if not _are_expected(parts):
            return [*found, "part_not_allowed"]
        read = _read(headers, parts)
    except (ValueError, LookupError, MessageError):
        return [*found, "unreadable"]
    found += [*_file_faults(read.files, permit), *page_faults(read.page)]
    return [*found, *_requester_faults(read, permit)] if permit.to_requester else found


def _line_faults(mail: bytes) -> Iterator[str]:
    if not mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n"):
        yield "bare_line_end"
    if max(map(len, mail.split(b"\n"))) > _LONGEST_LINE:
        yield "line_too_long"
    if b"\x00" in mail or not mail.isascii():
        yield "not_ascii"


def _header_faults(headers: list[tuple[str, str]], permit: Permit) -> Iterator[str]:
    names = [name for name, _ in headers]
    required = _OF_EVERY_MAIL if permit.kind is LetterKind.RELAY else _OF_EVERY_MAIL | _OF_A_MACHINE
    allowed = required | _OF_A_THREAD
    for name in sorted(set(names) - allowed):
        yield f"header_not_allowed:{name[:40]}"
    for name in sorted(name for name in allowed if names.count(name) > 1):
        yield f"header_twice:{name}"
    for name in sorted(required - set(names)):
        yield f"header_missing:{name}"
    yield from _value_faults(dict(headers), permit)


def _value_faults(values: dict[str, str], permit: Permit) -> Iterator[str]:
    if values.get("to") != permit.recipient or len(_ADDRESS.findall(values.get("to", ""))) != 1:
        yield "recipient_differs"
    named = _ONE_MAILBOX.fullmatch(values.get("from", ""))
    if named is None or named["address"] != permit.sender:
        yield "sender_differs"
    if values.get("reply-to") != permit.reply_to:
        yield "reply_to_differs"
    if values.get("x-mailbot-kind", permit.kind) != permit.kind:
        yield "kind_differs"
    if values.get("auto-submitted", "auto-generated") not in _AUTOMATIC:
        yield "not_called_automatic"


def _are_expected(parts: Sequence[Part]) -> bool:
    """Say whether the parts are the text as plain and as HTML, and attachments behind them, and nothing else."""
    return (
        tuple(dict(part.headers) for part in parts[:2]) == _TEXT_HEADS
        and all(part.within == "alternative" for part in parts[:2])
        and all(map(_is_file, parts[2:]))
    )


def _is_file(part: Part) -> bool:
    return (
        part.within == "mixed"
        and set(part.headers) == _FILE_HEADERS
        and _FILE_TYPE.fullmatch(part.headers["content-type"]) is not None
        and _FILE.fullmatch(part.headers["content-disposition"]) is not None
    )


def _read(headers: list[tuple[str, str]], parts: Sequence[Part]) -> _Read:
    """Return the words of a mail. Raises ValueError, LookupError, MessageError where they cannot be read."""
    titles = tuple(_in_words(value) if name in _WITH_WORDS else value for name, value in headers)
    text, page = (part.data.decode("utf-8") for part in parts[:2])
    return _Read(titles, text, page, tuple(parts[2:]))


def _in_words(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else value


def _file_faults(files: Sequence[Part], permit: Permit) -> Iterator[str]:
    found = [hashlib.sha256(file.data).hexdigest() for file in files]
    if any(found.count(one) > permit.approved_attachments.count(one) for one in found):
        yield "attachment_not_approved"
    if any(found.count(one) < permit.approved_attachments.count(one) for one in permit.approved_attachments):
        yield "attachment_missing"


def _requester_faults(read: _Read, permit: Permit) -> Iterator[str]:
    shown = visible(read.page)
    text = "\n".join(_carriers(read, shown))
    if permit.kind not in _REQUESTER_KINDS:
        yield "kind_not_for_requesters"
    if _STAFF_TOKEN.search(text):
        yield "staff_token"
    if any(found != permit.ref for found in references_in(text)):
        yield "other_reference"
    if _QUOTED.search(read.text) or _QUOTED.search(shown):
        yield "quoted_text"
    if (permit.approved_text or permit.kind is LetterKind.RELAY) and text_digest(read.text) != permit.approved_text:
        yield "text_not_approved"
    if permit.kind is LetterKind.RELAY and words(shown) != words(read.text):
        yield "html_says_else"


def _carriers(read: _Read, shown: str) -> Iterator[str]:
    """Yield everything that can carry a word out; full-width letters count as what they look like."""
    names = [unquote(file.headers["content-disposition"]) for file in read.files]
    for text in (*read.titles, read.text, read.page, shown, *names):
        yield "".join(unicodedata.normalize("NFKC", piece) for piece in _PIECE.findall(text))
    yield from (file.data.decode("latin-1") for file in read.files)
