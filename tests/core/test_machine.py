"""Machines are told from people by headers, so that no machine is answered and no person is filed away."""

import pytest

from mailbot.core.message import Bounce, Machine
from mailbot.core.parse import parse


def mail(headers: str, body: str = "こんにちは") -> bytes:
    sender = "" if "From:" in headers else "From: taro@customer.test\n"
    return f"{sender}To: privacy@company.test\n{headers}\n\n{body}".encode()


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ("Auto-Submitted: auto-replied", Machine.AUTO_REPLY),
        ("Auto-Submitted: auto-generated", Machine.AUTO_REPLY),
        ('Auto-Submitted: AUTO-NOTIFIED; owner-email="a@b.test"', Machine.AUTO_REPLY),
        ("Return-Path: <>", Machine.AUTO_REPLY),
        ("Return-Path: < >", Machine.AUTO_REPLY),
        ("Return-Path: <>\nAuto-Submitted: no", Machine.AUTO_REPLY),
        ("Precedence: bulk", Machine.AUTO_REPLY),
        ("Precedence: Junk", Machine.AUTO_REPLY),
        ("Precedence: list", Machine.LIST),
        ("Precedence: bulk\nList-Id: <news.example>", Machine.LIST),
        ("List-Unsubscribe: <mailto:a@b.test>", Machine.LIST),
        ("X-Autoreply: yes", Machine.AUTO_REPLY),
        ("X-Autorespond: 休暇", Machine.AUTO_REPLY),
        ("Subject: 自動返信: 開示\nX-Auto-Response-Suppress: All", Machine.AUTO_REPLY),
        ("Subject: 不在のお知らせ\nX-Auto-Response-Suppress: OOF, AutoReply", Machine.AUTO_REPLY),
        ("X-TMDA-Confirm: 1", Machine.CHALLENGE_RESPONSE),
        ("From: MAILER-DAEMON@mx.test", Machine.BOUNCE),
        ("From: MAILER-DAEMON <>", Machine.BOUNCE),
        ("From: Postmaster <postmaster@mx.test>\nSubject: Undelivered Mail Returned to Sender", Machine.BOUNCE),
        ("X-Failed-Recipients: a@b.test", Machine.BOUNCE),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=x", Machine.REPORT),
        ("Content-Type: message/disposition-notification", Machine.REPORT),
    ],
)
def test_a_machine_is_known_by_its_headers_and_gets_no_answer(headers: str, machine: Machine) -> None:
    read = parse(mail(headers, "--x\n\nx\n--x--"))
    assert (read.machine, read.automatic) == (machine, True)


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: 開示請求",
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "Auto-Submitted: no\nPrecedence: bulk",
        "Subject: 不在のため自動返信を止めてください",
        "Subject: Re: automatic reply and vacation",
        "Subject: Undelivered Mail Returned to Sender",
        "Precedence: normal",
        "X-Auto-Response-Suppress: None",
        "Return-Path: <taro@customer.test>",
        "X-Loop: someone-else",
        "From: reply@customer.test",
        "From: noriko@customer.test",
        "From: rooter@customer.test",
        "From: bouncer@customer.test",
        "From: requester@customer.test",
    ],
)
def test_a_person_is_not_taken_for_a_machine(headers: str) -> None:
    read = parse(mail(headers))
    assert (read.machine, read.automatic) == (None, False)


@pytest.mark.parametrize(
    "headers",
    [
        *(
            f"From: {name}@shop.test"
            for name in ("noreply", "no-reply", "no_reply", "NoReply-123", "donotreply", "do-not-reply", "do_not_reply")
        ),
        *(
            f"From: {name}@shop.test"
            for name in ("bounce", "bounces+1=a", "owner-news", "news-request", "listserv", "majordomo", "postmaster")
        ),
        "From: account-noreply@shop.test",
        "X-Auto-Response-Suppress: DR, AutoReply",
        "X-Mailbot-Kind: ack",
        "X-Loop: mailbot@company.test",
    ],
)
def test_mail_that_wants_no_answer_gets_none_but_is_still_read(headers: str) -> None:
    read = parse(mail(headers))
    assert (read.machine, read.automatic, read.text) == (None, True, "こんにちは")


REPORT = """Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

Your mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; Taro@customer.test
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; <hanako@customer.test>
Action: delivered
Status: 2.0.0
--b
Content-Type: message/rfc822

Message-ID: <ack.1@company.test>
Subject: [KJ-2026-000123-C]

text
--b--
"""


def test_a_delivery_report_names_whom_it_missed_and_which_mail_came_back() -> None:
    headers, body = REPORT.split("\n\n", 1)
    expected = Bounce(("taro@customer.test",), "5.1.1", "<ack.1@company.test>")
    assert parse(mail("From: mailer-daemon@mx.test\n" + headers, body)).bounce == expected


def test_an_old_bounce_is_read_from_its_text() -> None:
    body = "Mail of privacy@company.test: I'm not going to try again.\n<taro@customer.test>:\n550 5.1.1 unknown user\n"
    body += "\n--- Below is a copy of it.\n"
    body += "Message-ID: <ack.1@company.test>\nTo: other@customer.test"
    expected = Bounce(("taro@customer.test",), "5.1.1", "<ack.1@company.test>")
    assert parse(mail("From: MAILER-DAEMON@mx.test", body)).bounce == expected


def test_a_persons_mail_has_no_bounce() -> None:
    assert parse(mail("Subject: 5.1.1", "<taro@customer.test>: 550 5.1.1")).bounce is None


@pytest.mark.parametrize(
    ("header", "is_spam"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Status: Yes, score=9", True),
        ("X-Spam-Flag: NO", False),
        ("X-Spam-Status: No, score=1 yes", False),
        ("Subject: yes", False),
    ],
)
def test_what_a_filter_said_is_kept(header: str, *, is_spam: bool) -> None:
    assert parse(mail(header)).spam is is_spam
