"""Leaves a marker on the mail server that tells how far the database is; numbered, and counted before it is left.

What a database has counted is never behind what the server has, unless the database was put back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.marker import Marker, as_mail, as_text, from_text
from mailbot.edge.errors import Transient
from mailbot.steps.accounts import Account
from mailbot.steps.doubt import RESTORE, doubt_of
from mailbot.steps.own_folders import TROUBLE, Lying, as_far_as_it_can, lying, remember_filed
from mailbot.steps.parts import Parts
from mailbot.store.engine import read, write
from mailbot.store.remembered import forget, recall, recall_alone, remember
from mailbot.store.restored import standing
from mailbot.store.vault import new_id

MARKER = "marker"
"""The key under which the last marker is remembered."""
_EVERY = timedelta(minutes=5)


def known_marker(connection: Connection) -> Marker | None:
    """Return the last marker that was counted, None where this database never left one."""
    return from_text(recall(connection, MARKER) or "")


def mark(parts: Parts, now: datetime) -> bool:
    """Leave a marker where something was sent since the last, every few minutes at most; always false, like a wait."""
    with read(parts.engine) as connection:
        known = known_marker(connection)
    if known is None or not timedelta() <= now - known.at < _EVERY:
        mark_now(parts, parts.accounts[:1], now)  # the others are in the hands of other threads
    return False


def mark_now(parts: Parts, accounts: Sequence[Account], now: datetime) -> None:
    """Leave a marker where something was sent since the last. Raises Transient where the server is away."""
    folder = parts.config.imap.marker_folder
    with read(parts.engine) as connection:
        known, current = known_marker(connection), standing(connection)
        is_doubted = doubt_of(connection, RESTORE) is not None
    if not folder or is_doubted or (known and known.standing == current):
        return
    places = lying(parts, accounts)
    account = parts.accounts[0]
    marker = _counted(parts, places, now)
    local = now.astimezone(parts.rules.calendar.zone)
    raw = as_mail(marker, parts.company.address, local)

    def leave() -> bool:
        account.mailbox.end_idle()
        account.mailbox.replace(folder, raw)
        return True

    _tell(parts, now, is_left=as_far_as_it_can(account, leave, False))


def _counted(parts: Parts, places: list[Lying], now: datetime) -> Marker:
    """Count the next marker, and remember what lies in the folders of the desk by now: all of it was filed by us."""
    with write(parts.engine) as connection:
        before = from_text(recall_alone(connection, MARKER) or "") or Marker(new_id(), 0, 0, 0, 0, now)
        outbox, digest, case = standing(connection)
        marker = replace(before, number=before.number + 1, outbox=outbox, digest=digest, case=case, at=now)
        remember(connection, MARKER, as_text(marker))
        remember_filed(connection, places)
    return marker


def _tell(parts: Parts, now: datetime, *, is_left: bool) -> None:
    """Remember for the digest since when no marker could be left."""
    with read(parts.engine) as connection:
        since = recall(connection, TROUBLE)
    if is_left != (since is None):
        with write(parts.engine) as connection:
            forget(connection, TROUBLE) if is_left else remember(connection, TROUBLE, now.isoformat())


def mark_at_the_end(parts: Parts, now: datetime) -> None:
    """Leave a marker as a worker ends in good order; a server that is away keeps nobody from ending."""
    try:
        mark_now(parts, parts.accounts, now)
    except Transient:
        return
