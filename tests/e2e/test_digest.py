"""The morning of a manager: numbered lines that are kept, nothing personal, and the reports of a week and a month."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from mailbot.store.engine import open_engine, read
from mailbot.store.tables import case_file, digest_line, effect
from tests.e2e.by_mail import Story, html_of, links, text_of
from tests.e2e.desk import Desk, by_kind, mail
from tests.e2e.test_desk_stories import CORRECT, LONGER
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
STOP = "Please stop sending me advertising mail."
CANARY = ("Hanako", "Zauberberg", "sato@people.test", "090-1234-5678")
"""What stands in a mail and must stand in no digest and no report."""


def kept(desk: Desk) -> dict[int, list[tuple[int, str]]]:
    """The numbered lines of every digest: by serial, the number and the reference of its case."""
    engine = open_engine(f"sqlite:///{desk.folder}/mailbot.db")
    asked = select(digest_line.c.serial, digest_line.c.number, case_file.c.ref)
    with read(engine) as connection:
        rows: list[Any] = list(
            connection.execute(
                asked.join(case_file, case_file.c.id == digest_line.c.case_id).order_by(digest_line.c.number)
            )
        )
    engine.dispose()
    found: dict[int, list[tuple[int, str]]] = {}
    for serial, number, ref in rows:
        found.setdefault(serial, []).append((number, ref))
    return found


def tables(message: EmailMessage) -> dict[str, str]:
    """The tables that go along, by their names."""
    parts = {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}
    return {name: data.decode("utf-8-sig") for name, data in parts.items() if isinstance(data, bytes)}


def reports(lab: MailLab, box: str) -> list[EmailMessage]:
    return [one for one in by_kind(lab.received(box), "notice") if "report" in str(one["Subject"])]


def test_the_numbers_of_a_digest_are_kept_with_it_and_stand_beside_their_cases(desk: Desk, mail_lab: MailLab) -> None:
    first, second = "sato@people.test", "mori@people.test"
    desk.put(mail(first, desk.mailbox, "data", WISH, 1), at="2025-11-21T14:10:00+09:00")
    desk.put(mail(second, desk.mailbox, "stop", STOP, 2), at="2025-11-21T14:11:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    desk.once("2025-11-25T08:30:00+09:00")
    mail_lab.wait_idle()
    [digest] = by_kind(mail_lab.received(desk.boss), "digest")
    printed = text_of(digest)
    stop, data = (one["ref"] for one in sorted(desk.cases(), key=lambda one: one["requests"][0]["dates"]["answer_on"]))
    lines = re.findall(r"(?m)^(\d+)\. .*\n(?:   .*\n)*?   (KJ-\S+)", printed)
    assert lines == [("1", stop), ("2", data)], "what is owed first comes first, numbered through all sections"
    assert "Due soon (within 3 business days): 1" in printed
    assert "Unassigned: 2" in printed
    assert {tap.subject for tap in links(digest)} <= {f"[mailbot] #1 {tap.label}" for tap in links(digest)}
    assert "/assign 2 " in {tap.body.partition("\r\n")[0] for tap in links(digest)}


def test_the_store_knows_what_a_number_stood_for_after_the_cases_moved(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH, 1), at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    desk.once("2025-11-25T08:30:00+09:00")
    desk.put(mail("mori@people.test", desk.mailbox, "stop", STOP, 2), at="2025-11-25T09:00:00+09:00")
    desk.once("2025-11-25T09:01:00+09:00")
    desk.once("2025-11-26T08:30:00+09:00")
    mail_lab.wait_idle()
    data, stop = (one["ref"] for one in desk.cases())
    assert kept(desk) == {1: [(1, data)], 2: [(1, stop), (2, data)]}


def test_no_digest_and_no_report_holds_a_word_of_a_mail(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    words = "My name is Hanako Zauberberg. Please send me a copy of my data. Call me: 090-1234-5678."
    desk.put(mail("sato@people.test", desk.mailbox, "data of Hanako", words), at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    desk.once("2025-11-25T08:30:00+09:00")
    mail_lab.wait_idle()
    mails = [*by_kind(mail_lab.received(desk.boss), "digest"), *reports(mail_lab, desk.boss)]
    assert len(mails) == 2
    shown = "\n".join(f"{one['Subject']}\n{text_of(one)}\n{html_of(one)}\n{tables(one)}" for one in mails)
    assert [word for word in CANARY if word.casefold() in shown.casefold()] == []


def test_each_report_comes_once_with_the_first_business_day_and_after_the_digest(desk: Desk, mail_lab: MailLab) -> None:
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH), at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    for day in ("2025-11-24", "2025-11-25", "2025-11-26", "2025-12-01", "2025-12-02"):
        desk.once(f"{day}T08:29:00+09:00")
        desk.once(f"{day}T08:30:00+09:00")
        desk.once(f"{day}T12:00:00+09:00")
    mail_lab.wait_idle()
    found = {str(one["Subject"]).removeprefix("[mailbot] "): one for one in reports(mail_lab, desk.boss)}
    assert len(reports(mail_lab, desk.boss)) == len(found)
    assert set(found) == {"weekly report 2025-W47", "weekly report 2025-W48", "monthly report 2025-11"}
    told = {name: text_of(one) for name, one in found.items()}
    figures = "Arrived: 1   Answered: 0   In time: –   Open at the end: 1   Overdue now: 0"
    assert figures in told["weekly report 2025-W47"]
    assert "Arrived: 0 " in told["weekly report 2025-W48"]
    assert "Arrived: 1 " in told["monthly report 2025-11"]
    [(name, table)] = tables(found["monthly report 2025-11"]).items()
    assert name == "mailbot-2025-11.csv"
    assert '"2025-11-01","2025-11-30","disclosure","arrivals",1' in table
    assert reports(mail_lab, desk.hana) == []
    assert "no fault" in desk.command("audit", "verify")


def test_after_a_month_of_silence_only_the_latest_reports_come(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.once("2025-09-19T15:00:00+09:00")
    desk.once("2025-11-12T10:00:00+09:00")
    mail_lab.wait_idle()
    assert sorted(str(one["Subject"]) for one in reports(mail_lab, desk.boss)) == [
        "[mailbot] monthly report 2025-10",
        "[mailbot] weekly report 2025-W45",
    ]


def test_who_wants_no_reports_gets_none(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_DIGEST__REPORTS='["monthly"]')
    desk.once("2025-11-21T15:00:00+09:00")
    desk.once("2025-11-25T09:00:00+09:00")
    desk.once("2025-12-01T09:00:00+09:00")
    mail_lab.wait_idle()
    assert [str(one["Subject"]) for one in reports(mail_lab, desk.boss)] == ["[mailbot] monthly report 2025-11"]


def test_the_command_prints_any_days_and_writes_page_and_table(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH), at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    desk.set_now("2025-11-25T09:00:00+09:00")
    assert "週次報告 2025-W47" in desk.command("report")
    assert "月次報告 2025-11" in desk.command("report", "--month", "2025-11")
    assert "受付: 0" in desk.command("report", "--from", "2025-11-22", "--to", "2025-11-30")
    page, table = desk.folder / "report.html", desk.folder / "report.csv"
    desk.command("report", "--week", "2025-W47", "--html", str(page), "--csv", str(table))
    assert "<html" in page.read_text(encoding="utf-8")
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    desk.command("report", "--week", "2025-W47", "--month", "2025-11", code=2)
    desk.command("report", "--week", "47", code=2)
    desk.command("report", "--from", "2025-11-30", "--to", "2025-11-22", code=2)


def test_what_waits_for_the_manager_has_a_number_that_stands_for_exactly_that(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.reply(notice, LONGER)
    story.until("11-21 14:30")
    [preview] = hana.got("preview")
    hana.tap(preview, "承認に回す")
    story.until("11-21 14:40")
    story.until("11-25 08:31")
    [digest] = boss.got("digest")
    printed = text_of(digest)
    assert "Waiting for approval: extend the date (by hana, since Fri 21 Nov, check " in printed
    assert "倉庫" not in printed
    engine = open_engine(f"sqlite:///{sqlite_desk.folder}/mailbot.db")
    with read(engine) as connection:
        rows = connection.execute(select(effect).join(digest_line, digest_line.c.effect_id == effect.c.id)).all()
    engine.dispose()
    [waiting] = rows
    assert f"check {waiting.digest[:8]})" in printed
    assert {"/approve 1", "/deny 1"} <= {tap.body.partition("\r\n")[0].strip() for tap in links(digest)}
