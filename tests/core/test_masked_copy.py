"""Of a mail with an individual number a copy is kept that reads the same, without the number."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailbot.core.masked_copy import masked_copy
from mailbot.core.message import Attachment
from mailbot.core.reader.parse import parse

NUMBER = "123456789018"
"""A number with a right check digit (Order on the Use of Numbers, Art. 5)."""


def a_mail(body: str, *, html: str = "", transfer: str = "base64") -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = f"花子 {NUMBER} <hanako@people.test>", "privacy@company.test"
    message["Subject"], message["Message-ID"] = f"個人番号 {NUMBER}", "<1@people.test>"
    message["References"] = "<0@company.test>"
    message.set_content(body, cte=transfer)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


FILES = [
    (Attachment("本人 確認.pdf", "application/pdf", 9, "0" * 64), b"%PDF-1.4 "),
    (Attachment("memo.txt", "text/plain", 40, "1" * 64), f"個人番号は{NUMBER}です".encode()),
]


@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
def test_the_copy_reads_as_the_mail_did_and_holds_no_number(transfer: str) -> None:
    raw = a_mail(f"私の個人番号は {NUMBER} です。\n開示してください。", transfer=transfer)
    read = parse(raw)
    copy = masked_copy(raw, read, FILES)
    again = parse(copy)
    assert read.individual_numbers
    for same in ("sender", "sender_name", "subject", "message_id", "references", "to", "defects"):
        assert getattr(again, same) == getattr(read, same)
    assert again.text.split() == read.text.split()
    assert [one.name for one in again.attachments] == ["本人 確認.pdf", "memo.txt"]
    assert again.individual_numbers == 0
    assert NUMBER.encode() not in copy


def test_the_number_is_in_no_part_whatever_its_coding() -> None:
    raw = a_mail(f"個人番号 {NUMBER}", html=f"<p>個人番号 {NUMBER}</p>")
    copy = masked_copy(raw, parse(raw), FILES)
    for part in _parts(copy):
        assert NUMBER.encode() not in part


def _parts(raw: bytes) -> list[bytes]:
    return [bytes(one.get_payload(decode=True) or b"") for one in message_from_bytes(raw).walk()]
