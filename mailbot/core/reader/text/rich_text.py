"""Reads the text out of RTF as Outlook sends it: compressed (MS-OXRTFCP), often with HTML inside (MS-OXRTFEX).

Never raises, linear, and bounded: at most `MAX_RTF_BYTES` are unpacked. Pictures, fonts, styles and fields that
are not shown are left out.
"""

import re

from mailbot.core.reader.attachment.little_endian import number
from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.text.html import html_to_text

MAX_RTF_BYTES = 4 * 1024 * 1024

_COMPRESSED = b"LZFu"
_PLAIN = b"MELA"
_WINDOW_BYTES = 4_096
_PRELOADED = (  # what the window holds at first (MS-OXRTFCP 2.1.2.1)
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor"
    b" MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_MAX_DEPTH = 200
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})"  # a byte of the charset
    rb"|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"  # a word with its number
    rb"|\\([^a-zA-Z'])"  # a symbol
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
    rb"|.",
    re.DOTALL,
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"endash": "–",
    b"emdash": "—",
}
_HIDDEN = {
    *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"fldinst"),
    *(b"listtable", b"listoverridetable", b"generator", b"themedata", b"colorschememapping", b"datastore"),
    *(b"latentstyles", b"rsidtbl", b"xmlnstbl", b"filetbl", b"revtbl", b"headerl", b"headerr", b"footerl", b"footerr"),
}
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251", 161: "cp1253", 162: "cp1254"}


def rtf_text(data: bytes) -> str:
    """Return the text of an RTF body, compressed or not; "" where it is broken or empty."""
    reader = _Reader(_unpacked(data))
    reader.read()
    # Characters beyond the first plane come as two halves; a half by itself says nothing.
    text = "".join(reader.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return html_to_text(text) if reader.is_html else text


def _unpacked(data: bytes) -> bytes:
    """Return the RTF behind the header: sizes packed and plain 4 each, kind 4, checksum 4 (MS-OXRTFCP 2.1.3.1.1)."""
    kind, size = data[8:12], min(number(data, 4, 4), MAX_RTF_BYTES)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    return _inflated(data[16:], size) if kind == _COMPRESSED else data[:MAX_RTF_BYTES]


def _inflated(packed: bytes, size: int) -> bytes:
    """Return what the window compression yields, at most `size` bytes (MS-OXRTFCP 3.1.3.1)."""
    out = bytearray(_PRELOADED)
    wanted, at = len(_PRELOADED) + size, 0
    while at < len(packed) and len(out) < wanted:
        control, at = packed[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                out += packed[at : at + 1]
                at += 1
                continue
            token, at = int.from_bytes(packed[at : at + 2], "big"), at + 2
            offset, length = token >> 4, (token & 0x0F) + 2
            back = (len(out) - offset) % _WINDOW_BYTES
            if not back:  # a reference to the place of writing ends the text
                return bytes(out[len(_PRELOADED) : wanted])
            _copy(out, back, length)
    return bytes(out[len(_PRELOADED) : wanted])


def _copy(out: bytearray, back: int, length: int) -> None:
    """Repeat what stands `back` bytes before the end; it may overlap with what it writes."""
    start = max(len(out) - back, 0)
    piece = out[start : start + min(back, length)]
    out += (piece * (length // len(piece) + 1))[:length]


class _Reader:
    """Walks over the RTF once: `out` is the text, or the HTML that was packed into it."""

    def __init__(self, rtf: bytes) -> None:
        self.rtf = rtf
        self.is_html = b"\\fromhtml" in rtf[:1_000]
        self.out: list[str] = []
        self.bytes_run = bytearray()
        self.codepage = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font: int | None = None
        self.skip = 0  # replacement characters still to leave out behind \u
        self.skip_each = 1
        # For each open group: is it hidden, are HTML's RTF twins hidden, the font, is it the font table.
        self.groups: list[tuple[bool, bool, int | None, bool]] = []
        self.is_hidden = self.is_twin = self.is_font_table = False
        self.is_optional = False

    def read(self) -> None:
        """Fill `out`."""
        for token in _TOKEN.finditer(self.rtf):
            if token[1]:
                self._byte(int(token[1], 16))
            elif token[2]:
                self._word(token[2], int(token[3]) if token[3] else None)
            elif token[4]:
                self._symbol(token[4])
            elif token[5]:
                self._open() if token[5] == b"{" else self._close()
            elif token[6]:
                self._plain(token[6])
        self._flush()

    def _open(self) -> None:
        self._flush()
        if len(self.groups) < _MAX_DEPTH:
            self.groups.append((self.is_hidden, self.is_twin, self.font, self.is_font_table))

    def _close(self) -> None:
        self._flush()
        if self.groups:
            self.is_hidden, self.is_twin, self.font, self.is_font_table = self.groups.pop()
        self.is_optional = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.is_optional = True
        elif symbol in b"\\{}":
            self._plain(symbol)
        elif symbol in b"\r\n":
            self._show("\n")
        else:
            self._show({b"~": "\xa0", b"_": "-"}.get(symbol, ""))

    def _word(self, word: bytes, value: int | None) -> None:
        is_optional, self.is_optional = self.is_optional, False
        if word == b"u":
            self._show(chr((value or 0) & 0xFFFF))
            self.skip = self.skip_each
        elif word == b"uc":
            self.skip_each = min(max(value or 0, 0), 9)
        elif word == b"htmlrtf":
            self._flush()
            self.is_twin = value != 0
        elif word == b"htmltag":
            self._flush()
        elif word in _HIDDEN or is_optional:
            self._flush()
            self.is_font_table = word == b"fonttbl"
            self.is_hidden = True
        else:
            self._setting(word, value)

    def _setting(self, word: bytes, value: int | None) -> None:
        if word == b"ansicpg" and value:
            self.codepage = f"cp{value}"
        elif word == b"f":
            self._flush()
            self.font = value
        elif word == b"fcharset" and self.is_font_table and self.font is not None and value in _CHARSETS:
            self.fonts[self.font] = _CHARSETS[value]
        elif word in _BREAKS or word in _SIGNS:
            self._show(_BREAKS.get(word) or _SIGNS[word])

    def _plain(self, run: bytes) -> None:
        cut = min(self.skip, len(run))
        self.skip -= cut
        if not (self.is_hidden or self.is_twin):
            self.bytes_run += run[cut:]

    def _byte(self, byte: int) -> None:
        if self.skip:
            self.skip -= 1
        elif not (self.is_hidden or self.is_twin):
            self.bytes_run.append(byte)

    def _show(self, text: str) -> None:
        self._flush()
        if not (self.is_hidden or self.is_twin):
            self.out.append(text)

    def _flush(self) -> None:
        """Decode the bytes that stand together: two of them may be one Japanese character."""
        self.skip = 0 if not self.bytes_run else self.skip
        if self.bytes_run:
            charset = self.fonts.get(self.font, self.codepage) if self.font is not None else self.codepage
            self.out.append(decode_text(bytes(self.bytes_run), charset)[0])
            self.bytes_run.clear()
