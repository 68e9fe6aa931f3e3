"""What a mail brings beside its words: passwords find their archive, an individual number leaves no copy."""

import io
import zipfile

import pytest

from tests.e2e.desk import Desk, by_kind, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

NUMBERS = ("123456789018", "1234 5678 9018", "１２３４５６７８９０１８")
"""One individual number, its check digit right (総務省令第85号第5条), as people write it."""


def locked_archive() -> bytes:
    """A ZIP whose one file says that it is encrypted, in both of its headers (APPNOTE 4.4.4, bit 0)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("id.txt", "sealed")
    data = bytearray(file.getvalue())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def with_archive(sender: str, to: str) -> bytes:
    message = parsed(mail(sender, to, "本人確認書類の送付", "私の個人データを開示してください。書類をお送りします。"))
    message.add_attachment(locked_archive(), "application", "zip", filename="書類.zip")
    return message.as_bytes()


def test_the_password_joins_the_case_of_its_archive(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    words = "先ほどお送りした添付ファイルのパスワードをお送りします。\nパスワード：abc-1234\n"
    desk.put(with_archive(sender, desk.mailbox), mail(sender, desk.mailbox, "パスワードのご連絡", words, 2))
    desk.once()
    [case] = desk.cases()
    assert desk.case(case["ref"])["flags"] == ["encrypted_attachment", "password_mail"]
    assert (desk.sum()["cases"], desk.sum()["follow-ups"]) == (1, 1)
    notices = [parsed(one) for one in mail_lab.received(desk.hana)]
    assert any("abc-1234" in text_of(one) for one in notices)
    assert any("パスワードが必要" in text_of(one) for one in notices)


def test_a_password_of_a_stranger_joins_nothing(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    words = "先ほどお送りした添付ファイルのパスワードをお送りします。\nパスワード：abc-1234\n"
    desk.put(with_archive(sender, desk.mailbox), mail("eve@people.test", desk.mailbox, "パスワードのご連絡", words, 2))
    desk.once()
    assert (desk.sum()["cases"], desk.sum()["follow-ups"]) == (2, 0)


def test_an_individual_number_leaves_no_copy_and_flags_the_case(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    words = "私の個人データを開示してください。マイナンバーは" + "、".join(NUMBERS) + "です。"
    message = parsed(mail(f"{NUMBERS[0]} <{sender}>", desk.mailbox, f"開示 {NUMBERS[1]}", words))
    message.add_attachment(b"x", "application", "pdf", filename=f"card_{NUMBERS[0]}.pdf")
    desk.put(message.as_bytes())
    desk.once()
    [case] = desk.cases()
    assert desk.case(case["ref"])["flags"] == ["individual_number"]
    letters = [parsed(one) for box in (sender, desk.hana, desk.boss) for one in mail_lab.received(box)]
    assert by_kind([bytes(one) for one in letters], "notice")
    shown = [str(one) + text_of(one) for one in letters]
    assert [number for number in NUMBERS for text in shown if number in text] == []
    assert any("************" in text for text in shown)


def text_of(message: object) -> str:
    """The plain text and the HTML of a letter."""
    found = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]  # type: ignore[attr-defined]
    return "\n".join(found)
