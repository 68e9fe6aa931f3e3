"""Checks a mail that leaves by the letter of the RFCs, on its bytes alone: nothing of the product and of `email`.

RFC 5322 §2.1.1 and §3.6 (lines, and which header may stand once), RFC 2045 (ASCII), RFC 2047 (encoded words).
"""

import re
from collections.abc import Iterator

_FIELD = re.compile(rb"([!-9;-~]+): ([ -~]*)")
_ADDRESS = re.compile(rb"[a-z0-9.+_-]+@[a-z0-9.-]+")
_FROM = re.compile(
    rb'(?:(?:[^"<>,;:@()\\\[\]]|"(?:[^"\\]|\\.)*"|=\?utf-8\?[bq]\?[!->@-~]*\?=)* )?<([^<>\s]+)>|([^<>\s]+)'
)
_MESSAGE_ID = re.compile(rb"<[!-;=?-~]+>")
_ALWAYS = (b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type")
_MACHINE = (b"auto-submitted", b"x-auto-response-suppress", b"x-mailbot-kind")
_THREAD = (b"in-reply-to", b"references")


def wrongs(mail: bytes, *, sender: bytes, to: bytes, is_relay: bool) -> Iterator[str]:
    """Yield what is wrong with the lines and the top header block of a mail."""
    if not mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n"):
        yield "a bare CR or LF"
    if max(map(len, mail.split(b"\r\n"))) > 998:
        yield "a line of more than 998 bytes"
    if not mail.isascii() or b"\0" in mail:
        yield "a byte that is no ASCII character"
    lines = mail.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")
    fields = [match for match in map(_FIELD.fullmatch, lines) if match]
    if len(fields) != len(lines):
        yield "a line that is no header"
    names = [field[1].lower() for field in fields]
    wanted = {*_ALWAYS, *(() if is_relay else _MACHINE)}
    if len(set(names)) != len(names) or not wanted <= set(names) <= wanted | set(_THREAD):
        yield "other headers than a mail has, or one of them twice"
    yield from _wrong_values({field[1].lower(): field[2] for field in fields}, sender, to)


def _wrong_values(values: dict[bytes, bytes], sender: bytes, to: bytes) -> Iterator[str]:
    if values.get(b"to") != to or not _ADDRESS.fullmatch(to):
        yield "another recipient"
    written_by = _FROM.fullmatch(values.get(b"from", b""))
    if not written_by or (written_by[1] or written_by[2]) != sender:
        yield "another sender"
    if not _MESSAGE_ID.fullmatch(values.get(b"message-id", b"")):
        yield "no Message-ID"
    ids = [*values.get(b"references", b"").split(), *values.get(b"in-reply-to", b"").split()]
    if not all(map(_MESSAGE_ID.fullmatch, ids)) or len(values.get(b"in-reply-to", b"").split()) > 1:
        yield "a reference that is no Message-ID"
