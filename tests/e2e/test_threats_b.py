"""Threats B: nothing leaves that nobody is owed, however many write, loop, or hide line ends in what they write."""

import os
import smtplib
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path

import pytest

from tests.e2e.by_mail import Person, Story, text_of
from tests.e2e.desk import Desk, by_kind, mail
from tests.e2e.forging import answering, codes_of
from tests.e2e.oracle import Watched, watching
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
FORGED = int(os.environ.get("THREATS_FORGED", "1000"))
SYNTAX = "{{7*7}} {% for x in y %} {# x #} ${x} %(ref)s {ref} <b>&amp;</b>"


def forged(desk: Desk, count: int, result: str) -> list[bytes]:
    """Mails in the names of as many people, none of whom wrote; `result` is what our own border says of them."""
    headers = {"Authentication_Results": f"mx.company.test; dmarc={result} header.from=people.test"} if result else {}
    return [mail(f"victim-{number}@people.test", desk.mailbox, "data", WISH, **headers) for number in range(count)]


def test_b1_a_thousand_forged_mails_that_fail_dmarc_are_answered_by_nothing(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.put(*forged(desk, FORGED, "fail"))
    desk.once()
    assert desk.sent() == []
    assert desk.sum()["held"] == FORGED


def test_b1_a_thousand_forged_mails_that_nothing_proves_are_answered_sixty_times_an_hour(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_LIMITS__ACKS_PER_HOUR="60")
    desk.put(*forged(desk, FORGED, ""), at="2025-11-26T10:00:00+09:00")
    counted = []
    for moment in ("10:00", "10:59", "11:59"):
        desk.once(f"2025-11-26T{moment}:00+09:00")
        counted.append(len(desk.acknowledged()))
    assert counted == [60, 60, 120]


def a_day(*desks: Desk) -> None:
    """Let desks work for 24 hours, in turn."""
    for hour in range(10, 35, 3):
        for desk in desks:
            desk.once(f"2025-11-{26 + hour // 24}T{hour % 24:02}:00:00+09:00")


def test_b2_two_desks_that_are_customers_of_each_other_exchange_two_mails_in_a_day(
    make_desk: Callable[..., Desk], mail_lab: MailLab
) -> None:
    one, other = make_desk(), make_desk()
    for desk, sender in ((one, other.mailbox), (other, one.mailbox)):
        desk.put(mail(sender, desk.mailbox, "data", WISH), at="2025-11-26T10:00:00+09:00")
    a_day(one, other)
    between = [row for row in mail_lab.smtp_log() if {row.sender, row.recipient} == {one.mailbox, other.mailbox}]
    assert len(between) <= 2
    assert (len(one.cases()), len(other.cases())) == (1, 1)


def test_b2_a_desk_on_the_roster_of_another_desk_answers_it_nothing(
    make_desk: Callable[..., Desk], mail_lab: MailLab
) -> None:
    one = make_desk()
    other, person = make_desk(hana=one.mailbox), mail_lab.fresh_mailbox("sato@people.test")
    other.put(mail(person, other.mailbox, "data", WISH), at="2025-11-26T10:00:00+09:00")
    a_day(other, one)
    assert set(one.recipients()) <= {one.boss}, "its own digest"
    assert one.cases() == []


def test_b2_a_robot_in_the_mailbox_of_staff_that_answers_every_answer_falls_silent(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    sato, hana = story.requester(), story.hana
    sato.write("data", WISH)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    forger = Person(story.desk, mail_lab, hana.address, is_proved=False)
    for number in range(33):
        forger.write(f"Re: {number}", "/take", at=hana.now, **answering(notice))
    story.until("11-21 14:15")
    assert len(hana.got("challenge")) == 30, "who only pretends leaves her the other half"
    for number in range(34):
        hana.write(f"Re: {number}", f"I am at a fair until Monday. (case {number})", **answering(notice))
    story.until("11-21 14:20")
    story.until("11-21 15:20")
    assert len(hana.got("preview")) == 30
    last = hana.newest("preview", "(case 29)")
    hana.reply(last, f"送信 {codes_of(last)[0]}")
    story.until("11-21 15:30")
    assert len(sato.all()) == 2, "a code still counts: only a person copies one"
    hana.reply(notice, "/担当")
    story.until("11-22 14:30")
    assert story.case()["handler"] == "hana", "a day later everything counts again"


def test_b5_what_looks_like_a_template_stays_as_it_was_written(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    sato, hana = story.requester(), story.hana
    raw = mail(f'"{SYNTAX.replace("<b>", "")}" <{sato.address}>', story.desk.mailbox, SYNTAX, f"{WISH}\n{SYNTAX}")
    story.desk.put(raw, at=sato.now)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    assert SYNTAX in text_of(notice)
    assert "{{7*7}}" in text_of(notice).partition(sato.address)[0]
    hana.reply(notice, f"{SYNTAX}\nRegards")
    hana.reply(notice, f"/照会 内容\n{SYNTAX}")
    story.until("11-21 14:20")
    hana.tap(hana.got("preview")[0], "送信する")
    story.until("11-21 14:30")
    assert [SYNTAX in text_of(one) for one in sato.all()] == [False, True, True]
    assert not [one for one in (*sato.all(), *hana.all()) if "49" in str(one["Subject"])]
    assert len(by_kind(mail_lab.received(sato.address), "letter")) == 1


def submitted(lab: MailLab, mailbox: str, *recipients: str) -> None:
    """Mail that leaves in the name of a desk, whoever wrote it."""
    with smtplib.SMTP("127.0.0.1", lab.smtp_port, timeout=10) as client:
        client.login(mailbox, lab.password)
        for recipient in recipients:
            client.sendmail(mailbox, [recipient], f"From: {mailbox}\r\nTo: {recipient}\r\n\r\nx\r\n")


def test_the_oracle_knows_staff_writers_and_named_people_and_no_stranger(
    mail_lab: MailLab, mailbox: str, tmp_path: Path
) -> None:
    config = tmp_path / "mailbot.toml"
    config.write_text(f'[company]\naddress = "{mailbox}"\n[[staff]]\naddress = "hana@company.test"\n')
    watched = Watched(mail_lab, mailbox, config)
    known = ["hana@company.test", "writer@people.test", "new@people.test", "agent@people.test"]
    mail_lab.deliver(mail("Writer <writer@people.test>", mailbox, "x", "x"), mailbox)
    mail_lab.deliver(
        mail("hana@company.test", mailbox, "x", "／宛先 new@people.test\n/party agent@people.test"), mailbox
    )
    mail_lab.deliver(mail("writer@people.test", mailbox, "x", "/to stranger@people.test"), mailbox)
    submitted(mail_lab, mailbox, *known)
    assert watched.strangers() == set()
    submitted(mail_lab, mailbox, "stranger@people.test", "refused@outside.test")
    assert watched.strangers() == {"stranger@people.test", "refused@outside.test"}


def test_a_test_fails_whose_desk_wrote_to_a_stranger(
    make_desk: Callable[..., Desk], mail_lab: MailLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "__init__", unwrap(Desk.__init__))  # else this very test would fail
    monkeypatch.setattr(Desk, "put", unwrap(Desk.put))
    watch = watching(mail_lab, monkeypatch)
    watch.__enter__()
    desk = make_desk()
    desk.put(mail("writer@people.test", desk.mailbox, "data", WISH))
    desk.once()
    submitted(mail_lab, desk.mailbox, "stranger@people.test")
    with pytest.raises(AssertionError, match="stranger@people"):
        watch.__exit__(None, None, None)
