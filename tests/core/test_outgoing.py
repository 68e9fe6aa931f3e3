"""Whatever stands in a letter, the mail has the same headers, one recipient, and lines every server takes."""

import email.policy
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.core.gate import Permit, faults, text_digest
from mailbot.core.letters import Company, LetterKind, Rendered
from mailbot.core.outgoing import (
    MOST_REFERENCES,
    Address,
    Enclosed,
    Extra,
    Thread,
    compose,
    message_id,
    safe_header,
    thread_after,
)
from mailbot.core.reader.parse import parse
from mailbot.core.token import Audience, Token, TokenKeys, tokens_in

NOW = datetime(2026, 11, 20, 14, 10, 0, tzinfo=timezone(timedelta(hours=9)))
COMPANY = Company("株式会社いえのこと", "個人情報相談窓口", "privacy@company.test")
LETTER = Rendered("[KJ-2026-000123-M] お受けしました", "本文です。\n二行目。\n", "<!DOCTYPE html><p>本文です。</p>\n")
TO, OWN_ID = "sato@people.test", "<cv1.token.0123456789abcdef@company.test>"
NO_THREAD = Thread()
OF_A_MACHINE = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailbot-Kind")
OF_EVERY_MAIL = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
NAMES = (*OF_EVERY_MAIL, *OF_A_MACHINE)
PDF = b"%PDF-1.5\n" + bytes(range(256)) * 40


def mail(
    subject: str = LETTER.subject,
    desk: str = COMPANY.desk,
    own_id: str = OWN_ID,
    thread: Thread = NO_THREAD,
    kind: LetterKind = LetterKind.ACK,
) -> bytes:
    return compose(replace(COMPANY, desk=desk), kind, replace(LETTER, subject=subject), TO, own_id, thread, NOW)


def parsed(data: bytes) -> Message:
    return message_from_bytes(data, policy=email.policy.compat32)


def permit(kind: LetterKind = LetterKind.ACK, *files: bytes, reply_to: str = COMPANY.address) -> Permit:
    """What lets the mails of this module pass to staff."""
    digests = tuple(hashlib.sha256(one).hexdigest() for one in files)
    return Permit(TO, COMPANY.address, reply_to, None, kind, to_requester=False, approved_attachments=digests)


def enclosing(*files: Enclosed, kind: LetterKind = LetterKind.RELAY) -> bytes:
    return compose(COMPANY, kind, LETTER, TO, OWN_ID, NO_THREAD, NOW, Extra(attachments=files))


def in_words(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


# Words that have broken mail programs, and anything at all around them.
NASTY = st.sampled_from(
    [
        *(
            "\r\nBcc: thief@evil.test",
            "\nBcc: thief@evil.test",
            "\rBcc: x",
            "\r\n\r\nbody",
            "\x00",
            "\x0b",
            "\x1b$B",
            "\x7f",
        ),
        *("\u2028Bcc: x", "\u2029", "\x85Bcc: x", "\u202e", "\u200b", "\ufeff", "\ud800", "\udcff", "\U0010ffff"),
        *("=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwudGVzdA==?=", "=?utf-8?q?=0D=0ABcc:_thief@evil.test?=", "=?utf-8?q?a?="),
        *(
            "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=",
            "=?x-unknown?q?=ff?=",
            "=?",
            "?=",
            "=?utf-8?b?////?=",
            "=?utf-8?q??=",
        ),
        *(
            "a, b <x@evil.test>",
            '"',
            "\\",
            "<",
            ">",
            ",",
            ";",
            ":",
            "(",
            ")",
            "@",
            "\t",
            " ",
            "  ",
            "か\u3099",
            "e\u0301",
        ),
        *("あ" * 4000, "a" * 10_000, "a " * 5000, "=" * 900, "😀" * 300),
    ]
)
WORDS = st.lists(st.one_of(NASTY, st.text(max_size=40)), max_size=5).map("".join)
IDS = st.one_of(
    WORDS, st.from_regex(r"<[!-;=?-~]{1,240}>", fullmatch=True), WORDS.map(lambda text: f"<{text}@people.test>")
)


def wrong(data: bytes, thread: Thread) -> list[str]:
    """Return what the independent reader finds in the bytes: headers, line ends, lengths, one address each."""
    found = parsed(data)
    expected = Counter(
        [
            *NAMES,
            *(["In-Reply-To"] if thread.in_reply_to else []),
            *(["References"] if thread.references else []),
        ]
    )
    lines = data.split(b"\r\n")
    tests = {
        "headers": Counter(found.keys()) == expected,
        "recipient": found["To"] == TO,
        "sender": found["From"].rpartition("<")[2].rstrip(">") == "privacy@company.test"
        and found["Reply-To"] == "privacy@company.test",
        "line ends": not any(b"\r" in line or b"\n" in line for line in lines),
        "lengths": max(map(len, lines)) <= 998,
        "folding": not any(line and not line.strip() for line in lines),
        "ascii": data.isascii() and b"\x00" not in data,
        "gate": faults(data, permit()) == [],
        "text": found.get_payload(0).get_payload(decode=True).decode() == LETTER.text,
        "html": found.get_payload(1).get_payload(decode=True).decode() == LETTER.html,
    }
    return [name for name, is_right in tests.items() if not is_right]


@given(WORDS)
@example("=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwudGVzdA==?=")
@example("あ" * 10_000)
def test_any_subject_makes_a_sound_mail_that_says_the_same(subject: str) -> None:
    data = mail(subject=subject)
    assert wrong(data, NO_THREAD) == []
    assert in_words(parsed(data)["Subject"]) == safe_header(subject)


@given(WORDS)
@example("a, b <x@evil.test>\u200b")
@example("x@evil.test, y@evil.test")
@example("\u2028")
def test_any_name_of_the_desk_is_one_name(desk: str) -> None:
    data = mail(desk=desk)
    assert wrong(data, NO_THREAD) == []
    [address] = message_from_bytes(data, policy=email.policy.default)["From"].addresses
    assert address.addr_spec == "privacy@company.test"
    # the standard library keeps the blank between two encoded words, which RFC 2047 §6.2 tells readers to drop
    assert "".join(address.display_name.split()) == "".join(safe_header(desk).split())


@given(st.one_of(st.none(), IDS), st.lists(IDS, max_size=30))
def test_any_ids_make_one_thread_of_sound_lines(answered: str | None, references: list[str]) -> None:
    thread = thread_after(answered, references)
    data = mail(thread=thread)
    assert wrong(data, thread) == []
    found = parsed(data)
    assert (found["References"] or "").split() == list(thread.references)
    assert found["In-Reply-To"] == thread.in_reply_to
    assert len(thread.references) <= MOST_REFERENCES


@given(WORDS)
def test_an_id_never_becomes_a_header(own_id: str) -> None:
    for data in (mail(own_id=own_id.encode("ascii", "ignore").decode()), mail(thread=Thread(None, ("<a@b.test>",)))):
        assert Counter(parsed(data).keys()) - Counter([*NAMES, "References"]) == Counter()


@given(WORDS, WORDS, st.sampled_from(LetterKind))
def test_the_same_letter_has_the_same_bytes(subject: str, desk: str, kind: LetterKind) -> None:
    assert mail(subject, desk, kind=kind) == mail(subject, desk, kind=kind)


@given(st.text(), st.text())
def test_any_words_of_a_letter_arrive_as_they_were_written(text: str, words: str) -> None:
    html = f"<p>{escape(words)}</p>"
    data = compose(COMPANY, LetterKind.LETTER, Rendered("x", text, html), TO, OWN_ID, NO_THREAD, NOW)
    parts = [part.get_payload(decode=True).decode() for part in parsed(data).get_payload()]
    assert parts == [text.encode("utf-8", "replace").decode(), html.encode("utf-8", "replace").decode()]
    assert faults(data, permit(LetterKind.LETTER)) == []


def test_the_head_of_an_acknowledgement_is_pinned() -> None:
    thread = thread_after("<b@people.test>", ["<a@people.test>"])
    head, _, _ = mail(subject="[KJ-2026-000123-M] We have it", desk="Privacy desk", thread=thread).partition(
        b"\r\n\r\n"
    )
    assert head.decode().split("\r\n") == [
        "From: Privacy desk <privacy@company.test>",
        "Reply-To: privacy@company.test",
        "To: sato@people.test",
        "Subject: [KJ-2026-000123-M] We have it",
        "Date: Fri, 20 Nov 2026 14:10:00 +0900",
        f"Message-ID: {OWN_ID}",
        "In-Reply-To: <b@people.test>",
        "References: <a@people.test>",
        " <b@people.test>",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "X-Mailbot-Kind: ack",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="=_' + head.decode()[-33:-1] + '"',
    ]


def test_japanese_words_survive_every_reader() -> None:
    found = message_from_bytes(mail(), policy=email.policy.default)
    assert found["Subject"] == LETTER.subject
    assert found["From"].addresses[0].display_name == COMPANY.desk
    body = found.get_body(("plain",))
    assert body
    assert body.get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (kind, "auto-replied" if kind is LetterKind.ACK else "auto-generated")
        for kind in LetterKind
        if kind is not LetterKind.RELAY
    ],
)
def test_every_mail_of_a_machine_says_so(kind: LetterKind, expected: str) -> None:
    found = parsed(mail(kind=kind))
    assert (found["Auto-Submitted"], found["X-Mailbot-Kind"]) == (expected, kind.value)
    assert found["X-Auto-Response-Suppress"] == "All"
    assert Counter(found.keys()) == Counter(NAMES)


def test_a_relay_is_a_persons_mail_and_says_nothing_of_a_machine() -> None:
    found = parsed(mail(kind=LetterKind.RELAY))
    assert Counter(found.keys()) == Counter(OF_EVERY_MAIL)
    assert "mailbot" not in mail(kind=LetterKind.RELAY).decode().lower()


def test_answers_of_staff_go_to_an_address_of_their_own() -> None:
    own = "privacy+as2aaad5evhan7cbm2t8749tr6tndmj3a4zfwapd@company.test"
    data = compose(COMPANY, LetterKind.NOTICE, LETTER, TO, OWN_ID, NO_THREAD, NOW, Extra(reply_to=own))
    assert (parsed(data)["Reply-To"], parsed(data)["From"].rpartition("<")[2]) == (own, "privacy@company.test>")
    assert faults(data, permit(LetterKind.NOTICE, reply_to=own)) == []


def test_an_address_for_answers_never_becomes_a_header() -> None:
    extra = Extra(reply_to="a@b.test\r\nBcc: thief@evil.test")
    data = compose(COMPANY, LetterKind.NOTICE, LETTER, TO, OWN_ID, NO_THREAD, NOW, extra)
    assert Counter(parsed(data).keys()) == Counter(NAMES)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("  many   blanks\t", "many blanks"),
        ("a\r\nBcc: x", "a Bcc: x"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
        ("nul\x00 bell\x07 rtl\u202e zero\u200b", "nul bell rtl zero"),
        ("か\u3099", "が"),
        ("=?utf-8?b?44GC?=", "あ"),
        ("=?utf-8?b?DQpCY2M6IHg=?=", "Bcc: x"),
        ("\ud800x", "x"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_header_value_is_one_plain_line(value: str, expected: str) -> None:
    assert safe_header(value) == expected


THREADS = [
    (None, [], Thread()),
    ("<b@x.test>", [], Thread("<b@x.test>", ("<b@x.test>",))),
    ("<b@x.test>", ["<a@x.test>"], Thread("<b@x.test>", ("<a@x.test>", "<b@x.test>"))),
    ("<b@x.test>", ["<a@x.test>", "<b@x.test>"], Thread("<b@x.test>", ("<a@x.test>", "<b@x.test>"))),
    (None, ["<a@x.test>"], Thread(None, ("<a@x.test>",))),
    ("b@x.test", ["<a@x.test>"], Thread(None, ("<a@x.test>",))),
    ("<b@x.test>\r\nBcc: x", ["<a@x.test>\n"], Thread()),
    ("<b c@x.test>", ["<あ@x.test>", "<>", "<a<b@x.test>"], Thread()),
    ("<" + "b" * 241 + ">", [], Thread()),
]


@pytest.mark.parametrize(("answered", "references", "expected"), THREADS)
def test_only_ids_of_the_strict_grammar_thread(answered: str | None, references: list[str], expected: Thread) -> None:
    assert thread_after(answered, references) == expected


def test_of_too_many_references_the_newest_stay() -> None:
    ids = [f"<{number}@x.test>" for number in range(50)]
    thread = thread_after("<answered@x.test>", ids)
    assert thread.references == (*ids[-19:], "<answered@x.test>")


@pytest.mark.parametrize(("audience", "days"), [*zip(Audience, (90, 1100, 90, 14, 1), strict=True)], ids=str)
def test_a_token_is_good_for_as_long_as_its_mail_is_answered(audience: Audience, days: int) -> None:
    keys = TokenKeys("privacy@company.test", {"a": b"k" * 32}, "a")
    [text] = tokens_in(message_id(Address(TO, audience, 7, 1), "cause", keys, NOW.date()))
    token = keys.verify(text, NOW.date() + timedelta(days=days))
    assert token == Token(audience, 7, 1, NOW.date() + timedelta(days=days))
    assert keys.verify(text, NOW.date() + timedelta(days=days + 1)) is None


def test_a_moment_is_written_in_the_zone_it_is_given_in() -> None:
    data = compose(COMPANY, LetterKind.LETTER, LETTER, TO, OWN_ID, NO_THREAD, NOW.astimezone(UTC))
    assert parsed(data)["Date"] == "Fri, 20 Nov 2026 05:10:00 +0000"


def test_a_file_stands_behind_the_text_and_arrives_byte_by_byte() -> None:
    data = enclosing(Enclosed("開示.pdf", "application/pdf", PDF), Enclosed("b.txt", "text/plain", b"\x00--=_x\r\n"))
    found = message_from_bytes(data, policy=email.policy.default)
    assert found.get_content_type() == "multipart/mixed"
    body, *files = found.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html"]
    assert [(one.get_filename(), one.get_content_type(), one.get_content_disposition()) for one in files] == [
        ("開示.pdf", "application/pdf", "attachment"),
        ("b.txt", "text/plain", "attachment"),
    ]
    assert [one.get_payload(decode=True) for one in files] == [PDF, b"\x00--=_x\r\n"]
    read = parse(data)
    assert read.text == LETTER.text.strip()
    assert [one.name for one in read.attachments] == ["開示.pdf", "b.txt"]
    assert read.defects == ()


def test_the_lines_that_name_a_file_are_pinned() -> None:
    data = enclosing(Enclosed("開示 1.pdf", "application/pdf", b"x"))
    assert (
        b'\r\nContent-Type: application/pdf;\r\n name="_ 1.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        b"Content-Disposition: attachment;\r\n filename*=utf-8''%E9%96%8B%E7%A4%BA%201.pdf\r\n\r\neA==\r\n\r\n--=_"
    ) in data


FILE_NAMES = [
    ("report.pdf", "report.pdf", "report.pdf"),
    ("../../etc/passwd.pdf", "passwd.pdf", "passwd.pdf"),
    ("C:\\users\\hana\\a.pdf", "a.pdf", "a.pdf"),
    ("a\r\nBcc: thief@evil.test.pdf", "a Bcc_ thief@evil.test.pdf", "a Bcc_ thief_evil.test.pdf"),
    ("cod\u202efdp.exe", "codfdp.exe", "codfdp.exe"),
    ('a"; name="b.pdf', "a_; name=_b.pdf", "a__ name__b.pdf"),
    ("a\\", "attachment.pdf", "attachment.pdf"),
    ("", "attachment.pdf", "attachment.pdf"),
    ("\x00\u200b", "attachment.pdf", "attachment.pdf"),
    ("con.pdf", "_con.pdf", "_con.pdf"),
    ("開示", "開示", "attachment"),
    ("開示.pdf", "開示.pdf", "attachment.pdf"),
    ("か\u3099.pdf", "が.pdf", "attachment.pdf"),
    ("あ" * 300 + ".pdf", "あ" * 66 + ".pdf", "attachment.pdf"),
    ("😀" * 300 + ".pdf", "😀" * 66 + ".pdf", "attachment.pdf"),
    ("x" * 300, "x" * 70, "x" * 70),
]


@pytest.mark.parametrize(("name", "expected", "plain"), FILE_NAMES)
def test_a_file_has_a_safe_name_in_every_program(name: str, expected: str, plain: str) -> None:
    data = enclosing(Enclosed(name, "application/pdf", PDF), kind=LetterKind.NOTICE)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    [one] = parse(data).attachments
    assert one.name == expected
    assert f' name="{plain}"\r\n'.encode() in data
    assert faults(data, permit(LetterKind.NOTICE, PDF)) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("application/pdf", "application/pdf"),
        ("Image/JPEG", "image/jpeg"),
        ("", "application/octet-stream"),
        ("pdf", "application/octet-stream"),
        ("a/b\r\nBcc: x", "application/octet-stream"),
        ("a/b; name=c", "application/octet-stream"),
    ],
)
def test_a_file_has_a_plain_type(told: str, expected: str) -> None:
    [one] = parse(enclosing(Enclosed("a.bin", told, PDF))).attachments
    assert one.type == expected


@given(st.lists(st.tuples(WORDS, WORDS, st.binary(max_size=200)), min_size=1, max_size=3))
def test_any_files_make_a_sound_mail_and_the_same_bytes_each_time(files: list[tuple[str, str, bytes]]) -> None:
    enclosed = [Enclosed(*one) for one in files]
    data = enclosing(*enclosed, kind=LetterKind.LETTER)
    assert data == enclosing(*enclosed, kind=LetterKind.LETTER)
    found = faults(data, permit(LetterKind.LETTER, *(one.data for one in enclosed)))
    assert set(found) <= {"part_not_allowed"}  # a type of text/html or message/… may be composed but never leaves
    assert [one.sha256 for one in parse(data).attachments] == [hashlib.sha256(one.data).hexdigest() for one in enclosed]


def test_the_approved_digest_is_that_of_the_text_that_leaves() -> None:
    [text, _] = parsed(mail(kind=LetterKind.RELAY)).get_payload()
    assert text_digest(text.get_payload(decode=True).decode()) == text_digest(LETTER.text)
