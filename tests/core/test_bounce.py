"""A bounce says who was not reached, why, and which mail of ours came back; every form of it is read, within limits."""

import json
from functools import partial

import pytest

from mailbot.core.message import Bounce, Machine
from mailbot.core.reader.machine.bounce import MAX_RECIPIENTS
from mailbot.core.reader.machine.bounce_text import clearly_failed, is_delay, perhaps_failed
from mailbot.core.reader.machine.delivery_status import Group, groups_in
from mailbot.core.reader.machine.returned_copy import cut_copy
from mailbot.core.reader.machine.smtp_status import better_status, derived_status, status_in
from mailbot.core.reader.parse import parse
from tests.effort import within

OURS = "<ack.1@company.test>"
COPY = f"Content-Type: message/rfc822\n\nReceived: by mx.test\nTo: taro@customer.test\nMessage-ID: {OURS}\n\ntext"
TARO = "Final-Recipient: rfc822; taro@customer.test\nAction: failed\nStatus: 5.1.1"


def mail(body: str, headers: str = "From: MAILER-DAEMON@mx.test") -> bytes:
    return f"{headers}\nTo: privacy@company.test\n\n{body}".encode()


def report(*parts: str, headers: str = "From: MAILER-DAEMON@mx.test") -> bytes:
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    return mail("".join(f"--b\n{part}\n" for part in parts) + "--b--", f"{headers}\n{kind}")


def status_part(*groups: str) -> str:
    return "Content-Type: message/delivery-status\n\n" + "\n\n".join(("Reporting-MTA: dns; mx.test", *groups))


def bounce(raw: bytes) -> Bounce:
    found = parse(raw).bounce
    assert found
    return found


def test_a_delivery_report_names_whom_it_missed_and_which_mail_came_back() -> None:
    reached = "Final-Recipient: rfc822; <hanako@customer.test>\nAction: delivered\nStatus: 2.0.0"
    raw = report("\n\nYour mail could not be delivered.", status_part(TARO.replace("taro", "Taro"), reached), COPY)
    assert bounce(raw) == Bounce(("taro@customer.test",), "5.1.1", OURS)


def test_an_old_bounce_is_read_from_its_text() -> None:
    body = "Mail of privacy@company.test: I'm not going to try again.\n<taro@customer.test>:\n550 5.1.1 unknown user\n"
    body += f"\n--- Below is a copy of it.\n\nReceived: by x\nMessage-ID: {OURS}\nTo: other@customer.test"
    assert bounce(mail(body)) == Bounce(("taro@customer.test",), "5.1.1", OURS)


def test_a_persons_mail_has_no_bounce() -> None:
    assert parse(mail("<taro@customer.test>: 550 5.1.1", "From: a@b.test\nSubject: 5.1.1")).bounce is None


def test_a_delay_names_whom_it_waits_for_and_says_that_nothing_has_failed() -> None:
    delayed = TARO.replace("failed", "Delayed").replace("5.1.1", "4.4.1")
    expected = Bounce(("taro@customer.test",), "4.4.1", OURS, is_delay=True)
    assert bounce(report("\n\nstill trying", status_part(delayed), COPY)) == expected
    words = "This is a warning message only.\n\n  taro@customer.test: 451 4.4.1 busy\n\nIt will be retried.\n"
    assert bounce(mail(f"{words}--- copy of it\nMessage-ID: {OURS}")) == expected


def test_of_a_delay_and_a_failure_in_one_report_only_the_failure_counts() -> None:
    delayed = "Final-Recipient: rfc822; hanako@customer.test\nAction: delayed\nStatus: 4.4.1"
    assert bounce(report(status_part(delayed, TARO), COPY)) == Bounce(("taro@customer.test",), "5.1.1", OURS)


def test_a_report_that_everybody_was_reached_is_no_bounce() -> None:
    read = parse(report(status_part(TARO.replace("failed", "relayed").replace("5.1.1", "2.0.0")), COPY))
    assert (read.machine, read.bounce) == (Machine.REPORT, None)


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ("Final-Recipient: rfc822;a@b.test", Group("a@b.test", "", None)),
        ("final-recipient: RFC822; <A@B.test>\nAction: Failed (no)", Group("a@b.test", "failed", None)),
        ("Final-Recipient:\n rfc822; a@b.test\nAction:\n error\nStatus:\n 5.1.1", Group("a@b.test", "error", "5.1.1")),
        ("Original-Recipient: rfc822;a@b.test", Group("a@b.test", "", None)),
        ("Original-Recipient: <a@b.test>", Group("a@b.test", "", None)),
        ("Original-Recipient: rfc822;a@b.test\nFinal-Recipient: rfc822;c@d.test", Group("c@d.test", "", None)),
        ("Final-Recipient: rfc822;@hub.test:a@in\nOriginal-Recipient: rfc822;a@b.test", Group("a@b.test", "", None)),
        ("Final-Recipient: x400; /S=a/O=b/\nOriginal-Recipient: rfc822; a@b.test", Group("a@b.test", "", None)),
        ("Final-Recipient: rfc822;a@ims-ms-daemon\nOriginal-Recipient: rfc822;a@b.test", Group("a@b.test", "", None)),
        ("Final-Recipient: rfc822;a@hub\nOriginal-Recipient: rfc822;a@b.test", Group("a@hub", "", None)),
        ("Final-Recipient: rfc822; nobody", Group("", "", None)),
        ("Final-Recipient: utf-8; 花子@b.test", Group("花子@b.test", "", None)),
        ("Final-Recipient: rfc822; o'neil@b.test", Group("o'neil@b.test", "", None)),
        ("Final-Recipient: rfc822; a@b.test\nStatus: 5.1.1 (unknown)", Group("a@b.test", "", "5.1.1")),
        ("Final-Recipient: rfc822; a@b.test\nStatus: 2.0.0", Group("a@b.test", "", None)),
        (
            "Final-Recipient: rfc822; a@b.test\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550-5.7.1\n no 550 5.7.2",
            Group("a@b.test", "", "5.7.1"),
        ),
        ("> Final-Recipient: rfc822; a@b.test\n> Action: failed", Group("a@b.test", "failed", None)),
    ],
)
def test_a_group_of_fields_is_read_in_any_dress(fields: str, group: Group) -> None:
    assert groups_in(f"Some words.\n\n{fields}\n\nMore words.") == [group]


def test_groups_end_at_blank_lines_at_other_text_and_where_a_recipient_comes_again() -> None:
    one, other = "Final-Recipient: rfc822; a@b.test\nStatus: 5.1.1", "Final-Recipient: rfc822; c@d.test\nStatus: 5.2.2"
    expected = [Group("a@b.test", "", "5.1.1"), Group("c@d.test", "", "5.2.2")]
    for between in ("\n\n", "\n\n\n", "\n", "\n--boundary\n", "\r\n\r\n"):
        assert groups_in(one + between + other) == expected


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("(#5.2.2)", "5.2.2"),
        ("550-5.7.26 SPF", "5.7.26"),
        ("5.1.0 - Unknown address error 550-'5.2.2 <a@b.test>... full'", "5.2.2"),
        ("host 192.5.1.1 said: 452 4.3.1 busy", "4.3.1"),
        ("version 5.5.2653.19", None),
        ("192.0.2.5 5.1.1.7", None),
        ("421 5.1.1 these two disagree", "5.1.1"),
        ("2.1.5 ok", None),
        ("5.1.３", None),
        ("理由：550 5.1.1", "5.1.1"),
        ("理由5.1.1", "5.1.1"),
        ("Mailer V5.1.1", None),
    ],
)
def test_an_enhanced_status_is_found_among_other_numbers(text: str, status: str | None) -> None:
    assert status_in(text) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 User unknown", "5.1.1"),
        ("this user does not exist", "5.1.1"),
        ("宛先のメールアドレスが見つかりません", "5.1.1"),
        ("mailbox is full", "5.2.2"),
        ("メールボックスが一杯です", "5.2.2"),
        ("said: 554 no", "5.0.0"),
        ("smtp;451 later", "4.0.0"),
        ("552", "5.0.0"),
        ("250 ok, 192.0.2.550", None),
        ("", None),
    ],
)
def test_only_plain_reasons_and_reply_codes_stand_for_a_status(text: str, status: str | None) -> None:
    assert derived_status(text) == status


@pytest.mark.parametrize(
    ("field", "said", "better"),
    [
        ("5.0.0", "5.1.1", "5.1.1"),
        ("4.4.7", "4.4.5", "4.4.5"),
        ("5.1.1", "5.0.0", "5.1.1"),
        ("5.1.1", None, "5.1.1"),
        (None, "5.1.1", "5.1.1"),
        (None, None, None),
    ],
)
def test_the_words_of_the_system_that_refused_tell_more_than_a_summary(
    field: str | None, said: str | None, better: str | None
) -> None:
    assert better_status(field, said) == better


@pytest.mark.parametrize(
    "line",
    [
        "taro@customer.test",
        "<taro@customer.test>",
        "   * taro@customer.test",
        "-- taro@customer.test",
        "・taro@customer.test",
        ">>> taro@customer.test <taro@customer.test>",
        '"taro@customer.test" <taro@customer.test>',
        "taro@customer.test<mailto:taro@customer.test>",
        "<taro@customer.test>:",
        "<taro@customer.test>: host mx.test said: 550",
        "Taro <taro@customer.test>: malformed",
        "other@customer.test <taro@customer.test>: malformed address",
        "taro@customer.test: 550 unknown",
        "taro@customer.test... User unknown",
        "taro@customer.test [User unknown]",
        "<taro@customer.test>   (5.1.1 unknown)",
        "taro@customer.test on Fri, 20 Nov 2026",
        "taro@customer.test Invalid Address, ERROR_CODE :550",
        "<taro@customer.test>  delivery failed; will not continue trying",
        "Recipient: <taro@customer.test>",
        ">>> RCPT To:<taro@customer.test>",
        "Could not be delivered to: <taro@customer.test>",
        "Undeliverable Address: taro@customer.test",
        "User mailbox exceeds allowed size: taro@customer.test",
        "Unable to deliver message to: <taro@customer.test>",
        "Delivery failed 20 attempts: taro@customer.test",
        "[Status: Error, Address: <taro@customer.test>, ResponseCode 421]",
        "宛先：taro@customer.test",
        "送信先メールアドレス: taro@customer.test",
        "Empfänger: taro@customer.test",
    ],
)
def test_a_failed_address_is_known_by_its_place(line: str) -> None:
    assert clearly_failed(["Some words.", line, "at mx.test 192.0.2.1"], set()) == {"taro@customer.test"}


@pytest.mark.parametrize(
    "line",
    [
        "There was an error delivering your mail to <taro@customer.test>.",
        "The following message to <taro@customer.test> was undeliverable.",
        "taro@customer.test宛のメールは届きませんでした。",
        "(Originally addressed to taro@customer.test)",
        "SMTP Server rejected recipient <taro@customer.test>",
        "554 taro@customer.test... unknown mailer error 255",
    ],
)
def test_else_it_is_sought_in_sentences_and_at_last_anywhere(line: str) -> None:
    others = ["please contact <support@mx.test>", "from privacy@company.test", "お問い合わせは help@mx.test へ"]
    assert clearly_failed([*others, line], set()) == set()
    assert perhaps_failed([*others, line, "write to postmaster@mx.test"], set()) == {"taro@customer.test"}


def test_a_sentence_is_believed_before_any_other_place_and_a_header_of_the_original_never() -> None:
    assert perhaps_failed(["root2@mx.test runs it", "taro@b.test宛のメールは届きません"], set()) == {"taro@b.test"}
    assert perhaps_failed(["root2@mx.test runs it", "mail to taro@b.test failed"], set()) == {"taro@b.test"}
    assert perhaps_failed(["To: hanako@b.test", "no mail to taro@b.test"], set()) == {"taro@b.test"}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["<a@b.test>: host said", "    <c@d.test>: rejected"], {"a@b.test"}),
        (["  a@b.test", "    (generated from c@d.test)", "  e@f.test"], {"a@b.test", "e@f.test"}),
        (["To: c@d.test", "Cc: e@f.test", "a@b.test"], {"a@b.test"}),
        (["a@b.test", "privacy@company.test"], {"a@b.test"}),
        (["a@b.test", "postmaster@b.test"], {"a@b.test"}),
        (["postmaster@b.test"], {"postmaster@b.test"}),
        (["<privacy@company.test>:"], {"privacy@company.test"}),
        (["please contact <help@b.test>: thanks"], set()),
        (["o'neil@b.test"], {"o'neil@b.test"}),
        (["'a@b.test'"], {"a@b.test"}),
    ],
)
def test_reasons_contacts_and_our_own_address_are_not_taken_for_failed_ones(lines: list[str], found: set[str]) -> None:
    assert clearly_failed(lines, {"privacy@company.test"}) == found


@pytest.mark.parametrize(
    "divider",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Original message follows -----",
        "   ----- Unsent message follows -----",
        "--- The header of the original message is following. ---",
        "------- Returned Message --------",
        "-------original mail info",
        "Original message headers:",
        "Original message follows.",
        "Message headers follow.",
        "Below is a copy of the original message:",
        "Included is a copy of the message header:",
        "Original mail as follows:",
        "元のメッセージ ヘッダー:",
        "|------------------------- Message text follows: ------------------------|",
        "From privacy@company.test  Fri Nov 20 14:10:01 2026",
        "Return-Path: <privacy@company.test>\nReceived: by x",
    ],
)
def test_a_report_ends_where_the_copy_begins(divider: str) -> None:
    said = ["Hi.", "To: a@b.test", "Subject: x", "", "The original message was received at 14:10", "<a@b.test>:", ""]
    lines, copy = cut_copy("\n".join([*said, divider, "To: c@d.test"]))
    assert lines == said
    assert copy[-1] == "To: c@d.test"


@pytest.mark.parametrize(
    "text",
    ["It will be retried.", "has not yet been delivered", "No action is required on your part", "配信が遅延しています"],
)
def test_a_warning_of_a_delay_is_known_by_its_words(text: str) -> None:
    assert is_delay(["Hi.", text])
    assert not is_delay(["Hi.", "This is a permanent error; I've given up.", "Delivery failed after 5 days."])


def test_one_line_that_looks_like_a_header_ends_no_report() -> None:
    for line in ("X-Note: our own word", "Received: nothing", "From: <a@b.test> RCPT: <c@d.test> no"):
        assert cut_copy(f"Hi.\n{line}\nmore words") == (["Hi.", line, "more words"], [])


def test_a_vague_status_is_made_telling_by_the_words_of_its_own_class_only() -> None:
    vague = TARO.replace("5.1.1", "4.0.0")
    assert bounce(report("\n\n<taro@customer.test>: 450 4.2.2 full", status_part(vague))).status == "4.2.2"
    assert bounce(report("\n\n<taro@customer.test>: 550 5.2.2 full", status_part(vague))).status == "4.0.0"


def test_our_id_is_found_in_the_copy_whatever_its_type_and_in_the_report_itself() -> None:
    for kind in ("message/rfc822", "text/rfc822-headers", "message/global-headers", "message/rfc822-headers"):
        assert bounce(report(status_part(TARO), COPY.replace("message/rfc822", kind))).original_message_id == OURS
    told = f"This report relates to your message:\n\n  Message-id: {OURS}\n\nRecipient address: taro@customer.test"
    assert bounce(mail(told)).original_message_id == OURS
    indented = f"Loop.\n\nOriginal mail as follows:\n\n   From a@b.test  Fri Nov 20\n   Message-ID:\n   {OURS}"
    assert bounce(mail(indented)).original_message_id == OURS
    assert bounce(report(status_part(TARO))).original_message_id is None


def test_a_report_without_addresses_is_about_the_one_the_copy_went_to() -> None:
    assert bounce(report("\n\nNo reason known.", status_part(), COPY)).recipients == ("taro@customer.test",)
    several = COPY.replace("To: taro@customer.test", "To: taro@customer.test, hanako@customer.test")
    assert bounce(report("\n\nNo reason known.", status_part(), several)).recipients == ()


def test_a_bounce_inside_a_bounce_is_about_the_mail_at_its_core() -> None:
    inner = report("\n\nUser unknown.", status_part(TARO), COPY).decode().replace("=b", "=c").replace("--b", "--c")
    inner = inner.replace("From:", "Message-ID: <inner@mx.test>\nFrom:")
    outer = mail(
        f"--b\n\nIt came back.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--",
        "From: MAILER-DAEMON@mx.test\nContent-Type: multipart/mixed; boundary=b",
    )
    assert bounce(outer) == Bounce(("taro@customer.test",), "5.1.1", OURS)


def test_recipients_listed_in_a_header_are_read() -> None:
    raw = mail("Sorry.", "From: a@b.test\nX-Failed-Recipients: taro@customer.test,\n Hanako@customer.test")
    assert bounce(raw).recipients == ("hanako@customer.test", "taro@customer.test")


def test_a_form_that_only_the_library_knows_is_read_by_it() -> None:
    body = "Your message has encountered delivery problems\nto local user taro.\n(Originally addressed to taro@b.test)"
    assert bounce(mail(f"{body}\nYour message reads (in part):\n\nx@y.test")).recipients == ("taro@b.test",)


@pytest.mark.parametrize("sender", ["", "(((" * 900, ",,,a" * 900, '"', "<<<@", "差出人", "a@b.test" * 900])
def test_a_sender_that_trips_the_library_costs_nothing_and_logs_nothing(
    sender: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = mail("Sorry, for taro@customer.test it failed.", f"From: {sender}\nX-Failed-Recipients: ,")
    assert bounce(raw).recipients == ("taro@customer.test",)
    assert caplog.records == []


def notice(**changes: object) -> bytes:
    told = {
        "emailAddress": "Taro@customer.test",
        "action": "failed",
        "status": "5.0.0",
        "diagnosticCode": "550 5.1.1 no",
    }
    mailed = {"commonHeaders": {"messageId": OURS}}
    whole = {"eventType": "Bounce", "bounce": {"bouncedRecipients": [told]}, "mail": mailed, **changes}
    return mail(json.dumps(whole) + "\n--\nto unsubscribe", "From: no-reply@cloud.test")


def test_a_notification_in_json_is_read_and_a_broken_one_says_nothing() -> None:
    assert bounce(notice()) == Bounce(("taro@customer.test",), "5.1.1", OURS)
    for value in (None, 1, "x", [], {"bouncedRecipients": 1}, {"bouncedRecipients": [1, {"emailAddress": [OURS]}]}):
        assert bounce(notice(bounce=value)).recipients == ()
    assert bounce(notice(mail=["x"])).original_message_id is None
    assert bounce(notice()[:150]).recipients in {(), ("taro@customer.test",)}
    assert bounce(mail('{"eventType":"Bounce",' + '"a":' + "[" * 90_000, "From: no-reply@cloud.test")).recipients == ()


def test_recipients_keep_their_limit() -> None:
    groups = [TARO.replace("taro", f"t{number:03}") for number in range(3 * MAX_RECIPIENTS)]
    assert len(bounce(report(status_part(*groups))).recipients) == MAX_RECIPIENTS
    lines = "\n".join(f"<t{number:03}@customer.test>: no" for number in range(3 * MAX_RECIPIENTS))
    assert len(bounce(mail(lines)).recipients) == MAX_RECIPIENTS


PIECES = [
    *("a@", "@a", "a@b.test ", "<a@b.test>", "to: a@b ", "<", "-", " ", ">", "\n", "a\n", "5.1.1", "550 ", "550-5.1.1"),
    *(
        "original message ",
        "-- copy of",
        "Final-Recipient: rfc822; a@b.test\n",
        "Diagnostic-Code: 5.",
        "To: a@b\nX-a: b\n",
    ),
    *(
        "Message-ID: <a@b>\n",
        "user mailbox",
        "rcpt to:<",
        "unknown user ",
        "a@b.test error ",
        "  a@b.test\n",
        "宛先",
        ", a@b,",
    ),
    *(
        "not be delivered to ",
        '{"eventType":"Bounce",',
        "Hi. This is the\n\n<a@b.test>:\n",
        "a.b@c.test... ",
        "'",
        '"a" <',
    ),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_megabyte_of_anything_is_read_in_time(piece: str) -> None:
    run = piece * (1_000_000 // len(piece))
    lines = "\n".join([(piece.replace("\n", " ") * 400)[:390]] * 2_500)
    for raw in (mail(run), mail(lines), report(status_part(run))):
        within(5, partial(parse, raw))
