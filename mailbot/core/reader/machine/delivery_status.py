"""Reads the groups of a delivery report (RFC 3464 §2): who, what was done, and why.

The groups stand in a part of their own or, where a mail system broke or dropped its MIME, in plain text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.headers.encoded_words import clean
from mailbot.core.reader.machine.smtp_status import better_status, status_in
from mailbot.core.reader.mime.part import Part, decoded, leaves

MAX_REPORT_BYTES = 256_000
MAX_GROUPS = 100
MAX_LINES = 5_000
MAX_LINE_CHARS = 2_000
MAX_VALUE_CHARS = 4_000

DELIVERED = frozenset({"delivered", "relayed", "expanded"})

_FIELD = re.compile(
    r"[ \t>|*]{0,8}((?:final|original|x-actual)-recipient|action|status|diagnostic-code|reporting-mta|arrival-date"
    r"|remote-mta|last-attempt-date|received-from-mta|x-[a-z0-9-]{1,40}|will-retry-until|final-log-id)[ \t]*:(.*)",
    re.IGNORECASE,
)
_WHO = ("final-recipient", "original-recipient", "x-actual-recipient")
_ADDRESS = re.compile(r"(?<![^\s<>()\",;:'])[^\s<>()\",;:'@][^\s<>()\",;:@]{0,127}+@[^\s<>()\",;:@']{1,255}")
_LOCAL_CHANNEL = re.compile(r"@[a-z0-9_-]{1,60}-daemon$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """What a report says of one recipient.

    `address` is in lower case, "" where it names none. `action` is failed, delayed, delivered, relayed or expanded,
    in lower case and without a comment, "" where it is missing. `status` is the enhanced code (RFC 3463) or None.
    """

    address: str
    action: str
    status: str | None


def groups_of(root: Part) -> list[Group]:
    """Return the recipients' groups of all delivery-status parts (RFC 3464, RFC 6533), at most 100."""
    parts = [leaf for leaf in leaves(root) if is_delivery_status(leaf.type)]
    return [group for part in parts for group in _groups(_lines(_read(part)), is_report=True)][:MAX_GROUPS]


def groups_in(text: str) -> list[Group]:
    """Return the recipients' groups that stand among the lines of a text, at most 100."""
    return _groups(_lines(text), is_report=False)[:MAX_GROUPS]


def is_delivery_status(media_type: str) -> bool:
    """Whether a part is the report itself: `message/delivery-status` and its younger and misspelt forms."""
    return media_type.endswith("delivery-status")


def _read(part: Part) -> str:
    return decode_text(decoded(part, MAX_REPORT_BYTES), part.parameters.get("charset"))[0]


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line[:MAX_LINE_CHARS] for line in text.split("\n", MAX_LINES)[:MAX_LINES]]


def _groups(lines: Iterable[str], *, is_report: bool) -> list[Group]:
    return [_group(fields) for fields in _fields(lines, is_report=is_report) if fields.keys() & set(_WHO)]


def _fields(lines: Iterable[str], *, is_report: bool) -> Iterator[dict[str, str]]:
    """Yield the fields of each group. A blank line ends one, and so does a recipient's field that it has already.

    In plain text a line that is neither field nor continuation ends a group too.
    """
    fields: dict[str, str] = {}
    last = ""
    for line in lines:
        match = _FIELD.match(line)
        name = match[1].lower() if match else ""
        is_continued = bool(last) and line[:1] in {" ", "\t"} and not match and bool(line.strip())
        if is_continued:
            fields[last] = f"{fields[last]} {line.strip()}".lstrip()[:MAX_VALUE_CHARS]
        elif not line.strip() or (not match and not is_report) or (name in _WHO and name in fields):
            yield fields
            fields = {}
        last = last if is_continued else name
        if match:
            fields.setdefault(name, match[2].strip())
    yield fields


def _group(fields: dict[str, str]) -> Group:
    action = re.split(r"[\s;(]", fields.get("action", "").lower(), maxsplit=1)[0]
    field = status_in(fields.get("status", ""))
    status = better_status(field, status_in(fields.get("diagnostic-code", "")))
    return Group(_who(fields), action, status)


def _who(fields: dict[str, str]) -> str:
    """Return the address that failed: the final one, unless it is of no use outside the system that reports.

    Of no use are X.400 names, source routes and the channels of Sun's mail server (`user@ims-ms-daemon`).
    """
    found = [_address(fields.get(name, "")) for name in _WHO]
    return next((address for address in found if address and not _LOCAL_CHANNEL.search(address)), found[0])


def _address(value: str) -> str:
    """Return the address of `rfc822; name@domain` in lower case, "" where there is none."""
    kind, semicolon, rest = value.partition(";")
    text = rest if semicolon else kind
    if text.lstrip(" <").startswith("@"):
        return ""
    match = _ADDRESS.search(text)
    return clean(match[0]).rstrip(".").lower() if match else ""
