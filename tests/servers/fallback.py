"""A stand-in for Postfix where there is no root: aiosmtpd takes the mail and hands it to Dovecot's LMTP.

It knows `outside.test`, `deferred.test`, `refused.test` and `busy.test`, but writes no true bounces. It never
passes for the real server: the run says so loudly, and under CI the fixture fails instead.
"""

import asyncio
import smtplib
import ssl
from itertools import count
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import Certificates
from tests.servers.dovecot import PASSWORD, UNKNOWN, Dovecot
from tests.servers.postfix_log import Delivery
from tests.servers.processes import free_port

SIZE_LIMIT_BYTES = 60_000_000
NUMBERS = count(1)
REFUSALS = {"refused.test": "550 5.7.1 we do not take mail", "busy.test": "450 4.3.2 come back later"}


class Relay:
    """aiosmtpd's handler: answers RCPT as our Postfix does and keeps the rows that its log would hold."""

    def __init__(self, dovecot: Dovecot, deliveries: list[Delivery]) -> None:
        self._dovecot, self._deliveries = dovecot, deliveries

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """The refusal of the domain, or 250."""
        if refusal := REFUSALS.get(address.rpartition("@")[2]):
            sender = envelope.mail_from or ""
            self._deliveries.append(Delivery("NOQUEUE", sender, address, "refused", refusal.split()[1], "", refusal))
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        """Hand on to every recipient, one row for each."""
        queue_id = f"fallback{next(NUMBERS)}"
        for recipient in envelope.rcpt_tos:
            await asyncio.to_thread(self._hand_on, queue_id, envelope, recipient)
        return f"250 2.0.0 Ok: queued as {queue_id}"

    def _hand_on(self, queue_id: str, envelope: Envelope, recipient: str) -> None:
        status, dsn = "sent", "2.0.0"
        sender, raw = envelope.mail_from or "", envelope.original_content or b""
        domain = recipient.rpartition("@")[2]
        if domain in UNKNOWN:
            status, dsn = "bounced", "5.1.1"
        elif domain == "deferred.test":
            status, dsn = "deferred", "4.4.1"
        else:
            with smtplib.LMTP(str(self._dovecot.lmtp_socket), local_hostname="lab.test") as client:
                client.sendmail(sender, [recipient], raw)
        self._deliveries.append(Delivery(queue_id, sender, recipient, status, dsn, _message_id(raw), ""))


class Submission(Relay):
    """The same for those who log in. (aiosmtpd's own `auth_required` warns at each connection without TLS.)"""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a sender who has not logged in."""
        if not session.authenticated:
            return "554 5.7.1 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"


class LoopbackSmtp:
    """The three ports of `Postfix` with its surface, in threads of the test run."""

    def __init__(self, certificates: Certificates, dovecot: Dovecot) -> None:
        self.mx_port, self.smtp_port, self.smtps_port = free_port(), free_port(), free_port()
        self._dovecot, self._deliveries = dovecot, list[Delivery]()
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificates.certificate, certificates.key)
        self._controllers: list[Controller] = []

    def start(self) -> None:
        """Listen on all ports; the submission ports want a login."""
        submission = Submission(self._dovecot, self._deliveries)
        login: dict[str, Any] = {"authenticator": _authenticate, "auth_require_tls": False}
        self._controllers = [
            _controller(Relay(self._dovecot, self._deliveries), self.mx_port),
            _controller(submission, self.smtp_port, tls_context=self._tls, **login),
            _controller(submission, self.smtps_port, ssl_context=self._tls, **login),
        ]
        for controller in self._controllers:
            controller.start()

    def stop(self) -> None:
        """Stop listening; what is stopped already stays stopped."""
        for controller in self._controllers:
            controller.stop()
        self._controllers = []

    def deliveries(self) -> list[Delivery]:
        """What became of every recipient so far."""
        return list(self._deliveries)

    def is_idle(self) -> bool:
        """Always: it answers a client only after it has handed the mail on."""
        return True


def _controller(handler: Relay, port: int, **options: Any) -> Controller:
    limits: dict[str, Any] = {"data_size_limit": SIZE_LIMIT_BYTES, "decode_data": False, "enable_SMTPUTF8": True}
    return Controller(handler, hostname="127.0.0.1", port=port, **limits, **options)


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def _message_id(raw: bytes) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    return head.partition(b"message-id:")[2].partition(b"\n")[0].strip().decode(errors="replace")
