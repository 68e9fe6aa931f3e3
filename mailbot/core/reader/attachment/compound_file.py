"""Reads the top of a compound file (MS-CFB), the container of old Office files, of Outlook's .msg and of installers.

Never raises. Only the directory and the first bytes of three streams are read; chains are followed for at most
`MAX_SECTORS` sectors, so that a circle in them costs nothing.
"""

from dataclasses import dataclass

from mailbot.core.reader.attachment.little_endian import number

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_SECTORS = 1_000
HEAD_BYTES = 512

_LAST_ID = 0xFFFFFFFA  # higher numbers are marks, not sectors or entries
_HEADER_DIFAT_IDS = 109
_ENTRY_BYTES = 128
_MINI_BYTES = 64
_MINI_CUTOFF_BYTES = 4_096
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")

_TYPES = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_WORD_IS_ENCRYPTED = 0x0100
_EXCEL_FILE_PASS = 0x002F
_POWERPOINT_ENCRYPTED = 0xF3D1C4DF


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    left: int
    right: int
    child: int
    class_id: bytes
    start: int
    size: int


def compound_type(data: bytes) -> str:
    """Return the MIME type by the streams at the top, `application/x-ole-storage` where they are of no known program.

    A password-protected Office file of today is such a storage too: what is inside cannot be seen.
    """
    directory = _Directory(data)
    if directory.root and directory.root.class_id == _INSTALLER:
        return "application/x-msi"
    return next((kind for name, kind in _TYPES if name in directory.top), "application/x-ole-storage")


def is_encrypted_compound(data: bytes) -> bool:
    """Return whether the file needs a password: MS-OFFCRYPTO 2.3.2, MS-DOC 2.5.2, MS-XLS 2.4.117, MS-PPT 2.3.2."""
    directory = _Directory(data)
    if "EncryptedPackage" in directory.top:
        return True
    word = directory.head("WordDocument")
    user = directory.head("Current User")
    return (
        bool(number(word, 10, 2) & _WORD_IS_ENCRYPTED)
        or number(user, 12, 4) == _POWERPOINT_ENCRYPTED
        or any(_has_file_pass(directory.head(name)) for name in ("Workbook", "Book"))
    )


def _has_file_pass(head: bytes) -> bool:
    """Return whether a FilePass record stands among the first records of a workbook."""
    at = 0
    while at + 4 <= len(head):
        if at and number(head, at, 2) == _EXCEL_FILE_PASS:
            return True
        at += 4 + number(head, at + 2, 2)
    return False


class _Directory:
    """The entries at the top of the file by name, and where their bytes are."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.shift = 12 if number(data, 30, 2) == 12 else 9  # noqa: PLR2004 - the two sizes of a sector
        entries = b"".join(map(self._sector, self._chain(number(data, 48, 4))))
        self.root = _entry(entries, 0) if entries else None
        self.top = self._siblings(entries, self.root.child) if self.root else {}

    def head(self, name: str) -> bytes:
        """Return the first bytes of a stream, at most 512; b"" where there is none of this name."""
        entry = self.top.get(name)
        if entry is None or self.root is None:
            return b""
        if entry.size >= _MINI_CUTOFF_BYTES:
            return self._sector(entry.start)[:HEAD_BYTES]
        offset = entry.start * _MINI_BYTES  # small streams lie together in the stream of the root
        sectors = self._chain(self.root.start)
        at = offset >> self.shift
        inside = offset & ((1 << self.shift) - 1)
        return self._sector(sectors[at])[inside : inside + min(entry.size, _MINI_BYTES)] if at < len(sectors) else b""

    def _siblings(self, entries: bytes, first: int) -> dict[str, _Entry]:
        """Return all entries of one folder: they form a tree by their left and right neighbours."""
        found: dict[str, _Entry] = {}
        todo, seen = [first], set[int]()
        while todo:
            one = todo.pop()
            if one in seen or one * _ENTRY_BYTES >= len(entries):
                continue
            seen.add(one)
            entry = _entry(entries, one)
            found.setdefault(entry.name, entry)
            todo += [entry.left, entry.right]
        return found

    def _chain(self, sector: int) -> list[int]:
        chain: list[int] = []
        while sector < _LAST_ID and len(chain) < MAX_SECTORS:
            chain.append(sector)
            sector = self._next(sector)
        return chain

    def _next(self, sector: int) -> int:
        """Return what the allocation table says behind a sector; the end of the chain where one of them is missing."""
        if sector << self.shift > len(self.data):
            return _LAST_ID
        table, slot = divmod(sector, 1 << (self.shift - 2))
        entry = self._sector(self._table(table))[4 * slot : 4 * slot + 4]
        return int.from_bytes(entry, "little") if entry else _LAST_ID

    def _table(self, piece: int) -> int:
        """Return the sector of the n-th piece of the allocation table; the header names 109, a chain the others."""
        if piece < _HEADER_DIFAT_IDS:
            return number(self.data, 76 + 4 * piece, 4)
        names = (1 << (self.shift - 2)) - 1
        hops, slot = divmod(piece - _HEADER_DIFAT_IDS, names)
        sector = number(self.data, 68, 4)
        for _ in range(min(hops, MAX_SECTORS)):
            sector = number(self._sector(sector), 4 * names, 4)
        return number(self._sector(sector), 4 * slot, 4)

    def _sector(self, sector: int) -> bytes:
        start = (sector + 1) << self.shift
        return self.data[start : start + (1 << self.shift)]


def _entry(entries: bytes, position: int) -> _Entry:
    raw = entries[position * _ENTRY_BYTES : (position + 1) * _ENTRY_BYTES]
    name = raw[: max(number(raw, 64, 2) - 2, 0)][:62].decode("utf-16-le", "replace")
    left, right, child, start, size = (number(raw, at, 4) for at in (68, 72, 76, 116, 120))
    return _Entry(name, left, right, child, raw[80:96], start, size)
