"""How soon a person is acknowledged: from the moment before delivery until the mail lies in their mailbox."""

import time
from statistics import median

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
MAILS = 20


def test_an_acknowledgement_arrives_within_seconds_while_the_worker_waits(
    sqlite_desk: Desk, mail_lab: MailLab, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, took = sqlite_desk, []
    desk.set(MAILBOT_IMAP__JUNK_FOLDER="Junk")  # the worker waits on one folder and reads two
    with desk.working():
        for number in range(MAILS + 1):
            person = mail_lab.fresh_mailbox("sato@people.test")
            began = time.monotonic()
            mail_lab.deliver(mail(person, desk.mailbox, "data", WISH, number), desk.mailbox)
            mail_lab.wait_for(lambda person=person: mail_lab.received(person), 30, "the acknowledgement")
            took.append(time.monotonic() - began)
    took = sorted(took[1:])  # the first waits for the worker to start
    with capsys.disabled():
        print(f"\nacknowledged after {median(took):.2f} s (median), {took[-1]:.2f} s (slowest of {MAILS})")  # noqa: T201
    assert median(took) <= 3
