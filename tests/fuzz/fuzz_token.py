"""A token is accepted only if it was minted, for this mailbox, with a key that is known, and has not expired.

What was minted stands in a table of its own; the case of ASCII letters is the only thing that may differ.
"""

import string
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from mailbot.core.token import ALPHABET, Audience, Token, TokenKeys, tokens_in
from tests.fuzz.assemble import any_of, spliced
from tests.fuzz.mutate import Change, cut_short, piece_lost, repeated
from tests.fuzz.promises import expect
from tests.fuzz.target import Target

TODAY = date(2026, 11, 20)
_KEYS = {"a": b"first key" * 4, "b": b"second key" * 4}
_OURS = TokenKeys("privacy@company.test", _KEYS, "b")
_BEFORE = TokenKeys("privacy@company.test", _KEYS, "a")
_FOREIGN = (
    TokenKeys("desk@other.test", _KEYS, "b"),
    TokenKeys("privacy@company.test", {"b": b"another key" * 4}, "b"),
    TokenKeys("privacy@company.test", {"c": b"second key" * 4}, "c"),
)
_DAYS = (TODAY - timedelta(1), TODAY, TODAY + timedelta(90))
_WORDS = [
    Token(audience, case_id, person, day)
    for audience in Audience
    for case_id, person in ((0, 0), (1, 0), (1, 7), (2, 7), ((1 << 25) - 1, (1 << 15) - 1))
    for day in _DAYS
]
_GOOD = {keys.mint(one): one for keys in (_OURS, _BEFORE) for one in _WORDS if one.expires_on >= TODAY}
_BAD = [keys.mint(one) for keys in (_OURS, _BEFORE) for one in _WORDS if one.expires_on < TODAY]
_BAD += [keys.mint(one) for keys in _FOREIGN for one in _WORDS]
_FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_TEXTS = tuple(one.encode() for one in (*_GOOD, *_BAD))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def read(data: bytes) -> tuple[Token | None, tuple[str, ...]]:
    """Return what the whole input says as a token, and what looks like tokens in it as in a Message-ID."""
    text = _text(data)
    return _OURS.verify(text, TODAY), tokens_in(text)


def judge(data: bytes, told: tuple[Token | None, tuple[str, ...]]) -> None:
    """Raise where a token is accepted that nobody minted, or one that was is refused or read as another."""
    text = _text(data).translate(_FOLDED)
    expect(kept=told[0] == _GOOD.get(text), rule="a token is accepted if it was minted, and says that", found=data)
    for one in told[1]:
        expect(kept=one in text and len(one) == 39, rule="a token stands in the text it is found in", found=one)
        accepted = _OURS.verify(one, TODAY)
        expect(kept=accepted == _GOOD.get(one), rule="a token in a text is accepted if it was minted", found=one)
    missing = [one for one in text.replace(">", "<").split("<") if one in _GOOD and one not in told[1]]
    expect(kept=not missing or not text.isascii(), rule="a minted token between brackets is found", found=missing)


def _seeds() -> Iterator[bytes]:
    for number, text in enumerate(_TEXTS):
        yield (text, b"<cv1." + text + b".0123@company.test>", text.upper(), b"<" + text + b">")[number % 4]


def _character(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice((*ALPHABET, *"lo01.K\u212a\u0130\u0131", "\n")).encode() + data[at + 1 :]


def _swapped(rng: Random, data: bytes) -> bytes:
    """Return the input with the payload or the MAC of another token."""
    other = rng.choice(_TEXTS)
    return other[:13] + data[13:] if rng.randrange(2) else data[:13] + other[13:]


def _other(rng: Random, _data: bytes) -> bytes:
    return rng.choice(_TEXTS)


def _other_case(rng: Random, data: bytes) -> bytes:
    return bytes(rng.choice((data.upper(), data.title(), data.swapcase())))


def _word(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, any_of(rng, rng.choice(("hidden", "id", "address"))))


_CHANGES: tuple[Change, ...] = (
    *(_character, _character, _swapped, _swapped, _other, _other_case, _word, cut_short, piece_lost, repeated),
)


def mail_of(data: bytes) -> bytes:
    return b"From: taro@customer.test\nTo: desk@company.test\nIn-Reply-To: <" + data + b"@company.test>\n\nx\n"


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
