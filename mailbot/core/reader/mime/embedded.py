"""Finds the files that old mailers and news readers wrote into the text itself: uuencode and yEnc blocks."""

import re
from dataclasses import dataclass

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.mime.part import Part, decoded

_BLOCK = re.compile(
    rb"(?:(?<=\n)|\A)(?:"
    rb"begin [0-7]{3,4} (?P<uu>[^\r\n]{1,255})\r?\n(?P<first>[!-M][ -`]{1,62})[ \t]*+(?:\r?\n|\Z)"
    rb"(?:[ -`]{1,66}+[ \t]*+(?:\r?\n|\Z))*+(?:[ \t]*+\r?\n){0,3}+(?:end[ \t]*+(?:\r?\n|\Z))?+"
    rb"|begin-base64 [0-7]{3,4} (?P<base64>[^\r\n]{1,255})\r?\n(?:[A-Za-z0-9+/=]{1,100}+[ \t]*+(?:\r?\n|\Z))++"
    rb"|=ybegin [^\r\n]{0,100}? name=(?P<yenc>[^\r\n]{1,255})\r?\n)"
)
_YENC_END = re.compile(rb"\n=yend[^\n]*+(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Block:
    """A file inside a text: where it stands, the name of its encoding, and its own as the mail gives it."""

    start: int
    end: int
    encoding: str
    name: str


def with_files_apart(part: Part, limit: int) -> tuple[Part, int]:
    """Return a text with the files written into it as parts of their own, at most `limit`, and how many they are."""
    if part.type != "text/plain" or b"begin" not in part.data or part.is_attachment:
        return part, 0
    text = decoded(part)
    blocks = blocks_of(text, limit)
    return (
        (Part(part.headers, b"", "multipart/mixed", {}, _split(part, text, blocks)), len(blocks))
        if blocks
        else (part, 0)
    )


def _split(part: Part, text: bytes, blocks: list[Block]) -> tuple[Part, ...]:
    headers = Headers(tuple(one for one in part.headers.fields if one[0] != "content-transfer-encoding"))
    out: list[Part] = []
    ends = [0, *(block.end for block in blocks)]
    for end, block in zip(ends, blocks, strict=False):
        out += [Part(headers, text[end : block.start], part.type, part.parameters), _file(block, text)]
    out.append(Part(headers, text[ends[-1] :], part.type, part.parameters))
    return tuple(one for one in out if one.data.strip())


def _file(block: Block, text: bytes) -> Part:
    name = block.name.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "replace")
    fields = (
        ("content-type", b"application/octet-stream"),
        ("content-disposition", b'attachment; filename="' + name + b'"'),
        ("content-transfer-encoding", block.encoding.encode()),
    )
    return Part(Headers(fields), text[block.start : block.end], "application/octet-stream")


def blocks_of(data: bytes, limit: int) -> list[Block]:
    """Return the files written into a text, in order, at most `limit`; one cut off at the end counts too."""
    if b"begin" not in data:
        return []
    found: list[Block] = []
    position = 0
    while len(found) < limit and (match := _BLOCK.search(data, position)):
        block = _block(data, match)
        position = block.end if block else match.end()
        found += [block] if block else []
    return found


def _block(data: bytes, match: re.Match[bytes]) -> Block | None:
    if match["yenc"]:
        last = _YENC_END.search(data, match.end() - 1)
        return Block(match.start(), last.end() if last else len(data), "x-yenc", _name(match["yenc"]))
    if match["uu"] and not _is_uu_line(match["first"]):
        return None
    return Block(match.start(), match.end(), "x-uuencode", _name(match["uu"] or match["base64"]))


def _is_uu_line(line: bytes) -> bool:
    """Whether a line is as long as its first character says; blanks at its end may be lost, a check letter added."""
    letters = (((line[0] - 32) & 63) + 2) // 3 * 4
    return len(line.rstrip()) - 1 <= letters + 1 and letters <= len(line) + len(line) // 2


def _name(name: bytes) -> str:
    return decode_text(name, None)[0].strip(" \t\"'")
