"""Turns HTML into text: lists, tables and links stay readable, quotations are marked, nothing is fetched.

What a hostile mail can cost is bounded: characters laid out, depth of lists, no table layout, and of the
styles only those that hide or keep line breaks.
"""

import re
from collections.abc import Mapping

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display, WhiteSpace
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping
from inscriptis.model.tag.list_tag import li_start_handler, ul_start_handler

from mailbot.core.reader.text import html_mark as mark
from mailbot.core.reader.text.html_quote import end_mark_of, mark_of
from mailbot.core.reader.text.html_source import prepared, with_western_controls, without_tags

_MAX_TAGS = 40_000
_MAX_LIST_DEPTH = 6
_MAX_ITEM_DIGITS = 4
_MAX_PICTOGRAM_CHARS = 8
_FIRST_PICTOGRAM = "\u2190"
_RULER = "_" * 32  # as Outlook writes <hr> into the plain form

_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_KEEPING = re.compile(r"(?:^|;)\s*white-space\s*:\s*pre")
_BLOCKS = (
    *("caption", "center", "dd", "details", "dl", "dt", "fieldset", "form", "hr", "legend", "option", "section"),
    *("summary", "table", "td", "th", "tr"),
)
_CSS = {
    **STRICT_CSS_PROFILE,
    **dict.fromkeys(_BLOCKS, HtmlElement(display=Display.block)),
    **dict.fromkeys(("template", "xml"), HtmlElement(display=Display.none)),
}


def html_to_text(html: str) -> str:
    """Return the text of HTML without scripts and styles; a quotation's lines begin with "> ".

    What a reader could not see is left out, unless nothing else is there. Where the parser gives up (nesting
    too deep, a title never closed) or there are too many tags, they are simply taken out instead.
    """
    source = prepared(html)
    is_small = source.count("<") <= _MAX_TAGS
    text = _Layout().text(source) if is_small else ""
    if is_small and not text.strip() and "<img" in source.lower():
        text = _Layout(shows_images=True).text(source)
    return with_western_controls(text if text.strip() else mark.resolved(without_tags(source), []))


class _Layout:
    """The layout of one document: what its elements write into the text, as lines and marks."""

    def __init__(self, *, shows_images: bool = False) -> None:
        self.shows_images = shows_images
        self.boxes: list[str] = []  # the marks of the open elements that may be quotations
        self.opened_links: list[int] = []
        self.addresses: list[str] = []  # of all links; the text holds their numbers

    def text(self, source: str) -> str:
        """Return the text of prepared source; "" where the parser did not come to its end."""
        laid = get_text(source + mark.END, self._config())
        return mark.resolved(laid.replace(mark.END, "").rstrip("\n"), self.addresses) if mark.END in laid else ""

    def _config(self) -> ParserConfig:
        """Return the layout as the library takes it; its own tables and styles let few bytes grow to gigabytes."""
        boxes = ("blockquote", "div", "section", "span", "hr")
        starts = dict.fromkeys(boxes, self._open_box) | {"a": self._open_link, "img": self._write_image} | _STARTS
        ends = dict.fromkeys(boxes, self._close_box) | {"a": self._close_link} | _ENDS
        config = ParserConfig(css=_CSS, custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(starts, ends))
        config.attribute_handler.attribute_mapping = {"style": _apply_style, "class": _apply_class, "hidden": _hide}
        return config

    def _open_box(self, state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
        element = state.tags[-1]
        self.boxes.append(mark_of(element.tag, attributes))
        _write_line(state, self.boxes[-1])
        _write_line(state, _RULER if element.tag == "hr" else "")

    def _close_box(self, state: HtmlDocumentState) -> None:
        _write_line(state, end_mark_of(self.boxes.pop()))

    def _open_link(self, state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
        self.opened_links.append(len(self.addresses))
        self.addresses.append(attributes.get("href", ""))
        state.tags[-1].write(mark.LINK)

    def _close_link(self, state: HtmlDocumentState) -> None:
        state.tags[-1].write(f"{mark.LINK_ADDRESS}{self.opened_links.pop()}{mark.LINK_END}")

    def _write_image(self, state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
        """Write the words in place of an image where they are a pictogram, as in mail of phones, or all there is."""
        words = attributes.get("alt", "").strip()
        is_pictogram = 0 < len(words) <= _MAX_PICTOGRAM_CHARS and all(
            char >= _FIRST_PICTOGRAM and not char.isalnum() for char in words
        )
        if is_pictogram or (self.shows_images and words):
            state.tags[-1].write(words if is_pictogram else f"[{words}]")


def _write_line(state: HtmlDocumentState, line: str) -> None:
    """Write a line of its own, where the element shows at all."""
    if line and state.tags[-1].display != Display.none:
        state.tags[-1].canvas.flush_inline()
        state.tags[-1].canvas.blocks.append(line)


def _open_list(state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
    ul_start_handler(state, attributes)
    _limit_indent(state)


def _open_numbers(state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
    state.li_counter.append(_item_number(attributes.get("start", "")) or 1)
    _limit_indent(state)


def _limit_indent(state: HtmlDocumentState) -> None:
    if len(state.li_counter) > _MAX_LIST_DEPTH:
        state.tags[-1].padding_inline = 0


def _open_item(state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
    """Number an item; the library's own handler fails on values that are no plain numbers."""
    number = _item_number(attributes.get("value", ""))
    if number is not None and state.li_counter and isinstance(state.li_counter[-1], int):
        state.li_counter[-1] = number
    li_start_handler(state, {})


def _item_number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_ITEM_DIGITS else None


def _open_row(state: HtmlDocumentState, _attributes: Mapping[str, str]) -> None:
    _write_line(state, mark.ROW)


def _close_row(state: HtmlDocumentState) -> None:
    _write_line(state, mark.ROW_END)


def _close_cell(state: HtmlDocumentState) -> None:
    _write_line(state, mark.CELL_END)


def _open_nothing(_state: HtmlDocumentState, _attributes: Mapping[str, str]) -> None:
    """Leave tables and cells to the marks of their rows."""


def _close_nothing(_state: HtmlDocumentState) -> None:
    """Leave tables to the marks of their rows."""


def _apply_style(style: str, element: HtmlElement) -> None:
    style = style.lower()
    if ("none" in style or "hidden" in style) and _HIDING.search(style):
        element.display = Display.none
    if "white-space" in style and _KEEPING.search(style):
        element.whitespace = WhiteSpace.pre


def _apply_class(names: str, element: HtmlElement) -> None:
    """Outlook's paragraphs are lines: it writes an empty one where it wants space."""
    if names.startswith("Mso"):
        element.margin_before = element.margin_after = 0


def _hide(_value: str, element: HtmlElement) -> None:
    element.display = Display.none


_STARTS = {
    "table": _open_nothing,
    "td": _open_nothing,
    "th": _open_nothing,
    "tr": _open_row,
    "ul": _open_list,
    "ol": _open_numbers,
    "li": _open_item,
}
_ENDS = {"table": _close_nothing, "tr": _close_row, "td": _close_cell, "th": _close_cell}
