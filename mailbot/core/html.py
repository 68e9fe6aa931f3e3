"""Turns HTML into text: lists, tables and links stay readable, quotations are marked, nothing is fetched.

What a hostile mail can cost is bounded: characters laid out, no table layout, no styles.
"""

import re
from html import unescape

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

MAX_HTML_CHARS = 400_000

UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ue000\ue001]"
)
_QUOTE_OPENS, _QUOTE_CLOSES = "\ue000", "\ue001"
_SILENT = re.compile(
    r"<(script|style)\b(?:(?!</\1).)*+|<!--(?:(?!-->).)*+(?:-->)?|<\?[^>]*+>?", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*+>")


def html_to_text(html: str) -> str:
    """Return the text of HTML without scripts and styles; a blockquote's lines begin with "> ".

    Where the layout loses most of the text (nesting too deep for the parser), the tags are simply
    taken out instead.
    """
    html = _SILENT.sub(" ", UNSHOWN.sub("", html[:MAX_HTML_CHARS]))
    bare = unescape(_TAG.sub("\n", html))
    text = _marked_quotes(get_text(html, _layout()))
    return text if 2 * len("".join(text.split())) >= len("".join(bare.split())) - 100 else bare


def _layout() -> ParserConfig:
    """Return a layout without what lets few bytes grow to gigabytes: tables, margins and paddings of styles."""
    block = HtmlElement(display=Display.block)
    css = STRICT_CSS_PROFILE | {"table": block, "tr": block, "dt": block, "dd": block, "hr": block}
    handlers = CustomHtmlTagHandlerMapping(
        {"table": lambda _state, _attributes: None, "blockquote": _open_quote},
        {"table": lambda _state: None, "blockquote": _close_quote, "td": _end_cell, "th": _end_cell},
    )
    config = ParserConfig(css=css, custom_html_tag_handler_mapping=handlers)
    config.attribute_handler.attribute_mapping = {}
    return config


def _open_quote(state: HtmlDocumentState, _attributes: dict[str, str]) -> None:
    state.tags[-2].canvas.flush_inline()
    state.tags[-1].canvas.blocks.append(_QUOTE_OPENS)


def _close_quote(state: HtmlDocumentState) -> None:
    state.tags[-1].canvas.flush_inline()
    state.tags[-1].canvas.blocks.append(_QUOTE_CLOSES)


def _end_cell(state: HtmlDocumentState) -> None:
    state.tags[-1].write(" ")


def _marked_quotes(text: str) -> str:
    """Return the lines with one ">" for each open blockquote, the marks themselves removed."""
    out: list[str] = []
    depth = 0
    for line in text.split("\n"):
        if line in {_QUOTE_OPENS, _QUOTE_CLOSES}:
            depth += 1 if line == _QUOTE_OPENS else -1
        else:
            out.append(">" * depth + " " * bool(depth) + line.rstrip() if line.strip() or depth else "")
    return "\n".join(out).strip("\n")
