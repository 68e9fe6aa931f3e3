"""Junk: what lies there is left alone unless it is work, and whoever takes a mail out of it is heard."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbot.edge.clock import Clock
from mailbot.worker import OK, run_once
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
SATO = "sato@people.test"
WISH = mail(SATO, DESK, "お願い", "私の個人データを開示してください。")
HELLO = mail("ito@people.test", DESK, "こんにちは", "いつもお世話になっております。", 2)


class Junk:
    """A desk on files, and what its ledger says of each mail, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self.ground, self.server, self.now = Ground(folder), Server(), NOW

    def round(self) -> list[tuple[str, str, str]]:
        self.now += timedelta(minutes=10)
        clock = Clock(self.now)
        with fake_parts(self.ground.config, clock, self.server) as parts:
            assert run_once(parts, clock) == OK
            with parts.engine.connect() as connection:
                rows = connection.execute(text("SELECT folder, disposition, why FROM ledger ORDER BY id")).all()
        return [(row.folder, row.disposition, row.why) for row in rows]


@pytest.fixture
def junk(tmp_path: Path) -> Junk:
    return Junk(tmp_path)


def test_what_is_taken_out_of_junk_is_heard_once(junk: Junk) -> None:
    junk.server.deliver(HELLO, NOW, "Junk")
    assert junk.round() == [("Junk", "spam", "junk")]
    for _ in range(2):
        junk.server.deliver(HELLO, NOW)
        found = junk.round()
    assert [disposition for _, disposition, _ in found] == ["spam", "case", "duplicate"]


def test_what_lies_in_junk_and_in_the_inbox_is_heard_whichever_is_met_first(junk: Junk) -> None:
    for folder in ("Junk", "INBOX"):
        junk.server.deliver(HELLO, NOW, folder)
    assert {disposition for folder, disposition, _ in junk.round() if folder == "INBOX"} == {"case"}


def test_an_answer_to_our_mail_that_lies_in_junk_waits_for_a_person(junk: Junk) -> None:
    junk.server.deliver(WISH, NOW)
    junk.round()
    [ack] = [message_from_bytes(one.data) for one in junk.server.accepted if one.recipient == SATO]
    thread = {"In_Reply_To": str(ack["Message-ID"]), "References": str(ack["Message-ID"])}
    junk.server.deliver(mail(SATO, DESK, "Re: お願い", "ありがとうございます。", 3, **thread), NOW, "Junk")
    assert junk.round()[1:] == [("Junk", "held", "junk")]
