"""A worker that is asked to stop in the middle of its work finishes what it has in hand and leaves politely."""

import signal
import time

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_sigterm_in_the_middle_of_fifty_mails_ends_soon_with_0_and_nothing_is_doubled(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    people = [f"person-{number}-of-{desk.mailbox.partition('@')[0]}@people.test" for number in range(50)]
    mail_lab.deliver_many((mail(one, desk.mailbox, "data", WISH), desk.mailbox) for one in people)
    worker = desk.start()
    mail_lab.wait_for(lambda: any(mail_lab.received(one) for one in people[:10]), 30, "the first acknowledgement")
    began = time.monotonic()
    worker._process.send_signal(signal.SIGTERM)
    assert worker._process.wait(15) == 0
    took_s = time.monotonic() - began
    worker.stop()
    assert took_s < 8
    desk.once()
    assert sorted(desk.acknowledged()) == sorted(people)
    assert desk.recipients().count(desk.hana) == 50
    assert desk.sum() == desk.sum() | {"in": 50, "cases": 50}
    desk.command("audit", "verify")
