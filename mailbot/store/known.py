"""What the desk knows of people, as keyed hashes by case: their addresses, telephone numbers and names.

It answers one question only: does a text name somebody of another case? (threats C2)
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.store.tables import known
from mailbot.store.vault import Vault

_AT_ONCE = 500


def indexes(vault: Vault, values: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the kind of each value (`address`, `phone`, `name`) by its keyed hash."""
    return {vault.blind(f"known {kind}", value): kind for kind, found in values.items() for value in found}


def keep_known(connection: Connection, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
    """Keep what messages of cases told: (case id, kind by keyed hash)."""
    values = [
        {"case_id": case_id, "value_index": index, "kind": kind}
        for case_id, found in rows
        for index, kind in found.items()
    ]
    if values:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(known).on_conflict_do_nothing(), values)


def is_known(connection: Connection, value_index: str) -> bool:
    """Say whether any case keeps this value."""
    return connection.execute(select(known.c.case_id).where(known.c.value_index == value_index)).first() is not None


def foreign(connection: Connection, case_id: int, found: Mapping[str, str]) -> Counter[str]:
    """Return how many of these values of each kind belong to another case and not to this one."""
    own: set[str] = set()
    others: set[str] = set()
    asked = list(found)
    for start in range(0, len(asked), _AT_ONCE):
        some = known.c.value_index.in_(asked[start : start + _AT_ONCE])
        for row in connection.execute(select(known.c.case_id, known.c.value_index).where(some)):
            (own if row.case_id == case_id else others).add(row.value_index)
    return Counter(found[index] for index in others - own)
