"""Finds again what a restored database has forgotten: mail that was dealt with and filed after the backup was made.

Each is entered into the ledger as it lies, with the moment the server received it, and goes the way of all mail. What
it makes the desk write to requesters is not sent (`safe_mode.hold_back`).
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailbot.edge.imap import Fetched
from mailbot.steps.accounts import Account
from mailbot.steps.own_folders import is_too_large, unknown_in
from mailbot.steps.parts import Parts
from mailbot.steps.safe_mode import FINDING
from mailbot.store.blobs import insert_blobs, sealed
from mailbot.store.engine import read, write
from mailbot.store.ledger import Arrival, Place, record
from mailbot.store.remembered import forget, recall, remember

Left = dict[str, tuple[int, int, int]]
"""What is still to be looked through: UIDVALIDITY, first UID not looked at less one, and last UID of each folder."""


def find_again(parts: Parts, now: datetime) -> bool:
    """Enter some of the forgotten mails into the ledger; true while there may be more. Raises Transient."""
    with read(parts.engine) as connection:
        left = _left(connection)
    if not left:
        return False
    name, (uidvalidity, after, last) = next(iter(left.items()))
    account, folder = _place(parts, name)
    found: list[Fetched] = []
    if account and account.mailbox.has_folder(folder) and account.mailbox.select(folder) == uidvalidity:
        found = next(unknown_in(parts, account, folder, after, last), [])
    _enter(parts, name, uidvalidity, found, now)
    return True


def _enter(parts: Parts, name: str, uidvalidity: int, found: Sequence[Fetched], now: datetime) -> None:
    """Enter mails, oldest first, and go on behind them; where nothing was found the folder is done."""
    mails = sorted(found, key=lambda one: (one.came_at(now), one.uid))
    keys = parts.vault.make_keys(len(mails), now)
    texts = [sealed(parts.vault, key, "raw", one.data) for key, one in zip(keys, mails, strict=True)]
    arrivals = [
        Arrival(
            Place(name, uidvalidity, one.uid),
            one.came_at(now),
            one.size_bytes,
            text.key_id if one.data else None,
            text.id if one.data else None,
            None if one.data else "oversize" if is_too_large(parts, one) else "unfetchable",
        )
        for one, text in zip(mails, texts, strict=True)
    ]
    with write(parts.engine) as connection:
        new = record(connection, arrivals, now)
        kept = {arrival.blob_id for arrival in arrivals if arrival.place.key in new}
        insert_blobs(connection, [text for text in texts if text.id in kept])
        _go_on(connection, name, max((one.uid for one in mails), default=None))
    if new:
        parts.signals.arrived.set()


def _go_on(connection: Connection, name: str, after: int | None) -> None:
    left = _left(connection)
    if after is None:
        left.pop(name, None)
    elif name in left:
        uidvalidity, _, last = left[name]
        left[name] = (uidvalidity, after, last)
    if left:
        remember(connection, FINDING, json.dumps(left))
    else:
        forget(connection, FINDING)


def _left(connection: Connection) -> Left:
    return {name: (one[0], one[1], one[2]) for name, one in json.loads(recall(connection, FINDING) or "{}").items()}


def _place(parts: Parts, name: str) -> tuple[Account | None, str]:
    """Return the mailbox and folder that the ledger calls so; None where the configuration has it no more."""
    for account in parts.accounts:
        for folder in (account.imap.processed_folder, account.imap.held_folder):
            if folder and account.name(folder) == name:
                return account, folder
    return None, ""
