"""Builds delivery reports (RFC 3464): sound ones in every dress of theirs, and any bytes as the parts of one."""

import base64
import binascii
from dataclasses import dataclass
from random import Random

BETWEEN = b"\n--cut--\n"  # between the parts of a raw report

_HEADERS = b"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mail.test>
To: desk@company.test
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"

"""
_TYPES = (b"message/delivery-status", b"message/delivery-status; charset=utf-8", b"Message/Delivery-Status")
_COPIES = (b"message/rfc822", b"text/rfc822-headers", b"message/rfc822; name=x.eml")
_LOCALS = ("taro", "Taro.Yamada", "t+tag", "o'neil", "a_b-c", "x" * 64, "0")
_DOMAINS = ("customer.test", "mail.customer.example", "a-b.test", "xn--wgv71a119e.test")
_NOTES = (
    "This is the mail system at host mx.company.test.",
    "I'm sorry, 4.4.1 times we tried to reach other@mail.test (5.0.0).",
    "宛先に配信できませんでした。<hanako@mail.test>",
    "<other@mail.test>: host mx.mail.test said: 550 5.7.1 rejected",
    "",
)


@dataclass(frozen=True, slots=True)
class Report:
    """A sound report, and what was put into it."""

    raw: bytes
    recipients: tuple[str, ...]
    status: str
    message_id: str


def raw_report(data: bytes) -> bytes:
    """Return a report with any bytes as its text, its delivery status and the copy of the mail."""
    note, status, copy, *_ = (*data.split(BETWEEN, 2), b"", b"")
    return _assembled([(b"text/plain", note), (_TYPES[0], status), (_COPIES[0], copy)])


def old_report(data: bytes) -> bytes:
    """Return a report of one text, as mail systems wrote before RFC 3464."""
    return b"From: MAILER-DAEMON@mail.test\nTo: desk@company.test\nSubject: failure notice\n\n" + data


def sound_report(rng: Random) -> Report:
    """Return a report that says who was not reached, why, and whose mail it was, beyond any doubt."""
    names = [f"{rng.choice(_LOCALS)}@{rng.choice(_DOMAINS)}" for _ in range(1 + rng.randrange(4))]
    status = f"{rng.choice((5, 4))}.{rng.randrange(1, 8)}.{rng.randrange(1, 100)}"
    message_id = f"<{rng.choice(('a.b', 'x=y+z', '1'))}@{rng.choice(_DOMAINS)}>"
    copy = b"From: desk@company.test\nmessage-id: " + message_id.encode() + b"\nSubject: x\n\nx"
    parts = (
        (b"text/plain; charset=utf-8", rng.choice(_NOTES).encode()),
        (rng.choice(_TYPES), _groups(rng, names, status)),
        (rng.choice(_COPIES), copy),
    )
    raw = _assembled([_dressed(rng, *part) for part in parts])
    raw = raw.replace(b"\n", rng.choice((b"\n", b"\r\n")))
    return Report(raw, tuple(sorted({name.lower() for name in names})), status, message_id)


def _groups(rng: Random, names: list[str], status: str) -> bytes:
    """Return the groups of fields: the message's, each recipient's, and now and then that of one who was reached."""
    groups = [_per_message(rng), *(_per_recipient(rng, name, status) for name in names)]
    if rng.randrange(3) == 1:
        groups.insert(1 + rng.randrange(len(groups)), _per_recipient(rng, "reached@other.test", "2.0.0", "delivered"))
    return (b"\n\n\n" if rng.randrange(8) == 1 else b"\n\n").join(map(b"\n".join, groups)) + b"\n"


def _per_message(rng: Random) -> list[bytes]:
    optional = (b"X-Postfix-Queue-ID: 4XYZ", b"Arrival-Date: Fri, 20 Nov 2026 14:10:00 +0900", b"X-Note: 5.9.9")
    return [_field(rng, b"Reporting-MTA", b"dns; mx.company.test"), *(line for line in optional if rng.randrange(2))]


def _per_recipient(rng: Random, name: str, status: str, action: str = "failed") -> list[bytes]:
    reply = b"250 " if action == "delivered" else b"550 "
    given = rng.choice((b"rfc822; ", b"rfc822;", b"RFC822;  ")) + rng.choice((name, f"<{name}>")).encode()
    lines = [
        _field(rng, b"Final-Recipient", given),
        _field(rng, b"Action", rng.choice((action, action.capitalize())).encode()),
        _field(rng, b"Status", status.encode() + rng.choice((b"", b" (unknown user)"))),
        _field(rng, b"Diagnostic-Code", b"smtp; " + reply + status.encode() + b" <other@mail.test>... said"),
    ]
    if rng.randrange(2):
        lines.insert(rng.randrange(3), _field(rng, b"Original-Recipient", given))
    return lines


def _field(rng: Random, name: bytes, value: bytes) -> bytes:
    """Return a field line with its name in any case, folded or not (RFC 5322 §2.2.3)."""
    return rng.choice((name, name.lower(), name.upper())) + rng.choice((b": ", b":", b":  ", b":\n ")) + value


def _dressed(rng: Random, kind: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return a part in one of the transfer encodings that mail systems put even around reports."""
    dress = rng.choice((b"", b"", b"", b"base64", b"quoted-printable"))
    if dress:
        data = base64.encodebytes(data) if dress == b"base64" else binascii.b2a_qp(data)
        kind += b"\nContent-Transfer-Encoding: " + dress
    return kind, data


def _assembled(parts: list[tuple[bytes, bytes]]) -> bytes:
    pieces = [b"--=_r\nContent-Type: " + kind + b"\n\n" + data + b"\n" for kind, data in parts]
    return _HEADERS + b"".join(pieces) + b"--=_r--\n"
