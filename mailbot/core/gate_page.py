"""What the HTML form of a mail may consist of, and the words that it shows, as the outgoing gate reads them.

Nothing in it is fetched, nothing acts, nothing leads anywhere but to a new mail (threats B6).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

_ELEMENTS = (
    "html|head|title|meta|style|body|div|p|br|hr|h[1-6]|table|thead|tbody|tr|th|td|caption|ol|ul|li|dl|dt|dd|a|span"
    "|strong|b|em|i|u|s|small|code|pre|sub|sup"
)
_TAG = re.compile(r"<[^<>]*>")
_PLAIN_TAG = re.compile(
    rf"<!doctype html>|</(?:{_ELEMENTS})\s*>|<(?:{_ELEMENTS})(?:\s+[a-z-]+=\"[^\"]*\")*\s*/?>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"", re.IGNORECASE)
_ATTRIBUTES = frozenset(
    (
        *("align", "aria-label", "charset", "class", "colspan", "content", "dir", "href", "lang", "name", "role"),
        *("rowspan", "scope", "start", "style", "valign", "value", "width"),
    )
)
_SHEET = re.compile(r"<style[^<>]*>([^<]*)", re.IGNORECASE)
_FETCHES = ("url(", "@import", "http:", "https:", "//", "image-set(", "expression", "behavio", "binding", "\\")
_WRITES = re.compile(r"(?<![\w-])content\s*:")
_NEW_LINE = re.compile(r"</?(?:br|p|div|li|tr|td|th|h[1-6]|pre|dt|dd)\b[^<>]*>", re.IGNORECASE)
_NO_WORD = re.compile(r"[\W_]+")


def page_faults(page: str) -> Iterator[str]:
    """Yield a code for each kind of thing that does not belong in a page of ours.

    `html_markup` is an element or attribute that no letter has, `html_link` one that leads to another place than a
    new mail, `html_style` a style that fetches something or writes words of its own.
    """
    found = {code for tag in {*_TAG.findall(page)} for code in _tag_faults(tag)}
    if "<" in _TAG.sub("", page):
        found.add("html_markup")
    if not all(map(_is_plain_style, _SHEET.findall(page))):
        found.add("html_style")
    yield from sorted(found)


@lru_cache(maxsize=1024)
def _tag_faults(tag: str) -> tuple[str, ...]:
    attributes = [(name.lower(), unescape(value)) for name, value in _ATTRIBUTE.findall(tag)]
    tests = {
        "html_markup": not _PLAIN_TAG.fullmatch(tag) or any(name not in _ATTRIBUTES for name, _ in attributes),
        "html_link": any(_leads_out(name, value) for name, value in attributes),
        "html_style": any(name == "style" and not _is_plain_style(value) for name, value in attributes),
    }
    return tuple(code for code, is_so in tests.items() if is_so)


def _leads_out(name: str, value: str) -> bool:
    if name == "href":
        return not value.startswith("mailto:")
    return name != "style" and re.search(r"https?:|^\s*//", value, re.IGNORECASE) is not None


@lru_cache(maxsize=64)
def _is_plain_style(sheet: str) -> bool:
    """Say whether a style only sets how things look; the sheet of the letters is the same in every mail."""
    sheet = sheet.lower()
    return not any(word in sheet for word in _FETCHES) and not _WRITES.search(sheet)


def visible(page: str) -> str:
    """Return the words of a page as a reader sees them: without head and tags, a new line at each block."""
    _, tag, body = page.partition("<body")
    return unescape(_TAG.sub("", _NEW_LINE.sub("\n", tag + body if tag else page)))


def words(text: str) -> str:
    """Return the letters and digits of a text alone, for comparing two forms that only look different."""
    return _NO_WORD.sub("", text)
