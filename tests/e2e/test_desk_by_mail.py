"""The desk by mail over real servers: staff and manager work by replying, and nothing leaves that nobody confirmed."""

import pytest

from mailbot.store.corrections import Reclassified, corrections
from mailbot.store.engine import read
from tests.e2e.by_mail import Story, links, stores_of, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

ASKED = {
    "ja": {
        "marketing_stop": "広告のメールの配信を停止してください。",
        "inquiry": "御社では個人情報をどこの国で保管していますか。",
        "complaint": "個人情報の扱いについて苦情を申し上げます。知らないところから電話がありました。",
    },
    "en": {
        "marketing_stop": "Please stop sending me your newsletter.",
        "inquiry": "How long do you keep personal information?",
        "complaint": "I am very angry about how you treat my personal data. This is a formal complaint.",
    },
}
TAPS = {"ja": ("担当する", "送信して完了にする"), "en": ("Take this case", "Send and close the case")}
ANSWER = {
    "ja": "お問い合わせありがとうございます。\nお申し出のとおりに対応いたしました。",
    "en": "Thank you for writing to us.\nWe have done as you asked.",
}


def corrections_of(desk: Desk) -> list[Reclassified]:
    """What the desk keeps for the classifier to learn from."""
    with stores_of(desk) as stores, read(stores.engine) as connection:
        return [one.change for one in corrections(connection, stores.vault)[0]]


def test_a_correction_and_a_marketing_stop_are_solved_in_three_staff_mails(desk: Desk, mail_lab: MailLab) -> None:
    story = Story(desk, mail_lab)
    hana, customer = story.hana, story.requester()
    words = "引っ越しましたので、登録されている住所を訂正してください。\nまた、広告のメールの配信を停止してください。"
    customer.write("お願い", words)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.tap(notice, "担当する")
    story.until("11-21 14:20")
    [receipt] = hana.got("receipt")
    assert "担当: 未定 → hana" in text_of(receipt)

    answer = "ご住所を訂正し、広告の配信を停止いたしました。\nご不明の点は、このメールにご返信ください。"
    hana.reply(notice, answer)
    story.until("11-21 15:00")
    [preview] = hana.got("preview")
    assert customer.address in text_of(preview)
    assert "ご住所を訂正し、広告の配信を停止いたしました。" in text_of(preview)
    assert len(customer.all()) == 1, "nothing leaves before it is confirmed"

    hana.tap(preview, "送信・完了")
    story.until("11-21 15:10")
    [_, relay] = customer.all()
    assert relay["X-Mailbot-Kind"] is None
    assert relay["Auto-Submitted"] is None
    assert "広告の配信を停止いたしました" in text_of(relay)
    assert story.states() == {"correct": "closed", "marketing_stop": "closed"}
    assert story.case()["state"] == "closed"
    story.ends()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_newcomer_solves_each_everyday_request_with_two_taps_and_one_reply(
    sqlite_desk: Desk, mail_lab: MailLab, language: str
) -> None:
    story = Story(sqlite_desk, mail_lab)
    new, (take, send) = story.hire("nozomi", language), TAPS[language]
    customers = {kind: story.requester(f"{kind.replace('_', '-')}@people.test") for kind in ASKED[language]}
    for kind, customer in customers.items():
        customer.write("件名" if language == "ja" else "Hello", ASKED[language][kind])
    story.until("11-21 14:11")
    notices = new.got("notice")
    assert len(notices) == len(customers)
    for notice in notices:
        assert len(text_of(notice).splitlines()) <= 40
        new.tap(notice, take)
        new.reply(notice, ANSWER[language])
    story.until("11-21 14:30")
    previews = new.got("preview")
    for preview in previews:
        assert [one.label for one in links(preview)][1] == send
        new.tap(preview, send)
    story.until("11-21 14:40")
    assert [case["requests"][0]["kind"] for case in sqlite_desk.cases()] == list(customers)
    assert [case["state"] for case in sqlite_desk.cases()] == ["closed"] * len(customers)
    for customer in customers.values():
        [_, relay] = customer.all()
        assert ANSWER[language].replace("\n", "") in text_of(relay).replace("\n", "")
    story.ends()


def test_a_requester_takes_the_request_back_by_reply_and_opens_it_again_by_another(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", "登録されている住所を訂正してください。")
    story.until("11-21 14:11")
    [ack] = customer.got("ack")
    customer.write(f"Re: {ack['Subject']}", "先日の依頼は取り下げます。")
    story.until("11-21 15:00")
    assert story.states() == {"correct": "open"}
    assert len(customer.all()) == 1, "a subject anybody can write takes nothing back"
    assert "取下げとして完了" in [one.label for one in links(hana.newest("notice"))]

    customer.reply(ack, "先日の依頼は取り下げます。")
    story.until("11-21 16:00")
    [closing] = customer.got("letter")
    assert "お取下げのお申し出を承りました" in text_of(closing)
    assert (story.case()["state"], story.states()) == ("closed", {"correct": "closed"})
    assert "取下げの申し出です" in text_of(hana.newest("notice"))

    customer.reply(closing, "すみません、やはり訂正をお願いします。")
    story.until("11-25 10:00")
    assert (story.case()["state"], story.states()) == ("reopened", {"correct": "open"})
    assert "再開しました" in text_of(hana.newest("notice"))
    story.ends()


def test_a_requester_is_told_how_it_stands_once_a_day_and_a_stranger_nothing(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer, stranger = story.hana, story.requester(), story.requester("eve@people.test")
    customer.write("Correction", "Please correct my address: it is wrong.")
    story.until("11-21 14:11")
    [ack] = customer.got("ack")
    ref = story.case()["ref"]
    customer.reply(ack, "How does it stand?")
    stranger.write(f"Re: {ack['Subject']}", "How does it stand?", In_Reply_To=str(ack["Message-ID"]))
    stranger.write(f"[{ref}]", "What is the status of this request?")
    story.until("11-21 15:00")
    [status] = customer.got("letter")
    assert "4 December 2025" in text_of(status)
    assert "今の状況を自動で返信しました" in text_of(hana.newest("notice", customer.address))
    customer.reply(status, "And how does it stand now?")
    story.until("11-21 16:00")
    assert len(customer.got("letter")) == 1
    story.until("11-25 10:00")
    customer.reply(status, "Could you give me an update?")
    story.until("11-25 10:10")
    assert len(customer.got("letter")) == 2
    assert {one["X-Mailbot-Kind"] for one in stranger.all()} == {"ack"}
    assert not [one for one in stranger.all() if ref in f"{one['Subject']}{text_of(one)}"]
    story.ends()


def test_what_was_misread_is_put_right_in_one_line_and_a_slip_in_it_changes_nothing(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", "私のデータを消去してください。")
    story.until("11-21 14:11")
    [ack] = customer.got("ack")
    customer.reply(ack, "そうではなく、広告を止めてほしいという意味でした。")
    story.until("11-21 15:00")
    notice = hana.newest("notice")
    assert "依頼の読み取りが違うとのお申し出" in text_of(notice)
    before = story.case()
    hana.reply(notice, "/担当\n/種別 広告停止 訂性")
    story.until("11-21 15:10")
    slip = hana.newest("receipt")
    assert "実行していません" in text_of(slip)
    assert "近い言葉: 訂正" in text_of(slip)
    assert "広告停止: ご案内・広告の停止" in text_of(slip)
    assert (story.case()["requests"], story.case()["handler"]) == (before["requests"], None)

    hana.reply(notice, "/担当\n/種別 広告停止 訂正")
    story.until("11-21 15:20")
    kinds = {one["kind"]: one["dates"]["answer_on"] for one in story.case()["requests"]}
    assert kinds == {"marketing_stop": "2025-11-27", "correct": "2025-12-04"}
    assert story.case()["handler"] == "hana"
    assert "request_reclassified" in story.happened()
    [kept] = corrections_of(sqlite_desk)
    assert (set(kept.old_kinds), set(kept.new_kinds)) == ({"erase", "marketing_stop"}, {"marketing_stop", "correct"})
    story.ends()


def test_an_order_that_nothing_proves_waits_for_the_code_that_went_to_the_roster_address(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    hana.is_proved = False
    customer.write("配信停止", "広告のメールの配信を停止してください。")
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.tap(notice, "担当する")
    story.until("11-21 14:20")
    [challenge] = hana.got("challenge")
    assert "/担当" in text_of(challenge)
    assert story.case()["handler"] is None
    hana.tap(challenge, "自分が送った")
    story.until("11-21 14:30")
    assert story.case()["handler"] == "hana"

    hana.reply(notice, "配信を停止いたしました。")
    story.until("11-21 14:40")
    [preview] = hana.got("preview")
    assert "確かめられませんでした" in text_of(preview)
    hana.tap(preview, "送信して完了にする")
    story.until("11-21 14:50")
    assert len(customer.all()) == 2
    assert story.case()["state"] == "closed"
    story.ends()


def test_the_manager_answers_the_digest(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("配信停止", "広告のメールの配信を停止してください。")
    story.until("11-21 14:11")
    story.until("11-25 08:45")
    [digest] = boss.got("digest")
    ref = story.case()["ref"]
    assert ref in text_of(digest)
    boss.reply(digest, f"/assign {ref} hana\n/list")
    story.until("11-25 09:00")
    assert story.case()["handler"] == "hana"
    [receipt] = boss.got("receipt")
    assert f"/assign {ref} hana" in text_of(receipt)
    assert "Handler: nobody → hana" in text_of(receipt)
    assert len(hana.got("notice")) == 2, "the new handler has the case before them"
    assert f"{ref}: an end to advertising and marketing messages, due Thu 27 Nov, handler: hana" in text_of(receipt)
    boss.reply(digest, "/approve 1")
    story.until("11-25 09:10")
    assert "Nothing on this line waits for approval" in text_of(boss.got("receipt")[-1])
    story.ends()
