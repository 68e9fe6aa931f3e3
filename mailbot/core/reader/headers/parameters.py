"""Reads the value and the parameters of MIME headers (RFC 2045 §5.1, RFC 2231) as mailers really write them.

Never raises; at most 200 parameters are read. Forgiven are missing semicolons and quotes, comments, encoded
words (RFC 2047 §5 forbids them here, and Japanese mailers write them), raw JIS and 8-bit names, sections out of
order, and percent signs without a charset.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.charset.labels import canonical
from mailbot.core.reader.headers.encoded_words import decode_words, without_escapes

MAX_PARAMETERS = 200
MAX_QUOTED_CHARS = 4_000

_FREE = {"name", "filename", "boundary"}  # values that people and mailers write with blanks and without quotes
_KNOWN = (
    "charset|name|filename|format|delsp|boundary|type|size|method|protocol|micalg|start|start-info|report-type"
    "|creation-date|modification-date|read-date|reply-type|access-type|id|number|total|x-[a-z0-9-]+"
)
# What nearly every header is: nothing is coded, folded, missing or too much
_PLAIN_PAIR = re.compile(r";[ \t]*+([a-z-]++)=(?:\"([^\"\\%?\x1b$]++)\"|([\w.+-]++))(?=[; \t]|\Z)", re.IGNORECASE)
_PLAIN = re.compile(rf"[\w.+-]++(?:/[\w.+-]++)?(?:{_PLAIN_PAIR.pattern})*+;?+[ \t]*+", re.IGNORECASE | re.ASCII)
_MAIN = re.compile(r"[\s;,]*+\"?([^;\s,(\"=]*+(?:\s*+/\s*+[^;\s,(\"=]++)?)(?!\s*+=)")
_SKIPPED = re.compile(r"(?:[\s;,\"]++|\([^()]*+\))*+")
_NAME = re.compile(r"([^\s=;\"(),]++)\s*+=\s*+")
_SECTION = re.compile(r"([^*]++)(?:\*(\d{1,3}))?(\*)?")
_QUOTE = re.compile(r"\\.|\"", re.DOTALL)
_NEXT = re.compile(rf"\s(?:{_KNOWN})(?:\*\d{{0,3}}\*?)?\s?=", re.IGNORECASE)
_TOKEN = re.compile(r"[^;\s]*+")
_CHARSET = re.compile(r"([^']{0,60}+)'(?:([^']{0,40}+)')?(.*)", re.DOTALL)
_CODED = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_CODED_TWICE = re.compile(r"%[89A-Fa-f][0-9A-Fa-f][^%]?%[0-9A-Fa-f]{2}")
_BEHIND_QUOTE = " \t;,("


@dataclass(slots=True)
class _Found:
    """What a header says of one parameter: as it is, as one extended value, and as numbered sections."""

    plain: str | None = None
    extended: str | None = None
    sections: dict[int, tuple[bool, str]] = field(default_factory=dict)


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the lower-case value and the decoded parameters of a MIME header; of doubles the first counts.

    An extended value (`filename*`) goes before a plain one (RFC 6266 §4.3), unless it cannot be read and the
    plain one can.
    """
    if _PLAIN.fullmatch(value):
        kind = value.partition(";")[0]
        pairs = [(name.lower(), quoted or bare) for name, quoted, bare in _PLAIN_PAIR.findall(value)]
        return kind.strip().lower(), dict(reversed(pairs))
    value = without_escapes(value)
    main = _MAIN.match(value)
    found: dict[str, _Found] = {}
    for name, text in _assignments(value, main.end() if main else 0):
        _keep(found, name.lower(), text)
    kind = "".join(main[1].split()).lower() if main else ""
    return kind, {name: _decoded(name, one) for name, one in found.items()}


def _assignments(value: str, at: int) -> list[tuple[str, str]]:
    """Return names and raw values in order; what is no assignment is skipped, or belongs to a name before it."""
    out: list[tuple[str, str]] = []
    while len(out) < MAX_PARAMETERS:
        skipped = _SKIPPED.match(value, at)
        at = skipped.end() if skipped else at
        if at >= len(value):
            break
        if name := _NAME.match(value, at):
            text, at = _value(value, name.end(), name[1].lower())
            out.append((name[1], text))
        else:
            end = _end(value, at)
            if out and value[at - 1 : at] == ";" and out[-1][0].lower() in _FREE:
                out[-1] = (out[-1][0], f"{out[-1][1]};{value[at:end]}")
            at = end
    return out


def _end(value: str, at: int) -> int:
    end = value.find(";", at)
    return len(value) if end < 0 else end


def _value(value: str, at: int, name: str) -> tuple[str, int]:
    """Return one value without its quotes, and where it ends."""
    if value.startswith('"', at):
        return _quoted(value, at + 1)
    if name.partition("*")[0] not in _FREE:
        token = _TOKEN.match(value, at)
        return (token[0], token.end()) if token else ("", at)
    end = _end(value, at)
    following = _NEXT.search(value, at, end)
    end = following.start() if following else end
    return value[at:end].strip(), end


def _quoted(value: str, at: int) -> tuple[str, int]:
    """Return a quoted string: it ends at a quote that something can stand behind, because names hold raw quotes."""
    for mark in _QUOTE.finditer(value, at, at + MAX_QUOTED_CHARS):
        if mark[0] == '"' and (mark.end() == len(value) or value[mark.end()] in _BEHIND_QUOTE):
            return _unescaped(value[at : mark.start()]), mark.end()
    end = _end(value, at)
    return _unescaped(value[at:end].rstrip('" ')), end


def _unescaped(text: str) -> str:
    """Return the text without its quoted pairs; other backslashes are those of Windows paths."""
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _keep(found: dict[str, _Found], name: str, text: str) -> None:
    section = _SECTION.fullmatch(name)
    one = found.setdefault(section[1] if section else name, _Found())
    if section and section[2]:
        one.sections.setdefault(int(section[2]), (bool(section[3]), text))
    elif section and section[3]:
        one.extended = text if one.extended is None else one.extended
    elif not one.plain:
        one.plain = text


def _decoded(name: str, one: _Found) -> str:
    """Return the best of what is said of a parameter."""
    readings = [_joined({0: (True, one.extended)})] if one.extended is not None else []
    readings += [_joined(one.sections)] if one.sections else []
    readings += [_plain(name, one.plain)] if one.plain is not None else []
    return min(readings, key=lambda text: (not text, "\ufffd" in text))


def _plain(name: str, text: str) -> str:
    """Return a plain value with its encoded words opened; a name may be percent-coded as in a web address."""
    opened = decode_words(text)
    if name not in _FREE or opened != text or not _CODED_TWICE.search(text):
        return opened
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return opened


def _joined(sections: dict[int, tuple[bool, str]]) -> str:
    """Join the sections of a parameter; the first names the charset (RFC 2231 §4.1)."""
    ordered = [sections[number] for number in sorted(sections)]
    is_coded, first = ordered[0]
    label, rest = _charset(first, is_coded=is_coded)
    if rest is not None:
        ordered[0] = (True, rest)
    is_any_coded = ordered[0][0]
    data = b"".join(
        unquote_to_bytes(text) if coded or (is_any_coded and _CODED.search(text)) else text.encode("utf-8", "replace")
        for coded, text in ordered
    )
    return decode_words(decode_text(data, label)[0])


def _charset(text: str, *, is_coded: bool) -> tuple[str | None, str | None]:
    """Return the charset label and what follows it: `utf-8''…`; None where the first section names none."""
    parts = _CHARSET.fullmatch(text)
    if not parts:
        return None, None
    is_known = canonical(parts[1]) is not None
    is_named = (is_coded and (parts[2] is not None or is_known)) or (is_known and _CODED.search(text) is not None)
    return (parts[1] or None, parts[3]) if is_named else (None, None)
