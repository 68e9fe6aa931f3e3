"""Identity papers: sealed under keys of their own, destroyed on their day by destroying those keys (law §1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.store.tables import blob, ledger, outbox, schedule

PREFIX = "papers:"


def plan_destruction(connection: Connection, ledger_ids: Sequence[int], due_at: datetime) -> None:
    """Plan when papers are destroyed; what is planned already is never put off."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [{"key": f"{PREFIX}{ledger_id}", "due_at": due_at} for ledger_id in ledger_ids]
    if rows:
        found = dialect.insert(schedule)
        sooner = found.excluded.due_at < schedule.c.due_at
        set_ = {"due_at": found.excluded.due_at}
        connection.execute(found.on_conflict_do_update(index_elements=["key"], set_=set_, where=sooner), rows)


def planned(connection: Connection, row: Row[Any]) -> Row[Any]:
    """Return the message that a planned destruction is about."""
    ledger_id = int(row.key.removeprefix(PREFIX))
    return connection.execute(select(ledger).where(ledger.c.id == ledger_id)).one()


def forget(connection: Connection, row: Row[Any], message: Row[Any], case_key: str = "") -> None:
    """Remove the sealed papers, every copy sealed as they were, and their plan; their key is destroyed by the vault.

    Under the key of the case (`case_key`) lies the whole case: then the message alone goes.
    """
    copies = blob.c.id == message.blob_id if message.key_id == case_key else blob.c.key_id == message.key_id
    connection.execute(update(ledger).where(ledger.c.id == message.id).values(blob_id=None, key_id=None))
    unsent = outbox.c.blob_id.in_(select(blob.c.id).where(copies)) & outbox.c.state.in_(("queued", "sending"))
    gone = {"state": "cancelled", "code": "destroyed", "due_at": None}
    connection.execute(update(outbox).where(unsent).values(gone))
    connection.execute(delete(blob).where(copies))
    connection.execute(delete(schedule).where(schedule.c.id == row.id))
