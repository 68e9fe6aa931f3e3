"""A company's rights desk for one test: its own mailbox, databases and configuration, and the real program."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailbot.store.vault import make_master_key
from tests.servers.lab import MailLab
from tests.servers.postfix_log import Delivery
from tests.servers.processes import Group, Reaper

ROOT = Path(__file__).parents[2]
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
flood_sender_day = 0
flood_alike_day = 0
flood_domain_day = 0
flood_unproved_day = 0
flood_notices_hour = 0
[log]
format = "json"
"""


class Commands:
    """Runs commands in forks of one warm process (`forks.py`), which is as good as a fresh one and much sooner done."""

    def __init__(self, reaper: Reaper) -> None:
        self._folder, self._reaper = reaper.new_folder("forks-"), reaper
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.forks"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        reaper.tell(f"group {self._process.pid} {int(signal.SIGTERM)}")

    def run(self, arguments: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
        """Run `mailbot …` to its end; exit code, standard output and standard error."""
        files = {name: self._folder / name for name in ("out", "err")}
        for file in files.values():
            file.unlink(missing_ok=True)
        code = self._tell(arguments=[*arguments], env={**env}, **{name: str(file) for name, file in files.items()})
        out, err = (file.read_text(encoding="utf-8") for file in files.values())
        assert code is not None
        return code, out, err

    def start(self, arguments: Sequence[str], env: Mapping[str, str], log: Path) -> int:
        """Start `mailbot …` in a session of its own, both outputs appended to a file; its process id."""
        pid = self._tell(arguments=[*arguments], env={**env}, out=str(log), err=str(log), start=True)
        assert pid
        self._reaper.tell(f"group {pid} {int(signal.SIGTERM)}")
        return pid

    def end(self, pid: int, seconds: float = 60) -> int | None:
        """Ask a started process to end; its exit code, None when it had to be killed."""
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
        code = self._tell(wait=pid, seconds=seconds)
        if code is None:
            os.killpg(pid, signal.SIGKILL)
            self._tell(wait=pid, seconds=seconds)
        self._reaper.tell(f"ended {pid}")
        return code

    def _tell(self, **order: Any) -> int | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


class Desk:
    """The program in a folder of its own. `hana` handles, `boss` is the manager; both have mailboxes in the lab."""

    def __init__(
        self,
        lab: MailLab,
        reaper: Reaper,
        folder: Path,
        url: str = "",
        keys_url: str = "",
        commands: Commands | None = None,
        **values: Any,
    ) -> None:
        self.lab, self.folder, self._reaper, self._commands = lab, folder, reaper, commands
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

    def set(self, **values: str) -> None:
        """Set environment variables of every later command, for example `MAILBOT_LIMITS__ACKS_PER_HOUR="2"`."""
        self._env |= values

    def command(self, *arguments: str, code: int = 0, **extra: str) -> str:
        """Run `mailbot …` to its end and return what it printed; fails on another exit code."""
        found, out, err = self._run(arguments, self.environment(**extra))
        assert found == code, f"exit {found}\n{out}\n{err}"
        with self.log_file.open("a") as log:
            log.write(err)
        return out

    def _run(self, arguments: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
        if self._commands:
            return self._commands.run(arguments, env)
        command = [sys.executable, "-m", "mailbot", *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    def once(self, now: str = "", code: int = 0, **extra: str) -> None:
        """Let the worker deal with all that is due, at a moment if one is given (as MAILBOT_NOW has it)."""
        if now:
            self.set_now(now)
        self.command("run", "--once", code=code, **extra)

    def put(self, *mails: bytes, at: str = "", folder: str = "INBOX", flags: Sequence[bytes] = ()) -> None:
        """Lay mails into the desk's mailbox over one IMAP session, received at `at` (an ISO moment) or now.

        Dovecot takes a moment that is still to come for now, so stories are played in the past.
        """
        moment = datetime.fromisoformat(at) if at else datetime.now(UTC)
        assert moment <= datetime.now(UTC), f"{at}: Dovecot would say now"
        with self.lab.login(self.mailbox) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for one in mails:
                client.append(folder, one, flags=flags, msg_time=moment)

    def sent(self) -> list[Delivery]:
        """What this desk sent, by Postfix's own account: one row for each try of each recipient."""
        return [row for row in self.lab.smtp_log() if row.sender == self.mailbox]

    def recipients(self) -> list[str]:
        """The envelope recipients of all mail of this desk that was delivered, in order."""
        return [row.recipient for row in self.sent() if row.status == "sent"]

    def acknowledged(self) -> list[str]:
        """Who was sent mail apart from the two of the staff."""
        return [one for one in self.recipients() if one not in {self.hana, self.boss}]

    def case(self, ref: str) -> dict[str, Any]:
        """One case as `mailbot case REF --json` prints it."""
        found: dict[str, Any] = json.loads(self.command("case", ref, "--json"))
        return found

    def sum(self, code: int = 0) -> dict[str, int]:
        """The words of `mailbot reconcile` with their numbers; `in` is the whole."""
        words = self.command("reconcile", code=code).replace("=", "+").split("+")
        return {name: int(number) for name, number in (word.split() for word in words)}

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.command("cases", "--json"))
        return found

    def start(self, **extra: str) -> Group:
        """Start the worker and leave it running."""
        with self._with_environment(self.environment(**extra)):
            command = [sys.executable, "-m", "mailbot", "run"]
            return Group(self._reaper, command, self.log_file, signal.SIGTERM)

    @contextmanager
    def working(self, **extra: str) -> Iterator[None]:
        """The worker, running until the block ends; it must then leave with exit code 0."""
        commands = self._commands
        assert commands
        self.log_file.touch()  # the process that starts the worker opens it a moment later
        worker = commands.start(["run"], self.environment(**extra), self.log_file)
        code: int | None = 0
        try:
            yield
        except BaseException as error:
            error.add_note(f"worker log:\n{self.log_file.read_text()[-3000:]}")
            raise
        finally:
            code = commands.end(worker)
        assert code == 0, f"the worker ended with {code}\n{self.log_file.read_text()[-3000:]}"

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
