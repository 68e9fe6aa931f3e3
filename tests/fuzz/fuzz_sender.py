"""The sender check accepts only what a grammar of its own accepts, and nothing another program reads differently.

An input is the bytes of a From value as they stand in a mail; two values are parted by a new `From:` line.
"""

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.headerregistry import HeaderRegistry
from email.utils import getaddresses
from random import Random
from typing import Any

from mailbot.core.reader.headers.sender import strict_address
from tests.fuzz.assemble import any_of, encoded_word, mailbox, phrase, spliced
from tests.fuzz.grammar import plain_sender
from tests.fuzz.mutate import Change, cut_short, line_moved, other_number, piece_lost, repeated, word_in_a_value
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled, corpus_mails

_BETWEEN = b"\nFrom: "
_FROM = re.compile(rb"^From:[ \t]*((?:.|\n[ \t])*?)\r?\n(?![ \t])", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_MAX_BYTES = 1_000  # the standard library takes seconds for more
_JIS_ESCAPE = re.compile(rb"\x1b(?=\$[@B]|\([BIJ])")  # the one control character that names may hold, if quoted
_REGISTRY = HeaderRegistry()


def values_of(data: bytes) -> list[bytes]:
    """Return the From values an input stands for, mostly one."""
    return data.split(_BETWEEN)


def read(data: bytes) -> str | None:
    return strict_address(values_of(data))


def judge(data: bytes, sender: str | None) -> None:
    """Raise where an address is accepted that the grammar refuses, another one is read, or a plain one is refused."""
    values = values_of(data)
    if sender is None:
        expect(kept=not _is_beyond_doubt(values), rule="a plain address is accepted", found=values)
        return
    expect(kept=len(values) == 1, rule="two From headers are nobody's", found=values)
    told = plain_sender(_JIS_ESCAPE.sub(b"?", values[0]).decode("ascii", "replace"))
    expect(kept=_same(told) == sender, rule="only the grammar's address is accepted", found=values)
    expect(kept=strict_address([sender]) == sender, rule="an accepted address is accepted again", found=sender)
    if len(values[0]) <= _MAX_BYTES:
        value = values[0].decode("ascii", "surrogateescape")
        others = {_same(other) for other in _by_utils(value)}
        expect(kept=others == {sender}, rule="email.utils reads the same address", found=(values, others))
        others = {_same(other) for other in _by_registry(value)}
        expect(kept=others <= {sender}, rule="email.headerregistry reads no other address", found=(values, others))


def _same(address: str | None) -> str | None:
    """Return the address with its domain in lower case."""
    local, at, domain = (address or "").rpartition("@")
    return local + at + domain.lower() if at else address


def _is_beyond_doubt(values: list[bytes]) -> bool:
    """Whether this is one plain address of an invented domain, with no encoded word and nothing else in brackets."""
    value = values[0].decode("ascii", "replace").replace("\ufffd", "\0")
    local, _, domain = (plain_sender(value) or "").partition("@")
    is_alone = len(values) == 1 and "=?" not in value and value.count("<") < 2 and value.count(">") < 2
    return is_alone and local.isalnum() and domain in {"customer.test", "company.test"}


def _by_utils(value: str) -> list[str]:
    return [address for _, address in getaddresses([value])]


def _by_registry(value: str) -> list[str]:
    """Return the addresses with a domain; a torn encoded word can make the library read none."""
    try:
        header: Any = _REGISTRY("from", value)
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):  # the library's own faults, not ours
        return []
    return [address.addr_spec for address in header.addresses if address.domain]


def _value(rng: Random) -> bytes:
    return _BETWEEN.join(_FOLD.sub(b" ", mailbox(rng)) for _ in range(1 if rng.randrange(10) else 2))


def _seeds() -> Iterator[bytes]:
    for raw in corpus_mails():
        yield _BETWEEN.join(_FOLD.sub(b" ", value) for value in _FROM.findall(raw))[:_MAX_BYTES]
    yield from assembled(300, _value)


def _new_value(rng: Random, _data: bytes) -> bytes:
    return _value(rng)


def _word(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, any_of(rng, rng.choice(("address", "address", "word", "hidden", "escape"))))


def _phrase_first(rng: Random, data: bytes) -> bytes:
    return (phrase(rng) if rng.randrange(2) else encoded_word(rng)) + b" " + data


_CHANGES: tuple[Change, ...] = (
    *(_new_value, _word, _word, _word, _phrase_first, word_in_a_value, line_moved, other_number),
    *(repeated, cut_short, piece_lost),
)


def mail_of(data: bytes) -> bytes:
    return b"From: " + data + b"\nTo: desk@company.test\nSubject: x\n\nx\n"


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
