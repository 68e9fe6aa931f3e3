"""Reads header blocks: cuts the lines, decodes words, parameters, ids and file names.

Never raises. What is returned for showing holds no control character, line break or bidi control;
ids match a strict grammar, so that nothing from a mail can become a header line of ours (threats B3).
"""

import binascii
import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import unquote_to_bytes

from mailbot.core.charset import canonical, decode_text

MAX_BLOCK_BYTES = 256 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_LINES = 1_000
MAX_IDS = 20
MAX_IDS_CHARS = 2_000
MAX_NAME_CHARS = 120

_BLANK_LINE = re.compile(rb"\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([^?\s]{1,75})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,250}@[!-;=?A-~]{1,250}>")
_BLANKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f\ufeff\ud800-\udfff]"
)
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines of one part in their order: lower-case names, unfolded raw values."""

    fields: tuple[tuple[str, bytes], ...] = ()
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> list[str]:
        """Return every value of a header as text with its encoded words still closed, topmost first."""
        return [_text(value) for field, value in self.fields if field == name]

    def first(self, name: str) -> str:
        """Return the topmost value, or "" where the header is missing."""
        return next((_text(value) for field, value in self.fields if field == name), "")

    def names(self) -> list[str]:
        """Return the lower-case names in their order, doubles included."""
        return [field for field, _ in self.fields]

    def parameters(self, name: str) -> tuple[str, dict[str, str]]:
        """Return the lower-case value and the decoded parameters of a MIME header (RFC 2045 §5.1, RFC 2231)."""
        return _parameters(self.first(name))


def read_headers(data: bytes, start: int = 0, end: int | None = None) -> tuple[Headers, int]:
    """Read the header block that begins at `start`; return it and the offset where the body begins.

    A line that is no header ends the block, as if the blank line before it had been lost. What goes
    past a limit is dropped and named in the defects.
    """
    end = len(data) if end is None else end
    block_end, body_at = _block_end(data, start, end)
    lines = data[start : min(block_end, start + MAX_BLOCK_BYTES)].split(b"\n", MAX_LINES)
    is_too_long = block_end - start > MAX_BLOCK_BYTES or len(lines) > MAX_LINES
    fields, broken_at = _fields(lines[:MAX_LINES])
    defects = {
        "headers_too_long": is_too_long,
        "headers_broken_off": broken_at is not None,
        "header_too_long": any(sum(map(len, value)) > MAX_HEADER_BYTES for _, value in fields),
    }
    cut = tuple((name, b"".join(value)[:MAX_HEADER_BYTES].strip()) for name, value in fields)
    seen = tuple(code for code, is_seen in defects.items() if is_seen)
    return Headers(cut, seen), body_at if broken_at is None else start + broken_at


def _block_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the header lines end and where the body begins behind the blank line."""
    if lone := _LINE_END.match(data, start, end):
        return start, lone.end()
    blank = _BLANK_LINE.search(data, start, end)
    return (blank.start() + 1, blank.end()) if blank else (end, end)


def _fields(lines: list[bytes]) -> tuple[list[tuple[str, list[bytes]]], int | None]:
    """Return names with their pieces, and where the first line that is no header begins (None: nowhere)."""
    fields: list[tuple[str, list[bytes]]] = []
    position = 0
    for number, line in enumerate(lines):
        if line[:1] in {b" ", b"\t"}:
            if fields:
                fields[-1][1].append(line.rstrip(b"\r"))
        elif match := _FIELD.match(line):
            fields.append((match[1].decode("ascii").lower(), [match[2].rstrip(b"\r")]))
        elif line.strip() and not (number == 0 and line.startswith((b"From ", b">From "))):
            return fields, position
        position += len(line) + 1
    return fields, None


def _text(value: bytes) -> str:
    """Return a raw value as text; ASCII and UTF-8 as they are, else what the bytes look like (RFC 6532 and before)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode_text(value, None)[0]


def decode_words(text: str) -> str:
    """Return the text with its encoded words opened (RFC 2047).

    Neighbours of one charset are joined before they are decoded, because senders split characters
    and escape sequences between words. Raw JIS escapes are read too.
    """
    text = _without_escapes(text)
    out: list[str] = []
    run: list[re.Match[str]] = []
    end = 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        if gap.strip() or not run:
            out += [_open(run), gap]
            run = []
        run.append(word)
        end = word.end()
    return "".join([*out, _open(run), text[end:]])


def _without_escapes(text: str) -> str:
    return decode_text(text.encode("utf-8", "replace"), None)[0] if "\x1b" in text else text


def _open(run: list[re.Match[str]]) -> str:
    groups = groupby(run, key=lambda word: canonical(word[1]) or word[1])
    return "".join(decode_text(_word_bytes(list(words)), label)[0] for label, words in groups)


def _word_bytes(words: list[re.Match[str]]) -> bytes:
    out = []
    for letter, same in groupby(words, key=lambda word: word[2].upper()):
        texts = [word[3].encode("utf-8", "replace") for word in same]
        out.append(_base64_words(texts) if letter == "B" else b"".join(_q_word(text) for text in texts))
    return b"".join(out)


def _base64_words(texts: list[bytes]) -> bytes:
    """Decode each word by itself, or as one where a sender cut the base64 anywhere."""
    if all(len(text) % 4 == 0 for text in texts[:-1]):
        return b"".join(map(loose_base64, texts))
    return loose_base64(b"".join(texts))


def _q_word(text: bytes) -> bytes:
    return binascii.a2b_qp(text, header=True)


def loose_base64(data: bytes) -> bytes:
    """Decode base64 as far as it can be: foreign bytes are skipped, padding may lack or stand in the middle."""
    whole = data.rstrip(b"=\r\n\t ")
    if b"=" in whole:
        return b"".join(map(_base64_piece, whole.split(b"=")))
    return _base64_piece(whole)


def _base64_piece(piece: bytes) -> bytes:
    try:
        return binascii.a2b_base64(piece + b"==")
    except binascii.Error:  # one letter too many: six bits say nothing
        letters = piece.translate(None, _NOT_BASE64)
        return binascii.a2b_base64(letters[: len(letters) - len(letters) % 4])


def clean(text: str) -> str:
    """Return text safe to show on one line: no control, line break, zero-width or bidi control character."""
    return _HIDDEN.sub("", _BLANKS.sub(" ", text)).strip()


def shown(text: str) -> str:
    """Return a raw header value decoded and safe to show."""
    return clean(decode_words(text))


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids that match the strict grammar, brackets kept; the newest where there are too many.

    Printable ASCII only, at most 20 ids and 2,000 characters in all; junk between them is ignored.
    """
    found = [match[0] for match in _MESSAGE_ID.finditer(value)][-MAX_IDS:]
    while sum(map(len, found)) > MAX_IDS_CHARS:
        found.pop(0)
    return tuple(found)


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    value = _without_escapes(value)
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAMETER.finditer(value):
        name = _SECTION.fullmatch(match[1].lower())
        if name and (name[2] or name[3]):
            sections.setdefault(name[1], {})[int(name[2] or 0)] = (bool(name[3]), _unquoted(match[2]))
        else:
            plain.setdefault(match[1].lower(), decode_words(_unquoted(match[2])))
    main = value.partition(";")[0].split()
    return (main[0].lower() if main else ""), plain | {name: _joined(parts) for name, parts in sections.items()}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    inner = value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]
    return inner.replace('\\"', '"').replace("\\\\", "\\")


def _joined(parts: dict[int, tuple[bool, str]]) -> str:
    """Join the sections of a parameter; the first names the charset (RFC 2231 §4.1)."""
    ordered = [parts[number] for number in sorted(parts)]
    label, quoted, rest = ordered[0][1].partition("'")
    if ordered[0][0] and quoted:
        ordered[0] = (True, rest.partition("'")[2])
    data = b"".join(unquote_to_bytes(text) if coded else text.encode("utf-8", "replace") for coded, text in ordered)
    return decode_words(decode_text(data, label if ordered[0][0] and quoted else None)[0])


def file_name(headers: Headers) -> str:
    """Return the safe name of an attachment, "" where it has none (RFC 2183 §2.3; `name` of RFC 2045 as fallback)."""
    given = headers.parameters("content-disposition")[1].get("filename")
    return safe_name(given or headers.parameters("content-type")[1].get("name") or "")


def safe_name(name: str) -> str:
    """Return the last component of a name: NFC, at most 120 characters, no dot first, nothing hidden."""
    last = re.split(r"[/\\]", clean(unicodedata.normalize("NFC", name)))[-1]
    last = re.sub(r'[<>:"|?*]', "_", last).strip(" .")
    stem, dot, ending = last.rpartition(".")
    if len(last) <= MAX_NAME_CHARS or not dot or len(ending) > MAX_NAME_CHARS // 4:
        return last[:MAX_NAME_CHARS]
    return stem[: MAX_NAME_CHARS - len(ending) - 1] + "." + ending
