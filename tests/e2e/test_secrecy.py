"""Nothing of a mail stands where it must not: logs, events, subjects, digests, the plain bytes of the databases."""

from pathlib import Path

import pytest

from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

FRIDAY, TUESDAY = "2025-11-21T14:10:00+09:00", "2025-11-25T09:00:00+09:00"
CANARIES = ("カナリア", "quetzalcoatl", "0901234567", "canary-avenue", "blue-folder")


def incoming(sender: str, to: str, number: int, text: str) -> bytes:
    whole = f"{text}\ncanary-avenue 7, tel 0901234567\n"
    message = parsed(mail(f"カナリア Quetzalcoatl <{sender}>", to, "quetzalcoatl 0901234567 カナリア", whole, number))
    message.add_attachment(b"canary-avenue", "application", "pdf", filename="blue-folder.pdf")
    return message.as_bytes()


def found_in(data: bytes) -> list[str]:
    """The canaries in some bytes, in any encoding a program would leave them in."""
    low = data.lower()
    codecs = ("utf-8", "utf-16-le", "shift_jis", "unicode_escape")
    return [canary for canary in CANARIES if any(canary.encode(codec).lower() in low for codec in codecs)]


def database_files(desk: Desk) -> list[Path]:
    return [path for path in desk.folder.iterdir() if ".db" in path.name]


def test_nothing_personal_is_in_logs_events_subjects_digests_or_the_plain_bytes_of_the_databases(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("quetzalcoatl@people.test")
    debug = {"MAILBOT_LOG__LEVEL": "debug"}
    strange = mail(f"quetzalcoatl@people.test <{sender}>", desk.mailbox, "カナリア", "quetzalcoatl")
    desk.put(
        incoming(sender, desk.mailbox, 1, "私の個人データを開示してください。"),
        incoming(sender, desk.mailbox, 2, "Please correct my address."),
        incoming(sender.replace("@people", "@refused"), desk.mailbox, 3, "I want to complain about my data."),
        strange,
        at=FRIDAY,
    )
    desk.once(FRIDAY, **debug)
    desk.once(TUESDAY, **debug)
    printed = [
        desk.command("cases"),
        *(desk.command("case", case["ref"], "--json") for case in desk.cases()),
        desk.command("digest", "--print"),
        desk.command("held"),
        desk.command("audit", "verify"),
    ]
    assert [found_in(text.encode()) for text in printed] == [[]] * len(printed)
    assert found_in(desk.log_file.read_bytes()) == []
    letters = [parsed(one) for box in (sender, desk.hana, desk.boss) for one in mail_lab.received(box)]
    assert {letter["X-Mailbot-Kind"] for letter in letters} >= {"ack", "notice", "warning", "digest"}
    for letter in letters:
        assert found_in(str(letter["Subject"]).encode()) == []
        if letter["X-Mailbot-Kind"] in {"digest", "warning", "ack"}:
            plain = letter.get_body(("plain",))
            assert plain
            assert found_in(plain.get_content().encode()) == []
    files = database_files(desk)
    assert {path.name for path in files} >= {"mailbot.db", "keys.db"}
    assert {path.name: found_in(path.read_bytes()) for path in files} == {path.name: [] for path in files}


def test_what_the_worker_leaves_in_its_database_while_it_runs_is_sealed_too(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("quetzalcoatl@people.test")
    with desk.working():
        mail_lab.deliver(incoming(sender, desk.mailbox, 1, "Please correct my address."), desk.mailbox)
        mail_lab.wait_received(sender, 1, timeout=60)
        files = database_files(desk)
        assert {path.name for path in files} >= {"mailbot.db-wal", "keys.db-wal"}
        assert {path.name: found_in(path.read_bytes()) for path in files} == {path.name: [] for path in files}
    assert found_in(desk.log_file.read_bytes()) == []
