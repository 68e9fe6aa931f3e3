"""Server-side TLS with every kind of certificate: a good one, and those a client must refuse."""

import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.servers.certificates import Key, _authority, _draft

_LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
_ELSEWHERE = x509.SubjectAlternativeName([x509.DNSName("mail.elsewhere.test")])


@dataclass(frozen=True)
class Contexts:
    """What a server may show, and the authority that the client trusts."""

    ca_file: Path
    good: ssl.SSLContext
    expired: ssl.SSLContext
    of_another_host: ssl.SSLContext
    signed_by_itself: ssl.SSLContext
    old: ssl.SSLContext


def make_contexts(folder: Path) -> Contexts:
    ca_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, stranger = _authority(ca_key), _authority(own_key)
    ca_file = folder / "trusted.pem"
    ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    good = _context(folder, ca, ca_key)
    return Contexts(
        ca_file,
        good,
        expired=_context(folder, ca, ca_key, ended=True),
        of_another_host=_context(folder, ca, ca_key, names=_ELSEWHERE),
        signed_by_itself=_context(folder, stranger, own_key),
        old=_of_the_past(_context(folder, ca, ca_key)),
    )


def _context(
    folder: Path,
    ca: x509.Certificate,
    ca_key: Key,
    names: x509.SubjectAlternativeName = _LOOPBACK,
    *,
    ended: bool = False,
) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    draft = _draft(x509.Name([]), ca.subject, key).add_extension(names, critical=True)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    draft = draft.add_extension(issuer, critical=False)
    if ended:
        draft._not_valid_after = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=5)
    chain, private = folder / "chain.pem", folder / "chain.key"
    chain.write_bytes(draft.sign(ca_key, SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return context


def _of_the_past(context: ssl.SSLContext) -> ssl.SSLContext:
    """Only what was given up in 2021 (RFC 8996)."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
