"""How people use the desk by mail: staff reply to what they got and tap its links, requesters answer letters."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mailbot.compose import Stores, open_stores
from mailbot.config import load
from tests.e2e.desk import Desk, by_kind, mail, parsed
from tests.servers.lab import MailLab

PROVED = "mx.company.test; dmarc=pass header.from=company.test"
"""What the border of `company.test` writes above a mail that came from one of its own mailboxes."""
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def html_of(message: EmailMessage) -> str:
    """The HTML of a mail, as a phone would show it."""
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def files_of(message: EmailMessage) -> dict[str, bytes]:
    """The attachments of a mail by their names."""
    return {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in message.iter_attachments()}


@dataclass(frozen=True)
class Link:
    """A `mailto:` link: its label, and the mail it opens."""

    label: str
    to: str
    subject: str
    body: str


def links(message: EmailMessage) -> list[Link]:
    """Every link of a mail; each of them opens a mail."""
    found = re.findall(r'<a\s[^>]*href="(mailto:[^"]+)"[^>]*>(.*?)</a>', html_of(message), re.DOTALL)
    result = []
    for target, label in found:
        parts = urlsplit(target.replace("&amp;", "&"))
        fields = parse_qs(parts.query)
        if "body" in fields:
            words = re.sub(r"<[^>]+>", "", label).strip()
            result.append(Link(words, unquote(parts.path), fields["subject"][0], fields["body"][0]))
    return result


@contextmanager
def stores_of(desk: Desk) -> Iterator[Stores]:
    """The databases and the vault of a desk, opened beside the program."""
    stores = open_stores(load(desk.config_file))
    try:
        yield stores
    finally:
        stores.engine.dispose()
        stores.keys.dispose()


class Person:
    """Somebody with a mailbox; `is_proved` says that the border vouches for what they send."""

    now = ""
    """When their mail reaches the desk where a story says nothing else (an ISO moment); "" is the real time."""

    def __init__(self, desk: Desk, lab: MailLab, address: str, *, is_proved: bool = True) -> None:
        self.desk, self.lab, self.address, self.is_proved = desk, lab, address, is_proved
        self._count = 0

    def got(self, kind: str) -> list[EmailMessage]:
        """The mails of one `X-Mailbot-Kind` in the mailbox, in order."""
        return by_kind(self.lab.received(self.address), kind)

    def newest(self, kind: str, words: str = "") -> EmailMessage:
        """The newest mail of one `X-Mailbot-Kind`, with some words in it; two of one moment have no order."""
        return [one for one in self.got(kind) if words in f"{one['Subject']}\n{text_of(one)}"][-1]

    def told(self) -> str:
        """What the receipts of the newest moment say, all of them: two of one moment have no order."""
        receipts = self.got("receipt")
        newest = max(one["Date"].datetime for one in receipts)
        return "\n".join(text_of(one) for one in receipts if one["Date"].datetime == newest)

    def all(self) -> list[EmailMessage]:
        """Every mail in the mailbox, in order."""
        return [parsed(raw) for raw in self.lab.received(self.address)]

    def _headers(self) -> dict[str, str]:
        return {"Authentication_Results": PROVED} if self.is_proved else {}

    def tap(self, message: EmailMessage, label: str, at: str = "", add: str = "") -> None:
        """Tap a link and send the mail it opens; a phone's mail keeps no thread. `add` is typed on its first line."""
        link = next(one for one in links(message) if label in one.label)
        first, _, rest = link.body.partition("\r\n")
        self.write(link.subject, f"{first}{add}\r\n{rest}", at)

    def write(
        self, subject: str, text: str, at: str = "", files: Mapping[str, bytes] | None = None, **headers: str
    ) -> None:
        """Send a new mail to the desk."""
        self._count += 1
        number = f"{self.address.split('@')[0]}-{self._count}"
        raw = mail(self.address, self.desk.mailbox, subject, text, number, **self._headers(), **headers)
        self.desk.put(_with_files(raw, files or {}), at=at or self.now)

    def reply(
        self, message: EmailMessage, text: str, at: str = "", files: Mapping[str, bytes] | None = None, **headers: str
    ) -> None:
        """Reply to a mail, the whole of it quoted below, as common programs do."""
        quoted = "\n".join(f"> {line}" for line in text_of(message).splitlines())
        whole = f"{text}\n\nOn Fri, 20 Nov 2026 at 14:10, {message['From'].addresses[0].addr_spec} wrote:\n{quoted}\n"
        known = " ".join(filter(None, [str(message["References"] or ""), str(message["Message-ID"])]))
        thread = {"In_Reply_To": str(message["Message-ID"]), "References": known}
        self.write(f"Re: {message['Subject']}", whole, at, files, **(thread | headers))


def _with_files(raw: bytes, files: Mapping[str, bytes]) -> bytes:
    """The mail with attachments; the types are those of PDF and text."""
    message = parsed(raw)
    for name, data in files.items():
        kind = ("application", "pdf") if name.endswith(".pdf") else ("text", "plain")
        message.add_attachment(data, *kind, filename=name)
    return message.as_bytes(policy=policy.SMTP) if files else raw


class Story:
    """Some days at one desk, told step by step: who writes, how long the worker then goes on, what everybody gets.

    It is played in Japan in 2025, for Dovecot takes no moment that is still to come. Mail arrives at the moment the
    story has reached; `until` lets the worker do all that is due up to a later one. `ends` proves what every story has
    to leave behind.
    """

    def __init__(self, desk: Desk, lab: MailLab, begins: str = "11-21 14:10") -> None:
        self.desk, self.lab, self._now = desk, lab, begins
        self._requesters: list[Person] = []
        self._staff: list[Person] = []
        self.hana, self.boss = self._joined(desk.hana), self._joined(desk.boss)

    def _joined(self, address: str, *, is_proved: bool = True) -> Person:
        person = Person(self.desk, self.lab, address, is_proved=is_proved)
        person.now = _iso(self._now)
        self._staff.append(person)
        return person

    def hire(self, name: str, language: str = "ja", role: str = "handler") -> Person:
        """Take one more handler, or somebody in another role, onto the roster."""
        address = self.lab.fresh_mailbox(f"{name}@company.test")
        row = f'id = "{name}"\nname = "{name.title()}"\naddress = "{address}"\nroles = ["{role}"]\n'
        with self.desk.config_file.open("a", encoding="utf-8") as config:
            config.write(f'[[staff]]\n{row}language = "{language}"\n')
        return self._joined(address)

    def requester(self, address: str = "sato@people.test") -> Person:
        """Bring in somebody from outside, with a mailbox if the domain has one."""
        person = Person(self.desk, self.lab, self.lab.fresh_mailbox(address), is_proved=False)
        person.now = _iso(self._now)
        self._requesters.append(person)
        return person

    def until(self, moment: str) -> None:
        """Let the worker go on until a moment such as `11-25 09:30`, and let everything that left arrive."""
        self._now = moment
        self.desk.once(_iso(moment))
        self.lab.wait_idle()
        for person in (*self._staff, *self._requesters):
            person.now = _iso(moment)

    def case(self, number: int = 0) -> dict[str, Any]:
        """A case as `mailbot case` prints it, the first one unless another is asked for."""
        return self.desk.case(self.desk.cases()[number]["ref"])

    def states(self, number: int = 0) -> dict[str, str]:
        """The state of each request of a case by its kind."""
        return {one["kind"]: one["state"] for one in self.case(number)["requests"]}

    def happened(self, number: int = 0) -> list[str]:
        """The names of the events of a case, in order."""
        return [one["name"] for one in self.case(number)["events"]]

    def ends(self) -> None:
        """Prove that only people of this story were written to, and nothing of the office left it."""
        people = {one.address for one in (*self._staff, *self._requesters)}
        assert {row.recipient for row in self.desk.sent()} <= people
        for person in self._requesters:
            for message in person.all():
                assert message["X-Mailbot-Kind"] in {None, "ack", "letter"}
                assert (message["To"], message["Cc"], message["Bcc"]) == (person.address, None, None)
                shown = text_of(message) + html_of(message) + str(message["Subject"])
                assert not [one.address for one in self._staff if one.address in shown]
                assert "ref: " not in shown
        assert "no fault" in self.desk.command("audit", "verify")
        log = self.desk.log_file.read_text(encoding="utf-8")
        assert not [one for one in people if one in log]


def _iso(moment: str) -> str:
    return f"2025-{moment.replace(' ', 'T')}{':00' if moment.count(':') == 1 else ''}+09:00"
