"""What is attached is looked into without harm: containers of any bytes, as a part of a mail with a telling name.

The first byte of an input chooses type and name of the part, the rest is what lies in it.
"""

import base64
import re
from collections.abc import Iterator
from random import Random

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse
from tests.fuzz.mutate import Change, cut_short, longer_body, piece_lost, repeated, word
from tests.fuzz.packed import container
from tests.fuzz.promises import check, expect
from tests.fuzz.target import Target, assembled, corpus_mails

_MAX_SEED_BYTES = 12_000
_TYPES = (
    (b"application/ms-tnef", b"winmail.dat"),
    (b"application/octet-stream", b"x.zip"),
    (b"application/octet-stream", b"x.doc"),
    (b"application/rtf", b"x.rtf"),
    (b"application/pdf", b"x.pdf"),
    (b"text/plain", b"x.txt"),
    (b"message/rfc822", b"x.eml"),
    (b"application/pkcs7-mime", b"smime.p7m"),
)
_BASE64 = re.compile(rb"(?m)^(?:[A-Za-z0-9+/]{40,}={0,2}\r?\n)+(?:[A-Za-z0-9+/]+={0,2})?")


def mail_of(data: bytes) -> bytes:
    """Return the mail whose second part holds the input."""
    kind, name = _TYPES[(data or b"\0")[0] % len(_TYPES)]
    return (
        b"From: taro@customer.test\nTo: desk@company.test\nSubject: x\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: " + kind + b"; name=" + name + b"\n"
        b"Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(data[1:])
        + b"--b--\n"
    )


def read(data: bytes) -> Incoming:
    return parse(mail_of(data))


def judge(_data: bytes, one: Incoming) -> None:
    """Raise where a promise is broken, or where the part is not told of at all."""
    check(one)
    expect(kept=one.attachments, rule="what is attached is told of")


def _seeds() -> Iterator[bytes]:
    for raw in corpus_mails():
        for block in _BASE64.findall(raw):
            letters = block.replace(b"\r", b"").replace(b"\n", b"").rstrip(b"=")
            held = base64.b64decode(letters[: len(letters) // 4 * 4])[:_MAX_SEED_BYTES]
            yield from (bytes([number]) + held for number in (0, 1))
    yield from assembled(200, _container)


def _container(rng: Random) -> bytes:
    return bytes([rng.randrange(len(_TYPES))]) + container(rng)


def _other_container(rng: Random, _data: bytes) -> bytes:
    return _container(rng)


def _number(rng: Random, data: bytes) -> bytes:
    """Return the data with a number of one, two or four bytes written over."""
    at = rng.randrange(len(data) + 1)
    number = rng.choice((0, 1, 2, 7, 255, 256, 65_535, 2**31, 2**32 - 1, len(data), at))
    size = rng.choice((1, 2, 4, 4))
    return data[:at] + (number % (1 << 8 * size)).to_bytes(size, "little") + data[at + size :]


_CHANGES: tuple[Change, ...] = (
    *(_number, _number, _number, _number, _other_container, word, longer_body, repeated, cut_short, piece_lost),
)

TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
