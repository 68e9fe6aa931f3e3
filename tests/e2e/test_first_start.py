"""The first start on a mailbox that has a history, and mail that others have touched or filed away."""

from collections.abc import Callable

import pytest

from tests.e2e.desk import Desk, mail

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
OLD, FRIDAY = "2025-11-11T09:00:00+09:00", "2025-11-21T14:10:00+09:00"


def test_old_mail_is_only_counted_and_fresh_mail_is_answered_though_others_have_read_it(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(since="2025-11-21")
    desk.put(*(mail(f"old-{n}@people.test", desk.mailbox, "data", WISH, n) for n in range(300)), at=OLD)
    fresh = [f"fresh-{number}@people.test" for number in range(3)]
    desk.put(*(mail(one, desk.mailbox, "data", WISH) for one in fresh), at=FRIDAY, flags=[b"\\Seen", b"\\Answered"])
    desk.once(FRIDAY)
    assert sorted(desk.acknowledged()) == fresh
    counted = desk.sum()
    assert (counted["old"], counted["cases"], counted["in"]) == (300, 3, 303)
    folders = desk.lab.folders(desk.mailbox)
    assert (len(folders["INBOX"]), len(folders["mailbot/Processed"])) == (300, 3)


def test_a_request_in_the_junk_folder_waits_for_a_person_and_junk_is_only_counted(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_IMAP__JUNK_FOLDER="Junk")
    spam = mail("deals@people.test", desk.mailbox, "WATCHES", "Buy cheap watches now, click here.")
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH), spam, folder="Junk")
    desk.once()
    counted = desk.sum()
    assert (counted["held"], counted["spam"], counted["cases"]) == (1, 1, 0)
    assert desk.recipients() == []
    assert "junk" in desk.command("held")
    assert len(desk.lab.folders(desk.mailbox)["Junk"]) == 2
