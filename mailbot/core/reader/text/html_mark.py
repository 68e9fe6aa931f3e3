"""Marks that the layout of HTML leaves in its text, and what becomes of them: links, table rows, blanks.

The marks are characters that Unicode has set aside as none (U+FDD0 and on); no mail can hold them, since the
reader takes them out of its HTML first. Marks of rows stand on lines of their own.
"""

import re
from urllib.parse import unquote

from mailbot.core.reader.text.html_quote import MARKS, prefixed

END, BLANK, AMPERSAND = "\ufdd0", "\ufdd1", "\ufdd2"
LINK, LINK_ADDRESS, LINK_END = "\ufdd3", "\ufdd4", "\ufdd5"
ROW, CELL_END, ROW_END = "\ufdd6", "\ufdd7", "\ufdd8"
_DROPPED = "\ufdd9"

_LINK = re.compile(f"{LINK}([^{LINK}-{LINK_END}]*+){LINK_ADDRESS}(\\d{{1,9}}){LINK_END}")
_SHOWN_SCHEME = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
_SAME = re.compile(r"(?:https?://(?:www\.)?|mailto:|tel:|\s+)|(?:/|\?subject=.*)$", re.IGNORECASE | re.DOTALL)
_MARK = re.compile("[\ufdd0-\ufdef]")
_MANY_BLANK_LINES = re.compile(r"\n{4,}+")
_MAX_ADDRESS_CHARS = 120
_MAX_LINK_TEXT_CHARS = 2_000
_MAX_CELL_LINES = 9
_MAX_ROW_CHARS = 300


def resolved(laid: str, addresses: list[str]) -> str:
    """Return the text of a layout: marks resolved, without blanks at line ends and long runs of empty lines.

    `addresses` are those of the links, which the text names by their numbers.
    """
    linked = _LINK.sub(lambda link: _link(link[1], _numbered(addresses, link[2])), laid)
    lines = prefixed(_with_rows(linked.split("\n")))
    text = "\n".join(line.rstrip(f" {BLANK}") for line in lines if _DROPPED not in line or _says(line))
    text = _MARK.sub("", text.replace(BLANK, " ").replace(AMPERSAND, "&"))
    return _MANY_BLANK_LINES.sub("\n\n\n", text).strip("\n")


def _numbered(addresses: list[str], number: str) -> str:
    """Return an address by its number, which a mail can forge by entities."""
    return addresses[int(number)] if int(number) < len(addresses) else ""


def _says(line: str) -> bool:
    return bool(_MARK.sub("", line).strip())


def _link(words: str, address: str) -> str:
    """Return the words of a link, and its address where the words are not the address."""
    address = _MARK.sub("", "".join(address.split()).replace(AMPERSAND, "&"))
    if not words.replace(BLANK, "").strip():
        return _DROPPED
    if not _SHOWN_SCHEME.match(address) or len(words) > _MAX_LINK_TEXT_CHARS or _is_same(words, address):
        return words
    end = words.rstrip(f" \n{BLANK}")
    return f"{end} <{_shortened(address)}>{words[len(end) :]}"


def _shortened(address: str) -> str:
    """Return the address without `mailto:` and, where it is long, without what only a machine reads."""
    if len(address) > _MAX_ADDRESS_CHARS:
        address = re.split(r"[?#]", address, maxsplit=1)[0]
    if len(address) > _MAX_ADDRESS_CHARS:
        address = "/".join(address.split("/", 3)[:3])[:_MAX_ADDRESS_CHARS] + "/…"
    return re.sub(r"^mailto:", "", address, flags=re.IGNORECASE)


def _is_same(words: str, address: str) -> bool:
    bare = [_SAME.sub("", unquote(one.replace(AMPERSAND, "&"))).lower() for one in (words, address)]
    return bare[0] == bare[1] or bare[1] in bare[0]


def _with_rows(lines: list[str]) -> list[str]:
    """Return the lines with each table row whose cells are short on one line; other cells stand below each other."""
    out: list[str] = []
    rows: list[tuple[list[str], list[list[str]]]] = []
    for line in lines:
        if line == ROW:
            rows.append((out, []))
            out = []
        elif line == CELL_END:
            if rows:
                rows[-1][1].append(out)
                out = []
        elif line == ROW_END:
            out = _ended(rows, out) if rows else out
        else:
            out.append(line)
    while rows:
        out = _ended(rows, out)
    return out


def _ended(rows: list[tuple[list[str], list[list[str]]]], rest: list[str]) -> list[str]:
    """Close the innermost row: return the lines before it with its own behind them."""
    before, cells = rows.pop()
    before.extend(_row([*cells, rest]))
    return before


def _row(cells: list[list[str]]) -> list[str]:
    if all(len(cell) <= _MAX_CELL_LINES for cell in cells):
        words = [[line for line in cell if line.strip(f" {BLANK}")] for cell in cells]
        lines = [line for cell in words for line in cell]
        is_short = sum(map(len, lines)) <= _MAX_ROW_CHARS and not any(line in MARKS for line in lines)
        if is_short and all(len(cell) <= 1 for cell in words):
            return [" ".join(lines)]
    return [line for cell in cells for line in cell]
