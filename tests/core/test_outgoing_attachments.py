"""Only the few kinds of files that threats B7 names may leave, by name and by bytes; their bytes are found again."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailbot.core.desk.attachments import MAX_BYTES, SIZE, TYPE, Refused, judged, type_of
from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.message import Attachment
from mailbot.core.outgoing import Enclosed, Extra, Thread, compose
from mailbot.core.reader.attachment.content_type import found_type
from mailbot.core.reader.attachment.contents import contents_of
from mailbot.core.reader.attachment.encryption import is_encrypted
from mailbot.core.reader.parse import parse
from tests.core import file_bytes as made
from tests.core import tnef_bytes as outlook

BINARY = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG, PNG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40), b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
DOCX = made.zip_file("[Content_Types].xml", "word/document.xml")
DOCM = made.zip_file("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
XLSX = made.zip_file("[Content_Types].xml", "xl/workbook.xml")
XLSM = made.zip_file("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")
LOCKED_OFFICE = made.compound({"EncryptedPackage": b"x" * 64, "EncryptionInfo": b"y" * 64})
LOCKED_ZIP = made.zip_file("a.txt", flags=1)
WORDS = "本人のご希望どおり訂正しました。\n".encode()
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00"
TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" + b"!$H+H*"
END_OF_ARCHIVE = made.zip_file("a.exe")


def attachment(name: str, data: bytes, label: str = BINARY) -> Attachment:
    """A file as the reader lists it, but under exactly this name."""
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(name, label, len(data), digest, found_type(data), is_encrypted(data))


def fate(name: str, data: bytes, label: str = BINARY) -> str:
    one = attachment(name, data, label)
    allowed, refused = judged([one], {one.sha256: data})
    assert len(allowed) + len(refused) == 1
    return "allowed" if allowed else refused[0].code


ALLOWED = [
    ("a.pdf", made.pdf(), "application/pdf", "application/pdf"),
    ("A.PDF", made.pdf(), BINARY, "application/pdf"),
    ("開示のご通知.pdf", made.pdf(), "application/x-pdf", "application/pdf"),
    ("a.pdf", b"\n" + made.pdf(), BINARY, "application/pdf"),
    ("a.exe.pdf", made.pdf(), BINARY, "application/pdf"),
    ("a.jpg", JPEG, "image/pjpeg", "image/jpeg"),
    ("a.jpeg", JPEG, "image/jpeg", "image/jpeg"),
    ("a.png", PNG, "image/png", "image/png"),
    ("a.txt", WORDS, "text/plain", "text/plain"),
    ("a.txt", "訂正しました。".encode("cp932"), "text/plain", "text/plain"),
    ("a.docx", DOCX, "application/msword", f"{OFFICE}wordprocessingml.document"),
    ("a.xlsx", XLSX, f"{OFFICE}spreadsheetml.sheet", f"{OFFICE}spreadsheetml.sheet"),
    ("locked.zip", LOCKED_ZIP, "application/x-zip-compressed", "application/zip"),
    ("locked.docx", LOCKED_OFFICE, BINARY, f"{OFFICE}wordprocessingml.document"),
    ("locked.xlsx", LOCKED_OFFICE, BINARY, f"{OFFICE}spreadsheetml.sheet"),
    ("locked.pdf", made.pdf(b"/Encrypt 9 0 R"), BINARY, "application/pdf"),
]


@pytest.mark.parametrize(("name", "data", "label", "leaves_as"), ALLOWED)
def test_a_file_of_the_few_kinds_may_leave(name: str, data: bytes, label: str, leaves_as: str) -> None:
    assert fate(name, data, label) == "allowed"
    assert type_of(attachment(name, data, label)) == leaves_as


REFUSED = [
    ("a program", "a.exe", PROGRAM, BINARY),
    ("a program behind a document's name", "a.pdf.exe", PROGRAM, BINARY),
    ("a document behind a program's name", "a.pdf.exe", made.pdf(), "application/pdf"),
    ("a program called a document", "a.pdf", PROGRAM, "application/pdf"),
    ("a name that reads backwards", "invoice\u202efdp.exe", PROGRAM, BINARY),
    ("a name that reads backwards to a program", "invoice\u202eexe.pdf", made.pdf(), BINARY),
    ("a name with something hidden", "a\u200b.pdf", made.pdf(), BINARY),
    ("a name with a path", "../a.pdf", made.pdf(), BINARY),
    ("a name with a path of Windows", "C:\\a.pdf", made.pdf(), BINARY),
    ("a name with a line end", "a\r\n.pdf", made.pdf(), BINARY),
    ("a name without an ending", "pdf", made.pdf(), BINARY),
    ("a name without letters", "", made.pdf(), BINARY),
    ("the test virus", "eicar.com", TEST_VIRUS, BINARY),
    ("the test virus as a text", "eicar.txt", TEST_VIRUS, "text/plain"),
    ("the test virus in a text", "a.txt", b"\r\n" + TEST_VIRUS + b"\r\n", "text/plain"),
    ("a document with macros", "a.docm", DOCM, BINARY),
    ("a document with macros in disguise", "a.docx", DOCM, f"{OFFICE}wordprocessingml.document"),
    ("a table with macros in disguise", "a.xlsx", XLSM, BINARY),
    ("a table called a document", "a.docx", XLSX, BINARY),
    ("an old document", "a.doc", made.compound({"WordDocument": b"x" * 64}), "application/msword"),
    ("a presentation", "a.pptx", made.zip_file("[Content_Types].xml", "ppt/presentation.xml"), BINARY),
    ("an open archive", "a.zip", made.zip_file("a.txt"), "application/zip"),
    ("an archive called a document", "a.docx", made.zip_file("a.exe"), BINARY),
    ("a locked archive called a document", "a.docx", LOCKED_ZIP, BINARY),
    ("a locked document called an archive", "a.zip", LOCKED_OFFICE, BINARY),
    ("an open storage called a document", "a.docx", made.compound({"Other": b"x" * 64}), BINARY),
    ("another archive", "a.7z", made.seven_zip(), BINARY),
    ("a locked archive of another kind", "a.7z", made.seven_zip_with_hidden_listing(), BINARY),
    ("a locked picture", "a.png", LOCKED_OFFICE, BINARY),
    ("a page", "a.html", b"<html><script>x</script></html>", "text/html"),
    ("a page called a text", "a.txt", b"<html><script>x</script></html>", "text/plain"),
    ("a drawing", "a.svg", b'<svg xmlns="x"></svg>', "image/svg+xml"),
    ("a drawing called a picture", "a.png", b'<svg xmlns="x"></svg>', "image/png"),
    ("a mail", "a.eml", b"From: a@b.test\nTo: b@c.test\n\nx", "message/rfc822"),
    ("a container of Outlook", "winmail.dat", outlook.tnef(), "application/ms-tnef"),
    ("a label of another kind", "a.pdf", made.pdf(), "text/html"),
    ("a label of a program", "a.txt", WORDS, "application/x-msdownload"),
    ("an empty file", "a.pdf", b"", "application/pdf"),
    ("a page in front of a document", "a.pdf", b"<html><script>x</script>\n" + made.pdf(), BINARY),
    ("a script in front of a document", "a.pdf", b"#!sh\n" + made.pdf(), BINARY),
    ("a page in the head of a document", "a.pdf", b"%PDF-1.5\n<script>x</script>\n" + made.pdf()[9:], BINARY),
    ("an archive behind a document", "a.pdf", made.pdf() + END_OF_ARCHIVE, BINARY),
    ("an archive behind a picture", "a.jpg", JPEG + END_OF_ARCHIVE, BINARY),
    ("an archive and a comment behind a picture", "a.png", PNG + END_OF_ARCHIVE[:-2] + b"\x09\x00comment..", BINARY),
    ("an archive behind a text", "a.txt", WORDS * 300 + END_OF_ARCHIVE, BINARY),
    ("a document inside of a document's archive", "a.docx", DOCX[:60] + b"%PDF-1.5\n" + DOCX[60:], BINARY),
    ("a page inside of a picture", "a.jpg", JPEG + b"<html><script>x</script>", BINARY),
]


@pytest.mark.parametrize(("name", "data", "label"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_no_other_file_may_leave(name: str, data: bytes, label: str) -> None:
    assert fate(name, data, label) == TYPE


TWOFOLD = [
    "the test virus in a text",
    "a page in front of a document",
    "a script in front of a document",
    "a page in the head of a document",
    "an archive behind a document",
    "an archive behind a picture",
    "an archive and a comment behind a picture",
    "an archive behind a text",
    "a page inside of a picture",
]


@pytest.mark.parametrize("row", [row for row in REFUSED if row[0] in TWOFOLD], ids=TWOFOLD)
def test_a_file_of_two_kinds_shows_only_in_its_bytes(row: tuple[str, str, bytes, str]) -> None:
    one = attachment(*row[1:])
    assert judged([one]) == ((one,), ())
    assert judged([one], {"0" * 64: row[2]}) == ((one,), ())


def test_the_test_virus_shows_in_its_digest_alone() -> None:
    one = attachment("eicar.txt", TEST_VIRUS, "text/plain")
    assert judged([one]) == ((), (Refused(one, TYPE),))


@pytest.mark.parametrize(("size", "expected"), [(MAX_BYTES, "allowed"), (MAX_BYTES + 1, SIZE)])
def test_a_file_has_ten_megabytes_at_most(size: int, expected: str) -> None:
    one = replace(attachment("a.pdf", made.pdf()), size_bytes=size)
    allowed, refused = judged([one])
    assert (allowed, refused) == (((one,), ()) if expected == "allowed" else ((), (Refused(one, expected),)))


def test_what_is_too_big_and_of_a_wrong_kind_is_said_to_be_too_big() -> None:
    one = replace(attachment("a.exe", PROGRAM), size_bytes=MAX_BYTES + 1)
    assert judged([one]) == ((), (Refused(one, SIZE),))


def test_several_files_keep_their_order() -> None:
    one, two, three = attachment("a.pdf", made.pdf()), attachment("b.exe", PROGRAM), attachment("c.png", PNG)
    assert judged([one, two, three]) == ((one, three), (Refused(two, TYPE),))


def mail(*files: Enclosed) -> bytes:
    company = Company("株式会社いえのこと", "相談窓口", "privacy@company.test")
    letter = Rendered("s", "本文\n", "<p>本文</p>")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return compose(
        company, LetterKind.RELAY, letter, "a@b.test", "<x@company.test>", Thread(), now, Extra(attachments=files)
    )


def test_a_file_leaves_as_it_came() -> None:
    raw = mail(Enclosed("開示.pdf", "application/pdf", made.pdf()), Enclosed("a.exe", BINARY, PROGRAM))
    allowed, refused = judged(parse(raw).attachments)
    assert [one.name for one in allowed] == ["開示.pdf"]
    assert [(one.attachment.name, one.code) for one in refused] == [("a.exe", TYPE)]
    [data] = contents_of(raw, [one.sha256 for one in allowed])
    assert data == made.pdf()
    sent = mail(*(Enclosed(one.name, type_of(one), data) for one in allowed))
    assert [(one.name, one.type, one.sha256) for one in parse(sent).attachments] == [
        ("開示.pdf", "application/pdf", allowed[0].sha256)
    ]


def test_every_listed_file_is_found_by_its_digest_also_in_a_container_of_outlook() -> None:
    held = outlook.tnef(outlook.file(b"a.pdf", made.pdf()), outlook.file(b"b.png", PNG))
    raw = mail(Enclosed("winmail.dat", "application/ms-tnef", held), Enclosed("c.txt", "text/plain", WORDS))
    listed = parse(raw).attachments
    assert [one.name for one in listed] == ["winmail.dat", "a.pdf", "b.png", "c.txt"]
    assert contents_of(raw, [one.sha256 for one in listed]) == (held, made.pdf(), PNG, WORDS)
    assert contents_of(b"\r\n" + raw, [listed[2].sha256]) == (PNG,)


def test_the_text_of_a_mail_is_no_file() -> None:
    with pytest.raises(LookupError, match="1 of 1"):
        contents_of(mail(), [hashlib.sha256("本文\n".encode()).hexdigest()])


def test_what_is_missing_is_counted_and_nothing_is_returned() -> None:
    with pytest.raises(LookupError, match="1 of 2"):
        contents_of(mail(Enclosed("a.txt", "text/plain", WORDS)), [hashlib.sha256(WORDS).hexdigest(), "0" * 64])
