"""What became of a mail that has left is written down, even where the database was away in that moment."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, text

from mailbot.steps.fetch import fetch
from mailbot.steps.parts import Parts
from mailbot.steps.receive import receive
from mailbot.steps.send import send
from mailbot.store.engine import StoreUnavailable
from tests.fakes.ground import HANA
from tests.fakes.server import Answer
from tests.scale.conftest import Town
from tests.scale.test_races import FREE, NOW, PEOPLE, drained, lay
from tests.storage.refusing import refusing

pytestmark = pytest.mark.real
ACKS = "SELECT state, code, failures, count(*) FROM outbox WHERE kind = 'ack' GROUP BY state, code, failures"
JUDGED = """
    UPDATE outbox SET state = 'unknown', due_at = NULL, version = version + 1
    WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'ack')"""
DIED_TWICE = """
    UPDATE outbox SET state = 'sending', failures = 2, due_at = (SELECT min(due_at) FROM outbox WHERE kind = 'ack')
    WHERE kind = 'notice'"""
DAMAGED = """
    UPDATE blob SET sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1)
    WHERE id = (SELECT blob_id FROM outbox WHERE kind = 'ack' ORDER BY id LIMIT 1)"""
SENT = ("sent", "250", 1)


def decided(town: Town) -> Parts:
    """A worker whose outbox holds an acknowledgement to everybody."""
    lay(town)
    worker = town.worker(NOW, limits=FREE)
    drained(fetch, worker, NOW)
    drained(receive, worker, NOW)
    return worker


def at_the_last_dot(town: Town, happens: Callable[[], object]) -> None:
    """Let something happen when the server has taken the acknowledgement to everybody."""

    def after(action: str, *_: Any) -> None:
        if action == "smtp dot" and len(town.server.accepted) == len(PEOPLE):
            happens()

    town.server.after = after


def statement(town: Town, asked: str) -> None:
    with town.engine.begin() as connection:
        connection.execute(text(asked))


@contextmanager
def cut_before(words: str, url: str) -> Iterator[None]:
    """Cut a connection to the server in the moment it is about to be asked something, once."""
    left = [words]

    def before(connection: Any, _: Any, asked: str, *__: Any) -> None:
        if left and left[0] in asked:
            left.clear()
            pid = connection.connection.dbapi_connection.info.backend_pid
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert not left


def test_what_left_while_the_database_refused_is_known_when_it_is_back(town: Town) -> None:
    worker = decided(town)
    with ExitStack() as stack:
        at_the_last_dot(town, lambda: stack.enter_context(refusing(town.url, "53100", "outbox", "IMMEDIATE")))
        with pytest.raises(StoreUnavailable):
            send(worker, NOW)
        with pytest.raises(StoreUnavailable):
            send(worker, NOW)
    drained(send, worker, NOW)
    assert town.rows(ACKS) == [(*SENT, len(PEOPLE))]
    assert {town.letters(person) for person in PEOPLE} == {1}


def test_what_is_on_the_wire_when_the_next_group_cannot_be_claimed_is_known_later(town: Town) -> None:
    worker = decided(town)
    with ExitStack() as stack:
        at_the_last_dot(town, lambda: stack.enter_context(cut_before("UPDATE outbox", town.url)))
        with pytest.raises(StoreUnavailable):
            send(worker, NOW)
    drained(send, worker, NOW)
    assert town.rows(ACKS) == [(*SENT, len(PEOPLE))]


def test_one_mail_that_another_has_judged_takes_no_other_outcome_with_it(town: Town) -> None:
    worker = decided(town)
    at_the_last_dot(town, lambda: statement(town, JUDGED))
    drained(send, worker, NOW)
    assert worker.landed == []
    assert sorted(town.rows(ACKS)) == [(*SENT, len(PEOPLE) - 1), ("unknown", None, 1, 1)]


def test_a_group_that_could_not_be_opened_was_never_offered(town: Town) -> None:
    worker = decided(town)
    with cut_before("FROM blob", town.url), pytest.raises(StoreUnavailable):
        send(worker, NOW)
    drained(send, worker, NOW + timedelta(seconds=5))
    assert town.rows(ACKS) == [(*SENT, len(PEOPLE))]
    assert {town.letters(person) for person in PEOPLE} == {1}


def test_a_group_whose_keys_cannot_be_read_was_never_offered(town: Town) -> None:
    decided(town)
    fresh = town.worker(NOW, limits=FREE)  # it knows no key by heart
    with cut_before("FROM data_key", town.keys_url), pytest.raises(StoreUnavailable):
        send(fresh, NOW)
    drained(send, fresh, NOW + timedelta(seconds=5))
    assert town.rows(ACKS) == [(*SENT, len(PEOPLE))]


def test_a_mail_of_ours_that_does_not_open_keeps_no_other_back_and_is_held_at_last(town: Town) -> None:
    worker = decided(town)
    statement(town, DAMAGED)
    for hour in range(3):
        drained(send, worker, NOW + timedelta(hours=hour))
    assert sorted(town.rows(ACKS)) == [("held", "unreadable", 3, 1), (*SENT, len(PEOPLE) - 1)]
    assert town.count("SELECT count(*) FROM event WHERE name = 'acknowledgement_failed'") == 1


def test_a_letter_that_kills_its_sender_each_time_is_told_to_staff_at_last(town: Town) -> None:
    worker = decided(town)
    statement(town, "UPDATE outbox SET state = 'sending', failures = 9, once = false WHERE kind = 'ack'")
    send(worker, NOW)
    assert sum(map(town.letters, PEOPLE)) == 1
    statement(town, "UPDATE outbox SET failures = 10 WHERE kind = 'ack' AND state = 'sending'")
    drained(send, worker, NOW)
    assert sum(map(town.letters, PEOPLE)) == 1
    states = "SELECT state, count(*) FROM outbox WHERE kind = 'ack' GROUP BY state ORDER BY state"
    assert town.rows(states) == [("sent", 1), ("unknown", len(PEOPLE) - 1)]
    assert town.letters(HANA) == len(PEOPLE) - 1


class Clumsy:
    """Whatever writes the letters, and cannot."""

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError


def test_a_bug_in_what_follows_from_an_outcome_does_not_send_the_mail_again(town: Town) -> None:
    worker = decided(town)
    town.server.before = refuses(PEOPLE[0])
    letters: Any = Clumsy()
    with pytest.raises(ZeroDivisionError):
        send(replace(worker, renderer=letters), NOW)
    town.server.before = lambda *_: None
    for hour in range(1, 3):
        drained(send, worker, NOW + timedelta(hours=hour))
    assert sorted(town.rows(ACKS)) == [("failed", "550", 1, 1), (*SENT, len(PEOPLE) - 1)]
    assert town.letters(PEOPLE[0]) == 0


def refuses(person: str) -> Callable[..., None]:
    """The mail server takes no mail to somebody."""

    def before(action: str, *names: Any) -> None:
        if action == "smtp rcpt" and names[0] == person:
            raise Answer(550)

    return before


def test_what_a_worker_died_of_twice_is_offered_last_and_alone(town: Town) -> None:
    worker = decided(town)
    statement(town, DIED_TWICE)
    waiting = town.count("SELECT count(*) FROM outbox WHERE kind = 'notice'")
    send(worker, NOW)
    assert len(town.server.accepted) == len(PEOPLE)
    for number in range(1, waiting + 1):
        send(worker, NOW)
        assert len(town.server.accepted) == len(PEOPLE) + number
