"""Mail that cannot be dealt with: held, listed, and in nobody's way."""

import pytest

from tests.e2e.desk import Desk, by_kind, mail
from tests.edge.monsters import MONSTERS
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
MOST_BYTES = 500_000


def monsters(sender: str, to: str) -> list[bytes]:
    head = f"From: {sender}\r\nTo: {to}\r\nDate: Fri, 21 Nov 2025 14:10:%02d +0900\r\n"
    small = [one for one in MONSTERS.values() if len(one) < MOST_BYTES]
    whole = [(head % second).encode() + one for second, one in enumerate(small)]
    return [*whole, b"\r\n\r\n" + WISH.encode(), b"x"]


def test_no_monster_keeps_a_good_mail_from_its_answer(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, person = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    bad = monsters("eve@people.test", desk.mailbox)
    desk.put(*bad, mail(person, desk.mailbox, "data", WISH))
    desk.once()
    assert person in desk.acknowledged()
    counted = desk.sum()
    assert counted["in"] == len(bad) + 1
    assert counted["cases"] + counted["held"] + counted["machine"] == counted["in"]
    assert set(desk.recipients()) <= {person, "eve@people.test", desk.hana, desk.boss}


def test_a_mail_that_is_too_large_or_names_two_cases_waits_for_a_person(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, person = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    desk.set(MAILBOT_LIMITS__MAX_MESSAGE_MB="1")
    desk.put(*(mail(person, desk.mailbox, "data", WISH, number) for number in range(2)))
    desk.once()
    acks = by_kind(mail_lab.received(person), "ack")
    both = " ".join(str(ack["Message-ID"]) for ack in acks)
    desk.put(
        mail(person, desk.mailbox, "data", "Which of them?", 3, References=both),
        mail(person, desk.mailbox, "data", WISH + "x" * 70 + "\r\n" * 1_200_000, 4),
        mail("other@people.test", desk.mailbox, "data", WISH),
    )
    desk.once()
    counted = desk.sum()
    assert (counted["cases"], counted["held"]) == (3, 2)
    listed = desk.command("held")
    assert "oversize" in listed
    assert "carriers_disagree" in listed
    number = listed.split()[0]
    desk.command("held", "drop", number, code=1)
    desk.command("held", "drop", number, "--why", "not a mail to us")
    assert desk.sum()["held"] == 1
    assert len(desk.lab.folders(desk.mailbox)["mailbot/Held"]) == 2


def test_a_folder_that_does_not_exist_is_named_and_stops_no_other(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, person = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    desk.put(mail(person, desk.mailbox, "data", WISH))
    desk.once(MAILBOT_IMAP__JUNK_FOLDER="Nowhere")
    assert desk.acknowledged() == [person]
    assert "Nowhere" in desk.log_file.read_text(encoding="utf-8")


def test_a_held_mail_that_is_tried_again_is_judged_again_and_never_answered_behind_a_persons_back(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    desk.put(mail("sato@people.test, eve@people.test", desk.mailbox, "data", WISH))
    desk.once()
    number = desk.command("held").split()[0]
    assert WISH in desk.command("held", "show", number)
    desk.command("held", "retry", number)
    assert desk.sum(code=1)["held"] == 0
    desk.once()
    assert desk.sum()["held"] == 1
    assert desk.recipients() == []
