"""fetch: brings new messages from the server into the ledger, and files those that were dealt with.

The order is the promise: bytes sealed and the ledger row committed first, the server touched only afterwards.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import structlog

from mailbot.edge.imap import Fetched
from mailbot.steps.parts import Parts
from mailbot.store.blobs import Sealed, insert_blobs, sealed
from mailbot.store.engine import read, write
from mailbot.store.ledger import (
    Arrival,
    Disposition,
    Place,
    known_uids,
    mark_filed,
    read_cursor,
    record,
    record_old,
    unfiled,
    write_cursor,
)

_log = structlog.get_logger()
BATCH = 50
_OLD_BATCH = 500
_FILE_BATCH = 200
_BATCH_BYTES = 32 * 1024 * 1024
_COMPARE_EVERY = timedelta(hours=1)
_MEGABYTE = 1024 * 1024


def fetch(parts: Parts, now: datetime) -> bool:
    """Fetch one batch from every watched folder; true when any of them may have more. Raises Transient."""
    return any([_fetch_folder(parts, folder, now) for folder in watched(parts)])  # noqa: C419 -- every folder gets its turn


def file(parts: Parts, now: datetime) -> bool:
    """Move one batch of settled messages out of each folder; those in junk stay there. Raises Transient."""
    return any([_file_folder(parts, folder, now) for folder in parts.config.imap.folders])  # noqa: C419 -- every folder gets its turn


def watched(parts: Parts) -> list[str]:
    """Return the folders that are read: the configured ones, and junk last; many servers make junk when it comes."""
    config = parts.config.imap
    parts.mailbox.end_idle()
    if config.junk_folder and not parts.mailbox.has_folder(config.junk_folder):
        _warn_missing(config.junk_folder)
        return config.folders
    return [*config.folders, *([config.junk_folder] if config.junk_folder else [])]


@cache
def _warn_missing(folder: str) -> None:
    """Say once in a worker's life that a folder is not there; the digest says it every day."""
    _log.warning("folder is missing, it is not read", folder=folder)


def _fetch_folder(parts: Parts, folder: str, now: datetime) -> bool:
    uidvalidity = parts.mailbox.select(folder)
    with read(parts.engine) as connection:
        cursor = read_cursor(connection, folder)
    if cursor is not None and cursor.uidvalidity != uidvalidity:  # every UID we knew is void (RFC 3501 §2.3.1.1)
        cursor = None
    compare = cursor is None or now - cursor.compared_at >= _COMPARE_EVERY
    uids = parts.mailbox.all_uids() if cursor is None or compare else parts.mailbox.uids_above(cursor.last_uid)
    with read(parts.engine) as connection:
        known = known_uids(connection, folder, uidvalidity, uids)
    missing = [uid for uid in uids if uid not in known]
    taken = _take(parts, folder, uidvalidity, missing, now)
    rest = missing[taken:]
    values = {"uidvalidity": uidvalidity, "polled_at": now}
    values["last_uid"] = rest[0] - 1 if rest else max([cursor.last_uid if cursor else 0, *uids])
    if compare:  # with a rest the comparison is not done: the next round compares again
        values["compared_at"] = now - _COMPARE_EVERY if rest else now
    with write(parts.engine) as connection:
        write_cursor(connection, folder, values)
    return bool(rest)


def _take(parts: Parts, folder: str, uidvalidity: int, missing: Sequence[int], now: datetime) -> int:
    """Enter the first of the missing messages into the ledger and return how many were looked at."""
    looked_at = list(missing[:_OLD_BATCH])
    found = parts.mailbox.envelopes(looked_at)
    old = [one for one in found if one.received_at < parts.since]
    fresh = [one for one in found if one.received_at >= parts.since][:BATCH]
    if len(fresh) == BATCH:
        looked_at = [uid for uid in looked_at if uid <= fresh[-1].uid]
        old = [one for one in old if one.uid <= fresh[-1].uid]
    if old:
        with write(parts.engine) as connection:
            record_old(connection, [_arrival(folder, uidvalidity, one) for one in old], now)
    for group in _groups(fresh, parts.config.limits.max_message_mb * _MEGABYTE):
        _store(parts, folder, uidvalidity, group, now)
    return len(looked_at)


def _groups(fresh: Sequence[Fetched], largest: int) -> list[list[Fetched]]:
    """Split a batch so that no group needs more memory than its limit; a too large message stands alone."""
    groups: list[list[Fetched]] = []
    size = _BATCH_BYTES
    for one in fresh:
        if size + one.size_bytes > _BATCH_BYTES or one.size_bytes > largest:
            groups.append([])
            size = 0
        groups[-1].append(one)
        size = size + one.size_bytes if one.size_bytes <= largest else _BATCH_BYTES
    return groups


def _store(parts: Parts, folder: str, uidvalidity: int, group: Sequence[Fetched], now: datetime) -> None:
    largest = parts.config.limits.max_message_mb * _MEGABYTE
    if group[0].size_bytes > largest:
        arrivals = [_arrival(folder, uidvalidity, one, why="oversize") for one in group]
        texts: list[Sealed] = []
    else:
        arrivals, texts = _sealed(parts, folder, uidvalidity, group, now)
    with write(parts.engine) as connection:
        new = record(connection, arrivals, now)
        kept = {arrival.blob_id for arrival in arrivals if arrival.place.key in new}
        insert_blobs(connection, [text for text in texts if text.id in kept])
    parts.mail_arrived.set()


def _sealed(
    parts: Parts, folder: str, uidvalidity: int, group: Sequence[Fetched], now: datetime
) -> tuple[list[Arrival], list[Sealed]]:
    messages = parts.mailbox.messages([one.uid for one in group])
    keys = parts.vault.make_keys(len(messages), now)
    texts = [sealed(parts.vault, key, "raw", one.data) for key, one in zip(keys, messages, strict=True)]
    arrivals = [_arrival(folder, uidvalidity, one, text) for one, text in zip(messages, texts, strict=True)]
    return arrivals, texts


def _arrival(
    folder: str, uidvalidity: int, one: Fetched, text: Sealed | None = None, why: str | None = None
) -> Arrival:
    return Arrival(
        Place(folder, uidvalidity, one.uid),
        one.received_at,
        one.size_bytes,
        text.key_id if text else None,
        text.id if text else None,
        why,
    )


def _file_folder(parts: Parts, folder: str, now: datetime) -> bool:
    with read(parts.engine) as connection:
        cursor = read_cursor(connection, folder)
        rows = unfiled(connection, folder, cursor.uidvalidity, _FILE_BATCH) if cursor else []
    if cursor is None or not rows:
        return False
    parts.mailbox.end_idle()
    if parts.mailbox.select(folder) == cursor.uidvalidity:
        held = [row.uid for row in rows if row.disposition == Disposition.HELD]
        done = [row.uid for row in rows if row.disposition != Disposition.HELD]
        for uids, target in ((held, parts.config.imap.held_folder), (done, parts.config.imap.processed_folder)):
            if uids and target:
                parts.mailbox.move(uids, target)
    with write(parts.engine) as connection:
        mark_filed(connection, [row.id for row in rows], now)
    return len(rows) == _FILE_BATCH
