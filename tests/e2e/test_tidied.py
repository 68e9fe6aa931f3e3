"""People tidy the mailbox while the worker has it: what they take away is made again, and no mail waits for it."""

import pytest

from mailbot.config import load
from mailbot.edge.errors import Transient
from mailbot.edge.imap import Mailbox
from tests.e2e.desk import Desk, mail

pytestmark = pytest.mark.real

DONE = "mailbot/Processed"


def put(desk: Desk, number: int) -> None:
    desk.put(mail("sato@people.test", desk.mailbox, "data", "Please send me a copy of my data.", number))


def test_a_folder_that_was_tidied_away_is_made_again(sqlite_desk: Desk) -> None:
    desk, mailbox = sqlite_desk, Mailbox(load(sqlite_desk.config_file).imap)
    for number in (1, 2):
        put(desk, number)
        mailbox.end_idle()
        mailbox.select("INBOX")
        mailbox.move(mailbox.uids_above(0), DONE)
        with desk.lab.login(desk.mailbox) as client:
            assert client.select_folder(DONE)[b"EXISTS"] == 1
            client.unselect_folder()
            client.delete_folder(DONE)
    mailbox.close()


def test_a_junk_folder_that_is_gone_is_asked_for_again(sqlite_desk: Desk) -> None:
    desk, mailbox = sqlite_desk, Mailbox(load(sqlite_desk.config_file).imap)
    with desk.lab.login(desk.mailbox) as client:
        client.create_folder("Spam")
        assert mailbox.has_folder("Spam")
        client.delete_folder("Spam")
    with pytest.raises(Transient, match="Spam"):
        mailbox.select("Spam")
    assert not mailbox.has_folder("Spam")
    mailbox.close()
