"""Effects that wait, and the codes by which one person lets one happen: once, and for exactly what was shown."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, select, update

from mailbot.core.case import Case
from mailbot.core.events import Name
from mailbot.core.reference import reference
from mailbot.core.token import ALPHABET
from mailbot.store.cases import Snapshot, append, insert_cases, reserve_numbers, snapshots
from mailbot.store.claim import LeaseLost, claim, settle
from mailbot.store.digest import approvals
from mailbot.store.effects import (
    APPROVING,
    BLOB_KIND,
    DENIED,
    DONE,
    OFFERED,
    VOID,
    Code,
    Effect,
    Waiting,
    digest_of,
    find_code,
    keep_codes,
    keep_effect,
    last_done,
    move_effect,
    new_code,
    new_effect,
    offered,
    open_effect,
    seal_effect,
    use_code,
    void_others,
)
from mailbot.store.engine import read, write
from mailbot.store.tables import blob, code, effect, metadata
from mailbot.store.vault import Vault
from tests.core.histories import NOW, event

DAY = timedelta(hours=24)
PAYLOAD = {"offer": "send", "text": "カナリアのことば", "letters": [], "to": "canary@people.test"}


@pytest.fixture
def case(engine: Engine, vault: Vault) -> Snapshot:
    """An open case with a key."""
    return put_case(engine, vault)


def put_case(engine: Engine, vault: Vault) -> Snapshot:
    [key_id] = vault.make_keys(1, NOW)
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, key_id, Case())])
        opened = event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id))
        return append(connection, snapshots(connection, [case_id]), {case_id: [opened]})[case_id]


def put(
    engine: Engine, vault: Vault, case: Snapshot, author: str = "hana", after: timedelta = timedelta(), **more: object
) -> tuple[Effect, Code]:
    made = new_effect(case.case_id, 7, author, "effect", 3, PAYLOAD | more)
    key = new_code(vault, made, author, "confirm", NOW + DAY)
    words = seal_effect(vault, case.key_id, made)
    with write(engine) as connection:
        keep_effect(connection, made, words, NOW + after)
        keep_codes(connection, vault, [key])
    return made, key


def found(engine: Engine, vault: Vault, secret: str) -> Waiting | None:
    with read(engine) as connection:
        return find_code(connection, vault, secret)


def state_of(engine: Engine, effect_id: str) -> str:
    with read(engine) as connection:
        return str(connection.execute(select(effect.c.state).where(effect.c.id == effect_id)).scalar_one())


def move(engine: Engine, made: Effect, before: str, after: str) -> None:
    with write(engine) as connection:
        move_effect(connection, made.id, before, after, NOW)


# A code stands for one person and one exact effect.


def test_a_code_finds_its_effect_and_says_whose_it_is(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made, key = put(engine, vault, case)
    for secret in (key.secret, key.secret.upper()):
        waiting = found(engine, vault, secret)
        assert waiting == Waiting(key.id, "hana", "confirm", NOW + DAY, False, made, OFFERED, case.key_id)
    assert found(engine, vault, "a" * 10) is None
    assert found(engine, vault, "") is None


def test_a_code_is_ten_characters_that_no_two_share(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made, _ = put(engine, vault, case)
    codes = [new_code(vault, made, person, "approve", NOW + DAY) for person in ("hana", "ken", "ken", "ken")]
    assert len({one.secret for one in codes}) == 4
    assert all(len(one.secret) == 10 and set(one.secret) <= set(ALPHABET) for one in codes)


def test_a_code_has_two_digits_so_that_no_word_is_ever_like_one(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made, _ = put(engine, vault, case)
    codes = [new_code(vault, made, "hana", "approve", NOW + DAY) for _ in range(200)]
    assert min(sum(one.isdigit() for one in code.secret) for code in codes) >= 2


Change = Callable[[Engine, Vault, Snapshot, Effect, Code], None]


def _flip_a_sealed_byte(engine: Engine, _: Vault, __: Snapshot, made: Effect, ___: Code) -> None:
    _change_blob(engine, made, lambda row: row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]))


def _seal_another_payload(engine: Engine, vault: Vault, case: Snapshot, made: Effect, _: Code) -> None:
    payload = {**made.payload, "text": made.payload["text"].replace("カ", "ガ", 1)}
    words = seal_effect(vault, case.key_id, replace(made, payload=payload))
    _change_blob(engine, made, lambda row: vault.seal(case.key_id, row.id, BLOB_KIND, _plain(vault, words)))


def _plain(vault: Vault, words: Any) -> bytes:
    return vault.unseal(words.key_id, words.id, words.kind, words.sealed)


def _change_blob(engine: Engine, made: Effect, sealed_again: Callable[[Row[Any]], bytes]) -> None:
    with write(engine) as connection:
        blob_id = connection.execute(select(effect.c.blob_id).where(effect.c.id == made.id)).scalar_one()
        row = connection.execute(select(blob).where(blob.c.id == blob_id)).one()
        connection.execute(update(blob).where(blob.c.id == blob_id).values(sealed=sealed_again(row)))


def _destroy_the_key(_: Engine, vault: Vault, case: Snapshot, __: Effect, ___: Code) -> None:
    vault.destroy_keys([case.key_id])


def _give_it_to_another(engine: Engine, _: Vault, __: Snapshot, ___: Effect, key: Code) -> None:
    with write(engine) as connection:
        connection.execute(update(code).where(code.c.id == key.id).values(person="mallory"))


def _hang_it_on_another_effect(engine: Engine, vault: Vault, case: Snapshot, _: Effect, key: Code) -> None:
    other = put(engine, vault, case, to="mallory@people.test")[0]
    with write(engine) as connection:
        connection.execute(update(code).where(code.c.id == key.id).values(effect_id=other.id))


CHANGES = [
    *(_flip_a_sealed_byte, _seal_another_payload, _destroy_the_key),
    *(_give_it_to_another, _hang_it_on_another_effect),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_a_code_is_worthless_once_anything_it_stood_for_is_another(
    engine: Engine, vault: Vault, case: Snapshot, change: Change
) -> None:
    made, key = put(engine, vault, case)
    assert found(engine, vault, key.secret)
    change(engine, vault, case, made, key)
    assert found(engine, vault, key.secret) is None


def test_the_same_payload_sealed_again_keeps_its_code(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made, key = put(engine, vault, case)
    words = seal_effect(vault, case.key_id, made)
    _change_blob(engine, made, lambda row: vault.seal(case.key_id, row.id, BLOB_KIND, _plain(vault, words)))
    assert found(engine, vault, key.secret)


def test_the_database_tells_neither_codes_nor_words(engine: Engine, vault: Vault, case: Snapshot) -> None:
    _, key = put(engine, vault, case)
    with read(engine) as connection:
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    for secret in (key.secret, "カナリア", "canary"):
        assert not any(secret in row for row in rows)


JSON = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=5), max_size=2)


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4), st.data())
def test_the_hash_of_an_effect_is_that_of_its_content(payload: dict[str, Any], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(payload.items()))))
    assert digest_of(shuffled) == digest_of(payload)
    name = data.draw(st.sampled_from(sorted(payload)))
    assert digest_of(payload | {name: [payload[name]]}) != digest_of(payload)
    assert digest_of({other: value for other, value in payload.items() if other != name}) != digest_of(payload)


# Once.


def test_a_code_is_used_once(engine: Engine, vault: Vault, case: Snapshot) -> None:
    _, key = put(engine, vault, case)
    with write(engine) as connection:
        use_code(connection, key.id, NOW)
    waiting = found(engine, vault, key.secret)
    assert waiting is not None
    assert waiting.is_used
    with pytest.raises(LeaseLost), write(engine) as connection:
        use_code(connection, key.id, NOW)


def at_once(*works: Callable[[], None]) -> list[str]:
    """Run works in threads that start together and return the names of those that were not too late."""
    start, won = threading.Barrier(len(works)), list[str]()

    def run(number: int, work: Callable[[], None]) -> None:
        start.wait(10)
        try:
            work()
        except LeaseLost:
            return
        won.append(str(number))

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return won


def test_of_two_mails_with_the_same_code_one_counts(engine: Engine, vault: Vault, case: Snapshot) -> None:
    for _ in range(5):
        _, key = put(engine, vault, case)

        def use(code_id: str = key.id) -> None:
            with write(engine) as connection:
                use_code(connection, code_id, NOW)

        assert len(at_once(use, use)) == 1


def test_of_an_approval_and_a_denial_at_once_one_counts(engine: Engine, vault: Vault, case: Snapshot) -> None:
    for _ in range(5):
        made, _ = put(engine, vault, case)
        move(engine, made, OFFERED, APPROVING)
        ends = [DONE, DENIED]
        won = at_once(*(lambda end=end, made=made: move(engine, made, APPROVING, end) for end in ends))
        assert [state_of(engine, made.id)] == [ends[int(number)] for number in won]


# States.

MOVES = [
    ((OFFERED, DONE), True),
    ((OFFERED, VOID), True),
    ((OFFERED, APPROVING), True),
    ((APPROVING, DONE), False),
    ((DONE, DONE), False),
    ((VOID, DONE), False),
]


@pytest.mark.parametrize(("step", "is_done"), MOVES)
def test_an_effect_moves_only_from_where_it_is(
    engine: Engine,
    vault: Vault,
    case: Snapshot,
    step: tuple[str, str],
    is_done: bool,  # noqa: FBT001 -- drawn by name
) -> None:
    made, _ = put(engine, vault, case)
    if is_done:
        move(engine, made, *step)
    else:
        with pytest.raises(LeaseLost):
            move(engine, made, *step)
    assert state_of(engine, made.id) == (step[1] if is_done else OFFERED)


@pytest.mark.parametrize("end", [DONE, VOID, DENIED])
def test_what_ended_moves_no_more_and_is_never_looked_at_again(
    engine: Engine, vault: Vault, case: Snapshot, end: str
) -> None:
    made, _ = put(engine, vault, case)
    with write(engine) as connection:
        move_effect(connection, made.id, OFFERED, APPROVING, NOW, NOW + DAY)
        row = connection.execute(select(effect)).one()
    assert (row.state, row.settled_at, row.due_at) == (APPROVING, None, NOW + DAY)
    move(engine, made, APPROVING, end)
    with read(engine) as connection:
        row = connection.execute(select(effect)).one()
    assert (row.state, row.settled_at, row.due_at) == (end, NOW, None)
    for after in (DONE, VOID, DENIED, APPROVING):
        with pytest.raises(LeaseLost):
            move(engine, made, OFFERED, after)


def test_a_reminder_in_flight_does_not_wake_what_was_approved_meanwhile(
    engine: Engine, vault: Vault, case: Snapshot
) -> None:
    made, _ = put(engine, vault, case)
    with write(engine) as connection:
        move_effect(connection, made.id, OFFERED, APPROVING, NOW, NOW)
    with write(engine) as connection:
        [row] = claim(connection, effect, NOW, DAY, 1)
    move(engine, made, APPROVING, DONE)
    with pytest.raises(LeaseLost), write(engine) as connection:
        settle(connection, effect, row, due_at=NOW + DAY)


def test_a_new_draft_takes_the_place_of_the_authors_offers_in_that_case_alone(
    engine: Engine, vault: Vault, case: Snapshot
) -> None:
    other_case = put_case(engine, vault)
    old, kept, done, asked = (put(engine, vault, case)[0] for _ in range(4))
    of_ken, elsewhere = put(engine, vault, case, "ken")[0], put(engine, vault, other_case)[0]
    move(engine, done, OFFERED, DONE)
    move(engine, asked, OFFERED, APPROVING)
    with write(engine) as connection:
        void_others(connection, case.case_id, "hana", NOW, keep=[kept.id])
    assert [state_of(engine, one.id) for one in (old, kept, done, asked, of_ken, elsewhere)] == [
        *(VOID, OFFERED, DONE, APPROVING, OFFERED, OFFERED)
    ]
    with write(engine) as connection:
        void_others(connection, case.case_id, "hana", NOW)
    assert state_of(engine, kept.id) == VOID


def test_the_code_of_a_void_effect_says_so(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made, key = put(engine, vault, case)
    move(engine, made, OFFERED, VOID)
    waiting = found(engine, vault, key.secret)
    assert waiting is not None
    assert (waiting.state, waiting.is_used) == (VOID, False)


# What waits.


def test_what_an_author_was_offered_and_what_they_did_last(engine: Engine, vault: Vault, case: Snapshot) -> None:
    made = [put(engine, vault, case, after=timedelta(minutes=-n))[0] for n in range(6)]
    first, second, *others = reversed(made)
    put(engine, vault, case, "ken")
    with read(engine) as connection:
        expected = [one.id for one in (first, second, *others)]
        assert [row.id for row in offered(connection, case.case_id, "hana")] == expected
        assert last_done(connection, case.case_id, "hana") is None
    for minutes, one in enumerate((second, first)):
        with write(engine) as connection:
            move_effect(connection, one.id, OFFERED, DONE, NOW + timedelta(minutes=minutes))
    with read(engine) as connection:
        assert [row.id for row in offered(connection, case.case_id, "hana")] == [one.id for one in others]
        assert last_done(connection, case.case_id, "hana") == first.id
        assert last_done(connection, case.case_id, "ken") is None


def test_what_waits_for_a_manager_the_oldest_first(engine: Engine, vault: Vault, case: Snapshot) -> None:
    late, early, _ = (put(engine, vault, case, after=timedelta(minutes=-n))[0] for n in range(3))
    for one in (late, early):
        move(engine, one, OFFERED, APPROVING)
    with read(engine) as connection:
        rows, _ = approvals(connection, 10)
        assert [row.id for row in rows] == [early.id, late.id]
        assert open_effect(connection, vault, rows[0]) == early


def test_no_codes_are_kept_for_nothing(engine: Engine, vault: Vault) -> None:
    with write(engine) as connection:
        keep_codes(connection, vault, [])
        assert connection.execute(select(code)).all() == []
