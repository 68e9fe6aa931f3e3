"""The outgoing gate: reads the finished bytes with its own eyes and names everything that must not leave.

It shares no code with the part that wrote the mail. Whatever it finds, the mail is held and staff are told.
"""

import base64
import quopri
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header

from mailbot.core.reference import references_in

_REQUIRED = {
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "x-auto-response-suppress",
    "x-mailbot-kind",
    "mime-version",
    "content-type",
}
_ALLOWED = _REQUIRED | {"in-reply-to", "references"}
_REQUESTER_KINDS = {"ack", "letter"}
_LONGEST_LINE = 999
"""RFC 5321 §4.5.3.1.6: 998 octets and CR LF; the LF is where we cut."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_ONE_MAILBOX = re.compile(r'(?:(?:"(?:[^"\\]|\\.)*"|[^"<>@,:;()\[\]]*?)\s*<)?(?P<address>[^<>\s@,:;]+@[^<>\s@,:;]+)>?')
_STAFF_TOKEN = re.compile(r"(?<![a-km-np-z2-9])[a-km-np-z2-9][sm][a-km-np-z2-9]{37}(?![a-km-np-z2-9])", re.IGNORECASE)
_QUOTED = re.compile(r"^[>＞]", re.MULTILINE)


def faults(mail: bytes, recipient: str, sender: str, ref: str | None, *, to_requester: bool) -> list[str]:
    """Return codes of what is wrong with a mail to `recipient` about case `ref`; empty means it may leave."""
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = list(_headers(head))
    found = [*_line_faults(mail), *_header_faults(headers, recipient, sender)]
    if not to_requester:
        return found
    try:
        text = "\n".join([*(_readable(value) for _, value in headers), *_texts(body)])
    except (ValueError, LookupError, MessageError):
        return [*found, "unreadable"]
    return [*found, *_requester_faults(text, dict(headers), ref)]


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    unfolded = re.sub(rb"\r\n[ \t]", b" ", head)
    for line in unfolded.split(b"\r\n"):
        name, _, value = line.partition(b":")
        yield name.decode("latin-1").lower(), value.strip().decode("latin-1")


def _readable(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else value


def _line_faults(mail: bytes) -> Iterator[str]:
    if not mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n"):
        yield "bare_line_end"
    if max(map(len, mail.split(b"\n"))) > _LONGEST_LINE:
        yield "line_too_long"
    if b"\x00" in mail or not mail.isascii():
        yield "not_ascii"
    if not mail.endswith(b"--\r\n"):
        yield "broken_off"


def _header_faults(headers: list[tuple[str, str]], recipient: str, sender: str) -> Iterator[str]:
    names = [name for name, _ in headers]
    values = dict(headers)
    for name in sorted(set(names) - _ALLOWED):
        yield f"header_not_allowed:{name[:40]}"
    for name in sorted(name for name in _ALLOWED if names.count(name) > 1):
        yield f"header_twice:{name}"
    for name in sorted(_REQUIRED - set(names)):
        yield f"header_missing:{name}"
    if values.get("to") != recipient or len(_ADDRESS.findall(values.get("to", ""))) != 1:
        yield "recipient_differs"
    named = _ONE_MAILBOX.fullmatch(values.get("from", ""))
    if named is None or named["address"] != sender or values.get("reply-to") != sender:
        yield "sender_differs"


def _requester_faults(text: str, headers: dict[str, str], ref: str | None) -> Iterator[str]:
    if headers.get("x-mailbot-kind") not in _REQUESTER_KINDS:
        yield "kind_not_for_requesters"
    if _STAFF_TOKEN.search(text):
        yield "staff_token"
    if any(found != ref for found in references_in(text)):
        yield "other_reference"
    if _QUOTED.search(text):
        yield "quoted_text"


def _texts(body: bytes) -> Iterator[str]:
    """Yield the decoded parts of a body, without trusting the boundary: every block after a blank line."""
    for block in re.split(rb"\r\n--[^\r\n]*", b"\r\n" + body):
        head, _, content = block.lstrip(b"\r\n").partition(b"\r\n\r\n")
        yield _decoded(head.lower(), content)


def _decoded(head: bytes, content: bytes) -> str:
    if b"base64" in head:
        return base64.b64decode(content).decode("utf-8")
    if b"quoted-printable" in head:
        return quopri.decodestring(content).decode("utf-8")
    return content.decode("utf-8")
