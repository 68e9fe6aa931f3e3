"""Each target sees the fault it is there for, planted into the product, in inputs that are changed blindly."""

import hmac
import re
from typing import Any

import pytest

from mailbot.core import outgoing, token
from mailbot.core.desk import order
from mailbot.core.reader.attachment import attachment_name
from mailbot.core.reader.text import html
from mailbot.edge import auth, smtp
from mailbot.edge.imap import Fetched, Mailbox
from tests.fuzz import (
    fuzz_html,
    fuzz_imap,
    fuzz_name,
    fuzz_order,
    fuzz_outgoing,
    fuzz_reply,
    fuzz_results,
    fuzz_smtp,
    fuzz_token,
)
from tests.fuzz.claims import may_pass
from tests.fuzz.header_check import wrongs
from tests.fuzz.test_fuzz_can_fail import faults_of

_NEVER = re.compile(r"(?!)")
_SENT = smtp.Result(smtp.Outcome.SENT, "250")
_messages = Mailbox.messages


def another_uid(mailbox: Mailbox, uids: list[int]) -> list[Fetched]:
    return [Fetched(one.uid + 1, one.received_at, one.size_bytes, one.data) for one in _messages(mailbox, uids)]


ROWS: list[tuple[Any, str, Any, Any, str]] = [
    (auth, "_claims", lambda *_: 1, fuzz_results, "a pass stands under our name, once"),
    (auth, "_only", lambda results, _: next(iter(results), None), fuzz_results, "a sound header is read as written"),
    (hmac, "compare_digest", lambda *_: True, fuzz_token, "a token is accepted if it was minted, and says that"),
    (token, "_EPOCH", token._EPOCH.replace(2025), fuzz_token, "a token is accepted if it was minted, and says that"),
    (fuzz_token, "tokens_in", lambda _: (), fuzz_token, "a minted token between brackets is found"),
    (fuzz_reply, "newest", lambda text: (text, ()), fuzz_reply, "a sound reply is cut at its quotation"),
    (order, "_INVISIBLE", _NEVER, fuzz_order, "a sound block is read as typed"),
    (order, "_MARKER", _NEVER, fuzz_order, "what is read stands in a line of the mail"),
    (
        order,
        "_SLASHED",
        re.compile(r"[>＞\s]*[/／]\s*([^\s:：]*)[\s:：]*"),
        fuzz_order,
        "a command begins with its mark",
    ),
    (html, "_HIDING", _NEVER, fuzz_html, "what is hidden does not show"),
    (fuzz_html, "html_to_text", lambda _: "", fuzz_html, "what is seen stays, in its order"),
    (attachment_name, "safe_name", lambda name: name, fuzz_name, "a name "),
    (attachment_name, "_DEVICE", _NEVER, fuzz_name, "a name is no device"),
    (outgoing, "clean", lambda value: value, fuzz_outgoing, "no mail leaves with "),
    (
        outgoing,
        "_MESSAGE_ID",
        re.compile(r".*", re.DOTALL),
        fuzz_outgoing,
        "no mail leaves with a reference that is no",
    ),
    (Mailbox, "messages", another_uid, fuzz_imap, "only what was asked for is given, once"),
    (smtp, "_judged", lambda *_: _SENT, fuzz_smtp, "a mail is sent if the server took it"),
]


@pytest.mark.parametrize(
    ("module", "name", "planted", "target", "key"), ROWS, ids=[f"{one[3].__name__[16:]}-{one[1]}" for one in ROWS]
)
def test_a_planted_fault_is_found_without_an_engine(
    module: Any, name: str, planted: Any, target: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, planted)
    assert any(fault.key.startswith(key) for fault in faults_of(target.TARGET, 3_000))


OWN = "mx.company.test; dmarc=pass header.from=customer.test"


@pytest.mark.parametrize(
    ("values", "is_pass"),
    [
        ([OWN], True),
        ([OWN.replace(";", " 1;")], True),
        ([OWN.replace(" header", " (a comment; \\) more) header")], True),
        ([OWN, "mx.other.test; dmarc=fail"], True),
        ([], False),
        ([OWN, OWN], False),
        ([OWN, "mx.company.test(twin); ???"], False),
        ([OWN + "; dmarc=pass header.from=customer.test"], False),
        ([OWN.replace("dmarc=pass", "dmarc/2=pass")], False),
        ([OWN.replace("customer.test", "customer.test.evil.test")], False),
        ([OWN.replace("mx.company", "mx.other")], False),
        (["mx.company.test; spf=pass (dmarc=pass header.from=customer.test)"], False),
        (['mx.company.test; spf=pass smtp.mailfrom="; dmarc=pass header.from=customer.test"'], False),
        (['mx.company.test; spf=pass reason="; dmarc=pass header.from=customer.test'], False),
    ],
)
def test_the_grammar_of_claims_is_narrow(values: list[str], *, is_pass: bool) -> None:
    assert may_pass(values, "mx.company.test", "customer.test") is is_pass


HEAD = (
    b"From: =?utf-8?b?eA==?= <desk@company.test>\r\nReply-To: desk@company.test\r\nTo: taro@customer.test\r\n"
    b"Subject: x\r\nDate: Fri, 20 Nov 2026 14:10:00 +0000\r\nMessage-ID: <a@b.test>\r\nReferences: <a@b.test>\r\n"
    b" <c@b.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n"
)


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        (b"x", b"x", None),
        (b"Subject: x", b"Subject: x\nBcc: y", "a bare CR or LF"),
        (b"Subject: x", b"Subject: " + b"x" * 999, "a line of more than 998 bytes"),
        (b"Subject: x", b"Subject: \xe9", "a byte that is no ASCII character"),
        (b"Subject: x", b"Subject x", "a line that is no header"),
        (b"Subject: x", b"Bcc: x", "other headers than a mail has, or one of them twice"),
        (b"Subject: x", b"Subject: x\r\nTo: x@y.test", "other headers than a mail has, or one of them twice"),
        (b"To: taro", b"To: hanako", "another recipient"),
        (b"<desk@company.test>", b"<desk@evil.test>", "another sender"),
        (b"<desk@company.test>", b"x@evil.test, <desk@company.test>", "another sender"),
        (b"ID: <a@b.test>", b"ID: a@b.test", "no Message-ID"),
        (b" <c@b.test>", b" c@b.test", "a reference that is no Message-ID"),
    ],
)
def test_the_checker_of_headers_sees_each_wrong(before: bytes, after: bytes, wrong: str | None) -> None:
    mail = HEAD.replace(before, after, 1) if wrong else HEAD
    found = list(wrongs(mail, sender=b"desk@company.test", to=b"taro@customer.test", is_relay=True))
    assert wrong in found if wrong else not found
