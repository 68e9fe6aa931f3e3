"""How the machine itself is, in a few lines of the digest: each a code, a value, and whether it is in order."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.calendar import Calendar
from mailbot.steps.horizon import horizon
from mailbot.steps.parts import Parts
from mailbot.store.digest import token_key_since
from mailbot.store.ledger import read_cursor
from mailbot.store.polls import last_poll, oldest_waiting
from mailbot.store.remembered import recall
from mailbot.store.token_keys import KEY_DAYS

Health = tuple[str, str, bool]
"""A code of `_words`, the value as it is shown ("" for nothing), and whether it is in order."""
_POLL_ALARM, _WAIT_ALARM = timedelta(minutes=30), timedelta(hours=1)
_LATE_START = 7
"""Days after which a signing key that should have been followed by a new one says: start the worker anew."""


def health(connection: Connection, parts: Parts, now: datetime) -> list[Health]:
    """Return the state of the mailbox, the queues, the model, the signing key and the table of holidays."""
    calendar = parts.rules.calendar
    polled_at = last_poll(connection, parts.config.imap.folders)
    inbox_since, outbox_since = oldest_waiting(connection)
    unread = [folder for folder in _folders(parts) if read_cursor(connection, folder) is None]
    return [
        ("last_poll", _clock(polled_at, calendar), polled_at is not None and now - polled_at < _POLL_ALARM),
        *([("folders", ", ".join(unread), False)] if unread else []),
        ("backlog", _clock(inbox_since, calendar), inbox_since is None or now - inbox_since < _WAIT_ALARM),
        ("outbox", _clock(outbox_since, calendar), outbox_since is None or now - outbox_since < _WAIT_ALARM),
        ("model", parts.model().version, True),
        _token_key(token_key_since(connection), calendar.local_day(now)),
        _holidays(connection, parts, calendar.local_day(now)),
        *_doubt(connection, calendar.local_day(now)),
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
    """Tell that all mail is held because the clock jumped ahead: only a printed digest can still say so."""
    return [("clock_doubted", str(today), False)] if recall(connection, "clock") is not None else []


def _folders(parts: Parts) -> list[str]:
    config = parts.config.imap
    return [*config.folders, *([config.junk_folder] if config.junk_folder else [])]


def _clock(moment: datetime | None, calendar: Calendar) -> str:
    return "" if moment is None else f"{moment.astimezone(calendar.zone):%Y-%m-%d %H:%M}"
