"""The copy that is kept of a mail with an individual number (My Number): the same mail, the number masked.

The desk never collects that number (law §1, Act on the Use of Numbers Art. 20), so the bytes that hold it are not kept.
What the reader made of the mail stays: its headers of identity and thread, its masked words, and its files.
"""

import base64
from collections.abc import Sequence
from email.header import Header

from mailbot.core.message import Attachment, Incoming
from mailbot.core.reader.attachment.individual_number import masked
from mailbot.core.reader.headers.headers import read_headers

_KEPT = (b"to", b"cc", b"date", b"message-id", b"in-reply-to", b"references", b"authentication-results")
_BOUNDARY = "=_masked-copy"


def masked_copy(raw: bytes, incoming: Incoming, files: Sequence[tuple[Attachment, bytes]]) -> bytes:
    """Return a mail that reads like `incoming`, whose words are masked already; `files` go along as they came."""
    parts = [_part('text/plain; charset="utf-8"', incoming.text.encode("utf-8", "replace"))]
    parts += [
        _part(_plain(one.type) or "application/octet-stream", _masked(one, data), one.name) for one, data in files
    ]
    mark = f"\r\n--{_BOUNDARY}".encode()
    body = b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
    return _head(raw, incoming) + body


def _masked(one: Attachment, data: bytes) -> bytes:
    """Mask the words of a file of plain text; what else a file holds nobody here can read."""
    if not one.type.startswith("text/"):
        return data
    words, count = masked(data.decode("utf-8", "replace"))
    return words.encode() if count else data


def _head(raw: bytes, incoming: Incoming) -> bytes:
    fields, _ = read_headers(raw.replace(b"\r\n", b"\n"))
    kept = [(name, value) for name, value in fields.fields if name.encode() in _KEPT]
    lines = [name.encode() + b": " + b" ".join(_bytes(value).split()) for name, value in kept]
    subject = _words(incoming.subject, "Subject")
    sender = f"{_words(incoming.sender_name, 'From')} <{incoming.sender or incoming.from_address}>"
    lines += [f"From: {sender}".encode(), f"Subject: {subject}".encode(), b"MIME-Version: 1.0"]
    lines.append(f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"'.encode())
    return b"\r\n".join(lines) + b"\r\n"


def _bytes(value: bytes | str) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _words(text: str, header: str) -> str:
    return Header(" ".join(text.split()), "utf-8", 76, header).encode(linesep="\r\n") if text.strip() else ""


def _part(kind: str, data: bytes, name: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
    if name:
        shown = Header(name, "utf-8", 900).encode()
        head += f'Content-Disposition: attachment; filename="{shown}"\r\n'
    return f"{head}\r\n".encode() + base64.encodebytes(data).replace(b"\n", b"\r\n")


def _plain(kind: str) -> str:
    return kind if kind.isascii() and "/" in kind and not set(kind) & set("\r\n;\"' ") else ""
