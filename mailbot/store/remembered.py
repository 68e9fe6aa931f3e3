"""What the desk remembers from one start to the next: short texts by key, such as the calendar it counted with."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.store.tables import remembered


def recall(connection: Connection, key: str) -> str | None:
    """Return what is remembered under a key, None where nothing is."""
    return connection.execute(select(remembered.c.value).where(remembered.c.key == key)).scalar()


def recall_alone(connection: Connection, key: str) -> str | None:
    """Return what is remembered under a key and keep it to this transaction, where the database can."""
    return connection.execute(select(remembered.c.value).where(remembered.c.key == key).with_for_update()).scalar()


def recall_all(connection: Connection, prefix: str) -> list[str]:
    """Return everything whose key begins so, in order of the keys."""
    found = select(remembered.c.value).where(remembered.c.key.startswith(prefix, autoescape=True))
    return list(connection.execute(found.order_by(remembered.c.key)).scalars())


def remember(connection: Connection, key: str, value: str) -> None:
    """Remember a text under a key, in place of what was there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(remembered).values(key=key, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["key"], set_={"value": new.excluded.value}))


def forget(connection: Connection, prefix: str) -> None:
    """Forget everything whose key begins so."""
    connection.execute(delete(remembered).where(remembered.c.key.startswith(prefix, autoescape=True)))
