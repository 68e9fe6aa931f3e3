"""A backup is restored over a desk that went on: nobody gets anything twice, and no mail of the lost day stays lost."""

import re
import shutil

import pytest

from tests.e2e.by_mail import Person, text_of
from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
DAY = "2025-11-26T{}:00+09:00"


def backed_up(desk: Desk) -> None:
    """Copy both databases as they lie there, with nobody at work."""
    (desk.folder / "backup").mkdir()
    for file in desk.folder.glob("*.db*"):
        shutil.copy2(file, desk.folder / "backup" / file.name)


def restored(desk: Desk) -> None:
    """Put the copies in the place of the databases."""
    for file in desk.folder.glob("*.db*"):
        file.unlink()
    for file in (desk.folder / "backup").iterdir():
        shutil.copy2(file, desk.folder / file.name)


def arrive(desk: Desk, clock: str, *people: str) -> None:
    """Let people write at a time of the day, and let the worker deal with it a minute later."""
    for number, person in enumerate(people):
        desk.put(mail(person, desk.mailbox, "data", WISH, f"{clock}-{number}"), at=DAY.format(clock))
    desk.once(DAY.format(f"{clock[:3]}{int(clock[3:]) + 1:02}"))
    desk.lab.wait_idle()


def test_a_backup_of_yesterday_is_restored_and_nobody_gets_anything_twice(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    first, *lost, meanwhile, later = [mail_lab.fresh_mailbox(f"{name}@people.test") for name in "abcdef"]
    arrive(desk, "10:00", first)
    backed_up(desk)
    arrive(desk, "11:00", lost[0])
    desk.put(mail("no address", desk.mailbox, "data", WISH, "held"), at=DAY.format("11:10"))
    arrive(desk, "11:30", *lost[1:])
    known = {one["received_at"]: one["ref"] for one in desk.cases()}
    assert sorted(desk.acknowledged()) == sorted([first, *lost])

    restored(desk)
    before = len(desk.recipients())
    arrive(desk, "12:00", meanwhile)
    arrive(desk, "12:30")
    assert desk.recipients()[before:] == [desk.boss], "one question, and nothing else"
    assert "データベースがメールボックスより古い" in desk.command("digest", "--print")

    boss = Person(desk, mail_lab, desk.boss)
    boss.now = DAY.format("12:40")
    asked = boss.newest("escalation", "Was the database restored")
    code = re.search(r"approve ([a-z2-9]{10})", text_of(asked))
    assert code
    boss.reply(asked, f"approve {code[1]}")
    arrive(desk, "12:50")
    again = {one["received_at"]: one["ref"] for one in desk.cases()}
    assert known.keys() < again.keys(), "every mail of the lost time is a case, with the moment it came"
    assert len([ref for ref in known.values() if ref in again.values()]) == 1, "no reference stands for two people"
    arrive(desk, "13:00", later)
    assert sorted(desk.acknowledged()) == sorted([first, *lost, later]), "nobody got anything twice"
    assert (desk.sum()["cases"], desk.sum()["held"]) == (len(lost) + 3, 1)
    assert "no fault" in desk.command("audit", "verify")
    people = [first, *lost, meanwhile, later]
    assert [len(mail_lab.received(one)) for one in people] == [1, 1, 1, 1, 0, 1]
