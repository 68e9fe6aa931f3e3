"""Several workers on one PostgreSQL: whatever they do at the same moment happens once, and who comes late does nothing.

They collide at a barrier, or one goes on in the middle of another's step; nobody sleeps.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import insert

from mailbot.core.message import Incoming
from mailbot.edge.model.load import Model
from mailbot.edge.sandbox import Unreadable
from mailbot.sections import Limits
from mailbot.steps.accounts import let_go
from mailbot.steps.fetch import fetch
from mailbot.steps.filing import file
from mailbot.steps.parts import Parts
from mailbot.steps.receive import receive
from mailbot.steps.send import send
from mailbot.steps.tick import tick
from mailbot.store.accounts import LEASE, Lease, take
from mailbot.store.cases import reserve_numbers
from mailbot.store.claim import LeaseLost, claim
from mailbot.store.engine import write
from mailbot.store.tables import schedule
from tests.e2e.desk import mail
from tests.fakes.ground import BOSS, DESK, HANA
from tests.fakes.memory import RememberingSandbox, remembering_model
from tests.scale.conftest import Town
from tests.scale.together import together

pytestmark = pytest.mark.real
NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)
WISH = "私の個人データを開示してください。"
PEOPLE = [f"person-{number}@people.test" for number in range(8)]
TEAM = 4
STRIKE = timedelta(seconds=40)
"""Longer than a lease, and than the pause after a strike."""
FREE = Limits(acks_per_hour=10_000, acks_per_address_day=1_000, flood_alike_day=0, flood_notices_hour=0)


def wish(person: str, number: int = 1) -> bytes:
    return mail(person, DESK, "お願い", WISH, number)


def lay(town: Town, people: Sequence[str] = PEOPLE) -> None:
    for number, person in enumerate(people):
        town.server.deliver(wish(person, number), NOW)


def team(town: Town, now: datetime = NOW, size: int = TEAM, limits: Limits = FREE) -> list[Parts]:
    return [town.worker(now, limits=limits) for _ in range(size)]


def take_at(now: datetime, parts: Parts) -> Lease | None:
    return take(parts.engine, "", now)


def receive_at(now: datetime, parts: Parts) -> bool:
    return receive(parts, now)


def drained(step: Callable[[Parts, datetime], bool], parts: Parts, now: datetime) -> None:
    """Let a worker repeat a step until nothing is left for it; what another took is that one's."""
    while True:
        try:
            if not step(parts, now):
                return
        except LeaseLost:
            continue


# The claim.


def test_no_row_goes_to_two_workers(town: Town) -> None:
    with write(town.engine) as connection:
        connection.execute(insert(schedule), [{"key": f"race-{number}", "due_at": NOW} for number in range(40)])

    def take_some(parts: Parts) -> list[str]:
        with write(parts.engine) as connection:
            return [row.key for row in claim(connection, schedule, NOW, LEASE, 10, schedule.c.key.startswith("race-"))]

    found = together(take_some, team(town))
    keys = [key for some in found if isinstance(some, list) for key in some]
    assert sorted(keys) == sorted(f"race-{number}" for number in range(40))


def test_case_numbers_are_never_given_out_twice(town: Town) -> None:
    def reserve(parts: Parts) -> list[int]:
        with write(parts.engine) as connection:
            return reserve_numbers(connection, 25)

    found = together(reserve, team(town))
    numbers = [number for some in found if isinstance(some, list) for number in some]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 100))


# The mailbox.


def test_of_all_workers_one_reads_the_mailbox(town: Town) -> None:
    lay(town)
    opened: list[str] = []
    town.server.before = lambda action, *names: opened.extend(names[:1]) if action == "select" else None
    found = together(lambda parts: fetch(parts, NOW), team(town))
    assert [isinstance(one, Exception) for one in found] == [False] * TEAM
    assert town.count("SELECT count(*) FROM inbox") == len(PEOPLE)
    assert sorted(opened) == ["INBOX", "Junk"]


def test_a_lease_goes_to_one_of_those_who_ask_at_once(town: Town) -> None:
    workers = team(town)
    for moment in (NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)):
        found = together(partial(take_at, moment), workers)
        assert [one is not None for one in found].count(True) == 1


def test_who_dies_in_the_middle_of_fetching_is_followed_by_another(town: Town) -> None:
    lay(town)
    first, second = team(town, size=2)

    def die(action: str, *_: Any) -> None:
        if action == "fetch":
            raise SystemExit

    town.server.after = die
    with suppress(SystemExit):
        fetch(first, NOW)
    town.server.after = lambda *_: None
    assert not fetch(second, NOW + LEASE - timedelta(seconds=1))
    assert town.count("SELECT count(*) FROM ledger") == 0  # it may live: its time is not over
    fetch(second, LATER)
    assert town.count("SELECT count(*) FROM inbox") == len(PEOPLE)


def test_who_comes_back_too_late_with_mail_in_hand_writes_nothing(town: Town) -> None:
    lay(town)
    late, quick = team(town, size=2)

    def overtake(action: str, *_: Any) -> None:
        if action == "fetch":
            town.server.after = lambda *_: None
            fetch(quick, LATER)

    town.server.after = overtake
    with pytest.raises(LeaseLost):
        fetch(late, NOW)
    assert town.count("SELECT count(*) FROM ledger") == len(PEOPLE)
    assert town.count("SELECT count(*) FROM blob WHERE kind = 'raw'") == len(PEOPLE)
    assert town.rows("SELECT version FROM account") == [(2,)]
    assert not fetch(late, LATER)  # the other one has it


def test_a_round_that_takes_longer_than_a_lease_ends_at_last(town: Town) -> None:
    """Each worker needs 50 seconds for the bytes; when they are there, another one asks for the mailbox."""
    lay(town)
    rounds: list[datetime] = []

    def dawdle(action: str, *_: Any) -> None:
        if action == "fetch":
            slow_round(rounds[-1] + timedelta(seconds=50))

    def slow_round(at: datetime) -> None:
        rounds.append(at)
        assert len(rounds) < 8, "they take it from each other for ever"
        with suppress(LeaseLost):
            fetch(town.worker(at, limits=FREE), at)

    town.server.after = dawdle
    slow_round(NOW)
    assert town.count("SELECT count(*) FROM inbox") == len(PEOPLE)


def test_a_worker_that_ends_leaves_the_mailbox_to_the_next_at_once(town: Town) -> None:
    first, second = team(town, size=2)
    fetch(first, NOW)
    lay(town)
    fetch(second, NOW)
    assert town.count("SELECT count(*) FROM inbox") == 0
    let_go(first.engine, first.accounts, NOW)
    fetch(second, NOW - timedelta(seconds=5))  # on another machine, whose clock is a little behind
    assert town.count("SELECT count(*) FROM inbox") == len(PEOPLE)


# Mails.


class Waylaid:
    """A classifier: when it is asked for, in the middle of a decision, something else happens first, once."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile: Callable[[], object] | None = meanwhile

    def __call__(self) -> Model:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return remembering_model()


class Interrupted:
    """Whatever writes the letters: when the first one is written, something else happens first."""

    def __init__(self, real: object, meanwhile: Callable[[], object]) -> None:
        self._real, self._meanwhile = real, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        if self._meanwhile:
            self._meanwhile.pop()()
        return getattr(self._real, name)


def test_who_decides_too_late_changes_nothing(town: Town) -> None:
    lay(town)
    late, quick = team(town, size=2)
    fetch(late, NOW)
    late = replace(late, model=Waylaid(lambda: drained(receive, quick, LATER)))
    with pytest.raises(LeaseLost):
        receive(late, NOW)
    assert town.count("SELECT count(*) FROM case_file WHERE id > 0") == len(PEOPLE)
    assert town.count("SELECT count(*) FROM outbox WHERE kind = 'ack'") == len(PEOPLE)
    assert town.count("SELECT count(*) FROM inbox") == 0


def test_the_same_mail_in_two_hands_is_one_case_and_one_copy(town: Town) -> None:
    town.server.deliver(wish(PEOPLE[0]), NOW)
    one, other = team(town, size=2)
    fetch(one, NOW)
    town.server.deliver(wish(PEOPLE[0]), NOW)
    delayed = replace(one, model=Waylaid(lambda: (fetch(one, NOW), receive(other, NOW))))
    with pytest.raises(LeaseLost):
        receive(delayed, NOW)
    drained(receive, one, NOW + STRIKE)
    found = town.rows("SELECT disposition, count(*) FROM ledger GROUP BY disposition ORDER BY disposition")
    assert found == [("case", 1), ("duplicate", 1)]
    assert town.count("SELECT count(*) FROM case_file WHERE id > 0") == 1


def test_four_workers_answer_everybody_once(town: Town) -> None:
    people = [f"person-{number}@people.test" for number in range(24)]
    lay(town, people)

    def work(parts: Parts) -> None:
        for _ in range(3):
            for step in (fetch, receive, send, file):
                drained(step, parts, NOW)

    found = together(work, team(town))
    assert [one for one in found if one is not None] == []
    for moment in (LATER, LATER + timedelta(minutes=1)):  # what somebody still had in hand
        for step in (receive, send, file):
            drained(step, town.worker(moment, limits=FREE), moment)
    assert town.count("SELECT count(*) FROM case_file WHERE id > 0") == 24
    assert {town.letters(person) for person in people} == {1}
    assert town.letters(HANA) == 24


class Poisoned(RememberingSandbox):
    """A reader that one mail makes fail as nothing should."""

    def read(self, raw: bytes) -> Incoming | Unreadable:
        if b"poison" in raw:
            raise ZeroDivisionError
        return super().read(raw)


def test_poison_is_held_once_and_stops_nobody_elses_mail(town: Town) -> None:
    lay(town, [*PEOPLE[:4], "poison@people.test", *PEOPLE[4:]])
    workers = [replace(parts, sandbox=Poisoned()) for parts in team(town)]
    fetch(workers[0], NOW)
    for round_ in range(12):
        moment = NOW + round_ * STRIKE
        together(partial(receive_at, moment), workers)
    found = town.rows("SELECT disposition, why, count(*) FROM ledger GROUP BY disposition, why ORDER BY disposition")
    assert found == [("case", None, len(PEOPLE)), ("held", "poison", 1)]
    assert town.count("SELECT count(*) FROM inbox") == 0


def test_who_sends_too_late_changes_nothing_and_no_acknowledgement_leaves_twice(town: Town) -> None:
    lay(town, PEOPLE[:1])
    late, quick = team(town, size=2)
    drained(fetch, late, NOW)
    drained(receive, late, NOW)

    def overtake(action: str, *_: Any) -> None:
        if action == "smtp dot":
            town.server.after = lambda *_: None
            drained(send, quick, NOW + timedelta(minutes=11))

    town.server.after = overtake
    assert send(late, NOW)
    assert late.landed == []
    drained(send, quick, NOW + timedelta(hours=1))
    assert town.letters(PEOPLE[0]) == 1
    assert town.rows("SELECT state FROM outbox WHERE kind = 'ack'") == [("unknown",)]


# Caps.


@pytest.mark.parametrize("proved", [False, True])
def test_the_cap_of_an_hour_is_one_for_all_workers(town: Town, *, proved: bool) -> None:
    most = 10 if proved else 1
    people = [f"person-{number}@people.test" for number in range(20)]
    for number, person in enumerate(people):
        proof = b"Authentication-Results: mx.company.test; dmarc=pass header.from=people.test\r\n"
        town.server.deliver((proof if proved else b"") + wish(person, number), NOW)
    limits = Limits(acks_per_hour=1, acks_per_address_day=9, flood_alike_day=0, flood_notices_hour=0)
    workers = team(town, limits=limits)
    drained(fetch, workers[0], NOW)
    split(workers, NOW)
    early = town.count(
        "SELECT count(*) FROM outbox WHERE kind = 'ack' AND slot_at < :end", end=NOW + timedelta(hours=1)
    )
    assert early == most


def split(workers: Sequence[Parts], now: datetime) -> None:
    """Let each worker decide about a part of the inbox in the middle of another's decision."""
    inner = workers[-1]
    for outer in reversed(workers[:-1]):
        letters: Any = Interrupted(outer.renderer, partial(drained, receive_few, inner, now))
        inner = replace(outer, renderer=letters)
    drained(receive_few, inner, now)
    drained(receive, workers[0], now + STRIKE)


def receive_few(parts: Parts, now: datetime) -> bool:
    with patch("mailbot.steps.receive.BATCH", 5):
        return receive(parts, now)


# Dates.


def test_a_date_that_comes_near_is_warned_of_once_whoever_looks(town: Town) -> None:
    lay(town, PEOPLE[:3])
    first = town.worker(NOW, limits=FREE)
    drained(fetch, first, NOW)
    drained(receive, first, NOW)
    soon = NOW + timedelta(days=12)
    fetch(replace(first), soon)  # the mailbox was read: silence is silence
    found = together(lambda parts: tick(parts, soon), team(town, soon))
    assert all(isinstance(one, bool | LeaseLost) for one in found)
    drained(tick, first, soon + timedelta(minutes=2))
    doubled = town.rows("SELECT case_id, name, text FROM event GROUP BY case_id, name, text HAVING count(*) > 1")
    assert doubled == []
    told = town.rows("SELECT ref, kind, party_index FROM outbox WHERE kind IN ('warning', 'escalation') AND ref <> ''")
    assert told
    assert len(told) == len(set(told))


def test_the_digest_is_issued_once_however_many_workers_look_at_the_clock(town: Town) -> None:
    workers = team(town)
    morning = NOW + timedelta(days=4)
    together(lambda parts: tick(parts, morning), workers)
    drained(tick, workers[0], morning + timedelta(minutes=2))
    assert town.count("SELECT count(*) FROM outbox WHERE kind = 'digest'") == 1
    for parts in workers:
        drained(send, parts, morning)
    digests = [one for one in town.server.accepted if b"X-Mailbot-Kind: digest" in one.data]
    assert [one.recipient for one in digests] == [BOSS]
