"""file: moves messages that were dealt with out of the folders where they arrived, after every commit."""

from datetime import datetime
from functools import partial

from mailbot.steps.accounts import Account, fence, holds, of_each, of_one
from mailbot.steps.doubt import RESTORE, is_doubted
from mailbot.steps.parts import Parts
from mailbot.store.engine import read, write
from mailbot.store.ledger import Disposition, mark_filed, read_cursor, unfiled

_BATCH = 200


def file(parts: Parts, now: datetime) -> bool:
    """Move one batch of settled messages out of each folder; those in junk stay there. Raises Transient."""
    return of_each(parts.accounts, lambda account: file_in(parts, account, now))


def file_in(parts: Parts, account: Account, now: datetime) -> bool:
    """Do the same for one mailbox, if no other worker has it. Raises Transient, LeaseLost.

    While nobody is sure that this is the right database, the mailbox stays as it is for the right one.
    """
    if is_doubted(parts, RESTORE) or not holds(parts.engine, account, now):
        return False
    return of_one(partial(_file_folder, parts, account, folder, now) for folder in account.imap.folders)


def _file_folder(parts: Parts, account: Account, folder: str, now: datetime) -> bool:
    name, mailbox = account.name(folder), account.mailbox
    with read(parts.engine) as connection:
        cursor = read_cursor(connection, name)
        rows = unfiled(connection, name, cursor.uidvalidity, _BATCH) if cursor else []
    if cursor is None or not rows:
        return False
    mailbox.end_idle()
    if mailbox.select(folder) == cursor.uidvalidity:
        held = [row.uid for row in rows if row.disposition == Disposition.HELD]
        done = [row.uid for row in rows if row.disposition != Disposition.HELD]
        for uids, target in ((held, account.imap.held_folder), (done, account.imap.processed_folder)):
            if uids and target:
                mailbox.move(uids, target)
    with write(parts.engine) as connection:
        fence(connection, account, now)
        mark_filed(connection, [row.id for row in rows], now)
    return len(rows) == _BATCH
