"""`mailbot demo` as a newcomer starts it: a process of its own, no servers, no network, a folder to look at."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mailbot import log, reports
from mailbot.core.token import GRAMMAR
from mailbot.demo import office, people, staff, stage, story
from mailbot.demo.links import links
from mailbot.demo.mails import Mail
from mailbot.demo.staff import DigestAnswer, StaffMail
from tests.e2e.desk import parsed

OPENING = [
    people.DISCLOSURE,
    people.CORRECTION_AND_STOP,
    people.ERASURE,
    people.COMPLAINT,
    people.PURPOSE,
    people.BOOKING,
    people.UNSURE,
    people.APPLICANT,
]
"""The mails that people open a case with."""
ENGLISH = {mail.sender for mail in (people.CORRECTION_AND_STOP, people.PURPOSE, people.APPLICANT)}
SILENT = [people.VACATION, people.SPAM, people.FALSE_CUSTOMER, people.FALSE_HANDLER]
SHELVES = ("sent-to-requesters", "sent-to-staff", "digests", "reports")


@dataclass(frozen=True)
class Played:
    """A demo that has ended: its folder and what it printed."""

    folder: Path
    printed: str

    def paths(self, *shelves: str) -> list[Path]:
        found = [path for shelf in shelves for path in (self.folder / shelf).rglob("*.eml")]
        return sorted(found, key=lambda path: path.name)

    def mails(self, *shelves: str) -> list[EmailMessage]:
        return [parsed(path.read_bytes()) for path in self.paths(*shelves)]

    def numbered(self, shelf: str, words: str) -> list[tuple[int, EmailMessage]]:
        """The mails of a shelf whose names hold some words, each with its number in the order of all mails."""
        found = [path for path in self.paths(shelf) if words in path.name]
        return [(int(path.name[:3]), parsed(path.read_bytes())) for path in found]

    def one(self, shelf: str, words: str) -> tuple[int, EmailMessage]:
        """The one mail of a shelf whose name holds some words, and its number in the order of all mails."""
        [found] = self.numbered(shelf, words)
        return found

    def told(self) -> str:
        """What was printed, in one line however it was wrapped."""
        return " ".join(self.printed.split())


def run(*arguments: str, folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """`mailbot …` in a folder; a socket or thread that was not closed shows on standard error."""
    command = [sys.executable, "-W", "default::ResourceWarning", "-m", "mailbot", *arguments]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"} | extra
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo, started where an operator's variables name a real mailbox: it must not hear them."""
    folder = tmp_path_factory.mktemp("demo")
    operators = {"MAILBOT_IMAP__HOST": "mail.company.example", "MAILBOT_NOW": "2020-01-01T00:00:00Z"}
    done = run("demo", "--fast", "--keep", "kept", folder=folder, **operators)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stderr == ""
    return Played(folder / "kept", done.stdout)


def words(mail: EmailMessage, form: str = "plain") -> str:
    part = mail.get_body((form,))
    assert part is not None
    return str(part.get_content())


def personal(mail: Mail | StaffMail | DigestAnswer) -> list[str]:
    """What only the writer and those who deal with the case may read: names, address, subject, every line."""
    if isinstance(mail, StaffMail | DigestAnswer):
        answered = staff.ANSWER.splitlines() if mail.text == staff.ANSWER else []
        return [mail.person.name, mail.person.address, *filter(None, answered)]
    lines = [line.strip() for line in mail.text.splitlines() if len(line.strip()) > 3]
    names = [mail.name] if mail.sender in office.ROLES else [mail.name, *mail.name.split()]
    return [one for one in (*names, mail.sender, mail.subject, *lines) if one]


def test_every_person_is_acknowledged_once_and_alone(played: Played) -> None:
    acks = [mail for mail in played.mails("sent-to-requesters") if mail["X-Mailbot-Kind"] == "ack"]
    assert sorted(mail["To"] for mail in acks) == sorted(mail.sender for mail in OPENING)
    assert {mail["To"] for mail in acks if "受付番号" not in words(mail)} == ENGLISH


def test_machine_spam_and_forged_mail_are_not_answered(played: Played) -> None:
    received = {mail["Subject"]: mail["Message-ID"] for mail in played.mails("received")}
    sent = played.mails("sent-to-requesters")
    assert not {received[mail.subject] for mail in SILENT} & {mail["In-Reply-To"] for mail in sent}
    acks = {mail["In-Reply-To"] for mail in sent if mail["X-Mailbot-Kind"] == "ack"}
    assert {received[mail.subject] for mail in OPENING} == acks


def test_no_letter_says_what_was_written_to_the_desk_and_nothing_sent_out_names_staff(played: Played) -> None:
    for mail in played.mails("sent-to-requesters"):
        said = words(mail) + words(mail, "html") + mail["Subject"]
        assert not [one for one in (office.HANDLER, office.MANAGER) if one.name in said or one.address in said]
        if mail["X-Mailbot-Kind"]:
            assert not [found for one in OPENING for found in personal(one) if found in said]


def test_a_tap_sends_the_very_mail_that_the_button_of_the_notice_opens(played: Played) -> None:
    _, notice = played.one("sent-to-staff/notices", "006-notice")
    [link] = [one for one in links(notice) if one.label == "担当する"]
    number, tapped = played.one("received", "008-from-the-handler")
    assert (tapped["To"], tapped["Subject"], tapped["In-Reply-To"]) == (office.DESK, link.subject, None)
    assert words(tapped).splitlines() == link.body.splitlines() == ["/担当", "", link.body.splitlines()[-1]]
    assert GRAMMAR.search(link.body)
    assert number == 8


def test_the_preview_shows_what_the_customer_then_gets_and_nothing_leaves_before_it_is_confirmed(
    played: Played,
) -> None:
    shown_at, preview = played.one("sent-to-staff/previews", "KJ-2026-000002")
    left_at, relay = played.one("sent-to-requesters", "relay")
    shown = "\n".join(line.removeprefix("│").strip() for line in words(preview).splitlines())
    assert (relay["To"], relay["X-Mailbot-Kind"]) == (people.CORRECTION_AND_STOP.sender, None)
    assert words(relay).strip() in shown
    assert staff.ANSWER.strip() in words(relay)
    [confirmed] = [path for path in played.paths("received") if shown_at < int(path.name[:3]) < left_at]
    [sending] = [one for one in links(preview) if one.label == "本人確認も済みにして、送信・完了にする"]
    assert sending.line in words(parsed(confirmed.read_bytes()))


def test_the_manager_approves_by_reply_and_only_then_the_letter_leaves_with_what_the_handler_filled_in(
    played: Played,
) -> None:
    asked_at, question = played.one("sent-to-staff/approvals", "approval")
    approved_at, reply = next(one for one in played.numbered("received", "from-the-manager") if one[0] > asked_at)
    [approve] = [one for one in links(question) if one.label == "Approve"]
    assert words(reply).startswith(approve.line)
    assert question["To"] == office.MANAGER.address
    left_at, letter = played.numbered("sent-to-requesters", "letter-to-requester-KJ-2026-000001")[-1]
    assert asked_at < approved_at < left_at
    assert letter["To"] == people.DISCLOSURE.sender
    assert "作業記録のうち、スタッフ個人に関する記載" in words(letter)


def test_the_manager_gives_a_case_to_the_handler_by_the_number_of_its_line_in_the_digest(played: Played) -> None:
    [(answered_at, reply)] = [
        (at, mail) for at, mail in played.numbered("received", "from-the-manager") if "/assign" in words(mail)
    ]
    digest = [mail for at, mail in played.numbered("digests", "digest") if at < answered_at][-1]
    found = re.match(r"/assign (\d+) hana", words(reply))
    assert found
    assert str(reply["In-Reply-To"]).strip() == digest["Message-ID"]
    assert re.search(rf"^{found[1]}\. Erasure", words(digest), re.MULTILINE)
    given_at, notice = played.numbered("sent-to-staff/notices", "KJ-2026-000003")[-1]
    assert (notice["To"], given_at > answered_at) == (office.HANDLER.address, True)


def test_a_status_letter_lies_ready_before_the_gate_and_leaves_by_one_tap_alone(played: Played) -> None:
    drafted_at, draft = played.one("sent-to-staff/previews", "KJ-2026-000003")
    tapped_at, tap = played.numbered("received", "from-the-handler")[-1]
    left_at, letter = played.numbered("sent-to-requesters", "letter-to-requester-KJ-2026-000003")[-1]
    [send] = [one for one in links(draft) if one.label == "送信する"]
    assert drafted_at < tapped_at < left_at
    assert words(tap).startswith(send.line)
    assert letter["To"] == people.ERASURE.sender
    assert "ご本人であることの確認をお願いし、ご返信をお待ちしているため" in words(letter), "the reason"
    assert re.search(r"draft KJ-2026-000003-. ?: a status letter lies before the handler", played.told())
    assert re.search(r"the gate of KJ-2026-000003-. \(Art. 39\) is answered in time", played.told())


def test_who_lets_a_case_lie_is_told_then_the_manager_and_silence_goes_to_the_next_person(played: Played) -> None:
    told = played.told()
    assert "no work on it for days → handler" in told
    assert "still no work on it → manager" in told
    assert re.search(r"handed on nobody answered a warning for a business day → deputy: KJ-2026-000004", told)


def test_each_week_and_each_month_the_manager_gets_a_report_with_its_figures_as_a_file(played: Played) -> None:
    reports = played.mails("reports")
    assert [mail["Subject"].partition("] ")[2] for mail in reports] == [
        *("weekly report 2026-W47", "weekly report 2026-W48", "monthly report 2026-11")
    ]
    assert {mail["To"] for mail in reports} == {office.MANAGER.address}
    assert all([part.get_content_type() for part in mail.iter_attachments()] == ["text/csv"] for mail in reports)
    assert "report to the manager, with a file for spreadsheets: monthly report 2026-11" in played.told()


def test_identity_papers_go_to_the_handler_alone(played: Played) -> None:
    mails = played.mails("sent-to-requesters", "sent-to-staff", "digests")
    [mail] = [one for one in mails if list(one.iter_attachments())]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["menkyo.pdf"]
    assert mail["To"] == office.HANDLER.address


def test_a_forger_in_the_handlers_name_changes_nothing_and_the_handler_hears_of_it(played: Played) -> None:
    forged_at, _ = played.one("received", "from-the-forger")
    [told] = [path for path in played.paths("sent-to-staff") if int(path.name[:3]) == forged_at + 1]
    mail = parsed(told.read_bytes())
    assert mail["To"] == office.HANDLER.address
    assert "受け付けませんでした" in mail["Subject"]
    assert {mail["To"] for mail in played.mails(*SHELVES)} == {*office.ROLES, *(mail.sender for mail in OPENING)}
    assert "refused" in played.printed


def test_two_cases_end_answered_and_the_others_are_left_to_the_warnings(played: Played) -> None:
    rows = re.findall(r"^(KJ-2026-00000\d)-. +(\w+)", played.printed, re.MULTILINE)
    assert [ref for ref, state in rows if state == "closed"] == ["KJ-2026-000001", "KJ-2026-000002"]
    assert len(rows) == len(OPENING)


def test_each_mail_of_the_desk_has_one_recipient_and_one_identity(played: Played) -> None:
    sent = played.mails(*SHELVES)
    assert all(mail["To"].count("@") == 1 and mail["Cc"] is None and mail["Bcc"] is None for mail in sent)
    assert len({mail["Message-ID"] for mail in sent}) == len(sent) > 40


def test_the_oldest_charset_arrives_as_it_is_written_in_japan(played: Played) -> None:
    raws = [path.read_bytes() for path in sorted((played.folder / "received").glob("*.eml"))]
    [old_style] = [raw for raw in raws if b'charset="iso-2022-jp"' in raw]
    assert b"\x1b$B" in old_style
    assert old_style.isascii()


def test_the_account_adds_up_and_shows_the_manager_an_escalation(played: Played) -> None:
    count = len(story.scenes())
    assert (
        f"in {count} = cases {len(OPENING)} + follow-ups 3 + staff 14 + machine 1 + duplicates 1 + spam 1 + held 2 "
        in played.told()
    )
    assert re.search(r"overdue +no answer yet → manager", played.printed)
    assert "no fault" in played.printed


def test_digests_are_mails_and_pages_and_neither_they_nor_the_account_name_anybody(played: Played) -> None:
    pages = [path.read_text(encoding="utf-8") for path in sorted((played.folder / "digests").glob("*.html"))]
    assert len(pages) == len(played.mails("digests")) == 8
    told = "\n".join([*pages, played.printed, *(words(mail) for mail in played.mails("digests"))])
    assert not [found for scene in story.scenes() for found in personal(scene.mail) if found in told]


def test_its_databases_still_answer_afterwards(played: Played) -> None:
    config = {"MAILBOT_CONFIG": str(played.folder / "mailbot.toml"), "MAILBOT_NOW": "2026-12-03T12:00:00+09:00"}
    done = run("audit", "verify", folder=played.folder, **config)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no fault" in done.stdout


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine", encoding="utf-8")
    done = run("demo", "--fast", "--keep", str(tmp_path), folder=tmp_path)
    assert done.returncode == 2
    assert "not an empty folder" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]


def test_a_sum_that_does_not_add_up_is_told_and_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stage, "moments", list)
    monkeypatch.setattr(log, "start", lambda _: None)
    monkeypatch.setattr(reports, "reconcile", lambda *_: ("in 1 = cases 0", ["1 not read yet"]))
    told = StringIO()
    assert stage.perform(Console(file=told, width=200), tmp_path / "kept", is_fast=True) == 1
    assert "WRONG: 0 mails arrived, and not each of them has one disposition: in 1 = cases 0" in told.getvalue()
