"""The caps on what leaves by itself: so many acknowledgements to one address a day, so many in all an hour."""

import pytest

from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_the_fourth_mail_of_an_address_in_a_day_opens_a_case_that_shows_it_was_not_acknowledged(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    desk.set(MAILBOT_LIMITS__ACKS_PER_ADDRESS_DAY="3")
    mails = [mail(sender, desk.mailbox, f"data {number}", WISH, number) for number in range(6)]
    desk.put(*mails[:2], at="2025-11-26T10:00:00+09:00")
    desk.once("2025-11-26T10:00:00+09:00")
    desk.put(*mails[2:5], at="2025-11-26T15:00:00+09:00")
    desk.once("2025-11-26T15:00:00+09:00")
    assert desk.acknowledged() == [sender] * 3
    cases = desk.cases()
    assert [case["state"] for case in cases] == ["acknowledged"] * 3 + ["unacknowledged"] * 2
    [why] = [one for one in desk.case(cases[-1]["ref"])["events"] if one["name"] == "acknowledgement_withheld"]
    assert why["data"]["why"] == "address_limit"
    [section] = [
        one for one in desk.command("digest", "--print").split("■") if one.startswith(" 送らなかった受付のお知らせ")
    ]
    assert " 2" in section
    desk.put(mails[5], at="2025-11-27T16:00:00+09:00")
    desk.once("2025-11-27T16:00:00+09:00")
    assert desk.acknowledged() == [sender] * 4


def test_acknowledgements_beyond_the_hourly_cap_wait_for_the_next_hours(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_LIMITS__ACKS_PER_HOUR="2")
    senders = [f"person-{number}@people.test" for number in range(5)]
    desk.put(*(mail(one, desk.mailbox, "data", WISH) for one in senders), at="2025-11-26T10:00:00+09:00")
    left = []
    for moment in ("10:00", "10:59", "11:01", "12:02", "13:30"):
        desk.once(f"2025-11-26T{moment}:00+09:00")
        left.append(len(desk.acknowledged()))
    assert left == [2, 2, 4, 5, 5]
    assert sorted(desk.acknowledged()) == senders
