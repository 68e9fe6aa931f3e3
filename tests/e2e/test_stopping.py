"""A worker that is asked to stop finishes what it has in hand; two that work on the same mailbox share the work."""

import gc
import os
import signal
import time
import warnings
from contextlib import suppress
from types import SimpleNamespace

import pytest

from mailbot.config import load
from mailbot.edge.smtp import Outcome, Sender
from tests.e2e.desk import Commands, Desk, mail
from tests.servers.lab import MailLab
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_sigterm_in_the_middle_of_fifty_mails_ends_soon_with_0_and_nothing_is_doubled(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    people = [f"person-{number}-of-{desk.mailbox.partition('@')[0]}@people.test" for number in range(50)]
    mail_lab.deliver_many((mail(one, desk.mailbox, "data", WISH), desk.mailbox) for one in people)
    worker = desk.start()
    mail_lab.wait_for(lambda: any(mail_lab.received(one) for one in people[:10]), 90, "the first acknowledgement")
    began = time.monotonic()
    worker._process.send_signal(signal.SIGTERM)
    assert worker._process.wait(60) == 0
    took_s = time.monotonic() - began
    worker.stop()
    assert took_s < 15
    desk.once()
    assert sorted(desk.acknowledged()) == sorted(people)
    assert desk.recipients().count(desk.hana) == 50
    assert desk.sum() == desk.sum() | {"in": 50, "cases": 50}
    desk.command("audit", "verify")


def test_two_workers_on_one_mailbox_answer_everyone_once(desk: Desk, mail_lab: MailLab) -> None:
    people = [f"person-{number}-of-{desk.mailbox.partition('@')[0]}@people.test" for number in range(40)]
    mails = [(mail(one, desk.mailbox, "data", WISH), desk.mailbox) for one in people]
    assert desk.cases() == []  # the databases are made
    with desk.working(), desk.working():
        mail_lab.deliver_many(mails[:20])
        mail_lab.wait_for(lambda: any(mail_lab.received(one) for one in people[:20]), 90, "an acknowledgement")
        mail_lab.deliver_many(mails[20:])
        mail_lab.wait_for(lambda: all(mail_lab.received(one) for one in people), 180, "all acknowledgements")
        mail_lab.wait_for(lambda: not mail_lab.folders(desk.mailbox)["INBOX"], 90, "the mails to be filed")
    assert sorted(desk.acknowledged()) == sorted(people)
    assert desk.recipients().count(desk.hana) == 40
    assert desk.sum() == desk.sum() | {"in": 40, "cases": 40}
    desk.command("audit", "verify")


def test_two_workers_that_start_at_once_on_fresh_databases_both_live(desk: Desk, mail_lab: MailLab) -> None:
    desk.set(MAILBOT_WORK__READERS="1")  # two processes each, however many processors there are
    with desk.working(), desk.working():
        mail_lab.wait_for(lambda: desk.log_file.read_text().count("worker started") == 4, 90, "two workers")
    assert desk.cases() == []


def test_a_sender_that_was_closed_leaves_no_connection_open(sqlite_desk: Desk) -> None:
    config = load(sqlite_desk.config_file)
    letter = SimpleNamespace(recipient=sqlite_desk.hana, data=mail(sqlite_desk.mailbox, sqlite_desk.hana, "x", "y"))
    gc.collect()
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always")
        for _ in range(20):  # whether the server or the loop ends first is chance
            sender = Sender(config.smtp, sqlite_desk.mailbox)
            assert [one.outcome for one in sender.start([letter] * 2).result(20)] == [Outcome.SENT] * 2
            sender.close()
            del sender
        gc.collect()
    assert [one for one in left if issubclass(one.category, ResourceWarning)] == []


def test_a_worker_that_is_told_to_end_over_and_over_ends(sqlite_desk: Desk, commands: Commands) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_WORK__READERS="0")
    worker = commands.start(["run"], desk.environment(), desk.log_file)
    wait_until(lambda: desk.log_file.exists() and "worker started" in desk.log_file.read_text(), 60, "the worker")
    with suppress(ProcessLookupError):
        for _ in range(20_000):
            os.kill(worker, signal.SIGTERM)
    assert commands.end(worker) == 0
