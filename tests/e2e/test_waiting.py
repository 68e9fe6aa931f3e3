"""Stops of the service clock, told over weeks at real servers: what begins and ends them, and who hears of it."""

from email.message import EmailMessage
from typing import Any

import pytest

from tests.e2e.by_mail import Person, Story, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab
from tests.servers.processes import free_port

pytestmark = pytest.mark.real

DISCLOSE = "今お持ちの私の個人データを開示してください。"
BOTH = "今お持ちの私の個人データを開示してください。また、登録されている住所を訂正してください。"
FACTS = "本人に相違ありません。住所は見本市中央1-2-3です。"
BUSINESS_DAYS = [
    *("11-25", "11-26", "11-27", "11-28", "12-01", "12-02", "12-03", "12-04", "12-05", "12-08"),
    *("12-09", "12-10", "12-11", "12-12", "12-15", "12-16", "12-17", "12-18", "12-19", "12-22"),
]
"""The twenty business days after Friday, 21 November 2025: Monday the 24th is a holiday."""


def letters(person: Person, words: str = "") -> list[EmailMessage]:
    """The letters of a mailbox whose subject has some words in it."""
    return [one for one in person.got("letter") if words in str(one["Subject"])]


def asked(story: Story, customer: Person, what: str = "本人", words: str = DISCLOSE) -> EmailMessage:
    """Let a case be opened and its requester be asked for something on Friday, 21 November; the letter that asks."""
    customer.write("お願い", words)
    story.until("11-21 14:11")
    ask(story, what)
    story.until("11-21 14:20")
    [letter] = letters(customer)
    return letter


def ask(story: Story, what: str, words: str = "") -> None:
    story.hana.reply(story.hana.newest("notice"), f"/照会 {what}\n{words}")


def dates(story: Story, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = story.case()["requests"][number]["dates"]
    return found


def data_of(story: Story, name: str) -> list[dict[str, Any]]:
    """What stands in the events of one name, in order."""
    return [one["data"] for one in story.case()["events"] if one["name"] == name]


def test_a_stop_begins_when_the_asking_letter_left_and_ends_when_the_reply_arrived(
    desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", DISCLOSE)
    story.until("11-21 14:11")
    ask(story, "本人")
    desk.once("2025-11-21T14:30:00+09:00", code=75, MAILBOT_SMTP__PORT=str(free_port()))
    assert story.states() == {"disclosure": "open"}, "the letter waits for the relay: no letter, no stop"
    story.until("11-25 10:00")
    assert (story.states(), data_of(story, "pause_started")[0]["on"]) == ({"disclosure": "paused"}, "2025-11-25")
    assert (dates(story)["notice_on"], dates(story)["gate_on"]) == ("2025-12-04", "2025-12-05")

    [letter] = letters(customer)
    customer.reply(letter, FACTS, at="2025-11-29T20:00:00+09:00")
    story.until("12-02 09:30")
    assert story.states() == {"disclosure": "open"}
    [ended] = data_of(story, "pause_ended")
    assert (ended["on"], ended["days"]) == ("2025-11-29", 3), "the Saturday it arrived, not the Tuesday it was read"
    assert (dates(story)["notice_on"], dates(story)["gate_on"]) == ("2025-12-09", "2025-12-05")
    [told] = letters(customer, "ご返信の受領")
    assert "2025年11月29日(土)に受け取りました" in text_of(told)
    assert "2025年11月25日(火)の翌日からご返信が届いた日までの3営業日は、数えていません" in text_of(told)
    assert "期日は、2025年12月5日(金)です" in text_of(told), "the gate comes before the service date and did not move"

    customer.reply(letter, "追伸: お電話でも結構です。", at="2025-12-02T10:00:00+09:00")
    story.until("12-02 11:00")
    assert len(letters(customer, "ご返信の受領")) == 1
    assert "追伸" in text_of(hana.newest("notice"))
    story.ends()


def test_a_question_nobody_answers_is_asked_twice_again_and_then_ends_until_somebody_writes(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    letter = asked(story, customer)
    assert "ご返信の期日: 2025年12月22日(月)" in text_of(letter)
    assert "2025年12月1日(月)と2025年12月8日(月)に、あらためて" in text_of(letter)
    reminded = {}
    for number, day in enumerate(BUSINESS_DAYS, start=1):
        story.until(f"{day} 09:30")
        reminded[number] = len(letters(customer, "ご返信のお願い"))
        if day == "12-02":
            away: dict[str, Any] = {"Auto_Submitted": "auto-replied", "X_Autoreply": "yes"}
            customer.reply(letter, "不在にしております。12月10日に戻ります。", at="2025-12-02T09:40:00+09:00", **away)
    assert (story.states(), story.happened().count("follow_up_received")) == ({"disclosure": "paused"}, 0)
    assert [reminded[number] for number in (4, 5, 9, 10, 20)] == [0, 1, 1, 2, 2]
    [first, second] = letters(customer, "ご返信のお願い")
    assert "事項: ご本人であることの確認" in text_of(first)
    assert "お願いをお送りした日: 2025年11月21日(金)" in text_of(second)
    assert "ご返信の期日: 2025年12月22日(月)" in text_of(second)

    story.until("12-23 08:59")
    assert story.states() == {"disclosure": "paused"}, "a reply on the last day is in time"
    story.until("12-23 09:30")
    assert (story.case()["state"], story.states()) == ("closed", {"disclosure": "closed"})
    [closing] = letters(customer, "お手続き終了")
    assert "期日までにご返信を確認できませんでした" in text_of(closing)
    assert "確認できず終了" in text_of(hana.newest("receipt"))

    customer.reply(closing, FACTS, at="2025-12-25T10:00:00+09:00")
    story.until("12-25 10:10")
    assert (story.case()["state"], story.states()) == ("reopened", {"disclosure": "overdue"}), "the gate never moved"
    assert dates(story)["notice_on"] == "2026-01-13", "22 business days later: 20 of the stop, 2 while it was closed"
    assert len(letters(customer)) == 4
    story.ends()


def test_after_downtime_what_was_missed_is_one_late_reminder_and_nothing_lapses_within_five_days_of_it(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    customer = story.requester()
    asked(story, customer)
    story.until("11-28 09:30")
    story.until("12-17 09:30")
    [reminder] = letters(customer, "ご返信のお願い")
    assert "ご返信の期日: 2025年12月24日(水)" in text_of(reminder)
    assert "この" + "お知らせの日付を含めず、翌日から営業日で数えて" in text_of(reminder)
    story.until("12-24 23:00")
    assert (story.states(), len(letters(customer))) == ({"disclosure": "paused"}, 2)
    story.until("12-25 09:30")
    assert (story.case()["state"], len(letters(customer, "お手続き終了"))) == ("closed", 1)
    story.ends()


def test_five_days_of_downtime_neither_double_a_reminder_nor_put_the_end_off(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    customer = story.requester()
    letter = asked(story, customer)
    story.until("12-05 09:30")
    story.until("12-12 09:30")
    assert len(letters(customer, "ご返信のお願い")) == 2
    customer.reply(letter, FACTS, at="2025-12-22T23:50:00+09:00")
    story.until("12-26 09:30")
    assert story.states() == {"disclosure": "overdue"}, "the reply came in time, though nobody was there to read it"
    assert not letters(customer, "お手続き終了")
    assert data_of(story, "pause_ended")[0]["days"] == 20
    story.ends()


def test_nothing_is_asked_twice_and_all_stops_together_last_twenty_business_days(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    letter = asked(story, customer)
    customer.reply(letter, FACTS, at="2025-12-10T15:00:00+09:00")
    story.until("12-10 15:10")
    assert data_of(story, "pause_ended")[0]["days"] == 12
    ask(story, "本人")
    story.until("12-10 15:20")
    assert "実行していません" in text_of(hana.newest("receipt"))
    assert len(letters(customer, "ご本人の確認")) == 1

    ask(story, "内容", "確認したいこと: どの期間の情報をご希望ですか。")
    story.until("12-10 15:30")
    [question] = letters(customer, "お伺い")
    assert "ご返信の期日: 2025年12月22日(月)" in text_of(question), "eight of the twenty days are left"
    assert "このお手続きを終了し" not in text_of(question), "the clock runs again before anything would lapse"
    story.until("12-17 09:30")
    assert len(letters(customer, "ご返信のお願い")) == 1
    story.until("12-23 09:30")
    assert story.states() == {"disclosure": "open"}
    assert [one["days"] for one in data_of(story, "pause_ended")] == [12, 8]
    assert hana.newest("warning", "期日の数えが再開しました")
    assert len(letters(customer)) == 4, "two questions, one reply received, one reminder"
    story.ends()


def test_what_lapses_beside_a_request_that_goes_on_says_so_and_a_reply_takes_it_up_again(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    customer = story.requester()
    asked(story, customer, "本人 1", BOTH)
    assert story.states() == {"disclosure": "paused", "correct": "open"}
    for moment in ("12-01 09:30", "12-08 09:30", "12-23 09:30"):
        story.until(moment)
    [closing] = letters(customer, "お手続き終了")
    assert "次のご依頼のお手続きを終了いたします" in text_of(closing)
    assert "ほかにいただいているご依頼のお手続きは続けて" in text_of(closing)
    assert "保有個人データの訂正" not in text_of(closing)
    assert (story.states()["disclosure"], story.case()["state"]) == ("closed", "acknowledged")
    customer.reply(closing, FACTS, at="2025-12-24T10:00:00+09:00")
    story.until("12-24 10:10")
    assert story.states()["disclosure"] == "overdue", "owed an answer again; the gate never moved"
    story.ends()


def test_a_reply_that_is_answered_anyway_gets_no_second_letter_about_the_date(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    customer = story.requester()
    letter = asked(story, customer)
    customer.reply(letter, "その後、どうなりましたか。進み具合を教えてください。", at="2025-11-26T10:00:00+09:00")
    story.until("11-26 10:10")
    assert story.states() == {"disclosure": "open"}
    assert len(letters(customer)) == 2, "what asked, and how it stands"
    customer.reply(letter, "依頼を取り下げます。", at="2025-11-27T10:00:00+09:00")
    story.until("11-27 10:10")
    assert (len(letters(customer)), story.case()["state"]) == (3, "closed")
    assert not letters(customer, "ご返信の受領")
    story.ends()
