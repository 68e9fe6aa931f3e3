"""The desk by mail over real servers: staff and manager work by replying, and nothing leaves that nobody confirmed."""

import pytest

from tests.e2e.by_mail import Person, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real


def test_a_correction_and_a_marketing_stop_are_solved_in_three_staff_mails(desk: Desk, mail_lab: MailLab) -> None:
    hana = Person(desk, mail_lab, desk.hana)
    customer = Person(desk, mail_lab, mail_lab.fresh_mailbox("sato@people.test"), is_proved=False)
    words = "引っ越しましたので、登録されている住所を訂正してください。\nまた、広告のメールの配信を停止してください。"
    customer.write("お願い", words)
    desk.once()
    [notice] = hana.got("notice")
    hana.tap(notice, "担当する")
    desk.once()
    [receipt] = hana.got("receipt")
    assert "担当: 未定 → hana" in text_of(receipt)

    answer = "ご住所を訂正し、広告の配信を停止いたしました。\nご不明の点は、このメールにご返信ください。"
    hana.reply(notice, answer)
    desk.once()
    [preview] = hana.got("preview")
    assert customer.address in text_of(preview)
    assert "ご住所を訂正し、広告の配信を停止いたしました。" in text_of(preview)
    assert len(customer.all()) == 1, "nothing leaves before it is confirmed"

    hana.tap(preview, "送信・完了")
    desk.once()
    [_, relay] = customer.all()
    assert relay["X-Mailbot-Kind"] is None
    assert relay["Auto-Submitted"] is None
    assert relay["Cc"] is None
    assert "広告の配信を停止いたしました" in text_of(relay)
    [case] = desk.cases()
    assert {one["kind"]: one["state"] for one in case["requests"]} == {"correct": "closed", "marketing_stop": "closed"}
    assert case["state"] == "closed"
    assert desk.acknowledged() == [customer.address, customer.address]
