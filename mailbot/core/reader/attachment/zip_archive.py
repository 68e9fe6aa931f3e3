"""Reads the directory of a ZIP file (APPNOTE 6.3): what kind of file it is, and whether it is encrypted.

Nothing is unpacked but the manifest of an OpenDocument file. Never raises; at most `MAX_ENTRIES` entries
are looked at, so that the work does not grow with what a hostile directory claims.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.reader.attachment.little_endian import number

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
MAX_ENTRIES = 2_000

_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END_BYTES = 22
_MAX_COMMENT_BYTES = 65_535
_ENCRYPTED = 0x2041  # bit 0: encrypted, 6: strong encryption, 13: values of the header are masked (APPNOTE 4.4.4)
_AES = 99  # the method of WinZip's AES (APPNOTE 4.4.5)
_DEFLATED = 8
_SIZE_FOLLOWS = 0x08
_MAX_MANIFEST_BYTES = 65_536
_MAX_TYPE_BYTES = 100

_MIME_TYPE = re.compile(rb"application/[\w.+-]{3,90}")
_OOXML = "application/vnd.openxmlformats-officedocument."
_OFFICE = (  # folder of the main part, its type, its type with macros
    (b"word/", f"{_OOXML}wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12"),
    (b"xl/", f"{_OOXML}spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (b"ppt/", f"{_OOXML}presentationml.presentation", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    (b"visio/", "application/vnd.ms-visio.drawing.main+xml", "application/vnd.ms-visio.drawing.macroenabled.main+xml"),
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of the archive: `at` is the offset of its local header, sizes are in bytes."""

    name: bytes
    flags: int
    method: int
    at: int
    size: int


def zip_type(data: bytes) -> str:
    """Return the MIME type of a ZIP file: Office, OpenDocument, EPUB, Java, Android, or plain `application/zip`."""
    entries = list(_entries(data))
    names = {entry.name for entry in entries}
    if entries and entries[0].name == b"mimetype" and (told := _MIME_TYPE.match(_packed(data, entries[0]))):
        return told[0].decode("ascii")
    if b"[Content_Types].xml" in names:
        return _office_type(names)
    if b"AndroidManifest.xml" in names:
        return "application/vnd.android.package-archive"
    return "application/java-archive" if b"META-INF/MANIFEST.MF" in names else "application/zip"


def is_encrypted_zip(data: bytes) -> bool:
    """Return whether any entry says so in its local header or in the directory, or an OpenDocument's manifest does."""
    entries = list(_entries(data))
    if any(_is_encrypted(entry) or _is_encrypted(_local(data, entry.at)) for entry in entries):
        return True
    manifest = next((entry for entry in entries if entry.name == b"META-INF/manifest.xml"), None)
    return manifest is not None and b"encryption-data" in _unpacked(data, manifest)


def _is_encrypted(entry: _Entry | None) -> bool:
    return entry is not None and bool(entry.flags & _ENCRYPTED or entry.method == _AES)


def _office_type(names: set[bytes]) -> str:
    """Return the type by the folder of the main part (ECMA-376 part 2); a part with macros makes it another type."""
    if b"xl/workbook.bin" in names:
        return "application/vnd.ms-excel.sheet.binary.macroenabled.12"
    for folder, plain, with_macros in _OFFICE:
        if any(name.startswith(folder) for name in names):
            return with_macros if folder + b"vbaProject.bin" in names else plain
    return "application/zip"


def _entries(data: bytes) -> Iterator[_Entry]:
    """Yield the entries of the directory; where it is cut off, masked or missing, those of the local headers."""
    end = data.rfind(_END, max(0, len(data) - _END_BYTES - _MAX_COMMENT_BYTES))
    start = end - number(data, end + 12, 4)
    if end >= 0 and start >= 0 and data.startswith(_CENTRAL, start):
        before = start - number(data, end + 16, 4)  # bytes of a program in front of a self-extracting archive
        yield from _from_directory(data, start, max(before, 0))
    else:
        yield from _from_local_headers(data)


def _from_directory(data: bytes, at: int, before: int) -> Iterator[_Entry]:
    for _ in range(MAX_ENTRIES):
        if not data.startswith(_CENTRAL, at):
            return
        name_bytes, extra_bytes, comment_bytes = (number(data, at + n, 2) for n in (28, 30, 32))
        name = data[at + 46 : at + 46 + name_bytes]
        local_at = before + number(data, at + 42, 4)
        yield _Entry(name, number(data, at + 8, 2), number(data, at + 10, 2), local_at, number(data, at + 20, 4))
        at += 46 + name_bytes + extra_bytes + comment_bytes


def _from_local_headers(data: bytes) -> Iterator[_Entry]:
    at = data.find(_LOCAL)
    for _ in range(MAX_ENTRIES):
        if (entry := _local(data, at)) is None:
            return
        yield entry
        is_size_known = entry.size and not entry.flags & _SIZE_FOLLOWS
        at = _data_at(data, at) + (entry.size if is_size_known else 0)
        at = at if data.startswith(_LOCAL, at) else data.find(_LOCAL, at)


def _local(data: bytes, at: int) -> _Entry | None:
    if at < 0 or not data.startswith(_LOCAL, at):
        return None
    name = data[at + 30 : at + 30 + number(data, at + 26, 2)]
    return _Entry(name, number(data, at + 6, 2), number(data, at + 8, 2), at, number(data, at + 18, 4))


def _data_at(data: bytes, at: int) -> int:
    return at + 30 + number(data, at + 26, 2) + number(data, at + 28, 2)


def _packed(data: bytes, entry: _Entry) -> bytes:
    start = _data_at(data, entry.at)
    return data[start : start + min(entry.size or _MAX_TYPE_BYTES, _MAX_MANIFEST_BYTES)]


def _unpacked(data: bytes, entry: _Entry) -> bytes:
    """Return the beginning of an entry, at most 64 KiB; b"" where it cannot be unpacked."""
    packed = _packed(data, entry)
    if entry.method != _DEFLATED:
        return packed
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _MAX_MANIFEST_BYTES)
    except zlib.error:
        return b""
