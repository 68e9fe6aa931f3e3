"""The one spelling of a From header that leaves no doubt, as a scanner of its own: about any other, programs disagree.

from    = address / [phrase] "<" address ">"
phrase  = anything but specials and control characters, and quoted strings (RFC 5322 §3.2.4)
address = 1*64 atext, dots only between them, "@", two or more labels of letters, digits and inner hyphens
"""

import string

_ATEXT = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~")
_LDH = frozenset(string.ascii_letters + string.digits + "-")
_SPECIALS = frozenset('<>@,;:()"\\[]')
_CONTROLS = frozenset(map(chr, (*range(0x09), *range(0x0A, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)))
_MAX_LOCAL_CHARS = 64
_MAX_LABEL_CHARS = 63
_MAX_CHARS = 254


def is_plain_address(address: str) -> bool:
    """Whether this is one plain ASCII address (RFC 5321 §4.1.2 without quoted strings and literals)."""
    local, at, domain = address.partition("@")
    labels = domain.split(".")
    return (
        at == "@"
        and len(address) <= _MAX_CHARS
        and len(local) <= _MAX_LOCAL_CHARS
        and all(word and set(word) <= _ATEXT for word in local.split("."))
        and len(labels) > 1
        and all(map(_is_label, labels))
        and not labels[-1].isdigit()
    )


def _is_label(label: str) -> bool:
    is_ldh = 0 < len(label) <= _MAX_LABEL_CHARS and set(label) <= _LDH
    return is_ldh and not label.startswith("-") and not label.endswith("-")


def plain_sender(value: str) -> str | None:
    """Return the one address of a From value by the grammar above, None where the value does not match it."""
    value = value.strip(" \t")
    if _CONTROLS & set(value):
        return None
    if is_plain_address(value):
        return value
    phrase, opened, rest = _outside_quotes(value).rpartition("<")
    address = rest.removesuffix(">")
    is_closed = opened == "<" and rest.endswith(">") and is_plain_address(address)
    return address if is_closed and not _SPECIALS & set(phrase) else None


def _outside_quotes(value: str) -> str:
    """Return the value with a blank for every whole quoted string; an open one stays, and its quote is a special."""
    out: list[str] = []
    opened_at: int | None = None
    is_escaped = False
    for char in value:
        if char == '"' and opened_at is not None and not is_escaped:
            out[opened_at:] = " "
            opened_at = None
            continue
        if char == '"' and opened_at is None:
            opened_at = len(out)
        is_escaped = opened_at is not None and not is_escaped and char == "\\"
        out.append(char)
    return "".join(out)
