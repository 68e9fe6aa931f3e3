"""Reads the bytes of one mail into an `Incoming`. Never raises, never hangs, whatever the bytes.

Every step works within a limit: the mail, its header blocks, the depth and number of its parts, the
text kept. What lies past a limit is dropped and named in the defects, and the rest is read.
"""

from dataclasses import replace

from mailbot.core.message import Incoming, Machine
from mailbot.core.reader.attachment.attachment import read_attachments
from mailbot.core.reader.attachment.individual_number import masked
from mailbot.core.reader.headers.headers import Headers, shown
from mailbot.core.reader.headers.ids import message_ids, shown_id
from mailbot.core.reader.headers.sender import addresses, shown_sender, strict_address
from mailbot.core.reader.headers.stamp import stamp_of
from mailbot.core.reader.machine.bounce import bounce_of
from mailbot.core.reader.machine.machine import is_automatic, is_spam, machine_of
from mailbot.core.reader.mime.mime import MAX_MESSAGE_BYTES, Part, cut_mail
from mailbot.core.reader.reply.reply import newest
from mailbot.core.reader.text.body import text_of
from mailbot.core.reader.text.language import language_of

MAX_SUBJECT_CHARS = 1_000

_ONCE = ("from", "to", "subject", "message-id", "date", "content-type")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")


def parse(raw: bytes) -> Incoming:
    """Return what the bytes of a mail say; every field has its empty value where they say nothing.

    `sender` is None where the From header leaves any doubt or a header that may stand only once stands
    twice (threats A2). `defects` are codes such as `parts_limit`, `headers_too_long`, `duplicate_subject`.
    """
    defects = ["message_too_big"] if len(raw) > MAX_MESSAGE_BYTES else []
    root, cutting = cut_mail(raw[:MAX_MESSAGE_BYTES].lstrip(b"\r\n"))
    headers = root.headers
    defects += [*headers.defects, *_doubles(headers), *cutting]
    return _incoming(headers, root, tuple(dict.fromkeys(defects)))


def _doubles(headers: Headers) -> list[str]:
    names = headers.names()
    return [f"duplicate_{name.replace('-', '_')}" for name in _ONCE if names.count(name) > 1]


def _incoming(headers: Headers, root: Part, defects: tuple[str, ...]) -> Incoming:
    mask = _Mask()
    name, address = shown_sender(headers.first("from"))
    subject = shown(headers.first("subject"))[:MAX_SUBJECT_CHARS]
    machine = machine_of(headers, root, subject, address or name)
    read = text_of(root)
    text = mask(read.text.strip("\n"))
    words, cuts = newest(text)
    attachments, damage = read_attachments(root)
    return Incoming(
        sender=_sender(headers, defects),
        sender_name=mask(name),
        from_address=address,
        to=addresses(headers.all("to")),
        cc=addresses(headers.all("cc")),
        reply_to=addresses(headers.all("reply-to")),
        delivered_to=addresses([value for name in _DELIVERED for value in headers.all(name)]),
        subject=mask(subject),
        stamped_at=stamp_of(headers),
        message_id=next(iter(message_ids(headers.first("message-id"))), None),
        shown_id=shown_id(headers.first("message-id")),
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(headers.first("references")),
        language=language_of(f"{subject}\n{words}"),
        text=text,
        reply_text=words,
        cuts=cuts,
        attachments=tuple(replace(one, name=mask(one.name)) for one in attachments),
        machine=machine,
        automatic=is_automatic(headers, machine, address or name),
        bounce=bounce_of(headers, root, read.text) if machine is Machine.BOUNCE else None,
        authentication_results=tuple(headers.all("authentication-results")),
        spam=is_spam(headers),
        charsets=read.charsets,
        individual_numbers=mask.count,
        defects=tuple(dict.fromkeys((*defects, *read.defects, *damage))),
    )


class _Mask:
    """Masks individual numbers and counts them, over everything of a mail that is shown or kept in the clear."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, text: str) -> str:
        shown, count = masked(text)
        self.count += count
        return shown


def _sender(headers: Headers, defects: tuple[str, ...]) -> str | None:
    """Return the strict address; nobody where headers are doubled or broken, since two programs may read them apart."""
    is_doubtful = any(code.startswith(("duplicate_", "header")) for code in defects)
    return None if is_doubtful else strict_address(headers.raw("from"))
