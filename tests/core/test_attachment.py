"""What a mail carries is listed truthfully: safe names, told and found type, size, digest, locks."""

import base64
import hashlib

import pytest

from mailbot.core.message import Attachment
from mailbot.core.reader.attachment.attachment import attachments_of, read_attachments
from mailbot.core.reader.attachment.attachment_name import shown_name
from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.mime.mime import Part, cut_mail
from tests.core import file_bytes as made
from tests.core import tnef_bytes as outlook
from tests.effort import within

TEXT = b"Content-Type: text/plain\n\nwords"
BINARY = "application/octet-stream"


def mail(*parts: bytes) -> bytes:
    body = b"".join(b"--b\n" + part + b"\n" for part in (TEXT, *parts))
    return b"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n" + body + b"--b--\n"


def part(data: bytes, kind: str = BINARY, name: str = "") -> bytes:
    told = f'; name="{name}"' if name else ""
    head = f"Content-Type: {kind}{told}\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + base64.encodebytes(data)


def listed(*parts: bytes) -> tuple[Attachment, ...]:
    return attachments_of(cut_mail(mail(*parts))[0])


def test_an_attachment_has_everything_staff_must_know() -> None:
    data = made.zip_file("a.txt", flags=1)
    digest = hashlib.sha256(data).hexdigest()
    expected = Attachment("request.pdf", "application/pdf", len(data), digest, "application/zip", is_encrypted=True)
    assert listed(part(data, "application/pdf", "request.pdf")) == (expected,)


@pytest.mark.parametrize(
    ("kind", "name", "data", "found"),
    [
        ("image/png", "photo.png", b"MZ\x90\x00\x03", "application/vnd.microsoft.portable-executable"),
        ("image/png", "photo.png", b"<html><script>", "text/html"),
        (BINARY, "request.pdf", made.pdf(), "application/pdf"),
        ("application/pdf", "request.pdf", made.pdf(), "application/pdf"),
        ("application/msword", "a.doc", b"{\\rtf1", "application/rtf"),
        ("text/plain", "a.txt", b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        ("application/pdf", "a.pdf", b"", ""),
    ],
)
def test_a_type_that_lies_is_seen(kind: str, name: str, data: bytes, found: str) -> None:
    assert [(one.name, one.type, one.found_type) for one in listed(part(data, kind, name))] == [(name, kind, found)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("開示請求書.pdf", "開示請求書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\taro\\a.pdf", "a.pdf"),
        ("/tmp/a.pdf", "a.pdf"),  # noqa: S108 - a name in a mail
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u2066b\u2069\u200f.pdf", "ab.pdf"),
        ("a\u200b\u2060\ufeff\u00ad.pdf", "a.pdf"),
        ("a\U000e0041.pdf", "a.pdf"),
        ("a\x00\x1b[31m.pdf", "a[31m.pdf"),
        ("a\r\nBcc: x.pdf", "a Bcc_ x.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.exe"),
        ("invoice.pdf" + " " * 90 + ".exe", "invoice.pdf .exe"),
        ("invoice.pdf" + "\u3000" * 90 + ".exe", "invoice.pdf .exe"),
        ("invoice.pdf" + "\u2800\u3164" * 40 + ".exe", "invoice.pdf .exe"),
        ("a...pdf", "a...pdf"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("a.pdf ", "a.pdf"),
        ("a.pdf. . .", "a.pdf"),
        (" .htaccess", "htaccess"),
        ("CON", "_CON"),
        ("con.pdf", "_con.pdf"),
        ("NUL.txt.pdf", "_NUL.txt.pdf"),
        ("aux .txt", "_aux .txt"),
        ("COM1", "_COM1"),
        ("LPT9.pdf", "_LPT9.pdf"),
        ("COM¹.pdf", "_COM¹.pdf"),
        ("CONTRACT.pdf", "CONTRACT.pdf"),
        ("com10.pdf", "com10.pdf"),
        ("a<b>c:d|e?f*.pdf", "a_b_c_d_e_f_.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("開" * 300 + ".pdf.exe", "開" * 116 + ".exe"),
        ("x" * 300, "x" * 120),
        ("x" * 119 + " y" * 9, "x" * 119),
        ("con." + "x" * 112 + ".pdf", "_con." + "x" * 111 + ".pdf"),
        ("\u30ab\u3099.pdf", "\u30ac.pdf"),
        ("..", "attachment.pdf"),
        ("/", "attachment.pdf"),
        ("\u202e\u200b", "attachment.pdf"),
        ("", "attachment.pdf"),
    ],
)
def test_a_name_is_safe_and_keeps_its_true_ending(name: str, shown: str) -> None:
    assert shown_name(name, BINARY, "application/pdf") == shown


@pytest.mark.parametrize(
    ("kind", "found", "name"),
    [
        ("application/pdf", "", "attachment.pdf"),
        ("image/jpeg", "image/jpeg", "attachment.jpg"),
        ("image/png", "application/vnd.microsoft.portable-executable", "attachment.exe"),
        ("text/plain", "text/plain", "attachment.txt"),
        ("text/csv", "text/plain", "attachment.csv"),
        ("text/calendar", "text/calendar", "attachment.ics"),
        (BINARY, "text/plain", "attachment.txt"),
        (BINARY, "", "attachment"),
        ("application/x-unknown", "", "attachment"),
        ("application/x-unknown", "application/zip", "attachment.zip"),
        ("message/rfc822", "message/rfc822", "message.eml"),
        ("message/rfc822", "text/plain", "message.eml"),
        ("application/ms-tnef", "application/ms-tnef", "winmail.dat"),
        ("application/pkcs7-mime", "application/pkcs7-mime", "attachment.p7m"),
    ],
)
def test_a_file_without_a_name_is_called_by_its_type(kind: str, found: str, name: str) -> None:
    assert shown_name("", kind, found) == name


@pytest.mark.parametrize("kind", ["/", "text", "text/pl\0in", "text/<b>x", "a/" + "b" * 200])
def test_a_type_that_is_none_is_not_shown(kind: str) -> None:
    assert [one.type for one in attachments_of(Part(Headers(), b"\x01", kind, is_beside=True))] == [BINARY]


def test_two_files_of_one_name_are_both_listed() -> None:
    assert [one.name for one in listed(part(b"a", name="a.txt"), part(b"b", name="a.txt"))] == ["a.txt", "a.txt"]


def test_a_forwarded_mail_is_one_file() -> None:
    inner = (
        b"Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--"
    )
    assert [(one.name, one.found_type) for one in listed(inner)] == [("message.eml", "message/rfc822")]


WINMAIL = outlook.tnef(
    outlook.file(b"A~1.PDF", made.pdf(), (outlook.P_LONG_NAME, "../開示請求書.pdf")),
    outlook.file(b"b.zip", made.zip_file("a", flags=1)),
)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/vnd.ms-tnef", ""),
        (BINARY, "winmail.dat"),
        (BINARY, "a.bin"),
    ],
)
def test_the_files_in_a_winmail_dat_stand_behind_it(kind: str, name: str) -> None:
    found, defects = read_attachments(cut_mail(mail(part(WINMAIL, kind, name), part(b"x", name="x.txt")))[0])
    assert defects == ()
    assert [one.name for one in found] == [name or "winmail.dat", "開示請求書.pdf", "b.zip", "x.txt"]
    assert [one.is_encrypted for one in found] == [False, False, True, False]
    assert (found[1].found_type, found[1].size_bytes) == ("application/pdf", len(made.pdf()))
    assert found[1].sha256 == hashlib.sha256(made.pdf()).hexdigest()


@pytest.mark.parametrize("data", [b"no container", WINMAIL[:-40], b""])
def test_a_broken_winmail_dat_is_a_file_with_a_defect(data: bytes) -> None:
    found, defects = read_attachments(cut_mail(mail(part(data, "application/ms-tnef", "winmail.dat")))[0])
    assert found[0].name == "winmail.dat"
    assert defects == ("tnef_broken",)


def test_a_message_of_outlook_is_kept_and_not_opened() -> None:
    message = made.compound({"__properties_version1.0": b"x"})
    assert [(one.name, one.found_type) for one in listed(part(message, name="a.msg"))] == [
        ("a.msg", "application/vnd.ms-outlook")
    ]


def test_ten_thousand_files_in_a_hundred_containers_are_listed_in_time() -> None:
    many = outlook.tnef(outlook.file(b"a.txt", b"x") * 500)
    raw = mail(*[part(many, "application/ms-tnef", "winmail.dat")] * 100)
    root, _ = cut_mail(raw)
    found, defects = within(2, lambda: read_attachments(root))
    assert (len(found), defects) == (400, ("tnef_broken",))
