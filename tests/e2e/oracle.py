"""An independent witness of every desk that a test makes: whom it wrote to, by Postfix's own log.

It shares no code with the product: it reads the configuration, the bytes that came into the desk's mailbox, and the
log. Allowed are the addresses of the roster, whoever wrote to the desk, and whom staff named behind `/to` or `/party`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

_ADDRESS = re.compile(r"[^\s<>\"(),;:]+@[^\s<>\"(),;:]+")
_ON_ROSTER = re.compile(r'^address\s*=\s*"([^"]+)"', re.MULTILINE)
_NAMED = re.compile(r"^[\s>]*[/／#＃](?:to|宛先|party|関係者)[\s:：]+(\S+@\S+)", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"^from[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)


class Watched:
    """A desk under watch: its mailbox, its configuration, and every mail that a test laid into the mailbox."""

    def __init__(self, lab: MailLab, mailbox: str, config_file: Path) -> None:
        self.mailbox, self._lab, self._config_file = mailbox, lab, config_file
        self._first_roster = self._roster()
        self.laid: list[bytes] = []

    def _roster(self) -> set[str]:
        text = self._config_file.read_text(encoding="utf-8")
        return {one.lower() for one in _ON_ROSTER.findall(text)} - {self.mailbox}

    def strangers(self) -> set[str]:
        """The envelope recipients of the desk's mail, delivered or not, that it had no reason to write to."""
        written = {row.recipient.lower() for row in self._lab.smtp_log() if row.sender == self.mailbox}
        roster, mails = self._first_roster | self._roster(), [*self.laid, *self._lying()]
        allowed = roster | {writer for raw in mails for writer in _writers(raw)} | _named_by(roster, mails)
        return written - allowed

    def _lying(self) -> list[bytes]:
        """What lies in any folder of the mailbox; Dovecot's folders are `.name` beside `cur` and `new`."""
        inbox = self._lab.dovecot.maildir(self.mailbox)
        folders = [folder / name for folder in (inbox, *inbox.glob(".*")) for name in ("cur", "new")]
        return [path.read_bytes() for folder in folders for path in folder.glob("*")]


@contextmanager
def watching(lab: MailLab, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Watch every desk that is made from now on; at the end none of them has written to a stranger."""
    watched: dict[str, Watched] = {}
    made, laid = Desk.__init__, Desk.put

    @wraps(made)
    def make(desk: Desk, *arguments: Any, **values: Any) -> None:
        made(desk, *arguments, **values)
        watched[desk.mailbox] = Watched(lab, desk.mailbox, desk.config_file)

    @wraps(laid)
    def put(desk: Desk, *mails: bytes, **values: Any) -> None:
        watched[desk.mailbox].laid += mails
        laid(desk, *mails, **values)

    monkeypatch.setattr(Desk, "__init__", make)
    monkeypatch.setattr(Desk, "put", put)
    yield
    found = {one.mailbox: sorted(strangers) for one in watched.values() if (strangers := one.strangers())}
    assert not found, f"a desk wrote to strangers: {found}"


def _writers(raw: bytes) -> set[str]:
    """Every address in the From lines of a mail, however many there are."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return {word.lower() for line in _FROM.findall(head) for word in _ADDRESS.findall(line.decode("latin-1"))}


def _named_by(roster: set[str], mails: list[bytes]) -> set[str]:
    """The addresses that staff named in a command."""
    found = (message_from_bytes(raw, policy=policy.default) for raw in mails if _writers(raw) & roster)
    texts = [_text(one) for one in found if isinstance(one, EmailMessage)]
    return {address.lower() for text in texts for address in _NAMED.findall(text)}


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""
