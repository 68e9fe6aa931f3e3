"""How the mails of the demo are written and read: as mail programs do, with threads, quotations and old charsets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from mailbot.demo.office import AUTHSERV_ID, DESK

PASSED = "dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={domain}"
FORGED = "dmarc=fail header.from={domain}; spf=fail smtp.mailfrom=cheap-host.test"
"""What the company's mail server writes above a mail that arrives: whether it came from where it says."""
_QUOTED_LINES = 12

Sent = Callable[[str], Sequence[EmailMessage]]
"""Asks for the desk's mails to an address, oldest first."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to come. `answers` is the kind (`X-Mailbot-Kind`) of the desk's mail that it replies to, "" for none.

    `thread` is the very mail that is answered, where the kind alone does not tell it.
    """

    name: str
    sender: str
    text: str
    subject: str = ""
    answers: str = ""
    proof: str = PASSED
    extra: Mapping[str, str] = field(default_factory=dict)
    is_iso_2022_jp: bool = False
    attachment: tuple[str, bytes] | None = None
    thread: EmailMessage | None = None
    to: str = DESK

    def written(self, at: datetime, sent: Sent) -> bytes:
        """Return the bytes as the desk's mail server takes them in. Raises LookupError when nothing can be answered."""
        answered = self.thread or self._answered(sent)
        mail = self._old_style() if self.is_iso_2022_jp else self._modern(answered)
        domain = self.sender.partition("@")[2]
        mail["To"] = self.to
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{at:%Y%m%d%H%M}.{len(self.text)}@{domain}>"
        for key, value in (_thread(answered) | dict(self.extra)).items():
            mail[key] = value
        proof = f"Authentication-Results: {AUTHSERV_ID}; {self.proof.format(domain=domain)}\r\n"
        return proof.encode() + mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))

    def _answered(self, sent: Sent) -> EmailMessage | None:
        if not self.answers:
            return None
        found = [mail for mail in sent(self.sender) if mail["X-Mailbot-Kind"] == self.answers]
        if not found:
            raise LookupError(f"the desk sent no {self.answers} that this mail could answer")
        return found[-1]

    def _modern(self, answered: EmailMessage | None) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr((self.name, self.sender))
        mail["Subject"] = self.subject or (f"Re: {answered['Subject']}" if answered else "")
        mail.set_content(self.text + (_quoted(answered) if answered and not self.extra else ""))
        if self.attachment:
            name, data = self.attachment
            mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
        return mail

    def _old_style(self) -> Message:
        """As Japanese mail programs wrote for thirty years, and some still do (RFC 1468)."""
        mail = MIMEText(self.text, "plain", "iso-2022-jp")
        mail["From"] = formataddr((self.name, self.sender), "iso-2022-jp")
        mail["Subject"] = Header(self.subject, "iso-2022-jp").encode()
        return mail


def read(mail: bytes) -> EmailMessage:
    """Return a mail as the standard library reads it."""
    found = message_from_bytes(mail, policy=policy.default)
    assert isinstance(found, EmailMessage)  # noqa: S101 -- for the type checker: this policy makes no other class
    return found


def text_of(mail: EmailMessage, form: str = "plain") -> str:
    """Return the words of a mail, `plain` or `html`; empty where it has no such part."""
    part = mail.get_body((form,))
    return str(part.get_content()) if part else ""


def _thread(answered: EmailMessage | None) -> dict[str, str]:
    if answered is None:
        return {}
    own = str(answered["Message-ID"])
    return {"In-Reply-To": own, "References": f"{answered['References'] or ''} {own}".strip()}


def _quoted(answered: EmailMessage) -> str:
    """Return the beginning of the answered mail below the answer, as mail programs put it."""
    lines = text_of(answered).splitlines()[:_QUOTED_LINES]
    return "\n\n" + "\n".join([f"On {answered['Date']}, {DESK} wrote:", *(f"> {line}" for line in lines)]) + "\n"
