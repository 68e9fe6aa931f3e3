"""Tells whether RAR and 7z archives are encrypted. Never raises, never unpacks a file.

The listing of a 7z archive is itself compressed as a rule; it alone is unpacked, within `MAX_LISTING_BYTES`,
because only there stands how its files are packed.
"""

import lzma
from collections.abc import Iterator

from mailbot.core.reader.attachment.little_endian import number

RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
MAX_BLOCKS = 2_000
MAX_LISTING_BYTES = 1024 * 1024

_RAR4_ARCHIVE, _RAR4_FILE = 0x73, 0x74
_RAR4_LISTING_ENCRYPTED, _RAR4_FILE_ENCRYPTED, _RAR4_HAS_DATA = 0x0080, 0x0004, 0x8000
_RAR4_HEADER_BYTES = 7
_RAR5_FILE, _RAR5_ENCRYPTION = 2, 4
_RAR5_HAS_EXTRA, _RAR5_HAS_DATA, _RAR5_FILE_ENCRYPTED = 1, 2, 1
_MAX_VINT_BYTES = 10
_SEVEN_AES = (
    b"\x24\x06\xf1\x07\x01"  # four bytes of id with properties: AES-256 with SHA-256 (7zFormat.txt, Methods.txt)
)
_SEVEN_LZMA = b"\x23\x03\x01\x01"
_MAX_DICTIONARY_BYTES = 16 * 1024 * 1024
_LISTING_PACKED = b"\x17"


def is_encrypted_rar(data: bytes) -> bool:
    """Return whether the listing or any file of a RAR archive (4 and earlier, or 5) needs a password."""
    return _is_encrypted_rar5(data) if data.startswith(RAR5) else _is_encrypted_rar4(data)


def _is_encrypted_rar4(data: bytes) -> bool:
    """Walk the blocks: CRC 2, type 1, flags 2, size 2, size of the data behind it 4 (technote.txt of RAR 4)."""
    at = len(RAR4)
    for _ in range(MAX_BLOCKS):
        kind, flags, size = data[at + 2 : at + 3], number(data, at + 3, 2), number(data, at + 5, 2)
        if kind == bytes([_RAR4_ARCHIVE]) and flags & _RAR4_LISTING_ENCRYPTED:
            return True
        if kind == bytes([_RAR4_FILE]) and flags & _RAR4_FILE_ENCRYPTED:
            return True
        has_data = flags & _RAR4_HAS_DATA or kind == bytes([_RAR4_FILE])
        if size < _RAR4_HEADER_BYTES:
            return False
        at += size + (number(data, at + 7, 4) if has_data else 0)
    return False


def _is_encrypted_rar5(data: bytes) -> bool:
    """Walk the headers: CRC 4, then numbers of variable length (RAR 5.0 archive format)."""
    at = len(RAR5)
    for _ in range(MAX_BLOCKS):
        size, start = _vint(data, at + 4)
        kind, after = _vint(data, start)
        flags, after = _vint(data, after)
        extra_size, after = _vint(data, after) if flags & _RAR5_HAS_EXTRA else (0, after)
        data_size, _ = _vint(data, after) if flags & _RAR5_HAS_DATA else (0, after)
        extra = data[max(start, start + size - extra_size) : start + size]
        if kind == _RAR5_ENCRYPTION or (kind == _RAR5_FILE and _RAR5_FILE_ENCRYPTED in _records(extra)):
            return True
        if not size:
            return False
        at = start + size + data_size
    return False


def _records(extra: bytes) -> Iterator[int]:
    """Yield the types of the records in the extra area of a RAR 5 header."""
    at = 0
    while at < len(extra):
        size, start = _vint(extra, at)
        yield _vint(extra, start)[0]
        at = start + max(size, 1)


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, lowest seven bits first, and the offset behind it."""
    value = 0
    for n, byte in enumerate(data[at : at + _MAX_VINT_BYTES]):
        value |= (byte & 0x7F) << 7 * n
        if byte < 0x80:  # noqa: PLR2004 - the top bit says that another byte follows
            return value, at + n + 1
    return 0, len(data)


def is_encrypted_7z(data: bytes) -> bool:
    """Return whether the listing or any file of a 7z archive is packed with AES."""
    at = 32 + number(data, 12, 8)
    listing = data[at : at + min(number(data, 20, 8), MAX_LISTING_BYTES)]
    return _SEVEN_AES in listing or _SEVEN_AES in _unpacked_listing(data, listing)


def _unpacked_listing(data: bytes, listing: bytes) -> bytes:
    """Return the listing behind an LZMA-packed one, b"" where it is plain, packed otherwise, or broken."""
    coder = listing.find(_SEVEN_LZMA)
    if not listing.startswith(_LISTING_PACKED) or coder < 0:
        return b""
    position, after = _seven_number(listing, 2)  # 17 06, position, 01 09, size: where the packed listing lies
    size, _ = _seven_number(listing, after + 2)
    properties = listing[coder + 5 : coder + 10]
    packed = data[32 + position : 32 + position + min(size, MAX_LISTING_BYTES)]
    return _lzma(packed, properties)


def _lzma(packed: bytes, properties: bytes) -> bytes:
    dictionary, settings = number(properties, 1, 4), properties[0] if properties else 0
    if dictionary > _MAX_DICTIONARY_BYTES:
        return b""
    bits = {"lc": settings % 9, "lp": settings // 9 % 5, "pb": settings // 45}
    try:
        reader = lzma.LZMADecompressor(
            lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), **bits}]
        )
        return reader.decompress(packed, MAX_LISTING_BYTES)
    except (lzma.LZMAError, ValueError):  # broken data; settings that no encoder writes
        return b""


def _seven_number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of 7z and the offset behind it: leading ones of the first byte count the bytes that follow."""
    first = data[at] if at < len(data) else 0
    more = next((n for n in range(8) if not first & (0x80 >> n)), 8)
    high = (first & (0x7F >> more)) << (8 * more)
    return high | number(data, at + 1, more), at + 1 + more
