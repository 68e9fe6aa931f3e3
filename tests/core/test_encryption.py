"""An encrypted file is known by its form, whatever program made it; one that only looks like it is not."""

import random

import pytest

from mailbot.core.reader.attachment.encryption import is_encrypted
from tests.core import file_bytes as made
from tests.effort import within

MANIFEST = b'<manifest:file-entry manifest:full-path="content.xml">%s</manifest:file-entry>'
WORD = bytes(10) + b"\x00\x01" + bytes(4090)
FILE_PASS = b"\x09\x08\x10\x00" + bytes(16) + b"\x2f\x00\x06\x00" + bytes(4100)
WORKBOOK = b"\x09\x08\x10\x00" + bytes(16) + b"\x85\x00\x06\x00" + bytes(4100)
PROGRAM = b"MZ\x90\x00" + bytes(500)

ENCRYPTED = {
    "zip": made.zip_file("a.txt", flags=1),
    "zip, told by the directory only": made.with_flags(made.zip_file("a.txt"), 1, marks=(b"PK\x01\x02",)),
    "zip, told by the local header only": made.with_flags(made.zip_file("a.txt", "b.txt"), 1, marks=(b"PK\x03\x04",)),
    "zip, AES": made.zip_file("a.txt", flags=1, method=99),
    "zip, AES told by the method only": made.zip_file("a.txt", method=99),
    "zip, strong encryption": made.zip_file("a.txt", flags=0x41),
    "zip, masked directory": made.zip_file("a.txt", flags=0x2001).replace(b"PK\x01\x02", b"PK\x06\x08"),
    "zip, cut off": made.zip_file("a.txt", "b.txt", flags=1)[:-60],
    "zip, Japanese names": made.zip_file("開示請求書.pdf", flags=1),
    "zip in a program": PROGRAM + made.zip_file("a.txt", flags=1),
    "opendocument": made.zip_file(
        "mimetype", contents={"META-INF/manifest.xml": MANIFEST % b"<manifest:encryption-data/>"}
    ),
    "7z": made.seven_zip(made.SEVEN_AES),
    "7z, plain listing": made.seven_zip(made.SEVEN_AES, is_packed=False),
    "7z, hidden listing": made.seven_zip_with_hidden_listing(),
    "7z in a program": PROGRAM + made.seven_zip(made.SEVEN_AES),
    "rar 4, hidden listing": made.rar4(0x80),
    "rar 4": made.rar4(0, 0x04),
    "rar 4, the last file only": made.rar4(0, 0, 0, 0x04),
    "rar 5, hidden listing": made.rar5(is_hidden=True),
    "rar 5": made.rar5(b"", b"\x05\x01\x00\x00\x0f\x00"),
    "rar in a program": PROGRAM + made.rar4(0, 0x04),
    "pdf": made.pdf(b"/Encrypt 9 0 R"),
    "pdf, encryption in the trailer itself": made.pdf(b"/Encrypt<</Filter/Standard/V 2>>"),
    "pdf, stream as trailer": made.pdf(b"/Encrypt 9 0 R", is_table=False),
    "pdf, wrong offset": made.pdf(b"/Encrypt 9 0 R").replace(b"startxref\n", b"startxref\n9"),
    "pdf, stream as trailer, wrong offset": made.pdf(b"/Encrypt 9 0 R", is_table=False).replace(
        b"startxref\n", b"startxref\n9"
    ),
    "pdf, cut off": made.pdf(b"/Encrypt 9 0 R").partition(b"startxref")[0],
    "pdf behind other bytes": b"\r\nreceived by fax\r\n" + made.pdf(b"/Encrypt 9 0 R"),
    "pdf, other line ends": made.pdf(b"\n/Encrypt\n9 0 R\n").replace(b"\n", b"\r\n"),
    "office": made.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000}),
    "office, small": made.compound({"DataSpaces": b"x", "EncryptedPackage": b"x"}),
    "word 97": made.compound({"1Table": bytes(4096), "WordDocument": WORD}),
    "excel 97": made.compound({"Workbook": FILE_PASS}),
    "excel 95": made.compound({"Book": FILE_PASS}),
    "powerpoint 97": made.compound(
        {"Current User": bytes(12) + b"\xdf\xc4\xd1\xf3" + bytes(20), "PowerPoint Document": b"x"}
    ),
    "openpgp for a key": b"\x85\x01\x0c\x03" + bytes(268),
    "openpgp with a password": b"\x8c\x0d\x04\x09\x03\x08" + bytes(9),
    "openpgp, new form": b"\xc3\x0d\x04\x09\x03\x08" + bytes(9),
    "openpgp, armored": b"-----BEGIN PGP MESSAGE-----\r\nVersion: 1\r\n\r\njA0ECQMIAAAAAAAAAAD/0j0B\r\n",
    "s/mime": bytes.fromhex("308204d606092a864886f70d010703a08204c7") + bytes(40),
    "s/mime, streamed": bytes.fromhex("308006092a864886f70d010703a080") + bytes(40),
    "s/mime, authenticated": bytes.fromhex("3082047b060b2a864886f70d0109100117a0") + bytes(40),
    "attache case": b"\x06\x00\x00\x00_AttacheCaseData" + bytes(40),
}

OPEN = {
    "nothing": b"",
    "text": "パスワード付きです /Encrypt 9 0 R".encode(),
    "zip": made.zip_file("a.txt", "b.txt"),
    "zip, names in UTF-8": made.zip_file("開示請求書.pdf"),
    "zip, empty": made.zip_file(),
    "zip, cut off": made.zip_file("a.txt", "b.txt")[:-60],
    "zip in a program": PROGRAM + made.zip_file("a.txt"),
    "program": PROGRAM,
    "opendocument": made.zip_file("mimetype", contents={"META-INF/manifest.xml": MANIFEST % b""}),
    "7z": made.seven_zip(),
    "7z, plain listing": made.seven_zip(is_packed=False),
    "7z, cut off": made.seven_zip(made.SEVEN_AES)[:60],
    "rar 4": made.rar4(0, 0, 0),
    "rar 4, solid": made.rar4(0x08, 0x10),
    "rar 5": made.rar5(b"", b"\x05\x02\x00\x00\x00\x00"),
    "pdf": made.pdf(),
    "pdf, stream as trailer": made.pdf(is_table=False),
    "pdf, words in a stream": made.pdf(stream=b"trailer <</Encrypt 9 0 R>>\nendstream trailer <</Encrypt 9 0 R>>"),
    "pdf, words in a string": made.pdf(b"/Title(/Encrypt 9 0 R)/ID[<2f456e63>]"),
    "pdf, other words": made.pdf(b"/EncryptMetadata false/Encrypted 9 0 R"),
    "pdf in a container": b"\x78\x9f\x3e\x22" + bytes(20) + made.pdf(b"/Encrypt 9 0 R"),
    "pdf, encryption taken away": made.pdf(b"/Encrypt null"),
    "pdf, wrong offset": made.pdf(stream=b"trailer <</Encrypt 9 0 R>>").replace(b"startxref\n", b"startxref\n9"),
    "word 97": made.compound({"WordDocument": bytes(4096)}),
    "excel 97": made.compound({"Workbook": WORKBOOK}),
    "powerpoint 97": made.compound({"Current User": bytes(12) + b"\x5f\xc0\x91\xe3", "PowerPoint Document": b"x"}),
    "lzh": b"\x22\x00-lh5-" + bytes(40),
    "openpgp, signed": b"\xa3\x03\x78\x9c" + bytes(20),
    "openpgp, armored key": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----\n",
    "openpgp, armored and signed": b"-----BEGIN PGP MESSAGE-----\n\nowEBWwKk/ZAN\n-----END PGP MESSAGE-----\n",
    "s/mime, signed": bytes.fromhex("308204d606092a864886f70d010702a08204c7") + bytes(40),
    "cp932": "個人情報の開示".encode("cp932"),
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_an_encrypted_file_is_recognised(name: str) -> None:
    assert is_encrypted(ENCRYPTED[name])


@pytest.mark.parametrize("name", OPEN)
def test_an_open_file_is_not_taken_for_an_encrypted_one(name: str) -> None:
    assert not is_encrypted(OPEN[name])


def test_every_prefix_and_every_broken_byte_is_answered() -> None:
    chance = random.Random(1)  # noqa: S311 - the same bytes in every run
    for data in ENCRYPTED.values():
        for end in range(0, len(data), max(len(data) // 60, 1)):
            assert is_encrypted(data[:end]) in {True, False}
        for _ in range(60):
            broken = bytearray(data)
            broken[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            assert is_encrypted(bytes(broken)) in {True, False}


FILLS = {
    "zip": b"PK\x03\x04" + bytes(26),
    "zip directory": b"PK\x01\x02" + bytes(42),
    "zip end": b"PK\x05\x06" + bytes(18),
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(4) + b"\xff" * 20,
    "rar 4": b"Rar!\x1a\x07\x00",
    "rar 5": b"Rar!\x1a\x07\x01\x00" + bytes(4) + b"\x02\x00\x00",
    "pdf": b"%PDF-1.5\n",
    "pdf streams": b"%PDF-1.5\nstream\n",
    "pdf trailers": b"%PDF-1.5\ntrailer<</XRef(",
    "pdf marks": b"%PDF-1.5\nstartxref 1 1 obj<<(<",
    "compound": made.compound({"Workbook": bytes(4096)}),
    "armor": b"-----BEGIN PGP MESSAGE-----\n",
    "program": PROGRAM,
}


@pytest.mark.parametrize("name", FILLS)
def test_ten_megabytes_of_one_thing_are_answered_in_a_second(name: str) -> None:
    data = FILLS[name] * (10_000_000 // len(FILLS[name]))
    within(1, lambda: is_encrypted(data))
