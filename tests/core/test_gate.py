"""The gate lets a sound mail pass and names each thing that must not leave; every rule has a mail of its own."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core import gate, gate_page, gate_parts
from mailbot.core.gate import Permit, faults, text_digest
from mailbot.core.letters import LetterKind
from tests.effort import within

REF, OTHER = "KJ-2026-000123-M", "KJ-2026-000001-H"
TO, SENDER = "sato@people.test", "privacy@company.test"
STAFF_TOKEN = "as" + "aaad5evhan7cbm2t8749tr6tndmj3a4zfwapd"
CUSTOMER_TOKEN = "ac" + STAFF_TOKEN[2:]


def base64_of(text: str) -> str:
    return base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")


WORDS = f"お受けしました。\n番号 {REF}\n"
PAGE = f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{REF}</title><style>
p {{ margin: 0; font-family: "Noto Sans" }} .bar {{ justify-content: center }}
</style></head>
<body><p style="color:#111">お受けしました。<br>番号 {REF} <a href="mailto:privacy@company.test"></a></p></body></html>
"""
TEXT, HTML = base64_of(WORDS), base64_of(PAGE)
PDF, PHOTO = b"%PDF-1.5 invented", b"\xff\xd8\xff invented"
GOOD = f"""\
From: =?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=
 <{SENDER}>
Reply-To: {SENDER}
To: {TO}
Subject: [{REF}] =?utf-8?b?44GK5Y+X44GR?=
Date: Fri, 20 Nov 2026 14:10:00 +0900
Message-ID: <cv1.{CUSTOMER_TOKEN}.0123456789abcdef@company.test>
In-Reply-To: <a@people.test>
References: <a@people.test>
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
X-Mailbot-Kind: ack
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_x"

--=_x
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{TEXT}
--=_x
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

{HTML}
--=_x--
""".replace("\r\n", "\n").replace("\n", "\r\n")


def damaged(old: str, new: str) -> bytes:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1).encode("utf-8")


def with_text(text: str) -> bytes:
    return damaged(TEXT, base64_of(text))


def with_page(old: str, new: str) -> bytes:
    assert PAGE.count(old) >= 1, old
    return damaged(HTML, base64_of(PAGE.replace(old, new, 1)))


RELAYED = (
    GOOD.replace("Auto-Submitted: auto-replied\r\n", "")
    .replace("X-Auto-Response-Suppress: All\r\n", "")
    .replace("X-Mailbot-Kind: ack\r\n", "")
)


def relayed(old: str = "", new: str = "") -> bytes:
    assert RELAYED.count(old) >= 1, old
    return RELAYED.replace(old, new, 1).encode("utf-8")


def file_part(
    data: bytes, kind: str = 'application/pdf; name="a.pdf"', disposition: str = 'attachment; filename="a.pdf"'
) -> str:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head + base64.encodebytes(data).decode().replace("\n", "\r\n")


def enclosing(*parts: str, mail: str = GOOD) -> bytes:
    """A mail with parts of their own behind its text."""
    head, _, body = mail.partition("\r\n\r\n")
    inner = 'multipart/alternative; boundary="=_x"'
    head = head.replace(inner, 'multipart/mixed; boundary="=_out"')
    rest = "".join(f"\r\n--=_out\r\n{part}" for part in parts)
    return f"{head}\r\n\r\n--=_out\r\nContent-Type: {inner}\r\n\r\n{body}{rest}\r\n--=_out--\r\n".encode()


def digests(*files: bytes) -> tuple[str, ...]:
    return tuple(hashlib.sha256(one).hexdigest() for one in files)


PERMIT = Permit(TO, SENDER, SENDER, REF, LetterKind.ACK, to_requester=True)
RELAY = replace(PERMIT, kind=LetterKind.RELAY, approved_text=text_digest(WORDS))


def kind_of(mail: bytes) -> LetterKind:
    """The kind a mail of this module says it is, so that a row needs no permit of its own."""
    said = re.search(rb"\r\nX-Mailbot-Kind: (ack|letter|notice|digest)\r\n", mail)
    return LetterKind(said[1].decode()) if said else LetterKind.ACK


def found(mail: bytes, ref: str | None = REF, *, to_requester: bool = True) -> list[str]:
    return faults(mail, replace(PERMIT, ref=ref, to_requester=to_requester, kind=kind_of(mail)))


SOUND = [
    ("an acknowledgement", GOOD.encode()),
    ("a letter", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: letter")),
    ("the start of a thread", damaged("In-Reply-To: <a@people.test>\r\nReferences: <a@people.test>\r\n", "")),
    ("a plain name", damaged("=?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n ", "Privacy desk ")),
    ("a quoted name", damaged("=?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n ", '"Desk, \\"Privacy\\" <x>" ')),
    ("an id that looks like words", damaged("<a@people.test>", "<=?utf-8?b?////?=@people.test>")),
    ("a blank line before the parts", damaged("\r\n\r\n--=_x", "\r\n\r\n\r\n--=_x")),
    ("a text with no files behind it", enclosing()),
    ("a link that opens a mail", with_page("mailto:", "mailto:a@b.test?subject=https%3A&amp;body=")),
    ("a web address in words", with_page("番号", "https://www.company.test/ 番号")),
    ("a dash and a name", with_text("-- \n佐藤\nFrom: 12月3日\n件名は\nTo: 12月5日\nDate of this letter: x\n")),
    ("no name", damaged("=?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n <privacy@company.test>", SENDER)),
    ("a number that is no reference", with_text("Order INV-2026-000123-C, KJ-2026-000123-X")),
    ("a sign inside a line", with_text("3 > 2 ですか\n a -> b")),
    ("a token for the requester", with_text(f"<cv1.{CUSTOMER_TOKEN}.x@company.test>")),
    ("forty characters", with_text("a" + STAFF_TOKEN)),
    (
        "a line of 998",
        damaged("Subject: ", "Subject: " + "x" * (998 - len(f"Subject: [{REF}] =?utf-8?b?44GK5Y+X44GR?="))),
    ),
]


@pytest.mark.parametrize("mail", [row[1] for row in SOUND], ids=[row[0] for row in SOUND])
def test_a_sound_mail_may_leave(mail: bytes) -> None:
    assert found(mail) == []


DAMAGED = [
    ("a bare LF", damaged("--=_x\r\nContent", "--=_x\nContent"), ["bare_line_end", "unreadable"]),
    ("a bare CR", damaged("Date: Fri", "Date:\r Fri"), ["bare_line_end"]),
    (
        "a bare LF before a header",
        damaged("Date: Fri", "X: 1\nBcc: thief@evil.test\r\nDate: Fri"),
        ["bare_line_end", "header_not_allowed:x"],
    ),
    (
        "a line of 999",
        damaged("Date: ", "References: " + "x" * (999 - len("References: ")) + "\r\nDate: ").replace(
            b"References: <a@people.test>\r\n", b""
        ),
        ["line_too_long"],
    ),
    ("a long line", damaged("Date: ", "Date: " + "x" * 1000), ["line_too_long"]),
    ("a NUL", damaged("14:10:00", "14:10\x00"), ["not_ascii"]),
    ("raw UTF-8", damaged("Date: Fri", "Date: 金"), ["not_ascii"]),
    ("a Bcc", damaged("Date: ", "Bcc: thief@evil.test\r\nDate: "), ["header_not_allowed:bcc"]),
    ("a Cc in capitals", damaged("Date: ", "CC: thief@evil.test\r\nDate: "), ["header_not_allowed:cc"]),
    ("a Resent-To", damaged("Date: ", "Resent-To: thief@evil.test\r\nDate: "), ["header_not_allowed:resent-to"]),
    ("a blank before the colon", damaged("Date: ", "Bcc : thief@evil.test\r\nDate: "), ["header_not_allowed:bcc "]),
    ("a line that is no header", damaged("Date: ", "hello\r\nDate: "), ["header_not_allowed:hello"]),
    ("two subjects", damaged("Date: ", "Subject: y\r\nDate: "), ["header_twice:subject"]),
    ("two recipients' headers", damaged("To: sato", f"To: {TO}\r\nTo: sato"), ["header_twice:to"]),
    ("no date", damaged("Date: Fri, 20 Nov 2026 14:10:00 +0900\r\n", ""), ["header_missing:date"]),
    ("no Auto-Submitted", damaged("Auto-Submitted: auto-replied\r\n", ""), ["header_missing:auto-submitted"]),
    (
        "no Message-ID",
        damaged("Message-ID", "X-Mailbot-Kind"),
        ["header_twice:x-mailbot-kind", "header_missing:message-id"],
    ),
    ("another recipient", damaged("To: sato@", "To: thief@"), ["recipient_differs"]),
    ("a second recipient", damaged(f"To: {TO}", f"To: {TO}, thief@evil.test"), ["recipient_differs"]),
    ("a recipient by name", damaged(f"To: {TO}", f"To: Sato <{TO}>"), ["recipient_differs"]),
    ("a recipient in other letters", damaged(f"To: {TO}", f"To: {TO.upper()}"), ["recipient_differs"]),
    ("another sender", damaged(f" <{SENDER}>", " <hana@company.test>"), ["sender_differs"]),
    ("another Reply-To", damaged(f"Reply-To: {SENDER}", "Reply-To: hana@company.test"), ["reply_to_differs"]),
    (
        "a second Reply-To address",
        damaged(f"Reply-To: {SENDER}", f"Reply-To: {SENDER}, x@evil.test"),
        ["reply_to_differs"],
    ),
    (
        "a mail that claims a person wrote it",
        damaged("Auto-Submitted: auto-replied", "Auto-Submitted: no"),
        ["not_called_automatic"],
    ),
    ("two senders", damaged(f" <{SENDER}>", f" , thief@evil.test <{SENDER}>"), ["sender_differs"]),
    ("two senders in brackets", damaged(f" <{SENDER}>", f" <thief@evil.test> <{SENDER}>"), ["sender_differs"]),
    ("a sender behind ours", damaged(f" <{SENDER}>", f" <{SENDER}>, thief@evil.test"), ["sender_differs"]),
    (
        "a group",
        damaged("From: =?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n", "From: desk:\r\n"),
        ["sender_differs"],
    ),
]
TEXT_HEAD = 'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n'
PARTS = [
    ("a third form of the text", "--=_x--", "--=_x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--=_x--", "unreadable"),
    (
        "a third form in base64",
        "--=_x--",
        f"--=_x\r\n{TEXT_HEAD}\r\n{TEXT}\r\n--=_x--",
        "part_not_allowed",
    ),
    (
        "a file among the forms of the text",
        "--=_x--",
        "--=_x\r\n" + file_part(PDF) + "\r\n--=_x--",
        "part_not_allowed",
    ),
    ("no HTML", 'text/html; charset="utf-8"', 'text/plain; charset="utf-8"', "part_not_allowed"),
    ("another charset", 'text/plain; charset="utf-8"', 'text/plain; charset="utf-7"', "part_not_allowed"),
    ("a text that is a file", "base64\r\n", "base64\r\nContent-Disposition: attachment\r\n", "part_not_allowed"),
    ("a header in a part", "base64\r\n", "base64\r\nContent-Location: http://evil.test/\r\n", "part_not_allowed"),
    ("forms that are no alternatives", "multipart/alternative", "multipart/mixed", "part_not_allowed"),
    ("words before the parts", "\r\n\r\n--=_x", "\r\n\r\nhello\r\n--=_x", "unreadable"),
    ("words behind the parts", "--=_x--\r\n", "--=_x--\r\nhello\r\n", "unreadable"),
    ("a boundary with words", "--=_x\r\nContent", "--=_x hello\r\nContent", "unreadable"),
    ("another boundary", 'boundary="=_x"', 'boundary="=_y"', "unreadable"),
    ("a boundary without quotes", 'boundary="=_x"', "boundary==_x", "unreadable"),
    ("two boundaries", 'boundary="=_x"', 'boundary="=_x"; boundary="=_y"', "unreadable"),
    ("no multipart", 'multipart/alternative; boundary="=_x"', "text/plain", "unreadable"),
    ("another encoding", "Transfer-Encoding: base64", "Transfer-Encoding: quoted-printable", "unreadable"),
    ("two types", "Content-Type: text/plain", "Content-Type: text/html\r\nContent-Type: text/plain", "unreadable"),
    ("no encoding", "Content-Transfer-Encoding: base64\r\n", "", "unreadable"),
    ("an encoding named twice", "base64\r\n", "base64\r\nContent-Transfer-Encoding: 7bit\r\n", "unreadable"),
    ("base64 that breaks off", TEXT, TEXT.rstrip()[:-3], "unreadable"),
    ("letters behind the padding", TEXT, base64_of("a").rstrip() + base64_of("b"), "unreadable"),
    ("bits behind the last byte", TEXT, "YR==\r\n", "unreadable"),
    ("a sign that is not base64", TEXT, "-" + TEXT, "unreadable"),
    ("a blank in base64", TEXT, " " + TEXT, "unreadable"),
    ("bytes that are no UTF-8", TEXT, "/////w==\r\n", "unreadable"),
    ("a part without an end of its headers", "base64\r\n\r\n", "base64\r\n", "unreadable"),
]
DAMAGED += [(name, damaged(old, new), [code]) for name, old, new, code in PARTS]
DAMAGED += [
    ("a mail that breaks off", GOOD.encode()[:-9], ["unreadable"]),
    ("a mail whose last line never ends", GOOD.encode()[:-2], ["unreadable"]),
    ("a mail whose end is missing", GOOD.encode()[:-11], ["unreadable"]),
    ("words behind the end", GOOD.encode() + b"more\r\n", ["unreadable"]),
    ("a file", enclosing(file_part(PDF)), ["attachment_not_approved"]),
    ("a mail as a file", enclosing(file_part(PDF, 'message/rfc822; name="a.pdf"')), ["part_not_allowed"]),
    ("a page as a file", enclosing(file_part(PDF, 'text/html; name="a.pdf"')), ["part_not_allowed"]),
    ("a file without a type", enclosing(file_part(PDF, "")), ["part_not_allowed"]),
    ("a file that is shown", enclosing(file_part(PDF, disposition='inline; filename="a.pdf"')), ["part_not_allowed"]),
    (
        "a file with two names",
        enclosing(file_part(PDF, disposition='attachment; filename="a"; filename="b"')),
        ["part_not_allowed"],
    ),
    (
        "a file beside a page",
        enclosing(file_part(PDF).replace("\r\n\r\n", "\r\nContent-ID: <a@b>\r\n\r\n", 1)),
        ["part_not_allowed"],
    ),
    (
        "multiparts in multiparts in multiparts",
        enclosing("Content-Type: multipart" + enclosing().decode().replace("_out", "_mid").partition("multipart")[2]),
        ["unreadable"],
    ),
    (
        "a multipart that is a file",
        enclosing().replace(b'"=_x"\r\n', b'"=_x"\r\nContent-Disposition: inline\r\n'),
        ["unreadable"],
    ),
    ("a script", with_page("<p ", "<script>x</script><p "), ["html_markup"]),
    ("a form", with_page("<p ", '<form action="mailto:a@b.test"></form><p '), ["html_markup"]),
    ("a picture", with_page("<p ", '<img src="cid:a"><p '), ["html_markup"]),
    ("a remote picture", with_page("<p ", '<IMG SRC="http://evil.test/1"><p '), ["html_link", "html_markup"]),
    ("an event", with_page("<p ", '<p onclick="x()" '), ["html_markup"]),
    ("an attribute without quotes", with_page("<p ", "<p src=//evil.test/1 "), ["html_markup"]),
    ("a comment", with_page("<p ", "<!-- 秘密 --><p "), ["html_markup"]),
    ("a tag that never ends", with_page("</body>", "<img src=x"), ["html_markup"]),
    ("a page that sends the reader on", with_page("<title>", '<meta http-equiv="refresh"><title>'), ["html_markup"]),
    ("a web link", with_page("mailto:privacy@company.test", "https://evil.test/"), ["html_link"]),
    ("a web link in disguise", with_page("mailto:privacy@company.test", "&#104;ttp://evil.test/"), ["html_link"]),
    ("a script in a link", with_page("mailto:privacy@company.test", "javascript:x()"), ["html_link"]),
    ("a web address in an attribute", with_page('lang="ja"', 'lang="HTTP://evil.test/"'), ["html_link"]),
    ("a picture in a style", with_page("color:#111", "background:url(x)"), ["html_style"]),
    ("a picture in a style in capitals", with_page("color:#111", "background:URL(x)"), ["html_style"]),
    ("a picture in a style in disguise", with_page("color:#111", "background:u&#114;l(x)"), ["html_style"]),
    ("a picture in the sheet", with_page("margin: 0", "background: url(x)"), ["html_style"]),
    ("a sheet from elsewhere", with_page("p {", "@import 'x'; p {"), ["html_style"]),
    ("an escape in a style", with_page("color:#111", "background:u\\72l(x)"), ["html_style"]),
    ("words out of a style", with_page(".bar {", ".bar:before { content: 'x'; "), ["html_style"]),
]
TO_REQUESTER_ONLY = [
    ("a notice", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: notice"), ["kind_not_for_requesters"]),
    ("a digest", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: digest"), ["kind_not_for_requesters"]),
    ("a staff token in the id", damaged(CUSTOMER_TOKEN, STAFF_TOKEN), ["staff_token"]),
    ("a manager's token in the text", with_text(f"x {STAFF_TOKEN[0]}m{STAFF_TOKEN[2:]}\n"), ["staff_token"]),
    ("a token of a challenge", with_text(f"{STAFF_TOKEN[0]}x{STAFF_TOKEN[2:]}"), ["staff_token"]),
    ("a token of a bounce", with_text(f"{STAFF_TOKEN[0]}b{STAFF_TOKEN[2:]}"), ["staff_token"]),
    ("a staff token in capitals", with_text(STAFF_TOKEN.upper()), ["staff_token"]),
    ("a staff token in full width", with_text("".join(chr(ord(one) + 0xFEE0) for one in STAFF_TOKEN)), ["staff_token"]),
    ("a staff token in an address", with_text(f"privacy+{STAFF_TOKEN}@company.test"), ["staff_token"]),
    ("a staff token in a link", with_page("mailto:privacy", f"mailto:privacy+{STAFF_TOKEN}"), ["staff_token"]),
    (
        "a staff token in pieces",
        with_page("番号", f"{STAFF_TOKEN[:20]}<b>{STAFF_TOKEN[20:]}</b> 番号"),
        ["staff_token"],
    ),
    (
        "a staff token in entities",
        with_page("番号", f"&#{ord(STAFF_TOKEN[0])};{STAFF_TOKEN[1:]} 番号"),
        ["staff_token"],
    ),
    ("a staff token in the subject", damaged("Subject: ", f"Subject: {STAFF_TOKEN} "), ["staff_token"]),
    (
        "a staff token in an encoded subject",
        damaged("=?utf-8?b?44GK5Y+X44GR?=", f"=?utf-8?b?{base64.b64encode(STAFF_TOKEN.encode()).decode()}?="),
        ["staff_token"],
    ),
    (
        "a staff token among the references",
        damaged("References: <a@people.test>", f"References: <{STAFF_TOKEN}@x.test>"),
        ["staff_token"],
    ),
    ("another case in the text", with_text(f"See {OTHER}."), ["other_reference"]),
    ("another case in the HTML", with_page("番号", f"<b>{OTHER.lower()}</b> 番号"), ["other_reference"]),
    ("another case in the subject", damaged(f"[{REF}]", f"[{OTHER}]"), ["other_reference"]),
    (
        "another case in an encoded subject",
        damaged("=?utf-8?b?44GK5Y+X44GR?=", f"=?utf-8?b?{base64.b64encode(OTHER.encode()).decode()}?="),
        ["other_reference"],
    ),
    ("quoted words", with_text("> 私の電話番号は\n"), ["quoted_text"]),
    ("quoted words in full width", with_text("はい\n＞私の電話番号は\n"), ["quoted_text"]),
    ("another case in pieces", with_page("番号", f"{OTHER[:9]}<b>{OTHER[9:]}</b>"), ["other_reference"]),
    ("another case in full width", with_text("ＫＪ" + OTHER[2:]), ["other_reference"]),
    ("quoted words behind a blank", with_text("はい\n 　> 私の\n"), ["quoted_text"]),
    ("words in a frame", with_text("│ 私の電話番号は\n"), ["quoted_text"]),
    ("quoted words in the page", with_page("番号", "<br>&gt; 私の 番号"), ["quoted_text"]),
    ("an earlier mail", with_text("はい\n-----Original Message-----\n"), ["quoted_text"]),
    ("an earlier Japanese mail", with_text("はい\n---- 元のメッセージ ----\n"), ["quoted_text"]),
    ("the head of a mail", with_text("はい\nFrom: Sato\nSent: Friday\n"), ["quoted_text"]),
    ("the head of a Japanese mail", with_text("はい\n差出人：佐藤\n送信日時: 11/20\n"), ["quoted_text"]),
    ("a head the other way round", with_text("日付: 11/20\n差出人: 佐藤\n"), ["quoted_text"]),
    (
        "everything at once",
        with_text(f">{OTHER} {STAFF_TOKEN}").replace(b"Kind: ack", b"Kind: notice"),
        ["kind_not_for_requesters", "staff_token", "other_reference", "quoted_text"],
    ),
]
CONFIRMED = [
    ("a relay as it was confirmed", relayed(), RELAY, []),
    (
        "a relay with its file",
        enclosing(file_part(PDF), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(PDF)),
        [],
    ),
    (
        "a relay with a file of a Japanese name",
        enclosing(file_part(PDF, disposition="attachment; filename*=utf-8''%E9%96%8B.pdf"), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(PDF)),
        [],
    ),
    ("another line end", relayed(TEXT, base64_of(WORDS.replace("\n", " \r\n") + "\n\n")), RELAY, []),
    (
        "another form of a letter",
        relayed(TEXT, base64_of(WORDS.replace("番", "か\u3099番"))),
        RELAY,
        ["text_not_approved", "html_says_else"],
    ),
    (
        "another word in the text",
        relayed(TEXT, base64_of(WORDS + "以上。")),
        RELAY,
        ["text_not_approved", "html_says_else"],
    ),
    ("another sign in the text", relayed(TEXT, base64_of(WORDS + "!")), RELAY, ["text_not_approved"]),
    ("a relay nobody confirmed", relayed(), replace(RELAY, approved_text=""), ["text_not_approved"]),
    (
        "a letter with other words than confirmed",
        damaged("Kind: ack", "Kind: letter"),
        replace(PERMIT, kind=LetterKind.LETTER, approved_text=text_digest("x")),
        ["text_not_approved"],
    ),
    (
        "a letter as it was confirmed",
        damaged("Kind: ack", "Kind: letter"),
        replace(PERMIT, kind=LetterKind.LETTER, approved_text=text_digest(WORDS)),
        [],
    ),
    ("a word in the page alone", relayed(HTML, base64_of(PAGE.replace("番号", "新番号"))), RELAY, ["html_says_else"]),
    ("a word in the text alone", relayed(HTML, base64_of(PAGE.replace("番号", ""))), RELAY, ["html_says_else"]),
    ("a word in the title alone", relayed(HTML, base64_of(PAGE.replace("<title>", "<title>秘密"))), RELAY, []),
    ("other blanks and tags", relayed(HTML, base64_of(PAGE.replace("番号", "</p>\n<p><b>番</b>&#21495;"))), RELAY, []),
    (
        "a relay that calls itself a letter",
        damaged("Kind: ack", "Kind: letter"),
        RELAY,
        [
            "header_not_allowed:auto-submitted",
            "header_not_allowed:x-auto-response-suppress",
            "header_not_allowed:x-mailbot-kind",
            "kind_differs",
        ],
    ),
    (
        "two recipients that somebody allowed",
        damaged(f"To: {TO}", f"To: {TO}, x@y.test"),
        replace(PERMIT, recipient=f"{TO}, x@y.test"),
        ["recipient_differs"],
    ),
    (
        "a letter that is no machine's",
        relayed(),
        PERMIT,
        ["header_missing:auto-submitted", "header_missing:x-auto-response-suppress", "header_missing:x-mailbot-kind"],
    ),
    (
        "an acknowledgement in a notice's place",
        GOOD.encode(),
        replace(PERMIT, kind=LetterKind.LETTER),
        ["kind_differs"],
    ),
    (
        "an answer for staff",
        damaged(f"Reply-To: {SENDER}", "Reply-To: privacy+x@company.test"),
        replace(PERMIT, reply_to="privacy+x@company.test"),
        [],
    ),
    (
        "a file that is another one",
        enclosing(file_part(PHOTO), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(PDF)),
        ["attachment_not_approved", "attachment_missing"],
    ),
    ("a file that is missing", relayed(), replace(RELAY, approved_attachments=digests(PDF)), ["attachment_missing"]),
    (
        "a file too many",
        enclosing(file_part(PDF), file_part(PHOTO), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(PDF)),
        ["attachment_not_approved"],
    ),
    (
        "a file twice",
        enclosing(file_part(PDF), file_part(PDF), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(PDF)),
        ["attachment_not_approved"],
    ),
    (
        "a staff token in a file",
        enclosing(file_part(STAFF_TOKEN.encode()), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(STAFF_TOKEN.encode())),
        ["staff_token"],
    ),
    (
        "another case in a file",
        enclosing(file_part(OTHER.encode()), mail=RELAYED),
        replace(RELAY, approved_attachments=digests(OTHER.encode())),
        ["other_reference"],
    ),
    (
        "another case in the name of a file",
        enclosing(
            file_part(PDF, disposition=f"attachment; filename*=utf-8''{OTHER.replace('-', '%2D')}.pdf"), mail=RELAYED
        ),
        replace(RELAY, approved_attachments=digests(PDF)),
        ["other_reference"],
    ),
]
EVERY_ROW = [*DAMAGED, *TO_REQUESTER_ONLY]
SOURCES = [Path(one.__file__).read_text(encoding="utf-8") for one in (gate, gate_page, gate_parts)]
CODES = {code for source in SOURCES for code in re.findall(r'(?:yield f?|\[\*found, )"([a-z_]+)', source)}
CODES |= {"html_markup", "html_link", "html_style"}


@pytest.mark.parametrize(
    ("mail", "permit", "expected"), [row[1:] for row in CONFIRMED], ids=[row[0] for row in CONFIRMED]
)
def test_what_a_person_confirmed_leaves_and_nothing_else(mail: bytes, permit: Permit, expected: list[str]) -> None:
    assert faults(mail, permit) == expected


@pytest.mark.parametrize(("mail", "expected"), [row[1:] for row in EVERY_ROW], ids=[row[0] for row in EVERY_ROW])
def test_what_must_not_leave_is_named(mail: bytes, expected: list[str]) -> None:
    assert found(mail) == expected


@pytest.mark.parametrize(("mail", "expected"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
def test_a_damaged_mail_leaves_to_nobody(mail: bytes, expected: list[str]) -> None:
    assert found(mail, to_requester=False) == expected


@pytest.mark.parametrize("mail", [row[1] for row in TO_REQUESTER_ONLY], ids=[row[0] for row in TO_REQUESTER_ONLY])
def test_staff_may_see_what_requesters_may_not(mail: bytes) -> None:
    assert found(mail, to_requester=False) == []


def test_every_rule_has_a_mail_that_only_it_stops() -> None:
    rows = [*(row[2] for row in EVERY_ROW), *(row[3] for row in CONFIRMED)]
    alone = {expected[0].partition(":")[0] for expected in rows if len(expected) == 1}
    assert alone == CODES
    assert len(CODES) >= 24


def test_a_mail_of_no_case_names_none() -> None:
    assert found(GOOD.encode(), ref=None) == ["other_reference"]


UNREADABLE = [
    ("an unknown charset", damaged("=?utf-8?b?44GK5Y+X44GR?=", "=?x-nobody-knows?b?44GK?=")),
    ("an encoded word that breaks off", damaged("=?utf-8?b?44GK5Y+X44GR?=", "=?utf-8?b?44GK5?=")),
    ("bytes that are no UTF-8", damaged("=?utf-8?b?44GK5Y+X44GR?=", "=?utf-8?b?/////w==?=")),
]


@pytest.mark.parametrize("mail", [row[1] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_what_the_gate_cannot_read_does_not_leave(mail: bytes) -> None:
    assert found(mail) == ["unreadable"]


@given(st.binary(max_size=300))
def test_any_bytes_are_judged_and_none_leave(mail: bytes) -> None:
    assert found(mail) != []


@given(st.integers(0, len(GOOD)))
def test_a_mail_cut_anywhere_is_judged_without_an_error_and_stays(cut: int) -> None:
    assert found(GOOD.encode()[:cut]) != [] or cut == len(GOOD)


@given(st.text(), st.sampled_from(["\n", " \n", "\r\n", "\n\n\n"]))
def test_a_digest_is_of_the_words_and_not_of_their_line_ends(text: str, end: str) -> None:
    text = text.replace("\r", "")
    assert text_digest(text + end) == text_digest(text)
    assert text_digest(text + "x") != text_digest(text)
    assert text_digest("x" + text) != text_digest(text)


def test_a_digest_knows_no_two_ways_to_write_a_letter() -> None:
    assert text_digest("か\u3099\n") == text_digest("が")
    assert text_digest("a\nb") != text_digest("ab")


HOSTILE = [
    "あ" + "\u0301\u0316" * 100_000,
    "<" * 200_000,
    "<p>" * 60_000,
    "<p " * 60_000,
    "<style>" * 30_000,
    " \n" * 100_000,
    "From:\n" * 30_000,
    "-" * 200_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8].strip())
def test_no_words_keep_the_gate_busy(text: str) -> None:
    mail = damaged(HTML, base64_of(text)).decode().replace(TEXT, base64_of(text)).encode()
    within(2, lambda: found(mail))


def test_ten_megabytes_of_a_file_are_judged_in_time() -> None:
    data = bytes(range(256)) * 40_000
    permit = replace(PERMIT, approved_attachments=digests(data))
    mail = enclosing(file_part(data))
    assert within(5, lambda: faults(mail, permit)) == []
