"""Machines and loops: what a program wrote is never answered, and a mail that comes back is seen."""

from collections.abc import Callable

import pytest

from tests.e2e.desk import Desk, by_kind, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
BY_HEADER = [
    {"Auto_Submitted": "auto-replied (vacation)"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"Precedence": "list", "List_Id": "<news.people.test>"},
    {"List_Unsubscribe": "<mailto:leave@people.test>"},
    {"Return_Path": "<>"},
    {"X_Auto_Response_Suppress": "OOF, AutoReply"},
    {"X_Autoreply": "yes"},
    {"X_Mailbot_Kind": "ack"},
]
BY_ADDRESS = ["MAILER-DAEMON", "postmaster", "no-reply", "noreply", "do-not-reply", "owner-news", "news-request"]


def from_machines(desk: Desk) -> list[bytes]:
    by_header = [
        mail(f"machine-{number}@people.test", desk.mailbox, "Re: data", WISH, **headers)
        for number, headers in enumerate(BY_HEADER)
    ]
    return [*by_header, *(mail(f"{name}@people.test", desk.mailbox, "data", WISH) for name in BY_ADDRESS)]


def from_ourselves(desk: Desk) -> list[bytes]:
    local, _, domain = desk.mailbox.partition("@")
    senders = [desk.mailbox, f"{local.upper()}@{domain.title()}", f"{local}+news@{domain}"]
    return [mail(sender, desk.mailbox, "data", WISH) for sender in senders]


def test_no_machine_and_not_even_we_ourselves_are_answered_but_a_person_who_says_so_is(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    person = mail_lab.fresh_mailbox("sato@people.test")
    machines = [*from_machines(desk), *from_ourselves(desk)]
    desk.put(*machines, mail(person, desk.mailbox, "data", WISH, Auto_Submitted="no"))
    desk.once()
    assert desk.acknowledged() == [person]
    [ack] = mail_lab.received(person)
    desk.put(ack)
    desk.once()
    assert desk.acknowledged() == [person]
    counted = desk.sum()
    assert counted["cases"] + counted["machine"] == counted["in"] == len(machines) + 2
    assert counted["machine"] >= len(BY_HEADER) + 2


def test_an_acknowledgement_that_bounces_shows_in_its_case_and_starts_no_loop(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    desk.put(mail("gone@outside.test", desk.mailbox, "data", WISH))
    desk.once()
    mail_lab.wait_idle()
    desk.once()
    [report] = [one for one in mail_lab.folders(desk.mailbox)["mailbot/Processed"] if b"report-type=delivery" in one]
    assert parsed(report)["Return-Path"] == "<>"
    [case] = desk.cases()
    assert "letter_bounced" in [event["name"] for event in desk.case(case["ref"])["events"]]
    assert "bounced" in case["flags"]
    before = desk.sent()
    forged = report.replace(b"cv1.", b"cv2.").replace(b"outside.test", b"outsider.test")
    delayed = report.replace(b"Action: failed", b"Action: delayed")
    assert delayed != report
    desk.put(report, forged, delayed)
    desk.once()
    assert desk.sent() == before
    names = [event["name"] for event in desk.case(case["ref"])["events"]]
    assert names.count("letter_bounced") == 1
    assert desk.sum()["machine"] == 4


def test_two_desks_that_write_to_each_other_fall_silent(make_desk: Callable[..., Desk]) -> None:
    one, other = make_desk(), make_desk()
    other.put(mail(one.mailbox, other.mailbox, "data", WISH))
    one.put(mail(other.mailbox, one.mailbox, "data", WISH))
    for _ in range(3):
        one.once()
        other.once()
    assert len(one.acknowledged()) + len(other.acknowledged()) <= 2
    assert len(by_kind(one.lab.received(one.hana), "notice")) == 1


def test_a_notice_that_bounces_says_nothing_about_the_requester_and_starts_no_loop(
    make_desk: Callable[..., Desk], mail_lab: MailLab
) -> None:
    desk, person = make_desk(hana="hana@outside.test"), mail_lab.fresh_mailbox("sato@people.test")
    desk.put(mail(person, desk.mailbox, "data", WISH))
    for _ in range(3):
        desk.once()
        mail_lab.wait_idle()
    assert sorted(row.recipient for row in desk.sent()) == sorted([person, "hana@outside.test"])
    [case] = desk.cases()
    assert case["flags"] == []
    assert case["state"] == "acknowledged"
