"""One mail in, one case, one acknowledgement, on real servers."""

import pytest

from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real


def test_a_mail_becomes_a_case_an_acknowledgement_a_notice_and_a_date(desk: Desk, mail_lab: MailLab) -> None:
    requester = mail_lab.fresh_mailbox("sato@people.test")
    incoming = mail(requester, desk.mailbox, "お願い", "私の個人データを開示してください。\n佐藤カナリア")
    with desk.working():
        mail_lab.deliver(incoming, desk.mailbox)
        ack = parsed(mail_lab.wait_received(requester, 1, timeout=60)[0])
        notice = parsed(mail_lab.wait_received(desk.hana, 1, timeout=60)[0])
        mail_lab.wait_for(lambda: len(mail_lab.folders(desk.mailbox).get("mailbot/Processed", [])) == 1, 60)
    [case] = desk.cases()
    assert case["state"] == "acknowledged"
    assert [one["kind"] for one in case["requests"]] == ["disclosure"]
    assert case["requests"][0]["dates"]["notice_on"]
    assert ack["To"] == requester
    assert ack["Auto-Submitted"] == "auto-replied"
    assert ack["X-Mailbot-Kind"] == "ack"
    assert ack["In-Reply-To"] == ack["References"] == parsed(incoming)["Message-ID"]
    assert f"[{case['ref']}]" in ack["Subject"]
    assert "カナリア" not in str(ack)
    assert f"[{case['ref']}]" in notice["Subject"]
    assert desk.command("reconcile").startswith("in 1 = cases 1 +")
