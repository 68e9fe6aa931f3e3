"""Whoever edits, deletes, reorders or cuts the event log is found, and the first bad event is named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, text, update

from mailbot.core.case import Case
from mailbot.core.events import GENESIS, Name, chain
from mailbot.core.reference import reference
from mailbot.store.cases import Snapshot, append, insert_cases, reserve_numbers, snapshots
from mailbot.store.engine import read, write
from mailbot.store.tables import OFFICE, case_file, party, request, witness
from mailbot.store.tables import event as event_table
from mailbot.store.witness import Fault, bear_witness, head_of, next_serial, verify
from tests.core.histories import event
from tests.store.conftest import empty_store

DROP = {
    "sqlite": ["DROP TRIGGER event_is_not_updated", "DROP TRIGGER event_is_not_deleted"],
    "postgresql": ["DROP TRIGGER event_is_for_ever ON event"],
}


def put_case(engine: Engine, flags: int) -> int:
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, "0" * 32, Case())])
    happened = [event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id)), event(Name.REQUEST_OPENED, 1)]
    add(engine, case_id, *happened, *[event(Name.FLAG_RAISED)] * flags)
    return case_id


def add(engine: Engine, case_id: int, *happened: Any) -> None:
    with write(engine) as connection:
        append(connection, snapshots(connection, [case_id]), {case_id: happened})


def issue_digest(engine: Engine) -> str:
    """Write a digest as the worker does: the event of the office first, then the witness; return the head."""
    with write(engine) as connection:
        serial = next_serial(connection)
        office = snapshots(connection, [OFFICE])
        append(connection, office, {OFFICE: [event(Name.DIGEST_ISSUED, serial=serial)]})
        return bear_witness(connection, serial)


@dataclass(frozen=True)
class Log:
    """A store with four cases, and the heads of the two digests it issued."""

    engine: Engine
    heads: list[str]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A log in which case 1 grew between two digests; case 4 and the end of case 2 came after both."""
    with empty_store(request, request.param, tmp_path_factory.mktemp("log")) as engine:
        for flags in (2, 1, 0):
            put_case(engine, flags)
        first = issue_digest(engine)
        add(engine, 1, event(Name.FLAG_RAISED, flag="press"))
        second = issue_digest(engine)
        add(engine, 2, event(Name.FLAG_RAISED, flag="press"))
        put_case(engine, 1)
        yield Log(engine, [first, second])


def found(log: Log, tamper: Callable[[Connection], Any] | None = None, *mails: str) -> list[list[Fault]]:
    """Return the faults of a log that was tampered with, for each mail or without one; then take it all back."""
    with read(log.engine) as connection:  # which never commits
        if tamper:
            for statement in DROP[log.engine.dialect.name]:
                connection.execute(text(statement))
            tamper(connection)
        return [verify(connection, mail) for mail in mails or [None]]


def rechain(connection: Connection, case_id: int) -> str:
    """Make a case's hashes fit its texts again, as somebody would who knows the program; return the head."""
    head = GENESIS
    where = event_table.c.case_id == case_id
    for row in connection.execute(select(event_table).where(where).order_by(event_table.c.seq)).all():
        head = chain(head, row.text)
        connection.execute(update(event_table).where(where, event_table.c.seq == row.seq).values(hash=head))
    return head


def edit(connection: Connection, case_id: int, seq: int) -> None:
    """Say that another flag was raised."""
    where = (event_table.c.case_id == case_id, event_table.c.seq == seq)
    words = connection.execute(select(event_table.c.text).where(*where)).scalar_one()
    assert "lawyer" in words or "KJ-" in words
    changed = words.replace("lawyer", "police").replace("KJ-2026", "KJ-2025")
    connection.execute(update(event_table).where(*where).values(text=changed))


def remove(connection: Connection, case_id: int, *seqs: int) -> None:
    connection.execute(delete(event_table).where(event_table.c.case_id == case_id, event_table.c.seq.in_(seqs)))


def swap(connection: Connection, case_id: int, one: int, two: int) -> None:
    for old, new in ((one, 99), (two, one), (99, two)):
        where = (event_table.c.case_id == case_id, event_table.c.seq == old)
        connection.execute(update(event_table).where(*where).values(seq=new))


def cut(connection: Connection, case_id: int, seq: int) -> None:
    """Cut the tail after `seq` and mend the row of the case, hash included."""
    where = event_table.c.case_id == case_id
    connection.execute(delete(event_table).where(where, event_table.c.seq > seq))
    head = connection.execute(select(event_table.c.hash).where(where, event_table.c.seq == seq)).scalar_one()
    connection.execute(update(case_file).where(case_file.c.id == case_id).values(seq=seq, head=head))


def remove_case(connection: Connection, case_id: int) -> None:
    for table in (party, request):
        connection.execute(delete(table).where(table.c.case_id == case_id))
    connection.execute(delete(case_file).where(case_file.c.id == case_id))
    connection.execute(delete(event_table).where(event_table.c.case_id == case_id))


def forge(connection: Connection, case_id: int, seq: int) -> None:
    """Write one event more than happened, with the right hash."""
    last = connection.execute(
        select(event_table).where(event_table.c.case_id == case_id, event_table.c.seq == seq - 1)
    ).one()
    words = last.text.replace(f'"seq":{seq - 1}', f'"seq":{seq}')
    values = dict(last._mapping) | {"seq": seq, "text": words, "hash": chain(last.hash, words)}
    connection.execute(event_table.insert().values(values))


def edit_and_rechain(connection: Connection, case_id: int, seq: int) -> None:
    edit(connection, case_id, seq)
    rechain(connection, case_id)


def rewrite(connection: Connection, case_id: int, seq: int) -> None:
    """Edit an event and mend hashes and the row of the case."""
    edit(connection, case_id, seq)
    head = rechain(connection, case_id)
    connection.execute(update(case_file).where(case_file.c.id == case_id).values(head=head))


Tamper = Callable[[Connection], Any]
ALTERED, MISSING, TAIL = "event altered", "event missing before this one", "tail of the log missing"
TAMPERINGS: list[tuple[str, Tamper, list[Fault]]] = [
    ("nothing", lambda _: None, []),
    ("an event edited", lambda c: edit(c, 1, 3), [Fault(1, 3, ALTERED)]),
    ("the first event edited", lambda c: edit(c, 1, 1), [Fault(1, 1, ALTERED)]),
    ("an event edited after the last digest", lambda c: edit(c, 4, 3), [Fault(4, 3, ALTERED)]),
    ("an event removed", lambda c: remove(c, 1, 3), [Fault(1, 4, MISSING)]),
    ("the first event removed", lambda c: remove(c, 1, 1), [Fault(1, 2, MISSING)]),
    ("two cases edited", lambda c: (edit(c, 1, 3), edit(c, 4, 3)), [Fault(1, 3, ALTERED), Fault(4, 3, ALTERED)]),
    ("two events swapped", lambda c: swap(c, 1, 3, 4), [Fault(1, 3, ALTERED), Fault(1, 4, "differs from digest 1")]),
    ("the tail removed", lambda c: remove(c, 1, 5), [Fault(1, 5, TAIL), Fault(1, 5, "differs from digest 2")]),
    ("the tail after the last digest removed", lambda c: remove(c, 2, 4), [Fault(2, 4, TAIL)]),
    ("all events of a case removed", lambda c: remove(c, 4, 1, 2, 3), [Fault(4, 1, TAIL)]),
    ("the tail cut and the row mended", lambda c: cut(c, 1, 4), [Fault(1, 5, "differs from digest 2")]),
    ("a case removed", lambda c: remove_case(c, 3), [Fault(3, 2, "differs from digest 1")]),
    ("an event edited and its hashes mended", lambda c: rewrite(c, 3, 1), [Fault(3, 2, "differs from digest 1")]),
    (
        "an early event edited and its hashes mended",
        lambda c: rewrite(c, 1, 3),
        [Fault(1, 4, "differs from digest 1"), Fault(1, 5, "differs from digest 2")],
    ),
    ("the digest's own event edited", lambda c: remove(c, OFFICE, 1), [Fault(OFFICE, 2, MISSING)]),
]


@pytest.mark.parametrize(("tamper", "expected"), [row[1:] for row in TAMPERINGS], ids=[row[0] for row in TAMPERINGS])
def test_who_changes_the_log_is_found(log: Log, tamper: Tamper, expected: list[Fault]) -> None:
    [faults] = found(log, tamper)
    assert faults[: len(expected)] == expected
    assert {fault.case_id for fault in faults} == {fault.case_id for fault in expected}


def test_hashes_mended_after_the_last_digest_do_not_fit_the_case(log: Log) -> None:
    [faults] = found(log, lambda connection: edit_and_rechain(connection, 4, 3))
    assert [(fault.case_id, fault.seq) for fault in faults] == [(4, 3)]


def test_an_event_that_never_happened_is_found(log: Log) -> None:
    [faults] = found(log, lambda connection: forge(connection, 3, 3))
    assert {fault.case_id for fault in faults} == {3}


# Against a digest mail kept by the manager.


def mail_with(head: str) -> str:
    return f"Subject: digest\r\n\r\nOverdue 0\r\nevent log: {head}\r\n"


def test_every_digest_ever_issued_fits(log: Log) -> None:
    assert found(log, None, *map(mail_with, log.heads)) == [[], []]
    with read(log.engine) as connection:
        assert [head_of(connection, serial) for serial in (0, 1, 2, 3)] == [GENESIS, *log.heads, GENESIS]
    assert len(set(log.heads)) == 2


FOREIGN = Fault(OFFICE, 0, "no head in that digest mail is one of this log")


@pytest.mark.parametrize("mail", ["", "no head here", "a" * 64, GENESIS, "event log: " + "A" * 64])
def test_a_mail_without_a_head_of_this_log_does_not_fit(log: Log, mail: str) -> None:
    assert found(log, None, mail) == [[FOREIGN]]


def forget_digests(connection: Connection, case_id: int, seq: int) -> None:
    """Rewrite everything: the event, its chain, the row, and what the digests had seen of it."""
    rewrite(connection, case_id, seq)
    for row in connection.execute(select(witness).where(witness.c.case_id == case_id)).all():
        where = (event_table.c.case_id == case_id, event_table.c.seq == row.seq)
        now = connection.execute(select(event_table.c.hash).where(*where)).scalar_one()
        own = (witness.c.serial == row.serial, witness.c.case_id == case_id)
        connection.execute(update(witness).where(*own).values(hash=now))


@pytest.mark.parametrize(("case_id", "seq"), [(1, 3), (3, 1)], ids=["in both digests", "in the first digest"])
def test_a_log_rewritten_from_end_to_end_differs_from_every_digest_kept(log: Log, case_id: int, seq: int) -> None:
    def tamper(connection: Connection) -> None:
        forget_digests(connection, case_id, seq)

    assert found(log, tamper) == [[]]
    assert found(log, tamper, *map(mail_with, log.heads)) == [[FOREIGN], [FOREIGN]]


def test_the_last_digest_taken_back_differs_from_its_mail(log: Log) -> None:
    def take_back(connection: Connection) -> None:
        connection.execute(delete(witness).where(witness.c.serial == 2))

    assert found(log, take_back, *map(mail_with, log.heads)) == [[], [FOREIGN]]


def test_a_quiet_day_has_a_head_of_its_own(log: Log) -> None:
    with read(log.engine) as connection:
        third, fourth = bear_witness(connection, 3), bear_witness(connection, 4)
        assert len({*log.heads, third, fourth}) == 4
        assert verify(connection, mail_with(fourth)) == []
