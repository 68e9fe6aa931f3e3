"""The story of one case over days, on both databases: what people write, what leaves, and the proof of it."""

import pytest

from tests.e2e.desk import Desk, by_kind, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real


def test_a_case_lives_from_its_first_mail_to_its_last_warning_and_every_step_is_proved(
    desk: Desk, mail_lab: MailLab
) -> None:
    requester, other = mail_lab.fresh_mailbox("sato@people.test"), mail_lab.fresh_mailbox("jones@people.test")
    first = mail(requester, desk.mailbox, "お願い", "私の個人情報の利用を停止してください。")
    vacation = mail(other, desk.mailbox, "Re: data", "I am away.", Auto_Submitted="auto-replied")
    desk.put(first, first, vacation, at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T14:11:00+09:00")
    [ack] = by_kind(mail_lab.received(requester), "ack")
    [notice] = by_kind(mail_lab.received(desk.hana), "notice")
    assert sorted(desk.recipients()) == sorted([requester, desk.hana])

    more = mail(
        requester,
        desk.mailbox,
        f"Re: {ack['Subject']}",
        "住所も訂正してください。",
        2,
        In_Reply_To=str(ack["Message-ID"]),
    )
    noted = mail(
        desk.hana, desk.mailbox, f"Re: {notice['Subject']}", "調べています。", 3, In_Reply_To=str(notice["Message-ID"])
    )
    complaint = "I am very angry about how you treat my personal data. This is a formal complaint."
    desk.put(more, noted, mail(other, desk.mailbox, "Complaint", complaint, 4), at="2025-11-25T10:00:00+09:00")
    desk.once("2025-11-25T10:01:00+09:00")
    assert desk.acknowledged() == [requester, other]
    assert by_kind(mail_lab.received(desk.boss), "escalation")

    for day in ("11-28", "12-01", "12-03", "12-05"):
        desk.once(f"2025-{day}T09:30:00+09:00")
    mail_lab.wait_idle()
    case, complained = desk.cases()
    states = {request["kind"]: request["state"] for request in case["requests"]}
    dates = {request["kind"]: request["dates"]["notice_on"] for request in case["requests"]}
    assert states == {"stop_use": "overdue", "correct": "open"}
    assert dates == {"stop_use": "2025-12-04", "correct": "2025-12-05"}
    assert [request["kind"] for request in complained["requests"]] == ["complaint"]
    assert len(by_kind(mail_lab.received(desk.hana), "warning")) >= 3
    assert mail_lab.received(requester) == mail_lab.received(requester)[:1]

    digest = desk.folder / "digest.eml"
    digest.write_bytes([raw for raw in mail_lab.received(desk.boss) if b"X-Mailbot-Kind: digest" in raw][-1])
    assert "no fault" in desk.command("audit", "verify", "--against", str(digest))
    wanted = {"in": 6, "cases": 2, "follow-ups": 1, "staff": 1, "machine": 1, "duplicates": 1}
    assert desk.sum() == desk.sum() | wanted
    why = desk.command("why", case["ref"])
    assert "2025-11-24" in why
    desk.command("why", "KJ-2025-999999-X", code=1)
    desk.command("case", "KJ-2025-999999-X", code=1)
