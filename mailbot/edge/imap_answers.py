"""Reads what a server says about messages, each for itself: what is torn in one answer spoils no other.

Every value is what the server claims, brought into the range it can have (RFC 9051 §9), or None.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

BITS_32 = 1 << 32
"""No UID or UIDVALIDITY is as great."""
_MOST_BYTES = (1 << 63) - 1
"""No size is greater, and no database keeps more."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    rb"\s?(\d{1,2})-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII | re.IGNORECASE
)
_FIRST_YEAR = 1990
"""No desk has older mail: such a date is of a clock that was never set, and would make new mail old."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as the server gave it: UID, the moment it says it received it, its size, its bytes.

    `received_at` is None where the server names no believable moment.
    """

    uid: int
    received_at: datetime | None
    size_bytes: int
    data: bytes = b""

    def came_at(self, now: datetime) -> datetime:
        """Return when the message was received; `now` where the server does not know, or is ahead of it."""
        return min(self.received_at or now, now)


def fetched(answers: Sequence[Any], wanted: set[int], item: str) -> list[Fetched]:
    """Return the messages asked for that the answers hold, ascending by UID.

    One that is answered twice and not alike is left out, for nobody can say which is true; one without what was asked
    for (NIL, or nothing where the size says something) as well.
    """
    found: dict[int, Fetched | None] = {}
    for values in _each(answers):
        uid = values.get(b"UID")
        one = _message(values, item.replace(".PEEK", "").encode())
        if uid in wanted and one:
            found[uid] = one if found.get(uid, one) == one else None
    return [one for _, one in sorted(found.items()) if one]


def _each(answers: Sequence[Any]) -> Iterator[dict[bytes, Any]]:
    """Yield names and values of each answer; unasked ones of other kinds stand between them."""
    for one in answers:
        if isinstance(one, tuple) and len(one) % 2 == 0 and all(isinstance(name, bytes) for name in one[::2]):
            yield {name.upper(): value for name, value in zip(one[::2], one[1::2], strict=True)}


def _message(values: dict[bytes, Any], key: bytes) -> Fetched | None:
    value, claimed = values.get(key), values.get(b"RFC822.SIZE")
    data = value if isinstance(value, bytes) and key.startswith(b"BODY") else b""
    size = min(claimed, _MOST_BYTES) if isinstance(claimed, int) else None
    if key.startswith(b"BODY") and not data and (size or not isinstance(value, bytes)):
        return None
    if size is None and not data:
        return None
    return Fetched(
        values.get(b"UID", 0), _moment(values.get(b"INTERNALDATE")), len(data) if size is None else size, data
    )


def uids_of(found: Sequence[int]) -> list[int]:
    """Return what can be a UID, ascending, once each."""
    return sorted({uid for uid in found if 0 < uid < BITS_32})


def _moment(value: Any) -> datetime | None:
    """Return an INTERNALDATE as a moment, with the server's own offset: arrival is a legal date."""
    read = _DATE.fullmatch(value) if isinstance(value, bytes) else None
    if read is None:
        return None
    day, month, *numbers, sign, hours, minutes = read.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        number = _MONTHS.index(month.decode().lower()) + 1
        year, hour, minute, second = map(int, numbers)
        at = datetime(year, number, int(day), hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= _FIRST_YEAR else None
