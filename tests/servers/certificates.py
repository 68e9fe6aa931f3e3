"""A certificate authority of our own and one certificate for every server of the lab, valid for a day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority that clients trust, the servers' certificate and its key."""

    ca_file: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Write authority, certificate (for 127.0.0.1 and localhost only) and key into the folder."""
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key)
    files.ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    files.certificate.write_bytes(_server(ca, ca_key, key).public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files.key.chmod(0o600)
    return files


def _authority(ca_key: Key) -> x509.Certificate:
    """Signs itself, and may sign certificates and nothing else."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mail lab authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    draft = _draft(name, name, ca_key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return draft.add_extension(usage, critical=True).sign(ca_key, SHA256())


def _server(ca: x509.Certificate, ca_key: Key, key: Key) -> x509.Certificate:
    """Names the loopback address and localhost, so that every other name must fail verification."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.company.test")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    draft = _draft(name, ca.subject, key).add_extension(names, critical=False)
    draft = draft.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return draft.add_extension(issuer_id, critical=False).sign(ca_key, SHA256())


def _draft(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    """What both certificates share: names, key, serial number, a day of validity."""
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    draft = draft.serial_number(x509.random_serial_number())
    draft = draft.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    return draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
