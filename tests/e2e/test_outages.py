"""Servers that are away, passwords that are wrong, configurations that cannot be: what the program does then."""

from pathlib import Path

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab
from tests.servers.outage import stopped
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import free_port

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
LONGEST_S = 30


def lines_of(desk: Desk, *words: str) -> list[str]:
    """The lines of the worker's log that hold all these words."""
    lines = desk.log_file.read_text(encoding="utf-8").splitlines() if desk.log_file.exists() else []
    return [line for line in lines if all(word in line for word in words)]


def wait_for_trouble(desk: Desk, lab: MailLab, lane: str) -> None:
    before = len(lines_of(desk, '"waiting"', f'"{lane}"'))
    lab.wait_for(lambda: len(lines_of(desk, '"waiting"', f'"{lane}"')) > before, LONGEST_S, f"trouble of {lane}")


def test_a_worker_outlives_its_servers_and_answers_everyone_once_when_they_are_back(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    people = [mail_lab.fresh_mailbox("sato@people.test") for _ in range(3)]
    with desk.working():
        mail_lab.deliver(mail(people[0], desk.mailbox, "data", WISH), desk.mailbox)
        mail_lab.wait_received(people[0], 1, LONGEST_S)
        with stopped(mail_lab.dovecot):
            wait_for_trouble(desk, mail_lab, "mailbox")
        with stopped(mail_lab.postfix):
            desk.put(mail(people[1], desk.mailbox, "data", WISH))
            wait_for_trouble(desk, mail_lab, "send")
        mail_lab.deliver(mail(people[2], desk.mailbox, "data", WISH), desk.mailbox)
        for person in people:
            mail_lab.wait_received(person, 1, LONGEST_S)
    assert sorted(desk.acknowledged()) == sorted(people)
    assert desk.sum()["cases"] == 3


def test_a_worker_outlives_its_database(postgres_desk: Desk, mail_lab: MailLab, postgresql: PostgreSQL) -> None:
    desk, person = postgres_desk, mail_lab.fresh_mailbox("sato@people.test")
    with desk.working(MAILBOT_WORK__READERS="1"):
        mail_lab.wait_for(lambda: len(lines_of(desk, "worker started")) == 2, LONGEST_S, "both processes")
        with stopped(postgresql):
            desk.put(mail(person, desk.mailbox, "data", WISH))
            wait_for_trouble(desk, mail_lab, "mailbox")
            desk.command("run", "--once", code=75)
        mail_lab.wait_received(person, 1, LONGEST_S)
    assert desk.acknowledged() == [person]
    assert desk.sum()["cases"] == 1


def test_run_once_with_a_dead_server_says_so_by_its_exit_code_and_loses_nothing(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, person, dead = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test"), str(free_port())
    desk.put(mail(person, desk.mailbox, "data", WISH), at="2025-11-26T10:00:00+09:00")
    desk.once("2025-11-26T10:00:00+09:00", code=75, MAILBOT_IMAP__PORT=dead)
    assert desk.cases() == []
    desk.once(code=75, MAILBOT_SMTP__PORT=dead)
    assert len(desk.cases()) == 1
    desk.command("reconcile", code=75, MAILBOT_IMAP__PORT=dead)
    desk.once("2025-11-26T10:05:00+09:00", code=75, MAILBOT_SMTP__PASSWORD="wrong")
    assert desk.acknowledged() == []
    desk.once("2025-11-26T10:30:00+09:00")
    desk.once("2025-11-26T12:00:00+09:00")
    assert desk.acknowledged() == [person]


def failed_logins(lab: MailLab, user: str) -> int:
    log = Path(lab.dovecot._folder) / "dovecot.log"
    return sum("auth failed" in line and user in line for line in log.read_text().splitlines())


def test_a_wrong_password_is_tried_once_and_not_again_and_again(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.once(code=75, MAILBOT_IMAP__PASSWORD="wrong")
    mail_lab.wait_for(lambda: failed_logins(mail_lab, desk.mailbox) == 1, what="the failed login in Dovecot's log")
    with desk.working(MAILBOT_IMAP__PASSWORD="wrong"):
        wait_for_trouble(desk, mail_lab, "mailbox")
        [trouble] = lines_of(desk, '"waiting"')
        assert "credentials" in trouble
        assert float(trouble.partition('"wait_s": ')[2].partition(",")[0]) > 40
    assert failed_logins(mail_lab, desk.mailbox) == 2


def test_every_fault_of_a_configuration_is_told_at_once(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    faults = {"MAILBOT_IMAP__PORT": "imap", "MAILBOT_COMPANY__TIMEZONE": "Mars", "MAILBOT_SMTP__COLOUR": "red"}
    for command, code in ((["run"], 78), (["run", "--once"], 78), (["check"], 2)):
        _, _, told = desk._run(command, desk.environment(**faults))
        assert [one for one in ("imap.port", "timezone", "smtp.colour") if one not in told] == []
        desk.command(*command, code=code, **faults)
    desk.once("2025-11-26T10:00:00+09:00", code=78, MAILBOT_COMPANY__ADDRESS="privacy@company.jp")
