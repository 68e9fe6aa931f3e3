"""The gate of Art. 39: a reasoned status letter lies ready in time, one tap sends it, and then the gate is silent."""

from email.message import EmailMessage

import pytest

from tests.e2e.by_mail import Person, Story, links, text_of
from tests.e2e.desk import Desk
from tests.e2e.test_desk_stories import bounce_of
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

DATA = "私の個人データの開示を請求します。"
MOVE = "登録されている住所を訂正してください。"
LONGER = "/延長 10 倉庫の記録を調べるため\nこれまで: 顧客台帳を確認しました。\n残り: 倉庫の記録を確認します。\n"
REPORT = (
    "/send L5 #1\nReason: The records of 2019 lie in the warehouse.\nDone so far: We searched the customer register.\n"
    "Remaining: We will search the warehouse and tell you the result by Monday, 8 December 2025.\n"
)


def asked(story: Story, begins: str, then: str) -> Person:
    """Let a request for disclosure come in; Hana takes it and asks for the identity: the service clock stands still."""
    customer = story.requester()
    customer.write("お願い", DATA)
    story.until(begins)
    notice = story.hana.newest("notice")
    story.hana.reply(notice, "/担当\n/照会 本人")
    story.until(then)
    assert story.states() == {"disclosure": "paused"}
    return customer


def reports(customer: Person) -> list[EmailMessage]:
    """The status letters somebody got."""
    return [one for one in customer.got("letter") if "お時間をいただいている理由" in text_of(one)]


def test_the_draft_of_day_12_leaves_by_one_tap_and_then_the_gate_is_silent(desk: Desk, mail_lab: MailLab) -> None:
    story = Story(desk, mail_lab)
    hana, boss = story.hana, story.boss
    customer = asked(story, "11-21 14:11", "11-25 10:00")
    story.until("12-02 10:00")
    assert not hana.got("preview")
    story.until("12-03 10:00")
    [preview] = hana.got("preview")
    shown = text_of(preview)
    assert "14日目)は12/5(金)です。今日は12日目です" in shown
    assert "ご本人であることの確認をお願いし、ご返信をお待ちしているため" in shown
    assert [one.label for one in links(preview)][:1] == ["送信する"]
    assert not reports(customer)
    hana.tap(preview, "送信する")
    story.until("12-03 10:05")
    [letter] = reports(customer)
    assert "届いた日の翌日から数えて7営業日以内に結果をお知らせいたします" in text_of(letter)
    assert story.happened().count("gate_answered") == 1
    before = len(boss.got("escalation"))
    for day in ("12-04", "12-05", "12-06", "12-08"):
        story.until(f"{day} 10:00")
    assert len(hana.got("preview")) == 1
    assert len(boss.got("escalation")) == before
    assert story.states() == {"disclosure": "paused"}
    assert story.case()["requests"][0]["dates"]["gate_on"] == "2025-12-05"

    [ack] = customer.got("ack")
    customer.reply(ack, "免許証をお送りします。", "2025-12-09T09:00:00+09:00")
    story.until("12-09 10:00")
    assert story.states() == {"disclosure": "open"}
    assert story.case()["requests"][0]["dates"]["answer_on"] == "2025-12-18"
    story.ends()


def test_a_draft_nobody_confirms_comes_again_with_a_new_code_and_never_leaves_by_itself(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss = story.hana, story.boss
    customer = asked(story, "11-21 14:11", "11-25 10:00")
    warned = []
    for day in ("11-28", "12-01", "12-03", "12-04", "12-05", "12-06"):
        before = len(boss.got("escalation"))
        story.until(f"{day} 10:00")
        warned += [day] * (len(boss.got("escalation")) - before)
    assert warned == ["11-28", "12-01", "12-03", "12-04", "12-06"]  # days 7, 10, 12 and 13, and the day after the last
    first, second, third = hana.got("preview")
    assert [text_of(one).count(f"今日は{day}日目です") for one, day in ((first, 12), (second, 13), (third, 14))] == [
        1
    ] * 3
    assert not reports(customer)
    assert "gate_answered" not in story.happened()
    hana.tap(first, "送信する")
    story.until("12-06 10:10")
    assert "無効" in text_of(hana.newest("receipt"))
    hana.tap(third, "送信する")
    story.until("12-06 10:20")
    assert "24時間を過ぎました" in text_of(hana.newest("receipt"))
    assert not reports(customer)
    story.ends()


def test_without_facts_the_draft_cannot_be_sent_and_staff_write_it_in_their_own_words(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", DATA)
    story.until("11-21 14:11")
    story.until("12-03 10:00")
    assert not hana.got("preview")
    preview = boss.newest("preview")
    assert "The record of the case holds no fact to put into: Reason" in text_of(preview)
    assert not [one for one in links(preview) if one.label == "Send"]
    boss.reply(preview, REPORT)
    story.until("12-03 10:10")
    boss.tap(boss.newest("preview"), "Do it")
    story.until("12-03 10:20")
    [letter] = reports(customer)
    assert "The records of 2019 lie in the warehouse." in text_of(letter)
    story.until("12-05 10:00")
    assert len(boss.got("preview")) == 2
    assert story.happened().count("gate_answered") == 1

    story.desk.put(bounce_of(letter).encode(), at="2025-12-05T10:10:00+09:00")
    story.until("12-05 10:20")
    assert story.happened().count("gate_unanswered") == 1
    assert "[KJ" in str(hana.newest("warning")["Subject"])
    assert len(boss.got("preview")) == 3
    story.ends()


def test_one_letter_answers_for_every_right_of_the_case_and_goes_to_the_manager_while_its_handler_is_away(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", f"{DATA}\n{MOVE}")
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "/担当\n/照会 本人")
    story.until("11-25 10:00")
    hana.reply(hana.newest("notice"), "/不在 12/1 12/5")
    story.until("11-25 10:10")
    assert story.states() == {"disclosure": "paused", "correct": "paused"}
    story.until("12-03 10:00")
    assert not hana.got("preview")
    [preview] = boss.got("preview")
    boss.tap(preview, "Send")
    story.until("12-03 10:10")
    [letter] = reports(customer)
    assert "保有個人データの開示" in text_of(letter)
    assert "個人データの訂正" in text_of(letter)
    assert story.happened().count("gate_answered") == 2
    story.ends()


def test_what_the_requester_wrote_since_makes_the_draft_void(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana = story.hana
    customer = asked(story, "11-21 14:11", "11-25 10:00")
    story.until("12-03 10:00")
    preview = hana.newest("preview")
    customer.reply(customer.newest("letter"), "お待たせしました。書類は郵送いたします。")
    story.until("12-03 11:00")
    hana.tap(preview, "送信する")
    story.until("12-03 11:10")
    assert not reports(customer)
    assert "無効" in text_of(hana.newest("receipt"))
    story.until("12-04 10:00")
    assert "ご返信を、2025年11月25日(火)から2025年12月3日(水)までお待ちしたため" in text_of(hana.newest("preview"))
    story.ends()


def test_a_gate_on_new_years_day_does_not_move_and_its_draft_comes_before_the_office_closes(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab, "12-18 10:00")
    hana, boss = story.hana, story.boss
    customer = asked(story, "12-18 10:10", "12-19 10:00")
    story.until("12-25 10:00")
    assert not hana.got("preview")
    story.until("12-26 10:00")
    [preview] = hana.got("preview")
    assert "14日目)は1/1(木)です。今日は8日目です" in text_of(preview)
    for day in ("12-29", "12-30", "12-31"):
        story.until(f"{day} 10:00")
    assert ["今日は12日目です" in text_of(one) for one in hana.got("preview")] == [False, True]
    told = len(boss.got("escalation"))
    sqlite_desk.once("2026-01-05T10:00:00+09:00")
    mail_lab.wait_idle()
    assert len(boss.got("escalation")) == told + 1
    assert story.case()["requests"][0]["dates"]["gate_on"] == "2026-01-01"
    assert not reports(customer)
    story.ends()


def test_an_extension_asked_in_time_and_approved_too_late_is_refused_and_its_date_stays(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", MOVE)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), LONGER)
    story.until("12-03 16:00")
    hana.tap(hana.newest("preview", "期限の延長"), "承認に回す")
    story.until("12-03 16:10")
    question = boss.newest("escalation", "Approve")
    story.until("12-04 09:30")
    boss.tap(question, "Approve")
    story.until("12-04 09:40")
    assert "only if the letter leaves before the due date" in text_of(boss.newest("receipt"))
    assert "request_extended" not in story.happened()
    assert story.happened().count("approval_denied") == 1
    assert "期限" in text_of(hana.newest("receipt", "延長"))
    assert story.case()["requests"][0]["dates"]["notice_on"] == "2025-12-04"
    assert not reports(customer)
    story.ends()


def test_an_extension_whose_letter_came_back_is_void_and_staff_are_told(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", MOVE)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), LONGER)
    story.until("11-25 10:00")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-25 10:10")
    boss.tap(boss.newest("escalation", "Approve"), "Approve")
    story.until("11-25 10:20")
    [letter] = reports(customer)
    assert story.case()["requests"][0]["dates"]["answer_on"] == "2025-12-18"
    story.desk.put(bounce_of(letter).encode(), at="2025-11-26T10:00:00+09:00")
    story.until("11-26 10:10")
    assert story.case()["requests"][0]["dates"]["answer_on"] == "2025-12-04"
    assert story.happened()[-2:] == ["extension_voided", "gate_unanswered"]
    assert [one for one in hana.got("warning") if "KJ-" in str(one["Subject"])]
    story.ends()
