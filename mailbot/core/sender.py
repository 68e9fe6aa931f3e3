"""Decides who a mail is from: one strict address, or nobody.

`strict_address` is the only identity a mail has. It takes the single From header and refuses
every spelling two programs could read differently (threats A2); Reply-To and Sender are never
looked at. The lenient readers below it are for show only.
"""

import re
from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email

from mailbot.core.headers import clean, decode_words

MAX_ADDRESS_CHARS = 254
MAX_LISTED = 100

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# RFC 2047 §5: an encoded word in a phrase holds no specials; one that does could be read as an address
_PLAIN_WORD = re.compile(r"=\?[A-Za-z0-9*_.:+-]+\?[bBqQ]\?[^\s?<>@,;:()\"\\\[\]]*\?=")
_ANY_WORD = re.compile(r"=\?[^?\s]{1,75}\?[bBqQ]\?[^?\s]*\?=")
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)  # an open quotation swallows the rest: linear
_MAILBOX = re.compile(r"(?P<name>[^<>@,;:()\"\\\[\]]*)<(?P<address>[^<>]*)>\s*")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_BOX = "\u25a1"  # stands for what was masked; no address may hold it, so a quoted local part fails
_COMMENT = re.compile(r"\([^()]*\)")
_ESCAPED = re.compile(r"\\(.)")
_ENTRY = re.compile(r"[^,;]+")
_ANGLE = re.compile(r"<([^<>]*)>")
_LOOSE_WORD = re.compile(r"[^\s<>:]++")


_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def strict_address(from_headers: list[str]) -> str | None:
    """Return the sender's address, or None whenever there is any doubt.

    `from_headers` are the raw values of all From headers (encoded words still closed). Accepted is
    exactly one header with exactly one address: `name <local@domain>` or `local@domain`, ASCII, at most
    254 characters, no comment, group, route, quoted local part or control character. The domain is
    returned in lower case, the local part as written.
    """
    if len(from_headers) != 1 or _CONTROL.search(from_headers[0]):
        return None
    masked = _QUOTED.sub(_BOX, _PLAIN_WORD.sub(_BOX, from_headers[0])).strip()
    mailbox = _MAILBOX.fullmatch(masked)
    return _checked(mailbox["address"] if mailbox else masked)


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
    return f"{valid.local_part}@{valid.ascii_domain}"


def normalise_address(address: str) -> str:
    """Return an address for comparing: ASCII letters in lower case, nothing else changed (threats A4)."""
    return address.strip().translate(_ASCII_LOWER)


def addresses(values: list[str]) -> tuple[str, ...]:
    """Return the addresses of To or Cc headers for showing and for finding our own; at most 100, nobody is proved."""
    found = (address for value in values for _, address in _entries(value))
    return tuple(address for address, _ in zip(found, range(MAX_LISTED), strict=False))


def shown_sender(value: str) -> tuple[str, str]:
    """Return the display name and the bare address of a raw From value, for showing only; "" where missing."""
    return next(_entries(value), (clean(decode_words(value)) if "@" not in value else "", ""))


def _entries(value: str) -> Iterator[tuple[str, str]]:
    """Yield name and address of every list entry; a comma in a quotation or comment is masked and does not count."""
    masked = _COMMENT.sub(_blank, _QUOTED.sub(_boxes, _ANY_WORD.sub(_boxes, value)))
    for entry in _ENTRY.finditer(masked):
        if found := _ANGLE.search(masked, *entry.span()) or _word_with_at(masked, *entry.span()):
            begin, end = found.span(found.re.groups)
            name_at = masked.rfind(":", entry.start(), found.start()) + 1 or entry.start()  # behind a group's name
            yield _name(value[name_at : found.start()], value[end : entry.end()]), clean(value[begin:end])


def _word_with_at(masked: str, start: int, end: int) -> re.Match[str] | None:
    return next((word for word in _LOOSE_WORD.finditer(masked, start, end) if "@" in word[0][1:-1]), None)


def _name(before: str, after: str) -> str:
    """Return the display name; old mailers write it as a comment behind the address (RFC 5322 §3.4)."""
    comment = _COMMENT.search(after)
    name = before.strip() or (comment[0][1:-1] if comment else "")
    return clean(decode_words(_ESCAPED.sub(r"\1", name.strip('"'))))


def _boxes(match: re.Match[str]) -> str:
    return _BOX * len(match[0])


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
