"""The text of a mail is what its writer wrote, in the form that says most, read by the codec the bytes are in."""

import base64
import quopri
from collections.abc import Callable

import pytest

from mailbot.core.reader.mime.mime import cut_mail, leaves
from mailbot.core.reader.text.body import MAX_TEXT_BYTES, Text, text_of
from tests.core.mails import HEAD, WORDS, lone, multipart, part, text
from tests.core.test_transfer import DATA, uuencoded
from tests.effort import within

PLAIN, HTML = text(WORDS), text("<p>html</p>", "html")
PDF = b"Content-Type: application/pdf; name=a.pdf\n\nx"
FRAME = text("frame", "html", "\nContent-ID: <2>")
NOTICE = b"This is a multi-part message in MIME format.\n\n"
LONG = "個人情報の利用停止をお願いします。" * 20


def read(raw: bytes) -> Text:
    return text_of(cut_mail(raw)[0])


def words(raw: bytes) -> str:
    return read(raw).text.strip("\n")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (multipart("alternative", HTML, PLAIN), WORDS),
        (multipart("alternative", PLAIN, HTML), WORDS),
        (multipart("alternative", part("related", HTML, boundary="c"), PLAIN), WORDS),
        (multipart("alternative", PLAIN, part("mixed", HTML, PDF, boundary="c")), WORDS),
        (multipart("alternative", HTML), "html"),
        (multipart("alternative", text(" \n\u00a0\u3000\u200b\n"), HTML), "html"),
        (multipart("alternative", text("<p> </p>", "html"), text("x", "enriched")), "x"),
        (multipart("alternative", HTML, text("x", "enriched"), text("x", "x-amp-html")), "html"),
        (multipart("alternative", text("one"), text("two"), HTML), "one\ntwo"),
        (multipart("alternative", text("BEGIN:VCALENDAR", "calendar"), HTML), "html"),
        (multipart("mixed", PLAIN, PDF, b"\nfooter"), WORDS + "\nfooter"),
        (multipart("mixed", text("one"), PDF, text("two"), PDF, text("three")), "one\ntwo\nthree"),
        (multipart("mixed", text("one"), text("<p>two", "html")), "one\ntwo"),
        (multipart("mixed", text("Same words here."), text("<p>Same <b>words</b> here.", "html")), "Same words here."),
        (multipart("mixed", PLAIN, b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner words"), WORDS),
        (multipart("mixed", b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner words"), ""),
        (multipart("mixed", PLAIN, text("a,b", "csv"), text("x", "plain", "\nContent-Disposition: attachment")), WORDS),
        (multipart("mixed", PLAIN, text("x", "plain", "; name=a.txt")), WORDS),
        (multipart("mixed", text("first", "plain", "; name=a.txt"), PDF), "first"),
        (multipart("mixed", PDF, text("only", "plain", "\nContent-Disposition: inline; filename=a.txt")), "only"),
        (multipart("mixed", PDF, text("a,b", "csv")), ""),
        (multipart("related", HTML, FRAME), "html"),
        (multipart("related", FRAME, text("page", "html", "\nContent-ID: <1>"), parameters='; start="<1>"'), "page"),
        (multipart("signed", PLAIN, b"Content-Type: application/pgp-signature\n\nx"), WORDS),
        (multipart("report", PLAIN, b"Content-Type: message/delivery-status\n\nx"), WORDS),
        (multipart("mixed", PDF, text("x")).replace(b"--b\n", b"words before\n--b\n", 1), "x"),
        (multipart("mixed", PDF).replace(b"--b\n", NOTICE + b"words before\n\n--b\n", 1), "words before"),
        (multipart("mixed", PDF) + b"words behind", "words behind"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=none\n\njust text", "just text"),
        (HEAD + b"Content-Type: multipart/alternative; boundary=none\n\n<html><p>html</html>", "html"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\njust text\n--b--\n", "just text"),
        (HEAD + b"Content-Type: text/plain\n\n<!DOCTYPE html>\n<html><p>html</html>", "html"),
        (HEAD + b"Content-Type: text/plain\n\nan <html> tag", "an <html> tag"),
        (lone(b"Content-Type: text/plain; name=a.txt", b"words"), "words"),
        (lone(b"Content-Type: text/plain\nContent-Disposition: attachment", b"words"), "words"),
        (lone(b"Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt", b"words"), ""),
        (lone(b"Content-Type: application/pdf", b"x"), ""),
        (lone(b"Content-Type: text/rtf", b"{\\rtf1 words\\par more}"), "words\nmore"),
        (multipart("mixed", PLAIN, b"Content-Type: application/rtf\n\n{\\rtf1 more}"), WORDS),
        (multipart("mixed", PDF, b"Content-Type: application/rtf; name=a.rtf\n\n{\\rtf1 more}"), ""),
        (lone(b"X: y", b"words\n" + uuencoded(DATA) + b"more"), "words\n\nmore"),
        (lone(b"Content-Type: text/x-unknown", b"words"), "words"),
    ],
    ids=range(42),
)  # fmt: skip
def test_the_parts_that_are_the_text_are_read(raw: bytes, expected: str) -> None:
    assert words(raw) == expected
    assert words(raw.replace(b"\n", b"\r\n")) == expected


@pytest.mark.parametrize(
    ("plain", "html", "is_stub"),
    [
        ("This message requires an HTML capable reader.", LONG, True),
        ("Your email client does not support HTML mail.", LONG, True),
        ("お使いのメールソフトはHTMLメールに対応していません。", LONG, True),
        ("このメールはＨＴＭＬ形式です。ブラウザでご覧ください。", LONG, True),
        ("To view this message, use a MIME-compatible reader", LONG, True),
        ("山田", LONG, True),
        ("(本文なし)", LONG, True),
        ("iPhoneから送信", f"{LONG}<br>iPhoneから送信", True),
        (
            "HTMLメールの配信を停止してください。対応をお願いします。",
            "HTMLメールの配信を停止してください。対応をお願いします。<br>山田",
            False,
        ),
        ("HTMLの表示について。" + LONG[:80], "HTMLの表示について。" + LONG * 3, False),
        ("Please delete my data.", "Please delete my data.<br>Taro", False),
        (LONG, LONG * 9, False),
        ("html: " + LONG * 3, "other", False),
    ],
    ids=range(13),
)
def test_a_stub_gives_way_to_the_form_that_says_it(plain: str, html: str, *, is_stub: bool) -> None:
    found = words(multipart("alternative", text(plain), text(f"<p>{html}</p>", "html")))
    assert (found == plain) is not is_stub
    assert is_stub is (html.partition("<")[0] in found and html.partition("<")[0] != plain)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ("Content-Transfer-Encoding: base64", base64.encodebytes(WORDS.encode("cp932")), WORDS),
        ("Content-Transfer-Encoding: BASE64 (x)", base64.encodebytes(WORDS.encode()), WORDS),
        (
            "Content-Transfer-Encoding: base64",
            base64.encodebytes(WORDS.encode()) + b"\n-- \nfooter",
            f"{WORDS}\n-- \nfooter",
        ),
        ("Content-Transfer-Encoding: base64", b"just words, really", "just words, really"),
        ("Content-Transfer-Encoding: Quoted-Printable", quopri.encodestring(WORDS.encode()), WORDS),
        ("Content-Transfer-Encoding: quoted-printable", b"=E9=96=8B= \n=e7=a4=ba=", "開示"),
        ("Content-Transfer-Encoding: x-none", b"abc", "abc"),
        ("Content-Transfer-Encoding: 7bit", WORDS.encode(), WORDS),
        ("X: y", quopri.encodestring(LONG.encode()), LONG),
        ("X: y", base64.encodebytes(LONG.encode()), LONG),
        ("X: y", b"a\0b\x1b[31m\xe2\x80\xaec", "ab[31mc"),
        ("X: y", "\ufeffa\ufeff\u2028b\x0bc\x85d".encode(), "a\nb\nc\nd"),
        ("X: y", b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("Content-Type: text/plain; charset=utf-16", "開示".encode("utf-16"), "開示"),
    ],
    ids=range(14),
)
def test_the_bytes_are_read_through_every_encoding(headers: str, body: bytes, expected: str) -> None:
    assert words(lone(headers.encode(), body)) == expected


@pytest.mark.parametrize(
    ("raw", "charsets"),
    [
        (lone(b"X: y", b"abc"), ("ascii",)),
        (lone(b"Content-Type: text/plain; charset=utf-8", b"abc"), ("ascii",)),
        (lone(b"Content-Type: text/plain; charset=utf-8", WORDS.encode()), ("utf-8",)),
        (lone(b"Content-Type: text/plain; charset=shift_jis", WORDS.encode("cp932")), ("cp932",)),
        (lone(b"Content-Type: text/plain; charset=utf-8", WORDS.encode("cp932")), ("cp932 (said utf-8)",)),
        (lone(b"Content-Type: text/plain; charset=taro", WORDS.encode("cp932")), ("cp932 (said unknown)",)),
        (lone(b"X: y", WORDS.encode("cp932")), ("cp932",)),
        (lone(b"Content-Type: text/html", b'<meta charset="shift_jis">' + WORDS.encode("cp932")), ("cp932",)),
        (multipart("mixed", PLAIN, PLAIN, b"\nabc"), ("utf-8", "ascii")),
        (multipart("alternative", PLAIN, HTML), ("utf-8",)),
        (multipart("alternative", text("see the HTML version"), text(LONG, "html")), ("utf-8",)),
        (multipart("alternative", text("開示"), text("<p>abc", "html")), ("utf-8",)),
        (multipart("mixed", PDF), ()),
    ],
    ids=range(13),
)
def test_the_codecs_that_read_the_text_are_named(raw: bytes, charsets: tuple[str, ...]) -> None:
    assert read(raw).charsets == charsets


@pytest.mark.parametrize(
    "meta",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset={}">',
        "<META CHARSET='{}'>",
        '<?xml version="1.0" encoding="{}"?>',
    ],
)
@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "windows-1253"])
def test_html_may_name_its_charset_itself(meta: str, charset: str) -> None:
    greeting = "Καλημέρα σας" if charset == "windows-1253" else "Прошу удалить"
    body = f"<html><head>{meta.format(charset)}</head><p>{greeting}</p></html>".encode(charset)
    assert words(lone(b"Content-Type: text/html", body)) == greeting


@pytest.mark.parametrize(
    ("parameters", "body", "expected"),
    [
        ("", "a \nb\nc", "a b\nc"),
        ("; delsp=yes", "個人 \n情報", "個人情報"),
        ("; DelSp=Yes", "a  \nb", "a b"),
        ("", " >not quoted\n From here", ">not quoted\nFrom here"),
        (
            "",
            "On Friday \nTaro wrote:\n> old \n> words\n>> older \nnew",
            "On Friday Taro wrote:\n> old \n> words\n>> older \nnew",
        ),
        ("", "words \n-- \nTaro", "words \n-- \nTaro"),
        ("", "words\n-- \nTaro", "words\n-- \nTaro"),
        ("", "a \n\nb", "a \nb"),
        ("", "", ""),
    ],
    ids=range(9),
)
def test_flowed_lines_are_joined(parameters: str, body: str, expected: str) -> None:
    assert words(lone(f"Content-Type: text/plain; format=Flowed{parameters}".encode(), body.encode())) == expected


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("enriched", "<bold>A</bold> is\nb.\n\n<color><param>red</param>C << d</color>", "A is b.\nC < d"),
        ("richtext", "<bold>Now</bold> is\nthe time.<nl>a <lt> b<np>c", "Now is the time.\na < b\n\nc"),
        ("markdown", "# *a*", "# *a*"),
        ("calendar", "X:Y\nSUMMARY;LANGUAGE=ja:相談\nDESCRIPTION:一\\n二\\, 三\n 四\nX:Y", "相談\n一\n二, 三四"),
        ("calendar", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR"),
    ],
    ids=range(5),
)  # fmt: skip
def test_other_forms_of_text_become_plain_lines(kind: str, body: str, expected: str) -> None:
    assert words(HEAD + text(body, kind)) == expected


@pytest.mark.parametrize(
    "raw",
    [
        lone(b"Content-Type: text/plain; charset=utf-8", "開示".encode() * 400_000),
        lone(b"Content-Transfer-Encoding: base64", base64.encodebytes("開示".encode() * 400_000)),
        multipart("mixed", *[text("開示" * 40_000)] * 12),
        lone(b"Content-Type: text/html; charset=utf-8", "<p>開示".encode() * 90_000),
    ],
    ids=["plain", "base64", "parts", "html"],
)
def test_of_a_text_too_long_the_beginning_is_kept(raw: bytes) -> None:
    found = read(raw)
    assert found.defects == ("text_cut",)
    assert found.text.startswith("開示")
    assert set(found.text) <= set("開示\n")
    assert 100_000 < len(found.text) <= MAX_TEXT_BYTES


def test_a_style_sheet_does_not_count_as_text() -> None:
    raw = lone(b"Content-Type: text/html", b"<style>" + b"p{} " * 150_000 + b"</style><p>words")
    assert (words(raw), read(raw).defects) == ("words", ())


BOMBS: dict[str, Callable[[], bytes]] = {
    "flowed": lambda: lone(b"Content-Type: text/plain; format=flowed", b"a \n" * 330_000),
    "enriched": lambda: lone(b"Content-Type: text/enriched", b"<param>" * 140_000),
    "brackets": lambda: lone(b"Content-Type: text/enriched", b"<" * 1_000_000),
    "richtext": lambda: lone(b"Content-Type: text/richtext", b"<nl>" * 250_000),
    "calendar": lambda: lone(b"Content-Type: text/calendar", b"SUMMARY;" * 125_000),
    "blanks": lambda: lone(b"X: y", b" " * 1_000_000 + b"<html>"),
    "blank alternatives": lambda: multipart("alternative", *[text("<b> </b>" * 12_000, "html")] * 290),
    "stubs in stubs": lambda: (
        HEAD
        + b"".join(
            b"Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\n\nsee the html version\n--b%d\n" % (n, n, n)
            for n in range(19)
        )
        + text("<p>x" * 90_000, "html")
    ),
    "two forms": lambda: multipart("mixed", text("http://" * 60_000), text("http://" * 50_000, "html")),
    "margin": lambda: multipart("mixed", PDF) + b"\n\n" * 10_000_000,
    "encoded": lambda: lone(b"X: y", b"=E3=81=82" * 4_000_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_text_of_any_size_is_read_in_two_seconds(name: str) -> None:
    raw = BOMBS[name]()
    found = within(2, lambda: read(raw))
    assert len(found.text) <= MAX_TEXT_BYTES


def test_every_prefix_of_a_mail_can_be_read() -> None:
    raw = multipart(
        "mixed", part("alternative", text("see the HTML"), HTML, boundary="c"), b"\n" + uuencoded(DATA[:99]), PDF
    )
    for end in range(len(raw)):
        root, _ = cut_mail(raw[:end])
        assert isinstance(text_of(root), Text)
        assert leaves(root)
