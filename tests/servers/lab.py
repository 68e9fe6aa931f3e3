"""The mail world of a test: the company's mailboxes, its customers, its staff, and what each of them received.

Every address at a `.test` or `.example` domain can receive mail and log in with `lab.password`. Special domains:
`outside.test` bounces, `deferred.test` waits for ever, `refused.test` and `busy.test` are refused at RCPT.
"""

import re
import smtplib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from itertools import count
from pathlib import Path
from typing import TypeVar

from imapclient import IMAPClient

from tests.servers import waiting
from tests.servers.certificates import Certificates
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.fallback import LoopbackSmtp
from tests.servers.maildir import count_mails, read_mails
from tests.servers.postfix import Postfix
from tests.servers.postfix_log import Delivery

T = TypeVar("T")

WAIT_S = 30.0
"""Long enough for a slow and busy machine: only a test that fails waits for so long."""
LINE_END = re.compile(rb"\r?\n")


class MailLab:
    """Dovecot and Postfix with one authority; a test takes `dovecot` or `postfix` away with `outage.stopped`.

    `username` and `password` log in at IMAP and at the submission ports (`smtp_port` with STARTTLS or plain,
    `smtps_port` with TLS from the start). `mx_port` takes mail for our domains without a login, as from outside.
    """

    imap_host = smtp_host = "127.0.0.1"
    username = "privacy@company.test"
    password = PASSWORD

    def __init__(self, certificates: Certificates, dovecot: Dovecot, postfix: Postfix | LoopbackSmtp) -> None:
        self.dovecot, self.postfix = dovecot, postfix
        self.ca_file: Path = certificates.ca_file
        self.imap_port, self.imaps_port = dovecot.imap_port, dovecot.imaps_port
        self.mx_port, self.smtp_port, self.smtps_port = postfix.mx_port, postfix.smtp_port, postfix.smtps_port
        self._numbers = count(1)

    def fresh_mailbox(self, address: str = "privacy@company.test") -> str:
        """A new address, which is also its login, that no other test has seen: `privacy-7@company.test`."""
        local, _, domain = address.rpartition("@")
        return f"{local}-{next(self._numbers)}@{domain}"

    def deliver(self, raw: bytes, to: str, sender: str | None = None) -> None:
        """Bring a mail from outside through Postfix, on a connection of its own.

        `sender` is the envelope's; None takes the address of the From header, "" is the empty one of bounces.
        """
        with smtplib.SMTP(self.smtp_host, self.mx_port, local_hostname="outside.test", timeout=WAIT_S) as client:
            client.sendmail(_envelope_sender(raw, sender), [to], _with_crlf(raw))

    def deliver_many(self, mails: Iterable[tuple[bytes, str]]) -> int:
        """Bring (mail, recipient) pairs straight to Dovecot over one LMTP connection; the number delivered."""
        delivered = 0
        with smtplib.LMTP(str(self.dovecot.lmtp_socket), local_hostname="lab.test", timeout=WAIT_S) as client:
            for raw, to in mails:
                client.sendmail(_envelope_sender(raw, None), [to], _with_crlf(raw))
                delivered += 1
        return delivered

    def append(self, mailbox: str, raw: bytes, internaldate: datetime, folder: str = "INBOX") -> None:
        """Put a mail into a folder with the moment (aware) at which the server is to have received it."""
        assert internaldate.tzinfo, "internaldate: expected an aware datetime, for example datetime(…, tzinfo=UTC)"
        with self.login(mailbox) as client:
            if folder != "INBOX" and not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, _with_crlf(raw), msg_time=internaldate)

    @contextmanager
    def login(self, user: str) -> Iterator[IMAPClient]:
        """An IMAP session of the user on the plain port, with aware times, closed at the end."""
        with IMAPClient(self.imap_host, port=self.imap_port, ssl=False, timeout=WAIT_S) as client:
            client.normalise_times = False
            client.login(user, self.password)
            yield client

    def received(self, address: str) -> list[bytes]:
        """All mail in the inbox of an address, oldest delivery first; with `+detail` only mail to exactly that."""
        mails = read_mails(self.dovecot.maildir(address))
        if "+" not in address.rpartition("@")[0]:
            return mails
        return [mail for mail in mails if _delivered_to(mail) == address.lower()]

    def folders(self, user: str) -> dict[str, list[bytes]]:
        """Every folder of the user with its mails in the order of their UIDs, read without setting a flag."""
        with self.login(user) as client:
            names = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
            return {name: _read_folder(client, name) for name in names}

    def wait_for(self, predicate: Callable[[], T], timeout: float = WAIT_S, what: str = "") -> T:
        """The first truthy value of `predicate`; AssertionError after `timeout` seconds."""
        return waiting.wait_until(predicate, timeout, what)

    def wait_received(self, address: str, count: int = 1, timeout: float = WAIT_S) -> list[bytes]:
        """The inbox of an address as soon as it holds at least `count` mails and Postfix knows it.

        Dovecot shows a mail before it has answered Postfix: stopped in between, it would get the mail twice.
        """
        enough = waiting.wait_until(lambda: self._if_enough(address, count), timeout, f"{count} mails to {address}")
        assert enough is not None
        self.wait_idle(timeout)
        return enough

    def wait_idle(self, timeout: float = WAIT_S) -> None:
        """Wait until Postfix has dealt with all it accepted: delivered, bounced, or deferred at least once."""
        waiting.wait_until(self.postfix.is_idle, timeout, "Postfix to deal with its queue")

    def _if_enough(self, address: str, count: int) -> list[bytes] | None:
        if count_mails(self.dovecot.maildir(address)) < count:
            return None
        mails = self.received(address)
        return mails if len(mails) >= count else None

    def smtp_log(self, timeout: float = WAIT_S) -> list[Delivery]:
        """What Postfix did for every envelope recipient, once it has dealt with all it accepted.

        An oracle that reads no line of ours. The log is a moment later than the mailbox, hence the wait.
        """
        self.wait_idle(timeout)
        return self.postfix.deliveries()


def _with_crlf(raw: bytes) -> bytes:
    return LINE_END.sub(b"\r\n", raw)


def _envelope_sender(raw: bytes, sender: str | None) -> str:
    if sender is not None:
        return sender
    return parseaddr(str(BytesHeaderParser().parsebytes(raw).get("From", "")))[1]


def _delivered_to(raw: bytes) -> str:
    return str(BytesHeaderParser().parsebytes(raw).get("Delivered-To", "")).strip("<> ").lower()


def _read_folder(client: IMAPClient, name: str) -> list[bytes]:
    client.select_folder(name, readonly=True)
    mails = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [mails[uid][b"BODY[]"] for uid in sorted(mails)]
