"""Only what our own server wrote proves anything, and two who claim to be it prove nothing (RFC 8601 §5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.edge.auth import UNPROVED, Transport, transport

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
