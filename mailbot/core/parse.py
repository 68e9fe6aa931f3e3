"""Reads the bytes of one mail into an `Incoming`. Never raises, never hangs, whatever the bytes.

Every step works within a limit: the mail, its header blocks, the depth and number of its parts, the
text kept. What lies past a limit is dropped and named in the defects, and the rest is read.
"""

import re
from itertools import pairwise

from mailbot.core.body import Part, attachments_of, text_of
from mailbot.core.headers import Headers, message_ids, read_headers, shown
from mailbot.core.language import language_of
from mailbot.core.machine import bounce_of, is_automatic, is_spam, machine_of
from mailbot.core.message import Incoming, Machine
from mailbot.core.reply import newest_words
from mailbot.core.sender import addresses, shown_sender, strict_address

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
MAX_WORK_BYTES = 4 * MAX_MESSAGE_BYTES  # searched for boundaries, all levels together
MAX_DEPTH = 20
MAX_PARTS = 300
MAX_SUBJECT_CHARS = 1_000

_ONCE = ("from", "to", "subject", "message-id", "date", "content-type")
_GUESSED_BOUNDARY = re.compile(rb"\n--([^\s]{1,200})[ \t]*\r?\n")


def parse(raw: bytes) -> Incoming:
    """Return what the bytes of a mail say; every field has its empty value where they say nothing.

    `sender` is None where the From header leaves any doubt or a header that may stand only once stands
    twice (threats A2). `defects` are codes such as `parts_limit`, `headers_too_long`, `duplicate_subject`.
    """
    defects = ["message_too_big"] if len(raw) > MAX_MESSAGE_BYTES else []
    cutter = _Cutter(_with_line_feeds(raw[:MAX_MESSAGE_BYTES].lstrip(b"\r\n")))
    root = cutter.cut_mail()
    headers = root.headers
    defects += [*headers.defects, *_doubles(headers)]
    return _incoming(headers, root, tuple(dict.fromkeys(defects + cutter.defects)))


def _with_line_feeds(raw: bytes) -> bytes:
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _doubles(headers: Headers) -> list[str]:
    names = headers.names()
    return [f"duplicate_{name.replace('-', '_')}" for name in _ONCE if names.count(name) > 1]


def _incoming(headers: Headers, root: Part, defects: tuple[str, ...]) -> Incoming:
    name, address = shown_sender(headers.first("from"))
    subject = shown(headers.first("subject"))[:MAX_SUBJECT_CHARS]
    machine = machine_of(headers, root, subject, address or name)
    text = text_of(root).strip("\n")
    newest = newest_words(text)
    return Incoming(
        sender=_sender(headers, defects),
        sender_name=name,
        from_address=address,
        to=addresses(headers.all("to")),
        cc=addresses(headers.all("cc")),
        subject=subject,
        message_id=next(iter(message_ids(headers.first("message-id"))), None),
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(headers.first("references")),
        language=language_of(f"{subject}\n{newest}"),
        text=text,
        reply_text=newest,
        attachments=attachments_of(root),
        machine=machine,
        automatic=is_automatic(headers, machine, address or name),
        bounce=bounce_of(headers, root, text) if machine is Machine.BOUNCE else None,
        authentication_results=tuple(headers.all("authentication-results")),
        spam=is_spam(headers),
        defects=defects,
    )


def _sender(headers: Headers, defects: tuple[str, ...]) -> str | None:
    """Return the strict address; nobody where headers are doubled or broken, since two programs may read them apart."""
    is_doubtful = any(code.startswith(("duplicate_", "header")) for code in defects)
    return None if is_doubtful else strict_address(headers.all("from"))


class _Cutter:
    """Cuts a mail into its parts by offsets, so that no level copies it; counts parts and work for the whole mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = 0
        self.bytes_left = MAX_WORK_BYTES
        self.defects: list[str] = []

    def cut_mail(self) -> Part:
        headers, body_at = read_headers(self.raw)
        return self._cut(headers, body_at, len(self.raw), 0)

    def _cut(self, headers: Headers, start: int, end: int, depth: int) -> Part:
        """Return the part whose body is raw[start:end], with all parts below it, down to `MAX_DEPTH`."""
        kind, parameters = headers.parameters("content-type")
        kind = kind if "/" in kind else "text/plain"
        if not kind.startswith("multipart/") or self._is_too_deep(depth, end - start):
            return Part(headers, self.raw[start:end], kind, parameters)
        cuts = self._cuts(start, end, parameters.get("boundary", "").encode("utf-8", "replace"))
        if not cuts:
            return Part(headers, self.raw[start:end])
        return Part(headers, b"", kind, parameters, tuple(self._child(cut, kind, depth) for cut in cuts))

    def _is_too_deep(self, depth: int, size_bytes: int) -> bool:
        self.bytes_left -= size_bytes
        is_too_deep = depth >= MAX_DEPTH or self.bytes_left < 0
        self.defects += ["too_deep"] if is_too_deep else []
        return is_too_deep

    def _child(self, cut: tuple[int, int], kind: str, depth: int) -> Part:
        headers, body_at = read_headers(self.raw, *cut)
        self.defects += [f"part_{code}" for code in headers.defects]
        if kind == "multipart/digest" and not headers.first("content-type"):
            return Part(headers, self.raw[body_at : cut[1]], "message/rfc822")  # RFC 2046 §5.1.5
        return self._cut(headers, body_at, cut[1], depth + 1)

    def _cuts(self, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Return the offsets between the boundary lines (RFC 2046 §5.1.1); a lost last boundary is forgiven."""
        if not boundary:
            self.defects.append("boundary_missing")
            guess = _GUESSED_BOUNDARY.search(self.raw, max(start - 1, 0), end)
            boundary = guess[1] if guess else b"\n"
        marks: list[tuple[int, int]] = []
        for mark in _boundary_line(boundary).finditer(self.raw, start, end):
            marks.append(mark.span())
            self.parts += not mark[1]
            if mark[1] or self.parts > MAX_PARTS:
                self.defects += [] if mark[1] else ["parts_limit"]
                break
        else:
            marks.append((end, end))
        return [(after, self._without_line_end(after, before)) for (_, after), (before, _) in pairwise(marks)]

    def _without_line_end(self, start: int, end: int) -> int:
        """Return the end of a part: the line end before a boundary belongs to the boundary (RFC 2046 §5.1.1)."""
        tail = self.raw[max(start, end - 2) : end]
        return end - (2 if tail == b"\r\n" else 1 if tail.endswith(b"\n") else 0)


def _boundary_line(boundary: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a whole boundary line; its start is checked last, which keeps the search fast."""
    mark = b"--" + re.escape(boundary)
    return re.compile(mark + rb"(?<![^\n]" + mark + rb")(--)?[ \t]*\r?(?:\n|\Z)")
