"""Tells the MIME type of a file by its bytes, whatever its name and its mail say.

The library puremagic knows hundreds of signatures and is asked last: it takes every ZIP for a Word document, every
compound file for another, every program for nothing, most text for nothing, and two bytes at the start for proof.
"""

import re

import puremagic

from mailbot.core.reader.attachment import compound_file, encryption, pdf, zip_archive
from mailbot.core.reader.attachment.text_type import text_type

HEAD_BYTES = 4_096

_PROGRAM = "application/vnd.microsoft.portable-executable"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_SIGNATURES = (  # offset, bytes, type: what the library does not know, or knows by another name
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (0, b"ITSF\x03\x00\x00\x00", "application/vnd.ms-htmlhelp"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),
    (2, b"-lh", "application/x-lzh-compressed"),
    (4, b"_AttacheCase", "application/x-attachecase"),
    (6, b"\x00\x00\x00\x00", "image/bmp"),  # behind BM and a size
    (257, b"ustar", "application/x-tar"),
)
_SIGNED = bytes.fromhex("06092a864886f70d010702")  # signedData (RFC 5652 §5)
_DER_HEAD_BYTES = 24
_BRANDS = (  # ISO/IEC 14496-12 §4.3: the brand behind "ftyp"
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    ((b"mif1", b"msf1"), "image/heif"),
    ((b"avif", b"avis"), "image/avif"),
    ((b"qt  ",), "video/quicktime"),
    ((b"M4A ", b"M4B "), "audio/mp4"),
    ((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"3g2b"), "video/3gpp"),
    ((b"mp41", b"mp42", b"isom", b"iso2", b"avc1", b"M4V ", b"MSNV", b"dash"), "video/mp4"),
)
_SAYS_NOTHING = {"", "application/octet-stream"}
_REGISTERED = {"audio/wave": "audio/wav", "audio/x-wav": "audio/wav", "image/x-ms-bmp": "image/bmp"}
_DISC, _DISC_AT = b"CD001", 32_769
_LEAST_PROOF_BYTES = 4


def found_type(data: bytes) -> str:
    """Return the MIME type that the bytes themselves show, "" where they show none.

    Names have no say: a table of comma-separated values is `text/plain`. The head decides, and for ZIP and
    compound files the directory; the work does not grow with the size. Never raises.
    """
    head = data[:HEAD_BYTES]
    return _container_type(data) or _signed_type(head) or _cryptographic_type(data) or text_type(head) or _known(data)


def _container_type(data: bytes) -> str:
    if data.startswith(zip_archive.SIGNATURES):
        return zip_archive.zip_type(data)
    if data.startswith(compound_file.SIGNATURE):
        return compound_file.compound_type(data)
    if data.startswith(_DISC, _DISC_AT):
        return "application/x-iso9660-image"
    return "application/pdf" if pdf.is_pdf(data) else ""


def _signed_type(head: bytes) -> str:
    if head.startswith(b"MZ") and _BINARY.search(head):
        return _PROGRAM
    if head[4:8] == b"ftyp":
        return next((kind for brands, kind in _BRANDS if head[8:12] in brands), "video/mp4")
    for offset, mark, kind in _SIGNATURES:
        if head.startswith(mark, offset) and (kind != "image/bmp" or head.startswith(b"BM")):
            return kind
    return ""


def _cryptographic_type(data: bytes) -> str:
    if encryption.is_enveloped(data) or (data.startswith(b"\x30") and _SIGNED in data[:_DER_HEAD_BYTES]):
        return "application/pkcs7-mime"
    return "application/pgp-encrypted" if encryption.is_openpgp(data) else ""


def _known(data: bytes) -> str:
    """Return the library's answer where at least four bytes speak for it."""
    try:
        matches = puremagic.magic_string(data)
    except (LookupError, ValueError):  # PureError: it knows none; no bytes at all
        return ""
    known = (
        one.mime_type
        for one in matches
        if one.mime_type not in _SAYS_NOTHING and len(one.byte_match) >= _LEAST_PROOF_BYTES
    )
    kind = next(known, "")
    return _REGISTERED.get(kind, kind)
