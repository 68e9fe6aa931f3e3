"""Verifies DKIM signatures by rules of our own, stricter than the standard's: a pass proves who wrote the headers.

Counted is only a signature of exactly the From domain, over the whole body and every header the desk acts on, made
close to the moment the mail arrived, with a strong key (threats A7; RFC 6376, RFC 8301, RFC 8463). dkimpy takes the
mail apart and canonicalises it; the key and the signature are checked here. That a mail was not seen before is for
the caller to ask, by its Message-ID: relaxed canonicalisation lets a copy differ in its blanks, and headers that
nobody signed, such as Content-Type, in everything.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from dkim import DKIMException, hash_headers, rfc822_parse
from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError
from dkim.util import InvalidTagValueList, parse_tag_value

from mailbot.core.desk.proof import Signature
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.reader.headers.stamp import moment
from mailbot.edge.dns import DnsTrouble

LONGEST_AGE = timedelta(hours=72)
LEAST_RSA_BITS = 2048
MOST_SIGNATURES = 2
"""So many keys are asked for at most; mailers that sign twice do it once with RSA and once with Ed25519."""
MAX_SIGNATURE_BYTES = 4096
"""A longer header is none; the search for its `b=` takes time by the square."""

_ALWAYS = frozenset({b"from", b"to", b"subject", b"date", b"message-id"})
_WHERE_PRESENT = frozenset({b"in-reply-to", b"references", b"cc"})  # Cc may carry a token, as To does
_KEY_TYPES = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}
_SELECTOR = re.compile(rb"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.IGNORECASE)
_SECONDS = re.compile(rb"[0-9]{1,12}")
_BLANKS = re.compile(rb"[\t ]+")

Lookup: TypeAlias = Callable[[str], bytes | None]
Tags: TypeAlias = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail taken apart: header lines with their folds, the body, the domain of its sender, when it arrived."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    domain: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Signed:
    """One signature: its header line, its tags, the names of the headers it covers, its canonicalisation."""

    header: tuple[bytes, bytes]
    tags: Tags
    names: list[bytes]
    form: CanonicalizationPolicy


def signature_of(raw: bytes, sender: str | None, received_at: datetime, lookup: Lookup) -> Signature:
    """Return what the signatures of a mail prove of its strict `sender`; FAIL where there is none.

    `received_at` (aware) is when our server took the mail. `lookup` returns the TXT record of a DNS name, None where
    there is none, and raises DnsTrouble where nobody answers; it is asked twice at most. Never raises, whatever the
    bytes. Ask for mail of people on the roster only: any other mail would let strangers make us query their names.
    """
    mail = _taken_apart(raw, sender, received_at)
    if mail is None:
        return Signature.FAIL
    outcome = Signature.FAIL
    for signed in [one for one in _signatures(mail) if _counts(one, mail)][:MOST_SIGNATURES]:
        found = _checked(signed, mail, lookup)
        if found is Signature.PASS:
            return found
        outcome = found if found is Signature.UNKNOWN else outcome
    return outcome


def _taken_apart(raw: bytes, sender: str | None, received_at: datetime) -> _Mail | None:
    domain = normalise_address(sender or "").rpartition("@")[2]
    if not domain or not domain.isascii():
        return None
    try:
        headers, body = rfc822_parse(raw)
    except (DKIMException, IndexError):  # IndexError: a fold before the first header
        return None
    return _Mail([(name, value) for name, value in headers], body, domain.encode(), received_at)


def _signatures(mail: _Mail) -> Iterator[_Signed]:
    """Yield the signatures that can be read, topmost first."""
    for name, value in mail.headers:
        if name.lower() == b"dkim-signature" and len(value) <= MAX_SIGNATURE_BYTES:
            try:
                tags = parse_tag_value(value)
                form = CanonicalizationPolicy.from_c_value(tags.get(b"c"))
            except (InvalidTagValueList, InvalidCanonicalizationPolicyError):
                continue
            names = [one.strip().lower() for one in tags.get(b"h", b"").split(b":")]
            yield _Signed((name, value), tags, names, form)


def _counts(signed: _Signed, mail: _Mail) -> bool:
    """Whether a signature is one we would believe if its key fits; asks nobody."""
    tags = signed.tags
    return (
        tags.get(b"v") == b"1"
        and tags.get(b"d", b"").lower() == mail.domain
        and tags.get(b"i", b"@" + mail.domain).rpartition(b"@")[2].lower() == mail.domain
        and tags.get(b"a") in _KEY_TYPES
        and tags.get(b"q", b"dns/txt") == b"dns/txt"
        and b"l" not in tags
        and _SELECTOR.fullmatch(tags.get(b"s", b"")) is not None
        and _covers(signed.names, mail)
        and _is_fresh(tags, mail)
    )


def _covers(names: list[bytes], mail: _Mail) -> bool:
    """Whether every header the desk acts on stands once and is signed: a second one could be an unsigned one."""
    count = Counter(name.lower() for name, _ in mail.headers)
    return all(count[name] == 1 and name in names for name in _ALWAYS) and all(
        count[name] == 0 or (count[name] == 1 and name in names) for name in _WHERE_PRESENT
    )


def _is_fresh(tags: Tags, mail: _Mail) -> bool:
    """Whether a mail was signed (`t=`, else its signed Date) within 72 hours of its arrival, and has not run out."""
    stamps = {tag: tags[tag] for tag in (b"t", b"x") if tag in tags}
    if not all(_SECONDS.fullmatch(value) for value in stamps.values()):
        return False
    arrived_at, expires_at = mail.received_at.timestamp(), stamps.get(b"x")
    if expires_at is not None and int(expires_at) <= max(arrived_at, int(stamps.get(b"t", b"0"))):
        return False
    signed_at = int(stamps[b"t"]) if b"t" in stamps else _dated(mail)
    return signed_at is not None and abs(arrived_at - signed_at) <= LONGEST_AGE.total_seconds()


def _dated(mail: _Mail) -> float | None:
    found = moment(next(value for name, value in mail.headers if name.lower() == b"date").decode("ascii", "replace"))
    return found.timestamp() if found else None


def _body_hash(form: CanonicalizationPolicy, body: bytes) -> bytes:
    if form.body_algorithm.name == b"relaxed":
        body = _BLANKS.sub(b" ", body)  # changes nothing but the time: dkimpy's own search is quadratic in a long run
    return hashlib.sha256(form.canonicalize_body(body)).digest()


def _headers_hash(signed: _Signed, mail: _Mail) -> bytes:
    hasher = hashlib.sha256()
    headers = signed.form.canonicalize_headers(mail.headers)
    hash_headers(hasher, signed.form, headers, signed.names, signed.header, signed.tags)
    return hasher.digest()


def _checked(signed: _Signed, mail: _Mail, lookup: Lookup) -> Signature:
    """Check the body, ask for the key, and check the signature of the headers."""
    if _decoded(signed.tags.get(b"bh", b"")) != _body_hash(signed.form, mail.body):
        return Signature.FAIL
    try:
        record = lookup(f"{signed.tags[b's'].decode()}._domainkey.{mail.domain.decode()}.")
    except DnsTrouble:
        return Signature.UNKNOWN
    key = _key(record, _KEY_TYPES[signed.tags[b"a"]]) if record else None
    is_whole = key is not None and _fits(key, _decoded(signed.tags.get(b"b", b"")), _headers_hash(signed, mail))
    return Signature.PASS if is_whole else Signature.FAIL


def _key(record: bytes, kind: bytes) -> RSAPublicKey | Ed25519PublicKey | None:
    """Return the key of a DNS record (RFC 6376 §3.6.1); None for a broken, revoked, weak, foreign or testing one."""
    try:
        tags = parse_tag_value(record)
        data = _decoded(tags.get(b"p", b""))
        if not _is_for_mail(tags) or tags.get(b"k", b"rsa") != kind:
            return None
        if kind == b"ed25519":
            return Ed25519PublicKey.from_public_bytes(data)
        key = load_der_public_key(data)
    except (InvalidTagValueList, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS else None


def _is_for_mail(record: Tags) -> bool:
    """Whether a key may sign mail with SHA-256; a domain that tests (`t=y`) wants to be treated as unsigned."""
    hashes, services, flags = (
        {one.strip() for one in record.get(tag, default).split(b":")}
        for tag, default in ((b"h", b"sha256"), (b"s", b"*"), (b"t", b""))
    )
    return (
        record.get(b"v", b"DKIM1") == b"DKIM1"
        and b"sha256" in hashes
        and bool(services & {b"*", b"email"})
        and b"y" not in flags
    )


def _fits(key: RSAPublicKey | Ed25519PublicKey, signature: bytes, digest: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
        else:
            key.verify(signature, digest)  # RFC 8463 §3: Ed25519 signs the hash
    except InvalidSignature:
        return False
    return True


def _decoded(text: bytes) -> bytes:
    """Return base64 with blanks and folds in it as bytes; b"" where it is none."""
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except ValueError:
        return b""
