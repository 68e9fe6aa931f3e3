"""How far the mailbox has been read, and what waits: in the inbox to be decided, in the outbox to be sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from mailbot.store.tables import cursor, inbox, ledger, outbox

_NEVER, _NOTHING = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def last_poll(connection: Connection, folders: Sequence[str]) -> datetime | None:
    """Return when the last of these folders was last read, None while one of them never was."""
    asked = select(func.min(cursor.c.polled_at).label("at"), func.count()).where(cursor.c.folder.in_(folders))
    polled_at, known = connection.execute(asked).one()
    return polled_at if known == len(set(folders)) else None


def oldest_waiting(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """Return since when the oldest message waits in the inbox and the oldest mail in the outbox."""
    incoming = select(func.min(ledger.c.seen_at)).select_from(inbox.join(ledger, inbox.c.ledger_id == ledger.c.id))
    outgoing = select(func.min(outbox.c.queued_at)).where(outbox.c.state.in_(("queued", "sending")))
    return connection.execute(incoming).scalar(), connection.execute(outgoing).scalar()


def heard_until(connection: Connection, folders: Sequence[str]) -> datetime:
    """Return up to when every mail in these folders is known and dealt with: what came later may not be read yet."""
    waiting = select(func.min(ledger.c.received_at)).select_from(inbox.join(ledger, inbox.c.ledger_id == ledger.c.id))
    return min(last_poll(connection, folders) or _NEVER, connection.execute(waiting).scalar() or _NOTHING)
