"""Signed thread tokens: they route a mail to its case and prove nothing about who wrote it.

A token is `kid(1) kind(1) case(5) person(3) expiry(3) mac(26)`, 39 characters of an alphabet without
`l o 0 1`, so that it survives any change of case. The MAC is HMAC-SHA-256 cut to 128 bits
(RFC 2104 §5: not less than half the hash). `verify` is the only function that reads one.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_EPOCH = date(2026, 1, 1)
_LENGTHS = (1, 1, 5, 3, 3, 26)
LENGTH = sum(_LENGTHS)
GRAMMAR = re.compile(rf"(?<![{ALPHABET}])[{ALPHABET}]{{{LENGTH}}}(?![{ALPHABET}])")


class Audience(StrEnum):
    """Who or what a token was made for; the value is the kind character inside it.

    BOUNCE marks the envelope sender of an automatic mail, CHALLENGE the mail that asks a roster address for a code.
    """

    STAFF = "s"
    REQUESTER = "c"
    MANAGER = "m"
    BOUNCE = "b"
    CHALLENGE = "x"


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token says: the case id, the audience, the person number (0 = the requester), the last good day."""

    audience: Audience
    case_id: int
    person: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The signing keys by key id (one character of the alphabet); new tokens are signed with `current`.

    `mailbox` is the desk's own address: a token of another mailbox is none.
    """

    mailbox: str
    keys: Mapping[str, bytes] = field(repr=False)
    current: str

    def mint(self, token: Token) -> str:
        """Return the token as text. Raises ValueError when a number does not fit its field."""
        payload = (
            self.current
            + token.audience.value
            + _digits(token.case_id, 5)
            + _digits(token.person, 3)
            + _digits((token.expires_on - _EPOCH).days, 3)
        )
        return payload + self._mac(self.keys[self.current], payload)

    def verify(self, text: str, today: date) -> Token | None:
        """Return what a token says, or None unless every character of it is right and it has not expired."""
        if not text.isascii():  # some letters of other scripts become ASCII in lower case
            return None
        text = text.lower()
        if not GRAMMAR.fullmatch(text) or text[0] not in self.keys:
            return None
        payload, mac = text[:-26], text[-26:]
        if not hmac.compare_digest(mac, self._mac(self.keys[text[0]], payload)):
            return None
        expires_on = _EPOCH + timedelta(days=_number(payload[10:13]))
        if payload[1] not in set(Audience) or expires_on < today:
            return None
        return Token(Audience(payload[1]), _number(payload[2:7]), _number(payload[7:10]), expires_on)

    def _mac(self, key: bytes, payload: str) -> str:
        message = f"cv1|{self.mailbox.lower()}|{payload}".encode("ascii")
        digest = hmac.new(key, message, hashlib.sha256).digest()[:16]
        return _digits(int.from_bytes(digest), 26)


def person_number(staff_id: str) -> int:
    """Return the 15-bit number that stands for a staff member in a token (1..32767; 0 is the requester)."""
    return int.from_bytes(hashlib.sha256(staff_id.encode()).digest()[:4]) % 32767 + 1


def tokens_in(message_id: str) -> tuple[str, ...]:
    """Return what looks like a token in a Message-ID or address; only `verify` says whether it is one."""
    return tuple(GRAMMAR.findall(message_id.lower())) if message_id.isascii() else ()


def _digits(number: int, width: int) -> str:
    if not 0 <= number < 1 << (5 * width):
        raise ValueError(f"{number} does not fit {width} characters of a token")
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(width)))


def _number(text: str) -> int:
    value = 0
    for character in text:
        value = value << 5 | ALPHABET.index(character)
    return value
