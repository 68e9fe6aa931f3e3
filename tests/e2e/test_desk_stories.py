"""What may come of a request, and what staff can do with a case, told over days at real servers."""

from email.message import EmailMessage

import pytest

from tests.e2e.by_mail import Story, links, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

CORRECT = "登録されている住所を訂正してください。"
STOP = "広告のメールの配信を停止してください。"
REFUSAL = (
    "/拒否 factual\n事実: 登録の内容は契約書の記載と一致しています。\n理由: 事実でないとは認められませんでした。\n"
)
NO_DATA = "/本人確認 書類\n/不存在\n検索した情報: お名前とメールアドレス\n検索したシステム: 顧客台帳と配信名簿\n"
LONGER = "/延長 10 倉庫の記録を調べるため\nこれまで: 顧客台帳を確認しました。\n残り: 倉庫の記録を確認します。\n"


def bounce_of(letter: EmailMessage) -> str:
    """What a far server reports about a mail of ours that it could not deliver (RFC 3464), as one text."""
    return (
        "From: MAILER-DAEMON@people.test\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        "Return-Path: <>\nMIME-Version: 1.0\nMessage-ID: <report@people.test>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI could not deliver it.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.people.test\n\n"
        f"Final-Recipient: rfc822; {letter['To']}\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter['Message-ID']}\n\n--b--\n"
    )


def test_a_refusal_needs_a_ground_of_the_list_and_the_managers_word(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.reply(notice, REFUSAL.replace("factual", "33-2-2"))
    story.until("11-25 10:00")
    [receipt] = hana.got("receipt")
    assert "実行していません" in text_of(receipt)
    assert "factual: 保有する内容が事実でないとは認められない場合" in text_of(receipt)
    hana.reply(notice, REFUSAL)
    story.until("11-25 11:00")
    [preview] = hana.got("preview")
    assert [one.label for one in links(preview)] == ["管理責任者の承認に回す", "やめる(何も行わない)"]
    hana.tap(preview, "承認に回す")
    story.until("11-25 11:10")
    assert story.states() == {"correct": "open"}
    boss.tap(boss.newest("escalation"), "Approve")
    story.until("11-25 11:20")
    [letter] = customer.got("letter")
    assert "登録の内容は契約書の記載と一致しています。" in text_of(letter)
    assert (story.case()["state"], story.states()) == ("closed", {"correct": "closed"})
    story.ends()


def test_that_there_is_no_such_data_is_told_after_the_identity_check_without_the_manager(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", "今お持ちの私の個人データを開示してください。")
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.reply(notice, NO_DATA.partition("\n")[2])
    story.until("11-25 10:00")
    assert "本人確認が済んでいない" in text_of(hana.newest("receipt"))
    hana.reply(notice, NO_DATA)
    story.until("11-25 11:00")
    hana.tap(hana.newest("preview"), "実行する")
    story.until("11-25 11:10")
    [letter] = customer.got("letter")
    assert "顧客台帳と配信名簿" in text_of(letter)
    assert not [one for one in boss.got("escalation") if "Approval" in str(one["Subject"])]
    assert (story.case()["state"], story.states()) == ("closed", {"disclosure": "closed"})
    story.ends()


def test_the_service_date_is_extended_once_in_time_and_by_the_managers_word(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer, other = story.hana, story.boss, story.requester(), story.requester("suzuki@people.test")
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    other.write("お願い", CORRECT)
    story.until("11-21 14:20")
    notice, late = hana.newest("notice", customer.address), hana.newest("notice", other.address)
    hana.reply(notice, LONGER)
    story.until("11-25 10:00")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-25 10:10")
    boss.tap(boss.newest("escalation"), "Approve")
    story.until("11-25 10:20")
    [letter] = customer.got("letter")
    assert "倉庫の記録を調べるため" in text_of(letter)
    assert story.case()["requests"][0]["dates"]["notice_on"] == "2025-12-18"
    assert story.states() == {"correct": "open"}
    hana.reply(notice, LONGER)
    story.until("11-26 10:00")
    assert "一つの依頼に一度だけ" in text_of(hana.newest("receipt"))
    assert story.happened().count("request_extended") == 1

    story.until("12-05 10:00")
    hana.reply(late, LONGER)
    story.until("12-05 10:10")
    assert "期限の日より前に" in text_of(hana.newest("receipt"))
    assert "request_extended" not in story.happened(1)
    assert len(other.all()) == 1
    story.ends()


def test_a_complaint_is_before_the_manager_at_once_and_ends_with_the_handlers_answer(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester("jones@people.test")
    customer.write("Complaint", "I am very angry about how you treat my personal data. This is a formal complaint.")
    story.until("11-21 14:11")
    [escalation] = boss.got("escalation")
    assert "formal complaint" in text_of(escalation)
    hana.reply(hana.newest("notice"), "We are sorry. The call came from a list that we have now deleted.")
    story.until("11-21 15:00")
    hana.tap(hana.newest("preview"), "送信して完了にする")
    story.until("11-21 15:10")
    assert "list that we have now deleted" in text_of(customer.all()[-1])
    assert (story.case()["state"], story.states()) == ("closed", {"complaint": "closed"})
    story.ends()


def test_two_cases_become_one_and_an_answer_to_the_old_one_lands_in_the_living_one(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    customer.write("もう一つ", STOP)
    story.until("11-21 14:20")
    living, dead = (one["ref"] for one in sqlite_desk.cases())
    ack = next(one for one in customer.got("ack") if dead in str(one["Subject"]))
    hana.reply(hana.newest("notice", dead), f"/統合 {living}")
    story.until("11-21 14:30")
    hana.tap(hana.newest("preview"), "実行する")
    story.until("11-21 14:40")
    assert (story.case(1)["state"], story.states(1)) == ("merged", {"marketing_stop": "moved"})
    assert story.states() == {"correct": "open", "marketing_stop": "open"}
    customer.reply(ack, "はがきの広告も止めてください。")
    story.until("11-21 15:00")
    assert "follow_up_received" in story.happened()
    assert "follow_up_received" not in story.happened(1)
    assert "はがき" in text_of(hana.newest("notice", living))

    hana.reply(hana.newest("notice", living), "/分割 2")
    story.until("11-21 15:10")
    hana.tap(hana.newest("preview"), "実行する")
    story.until("11-21 15:20")
    assert story.states() == {"correct": "open", "marketing_stop": "moved"}
    split = story.case(2)
    assert story.states(2) == {"marketing_stop": "open"}
    assert split["requests"][0]["dates"]["notice_on"] == "2025-11-27"
    assert split["ref"] in text_of(hana.newest("receipt"))
    hana.reply(hana.newest("notice", split["ref"]), "広告の配信を停止いたしました。")
    story.until("11-21 15:30")
    hana.tap(hana.newest("preview"), "送信して完了にする")
    story.until("11-21 15:40")
    assert story.case(2)["state"] == "closed"
    assert split["ref"] in str(customer.all()[-1]["Subject"])
    story.ends()


def test_the_small_commands_each_get_their_receipt_and_none_of_them_reaches_the_requester(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, ken, customer, other = story.hana, story.hire("ken"), story.requester(), story.requester("eve@people.test")
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    other.write("お願い", STOP)
    story.until("11-21 14:20")
    ref, linked = (one["ref"] for one in sqlite_desk.cases())
    notice, spam = hana.newest("notice", ref), hana.newest("notice", linked)
    receipts = {
        f"/関連 {linked}": f"関連づけた案件: {linked}",
        "/メモ 倉庫の山田さんに古い台帳を探してもらっています": "社内メモを残しました",
        "/保全": "保全(消去の停止)を設定しました",
        "/状況": f"{ref}: 受付確認済み、担当: 未定",
        "/一覧": linked,
        "/履歴": "メールから案件ができた(mailbot)",
        "/根拠": "11/24(月): 数えない: 振替休日",
        "/ヘルプ": "/不開示 理由の符号",
        "/担当 ken": "担当: 未定 → ken",
    }
    for line in receipts:
        hana.reply(notice, line)
    story.until("11-21 14:40")
    for line, words in receipts.items():
        assert [one for one in hana.got("receipt") if words in text_of(one)], line
    assert ref in text_of(ken.got("notice")[-1])
    assert (story.case()["handler"], story.case()["flags"]) == ("ken", ["hold"])
    hana.reply(notice, "ただいま、倉庫の山田さんに古い台帳を探してもらっています。")
    story.until("11-21 14:50")
    assert "このままでは送れません" in text_of(hana.newest("preview"))

    hana.tap(spam, "迷惑メールにする")
    story.until("11-21 15:00")
    hana.tap(hana.newest("preview", linked), "実行する")
    story.until("11-21 15:10")
    assert story.case(1)["state"] == "closed"
    hana.reply(spam, "/再開")
    hana.reply(notice, "/保全 解除")
    story.until("11-21 15:20")
    assert (story.case(1)["state"], story.case()["flags"]) == ("reopened", [])
    assert (len(customer.all()), len(other.all())) == (1, 1)
    story.ends()


def test_an_answer_that_comes_back_was_none_and_the_case_is_open_again(desk: Desk, mail_lab: MailLab) -> None:
    story = Story(desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", STOP)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "広告の配信を停止いたしました。")
    story.until("11-21 15:00")
    hana.tap(hana.newest("preview"), "送信して完了にする")
    story.until("11-21 15:10")
    assert story.case()["state"] == "closed"
    desk.put(bounce_of(customer.all()[-1]).encode(), at="2025-11-21T15:20:00+09:00")
    story.until("11-21 15:30")
    assert (story.case()["state"], story.states()) == ("reopened", {"marketing_stop": "open"})
    assert "5.1.1" in text_of(hana.newest("warning"))
    hana.reply(hana.newest("warning"), "広告の配信を停止いたしました(再送)。")
    story.until("11-21 15:40")
    hana.tap(hana.newest("preview"), "送信して完了にする")
    story.until("11-21 15:50")
    assert story.case()["state"] == "closed"
    story.ends()


def test_an_answer_that_the_server_refuses_was_none_either(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester("sato@refused.test")
    customer.write("お願い", STOP)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "広告の配信を停止いたしました。")
    story.until("11-21 15:00")
    hana.tap(hana.newest("preview"), "送信して完了にする")
    story.until("11-21 15:10")
    assert story.states() == {"marketing_stop": "open"}
    assert story.case()["state"] == "unacknowledged"
    assert "request_answered" not in story.happened()
    assert len(hana.got("warning")) == 2, "one for the acknowledgement, one for the answer"
    story.ends()
