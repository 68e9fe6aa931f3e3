"""The sum of all mail: what the server has and the ledger lacks is told; what others move or number anew is not new."""

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_reconcile_tells_new_mail_from_mail_that_was_taken_away(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.put(*(mail(f"person-{number}@people.test", desk.mailbox, "data", WISH) for number in range(3)))
    desk.once()
    with mail_lab.login(desk.mailbox) as client:
        client.select_folder("mailbot/Processed")
        client.delete_messages(client.search()[0])
        client.expunge()
    assert desk.sum() == desk.sum() | {"in": 3, "cases": 3}
    desk.put(
        mail("late@people.test", desk.mailbox, "data", WISH), mail("later@people.test", desk.mailbox, "data", WISH)
    )
    assert desk.sum(code=1)["in"] == 5
    with mail_lab.login(desk.mailbox) as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search()[0])
        client.expunge()
    desk.once()
    assert desk.sum() == desk.sum() | {"in": 4, "cases": 4}


def test_a_folder_that_was_made_anew_opens_no_case_and_sends_no_mail(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_IMAP__FOLDERS='["Desk"]', MAILBOT_IMAP__PROCESSED_FOLDER="", MAILBOT_IMAP__HELD_FOLDER="")
    people = [mail(f"person-{number}@people.test", desk.mailbox, "data", WISH) for number in range(3)]
    machine = mail("news@people.test", desk.mailbox, "News", "Hello", List_Id="<news.people.test>")
    unclear = mail("hana@company.test <eve@people.test>", desk.mailbox, "data", WISH)
    mails = [*people, machine, unclear]
    desk.put(*mails, folder="Desk")
    desk.once()
    sent, cases = desk.sent(), desk.cases()
    assert len(desk.acknowledged()) == 3
    with mail_lab.login(desk.mailbox) as client:
        before = client.folder_status("Desk", ["UIDVALIDITY"])
        client.delete_folder("Desk")
        client.create_folder("Desk")
        assert client.folder_status("Desk", ["UIDVALIDITY"]) != before
    desk.put(*reversed(mails), folder="Desk")
    desk.once()
    assert desk.sent() == sent
    assert desk.cases() == cases
    counted = desk.sum()
    assert (counted["cases"], counted["in"]) == (3, 10)
    assert counted["held"] <= 2
