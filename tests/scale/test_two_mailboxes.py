"""Several mailboxes feed one desk: one case whichever a mail came to, and trouble with one stops no other."""

from collections.abc import Callable

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real
WISH = "私の個人データを開示してください。"


@pytest.fixture
def support(mail_lab: MailLab) -> str:
    """A second mailbox of the company."""
    return mail_lab.fresh_mailbox("support@company.test")


@pytest.fixture
def desk(make_desk: Callable[..., Desk], mail_lab: MailLab, support: str) -> Desk:
    """A desk that reads both, the second with what the first says but for its login and its held folder."""
    desk = make_desk()
    own = f'[[mailboxes]]\nusername = "{support}"\npassword = "{mail_lab.password}"\nheld_folder = "Held"\n'
    desk.config_file.write_text(desk.config_file.read_text(encoding="utf-8") + own, encoding="utf-8")
    return desk


def append(lab: MailLab, address: str, *mails: bytes, folder: str = "INBOX") -> None:
    with lab.login(address) as client:
        for one in mails:
            client.append(folder, one)


def test_mail_to_either_mailbox_becomes_a_case_and_the_same_mail_in_both_only_one(
    desk: Desk, mail_lab: MailLab, support: str
) -> None:
    both = mail("sato@people.test", f"{desk.mailbox}, {support}", "data", WISH)
    append(mail_lab, desk.mailbox, both, mail("ito@people.test", desk.mailbox, "data", WISH))
    append(mail_lab, support, both, mail("mori@people.test", support, "data", WISH))
    desk.once()
    assert sorted(desk.acknowledged()) == ["ito@people.test", "mori@people.test", "sato@people.test"]
    assert len(desk.cases()) == 3
    assert desk.sum() | {"cases": 3, "duplicates": 1, "in": 4} == desk.sum()
    assert [len(mail_lab.folders(one)["mailbot/Processed"]) for one in (desk.mailbox, support)] == [2, 2]
    assert [mail_lab.folders(one)["INBOX"] for one in (desk.mailbox, support)] == [[], []]


def test_what_a_mailbox_says_itself_counts_for_it_alone(desk: Desk, mail_lab: MailLab, support: str) -> None:
    unclear = "hana@company.test <eve@people.test>"
    for address in (desk.mailbox, support):
        append(mail_lab, address, mail(unclear, address, "data", WISH))
    desk.once()
    assert len(mail_lab.folders(desk.mailbox)["mailbot/Held"]) == 1
    assert len(mail_lab.folders(support)["Held"]) == 1


def test_the_junk_of_every_mailbox_is_read_and_never_acknowledged(desk: Desk, mail_lab: MailLab, support: str) -> None:
    desk.set(MAILBOT_IMAP__JUNK_FOLDER="Junk")
    append(mail_lab, support, mail("sato@people.test", support, "data", WISH), folder="Junk")
    desk.once()
    assert desk.acknowledged() == []
    assert desk.sum()["held"] == 1
    assert len(mail_lab.folders(support)["Junk"]) == 1


def test_a_mailbox_that_cannot_be_opened_is_told_and_the_others_are_read(
    desk: Desk, mail_lab: MailLab, support: str
) -> None:
    text = desk.config_file.read_text(encoding="utf-8")
    first, _, second = text.rpartition(mail_lab.password)
    desk.config_file.write_text(f"{first}wrong{second}", encoding="utf-8")
    many = [mail(f"person-{number}@people.test", desk.mailbox, "data", WISH, number) for number in range(60)]
    append(mail_lab, desk.mailbox, *many)
    append(mail_lab, support, mail("mori@people.test", support, "data", WISH))
    desk.once(code=75)
    assert len(desk.acknowledged()) == 60
    assert mail_lab.folders(desk.mailbox)["INBOX"] == []
    desk.config_file.write_text(text, encoding="utf-8")
    desk.once()
    assert desk.acknowledged()[60:] == ["mori@people.test"]


def test_a_running_worker_waits_in_every_mailbox(desk: Desk, mail_lab: MailLab, support: str) -> None:
    with desk.working():
        for address, person in ((support, "mori@people.test"), (desk.mailbox, "ito@people.test")):
            mail_lab.deliver(mail(person, address, "data", WISH), address)
        mail_lab.wait_for(lambda: len(desk.acknowledged()) == 2, what="both answers")
        filed = "mailbot/Processed"
        mail_lab.wait_for(lambda: filed in mail_lab.folders(support), what="the one to be filed")
        mail_lab.wait_for(lambda: filed in mail_lab.folders(desk.mailbox), what="the other to be filed")
