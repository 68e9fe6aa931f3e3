"""What the database says against itself, and what of the server it does not know; in ranges, however much there is."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from mailbot.core.reconciliation import GHOST, MISSING, MOST_IDS, RETURNED, STRANDED, UNFILED, UNKNOWN, Difference
from mailbot.store.ledger import Disposition
from mailbot.store.tables import inbox, ledger


def of_range(
    connection: Connection, folder: str, uidvalidity: int, uids: Collection[int], staying: Collection[str]
) -> dict[str, list[int]]:
    """Return which of some neighbouring UIDs of the server the ledger lacks, and which it has filed elsewhere.

    `staying` are the dispositions that the configuration leaves where they arrived.
    """
    if not uids:
        return {}
    here = (ledger.c.folder == folder, ledger.c.uidvalidity == uidvalidity, ledger.c.uid.between(min(uids), max(uids)))
    asked = select(ledger.c.uid, ledger.c.filed_at.is_not(None), ledger.c.disposition).where(*here)
    known: dict[int, bool] = {
        uid: is_filed and disposition not in staying for uid, is_filed, disposition in connection.execute(asked)
    }
    return {
        MISSING: [uid for uid in uids if uid not in known],
        RETURNED: [uid for uid in uids if known.get(uid)],
    }


def unfiled_since(connection: Connection, folder: str, uidvalidity: int, before: datetime) -> list[Difference]:
    """Return the messages of a folder that were dealt with before a moment and still wait to be filed."""
    here = and_(
        ledger.c.filed_at.is_(None),
        ledger.c.disposition.is_not(None),
        ledger.c.folder == folder,
        ledger.c.uidvalidity == uidvalidity,
        ledger.c.settled_at < before,
    )
    return _counted(connection, UNFILED, folder, here)


def of_itself(connection: Connection) -> list[Difference]:
    """Return messages that nobody will ever read, that would be read again, and that no word of the sum counts."""
    is_open = ledger.c.disposition.is_(None)
    waits = select(inbox.c.id).where(inbox.c.ledger_id == ledger.c.id).exists()
    words = [one.value for one in Disposition]
    return [
        *_counted(connection, STRANDED, "", and_(is_open, ~waits)),
        *_counted(connection, GHOST, "", and_(ledger.c.id.in_(select(inbox.c.ledger_id)), ~is_open)),
        *_counted(connection, UNKNOWN, "", and_(~is_open, ledger.c.disposition.not_in(words))),
    ]


def _counted(connection: Connection, code: str, folder: str, where: ColumnElement[bool]) -> list[Difference]:
    ids = tuple(connection.execute(select(ledger.c.id).where(where).order_by(ledger.c.id).limit(MOST_IDS)).scalars())
    if not ids:
        return []
    count = connection.execute(select(func.count()).select_from(ledger).where(where)).scalar_one()
    return [Difference(code, folder, int(count), ids)]
