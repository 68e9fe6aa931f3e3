"""Opens winmail.dat, the container in which Outlook sends files and text (TNEF: MS-OXTNEF, MS-OXCDATA).

Never raises. Linear in the data and bounded: objects, files, depth. Every length is checked against the bytes
that are there before it is believed; what lies behind a broken one is left out and the container called broken.

The reader is ours because the library tnefparse follows counts of 2^32 that a file of 29 bytes can claim, copies the
rest of the data for every object, and loses all files where one name or subject is not of the code page it expects.
"""

from dataclasses import dataclass, field

from mailbot.core.reader.attachment.little_endian import number
from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.text.html import html_to_text
from mailbot.core.reader.text.rich_text import rtf_text

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_OBJECTS = 5_000
MAX_PROPERTIES = 500  # in one object
MAX_FILES = 300
MAX_VALUES = 1_000  # of one property
MAX_DEPTH = 3
MAX_TEXT_CHARS = 1_000_000

_MESSAGE, _ATTACHMENT = 1, 2  # levels
_BODY, _MESSAGE_PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_DATA, _TITLE, _TRANSPORT_NAME, _NEW_FILE, _PROPERTIES = 0x800F, 0x8010, 0x9001, 0x9002, 0x9005

_P_BODY, _P_RTF, _P_HTML, _P_INTERNET_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_P_DATA, _P_SHORT_NAME, _P_LONG_NAME, _P_MIME_TYPE, _P_SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x370E, 0x3001

_NAMED_FROM = 0x8000
_MULTIPLE = 0x1000
_FIXED_BYTES = {
    0x00: 0,
    0x01: 0,
    0x02: 2,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 2,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
_STRING, _UNICODE = 0x1E, 0x1F
_VARIABLE = {0x0D, _STRING, _UNICODE, 0x102}
_INTERFACE_BYTES = 16
_EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_OTHER_CODEPAGES = {20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 28591: "iso-8859-1", 28605: "iso-8859-15"}


@dataclass(frozen=True, slots=True)
class TnefFile:
    """A file in the container: `name` as it stands there (never safe to use as it is), `type` as claimed, or ""."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tnef:
    """What a container holds; `is_broken` says that a length in it lied or that a limit cut it."""

    files: tuple[TnefFile, ...] = ()
    plain: str = ""
    html: str = ""
    rtf: bytes = b""
    is_broken: bool = False


def read_tnef(data: bytes, max_files: int = MAX_FILES) -> Tnef:
    """Return the files and the text of a container; files of a message inside of it follow that message."""
    return _read(data, 0, [max_files])


def tnef_text(data: bytes) -> str:
    """Return the text of a container: its plain text, else its HTML, else its RTF; "" where it has none or is none."""
    held = read_tnef(data)
    if held.plain.strip():
        return held.plain[:MAX_TEXT_CHARS]
    if held.html.strip() and (text := html_to_text(held.html)).strip():
        return text[:MAX_TEXT_CHARS]
    return rtf_text(held.rtf)[:MAX_TEXT_CHARS]


_Properties = dict[int, tuple[int, bytes]]  # type and first value by number


@dataclass(slots=True)
class _Group:
    """The objects that belong together, of the message or of one file, by name; and their properties."""

    objects: dict[int, bytes] = field(default_factory=dict)
    properties: _Properties = field(default_factory=dict)

    def read_properties(self, name: int) -> bool:
        """Read the object of this name as properties; return whether it is broken."""
        self.properties, is_broken = _properties(self.objects.get(name, b""))
        return is_broken


def _read(data: bytes, depth: int, left: list[int]) -> Tnef:
    """Read one container; `left` holds the one count of files that may still be opened."""
    if not data.startswith(SIGNATURE):
        return Tnef(is_broken=True)
    message, files, is_broken = _groups(data)
    is_broken |= message.read_properties(_MESSAGE_PROPERTIES)
    codepage = _charset(number(message.objects.get(_CODEPAGE, b""), 0, 4))
    held: list[TnefFile] = []
    for one in files:
        if left[0] <= 0:
            is_broken = True
            break
        left[0] -= 1
        is_broken |= one.read_properties(_PROPERTIES)
        held += _opened(one, codepage, depth, left)
    return Tnef(tuple(held), *_texts(message, codepage), is_broken)


def _groups(data: bytes) -> tuple[_Group, list[_Group], bool]:
    """Return the message, its files in order, and whether the chain of objects breaks off."""
    objects, is_broken = _objects(data)
    message, files = _Group(), list[_Group]()
    for level, name, value in objects:
        if level == _ATTACHMENT and (name == _NEW_FILE or not files):
            files.append(_Group())
        (message if level == _MESSAGE else files[-1]).objects.setdefault(name, value)
    return message, files, is_broken


def _texts(message: _Group, codepage: str) -> tuple[str, str, bytes]:
    """Return the plain text, the HTML and the RTF of the message."""
    plain = _text(message.properties, _P_BODY, codepage) or _decoded(message.objects.get(_BODY, b""), codepage)
    return plain, _html(message.properties, codepage), message.properties.get(_P_RTF, (0, b""))[1]


def _objects(data: bytes) -> tuple[list[tuple[int, int, bytes]], bool]:
    """Return level, name and bytes of each object, and whether the chain breaks off (MS-OXTNEF 2.1.3.1).

    An object is its level 1, name 2, type 2, length 4, the bytes, and a checksum 2 that some writers get wrong.
    """
    objects: list[tuple[int, int, bytes]] = []
    at = len(SIGNATURE) + 2
    while at < len(data):
        level, start, size = data[at], at + 9, number(data, at + 5, 4)
        if level not in {_MESSAGE, _ATTACHMENT} or len(objects) >= MAX_OBJECTS:
            return objects, True
        objects.append((level, number(data, at + 1, 2), data[start : start + size]))
        at = start + size + 2
    return objects, at > len(data)


def _properties(data: bytes) -> tuple[_Properties, bool]:
    """Return the properties by number with their types, and whether a count or length lies (MS-OXTNEF 2.1.3.4)."""
    found: _Properties = {}
    at = 4
    count = number(data, 0, 4)
    for _ in range(min(count, MAX_PROPERTIES)):
        kind, name = number(data, at, 2), number(data, at + 2, 2)
        at = _behind_name(data, at + 4) if name >= _NAMED_FROM else at + 4
        value, at = _value(data, at, kind)
        if at > len(data):
            return found, True
        found.setdefault(name, (kind & ~_MULTIPLE, value))
    return found, count > MAX_PROPERTIES


def _behind_name(data: bytes, at: int) -> int:
    """Return the offset behind the name of a named property: GUID 16, kind 4, then a number or a text."""
    is_text = number(data, at + 16, 4) != 0
    return at + 24 + (_padded(number(data, at + 20, 4)) if is_text else 0)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """Return the first value of a property and the offset behind all of them, which lies past the end if they lie."""
    base = kind & ~_MULTIPLE
    if base not in _VARIABLE:
        count = number(data, at, 4) if kind & _MULTIPLE else 1
        start = at + 4 if kind & _MULTIPLE else at
        size = _FIXED_BYTES.get(base, len(data) + 1)  # no length is known for any other type: nothing behind it is read
        return data[start : start + size], start + _padded(size * count)
    count, at = number(data, at, 4), at + 4
    first = data[at + 4 : at + 4 + number(data, at, 4)]
    if count > MAX_VALUES:
        return first, len(data) + 1
    for _ in range(count):
        at += 4 + _padded(number(data, at, 4))
    return first, at


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def _opened(one: _Group, codepage: str, depth: int, left: list[int]) -> list[TnefFile]:
    """Return the file, and behind a message the files in it."""
    props = one.properties
    embedded = props.get(_P_DATA, (0, b""))[1]
    if embedded.startswith(_EMBEDDED_MESSAGE):
        inner = embedded[_INTERFACE_BYTES:]
        held = _read(inner, depth + 1, left).files if depth + 1 < MAX_DEPTH else ()
        return [TnefFile(_name(one, codepage), "application/ms-tnef", inner), *held]
    data = one.objects.get(_DATA) or embedded[_INTERFACE_BYTES:]
    if not data and not _name(one, codepage):
        return []  # the beginning of a file that was cut off, or garbage
    return [TnefFile(_name(one, codepage), _text(props, _P_MIME_TYPE, codepage).strip().lower(), data)]


def _name(one: _Group, codepage: str) -> str:
    """Return the first name there is: the long one, the short ones, the one that is only shown."""
    names = [_text(one.properties, name, codepage) for name in (_P_LONG_NAME, _P_SHORT_NAME)]
    titles = [_decoded(one.objects.get(name, b""), codepage) for name in (_TITLE, _TRANSPORT_NAME)]
    return next(filter(None, [*names, *titles]), "") or _text(one.properties, _P_SHOWN_NAME, codepage)


def _html(message: _Properties, codepage: str) -> str:
    kind, value = message.get(_P_HTML, (0, b""))
    told = number(message.get(_P_INTERNET_CODEPAGE, (0, b""))[1], 0, 4)
    return _text(message, _P_HTML, codepage) if kind == _UNICODE else _decoded(value, _charset(told) or codepage)


def _text(properties: _Properties, name: int, codepage: str) -> str:
    kind, value = properties.get(name, (0, b""))
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").partition("\x00")[0]
    return _decoded(value, codepage)


def _decoded(value: bytes, codepage: str) -> str:
    return decode_text(value.partition(b"\x00")[0], codepage or None)[0]


def _charset(codepage: int) -> str:
    """Return the label of a Windows code page, "" for none."""
    return _OTHER_CODEPAGES.get(codepage, f"cp{codepage}" if codepage else "")
