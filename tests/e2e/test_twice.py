"""The same mail twice is one case; the same Message-ID with other words is another."""

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_a_mail_delivered_twice_opens_one_case_and_other_words_under_its_message_id_another(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    one, reused = mail(sender, desk.mailbox, "data", WISH), mail(sender, desk.mailbox, "data", f"{WISH} And my name.")
    for _ in range(2):
        mail_lab.deliver(one, desk.mailbox)
    desk.put(one)
    mail_lab.wait_received(desk.mailbox, 3)
    desk.once()
    assert desk.acknowledged() == [sender]
    desk.put(one, reused)
    desk.once()
    assert desk.acknowledged() == [sender, sender]
    counted = desk.sum()
    assert (counted["cases"], counted["duplicates"], counted["in"]) == (2, 3, 5)
    assert len({case["ref"] for case in desk.cases()}) == 2


def test_a_newsletter_that_comes_twice_stops_nothing(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    news = mail("news@people.test", desk.mailbox, "News", "Hello", List_Id="<news.people.test>")
    desk.put(news, news, mail(sender, desk.mailbox, "data", WISH))
    desk.once()
    desk.put(news)
    desk.once()
    counted = desk.sum()
    assert (counted["cases"], counted["machine"] + counted["duplicates"], counted["held"]) == (1, 3, 0)
    assert desk.acknowledged() == [sender]
