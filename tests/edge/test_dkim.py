"""A signature counts when it is ours in every respect; anything less proves nothing, and a silent DNS least of all.

Mails are signed here twice over: by a few lines of this file, written from RFC 6376 alone, and by dkimpy.
"""

import base64
import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from dns import flags, message, rcode, rrset
from dns.resolver import Resolver
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.desk.proof import Signature
from mailbot.core.reader.parse import parse
from mailbot.edge.dkim import MAX_SIGNATURE_BYTES, signature_of
from mailbot.edge.dns import LIFETIME_S, DnsTrouble, Resolving
from tests.effort import within

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Lines: TypeAlias = Sequence[tuple[str, str]]

PASS, FAIL, UNKNOWN = Signature.PASS, Signature.FAIL, Signature.UNKNOWN
ARRIVED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SENDER = "hana@company.test"
HEAD = [
    ("From", "Hana <hana@company.test>"),
    ("To", "privacy@company.test"),
    ("Subject", "Re: [KJ-2026-000123-C]  request"),
    ("Date", "Fri, 20 Nov 2026 09:58:00 +0900"),
    ("Message-ID", "<1@company.test>"),
]
THREAD = [("In-Reply-To", "<0@company.test>"), ("References", "<00@company.test> <0@company.test>")]
BODY = "/take \r\n\r\nMy  answer.\r\n\r\n\r\n"
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
SHORT_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- the weak key is the test
ED25519 = ed25519.Ed25519PrivateKey.generate()


def public(key: PrivateKey) -> bytes:
    """Return the `p=` of a key's DNS record."""
    raw, spki = serialization.PublicFormat.Raw, serialization.PublicFormat.SubjectPublicKeyInfo
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.Raw, raw))
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, spki))


def record(key: PrivateKey = RSA, more: bytes = b"") -> bytes:
    kind = b"ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else b"rsa"
    return b"v=DKIM1; k=" + kind + b"; " + more + b"p=" + public(key)


class Zone:
    """The DNS of a test: names and their records; a name that is silent is trouble."""

    def __init__(self, records: dict[str, bytes | None] | None = None, silent: Sequence[str] = ()) -> None:
        self.records = {"s._domainkey.company.test.": record()} if records is None else records
        self.silent = silent
        self.asked: list[str] = []

    def lookup(self, name: str) -> bytes | None:
        self.asked.append(name)
        if name in self.silent:
            raise DnsTrouble("Timeout")
        return self.records.get(name)


# A signer of relaxed/relaxed mail, from RFC 6376 §3.4 and §3.7.


def relaxed(name: str, value: str) -> str:
    return f"{name.lower()}:{' '.join(value.split())}"


def sealed(key: PrivateKey, text: str, algorithm: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return base64.b64encode(key.sign(digest)).decode()
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA1() if "sha1" in algorithm else SHA256())).decode()  # noqa: S303 -- a weak signature is the test


def written(lines: Lines, body: str) -> bytes:
    return ("".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n" + body).encode()


def signature(lines: Lines, body: str, key: PrivateKey = RSA, **tags: str | None) -> tuple[str, str]:
    """Return a DKIM-Signature over all these lines; `tags` add, replace or (None) remove tags of it."""
    plain = "\r\n".join(" ".join(line.split()) if line.strip() else "" for line in body.split("\r\n")).rstrip("\r\n")
    plain = plain + "\r\n" if plain else ""
    algorithm = "ed25519-sha256" if isinstance(key, ed25519.Ed25519PrivateKey) else "rsa-sha256"
    names = [name for name, _ in lines]
    made = {"v": "1", "a": algorithm, "c": "relaxed/relaxed", "d": "company.test", "s": "s"}
    made |= {"t": str(int(ARRIVED.timestamp()) - 60), "h": ":".join(names)}
    made["bh"] = base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()
    made = {tag: text for tag, text in (made | tags).items() if text is not None} | {"b": ""}
    value = "; ".join(f"{tag}={text}" for tag, text in made.items())
    wanted = [name.strip().lower() for name in made.get("h", "").split(":")]
    left, text = list(reversed(lines)), ""  # of several headers of a name, the lowest is signed first
    for name in wanted:
        if found := next((one for one in left if one[0].lower() == name), None):
            left.remove(found)
            text += relaxed(*found) + "\r\n"
    text += relaxed("DKIM-Signature", value)
    return "DKIM-Signature", value + sealed(key, text, made.get("a", ""))


def mail(lines: Lines = HEAD, body: str = BODY, key: PrivateKey = RSA, **tags: str | None) -> bytes:
    return written([signature(lines, body, key, **tags), *lines], body)


def outcome(raw: bytes, zone: Zone | None = None, received_at: datetime = ARRIVED, sender: str = SENDER) -> Signature:
    return signature_of(raw, sender, received_at, (zone or Zone()).lookup)


def without(name: str, lines: Lines = HEAD) -> list[tuple[str, str]]:
    return [line for line in lines if line[0] != name]


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def test_a_mail_signed_by_its_own_domain_passes() -> None:
    zone = Zone()
    assert outcome(mail(), zone) is PASS
    assert zone.asked == ["s._domainkey.company.test."]
    assert outcome(mail([*HEAD, *THREAD])) is PASS
    assert outcome(mail(), sender="hana@Company.TEST") is PASS


def test_a_mail_signed_with_ed25519_passes() -> None:
    zone = Zone({"s._domainkey.company.test.": record(ED25519)})
    assert outcome(mail(key=ED25519), zone) is PASS
    assert outcome(mail(key=ed25519.Ed25519PrivateKey.generate()), zone) is FAIL


@pytest.mark.parametrize("form", [b"relaxed/relaxed", b"relaxed/simple", b"simple/simple", b"simple/relaxed"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_mail_signed_by_dkimpy_passes_in_every_form(form: bytes, end: bytes) -> None:
    head, body = form.split(b"/")
    raw = written([*HEAD, ("X-Long", "a\r\n\tb"), *THREAD], BODY).replace(b"\r\n", end)
    pem = RSA.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    line = dkim.sign(raw, b"s", b"company.test", pem, canonicalize=(head, body), linesep=end)
    stamp = re.search(rb"t=(\d+)", line)
    assert stamp
    signed_at = datetime.fromtimestamp(int(stamp[1]), UTC)
    assert outcome(line + raw, received_at=signed_at) is PASS
    assert outcome(line + raw.replace(b"answer", b"Answer"), received_at=signed_at) is FAIL
    assert outcome(line + raw.replace(b"privacy@", b"Privacy@"), received_at=signed_at) is FAIL


RFC_8463 = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
FOOTBALL: dict[str, bytes | None] = {
    "brisbane._domainkey.football.example.com.": (
        b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    ),
    "test._domainkey.football.example.com.": (
        b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
        b"Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2"
        b"kryOTIKT+l/K4w3QIDAQAB"
    ),
}
SIGNED_2018 = datetime.fromtimestamp(1528637909, UTC)


def test_the_example_of_rfc_8463_passes_by_its_strong_key_alone() -> None:
    zone = Zone(FOOTBALL)
    assert outcome(RFC_8463, zone, SIGNED_2018, "joe@football.example.com") is PASS
    assert zone.asked == ["brisbane._domainkey.football.example.com."]
    by_rsa = b"DKIM-Signature: " + RFC_8463.split(b"DKIM-Signature: ")[2]
    assert outcome(by_rsa, zone, SIGNED_2018, "joe@football.example.com") is FAIL  # 1024 bits
    assert dkim.DKIM(by_rsa).verify(dnsfunc=lambda name, **_: FOOTBALL[name.decode()])


# A7, line by line.


def test_a7_a_body_appended_past_its_length_is_refused() -> None:
    length = str(len("/take\r\n\r\nMy answer.\r\n"))
    raw = mail(l=length)
    assert outcome(raw) is FAIL
    assert outcome(raw + b"/spam\r\n") is FAIL
    assert outcome(mail(l="0")) is FAIL
    assert outcome(mail() + b"x") is FAIL


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "Message-ID"])
def test_a7_a_header_that_is_not_signed_is_refused(name: str) -> None:
    names = ":".join(one for one, _ in HEAD if one != name)
    zone = Zone()
    assert outcome(mail(h=names), zone) is FAIL
    assert outcome(mail(h=names).replace(b"To: privacy", b"To: other"), zone) is FAIL
    assert outcome(mail(without(name)), zone) is FAIL
    assert zone.asked == []


@pytest.mark.parametrize("name", ["In-Reply-To", "References", "Cc"])
def test_a7_a_thread_or_copy_line_must_be_signed_where_there_is_one(name: str) -> None:
    line = (name, "<2@company.test>" if name != "Cc" else "boss@company.test")
    assert outcome(mail([*HEAD, line])) is PASS
    assert outcome(mail([*HEAD, line], h=":".join(one for one, _ in HEAD))) is FAIL
    added = written([signature(HEAD, BODY), *HEAD, line], BODY)
    assert outcome(added) is FAIL
    oversigned = signature(HEAD, BODY, h=":".join([*(one for one, _ in HEAD), name]))
    assert outcome(written([oversigned, *HEAD], BODY)) is PASS
    assert outcome(written([oversigned, *HEAD, line], BODY)) is FAIL


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "Message-ID", "References", "Cc"])
@pytest.mark.parametrize("place", ["above", "below"])
def test_a7_a_header_that_stands_twice_is_refused(name: str, place: str) -> None:
    lines = [*HEAD, *THREAD, ("Cc", "boss@company.test")]
    signed = [signature(lines, BODY), *lines]
    second = (name, "x@evil.test")
    assert outcome(written(signed, BODY)) is PASS
    assert outcome(written([second, *signed] if place == "above" else [*signed, second], BODY)) is FAIL


@pytest.mark.parametrize(("old", "new"), [("Hana <hana", "Hans <hana"), ("privacy@", "other@"), ("000123", "000124")])
def test_a7_a_signed_header_that_was_changed_is_refused(old: str, new: str) -> None:
    assert outcome(mail().replace(old.encode(), new.encode())) is FAIL


SIGNED_AT = [
    ("now", timedelta(), PASS),
    ("a minute ago", timedelta(minutes=1), PASS),
    ("72 hours ago", timedelta(hours=72), PASS),
    ("a second more", timedelta(hours=72, seconds=1), FAIL),
    ("two years ago", timedelta(days=730), FAIL),
    ("three days ahead", timedelta(hours=-72), PASS),
    ("a second more ahead", timedelta(hours=-72, seconds=-1), FAIL),
]


@pytest.mark.parametrize(("age", "expected"), [row[1:] for row in SIGNED_AT], ids=[row[0] for row in SIGNED_AT])
def test_a7_a_replay_is_refused_after_72_hours(age: timedelta, expected: Signature) -> None:
    assert outcome(mail(t=seconds(ARRIVED - age))) is expected
    date = (ARRIVED - age).strftime("%a, %d %b %Y %H:%M:%S +0000")
    assert outcome(mail([*without("Date"), ("Date", date)], t=None)) is expected


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Nov 2026 09:58:00 +0900"])
def test_a7_without_a_moment_a_mail_is_refused(date: str) -> None:
    lines = [*without("Date"), ("Date", date)]
    assert outcome(mail(lines, t=None)) is FAIL
    assert outcome(mail(lines)) is PASS


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "1 2", "9" * 5000, "１"])
def test_a7_a_moment_that_is_no_number_is_refused(stamp: str) -> None:
    assert outcome(mail(t=stamp)) is FAIL
    assert outcome(mail(x=stamp)) is FAIL


EXPIRES = [(timedelta(seconds=1), PASS), (timedelta(), FAIL), (timedelta(seconds=-1), FAIL), (timedelta(days=-1), FAIL)]


@pytest.mark.parametrize(("left", "expected"), EXPIRES)
def test_a7_an_expired_signature_is_refused(left: timedelta, expected: Signature) -> None:
    assert outcome(mail(x=seconds(ARRIVED + left))) is expected


def test_a7_a_signature_that_expired_before_it_was_made_is_refused() -> None:
    ahead = ARRIVED + timedelta(hours=2)
    assert outcome(mail(t=seconds(ahead), x=seconds(ahead - timedelta(hours=1)))) is FAIL
    assert outcome(mail(t=seconds(ahead), x=seconds(ahead + timedelta(hours=1)))) is PASS


@pytest.mark.parametrize(
    "domain",
    ["evil.test", "mail.company.test", "test", "evilcompany.test", "company.test.evil.test", "company.test.", ""],
)
def test_a7_the_signature_of_another_domain_is_refused(domain: str) -> None:
    zone = Zone({f"s._domainkey.{domain}.": record(), "s._domainkey.company.test.": record()})
    assert outcome(mail(d=domain), zone) is FAIL
    assert zone.asked == []


def test_a7_the_domain_is_the_same_in_any_case() -> None:
    assert outcome(mail(d="Company.TEST")) is PASS
    assert outcome(mail(i="@COMPANY.test")) is PASS


@pytest.mark.parametrize(
    "identity", ["@mail.company.test", "@evil.test", "x@company.test.evil.test", "company.testx", ""]
)
def test_a7_the_identity_of_another_domain_is_refused(identity: str) -> None:
    assert outcome(mail(i=identity)) is FAIL


def test_a7_a_weak_key_is_refused() -> None:
    zone = Zone({"s._domainkey.company.test.": record(SHORT_RSA)})
    assert outcome(mail(key=SHORT_RSA), zone) is FAIL
    assert dkim.DKIM(mail(key=SHORT_RSA, t=None)).verify(dnsfunc=lambda *_, **__: record(SHORT_RSA))


@pytest.mark.parametrize("algorithm", ["rsa-sha1", "rsa-sha512", "ed25519-sha256", "RSA-SHA256", "", None])
def test_a7_another_algorithm_is_refused(algorithm: str | None) -> None:
    assert outcome(mail(a=algorithm)) is FAIL


def test_a7_a_mail_without_a_signature_proves_nothing() -> None:
    zone = Zone()
    assert outcome(written(HEAD, BODY), zone) is FAIL
    assert outcome(b"", zone) is FAIL
    assert outcome(b"\r\n" + mail(), zone) is FAIL
    assert zone.asked == []


@pytest.mark.parametrize(
    "sender", [None, "", "hana@", "hana@company.test.", "hana@evil.test", "hana@c\u043empany.test"]
)
def test_a7_the_sender_must_be_of_the_domain_that_signed(sender: str | None) -> None:
    zone = Zone()
    assert signature_of(mail(), sender, ARRIVED, zone.lookup) is FAIL
    assert zone.asked == []


# The key.

KEYS = {
    "as usual": (record(), PASS),
    "without a version": (b"p=" + public(RSA), PASS),
    "with blanks in it": (record().replace(b"A", b"A "), PASS),
    "for SHA-256": (record(more=b"h=sha1:sha256; "), PASS),
    "for mail": (record(more=b"s=email; "), PASS),
    "for the domain alone": (record(more=b"t=s; "), PASS),
    "of another": (record(OTHER_RSA), FAIL),
    "of another kind": (record(ED25519), FAIL),
    "said to be of another kind": (record().replace(b"k=rsa", b"k=ed25519"), FAIL),
    "of an unknown kind": (record().replace(b"k=rsa", b"k=dsa"), FAIL),
    "of another version": (record().replace(b"DKIM1", b"DKIM2"), FAIL),
    "for SHA-1 alone": (record(more=b"h=sha1; "), FAIL),
    "for another service": (record(more=b"s=tlsrpt; "), FAIL),
    "in a test": (record(more=b"t=y; "), FAIL),
    "in a test, for the domain alone": (record(more=b"t=s:y; "), FAIL),
    "revoked": (b"v=DKIM1; k=rsa; p=", FAIL),
    "missing": (b"v=DKIM1; k=rsa", FAIL),
    "cut": (record()[:-20], FAIL),
    "no base64": (b"v=DKIM1; p=!!!!", FAIL),
    "no key": (b"v=DKIM1; p=" + base64.b64encode(b"x" * 32), FAIL),
    "said twice": (record() + b"; p=" + public(RSA), FAIL),
    "no list of tags": (b"hello", FAIL),
    "empty": (b"", FAIL),
    "bytes": (bytes(range(256)), FAIL),
    "not there": (None, FAIL),
}


@pytest.mark.parametrize(("found", "expected"), KEYS.values(), ids=KEYS)
def test_only_a_good_key_counts(found: bytes | None, expected: Signature) -> None:
    assert outcome(mail(), Zone({"s._domainkey.company.test.": found})) is expected


@pytest.mark.parametrize("selector", ["s1._x", "a.b", "2026-11", "S"])
def test_a_selector_may_have_labels(selector: str) -> None:
    zone = Zone({f"{selector}._domainkey.company.test.": record()})
    assert outcome(mail(s=selector), zone) is PASS


@pytest.mark.parametrize(
    "selector", ["", ".", "a..b", "a b", "a/b", "\u043e", "-a", "a\\.b", "x._domainkey.evil.test.", None]
)
def test_a_selector_that_is_no_name_is_never_asked_for(selector: str | None) -> None:
    zone = Zone()
    assert outcome(mail(s=selector), zone) is FAIL
    assert zone.asked == []


# Trouble, several signatures, and hostile ones.


def test_a_silent_dns_is_unknown_and_never_a_pass() -> None:
    assert outcome(mail(), Zone(silent=["s._domainkey.company.test."])) is UNKNOWN


def test_a_mail_that_fails_without_the_dns_is_no_unknown() -> None:
    zone = Zone(silent=["s._domainkey.company.test."])
    assert outcome(mail() + b"x", zone) is FAIL
    assert outcome(mail(d="evil.test"), zone) is FAIL
    assert zone.asked == []


def two(first: tuple[str, str], second: tuple[str, str]) -> bytes:
    return written([first, second, *HEAD], BODY)


BROKEN = signature(HEAD, BODY, OTHER_RSA)
GOOD = signature(HEAD, BODY)
SILENT = signature(HEAD, BODY, s="silent")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (BROKEN, GOOD, PASS),
        (GOOD, BROKEN, PASS),
        (SILENT, GOOD, PASS),
        (GOOD, SILENT, PASS),
        (BROKEN, SILENT, UNKNOWN),
        (SILENT, BROKEN, UNKNOWN),
        (BROKEN, BROKEN, FAIL),
        (("DKIM-Signature", "nonsense"), GOOD, PASS),
        (signature(HEAD, BODY, d="evil.test"), GOOD, PASS),
    ],
)
def test_one_good_signature_of_two_is_enough(
    first: tuple[str, str], second: tuple[str, str], expected: Signature
) -> None:
    assert outcome(two(first, second), Zone(silent=["silent._domainkey.company.test."])) is expected


def test_two_keys_are_asked_for_at_most() -> None:
    zone = Zone()
    lines = [signature(HEAD, BODY, OTHER_RSA, s=f"s{number}") for number in range(40)]
    assert outcome(written([*lines, GOOD, *HEAD], BODY), zone) is FAIL
    assert len(zone.asked) == 2


HOSTILE = {
    "blanks behind b": b"DKIM-Signature: v=1; b" + b" " * 30_000 + b"; d=company.test\r\n",
    "folds behind b": b"DKIM-Signature: v=1; b" + b"\r\n " * 10_000 + b"; d=company.test\r\n",
    "folds in a header of the longest": GOOD[1]
    .encode()
    .join([b"DKIM-Signature: ", b"; z=x b" + b"\r\n " * 1_000 + b"\r\n"]),
    "names without end": b"DKIM-Signature: " + GOOD[1].replace("h=", f"h={'a:' * 1_600}").encode() + b"\r\n",
    "tags without end": b"DKIM-Signature: " + b"a=b; " * 6_000 + b"\r\n",
    "60 signatures": b"".join(b"DKIM-Signature: " + BROKEN[1].encode() + b"\r\n" for _ in range(60)),
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_signature_is_read_in_a_second(line: bytes) -> None:
    assert within(1, lambda: outcome(line + written(HEAD, BODY))) is FAIL


@pytest.mark.parametrize("body", ["a" + " \t" * 2_000_000 + "b", (" " * 900 + "x\r\n") * 4_000, "\r\n" * 2_000_000])
def test_a_body_of_blanks_is_read_in_two_seconds(body: str) -> None:
    raw = mail(body="x").partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body.encode()
    assert within(2, lambda: outcome(raw)) is FAIL


def test_a_longer_signature_than_any_is_none() -> None:
    assert outcome(mail(z="x" * (MAX_SIGNATURE_BYTES - 1200))) is PASS
    assert outcome(mail(z="x" * MAX_SIGNATURE_BYTES)) is FAIL


@given(st.integers(0, len(mail()) - 1), st.integers(0, 255))
def test_a_changed_byte_passes_only_where_dkimpy_lets_it_pass(place: int, byte: int) -> None:
    raw = bytearray(mail(t=None))
    raw[place % len(raw)] = byte
    if outcome(bytes(raw), sender=parse(bytes(raw)).sender or "") is PASS:
        assert dkim.DKIM(bytes(raw), minkey=2048).verify(dnsfunc=lambda *_, **__: record())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(junk: bytes) -> None:
    for raw in (junk, b"DKIM-Signature: " + junk + b"\r\n" + written(HEAD, BODY), mail() + junk, junk + mail()):
        assert outcome(raw) in {PASS, FAIL}


@given(st.binary(max_size=200))
def test_any_record_is_read_without_an_error(junk: bytes) -> None:
    for found in (junk, b"v=DKIM1; p=" + junk, b"v=DKIM1; p=" + base64.b64encode(junk), record() + junk):
        assert outcome(mail(), Zone({"s._domainkey.company.test.": found})) in {PASS, FAIL}


# The resolver, with a server of our own.

TXT_RECORDS = {
    "one._domainkey.company.test.": ['"v=DKIM1; p=" "abc"'],
    "two._domainkey.company.test.": ['"v=DKIM1; p=a"', '"v=DKIM1; p=b"'],
    "none._domainkey.company.test.": [],
    "long._domainkey.company.test.": [" ".join(['"' + "x" * 250 + '"'] * 17)],
}


class NameServer:
    """Answers TXT questions on loopback: records, NXDOMAIN, SERVFAIL for `broken.…`, silence for `silent.…`."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: list[str] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            data, client = self.socket.recvfrom(4096)
            if data == b"stop":
                return
            question = message.from_wire(data)
            name = question.question[0].name.to_text()
            self.asked.append(name)
            if not name.startswith("silent."):
                self.socket.sendto(self._answer(question, name).to_wire(max_size=65_000), client)

    def _answer(self, question: message.Message, name: str) -> message.Message:
        answer = message.make_response(question)
        answer.flags |= flags.RA
        records = TXT_RECORDS.get(name)
        if name.startswith("broken."):
            answer.set_rcode(rcode.SERVFAIL)
        elif records is None:
            answer.set_rcode(rcode.NXDOMAIN)
        elif records:
            answer.answer.append(rrset.from_text(name, 300, "IN", "TXT", *records))
        return answer


@pytest.fixture
def server() -> Iterator[NameServer]:
    found = NameServer()
    found.thread.start()
    yield found
    found.socket.sendto(b"stop", found.socket.getsockname())
    found.thread.join()
    found.socket.close()


@pytest.fixture
def resolving(server: NameServer) -> Resolving:
    resolver = Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = server.socket.getsockname()[1]
    return Resolving(resolver)


@pytest.mark.parametrize(
    ("selector", "expected"), [("one", b"v=DKIM1; p=abc"), ("two", None), ("none", None), ("long", None), ("no", None)]
)
def test_one_record_is_an_answer_and_everything_else_there_is_none(
    resolving: Resolving, selector: str, expected: bytes | None
) -> None:
    assert resolving.lookup(f"{selector}._domainkey.company.test.") == expected


def test_a_key_is_remembered(resolving: Resolving, server: NameServer) -> None:
    for _ in range(3):
        assert resolving.lookup("one._domainkey.company.test.") is not None
    assert server.asked == ["one._domainkey.company.test."]


def test_the_memory_is_bounded(resolving: Resolving, server: NameServer) -> None:
    for number in range(300):
        resolving.lookup(f"s{number}._domainkey.company.test.")
    resolving.lookup("s299._domainkey.company.test.")
    assert len(server.asked) == 300
    resolving.lookup("s0._domainkey.company.test.")
    assert len(server.asked) == 301


@pytest.mark.parametrize("name", ["x" * 64 + ".test.", "a..test.", ("x" * 60 + ".") * 5, "."])
def test_a_name_that_cannot_be_has_no_record(resolving: Resolving, name: str) -> None:
    assert resolving.lookup(name) is None


def test_a_server_that_fails_is_trouble(resolving: Resolving) -> None:
    with pytest.raises(DnsTrouble, match="NoNameservers"):
        resolving.lookup("broken._domainkey.company.test.")


def test_a_silent_server_is_trouble_within_the_time(resolving: Resolving) -> None:
    began = time.monotonic()
    with pytest.raises(DnsTrouble, match="LifetimeTimeout"):
        resolving.lookup("silent._domainkey.company.test.")
    assert time.monotonic() - began < LIFETIME_S + 1
    assert LIFETIME_S * 2 <= 5


def test_a_server_that_is_not_there_is_trouble() -> None:
    resolver = Resolver(configure=False)
    resolver.nameservers = []
    with pytest.raises(DnsTrouble):
        Resolving(resolver).lookup("one._domainkey.company.test.")


def test_a_mail_is_proved_by_a_key_from_the_dns(resolving: Resolving, monkeypatch: pytest.MonkeyPatch) -> None:
    strings = [record()[at : at + 200].decode() for at in range(0, len(record()), 200)]
    monkeypatch.setitem(TXT_RECORDS, "s._domainkey.company.test.", [" ".join(f'"{one}"' for one in strings)])
    assert signature_of(mail(), SENDER, ARRIVED, resolving.lookup) is PASS
    assert signature_of(mail(s="silent"), SENDER, ARRIVED, resolving.lookup) is UNKNOWN
    assert signature_of(mail(s="no"), SENDER, ARRIVED, resolving.lookup) is FAIL
