"""Header blocks are cut apart without losing the body; ids and file names come out harmless."""

import pytest

from mailbot.core.reader.headers.file_names import best_name, safe_name
from mailbot.core.reader.headers.headers import MAX_HEADER_BYTES, MAX_LINES, Headers, file_name, read_headers
from mailbot.core.reader.headers.ids import message_ids, shown_id
from tests.effort import within

FROM = (("from", b"a@b.test"),)
BOTH = (*FROM, ("to", b"c@d.test"))


@pytest.mark.parametrize(
    ("data", "fields", "body"),
    [
        (b"From: a@b.test\nTo: c@d.test\n\nbody", BOTH, b"body"),
        (b"FROM:a@b.test\r\nTo :\tc@d.test \r\n\r\nbody\r\n", BOTH, b"body\r\n"),
        (b"From:\n a@b.test\nTo:\r\n\tc@d.test\n\n", BOTH, b""),
        (b"Subject: a\n b\n\tc\n\nbody", (("subject", b"a b\tc"),), b"body"),
        (b"From: a@b.test\nFrom: c@d.test\n\n", (*FROM, ("from", b"c@d.test")), b""),
        (b"From: a@b.test", FROM, b""),
        (b"From: a@b.test\n", FROM, b""),
        (b"\nbody", (), b"body"),
        (b"\r\nFrom: a@b.test\n\nbody", (), b"From: a@b.test\n\nbody"),
        (b"", (), b""),
        (b"From x@y.test Mon Jan  1 00:00:00 2024\nFrom: a@b.test\n\nbody", FROM, b"body"),
        (b">From x@y.test Mon Jan  1\nFrom: a@b.test\n\nbody", FROM, b"body"),
        (b"\xef\xbb\xbfFrom: a@b.test\n\nbody", FROM, b"body"),
        (b"From: a@b.test\r\r\n\r\r\nbody", FROM, b"body"),
        (b"From: a@b.test\n \nTo: c@d.test\n\nbody", BOTH, b"body"),
    ],
    ids=range(15),
)
def test_a_block_is_cut_into_fields_and_body(data: bytes, fields: tuple[tuple[str, bytes], ...], body: bytes) -> None:
    headers, body_at = read_headers(data)
    assert (headers.fields, headers.defects, data[body_at:]) == (fields, (), body)


@pytest.mark.parametrize(
    ("data", "fields", "body", "defect"),
    [
        (b"From: a@b.test\nDear all,\nhello\n\nbye", FROM, b"Dear all,\nhello\n\nbye", "headers_broken_off"),
        (
            b"From: a@b.test\nno header\nFrom: c@d.test\n\nx",
            FROM,
            b"no header\nFrom: c@d.test\n\nx",
            "headers_broken_off",
        ),
        (b"From: a@b.test\nDear Taro\nNote: x\n\ny", FROM, b"Dear Taro\nNote: x\n\ny", "headers_broken_off"),
        (b"just text\n\nmore", (), b"just text\n\nmore", "headers_broken_off"),
        (b" indented text\nmore", (), b" indented text\nmore", "headers_broken_off"),
        (b"From: a@b.test\nlost its blank\nTo: c@d.test\n\nbody", BOTH, b"body", "header_line_broken"),
        ("From: a@b.test\n件名: x\nTo: c@d.test\n\nbody".encode(), BOTH, b"body", "header_line_broken"),
        (b"Fr\0om: x\nFrom: a@b.test\n\nbody", FROM, b"body", "header_line_broken"),
        (b" From: x@y.test\nFrom: a@b.test\n\nbody", FROM, b"body", "header_indented"),
        (b"From: a@b.test\rTo: x@y.test\n\nbody", (("from", b"a@b.test\rTo: x@y.test"),), b"body", "header_bare_cr"),
    ],
    ids=range(10),
)
def test_a_broken_block_keeps_the_body_and_leaves_the_sender_in_doubt(
    data: bytes, fields: tuple[tuple[str, bytes], ...], body: bytes, defect: str
) -> None:
    headers, body_at = read_headers(data)
    assert (headers.fields, headers.defects, data[body_at:]) == (fields, (defect,), body)


@pytest.mark.parametrize(
    ("data", "defect", "count"),
    [
        (b"A: b\n" * (MAX_LINES + 5) + b"\nbody", "headers_too_long", MAX_LINES),
        (b"A: " + b"x" * 300_000 + b"\n\nbody", "headers_too_long", 1),
        (b"A: " + b"x" * (MAX_HEADER_BYTES + 9) + b"\nB: c\n\nbody", "header_too_long", 2),
        (b"A: " + b"x\n " * (MAX_LINES // 2) + b"x" * MAX_HEADER_BYTES + b"\n\nbody", "header_too_long", 1),
    ],
)
def test_what_goes_past_a_limit_is_dropped_and_named(data: bytes, defect: str, count: int) -> None:
    headers, body_at = read_headers(data)
    assert defect in headers.defects
    assert len(headers.fields) == count
    assert max(len(value) for _, value in headers.fields) <= MAX_HEADER_BYTES
    assert data[body_at:] == b"body"


def test_a_part_is_read_inside_its_bounds() -> None:
    data = b"--b\nFrom: a@b.test\n\nbody\n--b--"
    assert read_headers(data, 4, 20) == (Headers(FROM), 20)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"abc", "abc"),
        ("山田".encode(), "山田"),
        ("山田".encode("cp932"), "山田"),
        ("開示を請求します".encode("euc-jp"), "開示を請求します"),
        ("Café".encode("cp1252"), "Café"),
        (b"\x1b$B;3ED\x1b(B", "\x1b$B;3ED\x1b(B"),
        (b"\x1b$B;3ED\x1b(B " + "太郎".encode("cp932"), "\x1b$B;3ED\x1b(B 太郎"),
        (b"\xff\xfea\0b\0", "ÿþa\0b\0"),
        ("Привет".encode("koi8-r"), "靤夫都"),
    ],
)
def test_raw_bytes_become_text(value: bytes, text: str) -> None:
    headers = Headers((("subject", value), ("to", value)))
    assert headers.first("subject") == text
    assert headers.all("to") == [text]
    assert headers.raw("to") == [value]


@pytest.mark.parametrize(("charset", "text"), [("koi8-r", "Привет"), ("iso-8859-2", "Łódź"), ("utf-16", "Łódź")])
def test_raw_bytes_may_be_of_the_charset_of_the_body(charset: str, text: str) -> None:
    codec = "iso-8859-2" if charset == "utf-16" else charset
    fields = (("subject", text.encode(codec)), ("content-type", f'text/plain; charset="{charset}"'.encode()))
    assert (Headers(fields).first("subject") == text) is (charset != "utf-16")


def test_what_is_missing_is_empty() -> None:
    headers = Headers(FROM)
    assert (headers.first("to"), headers.all("to"), headers.raw("to"), headers.names()) == ("", [], [], ["from"])
    assert headers.parameters("content-type") == ("", {})


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b.test>", ("<a@b.test>",)),
        ("Your mail <a@b.test> (x) <c$1%2@[10.0.0.1]>", ("<a@b.test>", "<c$1%2@[10.0.0.1]>")),
        ("a@b.test", ()),
        ("<a b@c.test>", ()),
        ("<5fa9c763>", ()),
        ("<a@b@c.test>", ()),
        ("<é@b.test>", ()),
        ("<" + "a" * 251 + "@b.test>", ()),
    ],
)
def test_only_ids_of_the_strict_grammar_may_ever_be_written(value: str, ids: tuple[str, ...]) -> None:
    assert message_ids(value) == ids


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<a@b.test>", "<a@b.test>"),
        (" <a@b.test> (added by mx)", "<a@b.test>"),
        ("<5fa9c763>", "<5fa9c763>"),
        ("a@b.test", "<a@b.test>"),
        ("id a@b.test", "<a@b.test>"),
        ("12345", "<12345>"),
        ("<a\t b@c.test>", "<ab@c.test>"),
        ("< a@b.test >", "<a@b.test>"),
        ("<a@b@c.test>", "<a@b@c.test>"),
        ("<<a@b.test>>", "<a@b.test>"),
        ("<a@b.test", "<a@b.test>"),
        ("a@b.test>", "<a@b.test>"),
        ("<5fa9> <a@b.test>", "<a@b.test>"),
        ("(for x@y.test) a@b.test (y)", "<a@b.test>"),
        ("<山@b.test>", "<山@b.test>"),
        ("<a\x00\u202e@b.test>", "<a@b.test>"),
        ("<>", ""),
        (" ", ""),
        ("", ""),
        ("<" + "a" * 9_000 + "@b.test>", "<" + "a" * 500 + ">"),
    ],
)
def test_any_id_can_be_shown(value: str, shown: str) -> None:
    assert shown_id(value) == shown


@pytest.mark.parametrize(
    ("disposition", "kind", "name"),
    [
        ("attachment; filename=a.pdf", "application/pdf; name=b.pdf", "a.pdf"),
        ("attachment", "application/pdf; name=b.pdf", "b.pdf"),
        ('attachment; filename=""', "application/pdf; name=b.pdf", "b.pdf"),
        ('attachment; filename="????.pdf"', "application/pdf; name*=utf-8''%E9%96%8B%E7%A4%BA.pdf", "開示.pdf"),
        ("attachment; filename*=utf-8''%E9%96%8B%E7.pdf", 'application/pdf; name="=?utf-8?B?6ZaL?=.pdf"', "開.pdf"),
        ('attachment; filename="????.pdf"', "application/pdf", "____.pdf"),
        ("attachment; name=c.pdf", "application/pdf", "c.pdf"),
        ("attachment; filename=..", "application/pdf; name=b.pdf", "b.pdf"),
        ("attachment", "application/pdf", ""),
    ],
)
def test_of_two_names_the_unspoilt_one_is_taken(disposition: str, kind: str, name: str) -> None:
    fields = (("content-disposition", disposition.encode()), ("content-type", kind.encode()))
    assert file_name(Headers(fields)) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\dir\\x.pdf", "x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\u30ab\u3099.pdf", "\u30ac.pdf"),
        ("a\r\nb.pdf", "a b.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        (". a .", "a"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_file_name_is_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert best_name([None, "", name]) == safe


@pytest.mark.parametrize(
    "piece",
    [
        b"a:b\n",
        b"\n ",
        b"\r",
        b"\r\n ",
        b" ",
        b"a",
        b":",
        b"a:\n",
        b"\0",
        b"x\nSubject: y\n",
        b"\xff\n",
        b"From: \x82\xa0",
    ],
)
def test_a_million_hostile_bytes_take_less_than_two_seconds(piece: bytes) -> None:
    data = b"A: b\n" + piece * (1_000_000 // len(piece))
    headers, body_at = within(1, lambda: read_headers(data))
    within(1, lambda: [headers.first(name) for name in headers.names()[:9]])
    assert 0 <= body_at <= len(data)
