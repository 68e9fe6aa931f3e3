"""Any bytes become an `Incoming`: real mail rightly, hostile mail in time and with its defects named."""

import base64
import hashlib
from collections.abc import Callable

import pytest

from mailbot.core.message import Attachment, Cut, Incoming, Language
from mailbot.core.reader.parse import parse
from tests.core.mails import HEAD, WORDS, multipart, nested, text
from tests.effort import within


def jis(text: str) -> bytes:
    """Return ISO-2022-JP as mailers write it; the standard codec knows the plain characters only."""
    return text.encode("iso2022_jp")


def word(data: bytes, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="


def test_a_japanese_mail_is_read_whole() -> None:
    raw = b"\r\n".join(
        [
            b"From: " + word(jis("山田太郎"), "iso-2022-jp") + b" <Taro@Customer.test>",
            b"To: privacy@company.test, " + word("窓口".encode(), "utf-8") + b" <desk@company.test>",
            b"Cc: hanako@customer.test",
            b"Subject: " + word(jis("開示請求について"), "ISO-2022-JP"),
            b"Message-ID: <1@customer.test>",
            b"In-Reply-To: <ack.1@company.test>",
            b"References: <ack.0@company.test>",
            b" <ack.1@company.test>",
            b"Authentication-Results: mx.company.test;",
            b" dmarc=pass header.from=customer.test",
            b"Content-Type: text/plain; charset=iso-2022-jp",
            b"",
            jis("住所を訂正してください。"),
            b"> " + jis("古い文"),
        ]
    )
    assert parse(raw) == Incoming(
        sender="Taro@customer.test",
        sender_name="山田太郎",
        from_address="Taro@Customer.test",
        to=("privacy@company.test", "desk@company.test"),
        cc=("hanako@customer.test",),
        subject="開示請求について",
        message_id="<1@customer.test>",
        shown_id="<1@customer.test>",
        in_reply_to=("<ack.1@company.test>",),
        references=("<ack.0@company.test>", "<ack.1@company.test>"),
        language=Language.JA,
        text="住所を訂正してください。\n> 古い文",
        reply_text="住所を訂正してください。",
        authentication_results=("mx.company.test; dmarc=pass header.from=customer.test",),
        charsets=("iso-2022-jp",),
        cuts=(Cut(2, 2, "quotation"),),
    )


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (word("開示".encode()[:4], "utf-8") + b"\r\n " + word("開示".encode()[4:], "utf-8"), "開示"),
        (b"=?utf-8?B?6ZaL5?= =?utf-8?B?6S6?=", "開示"),
        (word(jis("開"), "iso-2022-jp") + b" " + word("示".encode(), "utf-8"), "開示"),
        (b"=?iso-2022-jp?Q?=1B$B3+<=28=1B(B?=", "開示"),
        (b"=?utf-8?q?a_b?= c", "a b c"),
        (b"a =?utf-8?q?b?= =?utf-8?q?c?=", "a bc"),
        (b"=?shift_jis?B?" + base64.b64encode(WORDS.encode("cp932")) + b"?=", WORDS),
        (WORDS.encode(), WORDS),
        (WORDS.encode("cp932"), WORDS),
        (jis("開示"), "開示"),
        (b"=?x-unknown?B?" + base64.b64encode("開示".encode("cp932")) + b"?=", "開示"),
        (b"=?utf-8?B?" + base64.b64encode(b"a\r\nBcc: x@evil.test") + b"?=", "a Bcc: x@evil.test"),
        (b"=?utf-8?q?a=00=1B=5B31m=C2=9B=E2=80=AE=E2=80=A8b?=", "a[31m b"),
        (b"=?utf-8?B?!!!?= =?utf-8?Q?=ZZ?= =?=", "=ZZ =?="),
        (b"a\r\n\tb", "a\tb".replace("\t", " ")),
        (b"", ""),
    ],
    ids=range(16),
)
def test_subjects_are_decoded_and_harmless(raw: bytes, subject: str) -> None:
    assert parse(b"Subject: " + raw + b"\r\n\r\nx").subject == subject


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"<a@b.test>", ("<a@b.test>",)),
        (b"Your mail of Monday <a@b.test> (x) <c$1%2@[10.0.0.1]>", ("<a@b.test>", "<c$1%2@[10.0.0.1]>")),
        (b"<<a@[", ()),
        (b"a@b.test", ()),
        (b"<a b@c.test>", ()),
        (b"<a@b@c.test>", ()),
        ("<é@b.test>".encode(), ()),
        (b"<a@b.test\x00>", ()),
        (b"<" + b"a" * 3000 + b"@b.test>", ()),
        (b" ".join(b"<%d@b.test>" % n for n in range(30)), tuple(f"<{n}@b.test>" for n in range(10, 30))),
        (
            b" ".join(b"<%d%s@b.test>" % (n, b"x" * 240) for n in range(9)),
            tuple(f"<{n}{'x' * 240}@b.test>" for n in range(1, 9)),
        ),
    ],
    ids=range(11),
)
def test_only_ids_of_the_strict_grammar_come_out(value: bytes, ids: tuple[str, ...]) -> None:
    read = parse(b"Message-ID: " + value + b"\nReferences: " + value + b"\nIn-Reply-To: " + value + b"\n\nx")
    assert (read.references, read.in_reply_to, read.message_id) == (ids, ids, ids[0] if ids else None)


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Message-ID", "Date", "Content-Type"])
def test_a_header_that_may_stand_once_and_stands_twice_makes_the_sender_nobody(name: str) -> None:
    once = b"From: taro@customer.test\nTo: a@b.test\nSubject: s\nMessage-ID: <1@b.test>\nDate: x\nContent-Type: a/b\n"
    assert parse(once + b"\nx").sender == "taro@customer.test"
    read = parse(once + f"{name}: taro@customer.test\n\nx".encode())
    assert (read.sender, read.defects) == (None, (f"duplicate_{name.lower().replace('-', '_')}",))


def test_reply_to_and_sender_are_never_an_identity() -> None:
    raw = b"Reply-To: staff@company.test\nSender: staff@company.test\nReturn-Path: <staff@company.test>\n"
    assert parse(raw + HEAD + b"\nx").sender == "taro@customer.test"
    assert parse(raw + b"\nx").sender is None


def test_a_line_that_is_no_header_ends_the_headers_and_leaves_the_sender_in_doubt() -> None:
    read = parse(b"From: staff@company.test\nno header\nFrom: x@evil.test\n\nx")
    assert (read.sender, read.defects) == (None, ("headers_broken_off",))
    assert read.text == "no header\nFrom: x@evil.test\n\nx"


TEXT, HTML = text(WORDS), text("<p>html</p>", "html")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("Content-Disposition: attachment; filename=a.pdf", "a.pdf"),
        ('Content-Disposition: attachment; filename="a;b \\"c\\".pdf"', "a;b _c_.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''%E9%96%8B%E7%A4%BA.pdf", "開示.pdf"),
        (
            "Content-Disposition: attachment; filename*0*=shift_jis''%8AJ%8E; filename*1*=%A6; filename*2=\".pdf\"",
            "開示.pdf",
        ),
        ("Content-Disposition: attachment; filename*0=long; filename*1=er.pdf", "longer.pdf"),
        ('Content-Type: application/pdf; name="=?utf-8?B?6ZaL56S6?=.pdf"', "開示.pdf"),
        ("Content-Disposition: attachment; filename=開示.pdf", "開示.pdf"),
        ("Content-Disposition: attachment; filename=../../etc/passwd", "passwd"),
        ('Content-Disposition: attachment; filename="C:\\dir\\x.pdf"', "x.pdf"),
        ('Content-Disposition: attachment; filename="a\u202efdp.exe"', "afdp.exe"),
        ("Content-Disposition: attachment; filename*=utf-8''a%00%0D%0Ab.pdf", "a b.pdf"),
        ("Content-Disposition: attachment; filename=..", "attachment.txt"),
        ("Content-Disposition: attachment; filename=" + "x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Content-Disposition: attachment; filename=\u30ab\u3099.pdf", "\u30ac.pdf"),
        ("Content-Disposition: attachment", "attachment.txt"),
        ("Content-Type: message/rfc822", "message.eml"),
    ],
    ids=range(16),
)
def test_names_of_attachments_are_read_and_made_safe(headers: str, name: str) -> None:
    raw = multipart("mixed", TEXT, headers.encode() + b"\n\nx")
    assert [attachment.name for attachment in parse(raw).attachments] == [name]


def test_an_attachment_has_the_size_and_hash_of_its_decoded_bytes() -> None:
    data = bytes(range(256)) * 9 + b"\r\n"
    part = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)
    expected = Attachment("a.png", "image/png", len(data), hashlib.sha256(data).hexdigest())
    assert parse(multipart("mixed", TEXT, part)).attachments == (expected,)


@pytest.mark.parametrize(
    ("subject", "text", "language"),
    [
        ("", "開示を請求します", Language.JA),
        ("Request", "Please delete my data. My name is 山田.  I live in Tokyo and have been a customer.", Language.EN),
        ("", "iPhone の利用を停止してください https://www.example/a/long/link/to/somewhere", Language.JA),
        ("", "Hello\n> 古い日本語の文がここにあります。とても長いです。", Language.EN),
        ("", "123", Language.JA),
    ],
)
def test_the_language_is_that_of_the_newest_words(subject: str, text: str, language: Language) -> None:
    assert parse(f"Subject: {subject}\n\n{text}".encode()).language is language


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "1,000 parts deep": (lambda: nested(1_000), "too_deep"),
    "100,000 parts": (lambda: multipart("mixed", *[b"\nx"] * 100_000), "parts_limit"),
    "190 kB Content-Type": (
        lambda: HEAD + b"Content-Type: text/plain;" + b" a*0=b;" * 28_000 + b"\n\nx",
        "header_too_long",
    ),
    "340 kB Subject": (lambda: b"Subject: " + b"=?utf-8?q?a?= " * 25_000 + b"\n\nx", "headers_too_long"),
    "folded Subject": (lambda: b"Subject: " + b"a\n " * 40_000 + b"\n\nx", "headers_too_long"),
    "half a million headers": (lambda: b"A: b\n" * 500_000, "headers_too_long"),
    "no blank line": (lambda: b"A" * 5_000_000, "headers_broken_off"),
    "NULs": (lambda: b"\0" * 5_000_000, "headers_broken_off"),
    "open quotation": (lambda: b'From: "' + b"\\" * 300_000 + b"\n\nx", "header_too_long"),
    "ids": (lambda: b"References: " + b"<a@" * 100_000 + b"\n\nx", "headers_too_long"),
    "41 MB": (lambda: HEAD + b"\n" + b"x" * 42_000_000, "message_too_big"),
    "boundary candidates": (lambda: nested(19) + b"-" * 38_000_000, "too_deep"),
    "comments": (lambda: HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 200_000, ""),
    "tags": (lambda: HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 200_000, ""),
    "cells": (lambda: HEAD + b"Content-Type: text/html\n\n<td>" + b"x<br>" * 50_000 + b"<td>" + b"y" * 100_000, ""),
    "margins": (lambda: HEAD + b"Content-Type: text/html\n\n" + b'<p style="margin-top:99999em">x' * 12_000, ""),
    "blank alternatives": (
        lambda: multipart("alternative", *[b"Content-Type: text/html\n\n" + b"<b> </b>" * 12_000] * 290),
        "",
    ),
    "flowed": (lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 330_000, ""),
    "escapes": (lambda: HEAD + b"\n" + b"\x1b$B\x1b(B" * 160_000, ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_two_seconds_and_named(name: str) -> None:
    make, defect = BOMBS[name]
    raw = make()
    read = within(2, lambda: parse(raw))
    assert defect in (*read.defects, "")
    assert len(read.text) <= 1_000_000


def test_every_prefix_of_a_mail_can_be_read() -> None:
    raw = multipart("alternative", TEXT, HTML, b"Content-Type: application/pdf; name*=utf-8''%E9%96\n\nx")
    for end in range(len(raw)):
        assert isinstance(parse(raw[:end]), Incoming)


def test_what_was_read_how_is_passed_on() -> None:
    read = parse(HEAD + text("開示" * 600_000).replace(b"utf-8", b"shift_jis"))
    assert (read.charsets, read.defects) == (("utf-8 (said cp932)",), ("text_cut",))
