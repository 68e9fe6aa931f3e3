"""What the desk knows of people: enough to say that a text names somebody of another case, and nothing more."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import Engine, select

from mailbot.core.case import Case
from mailbot.store.cases import Snapshot, insert_cases
from mailbot.store.engine import read, write
from mailbot.store.known import foreign, indexes, is_known, keep_known
from mailbot.store.tables import known
from mailbot.store.vault import Vault

KEY = "0" * 32
SATO = {"address": ["sato@people.test"], "phone": ["09012345678"], "name": ["佐藤花子"]}
MORI = {"address": ["mori@people.test"], "phone": ["0312345678"], "name": ["kenmori"]}
OWN, OTHER, THIRD = 1, 2, 3


@pytest.fixture(autouse=True)
def cases(engine: Engine) -> None:
    """Three cases."""
    with write(engine) as connection:
        insert_cases(connection, [Snapshot(case_id, KEY, Case()) for case_id in (OWN, OTHER, THIRD)])


def keep(engine: Engine, vault: Vault, *rows: tuple[int, Mapping[str, Sequence[str]]]) -> None:
    with write(engine) as connection:
        keep_known(connection, [(case_id, indexes(vault, values)) for case_id, values in rows])


def counted(engine: Engine, vault: Vault, values: Mapping[str, Sequence[str]]) -> Counter[str]:
    with read(engine) as connection:
        return foreign(connection, OWN, indexes(vault, values))


NAMED = [
    ([], SATO, {}),
    ([(OWN, SATO)], SATO, {}),
    ([(OTHER, SATO)], SATO, {"address": 1, "phone": 1, "name": 1}),
    ([(OTHER, SATO), (OWN, SATO)], SATO, {}),
    ([(OTHER, SATO), (OWN, {"name": ["佐藤花子"]})], SATO, {"address": 1, "phone": 1}),
    ([(OTHER, SATO), (THIRD, SATO)], SATO, {"address": 1, "phone": 1, "name": 1}),
    ([(OTHER, SATO), (THIRD, MORI)], {"address": [*SATO["address"], *MORI["address"]]}, {"address": 2}),
    ([(OTHER, SATO)], MORI, {}),
    ([(OTHER, SATO)], {}, {}),
    ([(OTHER, {"name": ["09012345678"]})], {"phone": ["09012345678"]}, {}),
]


@pytest.mark.parametrize(("rows", "text", "expected"), NAMED)
def test_only_what_belongs_to_another_case_and_not_to_this_one_is_foreign(
    engine: Engine,
    vault: Vault,
    rows: Sequence[tuple[int, Mapping[str, Sequence[str]]]],
    text: Mapping[str, Sequence[str]],
    expected: Mapping[str, int],
) -> None:
    keep(engine, vault, *rows)
    assert counted(engine, vault, text) == Counter(expected)


def test_what_is_told_again_is_kept_once(engine: Engine, vault: Vault) -> None:
    keep(engine, vault, (OTHER, SATO), (OTHER, SATO))
    keep(engine, vault, (OTHER, SATO))
    with read(engine) as connection:
        assert len(connection.execute(select(known)).all()) == 3


def test_a_text_may_name_more_than_one_question_to_the_database_holds(engine: Engine, vault: Vault) -> None:
    many = {"phone": [f"090{number:08d}" for number in range(66_000)]}
    keep(engine, vault, (OTHER, {"phone": many["phone"][::6000]}))
    assert counted(engine, vault, many) == Counter(phone=11)


def test_the_database_keeps_hashes_that_only_the_vault_can_make(engine: Engine, vault: Vault) -> None:
    keep(engine, vault, (OTHER, SATO))
    with read(engine) as connection:
        rows = str(connection.execute(select(known)).all())
        assert not any(value in rows for values in SATO.values() for value in values)
        [index, *_] = indexes(vault, SATO)
        assert is_known(connection, index)
        assert not is_known(connection, "0" * 32)


def test_nothing_to_keep_is_no_fault(engine: Engine, vault: Vault) -> None:
    keep(engine, vault)
    keep(engine, vault, (OTHER, {"name": []}))
    assert counted(engine, vault, SATO) == Counter()
