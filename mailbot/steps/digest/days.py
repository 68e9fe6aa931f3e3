"""Which days have a digest, when it is due, and which stretch of time it looks back on."""

from datetime import date, datetime, timedelta

from mailbot.steps.parts import Parts

_ONE_DAY = timedelta(days=1)


def next_digest_at(parts: Parts, after: datetime) -> datetime:
    """Return the first digest moment after a moment: the configured hour of the next day that has a digest."""
    calendar, config = parts.rules.calendar, parts.config.digest
    day = calendar.local_day(after)
    while calendar.at(day, config.at) <= after or not _has_digest(parts, day):
        day += _ONE_DAY
    return calendar.at(day, config.at)


def looked_back(parts: Parts, day: date) -> tuple[datetime, datetime]:
    """Return the days since the digest before, from midnight to midnight: on a Monday, Friday to Sunday."""
    calendar = parts.rules.calendar
    first = day - _ONE_DAY
    while not _has_digest(parts, first):
        first -= _ONE_DAY
    midnight = datetime.min.time()
    return calendar.at(first, midnight), calendar.at(day, midnight)


def _has_digest(parts: Parts, day: date) -> bool:
    return parts.config.digest.days == "every" or parts.rules.calendar.is_business_day(day)
