"""Which keys the database needs, and a new one for a case whose own was lost with an older keys database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from mailbot.store.tables import case_file, ledger

_NEWEST = 20


def newest_keys(connection: Connection) -> list[str]:
    """Return the keys of the newest cases: an older keys database lacks those first."""
    asked = select(case_file.c.key_id).order_by(case_file.c.id.desc()).limit(_NEWEST)
    return list(connection.execute(asked).scalars())


def keys_of_cases(connection: Connection, after: int, most: int) -> dict[int, str]:
    """Return the key of each of so many cases behind one, by case id."""
    asked = select(case_file.c.id, case_file.c.key_id).where(case_file.c.id > after)
    return {case_id: key_id for case_id, key_id in connection.execute(asked.order_by(case_file.c.id).limit(most))}


def give_keys(connection: Connection, keys: Mapping[int, str]) -> None:
    """Let what is written for these cases from now on be sealed under new keys."""
    rows = [{"of_case": case_id, "new": key_id} for case_id, key_id in keys.items()]
    if rows:
        here = case_file.c.id == bindparam("of_case")
        connection.execute(update(case_file).where(here).values(key_id=bindparam("new")), rows)


def keys_of_messages(connection: Connection, rows: list[Row[Any]]) -> dict[int, str]:
    """Return the key of each message of the inbox that has a text, by ledger id."""
    asked = select(ledger.c.id, ledger.c.key_id).where(ledger.c.id.in_([row.ledger_id for row in rows]))
    return {ledger_id: key_id for ledger_id, key_id in connection.execute(asked.where(ledger.c.key_id.is_not(None)))}
