"""Tells whether a file can be opened with a password or a key only. Nobody ever tries to: it is told by its form."""

import binascii
import re
from collections.abc import Callable

from mailbot.core.reader.attachment import compound_file, packed_archive, pdf, zip_archive

_PROGRAM = b"MZ"
_PROGRAM_BYTES = 1024 * 1024  # how far into a self-extracting program its archive may begin
_ARMOR = re.compile(rb"\s{0,99}-----BEGIN PGP MESSAGE-----[^\n]{0,99}\n(?:[\w-]{1,40}: [^\n]{0,200}\n){0,9}\s{0,9}\n")
_PEM = re.compile(rb"\s{0,99}-----BEGIN (?:PKCS7|CMS)-----\r?\n")
# Packets that an encrypted message starts with, and their versions (RFC 9580 §10.3).
_PGP_VERSIONS = {1: (3, 6), 3: (4, 5, 6), 18: (1, 2), 20: (1,)}
_ENVELOPED = (  # envelopedData, encryptedData, authEnvelopedData (RFC 5652 §4, RFC 5083)
    bytes.fromhex("06092a864886f70d010703"),
    bytes.fromhex("06092a864886f70d010706"),
    bytes.fromhex("060b2a864886f70d0109100117"),
)
_DER_HEAD_BYTES = 24
_ATTACHE_CASE = (b"_AttacheCaseData", b"_AttacheCase_Rsa")  # a program for encrypted files, common in Japan
_MAX_ARMOR_BYTES = 1_000
_MAX_KEY_PACKET_BYTES = 1_100  # a session key for an RSA key of 8,192 bits


def is_encrypted(data: bytes) -> bool:
    """Return whether the form of a file says that it is encrypted; False where it says nothing.

    Known are ZIP and OpenDocument, self-extracting archives, 7z, RAR, PDF, Office of all ages, OpenPGP, S/MIME,
    AttacheCase. Linear in the data; never raises.
    """
    if any(is_so(data) for marks, is_so in _BY_START if data.startswith(marks)):
        return True
    if pdf.is_pdf(data) and pdf.is_encrypted_pdf(data):
        return True
    return is_openpgp(data) or is_enveloped(data) or data[4:20] in _ATTACHE_CASE


def is_openpgp(data: bytes) -> bool:
    """Return whether the data is an encrypted OpenPGP message, binary or armored (RFC 9580 §6.2)."""
    armor = _ARMOR.match(data)
    return _is_encrypted_packet(_base64(data[armor.end() :]) if armor else data)


def is_enveloped(data: bytes) -> bool:
    """Return whether the data is CMS whose content is encrypted, as in S/MIME (RFC 8551 §3.3)."""
    pem = _PEM.match(data)
    head = _base64(data[pem.end() :]) if pem else data
    return head.startswith(b"\x30") and any(oid in head[:_DER_HEAD_BYTES] for oid in _ENVELOPED)


def _is_encrypted_packet(data: bytes) -> bool:
    """Return whether the first packet belongs to an encrypted message, by its kind, length and version."""
    first = data[0] if data else 0
    is_new = bool(first & 0x40)
    kind = first & 0x3F if is_new else first >> 2 & 0x0F
    length_bytes = _new_length(data) if is_new else (1, 2, 4, 0)[first & 3]
    size = int.from_bytes(data[1 : 1 + length_bytes], "big")
    version = data[1 + length_bytes : 2 + length_bytes]
    is_plausible = is_new or 0 < size <= _MAX_KEY_PACKET_BYTES  # the old form only for the packets of session keys
    return bool(first & 0x80 and version and is_plausible) and version[0] in _PGP_VERSIONS.get(kind, ())


def _new_length(data: bytes) -> int:
    """Return how many bytes the length of a packet takes (RFC 9580 §4.2.1)."""
    first = data[1] if len(data) > 1 else 0
    return 1 if first < 192 or 224 <= first < 255 else 2 if first < 224 else 5  # noqa: PLR2004 - marks of the RFC


def _base64(text: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", text[:_MAX_ARMOR_BYTES].partition(b"=")[0])
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4])


def _is_encrypted_program(data: bytes) -> bool:
    """Return whether a program carries an encrypted archive that unpacks itself."""
    head = data[:_PROGRAM_BYTES]
    seven, rar = head.find(packed_archive.SEVEN_ZIP), head.find(packed_archive.RAR4[:6])
    if seven > 0 and packed_archive.is_encrypted_7z(data[seven:]):
        return True
    return (rar > 0 and packed_archive.is_encrypted_rar(data[rar:])) or zip_archive.is_encrypted_zip(data)


_BY_START: tuple[tuple[tuple[bytes, ...], Callable[[bytes], bool]], ...] = (
    (zip_archive.SIGNATURES, zip_archive.is_encrypted_zip),
    ((packed_archive.SEVEN_ZIP,), packed_archive.is_encrypted_7z),
    ((packed_archive.RAR4, packed_archive.RAR5), packed_archive.is_encrypted_rar),
    ((compound_file.SIGNATURE,), compound_file.is_encrypted_compound),
    ((_PROGRAM,), _is_encrypted_program),
)
