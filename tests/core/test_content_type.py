"""The bytes of a file say what it is, whatever its name and its mail say."""

import random

import pytest

from mailbot.core.reader.attachment.content_type import found_type
from tests.core import file_bytes as made
from tests.effort import within

OFFICE = "application/vnd.openxmlformats-officedocument."
CONTENT = "[Content_Types].xml"
MACRO = "macroenabled.12"
JA = "個人情報の開示を請求します。"

FILES = {
    "pdf": (made.pdf(), "application/pdf"),
    "pdf behind other bytes": (b"\r\nx\r\n" + made.pdf(), "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg"),
    "jpeg of a camera": (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00", "image/jpeg"),
    "gif": (b"GIF89a\x01\x00\x01\x00", "image/gif"),
    "bmp": (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "image/bmp"),
    "tiff": (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
    "webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
    "heif": (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "image/heif"),
    "avif": (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avif", "image/avif"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "video/mp4"),
    "mov": (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", "video/quicktime"),
    "m4a": (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", "audio/mp4"),
    "3gp": (b"\x00\x00\x00\x18ftyp3gp5\x00\x00\x00\x00", "video/3gpp"),
    "mp3": (b"ID3\x03\x00\x00\x00", "audio/mpeg"),
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
    "zip": (made.zip_file("a.txt"), "application/zip"),
    "zip, encrypted": (made.zip_file("a.txt", flags=1), "application/zip"),
    "docx": (made.zip_file(CONTENT, "word/document.xml"), f"{OFFICE}wordprocessingml.document"),
    "docm": (made.zip_file(CONTENT, "word/vbaProject.bin"), f"application/vnd.ms-word.document.{MACRO}"),
    "xlsx": (made.zip_file(CONTENT, "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
    "xlsm": (made.zip_file(CONTENT, "xl/vbaProject.bin"), f"application/vnd.ms-excel.sheet.{MACRO}"),
    "xlsb": (made.zip_file(CONTENT, "xl/workbook.bin"), f"application/vnd.ms-excel.sheet.binary.{MACRO}"),
    "pptx": (made.zip_file(CONTENT, "ppt/presentation.xml"), f"{OFFICE}presentationml.presentation"),
    "docx, cut off": (made.zip_file(CONTENT, "word/document.xml")[:-120], f"{OFFICE}wordprocessingml.document"),
    "odt": (
        made.zip_file(contents={"mimetype": b"application/vnd.oasis.opendocument.text"}),
        "application/vnd.oasis.opendocument.text",
    ),
    "epub": (made.zip_file(contents={"mimetype": b"application/epub+zip"}), "application/epub+zip"),
    "jar": (made.zip_file("META-INF/MANIFEST.MF", "a.class"), "application/java-archive"),
    "apk": (made.zip_file("AndroidManifest.xml", "META-INF/MANIFEST.MF"), "application/vnd.android.package-archive"),
    "doc": (made.compound({"WordDocument": bytes(4096)}), "application/msword"),
    "xls": (made.compound({"Workbook": bytes(4096)}), "application/vnd.ms-excel"),
    "ppt": (made.compound({"PowerPoint Document": b"x"}), "application/vnd.ms-powerpoint"),
    "msg": (made.compound({"__properties_version1.0": b"x"}), "application/vnd.ms-outlook"),
    "msi": (made.compound({"x": b"x"}, bytes.fromhex("84100c0000000000c000000000000046")), "application/x-msi"),
    "office, encrypted": (made.compound({"EncryptedPackage": b"x"}), "application/x-ole-storage"),
    "7z": (made.seven_zip(), "application/x-7z-compressed"),
    "rar 4": (made.rar4(), "application/vnd.rar"),
    "rar 5": (made.rar5(), "application/vnd.rar"),
    "lzh": (b"\x22\x6a-lh5-\x00\x00", "application/x-lzh-compressed"),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "application/gzip"),
    "tar": (b"a.txt".ljust(257, b"\x00") + b"ustar\x0000", "application/x-tar"),
    "cab": (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    "iso": (bytes(32_769) + b"CD001\x01", "application/x-iso9660-image"),
    "winmail.dat": (b"\x78\x9f\x3e\x22\x01\x00", "application/ms-tnef"),
    "exe": (b"MZ\x90\x00\x03\x00\x00\x00", "application/vnd.microsoft.portable-executable"),
    "elf": (b"\x7fELF\x02\x01\x01\x00", "application/x-executable"),
    "class": (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", "application/java-vm"),
    "lnk": (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    "onenote": (bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3"), "application/onenote"),
    "script": (b"#!/bin/sh\nrm -r x\n", "text/x-script"),
    "html": (b"<!DOCTYPE html><html>", "text/html"),
    "html, upper case behind blanks": (b"\r\n  <HTML>", "text/html"),
    "html, a comment first": (b"<!-- x --><p>", "text/html"),
    "html, a piece": (b"<div class=x>", "text/html"),
    "html, xml first": (b'<?xml version="1.0"?>\n<html xmlns="x">', "text/html"),
    "html, utf-16": ("\ufeff<html>".encode("utf-16-le"), "text/html"),
    "script in html": (b"<script>alert(1)</script>", "text/html"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
    "svg, xml first": (b"<?xml version='1.0'?><svg:svg>", "image/svg+xml"),
    "xml": (b"<?xml version='1.0'?><a/>", "application/xml"),
    "rtf": (b"{\\rtf1\\ansi", "application/rtf"),
    "calendar": (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
    "card": (b"\xef\xbb\xbfBEGIN:VCARD\r\n", "text/vcard"),
    "mail": (b"From: a@b.test\r\nSubject: x\r\n\r\nx", "message/rfc822"),
    "mail of a mailbox": (b"From a@b.test Mon\nReceived: x\n\ty\nDate: x\n\nx", "message/rfc822"),
    "openpgp": (b"\x85\x01\x0c\x03" + bytes(268), "application/pgp-encrypted"),
    "openpgp, signature": (b"-----BEGIN PGP SIGNATURE-----\n", "application/pgp-signature"),
    "s/mime, encrypted": (bytes.fromhex("308204d606092a864886f70d010703a08204c7") + bytes(9), "application/pkcs7-mime"),
    "s/mime, signed": (bytes.fromhex("308006092a864886f70d010702a080") + bytes(9), "application/pkcs7-mime"),
    "ascii": (b"hello", "text/plain"),
    "utf-8": (JA.encode(), "text/plain"),
    "utf-8, cut inside a character": ((JA * 200).encode()[:4096], "text/plain"),
    "cp932": (JA.encode("cp932"), "text/plain"),
    "iso-2022-jp": (JA.encode("iso2022_jp"), "text/plain"),
    "euc-jp": (JA.encode("euc_jp"), "text/plain"),
    "latin-1": ("Voilà un résumé".encode("latin-1"), "text/plain"),
    "utf-16": (JA.encode("utf-16"), "text/plain"),
    "csv": ("氏名,住所\n山田太郎,東京都\n".encode("cp932"), "text/plain"),
    "text that begins like a program": (b"MZ-700 is a computer", "text/plain"),
    "text that begins like a picture": (b"BM25 is a ranking", "text/plain"),
    "text that begins like a pickle": (b"(see below)", "text/plain"),
    "text with one header": (b"To: the manager\nplease read", "text/plain"),
    "text about tags": (b"a <b> is bold", "text/plain"),
    "an address in brackets": (b"<a@b.test> wrote", "text/plain"),
    "nothing": (b"", ""),
    "blanks": (b" \r\n", ""),
    "noise": (bytes(range(256)) * 9, ""),
    "noise without a control character": (bytes(range(0x80, 0x100)), ""),
    "zeros": (bytes(100), ""),
}


@pytest.mark.parametrize("name", FILES)
def test_the_type_of_a_file_is_found(name: str) -> None:
    data, kind = FILES[name]
    assert found_type(data) == kind


def test_every_prefix_and_every_broken_byte_has_an_answer() -> None:
    chance = random.Random(1)  # noqa: S311 - the same bytes in every run
    for data, _ in FILES.values():
        for end in range(0, len(data), max(len(data) // 40, 1)):
            assert isinstance(found_type(data[:end]), str)
        for _ in range(20 if data else 0):
            broken = bytearray(data)
            broken[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            assert isinstance(found_type(bytes(broken)), str)


@pytest.mark.parametrize(
    "piece", [b"\x00", b"a", b" ", b"<", b"\xff", b"PK\x03\x04", b"%PDF-", b"X-a: b\n", "あ".encode()]
)
def test_ten_megabytes_of_one_thing_take_no_longer_than_their_head(piece: bytes) -> None:
    data = piece * (10_000_000 // len(piece))
    within(0.2, lambda: found_type(data))
