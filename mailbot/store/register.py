"""Look-ups and lists over cases and messages, for matching and the commands. Reads only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from mailbot.core.flood import FLAG
from mailbot.store.ledger import Disposition
from mailbot.store.tables import OFFICE, case_file, ledger, outbox, party

_IS_FOLDED = and_(
    ledger.c.disposition == Disposition.FOLLOW_UP.value, ledger.c.why.startswith(f"{FLAG}_", autoescape=True)
)


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
    """Return the incoming messages of a case, in order of arrival; of a flood the first alone, for it may be huge."""
    is_folded = (ledger.c.disposition == Disposition.FOLLOW_UP.value) & ledger.c.why.startswith(
        f"{FLAG}_", autoescape=True
    )
    asked = select(ledger).where(ledger.c.case_id == case_id, ledger.c.why.is_(None) | ~is_folded)
    return list(connection.execute(asked.order_by(ledger.c.received_at, ledger.c.id)))


def messages_after(connection: Connection, ledger_id: int) -> list[Row[Any]]:
    """Return the messages that entered the ledger after one of them (0: all), in order."""
    return list(connection.execute(select(ledger).where(ledger.c.id > ledger_id).order_by(ledger.c.id)))


def mails_of(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Return the outgoing mails of a case, oldest first."""
    return list(connection.execute(select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.id)))


def folded(connection: Connection) -> list[Row[Any]]:
    """Return the messages that went into a flood, oldest first; the first of each flood is its case's own."""
    return list(connection.execute(select(ledger).where(_IS_FOLDED).order_by(ledger.c.id)))


def held(connection: Connection) -> list[Row[Any]]:
    """Return the held messages, oldest first."""
    asked = select(ledger).where(ledger.c.disposition == Disposition.HELD.value)
    return list(connection.execute(asked.order_by(ledger.c.received_at, ledger.c.id)))
