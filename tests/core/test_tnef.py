"""A winmail.dat gives its files and its text; a broken or hostile one gives what can be had, in time."""

import random
import struct
from collections.abc import Callable

import pytest
from tnefparse import TNEF

from mailbot.core.reader.attachment.tnef import MAX_FILES, Tnef, TnefFile, read_tnef, tnef_text
from tests.core import tnef_bytes as made
from tests.effort import within

PDF = b"%PDF-1.4\n1 0 obj\n\x00\x00"
WORDS = "開示を請求します。"
HTML = f"<html><body><p>{WORDS}</p></body></html>"


def message(*properties: tuple[int, object]) -> bytes:
    return made.one(1, made.PROPERTIES, made.props(*properties))


def stream(count: int, *pieces: bytes) -> bytes:
    return struct.pack("<I", count) + b"".join(pieces)


def one_file(properties: bytes) -> bytes:
    return made.one(2, made.NEW_FILE, b"") + made.one(2, made.FILE_PROPERTIES, properties)


def test_files_come_out_with_their_names_types_and_bytes() -> None:
    data = made.tnef(
        made.file(b"A~1.PDF", PDF, (made.P_LONG_NAME, "開示請求書.pdf"), (made.P_MIME_TYPE, "Application/PDF")),
        made.file(b"b.txt", b"b"),
    )  # fmt: skip
    expected = (TnefFile("開示請求書.pdf", "application/pdf", PDF), TnefFile("b.txt", "", b"b"))
    assert read_tnef(data) == Tnef(files=expected)


@pytest.mark.parametrize(
    ("title", "properties", "codepage", "name"),
    [
        ("開示.pdf".encode("cp932"), (), 932, "開示.pdf"),
        ("開示.pdf".encode("cp932"), (), 0, "開示.pdf"),
        ("開示.pdf".encode("cp932"), (), 50220, "開示.pdf"),
        ("Übersicht.pdf".encode("cp1252"), (), 1252, "Übersicht.pdf"),
        ("счет.pdf".encode("cp1251"), (), 1251, "счет.pdf"),
        ("開示.pdf".encode(), (), 65001, "開示.pdf"),
        (b"A~1.PDF", ((made.P_LONG_NAME, ("委任状.pdf".encode("cp932"),)),), 932, "委任状.pdf"),
        (b"A~1.PDF", ((made.P_SHORT_NAME, "a.pdf"), (made.P_LONG_NAME, "long.pdf")), 932, "long.pdf"),
        (b"", ((made.P_SHORT_NAME, "a.pdf"),), 932, "a.pdf"),
        (b"", ((made.P_SHOWN_NAME, "shown.pdf"),), 932, "shown.pdf"),
        (b"a.pdf", ((made.P_SHOWN_NAME, "shown.pdf"),), 932, "a.pdf"),
    ],
)
def test_the_name_of_a_file(title: bytes, properties: tuple[tuple[int, object]], codepage: int, name: str) -> None:
    held = read_tnef(made.tnef(made.file(title, b"x", *properties), codepage=codepage))
    assert [file.name for file in held.files] == [name]
    assert not held.is_broken


def test_a_subject_that_cannot_be_read_costs_no_file() -> None:
    subject = made.one(1, made.SUBJECT, b"\x81\x00", 1)
    assert read_tnef(made.tnef(subject, made.file(b"a.txt", b"x"))).files == (TnefFile("a.txt", "", b"x"),)


def test_a_file_of_nothing_is_none() -> None:
    assert read_tnef(made.tnef(made.one(2, made.NEW_FILE, b"x"), made.file(b"", b""))).files == ()
    assert read_tnef(made.tnef(made.file(b"", b"x"))).files == (TnefFile("", "", b"x"),)


def test_files_of_a_message_inside_follow_it() -> None:
    inner = made.tnef(made.file(b"inner.txt", b"inner"))
    held = read_tnef(made.tnef(made.file(b"a.txt", b"a"), made.embedded("件名", inner), made.file(b"b.txt", b"b")))
    assert [(one.name, one.type) for one in held.files] == [
        ("a.txt", ""), ("件名", "application/ms-tnef"), ("inner.txt", ""), ("b.txt", "")
    ]  # fmt: skip


def test_properties_with_names_and_several_values_are_passed_over() -> None:
    several = struct.pack("<HHIII", 0x1003, 0x6001, 2, 1, 2) + struct.pack("<HHIhhI", 0x1002, 0x6002, 2, 1, 2, 0)[:-4]
    texts = (
        struct.pack("<HHI", 0x101E, 0x6003, 2)
        + struct.pack("<I", 2)
        + b"a\x00\x00\x00"
        + struct.pack("<I", 5)
        + b"bcde\x00\x00\x00\x00"
    )
    body = made.props((made.P_BODY, "本文"))[4:]
    data = stream(5, made.named(0x8001, "長い名前", 7), several, texts, body)
    assert read_tnef(made.tnef(made.one(1, made.PROPERTIES, data))) == Tnef(plain="本文")


@pytest.mark.parametrize(
    ("objects", "codepage", "text"),
    [
        ([made.one(1, made.BODY, "開示を請求します。\r\n".encode("cp932") + b"\x00")], 932, "開示を請求します。\r\n"),
        ([made.one(1, made.BODY, "Déjà vu".encode("cp1252"))], 1252, "Déjà vu"),
        ([message((made.P_BODY, "訂正"), (made.P_HTML, HTML.encode()))], 932, "訂正"),
        ([message((made.P_BODY, ("訂正".encode("cp932"),)))], 932, "訂正"),
        ([message((made.P_HTML, HTML.encode()), (made.P_INTERNET_CODEPAGE, 65001))], 1252, WORDS),
        ([message((made.P_HTML, HTML.encode("iso2022_jp")), (made.P_INTERNET_CODEPAGE, 50220))], 932, WORDS),
        ([message((made.P_HTML, HTML.encode("cp932")))], 932, WORDS),
        ([message((made.P_HTML, HTML))], 932, WORDS),
        ([message((made.P_RTF, rb"{\rtf1\ansi\ansicpg932 \'8aJ\'8e\'a6}"))], 932, "開示"),
        ([made.one(1, made.BODY, b" \r\n"), message((made.P_HTML, HTML.encode()))], 932, WORDS),
        ([], 932, ""),
    ],
)
def test_the_text_is_the_plain_one_else_the_html_else_the_rtf(objects: list[bytes], codepage: int, text: str) -> None:
    assert tnef_text(made.tnef(*objects, codepage=codepage)).strip() == text.strip()


BROKEN = {
    "no container": b"PK\x03\x04",
    "nothing": b"",
    "cut off in a file": made.tnef(made.file(b"a.txt", b"x" * 100))[:-50],
    "length past the end": made.tnef(struct.pack("<BHHI", 2, made.NEW_FILE, 6, 0xFFFFFFFF)),
    "unknown level": made.tnef(made.one(3, made.NEW_FILE, b"")),
    "2^32 properties": made.tnef(made.one(1, made.PROPERTIES, b"\xff\xff\xff\xff" + bytes(8))),
    "2^32 values": made.tnef(made.one(1, made.PROPERTIES, struct.pack("<IHHI", 1, 0x1002, 1, 0xFFFFFFFF))),
    "2^32 texts": made.tnef(made.one(1, made.PROPERTIES, struct.pack("<IHHI", 1, 0x1E, 1, 0xFFFFFFFF))),
    "2^32 bytes": made.tnef(made.one(1, made.PROPERTIES, struct.pack("<IHHII", 1, 0x102, 1, 1, 0xFFFFFFFF))),
    "unknown type": made.tnef(made.one(1, made.PROPERTIES, struct.pack("<IHHI", 1, 0x0999, 1, 0) + bytes(90))),
    "name past the end": made.tnef(made.one(1, made.PROPERTIES, stream(1, made.named(0x8001, "x", 1)[:-9]))),
    "too many properties": made.tnef(made.one(1, made.PROPERTIES, stream(501, struct.pack("<HHI", 3, 1, 1) * 501))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_container_is_called_broken(name: str) -> None:
    assert within(0.1, lambda: read_tnef(BROKEN[name])).is_broken


def test_files_before_the_break_are_kept() -> None:
    data = made.tnef(made.file(b"a.txt", b"a"), made.file(b"b.txt", b"b"))
    assert read_tnef(data[:-8]).files[0] == TnefFile("a.txt", "", b"a")


NUMBER = struct.pack("<HHI", 3, 1, 1)
BOMBS: dict[str, Callable[[], bytes]] = {
    "objects": lambda: made.tnef(made.one(1, made.SUBJECT, b"") * 900_000),
    "files": lambda: made.tnef(made.file(b"a", b"a") * 100_000),
    "messages inside": lambda: made.tnef(made.embedded("x", made.tnef(made.embedded("y", made.tnef()) * 300)) * 300),
    "properties": lambda: made.tnef(made.one(1, made.PROPERTIES, stream(1_200_000, NUMBER * 1_200_000))),
    "files of properties": lambda: made.tnef(one_file(stream(500, NUMBER * 500)) * 2_400),
    "values": lambda: made.tnef(made.one(1, made.PROPERTIES, struct.pack("<IHHI", 1, 0x101E, 1, 2**21) + bytes(10**7))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_a_second(name: str) -> None:
    data = BOMBS[name]()
    held = within(1, lambda: read_tnef(data))
    assert len(held.files) <= MAX_FILES


def nested(depth: int) -> bytes:
    return made.tnef(made.embedded("x", nested(depth - 1))) if depth else made.tnef(made.file(b"deepest", b"x"))


def test_messages_inside_of_messages_are_opened_two_deep() -> None:
    assert [one.name for one in read_tnef(nested(2)).files] == ["x", "x", "deepest"]
    assert [one.name for one in read_tnef(nested(9)).files] == ["x", "x", "x"]


def test_every_prefix_and_every_broken_byte_is_read() -> None:
    chance = random.Random(1)  # noqa: S311 - the same bytes in every run
    data = made.tnef(
        made.one(1, made.PROPERTIES, made.props((made.P_HTML, HTML.encode()), (made.P_RTF, b"{\\rtf1 a}"))),
        made.file(b"a.txt", b"a", (made.P_LONG_NAME, "long.txt")),
        made.embedded("x", nested(1)),
    )
    for end in range(len(data)):
        assert isinstance(tnef_text(data[:end]), str)
    for _ in range(3_000):
        broken = bytearray(data)
        broken[chance.randrange(len(data))] = chance.choice((0, 1, 0x10, 0x7F, 0x80, 0xFF))
        assert isinstance(tnef_text(bytes(broken)), str)


def test_an_independent_reader_finds_the_same() -> None:
    data = made.tnef(
        made.one(1, made.MESSAGE_CLASS, b"IPM.Note\x00", 7),
        made.one(1, made.PROPERTIES, made.props((made.P_BODY, "本文"), (made.P_HTML, HTML.encode()))),
        made.file(b"A~1.PDF", PDF, (made.P_LONG_NAME, "開示請求書.pdf"), (made.P_MIME_TYPE, "application/pdf")),
        made.file(b"b.txt", b"b"),
    )
    theirs, ours = TNEF(data), read_tnef(data)
    assert [(one.long_filename(), one.data) for one in theirs.attachments] == [
        (one.name, one.data) for one in ours.files
    ]
    assert (theirs.body, theirs.htmlbody) == (ours.plain, ours.html.encode())
