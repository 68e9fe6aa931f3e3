"""Reads when a mail says it arrived; the worker itself goes by what its own server says (INTERNALDATE)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailbot.core.reader.headers.headers import Headers

_MAX_DATE_CHARS = 100


def stamp_of(headers: Headers) -> datetime | None:
    """Return the moment of the topmost Received header (RFC 5321 §4.4), else of Date; None for neither."""
    received = headers.first("received").rpartition(";")[2]
    return moment(received) or moment(headers.first("date"))


def moment(value: str) -> datetime | None:
    """Return the moment (UTC) that a Date value says (RFC 5322 §3.3); None where it says none."""
    try:
        found = parsedate_to_datetime(value.strip()[:_MAX_DATE_CHARS])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # a date with words, no zone, or 99 hours
        return None
