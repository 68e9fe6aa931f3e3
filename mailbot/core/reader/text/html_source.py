"""Prepares the source of HTML for its layout: what is no text goes, what a parser would lose is marked.

Every pattern passes over the source once, whatever it holds.
"""

import re
from html import unescape

from mailbot.core.reader.text.html_mark import AMPERSAND, BLANK
from mailbot.core.reader.text.text_form import cleaned

MAX_HTML_CHARS = 400_000

_CONTROL = re.compile("[\x80-\x9f]")
# Comments, scripts and styles as WHATWG HTML §13.2.5 reads them. A whole tag, its quoted values included, is kept,
# because what stands in a value opens nothing. A title ends at its end tag alone; one that has none is read as words.
_TAG_KEPT = r"(<[a-zA-Z/](?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>)"
_COMMENT = r"<!--(?:-?>|(?:(?!--!?>).)*+(?:--!?>)?)"
_SILENT = re.compile(
    rf"{_COMMENT}|<(script|style)(?=[\s/>])(?:(?!</\1[\s/>]).)*+|<\?[^>]*+>?|{_TAG_KEPT}", re.DOTALL | re.IGNORECASE
)
_SILENT_AND_TITLES = re.compile(
    rf"<title(?=[\s/>])(?:(?!</title[\s/>]).)*+|{_SILENT.pattern}", re.DOTALL | re.IGNORECASE
)
_OPEN_TAG = re.compile(r"<[a-zA-Z!/][^>]*+\Z")
_BARE_ADDRESS = re.compile(r"<((?:mailto:)?[^\s<>\"'=@]{1,64}@[^\s<>\"'=@]{1,255}|https?://[^\s<>\"']{1,2000})>")
_TAG = re.compile(r"</?([a-zA-Z!?][^<>\s/]{0,20})[^<>]*+>")
_INLINE = frozenset({"a", "abbr", "b", "big", "code", "em", "font", "i", "o:p", "s", "small", "span", "strong", "u"})
_FRAME = re.compile(r"</?(?:html|body)\b[^<>]*+>", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:(amp;(?!nbsp;|amp;|lt;|gt;|quot;|apos;|#))|(?:amp;)?nbsp;?|#160;?|#x0{0,4}a0;?)", re.IGNORECASE
)


def prepared(html: str) -> str:
    """Return the source without scripts, styles and comments, at most 400,000 characters of what is left.

    `<html>` and `<body>` go too: a parser drops what stands behind their end, and mailers write there. An
    ampersand is kept from being read as the beginning of an entity twice, a no-break space from collapsing.
    """
    html = _BARE_ADDRESS.sub(r"&lt;\1&gt;", _with_kept_tail(_shown(html)[:MAX_HTML_CHARS].replace("\xa0", BLANK)))
    cut_tag = _OPEN_TAG.match(html, html.rfind("<")) if "<" in html else None
    return _ENTITY.sub(_entity_mark, _FRAME.sub(" ", html[: cut_tag.start()] if cut_tag else html))


def _with_kept_tail(html: str) -> str:
    """Return the source with the lines behind its end, such as the footer of a list, kept as lines."""
    end = html.rfind("</")
    head, _, tail = html[end:].partition(">") if end >= 0 else ("", "", "")
    is_behind = head.lower().strip() in {"</html", "</body"} and tail.strip()
    return f"{html[:end]}<pre>{tail}</pre>" if is_behind else html


def _entity_mark(entity: re.Match[str]) -> str:
    return AMPERSAND if entity[1] else BLANK


def is_too_long(html: str) -> bool:
    """Whether `prepared` leaves out the end of the source."""
    return len(html) > MAX_HTML_CHARS and len(_shown(html)) > MAX_HTML_CHARS


def _shown(html: str) -> str:
    html = cleaned(html)
    silent = _SILENT_AND_TITLES if "</title" in html.lower() else _SILENT
    return silent.sub(r"\2", html)


def without_tags(html: str) -> str:
    """Return prepared source with a line break in place of each tag that may break a line."""
    return unescape(_TAG.sub(lambda tag: "" if tag[1].lower() in _INLINE else "\n", html))


def with_western_controls(text: str) -> str:
    """Return text cleaned, its C1 controls read as the cp1252 characters that `&#146;` and its like mean (WHATWG)."""
    return cleaned(_CONTROL.sub(lambda char: char[0].encode("latin-1").decode("cp1252", "ignore"), text))
