"""Where the desk holds replies instead of asking: a harmless one leaves by itself, and can be taken back until then."""

import pytest

from tests.e2e.by_mail import Story, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

HOLDING = {"MAILBOT_RELAY__MODE": "hold", "MAILBOT_RELAY__HOLD_MINUTES": "3"}


def test_a_held_reply_can_be_taken_back_until_its_last_second_and_then_leaves_by_itself(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    sqlite_desk.set(**HOLDING)
    story = Story(sqlite_desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("質問", "御社では個人情報をどこの国で保管していますか。")
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.reply(notice, "海外の倉庫にお預けしております。")
    story.until("11-21 14:20")
    [receipt] = hana.got("receipt")
    assert "送信の予定: 2025年11月21日(金)14時23分" in text_of(receipt)
    assert not hana.got("preview")
    hana.reply(receipt, "/取消")
    story.until("11-21 14:22:59")
    assert "取り消しました。何も送られず" in text_of(hana.newest("receipt", "取り消しました。"))
    story.until("11-21 14:40")
    assert len(customer.all()) == 1, "taken back a second before it would have left"
    assert "relay_cancelled" in story.happened()

    hana.reply(notice, "日本国内で保管しております。")
    story.until("11-21 15:00")
    story.until("11-21 15:02:50")
    assert len(customer.all()) == 1
    story.until("11-21 15:03:10")
    [_, relay] = customer.all()
    assert "日本国内で保管しております。" in text_of(relay)
    hana.reply(receipt, "/取消")
    story.until("11-21 15:03:20")
    assert "もう送られた後でした" in text_of(hana.newest("receipt", "もう送られた"))
    assert len(customer.all()) == 2
    story.ends()


def test_a_reply_with_anything_to_look_at_twice_gets_its_preview_all_the_same(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    sqlite_desk.set(**HOLDING)
    story = Story(sqlite_desk, mail_lab)
    hana, customer, other = story.hana, story.requester(), story.requester("jones@people.test")
    customer.write("質問", "御社では個人情報をどこの国で保管していますか。")
    other.write("Question", "How long do you keep personal information?")
    story.until("11-21 14:11")
    notice = hana.newest("notice", customer.address)
    hana.reply(notice, f"{other.address} 様と同じお答えです。")
    hana.reply(notice, "/完了 取下げ")
    hana.is_proved = False
    hana.reply(notice, "日本国内で保管しております。")
    story.until("11-21 14:20")
    story.until("11-21 14:40")
    assert len(hana.got("preview")) == 3
    assert "別の案件の方のメールアドレス" in text_of(hana.newest("preview", other.address))
    assert (len(customer.all()), len(other.all())) == (1, 1)
    story.ends()
