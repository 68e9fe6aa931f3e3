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
from mailbot.demo import mails, stage, story
from mailbot.demo.mails import Mail
from tests.e2e.desk import parsed

OPENING = [
    mails.DISCLOSURE,
    mails.CORRECTION_AND_STOP,
    mails.ERASURE,
    mails.COMPLAINT,
    mails.PURPOSE,
    mails.BOOKING,
    mails.UNSURE,
    mails.APPLICANT,
]
"""The mails that people open a case with."""
ENGLISH = {mail.sender for mail in (mails.CORRECTION_AND_STOP, mails.PURPOSE, mails.APPLICANT)}
SILENT = [mails.VACATION, mails.SPAM, mails.FORGED]
SHELVES = ("sent-to-requesters", "sent-to-staff", "digests")


@dataclass(frozen=True)
class Played:
    """A demo that has ended: its folder and what it printed."""

    folder: Path
    printed: str

    def mails(self, *shelves: str) -> list[EmailMessage]:
        paths = [path for shelf in shelves for path in sorted((self.folder / shelf).glob("*.eml"))]
        return [parsed(path.read_bytes()) for path in paths]


def run(*arguments: str, folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """`mailbot …` in a folder; a socket or thread that was not closed shows on standard error."""
    command = [sys.executable, "-W", "default::ResourceWarning", "-m", "mailbot", *arguments]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"} | extra
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False
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


def personal(mail: Mail) -> list[str]:
    """What only the writer and those who deal with the case may read: names, address, subject, every line."""
    lines = [line.strip() for line in mail.text.splitlines() if len(line.strip()) > 3]
    return [one for one in (mail.name, *mail.name.split(), mail.sender, mail.subject, *lines) if one]


def test_every_person_is_acknowledged_once_and_alone(played: Played) -> None:
    acks = [mail for mail in played.mails("sent-to-requesters") if mail["X-Mailbot-Kind"] == "ack"]
    assert sorted(mail["To"] for mail in acks) == sorted(mail.sender for mail in OPENING)
    assert {mail["To"] for mail in acks if "受付番号" not in words(mail)} == ENGLISH


def test_machine_spam_and_forged_mail_are_not_answered(played: Played) -> None:
    received = {mail["Subject"]: mail["Message-ID"] for mail in played.mails("received")}
    answered = {mail["In-Reply-To"] for mail in played.mails("sent-to-requesters")}
    assert not {received[mail.subject] for mail in SILENT} & answered
    assert {received[mail.subject] for mail in OPENING} == answered


def test_no_acknowledgement_says_what_was_written_to_the_desk(played: Played) -> None:
    for ack in played.mails("sent-to-requesters"):
        said = words(ack) + words(ack, "html") + ack["Subject"]
        assert not [found for mail in OPENING for found in personal(mail) if found in said]


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
        f"in {count} = cases {len(OPENING)} + follow-ups 1 + staff 1 + machine 1 + duplicates 1 + spam 1 + held 1 "
        in (" ".join(played.printed.split()))
    )
    assert re.search(r"overdue +no answer yet → manager", played.printed)
    assert "no fault" in played.printed


def test_digests_are_mails_and_pages_and_neither_they_nor_the_account_name_anybody(played: Played) -> None:
    pages = [path.read_text(encoding="utf-8") for path in sorted((played.folder / "digests").glob("*.html"))]
    assert len(pages) == len(played.mails("digests")) >= 9
    told = "\n".join([*pages, played.printed, *(mail.as_string() for mail in played.mails("digests"))])
    assert not [found for scene in story.scenes() for found in personal(scene.mail) if found in told]


def test_its_databases_still_answer_afterwards(played: Played) -> None:
    config = {"MAILBOT_CONFIG": str(played.folder / "mailbot.toml"), "MAILBOT_NOW": "2026-12-07T12:00:00+09:00"}
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
    monkeypatch.setattr(reports, "reconcile", lambda _: ("in 1 = cases 0", False))
    told = StringIO()
    assert stage.perform(Console(file=told, width=200), tmp_path / "kept", is_fast=True) == 1
    assert "WRONG: 0 mails arrived, and not each of them has one disposition: in 1 = cases 0" in told.getvalue()
