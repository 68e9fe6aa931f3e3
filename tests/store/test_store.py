"""The store on both databases: nothing twice, nothing forgotten, nothing shared, and rows that are folds of events."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Row, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from mailbot.core.case import Case, UnexpectedEvent, fold
from mailbot.core.events import GENESIS, Event, Name, canonical, chain
from mailbot.core.reference import reference
from mailbot.store.cases import Snapshot, append, events_of, insert_cases, reserve_numbers, snapshots, unchanged
from mailbot.store.claim import LeaseLost, claim, claim_fairly, release, settle, settle_all
from mailbot.store.digest import least_sure
from mailbot.store.engine import read, write
from mailbot.store.ledger import Arrival, Disposition, Place, Settlement, counts, hold_unread, record, settle_inbox
from mailbot.store.mail import Post, claim_interrupted, claim_posts, opened, queue, seal_posts
from mailbot.store.migrate import behind, upgrade
from mailbot.store.tables import (
    OFFICE,
    blob,
    case_file,
    inbox,
    keys_metadata,
    ledger,
    metadata,
    outbox,
    party,
    request,
    schedule,
)
from mailbot.store.tables import (
    event as event_table,
)
from mailbot.store.vault import Vault
from tests.core.histories import NOW, event, histories

KEY = "0" * 32
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE


def opened_case(case_id: int) -> list[Event]:
    return [event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id)), event(Name.REQUEST_OPENED, 1)]


def put_case(engine: Engine, events: Callable[[int], Sequence[Event]] = opened_case) -> int:
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, KEY, Case())])
        append(connection, snapshots(connection, [case_id]), {case_id: events(case_id)})
    return case_id


# The schema.


@pytest.mark.parametrize(("branch", "tables"), [("main", metadata), ("keys", keys_metadata)])
def test_the_migrations_make_the_tables_of_the_code(
    new_engine: Callable[[str], Engine], branch: str, tables: Any
) -> None:
    engine = new_engine(branch)
    assert behind(engine, branch) == "new"
    upgrade(engine, branch)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), tables) == []
    assert behind(engine, branch) == ""
    upgrade(engine, branch)


@pytest.mark.parametrize(("revision", "expected"), [("0001", "older"), ("9999", "newer")])
def test_a_schema_of_another_version_is_named(
    new_engine: Callable[[str], Engine], revision: str, expected: str
) -> None:
    engine = new_engine("main")
    upgrade(engine, "main")
    with write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert behind(engine, "main") == expected


CASE_OF_BEFORE = """INSERT INTO case_file (id, ref, key_id, state, language, policy, flags, seq, head)
VALUES (1, 'KJ-2026-000001-A', 'k', 'received', 'ja', 'appi', '', 1, 'h')"""
REQUESTS_OF_BEFORE = """
INSERT INTO request (case_id, number, kind, "right", state, fired, moved, is_extended, answer_on)
VALUES (1, 1, 'disclose', 'disclosure', 'open', 'half_used', 20, true, '2027-01-08'),
(1, 2, 'correct', 'correction', 'open', '', 0, false, '2026-12-03')"""


def test_an_extension_of_the_schema_before_stays_used_and_its_days_stay_counted(
    new_engine: Callable[[str], Engine],
) -> None:
    engine = new_engine("main")
    upgrade(engine, "main", "0004")
    with write(engine) as connection:
        connection.execute(text(CASE_OF_BEFORE))
        connection.execute(text(REQUESTS_OF_BEFORE))
    upgrade(engine, "main")
    with read(engine) as connection:
        extended, other = snapshots(connection, [1])[1].case.requests
    assert (extended.is_extended, extended.extension, extended.moved, extended.is_gate_answered) == (
        True,
        "0bd",
        20,
        True,
    )
    assert extended.fired == {"half_used"}
    assert str(extended.answer_on) == "2027-01-08"
    assert (other.is_extended, other.moved, other.is_gate_answered, other.worked_at) == (False, 0, False, None)


FOR_EVER = [
    "UPDATE event SET text = text",
    "UPDATE event SET seq = 9 WHERE seq = 1",
    "DELETE FROM event",
    "TRUNCATE event",
]


@pytest.mark.parametrize("statement", FOR_EVER)
def test_the_database_itself_refuses_to_change_an_event(engine: Engine, statement: str) -> None:
    if statement.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
        statement = "DELETE FROM event WHERE true"  # SQLite has no TRUNCATE
    case_id = put_case(engine)
    with pytest.raises(DBAPIError, match="events are never changed"), write(engine) as connection:
        connection.execute(text(statement))
    with read(engine) as connection:
        assert events_of(connection, case_id) == opened_case(case_id)


@pytest.mark.parametrize("table", [event_table, case_file, request, ledger, inbox], ids=lambda table: table.name)
def test_keys_that_make_an_effect_happen_once_are_unique(engine: Engine, table: Table) -> None:
    put_case(engine)
    arrive(engine, 1)
    with read(engine) as connection:
        copied = dict(connection.execute(select(table)).mappings().all()[-1])
    if "id" in copied:
        copied["id"] = 99
    with pytest.raises(IntegrityError), write(engine) as connection:
        connection.execute(insert(table).values(copied))


def test_a_request_needs_its_case_and_an_inbox_row_its_message(engine: Engine) -> None:
    for statement in (
        insert(party).values(case_id=99, address_index="x", role="requester"),
        insert(inbox).values(key="k", ledger_id=99),
    ):
        with pytest.raises(IntegrityError), write(engine) as connection:
            connection.execute(statement)


def test_a_naive_moment_is_refused_and_an_aware_one_comes_back(engine: Engine) -> None:
    tokyo = datetime.fromisoformat("2026-11-20T14:10:00.123456+09:00")
    with write(engine) as connection:
        connection.execute(insert(schedule).values(key="a", due_at=tokyo))
        found = connection.execute(select(schedule.c.due_at).where(schedule.c.key == "a")).scalar_one()
    assert (found, found.utcoffset()) == (tokyo, timedelta())
    with pytest.raises(Exception, match="naive moment"), write(engine) as connection:
        connection.execute(insert(schedule).values(key="b", due_at=tokyo.replace(tzinfo=None)))


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    put_work(engine, 1)
    with pytest.raises(IntegrityError), write(engine) as connection:
        connection.execute(insert(schedule), [{"key": "a", "due_at": NOW}, {"key": "w0", "due_at": NOW}])
    with read(engine) as connection:
        assert connection.execute(select(schedule.c.key)).scalars().all() == ["w0"]


def test_what_a_reader_writes_is_not_kept(engine: Engine) -> None:
    with read(engine) as connection:
        connection.execute(insert(schedule).values(key="a", due_at=NOW))
    with read(engine) as connection:
        assert connection.execute(select(func.count()).select_from(schedule)).scalar() == 0


# The claim: many workers, one table.


def put_work(engine: Engine, count: int, due_at: datetime = NOW) -> None:
    with write(engine) as connection:
        rows = [{"key": f"w{number}", "due_at": due_at + timedelta(microseconds=number)} for number in range(count)]
        connection.execute(insert(schedule), rows)


def take(engine: Engine, now: datetime = LATER, limit: int = 10) -> list[Row[Any]]:
    with write(engine) as connection:
        return claim(connection, schedule, now, LEASE, limit)


def take_fairly(engine: Engine, now: datetime) -> list[str]:
    with write(engine) as connection:
        return [row.key for row in claim_fairly(connection, schedule, now, LEASE, 10)]


def keys_of(rows: Sequence[Row[Any]]) -> list[str]:
    return [row.key for row in rows]


def test_two_workers_in_turn_never_share_a_row(engine: Engine) -> None:
    put_work(engine, 5)
    assert keys_of(take(engine, limit=2)) == ["w0", "w1"]
    assert keys_of(take(engine, limit=2)) == ["w2", "w3"]
    assert keys_of(take(engine, limit=2)) == ["w4"]
    assert take(engine) == []


def test_many_workers_at_once_never_share_a_row(engine: Engine) -> None:
    put_work(engine, 60)
    taken: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait(10)
        while rows := take(engine, limit=3):
            taken.extend(keys_of(rows))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == sorted(f"w{number}" for number in range(60))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.real
def test_a_worker_does_not_wait_for_one_that_has_not_committed(engine: Engine) -> None:
    put_work(engine, 4)
    with write(engine) as first, write(engine) as second:
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        mine = claim(first, schedule, LATER, LEASE, 2)
        others = claim(second, schedule, LATER, LEASE, 10)
    assert (keys_of(mine), keys_of(others)) == (["w0", "w1"], ["w2", "w3"])


def test_the_oldest_is_taken_first_and_what_is_not_due_never(engine: Engine) -> None:
    with write(engine) as connection:
        moments = {"late": LATER, "future": LATER + timedelta(microseconds=1), "old": NOW, "never": None}
        connection.execute(insert(schedule), [{"key": key, "due_at": moment} for key, moment in moments.items()])
    assert keys_of(take(engine, limit=1)) == ["old"]
    assert keys_of(take(engine)) == ["late"]
    assert take(engine) == []


def test_a_lease_runs_out_and_another_worker_takes_the_row(engine: Engine) -> None:
    put_work(engine, 1)
    [first] = take(engine, NOW)
    assert (first.due_at, first.version, first.failures) == (NOW + LEASE, 1, 1)
    assert take(engine, NOW + LEASE - timedelta(microseconds=1)) == []
    [second] = take(engine, NOW + LEASE)
    assert (second.version, second.failures) == (2, 2)


End = Callable[[Connection, Sequence[Row[Any]]], None]
ENDS: dict[str, End] = {
    "settle": lambda connection, rows: settle(connection, schedule, rows[1], due_at=None),
    "settle_all": lambda connection, rows: settle_all(connection, schedule, rows, due_at=None),
}


def end_with_an_effect(engine: Engine, end: End, rows: Sequence[Row[Any]]) -> None:
    with write(engine) as connection:
        connection.execute(insert(schedule).values(key="effect", due_at=NOW))
        end(connection, rows)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_worker_that_comes_too_late_changes_nothing(engine: Engine, end: End) -> None:
    put_work(engine, 2)
    rows = take(engine, NOW + timedelta(seconds=1))
    [_, again] = take(engine, LATER + timedelta(seconds=1))
    with pytest.raises(LeaseLost):
        end_with_an_effect(engine, end, rows)
    with write(engine) as connection:
        settle(connection, schedule, again, due_at=None, failures=0)
    with read(engine) as connection:
        found = {row.key: row for row in connection.execute(select(schedule))}
    assert set(found) == {"w0", "w1"}
    assert (found["w0"].due_at, found["w1"].due_at) == (LATER + timedelta(seconds=1) + LEASE, None)


def test_one_lost_row_of_many_rolls_all_of_them_back(engine: Engine) -> None:
    put_work(engine, 3)
    rows = take(engine)
    with write(engine) as connection:
        connection.execute(update(schedule).where(schedule.c.key == "w2").values(version=9))
    with pytest.raises(LeaseLost), write(engine) as connection:
        settle_all(connection, schedule, rows, due_at=None)
    with read(engine) as connection:
        assert connection.execute(select(func.count(schedule.c.due_at))).scalar() == 3


def test_a_row_given_back_is_due_again_unless_somebody_has_it(engine: Engine) -> None:
    put_work(engine, 2)
    rows = take(engine, NOW + timedelta(seconds=1))
    [taken] = take(engine, LATER + timedelta(seconds=1), limit=1)
    with write(engine) as connection:
        release(connection, schedule, rows, NOW)
    with read(engine) as connection:
        due = {row.key: row.due_at for row in connection.execute(select(schedule))}
    assert due == {taken.key: LATER + timedelta(seconds=1) + LEASE, "w1": NOW}


def test_a_row_that_kills_its_worker_harms_only_itself(engine: Engine) -> None:
    put_work(engine, 3)
    moment = NOW + timedelta(seconds=1)
    assert take_fairly(engine, moment) == ["w0", "w1", "w2"]  # the worker dies of w0
    put_work_named(engine, "fresh", moment)
    moment += LEASE
    assert take_fairly(engine, moment) == ["fresh"]  # new mail does not wait behind poison
    assert [take_fairly(engine, moment) for _ in range(3)] == [["w0"], ["w1"], ["w2"]]
    assert take_fairly(engine, moment) == []


def test_what_failed_with_others_does_not_wait_behind_a_flood(engine: Engine) -> None:
    put_work(engine, 2)
    moment = NOW + timedelta(seconds=1)
    assert take_fairly(engine, moment) == ["w0", "w1"]  # both fail with the batch
    moment += LEASE + timedelta(minutes=1)
    for number in range(20):
        put_work_named(engine, f"flood {number}", moment)
    assert [len(take_fairly(engine, moment)) for _ in range(4)] == [1, 1, 10, 10]


def put_work_named(engine: Engine, key: str, due_at: datetime) -> None:
    with write(engine) as connection:
        connection.execute(insert(schedule).values(key=key, due_at=due_at))


# Cases: events and rows.


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(histories(), st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_the_rows_are_the_fold_of_the_events(engine: Engine, happened: list[Event], steps: list[int]) -> None:
    case_id = put_case(engine, lambda _: [])
    unique = [
        replace(one, data={**one.data, "ref": reference("KJ", 2026, case_id)}) if "ref" in one.data else one
        for one in happened
    ]
    left = list(unique)
    while left:
        size = steps[len(left) % len(steps)]
        with write(engine) as connection:
            append(connection, snapshots(connection, [case_id]), {case_id: left[:size]})
        left = left[size:]
    with read(engine) as connection:
        snapshot, written = snapshots(connection, [case_id])[case_id], events_of(connection, case_id)
    assert written == unique
    assert snapshot.case == fold(unique)
    assert (snapshot.seq, snapshot.head) == (len(unique), head_of_chain(case_id, unique))


def _with_reference(happened: Event, case_id: int) -> Event:
    own = {"ref": reference("KJ", 2026, case_id)} if "ref" in happened.data else {}
    return replace(happened, data={**happened.data, **own})


def head_of_chain(case_id: int, events: Sequence[Event]) -> str:
    head = GENESIS
    for seq, happened in enumerate(events, start=1):
        head = chain(head, canonical(happened, case_id, seq))
    return head


def test_an_event_that_cannot_happen_writes_nothing_of_its_batch(engine: Engine) -> None:
    first, second = put_case(engine), put_case(engine)
    impossible = {first: [event(Name.FLAG_RAISED)], second: [event(Name.CASE_OPENED)]}
    with pytest.raises(UnexpectedEvent), write(engine) as connection:
        append(connection, snapshots(connection, [first, second]), impossible)
    with read(engine) as connection:
        assert [len(events_of(connection, case_id)) for case_id in (first, second)] == [2, 2]


def test_what_was_decided_about_a_case_that_another_worker_let_go_on_is_given_up(engine: Engine) -> None:
    case_id = put_case(engine)
    with read(engine) as connection:
        looked_at = snapshots(connection, [case_id])
    with write(engine) as connection:
        assert unchanged(connection, looked_at) == looked_at
        append(connection, looked_at, {case_id: [event(Name.FLAG_RAISED)]})
    with pytest.raises(LeaseLost), write(engine) as connection:
        unchanged(connection, looked_at)


def test_two_workers_with_one_snapshot_cannot_both_append(engine: Engine) -> None:
    case_id = put_case(engine)
    with read(engine) as connection:
        old = snapshots(connection, [case_id])
    with write(engine) as connection:
        append(connection, old, {case_id: [event(Name.FLAG_RAISED)]})
    with pytest.raises(IntegrityError), write(engine) as connection:
        append(connection, old, {case_id: [event(Name.FLAG_RAISED, flag="press")]})


def test_the_office_has_a_chain_of_its_own(engine: Engine) -> None:
    for serial in (1, 2):
        with write(engine) as connection:
            append(connection, snapshots(connection, [OFFICE]), {OFFICE: [event(Name.DIGEST_ISSUED, serial=serial)]})
    with read(engine) as connection:
        assert [one.data["serial"] for one in events_of(connection, OFFICE)] == [1, 2]


def test_a_new_request_is_due_when_it_is_said_and_stays_so(engine: Engine) -> None:
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, KEY, Case())])
        known = snapshots(connection, [case_id])
        after = append(connection, known, {case_id: opened_case(case_id)}, {(case_id, 1): LATER})
        append(connection, after, {case_id: [event(Name.DEADLINE_WARNED, 1)]})
    with read(engine) as connection:
        row = connection.execute(select(request).where(request.c.case_id == case_id)).one()
    assert (row.due_at, row.fired) == (LATER, "half_used")


def test_case_numbers_are_given_once_whoever_asks(engine: Engine) -> None:
    given_out: list[int] = []

    def ask() -> None:
        for _ in range(5):
            with write(engine) as connection:
                given_out.extend(reserve_numbers(connection, 2))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(given_out) == list(range(1, 31))


# The ledger: a message is seen once and ends once.


def arrival(uid: int, why: str | None = None) -> Arrival:
    return Arrival(Place("INBOX", 7, uid), NOW, 100, KEY, f"{uid:032x}", why)


def arrive(engine: Engine, *uids: int) -> set[str]:
    with write(engine) as connection:
        return record(connection, [arrival(uid) for uid in uids], NOW)


def read_inbox(engine: Engine, now: datetime = NOW) -> list[Row[Any]]:
    with write(engine) as connection:
        return claim(connection, inbox, now, LEASE, 10)


def test_a_message_seen_twice_is_entered_once(engine: Engine) -> None:
    assert arrive(engine, 1, 2) == {"imap:INBOX:7:1", "imap:INBOX:7:2"}
    assert arrive(engine, 2, 3) == {"imap:INBOX:7:3"}
    with read(engine) as connection:
        assert counts(connection) == {"pending": 3}
        assert connection.execute(select(func.count()).select_from(inbox)).scalar() == 3


def test_workers_that_see_the_same_message_at_once_enter_it_once(engine: Engine) -> None:
    new: list[str] = []
    start = threading.Barrier(3)

    def fetch() -> None:
        start.wait(10)
        new.extend(arrive(engine, *range(1, 21)))

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(new) == sorted(f"imap:INBOX:7:{uid}" for uid in range(1, 21))


def test_a_message_ends_once_with_one_disposition(engine: Engine) -> None:
    arrive(engine, 1, 2)
    rows = read_inbox(engine)
    with write(engine) as connection:
        settle_inbox(connection, [Settlement(rows[0], Disposition.CASE), Settlement(rows[1], Disposition.SPAM)], NOW)
    for again in ([Settlement(rows[0], Disposition.HELD)], [Settlement(row, Disposition.HELD) for row in rows]):
        with pytest.raises(LeaseLost), write(engine) as connection:
            settle_inbox(connection, again, NOW)
    with read(engine) as connection:
        assert counts(connection) == {"case": 1, "spam": 1}


def test_a_message_another_worker_took_is_not_settled(engine: Engine) -> None:
    arrive(engine, 1)
    [old], [new] = read_inbox(engine), read_inbox(engine, LATER)
    with pytest.raises(LeaseLost), write(engine) as connection:
        settle_inbox(connection, [Settlement(old, Disposition.CASE)], NOW)
    with pytest.raises(LeaseLost), write(engine) as connection:
        hold_unread(connection, old, "poison", NOW)
    with write(engine) as connection:
        hold_unread(connection, new, "poison", NOW)
    with read(engine) as connection:
        assert counts(connection) == {"held": 1}


# The outbox: a cause has one mail.


def post(key: str = "ack:1", message_id: str = "<1@company.test>", *, once: bool = False) -> Post:
    return Post(
        *(key, 1, "KJ-2026-000001-H", KEY, "ack" if once else "notice", "staff", message_id),
        *("hana@company.test", b"From: x\r\n\r\nbody\r\n", NOW, "index"),
        once=once,
    )


def put_posts(engine: Engine, vault: Vault, *posts: Post) -> None:
    [key_id] = vault.make_keys(1, NOW)
    kept = [replace(one, key_id=key_id) for one in posts]
    envelopes = seal_posts(vault, kept)
    with write(engine) as connection:
        queue(connection, kept, envelopes, NOW)


def test_one_cause_queues_one_mail(engine: Engine, vault: Vault) -> None:
    put_posts(engine, vault, post(), post("warn:1", "<2@company.test>"))
    put_posts(engine, vault, post(message_id="<3@company.test>"))
    with read(engine) as connection:
        assert connection.execute(select(outbox.c.message_id).order_by(outbox.c.id)).scalars().all() == [
            "<1@company.test>",
            "<2@company.test>",
        ]
        assert connection.execute(select(func.count()).select_from(blob)).scalar() == 2


def test_two_causes_never_share_a_message_id(engine: Engine, vault: Vault) -> None:
    put_posts(engine, vault, post())
    with pytest.raises(IntegrityError):
        put_posts(engine, vault, post("warn:1"))


def test_a_mail_is_opened_as_it_was_queued(engine: Engine, vault: Vault) -> None:
    put_posts(engine, vault, post())
    with write(engine) as connection:
        [row] = claim_posts(connection, NOW, LEASE, 1, 10)
    with read(engine) as connection:
        [mail] = opened(connection, vault, [row])
    assert (mail.recipient, mail.data, row.state) == ("hana@company.test", b"From: x\r\n\r\nbody\r\n", "sending")


def test_acknowledgements_leave_first_and_few_at_a_time(engine: Engine, vault: Vault) -> None:
    put_posts(
        engine,
        vault,
        post("n", "<n@company.test>"),
        *(post(f"a{n}", f"<{n}@company.test>", once=True) for n in range(3)),
    )
    claimed = []
    with write(engine) as connection:
        while rows := claim_posts(connection, NOW, LEASE, 2, 10):
            claimed.append(keys_of(rows))
    assert claimed == [["a0", "a1"], ["a2"], ["n"]]


def test_a_mail_whose_sender_died_is_known_as_interrupted(engine: Engine, vault: Vault) -> None:
    put_posts(engine, vault, post())
    with write(engine) as connection:
        claim_posts(connection, NOW, LEASE, 1, 10)
    with write(engine) as connection:
        assert claim_posts(connection, LATER, LEASE, 1, 10) == []
        assert claim_interrupted(connection, NOW, LEASE, 10) == []
        [row] = claim_interrupted(connection, LATER, LEASE, 10)
    assert (row.code, row.state, row.failures) == ("interrupted", "sending", 2)


def test_the_least_certain_everyday_matters_of_a_day_come_first(engine: Engine) -> None:
    def filed(case_id: int, kind: str, confidence: float, at: datetime) -> list[Event]:
        asked = event(
            Name.REQUEST_OPENED, 1, at, kind=kind, right=kind, confidence=confidence, received_at=at.isoformat()
        )
        return [event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id)), asked]

    def put(kind: str, confidence: float, at: datetime = NOW) -> str:
        return reference("KJ", 2026, put_case(engine, lambda case_id: filed(case_id, kind, confidence, at)))

    sure, unsure, _ = put("not_for_us", 0.999), put("not_for_us", 0.97), put("erase", 0.5)
    put("not_for_us", 0.1, NOW - timedelta(days=2))
    with read(engine) as connection:
        found = least_sure(connection, "not_for_us", NOW - timedelta(hours=1), NOW + timedelta(hours=1), 3)
        first = least_sure(connection, "not_for_us", NOW - timedelta(hours=1), NOW + timedelta(hours=1), 1)
    assert (found, first) == ([unsure, sure], [unsure])
