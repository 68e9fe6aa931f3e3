"""fetch: brings new messages from the server into the ledger.

The order is the promise: bytes sealed and the ledger row committed first, the server touched only afterwards, by
`filing`. What is remembered between two rounds may be lost at any time: the folder is then compared with the ledger.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.edge.imap import Fetched
from mailbot.steps.accounts import Account, fence, finish, holds, of_each, of_one
from mailbot.steps.parts import Parts
from mailbot.store.blobs import Sealed, insert_blobs, sealed
from mailbot.store.engine import read, write
from mailbot.store.ledger import (
    Arrival,
    Place,
    known_uids,
    read_cursor,
    record,
    record_old,
    write_cursor,
)

_log = structlog.get_logger()
BATCH = 50
_OLD_BATCH = 500
_BATCH_BYTES = 32 * 1024 * 1024
_COMPARE_EVERY = timedelta(hours=1)
_RANGE, _RANGES_A_ROUND = 5_000, 10
"""Messages that are compared with the ledger at once, and how often in a round: other folders want their turn."""
_WITHHELD_FOR = timedelta(days=1)
"""How old a message is at least that is held because the server does not hand it over: trouble of a server passes."""
_MEGABYTE = 1024 * 1024


def fetch(parts: Parts, now: datetime) -> bool:
    """Fetch one batch from every watched folder; true when any of them may have more. Raises Transient."""
    return of_each(parts.accounts, lambda account: fetch_from(parts, account, now))


def fetch_from(parts: Parts, account: Account, now: datetime) -> bool:
    """Do the same for one mailbox, if no other worker reads it. Raises Transient, LeaseLost."""
    if not holds(parts.engine, account, now):
        return False
    return of_one(partial(_fetch_folder, parts, account, folder, now) for folder in watched(account))


def watched(account: Account) -> list[str]:
    """Return the folders that are read: the configured ones, and junk last; many servers make junk when it comes."""
    config = account.imap
    account.mailbox.end_idle()
    if config.junk_folder and not account.mailbox.has_folder(config.junk_folder):
        _warn_missing(config.junk_folder)
        return config.folders
    return [*config.folders, *([config.junk_folder] if config.junk_folder else [])]


@cache
def _warn_missing(folder: str) -> None:
    """Say once in a worker's life that a folder is not there; the digest says it every day."""
    _log.warning("folder is missing, it is not read", folder=folder)


def _fetch_folder(parts: Parts, account: Account, folder: str, now: datetime) -> bool:
    """Take what came since the last round, then some of what was not compared yet, and write how far that went."""
    here = Source(parts, account, account.name(folder), account.mailbox.select(folder), now)
    with read(parts.engine) as connection:
        cursor = read_cursor(connection, here.name)
    if cursor is not None and cursor.uidvalidity != here.uidvalidity:  # every UID we knew is void (RFC 3501 §2.3.1.1)
        cursor = None
    unseen = account.hand.unseen
    if cursor is None or (here.name not in unseen and now - cursor.compared_at >= _COMPARE_EVERY):
        unseen[here.name] = account.mailbox.ranges(_RANGE)
        account.hand.compared.add(here.name)
    last_uid, rest = _take_new(here, cursor.last_uid if cursor else _top(unseen[here.name]))
    if here.name in unseen and not rest:
        _compare(here, unseen[here.name])
    is_busy = bool(rest or unseen.get(here.name))
    _write_progress(here, cursor, last_uid, is_busy=is_busy)
    return is_busy


@dataclass(frozen=True, slots=True)
class Source:
    """A folder as it is read in one round; `name` is what the ledger calls it."""

    parts: Parts
    account: Account
    name: str
    uidvalidity: int
    now: datetime

    def unknown(self, uids: Sequence[int]) -> list[int]:
        """Return those of some UIDs that the ledger does not have."""
        with read(self.parts.engine) as connection:
            known = known_uids(connection, self.name, self.uidvalidity, uids)
        return [uid for uid in uids if uid not in known]

    @contextmanager
    def written(self, keep: Callable[[Connection, Account, datetime], None] = fence) -> Iterator[Connection]:
        """Write something down, unless another worker has the mailbox by now. Raises LeaseLost."""
        with write(self.parts.engine) as connection:
            keep(connection, self.account, self.now)
            yield connection


def _take_new(here: Source, last_uid: int) -> tuple[int, bool]:
    """Take of what is above the highest UID of before; return the new one, and whether something is left above it.

    More than one range of it is compared range by range instead, the oldest first.
    """
    above = here.account.mailbox.uids_above(last_uid)
    if len(above) > _RANGE:
        ranges = [above[start : start + _RANGE] for start in range(0, len(above), _RANGE)]
        here.account.hand.unseen.setdefault(here.name, []).extend((some[0], some[-1]) for some in reversed(ranges))
        return above[-1], False
    missing = here.unknown(above)
    taken = _take(here, missing)
    if taken < len(missing):
        return missing[taken] - 1, True
    return max([last_uid, *above]), False


def _compare(here: Source, unseen: list[tuple[int, int]]) -> None:
    """Take what the ledger lacks of the last ranges, the newest messages; one batch of it at most."""
    for _ in range(_RANGES_A_ROUND):
        if not unseen:
            break
        first, last = unseen[-1]
        missing = here.unknown(here.account.mailbox.uids_between(first, last))
        taken = _take(here, missing)
        unseen.remove((first, last))
        if taken < len(missing):
            unseen.append((missing[taken], last))
        if taken:
            break


def _write_progress(here: Source, cursor: Row[Any] | None, last_uid: int, *, is_busy: bool) -> None:
    """Write how far a folder was read; one with a rest is not polled yet, and is compared again by whoever is next."""
    values: dict[str, Any] = {"uidvalidity": here.uidvalidity, "last_uid": last_uid}
    if cursor is None:
        values |= {"polled_at": here.account.since, "compared_at": here.now - _COMPARE_EVERY}
    if not is_busy:
        values["polled_at"] = here.now
        here.account.hand.unseen.pop(here.name, None)
        if here.name in here.account.hand.compared:
            here.account.hand.compared.remove(here.name)
            values["compared_at"] = here.now
    elif here.name in here.account.hand.unseen:
        values["compared_at"] = here.now - _COMPARE_EVERY
    with here.written(finish) as connection:
        write_cursor(connection, here.name, values)


def _top(ranges: Sequence[tuple[int, int]]) -> int:
    return ranges[-1][1] if ranges else 0


def _take(here: Source, missing: Sequence[int]) -> int:
    """Enter the first of the missing messages into the ledger and return how many were looked at."""
    looked_at = list(missing[:_OLD_BATCH])
    since = here.account.since
    found = here.account.mailbox.envelopes(looked_at)
    old = [one for one in found if one.came_at(here.now) < since]
    fresh = [one for one in found if one.came_at(here.now) >= since][:BATCH]
    if len(fresh) == BATCH:
        looked_at = [uid for uid in looked_at if uid <= fresh[-1].uid]
        old = [one for one in old if one.uid <= fresh[-1].uid]
    if old:
        with here.written() as connection:
            record_old(connection, [_arrival(here, one) for one in old], here.now)
    for group in _groups(fresh, here.parts.config.limits.max_message_mb * _MEGABYTE):
        _store(here, group)
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


def _store(here: Source, group: Sequence[Fetched]) -> None:
    if group[0].size_bytes > here.parts.config.limits.max_message_mb * _MEGABYTE:
        arrivals = [_arrival(here, one, why="oversize") for one in group]
        texts: list[Sealed] = []
    else:
        arrivals, texts = _sealed(here, group)
    with here.written() as connection:
        new = record(connection, arrivals, here.now)
        kept = {arrival.blob_id for arrival in arrivals if arrival.place.key in new}
        insert_blobs(connection, [text for text in texts if text.id in kept])
    here.parts.signals.arrived.set()


def _sealed(here: Source, group: Sequence[Fetched]) -> tuple[list[Arrival], list[Sealed]]:
    vault = here.parts.vault
    messages = here.account.mailbox.messages([one.uid for one in group])
    keys = vault.make_keys(len(messages), here.now)
    texts = [sealed(vault, key, "raw", one.data) for key, one in zip(keys, messages, strict=True)]
    arrivals = [_arrival(here, one, text) for one, text in zip(messages, texts, strict=True)]
    came = {one.uid for one in messages}
    _look_again(here, [one.uid for one in group if one.uid not in came])
    return arrivals + [_arrival(here, one, why="unfetchable") for one in group if _is_lost(here, one, came)], texts


def _look_again(here: Source, missing: Sequence[int]) -> None:
    """Let the next round ask for what this one had no time for, as others were not handed over."""
    if later := [uid for uid in missing if here.account.mailbox.is_passed_over(uid)]:
        here.account.hand.unseen.setdefault(here.name, []).append((later[0], later[-1]))


def _is_lost(here: Source, one: Fetched, came: set[int]) -> bool:
    """Say whether a message that did not come is not waited for any more: a person has to look into the mailbox."""
    is_withheld = one.uid not in came and here.account.mailbox.is_withheld(one.uid)
    return is_withheld and here.now - one.came_at(here.now) > _WITHHELD_FOR


def _arrival(here: Source, one: Fetched, text: Sealed | None = None, why: str | None = None) -> Arrival:
    place = Place(here.name, here.uidvalidity, one.uid)
    if text is None:
        return Arrival(place, one.came_at(here.now), one.size_bytes, why=why)
    return Arrival(place, one.came_at(here.now), one.size_bytes, text.key_id, text.id, why)
