"""Decides who a mail is from: one strict address, or nobody.

`strict_address` is the only identity a mail has. It takes the single From header and refuses
every spelling two programs could read differently (threats A2); Reply-To and Sender are never
looked at. The lenient readers live in `core.mailboxes` and are for show only.
"""

import binascii
import re
from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email

from mailbot.core.reader.headers.encoded_words import loose_base64, without_escapes
from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.headers.mailboxes import MAX_LISTED, addresses, shown_sender

__all__ = ["MAX_ADDRESS_CHARS", "MAX_LISTED", "addresses", "normalise_address", "shown_sender", "strict_address"]

MAX_ADDRESS_CHARS = 254

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# RFC 2047 §5: an encoded word in a phrase holds no specials; one that does could be read as an address
_PLAIN_WORD = re.compile(r"=\?[A-Za-z0-9*_.+-]+\?[bBqQ]\?[^\s?<>@,;:()\"\\\[\]]*\?=")
_LOOSE_WORD = re.compile(r"=\?[^?]{0,75}\?[bBqQ]\?[^?]*\?=")  # what some program opens before it looks for quotes
_STRUCTURE = frozenset('"\\<>@')
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)  # an open quotation swallows the rest: linear
_MAILBOX = re.compile(r"(?P<name>[^<>@,;:()\"\\\[\]]*)<(?P<address>[^<>]*)>\s*")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+")
_BOX = "\u25a1"  # stands for what was masked; no address may hold it, so a quoted local part fails
_ANGLES = re.compile(r"<([^<>]*)>|[<>]")
_JIS_ESCAPE = re.compile(rb"\x1b(?=\$[@B]|\([BIJ])")
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def strict_address(from_headers: Sequence[str | bytes]) -> str | None:
    """Return the sender's address, or None whenever there is any doubt.

    `from_headers` are the values of all From headers, as bytes or as text (encoded words still closed). Accepted is
    exactly one header with exactly one address: `name <local@domain>` or `local@domain`, ASCII, at most
    254 characters, no comment, group, route, quoted local part, control character or other address in angle
    brackets. Of bytes, a name in raw JIS or 8-bit letters is accepted where a program that knows ASCII only reads
    the same address; JIS outside quotes never is, because its `ESC ( B` opens a comment for that program. The
    domain is returned in lower case, the local part as written.
    """
    if len(from_headers) != 1:
        return None
    value = from_headers[0]
    if isinstance(value, str):
        return _strict(value)
    found = _strict(_JIS_ESCAPE.sub(b"\xff", value).decode("ascii", "replace"))
    if found is None or (value.isascii() and b"\x1b" not in value):
        return found
    return found if _strict(without_escapes(Headers((("from", value),)).first("from"))) == found else None


def _strict(value: str) -> str | None:
    if _CONTROL.search(value):
        return None
    masked = _PLAIN_WORD.sub(_BOX, value)
    if "=?" in masked and _is_torn(masked, _LOOSE_WORD.findall(value)):
        return None
    quoted = _QUOTED.findall(masked)
    masked = _QUOTED.sub(_BOX, masked).strip(" \t")
    mailbox = _MAILBOX.fullmatch(masked)
    address = mailbox["address"] if mailbox else masked
    # RFC 5322 is clear that brackets in a quoted name are no address; programs that search for the first are not
    named = [text for text in quoted if "@" in text]
    is_twofold = any(angle[1] != address for text in named for angle in _ANGLES.finditer(text))
    return None if is_twofold or "=?" in address or "?=" in address else _checked(address)


def _is_torn(masked: str, words: list[str]) -> bool:
    """Whether words that break the rules hold what an address is made of: some programs open them, and then parse."""
    is_open = any(_STRUCTURE & set(word) for word in _LOOSE_WORD.findall(masked))
    return is_open or any(b"@" in _coded(*word[2:-2].split("?")) for word in words)


def _coded(_label: str, letter: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return loose_base64(data) if letter in "bB" else binascii.a2b_qp(data, header=True)


def _checked(address: str) -> str | None:
    """Return the address with its domain in lower case if it is plain and valid, else None (RFC 5321 §4.1.2)."""
    if len(address) > MAX_ADDRESS_CHARS or not _ADDRESS.fullmatch(address):
        return None
    try:
        valid = validate_email(
            address, check_deliverability=False, test_environment=True, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        return None
    return f"{address.partition('@')[0]}@{valid.ascii_domain}"


def normalise_address(address: str) -> str:
    """Return an address for comparing: ASCII letters in lower case, nothing else changed (threats A4)."""
    return address.strip().translate(_ASCII_LOWER)
