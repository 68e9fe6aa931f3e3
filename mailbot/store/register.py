"""Look-ups and lists over cases and messages, for matching, the commands and the digest. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailbot.core.transitions import RUNNING
from mailbot.store.ledger import Disposition
from mailbot.store.tables import OFFICE, case_file, cursor, inbox, ledger, outbox, party, request


def cases_by_ref(connection: Connection, refs: Sequence[str]) -> dict[str, int]:
    """Return case ids by reference."""
    if not refs:
        return {}
    rows = connection.execute(select(case_file.c.ref, case_file.c.id).where(case_file.c.ref.in_(refs)))
    return {ref: case_id for ref, case_id in rows}


def cases_of_parties(connection: Connection, address_indexes: Sequence[str]) -> dict[str, set[int]]:
    """Return the case ids each address is a party of; one that letters went to before a change is none any more."""
    found: dict[str, set[int]] = {}
    here = (party.c.address_index.in_(address_indexes), party.c.role != "former")
    asked = select(party.c.address_index, party.c.case_id).where(*here)
    for index, case_id in connection.execute(asked):
        found.setdefault(index, set()).add(case_id)
    return found


def flagged_cases(connection: Connection, address_indexes: Sequence[str], flag: str) -> dict[str, set[int]]:
    """Return the case ids with a flag that each address is a party of."""
    found: dict[str, set[int]] = {}
    asked = select(party.c.address_index, party.c.case_id).join(case_file, case_file.c.id == party.c.case_id)
    asked = asked.where(party.c.address_index.in_(address_indexes), case_file.c.flags.contains(flag, autoescape=True))
    for index, case_id in connection.execute(asked):
        found.setdefault(index, set()).add(case_id)
    return found


def case_ids(connection: Connection) -> list[int]:
    """Return the ids of all cases, oldest first."""
    return list(
        connection.execute(select(case_file.c.id).where(case_file.c.id != OFFICE).order_by(case_file.c.id)).scalars()
    )


def open_case_ids(connection: Connection) -> list[int]:
    """Return the ids of the cases that are not closed and not merged, oldest first."""
    is_open = (case_file.c.id != OFFICE, case_file.c.closed_at.is_(None))
    return list(connection.execute(select(case_file.c.id).where(*is_open).order_by(case_file.c.id)).scalars())


def messages_of(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Return the incoming messages of a case, in order of arrival."""
    return list(
        connection.execute(
            select(ledger).where(ledger.c.case_id == case_id).order_by(ledger.c.received_at, ledger.c.id)
        )
    )


def messages_after(connection: Connection, ledger_id: int) -> list[Row[Any]]:
    """Return the messages that entered the ledger after one of them (0: all), in order."""
    return list(connection.execute(select(ledger).where(ledger.c.id > ledger_id).order_by(ledger.c.id)))


def mails_of(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Return the outgoing mails of a case, oldest first."""
    return list(connection.execute(select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.id)))


def held(connection: Connection) -> list[Row[Any]]:
    """Return the held messages, oldest first."""
    asked = select(ledger).where(ledger.c.disposition == Disposition.HELD.value)
    return list(connection.execute(asked.order_by(ledger.c.received_at, ledger.c.id)))


def junk_count(connection: Connection, folder: str, since: datetime, until: datetime) -> int:
    """Return how many messages were first seen in the junk folder in [since, until)."""
    asked = select(func.count()).select_from(ledger).where(ledger.c.folder == folder)
    return int(connection.execute(asked.where(ledger.c.seen_at >= since, ledger.c.seen_at < until)).scalar_one())


def withheld_counts(connection: Connection, since: datetime) -> list[tuple[str, int]]:
    """Return why how many cases opened since a moment got no acknowledgement."""
    asked = select(case_file.c.withheld, func.count()).where(
        case_file.c.withheld.is_not(None), case_file.c.opened_at >= since
    )
    return sorted((why, count) for why, count in connection.execute(asked.group_by(case_file.c.withheld)))


def kind_count(connection: Connection, kind: str) -> int:
    """Return how many open requests are of a kind."""
    asked = select(func.count()).select_from(request).where(request.c.kind == kind, request.c.state.in_(RUNNING))
    return int(connection.execute(asked).scalar_one())


def least_sure(connection: Connection, kind: str, since: datetime, until: datetime, most: int) -> list[str]:
    """Return the references of up to `most` requests of a kind received in [since, until), the least sure first."""
    asked = select(case_file.c.ref).join(request, request.c.case_id == case_file.c.id).where(request.c.kind == kind)
    asked = asked.where(request.c.received_at >= since, request.c.received_at < until)
    return list(connection.execute(asked.order_by(request.c.confidence, case_file.c.id).limit(most)).scalars())


def troubled_mails(connection: Connection) -> int:
    """Return how many mails did not leave, or may not have."""
    asked = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("failed", "unknown", "held")))
    return int(connection.execute(asked).scalar_one())


def last_poll(connection: Connection) -> datetime | None:
    """Return when the mailbox was last read, None if never."""
    return connection.execute(select(func.min(cursor.c.polled_at).label("at"))).scalar()


def oldest_waiting(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """Return since when the oldest message waits in the inbox and the oldest mail in the outbox."""
    incoming = select(func.min(ledger.c.seen_at)).select_from(inbox.join(ledger, inbox.c.ledger_id == ledger.c.id))
    outgoing = select(func.min(outbox.c.queued_at)).where(outbox.c.state.in_(("queued", "sending")))
    return connection.execute(incoming).scalar(), connection.execute(outgoing).scalar()
