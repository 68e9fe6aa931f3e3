"""What the first start writes once and every later start reads back: the office's key, go-live, the first mails."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select

from mailbot.store.cases import ensure_office
from mailbot.store.engine import read, write
from mailbot.store.tables import OFFICE, case_file, counter, schedule
from mailbot.store.vault import Vault


def office_key(engine: Engine, vault: Vault, now: datetime) -> str:
    """Return the id of the key that seals the office's own mails, making the office at the first start."""
    asked = select(case_file.c.key_id).where(case_file.c.id == OFFICE)
    with read(engine) as connection:
        found = connection.execute(asked).scalar()
    if found:
        return str(found)
    key = vault.make_keys(1, now)[0]
    with write(engine) as connection:
        ensure_office(connection, key)
        return str(connection.execute(asked).scalar_one())


def go_live(engine: Engine, first: datetime) -> datetime:
    """Return the go-live moment kept at the first start; `first` becomes it where there is none yet."""
    with write(engine) as connection:
        found = connection.execute(select(counter.c.value).where(counter.c.key == "go_live")).scalar()
        if found is None:
            found = int(first.timestamp())
            connection.execute(insert(counter).values(key="go_live", value=found))
    return datetime.fromtimestamp(found, UTC)


def schedule_first(engine: Engine, first: Mapping[str, datetime]) -> None:
    """Plan what comes again and again, by key and with its first moment, unless it is planned already."""
    with write(engine) as connection:
        known = set(connection.execute(select(schedule.c.key).where(schedule.c.key.in_(first))).scalars())
        rows = [{"key": key, "due_at": due_at} for key, due_at in first.items() if key not in known]
        if rows:
            connection.execute(insert(schedule), rows)
