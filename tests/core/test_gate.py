"""The gate lets a sound mail pass and names each thing that must not leave; every rule has a mail of its own."""

import base64
import quopri
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core import gate
from mailbot.core.gate import faults

REF, OTHER = "KJ-2026-000123-M", "KJ-2026-000001-H"
TO, SENDER = "sato@people.test", "privacy@company.test"
STAFF_TOKEN = "as" + "aaad5evhan7cbm2t8749tr6tndmj3a4zfwapd"
CUSTOMER_TOKEN = "ac" + STAFF_TOKEN[2:]


def base64_of(text: str) -> str:
    return base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")


def quoted_printable_of(text: str) -> str:
    return quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")


TEXT, HTML = base64_of(f"お受けしました。\n番号 {REF}\n"), base64_of(f"<p>お受けしました。{REF}</p>\n")
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


def with_text(text: str, encoded: str | None = None) -> bytes:
    return damaged(TEXT, encoded or base64_of(text))


def found(mail: bytes, ref: str | None = REF, *, to_requester: bool = True) -> list[str]:
    return faults(mail, TO, SENDER, ref, to_requester=to_requester)


SOUND = [
    ("an acknowledgement", GOOD.encode()),
    ("a letter", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: letter")),
    ("the start of a thread", damaged("In-Reply-To: <a@people.test>\r\nReferences: <a@people.test>\r\n", "")),
    ("a plain name", damaged("=?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n ", "Privacy desk ")),
    ("a quoted name", damaged("=?utf-8?b?5YCL5Lq65oOF5aCx55u46KuH56qT5Y+j?=\r\n ", '"Desk, \\"Privacy\\" <x>" ')),
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
    ("a bare LF", damaged("--=_x\r\nContent", "--=_x\nContent"), ["bare_line_end"]),
    ("a bare CR", damaged("Date: Fri", "Date:\r Fri"), ["bare_line_end"]),
    (
        "a bare LF before a header",
        damaged("Date: Fri", "X: 1\nBcc: thief@evil.test\r\nDate: Fri"),
        ["bare_line_end", "header_not_allowed:x"],
    ),
    ("a line of 999", damaged("Date: ", "Date: " + "x" * 1000), ["line_too_long"]),
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
    ("another Reply-To", damaged(f"Reply-To: {SENDER}", "Reply-To: hana@company.test"), ["sender_differs"]),
    (
        "a second Reply-To address",
        damaged(f"Reply-To: {SENDER}", f"Reply-To: {SENDER}, x@evil.test"),
        ["sender_differs"],
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
DAMAGED += [
    ("a mail that breaks off", GOOD.encode()[:-9], ["broken_off"]),
    ("a mail whose last line never ends", GOOD.encode()[:-2], ["broken_off"]),
    ("words behind the end", GOOD.encode() + b"more\r\n", ["broken_off"]),
]
TO_REQUESTER_ONLY = [
    ("a notice", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: notice"), ["kind_not_for_requesters"]),
    ("a digest", damaged("X-Mailbot-Kind: ack", "X-Mailbot-Kind: digest"), ["kind_not_for_requesters"]),
    ("a staff token in the id", damaged(CUSTOMER_TOKEN, STAFF_TOKEN), ["staff_token"]),
    ("a manager's token in the text", with_text(f"x {STAFF_TOKEN[0]}m{STAFF_TOKEN[2:]}\n"), ["staff_token"]),
    ("a staff token in capitals", with_text(STAFF_TOKEN.upper()), ["staff_token"]),
    (
        "a staff token in quoted-printable",
        with_text("", quoted_printable_of(STAFF_TOKEN)).replace(b"base64", b"quoted-printable", 1),
        ["staff_token"],
    ),
    ("a staff token in plain", with_text("", STAFF_TOKEN).replace(b"base64", b"7bit", 1), ["staff_token"]),
    ("another case in the text", with_text(f"See {OTHER}."), ["other_reference"]),
    ("another case in the HTML", damaged(HTML, base64_of(f"<b>{OTHER.lower()}</b>")), ["other_reference"]),
    ("another case in the subject", damaged(f"[{REF}]", f"[{OTHER}]"), ["other_reference"]),
    (
        "another case in an encoded subject",
        damaged("=?utf-8?b?44GK5Y+X44GR?=", f"=?utf-8?b?{base64.b64encode(OTHER.encode()).decode()}?="),
        ["other_reference"],
    ),
    ("quoted words", with_text("> 私の電話番号は\n"), ["quoted_text"]),
    ("quoted words in full width", with_text("はい\n＞私の電話番号は\n"), ["quoted_text"]),
    (
        "everything at once",
        with_text(f">{OTHER} {STAFF_TOKEN}").replace(b"Kind: ack", b"Kind: notice"),
        ["kind_not_for_requesters", "staff_token", "other_reference", "quoted_text"],
    ),
]
EVERY_ROW = [*DAMAGED, *TO_REQUESTER_ONLY]
CODES = {*re.findall(r'yield f?"([a-z_]+)', Path(gate.__file__).read_text(encoding="utf-8"))}


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
    alone = {expected[0].partition(":")[0] for _, _, expected in EVERY_ROW if len(expected) == 1}
    assert alone == CODES
    assert len(CODES) >= 13


def test_a_mail_of_no_case_names_none() -> None:
    assert found(GOOD.encode(), ref=None) == ["other_reference"]


UNREADABLE = [
    ("base64 that breaks off", damaged(TEXT, TEXT.rstrip()[:-3])),
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
