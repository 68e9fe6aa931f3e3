"""Only what our own server wrote proves anything, and two who claim to be it prove nothing (RFC 8601 §5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.reader.parse import parse
from mailbot.edge.auth import UNPROVED, Transport, is_internal, transport

ID = "mx.company.test"
SENDER = "sato@people.test"
OWN = f"{ID}; dmarc=pass header.from=people.test"
FORGED = "evil.test; dmarc=pass header.from=people.test"


def dmarc(*headers: str, authserv_id: str = ID, sender: str | None = SENDER) -> str | None:
    return transport(headers, authserv_id, sender).dmarc


COUNTED = [
    ("plain", [OWN], "pass"),
    ("folded", [f"{ID};\r\n\tdmarc=pass\r\n (p=reject) header.from=people.test"], "pass"),
    ("with version 1", [f"{ID} 1; dmarc=pass header.from=people.test"], "pass"),
    ("id in upper case", ["MX.Company.TEST; dmarc=pass header.from=people.test"], "pass"),
    ("result and domain in upper case", [f"{ID}; dmarc=PASS header.from=PEOPLE.Test"], "pass"),
    (
        "among other methods",
        [f"{ID}; spf=fail smtp.mailfrom=x.test; dkim=none; dmarc=pass header.from=people.test"],
        "pass",
    ),
    ("result none", [f"{ID}; dmarc=none header.from=people.test"], "none"),
    ("temporary error", [f"{ID}; dmarc=temperror header.from=people.test"], "temperror"),
    ("a stranger's above", [FORGED, OWN], "pass"),
    ("a stranger's below", [OWN, FORGED], "pass"),
    ("a stranger's garbage beside", [OWN, "((((", "", ";;", "evil.test"], "pass"),
    ("a name that ends like ours", [OWN, "evil-mx.company.test; dmarc=pass header.from=people.test"], "pass"),
]


@pytest.mark.parametrize(("headers", "expected"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_the_one_header_of_our_server_counts(headers: list[str], expected: str) -> None:
    assert dmarc(*headers) == expected


NOT_COUNTED = [
    ("none at all", []),
    ("a stranger's alone", [FORGED]),
    ("ours twice", [OWN, OWN]),
    ("ours twice in other words", [OWN, f"{ID} 1; dmarc=pass header.from=people.test"]),
    ("ours twice, once in upper case", [OWN.replace(ID, ID.upper()), OWN]),
    ("ours twice, once behind a comment", [OWN, f"(x) {ID}; dmarc=pass header.from=people.test"]),
    ("ours and a broken twin", [OWN, f"{ID}; ((("]),
    ("ours and a twin without results", [OWN, ID]),
    ("ours and a twin that says none", [OWN, f"{ID}; none"]),
    ("unknown version", [f"{ID} 2; dmarc=pass header.from=people.test"]),
    ("pass inside a comment", [f"{ID}; spf=none (dmarc=pass header.from=people.test) smtp.mailfrom=x.test"]),
    ("pass inside a quoted word", [f'{ID}; spf=pass smtp.mailfrom="; dmarc=pass header.from=people.test"']),
    ("pass inside a mail address", [f'{ID}; spf=pass smtp.mailfrom="a;dmarc=pass header.from=people.test"@x.test']),
    ("pass inside a reason", [f'{ID}; spf=none reason="dmarc=pass header.from=people.test" smtp.mailfrom=x.test']),
    ("another header.from", [f"{ID}; dmarc=pass header.from=evil.test"]),
    ("a longer header.from", [f"{ID}; dmarc=pass header.from=people.test.evil.test"]),
    ("a parent header.from", [f"{ID}; dmarc=pass header.from=test"]),
    ("a subdomain header.from", [f"{ID}; dmarc=pass header.from=mail.people.test"]),
    ("no header.from", [f"{ID}; dmarc=pass"]),
    ("the domain under another name", [f"{ID}; dmarc=pass smtp.mailfrom=people.test"]),
    ("only SPF and DKIM", [f"{ID}; spf=pass smtp.mailfrom=people.test; dkim=pass header.d=people.test"]),
    ("our id in a comment", [f"evil.test ({ID}); dmarc=pass header.from=people.test"]),
    ("our id as a prefix", [f"{ID}.evil.test; dmarc=pass header.from=people.test"]),
    ("an ARC set", [f"i=1; {OWN}"]),
    ("unreadable", [f"{ID}; dmarc=pass header.from=people.test ((("]),
    ("comments in comments without end", [f"{ID}; {'(' * 30_000}"]),
    ("two results of DMARC", [f"{ID}; dmarc=none; dmarc=pass header.from=people.test"]),
    ("two equal results of DMARC", [f"{OWN}; dmarc=pass header.from=people.test"]),
    ("two header.from", [f"{ID}; dmarc=pass header.from=evil.test header.from=people.test"]),
    ("a method of another version", [f"{ID}; dmarc/2=pass header.from=people.test"]),
    ("a blank that is one for Python only", [f"{ID}\xa01; dmarc=pass header.from=people.test"]),
    ("a vertical tab behind the id", [f"{ID}\x0b; dmarc=pass header.from=people.test"]),
]


@pytest.mark.parametrize("headers", [row[1] for row in NOT_COUNTED], ids=[row[0] for row in NOT_COUNTED])
def test_everything_else_proves_nothing(headers: list[str]) -> None:
    assert dmarc(*headers) is None


FAILS = [
    ("alone", [OWN.replace("pass", "fail")]),
    ("with a pass in a comment", [f"{ID}; dmarc=fail (dmarc=pass header.from=people.test) header.from=people.test"]),
    ("beside a pass under our name", [OWN, OWN.replace("pass", "fail")]),
    ("beside an ARC chain that passed", [OWN.replace("pass", "fail"), f"i=1; {OWN}"]),
    ("without header.from", [f"{ID}; dmarc=fail"]),
]


@pytest.mark.parametrize("headers", [row[1] for row in FAILS], ids=[row[0] for row in FAILS])
def test_a_fail_under_our_name_always_counts(headers: list[str]) -> None:
    assert dmarc(*headers) == "fail"


def test_a_fail_of_a_stranger_silences_nobody() -> None:
    assert dmarc(OWN, FORGED.replace("pass", "fail")) == "pass"
    assert dmarc(FORGED.replace("pass", "fail")) is None


def test_without_an_authserv_id_nobody_is_believed() -> None:
    assert transport([OWN, "; dmarc=pass header.from=people.test", ""], "", SENDER) == UNPROVED


@pytest.mark.parametrize(
    "sender", [None, "", "people.test@", "sato@evil.test", "sato@people.test.", "sato@реople.test"]
)
def test_a_pass_needs_the_sender_it_speaks_of(sender: str | None) -> None:
    assert dmarc(OWN, sender=sender) is None


def test_every_method_of_our_header_is_told() -> None:
    header = (
        f"{ID}; spf=softfail smtp.mailfrom=x.test; dkim=Pass header.d=people.test; dmarc=pass header.from=People.test"
    )
    assert transport([header], ID, SENDER) == Transport("pass", "pass", "softfail", "people.test")


WORDS = st.sampled_from(
    [ID, "evil.test", ";", "dmarc", "=", "pass", "(", ")", '"', "\\", " ", "header.from", "spf", "1"]
)


@given(st.lists(st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=12).map("".join)), max_size=4))
def test_any_headers_are_read_without_an_error_and_a_second_claim_proves_nothing(headers: list[str]) -> None:
    assert dmarc(*headers) in {None, "pass", "fail", "none"}
    assert dmarc(OWN, OWN, *headers) in {None, "fail"}


# A5 and A6, from the bytes of the mail on.


def of_mail(*lines: str, sender: str = SENDER) -> str | None:
    """Return the DMARC result that counts in a mail with these header lines."""
    raw = "\n".join([*lines, f"From: {sender}", "To: privacy@company.test", "", "x"]).encode()
    read = parse(raw)
    return transport(read.authentication_results, ID, read.sender).dmarc


REAL, EVIL = f"Authentication-Results: {OWN}", f"Authentication-Results: {FORGED}"
NONE = REAL.replace("pass", "none")


def test_a5_the_header_of_our_own_server_counts() -> None:
    assert of_mail(REAL) == "pass"
    assert of_mail("Received: from x by y; Fri, 20 Nov 2026 10:00:00 +0900", REAL) == "pass"


def test_a5_an_attackers_header_below_or_above_is_not_read() -> None:
    assert of_mail(EVIL) is None
    assert of_mail(NONE, EVIL) == of_mail(EVIL, NONE) == "none"
    assert of_mail(REAL, EVIL) == of_mail(EVIL, REAL) == "pass"


def test_a5_the_same_id_twice_proves_nothing() -> None:
    assert of_mail(REAL, REAL) is None
    assert of_mail(NONE, REAL) is None
    assert of_mail(REAL, NONE) is None
    assert of_mail(REAL, "Subject: x", REAL) is None


@pytest.mark.parametrize(
    "result",
    [
        "spf=pass (dmarc=pass header.from=people.test) smtp.mailfrom=evil.test",
        "spf=pass smtp.mailfrom=dmarc=pass",
        'spf=pass smtp.mailfrom="; dmarc=pass header.from=people.test"',
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=people.test"@evil.test',
        "spf=pass smtp.mailfrom=evil.test (a(b)dmarc=pass header.from=people.test)",
        'dkim=pass header.d=evil.test reason="; dmarc=pass header.from=people.test"',
    ],
)
def test_a5_a_pass_in_a_comment_or_another_property_is_none(result: str) -> None:
    assert of_mail(f"Authentication-Results: {ID}; {result}") is None


def test_a5_a_folded_header_is_read_as_one() -> None:
    assert of_mail(f"Authentication-Results: {ID};", "\tdmarc=pass", "  header.from=people.test") == "pass"
    assert of_mail(f"Authentication-Results: {ID};", "\tdmarc=pass", "  header.from=people.test", REAL) is None
    assert of_mail(f"X-Other: {ID};", " Authentication-Results:", f" {OWN}") is None


def test_a5_an_id_in_upper_case_is_ours_and_a_second_claim() -> None:
    assert of_mail(REAL.replace(ID, ID.upper())) == "pass"
    assert of_mail(REAL.replace(ID, ID.upper()), REAL) is None
    assert of_mail("AUTHENTICATION-results:" + OWN, REAL) is None


def test_a5_another_version_is_not_read() -> None:
    assert of_mail(f"Authentication-Results: {ID} 1; dmarc=pass header.from=people.test") == "pass"
    assert of_mail(f"Authentication-Results: {ID} 2; dmarc=pass header.from=people.test") is None
    assert of_mail(f"Authentication-Results: {ID} 2; dmarc=pass header.from=people.test", REAL) is None


def test_a5_a_spelling_that_a_border_may_not_strip_is_not_read() -> None:
    loose = REAL.replace("Results:", "Results :")
    assert of_mail(loose) is None
    assert of_mail(loose, REAL) == "pass"
    assert of_mail(REAL.replace("Results:", "Results\t:")) is None


@pytest.mark.parametrize("other", ["mx.\N{KELVIN SIGN}.test", "mx.k\xa0.test", "mx.\uff4b.test", "mx.k.test\u3000"])
def test_a5_an_id_that_only_python_takes_for_ours_is_a_strangers(other: str) -> None:
    forged = f"{other}; dmarc=pass header.from=people.test"
    assert transport([forged], "mx.k.test", SENDER) == UNPROVED
    assert transport([forged.replace(other, "mx.k.test")], "mx.k.test", SENDER).dmarc == "pass"


def test_a4_the_domain_of_a_pass_is_compared_whole_and_in_ascii() -> None:
    header = f"{ID}; dmarc=pass header.from=\N{KELVIN SIGN}.test"
    assert dmarc(header, sender="sato@k.test") is None
    assert dmarc(header.replace("\N{KELVIN SIGN}", "K"), sender="sato@k.test") == "pass"
    for other in ("evilpeople.test", "people.test.evil.test", "people.test.", "people-test", "mail.people.test"):
        assert dmarc(f"{ID}; dmarc=pass header.from={other}") is None


def test_a6_an_arc_chain_changes_nothing() -> None:
    chain = [
        f"ARC-Authentication-Results: i=1; {OWN}",
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=evil.test; s=s; h=from; bh=; b=",
        "ARC-Seal: i=1; a=rsa-sha256; cv=pass; d=evil.test; s=s; b=",
    ]
    assert of_mail(*chain) is None
    assert of_mail(*chain, REAL.replace("pass", "fail")) == "fail"
    assert of_mail(f"Authentication-Results: {ID}; arc=pass (i=1); dmarc=fail header.from=people.test") == "fail"
    assert of_mail(f"Authentication-Results: {ID}; arc=pass (dmarc=pass header.from=people.test)") is None


# The mark of our own border.

MARK = "X-MS-Exchange-Organization-AuthAs: Internal"
OTHER_LINES = "From: hana@company.test\nSubject: x\n"


def marked(*lines: str, mark: str = MARK) -> bool:
    return is_internal(("\n".join(lines) + f"\n{OTHER_LINES}\nbody\n{MARK}\n").encode(), mark)


INTERNAL = {
    "plain": [MARK],
    "in other letters": ["x-ms-exchange-organization-AUTHAS: Internal"],
    "without a blank": [MARK.replace(" ", "")],
    "folded": ["X-MS-Exchange-Organization-AuthAs:", "\tInternal"],
    "among others": ["Received: x", "X-MS-Exchange-Organization-SCL: 1", MARK],
}
FOREIGN = {
    "none": [],
    "twice": [MARK, MARK],
    "twice in other letters": [MARK, MARK.upper()],
    "twice, once loosely": [MARK, MARK.replace(":", " :")],
    "anonymous": [MARK.replace("Internal", "Anonymous")],
    "both": [MARK, MARK.replace("Internal", "Anonymous")],
    "in lower case": [MARK.replace("Internal", "internal")],
    "more words": [MARK + " x"],
    "a comment": [MARK + " (x)"],
    "empty": ["X-MS-Exchange-Organization-AuthAs:"],
    "spelled loosely": [MARK.replace(":", " :")],
    "a longer name": ["X-" + MARK],
    "a longer name behind": [MARK.replace(":", "-Old:")],
    "inside another header": ["X-Other: a", f" {MARK}"],
    "behind a broken line": [MARK, "no header", "X-Other: a"],
    "behind the end of the headers": ["X-Other: a", "", MARK],
}


@pytest.mark.parametrize("lines", INTERNAL.values(), ids=INTERNAL)
def test_the_one_mark_of_our_border_counts(lines: list[str]) -> None:
    assert marked(*lines)


@pytest.mark.parametrize("lines", FOREIGN.values(), ids=FOREIGN)
def test_any_other_mark_proves_nothing(lines: list[str]) -> None:
    assert not marked(*lines)


def test_without_a_value_any_value_will_do_but_an_empty_one() -> None:
    for mark in ("X-Own-Border", "X-Own-Border:", " x-own-border : "):
        assert marked("X-Own-Border: yes", mark=mark)
        assert not marked("X-Own-Border:", mark=mark)
        assert not marked("X-Own-Border: yes", "X-Own-Border: no", mark=mark)


@pytest.mark.parametrize("mark", ["", ":", ": Internal", " ", "X-\N{KELVIN SIGN}"])
def test_without_a_mark_nothing_is_internal(mark: str) -> None:
    assert not marked(MARK, "X-K: yes", mark=mark)


def test_a_value_may_hold_a_colon() -> None:
    assert marked("X-Border: a:b", mark="X-Border: a:b")
    assert not marked("X-Border: a:c", mark="X-Border: a:b")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    assert not is_internal(raw, MARK)
