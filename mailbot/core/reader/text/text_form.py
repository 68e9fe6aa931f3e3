"""Turns the forms of text that are not HTML into plain lines: format=flowed, enriched text, calendar entries.

What cannot be seen goes from every text here, in one pass.
"""

import re

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef]")
_LINE_ENDS = "\x0b\x0c\r\x85\u2028\u2029"
_TAG = re.compile(r"<(/?[A-Za-z0-9-]{1,60})>")
_LONE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
_BREAKS = re.compile(r"\n{2,}+")
_PARAMETER = re.compile(r"<param>[^<]{0,1000}</param>", re.IGNORECASE)
_CALENDAR_LINE = re.compile(r"(SUMMARY|DESCRIPTION|LOCATION|COMMENT)(?:;[^:\n]{0,500})?:(.*)", re.IGNORECASE)
_CALENDAR_ESCAPES = re.compile(r"\\([nN,;\\])")


def cleaned(text: str) -> str:
    """Return text without control, bidi and other characters that cannot be seen; every line separator is LF."""
    return _ODD.sub(_line_end_or_nothing, text.replace("\r\n", "\n"))


def _line_end_or_nothing(char: re.Match[str]) -> str:
    return "\n" if char[0] in _LINE_ENDS else ""


def unflow(text: str, *, is_space_deleted: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 §4) and take out the space-stuffing.

    A signature mark is never joined. Quoted lines stay as they are: they can be read, and nobody is to guess
    where a quotation began.
    """
    paragraphs: list[list[str]] = []
    is_open = False
    for line in text.split("\n"):
        if line.startswith(">"):
            paragraphs.append([line])
            is_open = False
            continue
        words = line.removeprefix(" ")
        if not is_open or words == "-- ":
            paragraphs.append([])
        is_open = words.endswith(" ") and words != "-- "
        paragraphs[-1].append(words[:-1] if is_open and is_space_deleted else words)
    return "\n".join(map("".join, paragraphs))


def enriched(text: str) -> str:
    """Return text/enriched (RFC 1896) as lines: commands taken out, "<<" is "<", one line break alone is a blank."""
    text = _BREAKS.sub(lambda found: found[0][1:], _LONE_BREAK.sub(" ", text))
    return "<".join(_TAG.sub("", _PARAMETER.sub("", piece)) for piece in text.split("<<"))


def rich(text: str) -> str:
    """Return text/richtext (RFC 1341 §7.1.3) as lines: only "<nl>" and "<np>" break them, "<lt>" is "<"."""
    return _TAG.sub(lambda tag: {"nl": "\n", "np": "\n\n", "lt": "<"}.get(tag[1].lower(), ""), text.replace("\n", " "))


def calendar(text: str) -> str:
    """Return the words of a calendar entry (RFC 5545): summary, place and description; the text where it has none."""
    lines = text.replace("\n ", "").replace("\n\t", "").split("\n")
    found = (_CALENDAR_LINE.match(line) for line in lines)
    words = [_CALENDAR_ESCAPES.sub(_unescaped, line[2]).strip() for line in found if line]
    return "\n".join(dict.fromkeys(word for word in words if word)) or text


def _unescaped(escape: re.Match[str]) -> str:
    return "\n" if escape[1] in "nN" else escape[1]
