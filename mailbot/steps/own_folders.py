"""The folders of the desk's own on the mail server: the marker in one, in the others mail that was dealt with.

What lies there and the ledger never saw was dealt with by a database that this one has forgotten.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from mailbot.core.content import content_digest
from mailbot.core.marker import Marker, newest
from mailbot.edge.errors import Refused, Transient
from mailbot.edge.imap import Fetched
from mailbot.steps.accounts import Account
from mailbot.steps.parts import Parts
from mailbot.store.engine import read
from mailbot.store.ledger import seen_contents
from mailbot.store.remembered import recall, remember
from mailbot.store.restored import without_content

T = TypeVar("T")
FILED = "filed"
"""The key under which it is remembered up to which UID every folder of the desk holds what this database filed."""
TROUBLE = "unmarked"
"""The key under which it is remembered since when no marker could be left."""
_SAMPLE, _WINDOW = 200, 50
_LONGEST_MARKER, _MARKERS = 4096, 20
_NEVER_OLD = datetime.max.replace(tzinfo=UTC)
_CHUNK_BYTES = 32 * 1024 * 1024
_MEGABYTE = 1024 * 1024
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies in one folder of the desk behind what this database filed there: the UIDs from `after` up to `last`.

    `is_known` is false where this database filed nothing there yet: then `after` parts off the newest mails only.
    """

    account: Account
    folder: str
    uidvalidity: int
    after: int
    last: int
    count: int
    is_known: bool

    @property
    def name(self) -> str:
        """What the ledger calls the folder."""
        return self.account.name(self.folder)


def read_marker(parts: Parts) -> Marker | None:
    """Return the newest marker on the server, None where there is none that can be read. Raises Transient."""
    account = parts.accounts[0]
    folder = account.imap.marker_folder
    return as_far_as_it_can(account, lambda: _marker_in(account, folder), None) if folder else None


def _marker_in(account: Account, folder: str) -> Marker | None:
    mailbox = account.mailbox
    mailbox.end_idle()
    if not mailbox.has_folder(folder):
        return None
    mailbox.select(folder)
    uids = mailbox.uids_above(0)[-_MARKERS:]
    small = [one.uid for one in mailbox.envelopes(uids) if one.size_bytes <= _LONGEST_MARKER]
    return newest(one.data for one in mailbox.messages(small))


def lying(parts: Parts, accounts: Sequence[Account]) -> list[Lying]:
    """Return what lies in the folders of the desk and is not known to be filed by this database. Raises Transient."""
    with read(parts.engine) as connection:
        filed = _filed(connection)
    found = []
    for account in accounts:
        for folder in dict.fromkeys((account.imap.processed_folder, account.imap.held_folder)):
            look = _look(account, folder, filed.get(account.name(folder))) if folder else None
            one = as_far_as_it_can(account, look, None) if look else None
            found += [one] if one else []
    return found


def _look(account: Account, folder: str, filed: tuple[int, int] | None) -> Callable[[], Lying | None]:
    def look() -> Lying | None:
        mailbox = account.mailbox
        mailbox.end_idle()
        if not mailbox.has_folder(folder):
            return None
        uidvalidity = mailbox.select(folder)
        is_known = filed is not None and filed[0] == uidvalidity
        parts_of_it = [] if is_known else mailbox.ranges(_SAMPLE)
        after = filed[1] if filed and is_known else parts_of_it[-1][0] - 1 if parts_of_it else 0
        uids = mailbox.uids_above(after)
        return Lying(account, folder, uidvalidity, after, max([after, *uids]), len(uids), is_known)

    return look


def has_unknown(parts: Parts, place: Lying) -> bool:
    """Say whether a folder of the desk holds mail that the ledger never saw. Raises Transient.

    One whose bytes the server does not hand over may be known: it proves nothing.
    """

    def look() -> bool:
        found = unknown_in(parts, place.account, place.folder, place.after, place.last)
        return any(one.data or is_too_large(parts, one) for some in found for one in some)

    return as_far_as_it_can(place.account, look, False)


def is_too_large(parts: Parts, one: Fetched) -> bool:
    """Say whether a mail is larger than what is stored."""
    return one.size_bytes > parts.config.limits.max_message_mb * _MEGABYTE


def unknown_in(parts: Parts, account: Account, folder: str, after: int, last: int) -> Iterator[list[Fetched]]:
    """Yield the mails of a folder behind `after` up to `last` that the ledger never saw, some at a time.

    One that is too large to be stored comes without its bytes, and so does one that the server withholds.
    """
    mailbox = account.mailbox
    mailbox.select(folder)
    uids = [uid for uid in mailbox.uids_above(after) if uid <= last]
    for start in range(0, len(uids), _WINDOW):
        found = mailbox.envelopes(uids[start : start + _WINDOW])
        fresh = [one for one in found if one.came_at(_NEVER_OLD) >= account.since]
        for chunk in _chunks(fresh):
            if unknown := _unknown(parts, account, chunk):
                yield unknown


def _chunks(mails: Sequence[Fetched]) -> Iterator[list[Fetched]]:
    """Split mails so that none of the parts needs too much memory."""
    chunk: list[Fetched] = []
    for one in mails:
        if chunk and sum(each.size_bytes for each in chunk) + one.size_bytes > _CHUNK_BYTES:
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _unknown(parts: Parts, account: Account, mails: Sequence[Fetched]) -> list[Fetched]:
    """Compare by content: the server gave every mail a new UID as it was moved."""
    whole = account.mailbox.messages([one.uid for one in mails if not is_too_large(parts, one)])
    bodies = {one.uid: one for one in whole}
    indexes = {one.uid: parts.vault.blind("content", content_digest(one.data)) for one in whole}
    moments = [one.received_at for one in mails if one.received_at]
    with read(parts.engine) as connection:
        known = seen_contents(connection, list(indexes.values()))
        unread = without_content(connection, min(moments), max(moments)) if moments else set()
    return [
        bodies.get(one.uid, one)
        for one in mails
        if indexes.get(one.uid) not in known and (one.received_at, one.size_bytes) not in unread
    ]


def remember_filed(connection: Connection, places: Sequence[Lying]) -> None:
    """Remember up to where the folders hold nothing but what this database filed."""
    here = {place.name: [place.uidvalidity, place.last] for place in places}
    remember(connection, FILED, json.dumps({**_filed(connection), **here}))


def _filed(connection: Connection) -> dict[str, tuple[int, int]]:
    return {name: (pair[0], pair[1]) for name, pair in json.loads(recall(connection, FILED) or "{}").items()}


def as_far_as_it_can(account: Account, look: Callable[[], T], otherwise: T) -> T:
    """Look into a folder of our own; one that cannot be opened stops nothing. Raises Transient: the server is away.

    Another mailbox than the first may be away: nothing of what was sent is known there.
    """
    try:
        return look()
    except Refused:
        if not account.label:
            raise
    except Transient as error:
        _log.warning("a folder of our own cannot be used", error=str(error))
        if not account.label:
            account.mailbox.select(account.imap.folders[0])  # raises where the server is away
    return otherwise
