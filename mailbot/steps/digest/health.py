"""How the machine itself is, in a few lines of the digest: each a code, a value, and whether it is in order."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.calendar import Calendar
from mailbot.steps.doubt import CLOCK, RESTORE, doubt_of
from mailbot.steps.horizon import horizon
from mailbot.steps.lost_keys import lost_lately
from mailbot.steps.own_folders import TROUBLE
from mailbot.steps.parts import Parts
from mailbot.steps.reconciling import looks
from mailbot.store.digest import token_key_since
from mailbot.store.ledger import read_cursor
from mailbot.store.polls import last_poll, oldest_waiting
from mailbot.store.remembered import recall
from mailbot.store.token_keys import KEY_DAYS

Health = tuple[str, str, bool]
"""A code of `_words`, the value as it is shown ("" for nothing), and whether it is in order."""
_POLL_ALARM, _WAIT_ALARM = timedelta(minutes=30), timedelta(hours=1)
_COMPARE_ALARM, _GONE_FOR = timedelta(hours=3), timedelta(days=1)
_LATE_START = 7
"""Days after which a signing key that should have been followed by a new one says: start the worker anew."""


def health(connection: Connection, parts: Parts, now: datetime) -> list[Health]:
    """Return the state of the mailbox, the queues, the model, the signing key and the table of holidays."""
    calendar = parts.rules.calendar
    polled_at = last_poll(connection, parts.folders)
    inbox_since, outbox_since = oldest_waiting(connection)
    unread = [folder for folder in (*parts.folders, *parts.junk_folders) if read_cursor(connection, folder) is None]
    return [
        ("last_poll", _clock(polled_at, calendar), polled_at is not None and now - polled_at < _POLL_ALARM),
        *([("folders", ", ".join(unread), False)] if unread else []),
        ("backlog", _clock(inbox_since, calendar), inbox_since is None or now - inbox_since < _WAIT_ALARM),
        ("outbox", _clock(outbox_since, calendar), outbox_since is None or now - outbox_since < _WAIT_ALARM),
        ("model", parts.model().version, True),
        _token_key(token_key_since(connection), calendar.local_day(now)),
        _holidays(connection, parts, calendar.local_day(now)),
        *_doubt(connection, calendar.local_day(now)),
        *_marker(connection, calendar),
        *_compared(connection, calendar, now),
        *([("keys_lost", str(count), False)] if (count := lost_lately(connection, now)) else []),
    ]


def _compared(connection: Connection, calendar: Calendar, now: datetime) -> list[Health]:
    """Tell when mailbox and database were last compared, what differs, and for a day that something no longer does."""
    seen = looks(connection)
    count = sum(one.count for look in seen for one in look.lasting)
    oldest = min((look.looked_at for look in seen), default=None)
    gone_at = max((look.gone_at for look in seen if look.gone_at and now - look.gone_at < _GONE_FOR), default=None)
    return [
        *([("reconcile", _clock(oldest, calendar), now - oldest < _COMPARE_ALARM)] if oldest else []),
        *([("reconcile_differs", str(count), False)] if count else []),
        *([("reconcile_gone", _clock(gone_at, calendar), True)] if gone_at and not count else []),
    ]


def _token_key(since: date | None, today: date) -> Health:
    """Tell how old the key is that signs tokens: after 180 days the next start of the worker begins a new one."""
    is_old = since is not None and (today - since).days > KEY_DAYS + _LATE_START
    return ("token_key", str(since or ""), since is not None and not is_old)


def _holidays(connection: Connection, parts: Parts, today: date) -> Health:
    """Tell until when the holidays are officially known: not far enough where a date that may be owed lies behind."""
    found = horizon(connection, parts.rules, parts.policies, parts.config.policy.country, today)
    return ("holidays", str(found.known_until), not (found.is_ending or found.is_provisional))


def _doubt(connection: Connection, today: date) -> list[Health]:
    """Tell that all mail is held, and why: only a printed digest can still say so."""
    held = {CLOCK: "clock_doubted", RESTORE: "database_doubted"}
    return [(code, str(today), False) for kind, code in held.items() if doubt_of(connection, kind)]


def _marker(connection: Connection, calendar: Calendar) -> list[Health]:
    """Tell since when no marker can be left on the mail server: a restored database may go unnoticed."""
    since = recall(connection, TROUBLE)
    return [("marker", _clock(datetime.fromisoformat(since), calendar), False)] if since else []


def _clock(moment: datetime | None, calendar: Calendar) -> str:
    return "" if moment is None else f"{moment.astimezone(calendar.zone):%Y-%m-%d %H:%M}"
