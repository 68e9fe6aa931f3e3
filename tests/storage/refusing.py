"""A PostgreSQL that refuses what is written into one table."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

REFUSING = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'asker-0@people0.test' USING ERRCODE = '{code}'; END $$;
    CREATE CONSTRAINT TRIGGER refusing AFTER INSERT OR UPDATE ON {table}
        DEFERRABLE INITIALLY {when} FOR EACH ROW EXECUTE FUNCTION refuse()"""
WILLING = "DROP TRIGGER refusing ON {table}; DROP FUNCTION refuse()"


@contextmanager
def refusing(url: str, code: str, table: str, when: str) -> Iterator[None]:
    """The server refuses every new or changed row of a table, at once or when it is committed (`DEFERRED`)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(REFUSING.format(code=code, table=table, when=when).encode())
        try:
            yield
        finally:
            connection.execute(WILLING.format(table=table).encode())
