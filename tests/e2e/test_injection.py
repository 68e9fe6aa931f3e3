"""A stranger writes headers for us: line ends hidden in every field must never become a header or a recipient."""

from base64 import b64encode

import pytest

from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

VICTIM = "victim@people.test"
ALLOWED = {"to", "from", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"}
BREAKS = ("\r\n", "\n", "\r", "\u2028", "\u0085", "\r\n ", "\0\r\n")


def encoded(text: str) -> str:
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def quoted(text: str) -> str:
    return "=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


def raw(sender: str, to: str, number: int, **fields: str) -> bytes:
    """A mail whose header fields stand exactly as given."""
    known = {"From": sender, "To": to, "Subject": "data", "Message-ID": f"<{number}.raw@people.test>"}
    lines = [f"{name}: {value}" for name, value in (known | fields).items()]
    head = "\r\n".join([*lines, "Date: Fri, 21 Nov 2025 14:10:00 +0900", "Content-Type: text/plain; charset=utf-8"])
    return f"{head}\r\n\r\nPlease send me a copy of my data.\r\n".encode("utf-8", "surrogateescape")


def attacks(sender: str, to: str) -> list[bytes]:
    bcc = [f"hello{end}Bcc: {VICTIM}{end}X-Evil: 1" for end in BREAKS]
    evil_ids = f"<a@people.test>\r\n\t<b@people.test\r\n Bcc: {VICTIM}>"
    fields: list[dict[str, str]] = [
        *({"Subject": encoded(text)} for text in bcc),
        *({"Subject": quoted(text)} for text in bcc),
        *({"From": f"{encoded(text)} <{sender}>"} for text in bcc),
        {"Subject": f"hello\u2028Bcc: {VICTIM}"},
        {"Subject": f"hello\r\n Bcc: {VICTIM}"},
        {"Subject": f"hello\r\nBcc: {VICTIM}"},
        {"Subject": f"hello\r\nResent-To: {VICTIM}\r\nCc: {VICTIM}\r\nReply-To: {VICTIM}"},
        {"Message-ID": encoded(f"<x@people.test>\r\nBcc: {VICTIM}")},
        {"Message-ID": f"<x\r\n Bcc: {VICTIM}@people.test>"},
        {"Message-ID": f"<{'x' * 3000}@people.test>"},
        {"References": evil_ids, "In-Reply-To": evil_ids},
        {"References": encoded(f"<x@people.test>\r\nBcc: {VICTIM}")},
        {"References": " ".join(f"<{n}.{'r' * 60}@people.test>" for n in range(400))},
        {"References": f"<{VICTIM}>\u2028Bcc:{VICTIM}"},
    ]
    return [raw(sender, to, number, **one) for number, one in enumerate(fields)]


def header_names(mail: bytes) -> list[str]:
    """The names of the header lines, read with nobody's parser; what our own servers add is left out."""
    head = mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    names = [line.partition(b":")[0].decode("ascii").lower() for line in head.split(b"\n") if line[:1] not in b" \t"]
    return [name for name in names if name not in {"received", "return-path", "delivered-to"}]


def test_no_hidden_line_end_becomes_a_header_or_a_recipient(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, requester = sqlite_desk, mail_lab.fresh_mailbox("eve@people.test")
    mails = attacks(requester, desk.mailbox)
    desk.put(*mails)
    desk.once()
    assert len(desk.cases()) + desk.sum()["held"] == len(mails)
    assert set(desk.recipients()) <= {requester, desk.hana, desk.boss}
    assert desk.recipients().count(requester) == len(desk.cases()) > 15
    assert {row.status for row in desk.sent()} == {"sent"}
    for letter in [one for box in (requester, desk.hana, desk.boss) for one in mail_lab.received(box)]:
        names = header_names(letter)
        assert len(names) == len(set(names)), names
        assert {name for name in names if not name.startswith(("x-", "mime-", "content-", "auto-"))} <= ALLOWED
        assert {"x-evil", "bcc", "cc", "resent-to"}.isdisjoint(names)
        assert max(map(len, letter.splitlines())) <= 998
    assert mail_lab.received(VICTIM) == []
