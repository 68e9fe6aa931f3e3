"""What stands in an acknowledgement: our reading, the dates, how to go on; and nothing of what was sent to us."""

from email.message import EmailMessage

import pytest

from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

FRIDAY = "2025-11-21T14:10:00+09:00"
CANARIES = ("カナリア", "Canary", "090-1234-5678", "canary-road", "secret-file", "<https://canary.test")
WORDS = {
    "stop-ja": "私の個人情報の利用を停止してください。",
    "two-en": "Please correct my address, it is wrong. Also please stop sending me your newsletter.",
    "complaint-en": "I am very angry about how you treat my personal data. This is a formal complaint.",
    "unclear-ja": "先日の件、よろしくお願いいたします。",
}
DUE = {
    "stop-ja": ["2025年12月4日"],
    "two-en": ["4 December 2025", "27 November 2025"],
    "complaint-en": ["8 December 2025"],
    "unclear-ja": ["2025年12月4日"],
}
"""The dates of the law's test vectors for an arrival on 2025-11-21: 8, 3 and 10 business days."""


def incoming(name: str, sender: str, to: str) -> bytes:
    """A mail full of things that must not come back."""
    who = "カナリア" if name.endswith("ja") else "Canary"
    text = f"{WORDS[name]}\n\n-- \n{who} 090-1234-5678 canary-road 7 <https://canary.test/x>\n"
    message = parsed(mail(f'"Canary カナリア" <{sender}>', to, f"{who} 090-1234-5678", text, name))
    message["References"] = "<earlier@people.test>"
    message.add_attachment(b"canary-road", "application", "pdf", filename="secret-file-カナリア.pdf")
    return message.as_bytes()


def texts_of(letter: EmailMessage) -> list[str]:
    """Every text of a mail as a reader or a program sees it."""
    parts = [str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text"]
    return [*parts, *(str(value) for name, value in letter.items() if name != "To")]


def test_an_acknowledgement_says_what_was_understood_and_by_when_and_quotes_nothing(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    senders = {name: mail_lab.fresh_mailbox(f"{name}@people.test") for name in WORDS}
    mails = {name: incoming(name, sender, desk.mailbox) for name, sender in senders.items()}
    desk.put(*mails.values(), at=FRIDAY)
    desk.once(FRIDAY)
    refs = {case["ref"] for case in desk.cases()}
    assert len(refs) == len(WORDS)
    for name, sender in senders.items():
        [ack] = map(parsed, mail_lab.received(sender))
        assert (ack["To"], ack["Cc"], ack["Bcc"]) == (sender, None, None)
        assert (ack["Auto-Submitted"], ack["X-Mailbot-Kind"]) == ("auto-replied", "ack")
        own_id = str(parsed(mails[name])["Message-ID"])
        assert ack["In-Reply-To"] == own_id
        assert ack["References"] == f"<earlier@people.test> {own_id}"
        tag = str(ack["Subject"]).partition("]")[0].lstrip("[")
        assert tag in refs
        refs.remove(tag)
        body = ack.get_body(("plain",))
        assert body
        text = body.get_content()
        assert tag in text
        for whole in texts_of(ack):
            assert [canary for canary in CANARIES if canary in whole] == []
        assert [day for day in DUE[name] if day not in text] == []
        assert ("営業日" in text) == name.endswith("ja")


def test_two_rights_are_two_requests_with_their_own_dates(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    desk.put(incoming("two-en", sender, desk.mailbox), at=FRIDAY)
    desk.once(FRIDAY)
    [case] = desk.cases()
    dates = {one["kind"]: one["dates"]["notice_on"] for one in case["requests"]}
    assert dates == {"correct": "2025-12-04", "marketing_stop": "2025-11-27"}
    assert case["language"] == "en"
    assert case["received_at"].startswith("2025-11-21T05:10:00")
