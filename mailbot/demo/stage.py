"""Plays the story: servers, company, the worker's own parts and steps, a clock that jumps, and the proof at the end."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console
from rich.text import Text

from mailbot import compose, log, reports
from mailbot.core.events import Name
from mailbot.demo.account import Account
from mailbot.demo.mails import read
from mailbot.demo.office import Servers, open_office
from mailbot.demo.servers import PASSWORD, USER, MailHost, mail_host
from mailbot.demo.shelf import APPROVALS, DIGESTS, NOTICES, PREVIEWS, REPORTS, REQUESTERS, Shelf, is_free
from mailbot.demo.story import FIRST, LAST, OPENING, Scene, moments
from mailbot.demo.watch import Watch
from mailbot.edge.clock import Clock
from mailbot.steps.parts import Parts
from mailbot.worker import OK, run_once

_FAILED, _NOT_EMPTY = 1, 2
_SCENE_S, _MORNING_S = 0.9, 0.45
_UNTIL_SEEN = timedelta(seconds=2)
"""How long after its arrival a mail is met: the worker waits in IMAP IDLE."""


def perform(out: Console, keep: Path | None, *, is_fast: bool) -> int:
    """Play everything and return the exit code (see `play`)."""
    shelf = _shelf(out, keep or Path("demo-out") / f"{Clock().now().astimezone():%Y%m%d-%H%M%S}")
    if shelf is None:
        return _NOT_EMPTY
    _welcome(out)
    clock = Clock(OPENING)
    with _opened(shelf, clock) as (parts, host):
        account = Account(out, parts.rules.calendar.why_not)
        play = Play(account, shelf, parts, host, clock, Watch(parts, host), is_fast=is_fast)
        faults = [*play.days(), *play.proof()]
        code = _verdict(account, faults)
        play.close()
    return code


@dataclass
class Play:
    """One performance. Faults are told as lines; none is a good end."""

    account: Account
    shelf: Shelf
    parts: Parts
    host: MailHost
    clock: Clock
    watch: Watch
    delivered: int = 0
    about_forger: Path | None = None
    _: KW_ONLY
    is_fast: bool

    def days(self) -> Iterator[str]:
        """Live through every moment of the story."""
        for at, scene in moments():
            if scene and (fault := self._deliver(scene)):
                yield fault
                continue
            self.clock.jump(at + _UNTIL_SEEN - self.clock.now())
            if run_once(self.parts, self.clock) != OK:
                yield f"{at:%Y-%m-%d %H:%M}: a step could not do its work; the reason is on standard error"
            self._tell(at, scene)

    def proof(self) -> Iterator[str]:
        """Ask for the sum and the log, as an auditor would; the last digest's head must be ours."""
        line, differences = reports.reconcile(self.parts, self.clock.now())
        digest = self.shelf.last(DIGESTS, "*.eml")
        faults, told = reports.verify(self.parts, digest.read_bytes() if digest else None)
        self.account.title("Does it add up?")
        self.account.say(f"every mail   {line}")
        self.account.say(f"event log    {told}; checked against the head in the last digest")
        if differences or not line.startswith(f"in {self.delivered} = "):
            yield f"{self.delivered} mails arrived, and not each of them has one disposition: {line}"
        if digest is None:
            yield "no digest left the house"
        yield from faults

    def close(self) -> None:
        """Leave the register and say where everything lies."""
        now = self.clock.now()
        rows = reports.cases(self.parts, now, None)
        register = reports.cases_table(rows, self.parts.rules.calendar.zone)
        places = [(path, what) for path, what in self._places() if path]
        self.account.title("The register")
        self.account.say(register)
        self.shelf.close(register, rows[0]["ref"] if rows else "-", now, places)
        self.account.title("Look for yourself")
        guide = self.shelf.folder / "README.txt", "what else lies there, and how to ask the desk about its cases"
        for path, what in (*places, guide):
            self.account.say(f"{path}\n    {what}")

    def _deliver(self, scene: Scene) -> str | None:
        """Let a mail arrive; returns what is wrong when it cannot be written."""
        self.account.arrived(scene)
        try:
            mail = scene.mail.written(scene.written_at or scene.at, self._sent)
        except LookupError as fault:
            return f"{scene.at:%Y-%m-%d %H:%M}: {fault}"
        self.host.deliver(mail, scene.at)
        self.shelf.keep_received(mail, scene.who)
        self.delivered += 1
        return None

    def _tell(self, at: datetime, scene: Scene | None) -> None:
        news = self.watch.news()
        kept = [self.shelf.keep_sent(taken) for taken in news.mails]
        if kept and any(event.name is Name.AUTHORITY_REFUSED for _, event in news.events):
            self.about_forger = kept[-1]
        if self.account.happened(at, news, is_answer=scene is not None) and not self.is_fast:
            time.sleep(_SCENE_S if scene else _MORNING_S)

    def _sent(self, address: str) -> list[EmailMessage]:
        return [read(taken.data) for taken in self.host.taken if address in taken.recipients]

    def _places(self) -> Iterator[tuple[Path | None, str]]:
        first = self.shelf.first
        yield first(NOTICES, "*.html"), "a notice: the buttons of the handler"
        yield first(PREVIEWS, "*.html"), "a preview: exactly what would leave, to whom, and the code"
        yield first(REQUESTERS, "*-relay-*.html"), "the relay: the same words, as the customer got them"
        approval = first(APPROVALS, "*.html")
        yield approval, "the question to the manager"
        yield first(REQUESTERS, "*-letter-*.html", approval), "the letter that left once it was approved"
        yield self.shelf.last(PREVIEWS, "*.html"), "the status letter, drafted before the gate: one button sends it"
        yield self.about_forger, "what the handler hears of the forger"
        yield self.shelf.last(DIGESTS, "*.html"), "the manager's last digest"
        yield self.shelf.last(REPORTS, "*.html"), "the monthly report"


@contextmanager
def _opened(shelf: Shelf, clock: Clock) -> Iterator[tuple[Parts, MailHost]]:
    """Start the servers, open the office, compose the worker's parts; all of it ends with the block."""
    with mail_host() as host:
        servers = Servers(host.imap_port, host.smtp_port, USER, PASSWORD)
        config = open_office(shelf.folder, servers, FIRST)
        log.start(config.log)
        with compose.composed(config, clock) as parts:
            yield parts, host


def _shelf(out: Console, folder: Path) -> Shelf | None:
    """Make the folder; None, and why on the terminal, when it cannot be had or somebody's files lie there."""
    why = "is not an empty folder"
    try:
        if is_free(folder):
            return Shelf(folder)
    except OSError as error:
        why = os.strerror(error.errno or 0)
    out.print(f"{folder}: {why}; nothing was changed. Name a new folder with --keep DIR.")
    return None


def _welcome(out: Console) -> None:
    days = f"{FIRST:%A} {FIRST.day} {FIRST:%B} to {LAST:%A} {LAST.day} {LAST:%B %Y}"
    out.print(Text("The privacy mailbox of a household-services company in Tokyo (cleaning, laundry, storage,", "bold"))
    out.print(Text(f"baby-sitting), {days}, on a clock that jumps.", "bold"))
    out.print("Real worker, real database; the mail servers run inside this process: nothing leaves this machine.")
    out.print(
        "Handler and manager work by replying to what they get. Two cases are answered, a third gets a status letter"
    )
    out.print("in time; the others are left alone, so that you see who is warned, and when, and who is told next when")
    out.print(
        "nobody answers. Staff are known by the token of the mail they answer and by what the company's mail server"
    )
    out.print("writes into Authentication-Results; a From line alone proves nothing.")


def _verdict(account: Account, faults: list[str]) -> int:
    if not faults:
        account.say("Every mail has exactly one disposition, and the event log proves what happened.", "bold green")
        return OK
    for fault in faults:
        account.say(f"WRONG: {fault}", "bold red")
    return _FAILED
