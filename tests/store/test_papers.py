"""Identity papers: destroyed on the soonest day that was planned, and nothing else with them (law §1)."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from mailbot.store.blobs import insert_blobs, sealed, texts
from mailbot.store.engine import read, write
from mailbot.store.papers import PREFIX, forget, plan_destruction, planned
from mailbot.store.tables import blob, ledger, schedule
from mailbot.store.vault import Vault
from tests.core.histories import NOW

DAY = timedelta(days=1)


def put_mail(engine: Engine, vault: Vault, number: int) -> int:
    """Put a sealed message under a key of its own."""
    [key_id] = vault.make_keys(1, NOW)
    words = sealed(vault, key_id, "raw", f"papers {number}".encode())
    place = {"key": f"m{number}", "folder": "INBOX", "uidvalidity": 1, "uid": number, "size_bytes": 1}
    with write(engine) as connection:
        insert_blobs(connection, [words])
        values = place | {"received_at": NOW, "seen_at": NOW, "key_id": key_id, "blob_id": words.id, "case_id": 1}
        return int(connection.execute(insert(ledger).values(values).returning(ledger.c.id)).scalar_one())


def plan(engine: Engine, *ledger_ids: int, days: int = 9) -> None:
    with write(engine) as connection:
        plan_destruction(connection, ledger_ids, NOW + days * DAY)


def plans(engine: Engine) -> dict[str, object]:
    with read(engine) as connection:
        return {row.key: row.due_at for row in connection.execute(select(schedule))}


def test_of_several_plans_the_soonest_day_stands(engine: Engine, vault: Vault) -> None:
    first, second, third = (put_mail(engine, vault, number) for number in range(3))
    plan(engine, first, third, days=9)
    plan(engine, first, second, days=20)
    plan(engine, third, days=5)
    assert plans(engine) == {
        f"{PREFIX}{first}": NOW + 9 * DAY,
        f"{PREFIX}{second}": NOW + 20 * DAY,
        f"{PREFIX}{third}": NOW + 5 * DAY,
    }


def test_without_papers_nothing_is_planned(engine: Engine) -> None:
    plan(engine)
    assert plans(engine) == {}


def test_papers_are_gone_for_good_and_their_message_stays_known(engine: Engine, vault: Vault) -> None:
    doomed, other = put_mail(engine, vault, 1), put_mail(engine, vault, 2)
    plan(engine, doomed)
    with read(engine) as connection:
        row = connection.execute(select(schedule)).one()
        message = planned(connection, row)
        before = {one.id: one.blob_id for one in connection.execute(select(ledger))}
    assert message.id == doomed
    vault.destroy_keys([message.key_id])
    with read(engine) as connection, pytest.raises(KeyError):
        texts(connection, vault, [message.blob_id])
    with write(engine) as connection:
        forget(connection, row, message)
    with read(engine) as connection:
        rows = {one.id: one for one in connection.execute(select(ledger))}
        blobs = set(connection.execute(select(blob.c.id)).scalars())
        assert texts(connection, vault, [before[other]]) == {before[other]: b"papers 2"}
    assert (rows[doomed].key_id, rows[doomed].blob_id, rows[doomed].received_at) == (None, None, NOW)
    assert (blobs, plans(engine)) == ({before[other]}, {})


def test_papers_destroyed_twice_are_destroyed(engine: Engine, vault: Vault) -> None:
    doomed = put_mail(engine, vault, 1)
    plan(engine, doomed)
    with read(engine) as connection:
        row = connection.execute(select(schedule)).one()
        message = planned(connection, row)
    for _ in range(2):  # a worker died between the key and the rest, and another one took over
        vault.destroy_keys([message.key_id])
        with write(engine) as connection:
            forget(connection, row, message)
    with read(engine) as connection:
        assert connection.execute(select(blob)).all() == []
    plan(engine, doomed)
    assert list(plans(engine)) == [f"{PREFIX}{doomed}"]
