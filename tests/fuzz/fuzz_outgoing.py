"""What is composed has the headers it should have and no others, whatever stands in subject, names, ids and texts.

An input is those pieces, one after another, parted by a mark; its first byte chooses the kind of the letter.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from random import Random

from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.outgoing import Enclosed, Extra, compose, thread_after
from tests.fuzz.assemble import any_of, encoded_word, ids, phrase, spliced, text
from tests.fuzz.header_check import wrongs
from tests.fuzz.mutate import Change, cut_short, piece_lost, repeated, word
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

_BETWEEN = b"\n--cut--\n"
_TO, _OWN, _OWN_ID = "taro@customer.test", "desk@company.test", "<cv1.token.0123456789abcdef@company.test>"
_NOW = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
_KINDS = tuple(LetterKind)
_INJECTIONS = (
    *(b"\r\nBcc: x@evil.test", b"\nBcc: x", b"\r", b"=?utf-8?Q?=0D=0ABcc:=20x?=", b"=?utf-8?B?DQpCY2M6IHg=?=", b"\0"),
    *(b"\xe2\x80\xa8To: x@evil.test", b"\xc2\x85Cc: x", b"\x0b", b"\x0c", b"\x1e", b"<x@evil.test>", b", x@evil.test"),
    *(b"=?", b"?=", b'"', b"\\", b"\r\n\r\nbody", b"\r\n ", b"--=_", "㈱".encode(), "👨‍👩‍👧".encode(), b"x" * 990),
)


def _pieces(data: bytes) -> list[str]:
    """Return subject, name of the desk, name and type of a file, id answered, references, text and page."""
    pieces = [one.decode("utf-8", "surrogateescape") for one in data[1:].split(_BETWEEN, 7)]
    return [*pieces, *[""] * (8 - len(pieces))]


def _kind(data: bytes) -> LetterKind:
    return _KINDS[(data or b"\0")[0] % len(_KINDS)]


def read(data: bytes) -> bytes:
    subject, desk, name, kind, answered, references, words, page = _pieces(data)
    files = [Enclosed(name, kind, words.encode("utf-8", "replace"))] if name else []
    thread = thread_after(answered or None, references.split())
    letter = Rendered(subject, words, page)
    company = Company("会社", desk, _OWN)
    return compose(company, _kind(data), letter, _TO, _OWN_ID, thread, _NOW, Extra("", files))


def judge(data: bytes, mail: bytes) -> None:
    """Raise where a header is made up, doubled or torn, or where another program reads other parts of the mail."""
    is_relay = _kind(data) is LetterKind.RELAY
    for wrong in wrongs(mail, sender=_OWN.encode(), to=_TO.encode(), is_relay=is_relay):
        expect(kept=False, rule=f"no mail leaves with {wrong}", found=mail[:600])
    told = message_from_bytes(mail, policy=policy.compat32)
    expect(kept=not told.defects, rule="another program finds no defect", found=told.defects)
    leaves = [part for part in told.walk() if not part.is_multipart()]
    expect(kept=len(leaves) == 2 + bool(_pieces(data)[2]), rule="a mail has its texts and its file", found=len(leaves))
    words = leaves[0].get_payload(decode=True)
    is_whole = words == _pieces(data)[6].encode("utf-8", "replace")
    expect(kept=is_whole, rule="the text arrives as it was written", found=words)
    expect(kept=read(data) == mail, rule="the same letter is the same bytes")


def _letter(rng: Random) -> bytes:
    pieces = [
        *(phrase(rng), phrase(rng), rng.choice((b"", phrase(rng) + b".pdf")), any_of(rng, "mime"), ids(rng), ids(rng)),
        *(text(rng).encode("utf-8", "replace"), b"<p>x</p>"),
    ]
    return rng.randbytes(1) + _BETWEEN.join(pieces)


def _seeds() -> Iterator[bytes]:
    yield from assembled(150, _letter)


def _injection(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, rng.choice(_INJECTIONS))


def _in_front(rng: Random, data: bytes) -> bytes:
    """Return the input with something set in within its first pieces, where the headers come from."""
    piece = rng.choice((rng.choice(_INJECTIONS), encoded_word(rng), any_of(rng, "hidden"), any_of(rng, "id")))
    at = rng.randrange(min(len(data), 300) + 1)
    return data[:at] + piece + data[at:]


def _new(rng: Random, _data: bytes) -> bytes:
    return _letter(rng)


_CHANGES: tuple[Change, ...] = (
    *(_injection, _injection, _in_front, _in_front, _in_front, _new, repeated, cut_short, piece_lost, word),
)


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, is_mail=False)
