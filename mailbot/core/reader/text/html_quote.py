"""Tells which parts of an HTML mail are quotations, by the marks of the clients, and writes "> " before their lines.

Clients mark what they quote: a blockquote of type cite, boxes with class names of their own, an element from which
on all is the earlier mail. A blockquote without such a mark may as well be the writer's own indentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

CITED, GMAIL, BARE, OWN = "\ufdda", "\ufddb", "\ufddc", "\ufddd"
QUOTE_END = "\ufdde"
BOX, BOX_END = "\ufddf", "\ufde0"
REST, REST_IF_FIELD = "\ufde1", "\ufde2"
MARKS = frozenset((CITED, GMAIL, BARE, OWN, QUOTE_END, BOX, BOX_END, REST, REST_IF_FIELD))

_QUOTES = frozenset((CITED, GMAIL, BARE, OWN))
_MAX_DEPTH = 9
_FIELD_CHARS = 40
_LINE_CHARS = 400

_CITING_CLASS = re.compile(
    r"yahoo_quoted|(?<![\w-])(?:(?:protonmail|tutanota|skiff|zimbra|hs|freshdesk|front)[_-]quote\w*|zmail_extra|iosymail"
    r"|mail[_-]?quote|quoted?[_-](?:mail|text|message|content|reply)|ms-outlook-mobile-reference-message)(?![\w-])",
    re.IGNORECASE,
)
_CITING_ID = re.compile(
    r"(?:x_)*(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-?quote|quoted_?body|oriMsgHtmlSeperator)",
    re.IGNORECASE,
)
_REST_ID = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr|reply-forward-header|isReplyContent|previousmessage)",
    re.IGNORECASE,
)
_REST_CLASS = re.compile(r"(?<![\w-])OutlookMessageHeader(?![\w-])", re.IGNORECASE)
_RULE_ABOVE = re.compile(
    r"border:\s*none\s*;\s*border-top:\s*solid\s+#?\w{3,10}\s+1\.0pt|border-top:\s*1px solid rgb\(181,\s*196,\s*223\)",
    re.IGNORECASE,
)
_LINE_BESIDE = re.compile(r"border-left(?:-style|-width)?\s*:(?!\s*(?:none|0))", re.IGNORECASE)
_INDENT = re.compile(r"margin[^;]{0,40}40px|border(?:-\w{3,6})?\s*:\s*(?:none|medium none|0)", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\d|@|wrote|write|schrieb|schreef|escri|écri|scri|書きました|のメール|写道|작성", re.IGNORECASE
)


def mark_of(tag: str, attributes: Mapping[str, str]) -> str:
    """Return the mark that an element writes where it begins, "" for most elements.

    What opened with one of CITED, GMAIL, BARE and OWN ends with QUOTE_END, BOX with BOX_END, the others with nothing.
    """
    style, names, name = attributes.get("style", ""), attributes.get("class", ""), attributes.get("id", "")
    if tag == "blockquote":
        return _mark_of_blockquote(attributes, style, names)
    if _CITING_ID.match(name) or _CITING_CLASS.search(names):
        return CITED
    if _REST_ID.match(name) or _REST_CLASS.search(names):
        return REST
    if "gmail_quote" in names:
        return BOX
    return REST_IF_FIELD if "border-top" in style and _RULE_ABOVE.search(style) else ""


def end_mark_of(mark: str) -> str:
    """Return the mark that an element writes where it ends."""
    return QUOTE_END if mark in _QUOTES else BOX_END if mark == BOX else ""


def _mark_of_blockquote(attributes: Mapping[str, str], style: str, names: str) -> str:
    if attributes.get("type", "").lower() == "cite" or _CITING_CLASS.search(names):
        return CITED
    if "gmail_quote" in names:
        return GMAIL
    if _LINE_BESIDE.search(style) or attributes.get("cite"):
        return CITED
    return OWN if _INDENT.search(style) else BARE


@dataclass(slots=True)
class _Quote:
    """One blockquote or box: its mark, and whether a line such as "On … wrote:" leads to it or begins it."""

    mark: str
    is_in_box: bool
    is_introduced: bool


def prefixed(lines: list[str]) -> list[str]:
    """Return the lines without marks, those of quotations with one ">" for each that is open.

    Where nothing stands outside the quotations, the mail is what was marked, and the lines stay as they are.
    """
    if not any(line in MARKS for line in lines):
        return lines
    depths = _depths(lines, _quotations(_quotes(lines)))
    words = [(line, depth) for line, depth in zip(lines, depths, strict=True) if line not in MARKS]
    if all(depth for line, depth in words if line.strip()):
        return [line for line, _ in words]
    return [">" * depth + " " * bool(depth) + line for line, depth in words]


def _quotes(lines: list[str]) -> list[_Quote]:
    """Return the quotations in the order in which they open."""
    found: list[_Quote] = []
    boxes = 0
    last, opened = "", False
    for line in lines:
        if line in _QUOTES:
            found.append(_Quote(line, boxes > 0, _is_introduction(last)))
            last, opened = "", True
        elif line in MARKS:
            boxes += (line == BOX) - (line == BOX_END)
            last = "" if line == QUOTE_END else last
        elif line.strip():
            if opened and _is_introduction(line):
                found[-1].is_introduced = True
            last, opened = line, False
    return found


def _is_introduction(line: str) -> bool:
    line = line[-_LINE_CHARS:].rstrip()
    return line.endswith((":", "：")) and _INTRODUCES.search(line) is not None


def _quotations(quotes: list[_Quote]) -> list[bool]:
    """Return for each whether it is a quotation of an earlier mail, and not the writer's own.

    A client that marks its quotations marks all of them. Without such marks, what stands before the first
    introduced quotation is the writer's own.
    """
    marked = [one.mark == CITED or (one.mark == GMAIL and (one.is_in_box or one.is_introduced)) for one in quotes]
    bare = [one.mark == BARE for one in quotes]
    if any(marked):
        return [
            is_marked or (is_bare and one.is_introduced)
            for is_marked, is_bare, one in zip(marked, bare, quotes, strict=True)
        ]
    first = next((number for number, one in enumerate(quotes) if one.mark == BARE and one.is_introduced), 0)
    return [is_bare and number >= first for number, is_bare in enumerate(bare)]


def _depths(lines: list[str], is_quotation: list[bool]) -> list[int]:
    """Return for each line in how many quotations it stands, at most 9."""
    depths: list[int] = []
    opened: list[bool] = []
    depth, number = 0, 0
    for position, line in enumerate(lines):
        if line in _QUOTES:
            opened.append(is_quotation[number] or (depth > 0 and line != OWN))
            depth += opened[-1]
            number += 1
        elif line == QUOTE_END and opened:
            depth -= opened.pop()
        elif depth == 0 and (line == REST or (line == REST_IF_FIELD and _is_field(lines[position + 1 : position + 5]))):
            depth = 1
        depths.append(min(depth, _MAX_DEPTH))
    return depths


def _is_field(following: list[str]) -> bool:
    """Whether the next words are a header field, in whatever language: "From: …", "差出人: …"."""
    first = next((line for line in following if line.strip() and line not in MARKS), "")
    head = first.strip()[:_FIELD_CHARS]
    return ":" in head or "：" in head
