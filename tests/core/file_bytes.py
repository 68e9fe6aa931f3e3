"""Builds small files byte by byte: archives, documents and containers, encrypted or not."""

import io
import lzma
import struct
import zipfile

SEVEN_AES = bytes.fromhex("2406f107010a5307cd7a8f1c2b3d4e5f60718293")


def zip_file(*names: str, flags: int = 0, method: int = 0, contents: dict[str, bytes] | None = None) -> bytes:
    """Return a ZIP; `flags` are set in both headers of every entry, as an encrypting program sets them."""
    held = dict.fromkeys(names, b"words " * 20) | (contents or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data, zipfile.ZIP_DEFLATED if name.endswith("manifest.xml") else zipfile.ZIP_STORED)
    return with_flags(buffer.getvalue(), flags, method)


def with_flags(
    data: bytes, flags: int, method: int = 0, marks: tuple[bytes, ...] = (b"PK\x03\x04", b"PK\x01\x02")
) -> bytes:
    """Return a ZIP with flags, and a method, written into the headers that begin with one of `marks`."""
    out = bytearray(data)
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            place = at + (6 if mark == b"PK\x03\x04" else 8)
            out[place] |= flags & 0xFF
            out[place + 1] |= flags >> 8
            out[place + 2 : place + 4] = struct.pack("<H", method) if method else out[place + 2 : place + 4]
            at = data.find(mark, at + 4)
    return bytes(out)


def _seven(packed: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(packed), len(header), 0)
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(4) + start + packed + header


def seven_zip(
    coder: bytes = bytes.fromhex("2303010105 5d00001000".replace(" ", "")), *, is_packed: bool = True
) -> bytes:
    """Return a 7z archive whose files are packed with `coder`; its listing is packed with LZMA, or plain."""
    listing = b"\x01\x04\x06\x00\x01\x09\x10\x00\x07\x0b\x01\x00\x01" + coder + b"\x0c\x10\x00\x00" + bytes(200)
    if not is_packed:
        return _seven(bytes(16), listing)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    packed = lzma.compress(listing, lzma.FORMAT_RAW, filters=filters)
    header = (
        b"\x17\x06\x10\x01\x09" + bytes([len(packed)]) + b"\x00\x07\x0b\x01\x00\x01\x23\x03\x01\x01\x05\x5d"
        + struct.pack("<I", 1 << 16) + b"\x0c" + struct.pack("<BH", 0x80 | 0, 0) + b"\x00\x00"
    )  # fmt: skip
    return _seven(bytes(16) + packed, header)


def seven_zip_with_hidden_listing() -> bytes:
    """Return a 7z archive whose listing itself is encrypted."""
    return _seven(
        bytes(48), b"\x17\x06\x00\x01\x09\x30\x00\x07\x0b\x01\x00\x02" + SEVEN_AES + b"\x23\x03\x01\x01\x05\x5d"
    )


def rar4(archive_flags: int = 0, *file_flags: int) -> bytes:
    """Return a RAR 4 archive with one file of 32 bytes for each of `file_flags`."""
    blocks = struct.pack("<HBHH", 0, 0x73, archive_flags, 13) + bytes(6)
    for flags in file_flags:
        blocks += struct.pack("<HBHHI", 0, 0x74, 0x8000 | flags, 32, 32) + bytes(21) + b"\x74" * 32
    return b"Rar!\x1a\x07\x00" + blocks + struct.pack("<HBHH", 0, 0x7B, 0x4000, 7)


def _rar5_header(kind: int, flags: int, fields: bytes) -> bytes:
    body = bytes([kind, flags]) + fields
    return bytes(4) + bytes([len(body)]) + body


def rar5(*extras: bytes, is_hidden: bool = False) -> bytes:
    """Return a RAR 5 archive with one file of 5 bytes for each extra area, or one whose listing is encrypted."""
    out = b"Rar!\x1a\x07\x01\x00" + (_rar5_header(4, 0, bytes(20)) if is_hidden else _rar5_header(1, 0, b"\x00"))
    for extra in extras:
        flags = 2 | bool(extra)
        sizes = (bytes([len(extra)]) if extra else b"") + b"\x05"
        out += _rar5_header(2, flags, sizes + bytes(9) + b"\x01a" + extra) + b"\x02\x02\x04\x04\x04"
    return out + _rar5_header(5, 0, b"\x00")


def pdf(entry: bytes = b"", stream: bytes = b"BT ET", *, is_table: bool = True) -> bytes:
    """Return a PDF with `entry` in its trailer; without a table the trailer is the dictionary of a stream."""
    out = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Length 9>>\nstream\n" + stream
    out += b"\nendstream\nendobj\n"
    end = b"startxref\n%d\n%%%%EOF\n" % len(out)
    if is_table:
        return out + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 3/Root 1 0 R" + entry + b">>\n" + end
    return (
        out
        + b"3 0 obj\n<</Type/XRef/Size 3/Root 1 0 R"
        + entry
        + b"/Length 3>>\nstream\nabc\nendstream\nendobj\n"
        + end
    )


def compound(streams: dict[str, bytes], class_id: bytes = bytes(16)) -> bytes:
    """Return a compound file with streams at its top: header, table, directory, small streams, large streams."""
    table = [0xFFFFFFFD] + [0xFFFFFFFE] * 3 + [0xFFFFFFFF] * 124
    large, small, entries = b"", b"", [_entry("Root Entry", 5, 3, 512, child=1, class_id=class_id)]
    for number, (name, data) in enumerate(streams.items(), 1):
        right = number + 1 if number < len(streams) else 0xFFFFFFFF
        if len(data) >= 4096:
            entries.append(_entry(name, 2, 4 + len(large) // 512, len(data), right=right))
            large += data + bytes(-len(data) % 512)
        else:
            entries.append(_entry(name, 2, len(small) // 64, len(data), right=right))
            small += data + bytes(-len(data) % 64)
    table[1] = 2  # the directory takes two sectors
    directory = b"".join(entries).ljust(1024, b"\x00")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + struct.pack("<128I", *table) + directory + small.ljust(512, b"\x00") + large


def _entry(name: str, kind: int, start: int, size: int, **more: int | bytes) -> bytes:
    title = (name + "\x00").encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, more.get("right", 0xFFFFFFFF), more.get("child", 0xFFFFFFFF))
    head = title.ljust(64, b"\x00") + struct.pack("<HBB", len(title), kind, 1) + links
    return head + bytes(more.get("class_id", bytes(16))) + bytes(20) + struct.pack("<IQ", start, size)
