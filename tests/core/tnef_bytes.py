"""Builds winmail.dat byte by byte (MS-OXTNEF)."""

import struct

BODY, MESSAGE_CLASS, SUBJECT, PROPERTIES, CODEPAGE, VERSION = 0x800C, 0x8008, 0x8004, 0x9003, 0x9007, 0x9006
DATA, TITLE, NEW_FILE, FILE_PROPERTIES = 0x800F, 0x8010, 0x9002, 0x9005
P_BODY, P_RTF, P_HTML, P_INTERNET_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
P_DATA, P_SHORT_NAME, P_LONG_NAME, P_MIME_TYPE, P_SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x370E, 0x3001
MESSAGE_ID = bytes.fromhex("0703020000000000c000000000000046")


def tnef(*objects: bytes, codepage: int = 932) -> bytes:
    """Return a container; its head is what Outlook writes."""
    head = one(1, VERSION, struct.pack("<I", 0x10000)) + one(1, CODEPAGE, struct.pack("<II", codepage, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + head + b"".join(objects)


def one(level: int, name: int, data: bytes, kind: int = 6) -> bytes:
    """Return one object: 1 is the level of the message, 2 that of a file."""
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def props(*properties: tuple[int, object]) -> bytes:
    """Return properties: text as UTF-16, bytes as binary, bytes in a tuple as an 8-bit string, numbers as 32 bits."""
    return struct.pack("<I", len(properties)) + b"".join(_property(name, value) for name, value in properties)


def _property(name: int, value: object) -> bytes:
    if isinstance(value, int):
        return struct.pack("<HHI", 3, name, value)
    if isinstance(value, str):
        kind, data = 0x1F, (value + "\x00").encode("utf-16-le")
    elif isinstance(value, tuple):
        kind, data = 0x1E, value[0] + b"\x00"
    else:
        assert isinstance(value, bytes)
        kind, data = 0x102, value
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)


def named(number: int, text: str, value: int) -> bytes:
    """Return a property that has a name of its own, as calendars and forms have."""
    name = (text + "\x00").encode("utf-16-le")
    head = struct.pack("<HH", 3, number) + bytes(16) + struct.pack("<II", 1, len(name))
    return head + name + bytes(-len(name) % 4) + struct.pack("<I", value)


def file(title: bytes, data: bytes, *properties: tuple[int, object]) -> bytes:
    """Return the objects of one file as Outlook orders them."""
    held = one(2, NEW_FILE, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)) + one(2, DATA, data)
    held += one(2, TITLE, title + b"\x00", 1)
    return held + (one(2, FILE_PROPERTIES, props(*properties)) if properties else b"")


def embedded(name: str, inner: bytes) -> bytes:
    """Return the objects of a message inside of the message."""
    data = MESSAGE_ID + inner
    properties = struct.pack("<I", 2) + _property(P_SHOWN_NAME, name)
    properties += struct.pack("<HHII", 0x0D, P_DATA, 1, len(data)) + data + bytes(-len(data) % 4)
    return one(2, NEW_FILE, bytes(14)) + one(2, FILE_PROPERTIES, properties)
