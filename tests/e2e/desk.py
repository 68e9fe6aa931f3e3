"""A company's rights desk for one test: its own mailbox, databases and configuration, and the real program."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailbot.store.vault import make_master_key
from tests.servers.lab import MailLab
from tests.servers.processes import Group, Reaper

CONFIG = """\
[company]
name = "株式会社いえのこと"
desk = "個人情報相談窓口"
address = "{mailbox}"
[imap]
host = "127.0.0.1"
port = {imap_port}
security = "{security}"
username = "{mailbox}"
password = "{password}"
ca_file = "{ca_file}"
since = {since}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "{security}"
username = "{mailbox}"
password = "{password}"
ca_file = "{ca_file}"
[store]
url = "{url}"
keys_url = "{keys_url}"
master_key_file = "{folder}/master.key"
[trust]
authserv_id = "mx.company.test"
[[staff]]
id = "hana"
name = "Hana"
address = "{hana}"
roles = ["handler"]
[[staff]]
id = "boss"
name = "Boss"
address = "{boss}"
roles = ["manager"]
language = "en"
[limits]
acks_per_hour = 10000
acks_per_address_day = 1000
[log]
format = "json"
"""


class Desk:
    """The program in a folder of its own. `hana` handles, `boss` is the manager; both have mailboxes in the lab."""

    def __init__(self, lab: MailLab, reaper: Reaper, folder: Path, url: str = "", keys_url: str = "", **values: Any) -> None:
        self.lab, self.folder, self._reaper = lab, folder, reaper
        self.mailbox = lab.fresh_mailbox()
        self.hana, self.boss = lab.fresh_mailbox("hana@company.test"), lab.fresh_mailbox("boss@company.test")
        self.log_file = folder / "worker.log"
        self._env: dict[str, str] = {}
        plain = {"security": "tls", "imap_port": lab.imaps_port, "smtp_port": lab.smtps_port, "since": "2020-01-01"}
        known = {
            "mailbox": self.mailbox,
            "hana": self.hana,
            "boss": self.boss,
            "password": lab.password,
            "ca_file": lab.ca_file,
            "folder": folder,
            "url": url or f"sqlite:///{folder}/mailbot.db",
            "keys_url": keys_url or f"sqlite:///{folder}/keys.db",
        }
        self.config_file = folder / "mailbot.toml"
        self.config_file.write_text(CONFIG.format(**(plain | known | values)), encoding="utf-8")
        make_master_key(folder / "master.key")

    def environment(self, **extra: str) -> dict[str, str]:
        return os.environ | {"MAILBOT_CONFIG": str(self.config_file)} | self._env | extra

    def set_now(self, moment: str) -> None:
        """Move the clock of every later command."""
        self._env["MAILBOT_NOW"] = moment

    def command(self, *arguments: str, code: int = 0, **extra: str) -> str:
        """Run `mailbot …` to its end and return what it printed; fails on another exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "mailbot", *arguments],
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        with self.log_file.open("a") as log:
            log.write(done.stderr)
        return done.stdout

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.command("cases", "--json"))
        return found

    def start(self, **extra: str) -> Group:
        """Start the worker and leave it running."""
        with self._with_environment(self.environment(**extra)):
            command = [sys.executable, "-m", "mailbot", "run"]
            return Group(self._reaper, command, self.log_file, signal.SIGTERM)

    @contextmanager
    def working(self, **extra: str) -> Iterator[Group]:
        """The worker, running until the block ends; it must then leave with exit code 0."""
        worker = self.start(**extra)
        try:
            yield worker
        except BaseException as error:
            error.add_note(f"worker log:\n{self.log_file.read_text()[-3000:]}")
            raise
        finally:
            worker.stop()

    @contextmanager
    def _with_environment(self, wanted: Mapping[str, str]) -> Iterator[None]:
        before = dict(os.environ)
        os.environ.update(wanted)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def mail(sender: str, to: str, subject: str, text: str, number: object = 1, **headers: str) -> bytes:
    """A mail as a person's program writes it."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Fri, 20 Nov 2026 14:10:00 +0900"
    message["Message-ID"] = f"<{number}.{abs(hash((sender, to)))}@people.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def parsed(raw: bytes) -> EmailMessage:
    """A received mail, decoded by the standard library: none of our own code judges here."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def by_kind(mails: list[bytes], kind: str) -> list[EmailMessage]:
    """The mails whose X-Mailbot-Kind is `kind`."""
    return [one for one in map(parsed, mails) if one["X-Mailbot-Kind"] == kind]
