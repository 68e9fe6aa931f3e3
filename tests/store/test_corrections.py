"""What a reclassification leaves behind: redacted words under the key of the case, for ever, or gone with the case."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from mailbot.compose import open_stores
from mailbot.config import load
from mailbot.core.case import Case
from mailbot.core.events import Name
from mailbot.core.message import Language
from mailbot.core.reference import reference
from mailbot.core.sentences import MAX_CHARACTERS, MailText
from mailbot.correcting import correction_rows, rows_of
from mailbot.store.blobs import sealed
from mailbot.store.cases import Snapshot, append, ensure_office, insert_cases, reserve_numbers, snapshots
from mailbot.store.corrections import (
    BLOB_KIND,
    Correction,
    Reclassified,
    corrections,
    keep_correction,
    seal_correction,
)
from mailbot.store.engine import open_engine, read, write
from mailbot.store.migrate import behind, upgrade
from mailbot.store.tables import blob, case_file, correction, data_key
from mailbot.store.vault import Vault
from tests.core.histories import NOW, event

MASTER = bytes(range(32))
JA = MailText(
    "佐藤カナリアの住所",
    "私は佐藤カナリアと申します。電話は090-1234-5678、canary@people.test です。登録住所の訂正をお願いします。",
    Language.JA,
)
JA_REDACTED = MailText(
    "〈氏名〉の住所",
    "私は〈氏名〉と申します。電話は〈電話〉、〈メール〉 です。登録住所の訂正をお願いします。",
    Language.JA,
)


@pytest.fixture
def own_keys(keys: Engine) -> Vault:
    """A vault whose data keys lie on the database under test."""
    return Vault(keys, MASTER)


def put_case(engine: Engine, vault: Vault) -> Snapshot:
    [key_id] = vault.make_keys(1, NOW)
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, key_id, Case())])
        opened = event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id))
        return append(connection, snapshots(connection, [case_id]), {case_id: [opened]})[case_id]


def change_of(case: Snapshot, **other: object) -> Reclassified:
    change = Reclassified(case.case_id, NOW, "1.0.0+abc", ("erase",), ("correct", "stop_use"), ("agent",), "tanaka")
    return replace(change, **other)  # type: ignore[arg-type]


def keep(engine: Engine, vault: Vault, case: Snapshot, mail: MailText = JA, **other: object) -> int:
    words = seal_correction(vault, case.key_id, mail)
    with write(engine) as connection:
        return keep_correction(connection, change_of(case, **other), mail.language, words)


def found(engine: Engine, vault: Vault) -> tuple[list[Correction], int]:
    with read(engine) as connection:
        return corrections(connection, vault)


def destroy_key(keys: Engine, key_id: str) -> None:
    with write(keys) as connection:
        connection.execute(delete(data_key).where(data_key.c.id == key_id))


def test_a_correction_comes_back_in_redacted_words(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    number = keep(engine, own_keys, case)
    assert found(engine, own_keys) == ([Correction(number, case.case.ref, change_of(case), JA_REDACTED)], 0)


def test_an_english_one_and_a_subject_of_two_lines(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    words = MailText("Jane Doe's\r\n data", "Please erase it.\n\nJane", Language.EN)
    sealed_words = seal_correction(own_keys, case.key_id, words, ["Doe, Jane"], ["jane@people.test"])
    with write(engine) as connection:
        keep_correction(connection, change_of(case), Language.EN, sealed_words)
    [[one], _] = found(engine, own_keys)
    assert one.mail == MailText("<name>'s data", "Please erase it.\n\n<name>", Language.EN)


def test_no_more_is_kept_than_the_classifier_reads(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    keep(engine, own_keys, case, replace(JA, reply_text="開示 " * MAX_CHARACTERS))
    [[one], _] = found(engine, own_keys)
    assert len(one.mail.reply_text) == MAX_CHARACTERS


def test_what_was_sealed_as_something_else_is_refused(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    raw = sealed(own_keys, case.key_id, "raw", b"as fetched")
    with pytest.raises(ValueError, match="redacted words only, not a text sealed as raw"), write(engine) as connection:
        keep_correction(connection, change_of(case), Language.JA, raw)
    with read(engine) as connection:
        assert connection.execute(select(blob.c.id)).all() == []


def test_the_correction_of_an_erased_case_is_gone(engine: Engine, own_keys: Vault, keys: Engine) -> None:
    first, second = put_case(engine, own_keys), put_case(engine, own_keys)
    numbers = [keep(engine, own_keys, case) for case in (first, second, first)]
    destroy_key(keys, first.key_id)
    left, destroyed = found(engine, Vault(keys, MASTER))
    assert ([one.id for one in left], destroyed) == ([numbers[1]], 2)
    with pytest.raises(KeyError):
        seal_correction(Vault(keys, MASTER), first.key_id, JA)


def test_the_correction_whose_words_were_taken_away_is_gone_as_well(engine: Engine, own_keys: Vault) -> None:
    keep(engine, own_keys, put_case(engine, own_keys))
    with write(engine) as connection:
        connection.execute(delete(blob).where(blob.c.kind == BLOB_KIND))
    assert found(engine, own_keys) == ([], 1)


def test_words_moved_to_another_correction_do_not_open(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    keep(engine, own_keys, case)
    keep(engine, own_keys, case, replace(JA, subject="another"))
    with write(engine) as connection:
        one, two = connection.execute(select(blob.c.id, blob.c.sealed)).all()
        connection.execute(update(blob).where(blob.c.id == one.id).values(sealed=two.sealed))
    with pytest.raises(InvalidTag):
        found(engine, own_keys)


def test_the_order_is_that_of_keeping_whatever_their_moments(engine: Engine, own_keys: Vault) -> None:
    cases = [put_case(engine, own_keys) for _ in range(3)]
    numbers = [keep(engine, own_keys, cases[number % 3], made_at=NOW - timedelta(days=number)) for number in range(12)]
    assert numbers == sorted(set(numbers))
    for _ in range(2):
        assert [one.id for one in found(engine, own_keys)[0]] == numbers


@pytest.mark.parametrize(
    "statement", ["UPDATE correction SET staff = staff", "DELETE FROM correction", "TRUNCATE correction"]
)
def test_the_database_itself_refuses_to_change_a_correction(engine: Engine, own_keys: Vault, statement: str) -> None:
    if statement.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
        statement = "DELETE FROM correction WHERE true"  # SQLite has no TRUNCATE
    keep(engine, own_keys, put_case(engine, own_keys))
    with pytest.raises(DBAPIError, match="corrections are never changed"), write(engine) as connection:
        connection.execute(text(statement))
    assert len(found(engine, own_keys)[0]) == 1


def test_a_correction_needs_its_case_and_words_of_its_own(engine: Engine, own_keys: Vault) -> None:
    keep(engine, own_keys, put_case(engine, own_keys))
    with read(engine) as connection:
        copied = dict(connection.execute(select(correction)).mappings().one())
    for other in ({"id": 99}, {"id": 99, "blob_id": "b", "case_id": 99}):
        with pytest.raises(IntegrityError), write(engine) as connection:
            connection.execute(insert(correction).values(copied | other))


def test_a_transaction_that_fails_leaves_no_correction(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    words = seal_correction(own_keys, case.key_id, JA)

    def keep_and_fail() -> None:
        with write(engine) as connection:
            keep_correction(connection, change_of(case), Language.JA, words)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        keep_and_fail()
    assert found(engine, own_keys) == ([], 0)


def test_a_database_of_the_schema_before_is_brought_on(new_engine: Callable[[str], Engine]) -> None:
    engine = new_engine("main")
    upgrade(engine, "main", "0003")
    assert behind(engine, "main") == "older"
    with write(engine) as connection:
        connection.execute(text(OLD_CASE))
    upgrade(engine, "main")
    assert behind(engine, "main") == ""
    with read(engine) as connection:
        rows = connection.execute(select(case_file.c.ref, case_file.c.merged_into)).all()
        assert rows == [("KJ-2026-000001-A", "")]
        assert connection.execute(select(correction)).all() == []


OLD_CASE = """INSERT INTO case_file (id, ref, key_id, state, language, policy, flags, seq, head)
VALUES (1, 'KJ-2026-000001-A', 'k', 'received', 'ja', 'appi', '', 1, 'h')"""


def test_no_plain_word_is_in_the_bytes_of_the_database(tmp_path: Path, vault: Vault) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/main.db")
    upgrade(engine, "main")
    with write(engine) as connection:
        connection.execute(text("INSERT INTO counter VALUES ('case', 0)"))
    keep(engine, vault, put_case(engine, vault), model_version="in plain on purpose")
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith(("main.db", "vault.db")))
    engine.dispose()
    assert b"in plain on purpose" in data  # the search can find
    for word in ("佐藤", "カナリア", "canary", "090-1234-5678", "訂正をお願い", "〈氏名〉", "登録住所"):
        for coded in (word.encode(), word.encode("utf-16-le"), word.encode("unicode-escape")):
            assert coded not in data


# As rows to learn from.


def test_rows_have_the_new_kinds_and_never_the_reference(engine: Engine, own_keys: Vault) -> None:
    first, second = put_case(engine, own_keys), put_case(engine, own_keys)
    for case, mail in ((first, JA), (first, replace(JA, subject="続き")), (second, JA)):
        keep(engine, own_keys, case, mail, flags=("agent", "individual_number"))
    rows = rows_of(found(engine, own_keys)[0])
    assert rows == rows_of(found(engine, own_keys)[0])
    assert [row.id for row in rows] == ["corrections-000001", "corrections-000002", "corrections-000003"]
    assert {(row.lang, row.labels, row.flags, row.origin) for row in rows} == {
        ("ja", ("correct", "stop_use"), ("agent",), "corrections")
    }
    assert rows[0].group == rows[1].group != rows[2].group
    assert rows[0].text == JA_REDACTED.reply_text
    assert rows[0].mail.reply_text == JA_REDACTED.reply_text
    assert not any(case.case.ref in f"{rows}" for case in (first, second))


def test_of_two_corrections_of_one_mail_the_last_counts(engine: Engine, own_keys: Vault) -> None:
    case = put_case(engine, own_keys)
    for kinds in (("erase",), ("complaint",)):
        keep(engine, own_keys, case, new_kinds=kinds)
    keep(engine, own_keys, put_case(engine, own_keys), new_kinds=("unclassified",))
    assert [row.labels for row in rows_of(found(engine, own_keys)[0])] == [("complaint",)]


def test_the_rows_are_read_as_the_configuration_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("MAILBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    sound = Path(__file__).parents[1] / "bad_config" / "sound.toml"
    Path("mailbot.toml").write_text(sound.read_text(encoding="utf-8"), encoding="utf-8")
    config = load()
    assert correction_rows(config) == []
    stores = open_stores(config)
    with write(stores.engine) as connection:
        ensure_office(connection, "0" * 32)
    keep(stores.engine, stores.vault, put_case(stores.engine, stores.vault))
    stores.engine.dispose()
    stores.keys.dispose()
    [row] = correction_rows(config)
    assert (row.id, row.text) == ("corrections-000001", JA_REDACTED.reply_text)
