"""Packs containers such as people attach: winmail.dat (MS-OXTNEF), RTF, ZIP; whole, or with a length that lies."""

import io
import struct
import zipfile
from random import Random

from tests.fuzz.assemble import any_of, coded, text

_NUMBERS = (0, 1, 2, 3, 4, 8, 255, 256, 65_535, 2**31 - 1, 2**31, 2**32 - 1)
_TEXTS = (0x800C, 0x8004, 0x8010, 0x9001)  # body, subject, title, transport name
_PROPERTIES = (0x1000, 0x1009, 0x1013, 0x3FDE, 0x3701, 0x3704, 0x3707, 0x370E, 0x3001, 0x0037)
_KINDS = (0x03, 0x0B, 0x1E, 0x1F, 0x40, 0x48, 0x102, 0x0D, 0x101E)


def container(rng: Random) -> bytes:
    """Return a container of any kind."""
    return rng.choice((tnef, tnef, rtf, zipped))(rng)


def tnef(rng: Random) -> bytes:
    """Return a winmail.dat: texts, properties, and up to three files."""
    objects = [_object(rng, 1, 0x9007, struct.pack("<II", rng.choice((932, 1252, 65_001, 50_220)), 0))]
    objects += [_object(rng, 1, rng.choice(_TEXTS), coded(rng, text(rng)) + b"\0") for _ in range(rng.randrange(3))]
    objects += [_object(rng, 1, 0x9003, _properties(rng)) for _ in range(rng.randrange(2))]
    for _ in range(rng.randrange(4)):
        objects += [_object(rng, 2, 0x9002, bytes(14)), _object(rng, 2, 0x8010, coded(rng, "写真.jpg") + b"\0")]
        objects += [_object(rng, 2, 0x800F, any_of(rng, "magic")), _object(rng, 2, 0x9005, _properties(rng))]
    return b"\x78\x9f\x3e\x22" + struct.pack("<H", rng.randrange(65_536)) + b"".join(objects)


def _object(rng: Random, level: int, name: int, data: bytes) -> bytes:
    size = len(data) if rng.randrange(12) else rng.choice(_NUMBERS)
    return struct.pack("<BHHI", level, name, rng.randrange(9), size) + data + struct.pack("<H", sum(data) % 65_536)


def _properties(rng: Random) -> bytes:
    """Return a list of MAPI properties: values of fixed sizes, and strings with counts, lengths and padding."""
    out = []
    for _ in range(rng.randrange(6)):
        kind = rng.choice(_KINDS)
        out.append(struct.pack("<HH", kind, rng.choice(_PROPERTIES)) + _value(rng, kind))
    return struct.pack("<I", len(out) if rng.randrange(8) else rng.choice(_NUMBERS)) + b"".join(out)


def _value(rng: Random, kind: int) -> bytes:
    fixed = {0x03: 4, 0x0B: 4, 0x40: 8, 0x48: 16}.get(kind)
    if fixed:
        return rng.randbytes(fixed)
    data = rtf(rng) if kind == 0x102 else text(rng).encode("utf-16-le" if kind == 0x1F else "cp932", "ignore")
    size = len(data) if rng.randrange(12) else rng.choice(_NUMBERS)
    return struct.pack("<II", 1, size) + data + bytes(-len(data) % 4)


def rtf(rng: Random) -> bytes:
    """Return RTF: plain, or in the frame Outlook puts around it (MS-OXRTFCP)."""
    words = (
        rb"\par ",
        rb"{\*\htmltag64 <p>}",
        rb"\'82\'a0",
        rb"\u12354?",
        rb"{\fonttbl{\f0\fcharset128 x;}}",
        rb"\bin9 ",
    )
    pieces = [rng.choice((*words, coded(rng, "本文"), b"{", b"}", b"\\")) for _ in range(rng.randrange(1, 12))]
    data = b"{\\rtf1\\ansi\\ansicpg932" + rng.choice((b"", b"\\fromhtml1")) + b"".join(pieces) + b"}"
    frame = rng.choice((b"", b"LZFu", b"MELA"))
    sizes = (len(data) + 12, len(data) if rng.randrange(6) else rng.choice(_NUMBERS), 0)
    return struct.pack("<II4sI", *sizes[:2], frame, sizes[2]) + data if frame else data


def zipped(rng: Random) -> bytes:
    """Return a ZIP file with names of any kind; now and then one bit in it says that it is encrypted."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for number in range(rng.randrange(4)):
            name = rng.choice(
                ("[Content_Types].xml", "word/document.xml", "mimetype", "../x", "名前.txt", "META-INF/manifest.xml")
            )
            archive.writestr(
                zipfile.ZipInfo(f"{name}{number or ''}"), rng.choice(("x", "application/epub+zip", "y" * 999))
            )
    data = bytearray(held.getvalue())
    for at in [at for at in range(len(data) - 4) if data[at : at + 4] == b"PK\x01\x02"]:
        data[at + 8] |= rng.choice((0, 0, 1))
    return bytes(data)
