"""Transfer encodings are opened as far as they can be, and never cost more than a few passes over the bytes."""

import base64
import binascii
from collections.abc import Callable

import pytest

from mailbot.core.reader.mime.transfer import encoding_of, opened, unveiled
from tests.effort import within

DATA = bytes(range(256)) * 9
JAPANESE = "個人情報の開示を請求します。" * 4


def uuencoded(data: bytes, name: str = "a.bin", check: bytes = b"") -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45], backtick=True)[:-1] for at in range(0, len(data), 45))
    return f"begin 644 {name}\n".encode() + b"".join(line + check + b"\n" for line in lines) + b"`\nend\n"


def yencoded(data: bytes) -> bytes:
    shifted = ((byte + 42) % 256 for byte in data)
    coded = (bytes([0x3D, (byte + 64) % 256]) if byte in b"\0\n\r=" else bytes([byte]) for byte in shifted)
    return b"=ybegin line=128 size=%d name=a.bin\r\n%s\r\n=yend size=%d\r\n" % (len(data), b"".join(coded), len(data))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("base64", "base64"),
        (" BASE64 ", "base64"),
        ('"base64"', "base64"),
        ("(made by hand) Base64;", "base64"),
        ("quoted-printable", "quoted-printable"),
        ("Quoted_Printable", "quoted-printable"),
        ("quoted printable", "quoted-printable"),
        ("x-uuencode", "uuencode"),
        ("X-UUE", "uuencode"),
        ("uuencode", "uuencode"),
        ("x-yencode", "yenc"),
        ("7bit", ""),
        ("8-bit", ""),
        ("binary", ""),
        ("x-unknown", ""),
        ("", ""),
        ("(" * 100_000, ""),
    ],
)
def test_the_word_for_an_encoding_is_forgiven_its_form(value: str, name: str) -> None:
    assert encoding_of(value) == name


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"6ZaL56S6", "開示"),
        (b"6ZaL\r\n56S6\r\n", "開示"),
        (b"6ZaL!56\n S6=", "開示"),
        (b"6ZaL56S6A", "開示"),
        (b"YQ==\nYg==\nYw==\n", "abc"),
        (b"YWJj\n\n-- \nlist footer\n", "abc\n-- \nlist footer\n"),
        (b"YWJj\n____________\nhttp://list.test\n", "abc\n____________\nhttp://list.test\n"),
        (b"These are plain words.\n", "These are plain words.\n"),
        (JAPANESE.encode(), JAPANESE),
        (b"", ""),
        (b"====", ""),
    ],
    ids=range(11),
)
def test_base64_is_read_as_far_as_it_goes_and_words_in_its_place_stay_words(data: bytes, words: str) -> None:
    assert opened(data, "base64", is_text=True).decode() == words


def test_words_behind_the_base64_of_a_file_are_no_part_of_it() -> None:
    assert opened(base64.encodebytes(DATA) + b"\n-- \nlist footer\n", "base64", is_text=False) == DATA


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"=E9=96=8B=\n=E7=A4=BA=", "開示"),
        (b"=e9=96=8b=e7=a4=ba", "開示"),
        (b"a= \nb=\t \r\nc", "abc"),
        (b"a=3Db = c =ZZ =", "a=b = c =ZZ "),
        (b"a_b", "a_b"),
        (b"==", "="),
    ],
)
def test_quoted_printable_is_read_with_its_usual_faults(data: bytes, words: str) -> None:
    assert opened(data, "quoted-printable", is_text=True).decode() == words


@pytest.mark.parametrize(
    "data",
    [
        uuencoded(DATA),
        uuencoded(DATA).replace(b"`", b" "),
        uuencoded(DATA, check=b"X"),
        uuencoded(DATA).replace(b"\n", b"\r\n"),
        uuencoded(DATA).replace(b"`\nend\n", b""),
        b"words before\n" + uuencoded(DATA) + b"words behind\n",
        b"begin-base64 644 a.bin\n" + base64.encodebytes(DATA) + b"====\n",
    ],
    ids=["plain", "blanks", "check letters", "CRLF", "no end", "among words", "base64"],
)
def test_uuencode_is_read_in_all_its_dialects(data: bytes) -> None:
    assert opened(data, "uuencode", is_text=False) == DATA


def test_yenc_is_read() -> None:
    assert opened(yencoded(DATA), "yenc", is_text=False) == DATA
    assert opened(b"=ybegin part=1 name=a\r\n=ypart begin=1\r\n" + b"\x8b\r\n\x8c", "yenc", is_text=False) == b"ab"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"=E9=96=8B=\n=E7=A4=BA a=3Db", "開示 a=b"),
        (b"=1B$B3+<(=1B(B", "\x1b$B3+<(\x1b(B"),
        (base64.encodebytes(JAPANESE.encode()), JAPANESE),
        (b"see =E9=96=8B in https://a.test/?b=1", "see =E9=96=8B in https://a.test/?b=1"),
        (b"deadbeef" * 6, "deadbeef" * 6),
        (b"Words=20that=20are=20no=20code =", "Words=20that=20are=20no=20code ="),
        (b"Thanks", "Thanks"),
        (b"", ""),
    ],
    ids=range(8),
)
def test_an_encoding_nobody_named_is_opened_only_where_it_can_be_nothing_else(data: bytes, shown: str) -> None:
    assert unveiled(data).decode() == shown


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "padding": ("base64", lambda: b"a=" * 10_000_000),
    "blanks": ("base64", lambda: b"a " * 10_000_000),
    "junk": ("base64", lambda: b"! a\n" * 5_000_000),
    "escapes": ("quoted-printable", lambda: b"= " * 10_000_000),
    "soft break": ("quoted-printable", lambda: b"=" + b" " * 20_000_000),
    "empty lines": ("uuencode", lambda: b"begin 644 a\n" + b"\n" * 20_000_000),
    "broken lines": ("uuencode", lambda: b"begin 644 a\n" + b"M~\n" * 6_000_000),
    "beginnings": ("uuencode", lambda: b"begin 644 a" * 2_000_000),
    "heads": ("yenc", lambda: b"=ybegin a\n" * 2_000_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_twenty_megabytes_of_anything_are_opened_in_two_seconds(name: str) -> None:
    encoding, make = BOMBS[name]
    data = make()
    within(2, lambda: (opened(data, encoding, is_text=True), unveiled(data)))
