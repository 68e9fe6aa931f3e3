"""Reads the parts of a mail: which are its text, which are attachments.

Plain text is preferred, HTML is turned into text and nothing is fetched. A forwarded message
(message/rfc822) is an attachment and never read as the writer's words. What a hostile mail can
cost is bounded here: bytes of text read, bytes of HTML laid out, no table layout, no styles.
"""

import binascii
import hashlib
import re
from dataclasses import dataclass, field
from html import unescape

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

from mailbot.core.charset import decode_text
from mailbot.core.headers import Headers, file_name, loose_base64
from mailbot.core.message import Attachment

MAX_TEXT_BYTES = 1_000_000
MAX_HTML_CHARS = 400_000

_UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ue000\ue001]"
)
_QUOTE_OPENS, _QUOTE_CLOSES = "\ue000", "\ue001"
_SILENT = re.compile(
    r"<(script|style)\b(?:(?!</\1).)*+|<!--(?:(?!-->).)*+(?:-->)?|<\?[^>]*+>?", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*+>")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: `data` is still transfer-encoded and empty where there are `children`."""

    headers: Headers
    data: bytes
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()

    @property
    def is_attachment(self) -> bool:
        """Whether this is a leaf that is not meant to be read as the mail's text (RFC 2183 §2)."""
        if self.children or self.type not in {"text/plain", "text/html"}:
            return not self.children
        disposition, parameters = self.headers.parameters("content-disposition")
        return disposition == "attachment" or bool(parameters.get("filename") or self.parameters.get("name"))


def leaves(part: Part) -> list[Part]:
    """Return the parts without children in their order."""
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def decoded(part: Part, limit_bytes: int | None = None) -> bytes:
    """Return the bytes behind the transfer encoding (RFC 2045 §6); broken base64 is read as far as it goes."""
    encoding = part.headers.first("content-transfer-encoding").strip().lower()
    data = part.data if limit_bytes is None else part.data[: 2 * limit_bytes]
    if encoding == "base64":
        data = loose_base64(data)
    elif encoding == "quoted-printable":
        data = binascii.a2b_qp(data)
    return data[:limit_bytes]


def attachments_of(root: Part) -> tuple[Attachment, ...]:
    """Return every part that is not the text, in order."""
    return tuple(_attachment(leaf) for leaf in leaves(root) if leaf.is_attachment)


def _attachment(part: Part) -> Attachment:
    data = decoded(part)
    name = file_name(part.headers) or ("message.eml" if part.type == "message/rfc822" else "attachment")
    return Attachment(name, part.type, len(data), hashlib.sha256(data).hexdigest())


def text_of(root: Part) -> str:
    """Return what the mail says, as text with LF line ends, at most a million characters; "" where it says nothing."""
    left = [MAX_TEXT_BYTES]
    text = _read_lone(root, left) if not root.children else _read(root, left)
    return _UNSHOWN.sub("", text).replace("\u2028", "\n").replace("\u2029", "\n")[:MAX_TEXT_BYTES]


def _read_lone(root: Part, left: list[int]) -> str:
    """Read a mail of one part: text even with a file name, unless it is called an attachment."""
    disposition, _ = root.headers.parameters("content-disposition")
    return _read_leaf(root, left) if root.type.startswith("text/") and disposition != "attachment" else ""


def _read(part: Part, left: list[int]) -> str:
    """Return the text of a part; `left` holds the one count of bytes that may still be read."""
    if not part.children:
        return "" if part.is_attachment else _read_leaf(part, left)
    if part.type == "multipart/alternative":
        plain_first = sorted(part.children, key=lambda child: child.type != "text/plain")
        return next((text for child in plain_first if (text := _read(child, left)).strip()), "")
    return "\n".join(text for child in part.children if (text := _read(child, left)).strip())


def _read_leaf(part: Part, left: list[int]) -> str:
    data = decoded(part, max(left[0], 0))
    left[0] -= len(part.data)
    text = decode_text(data, part.parameters.get("charset"))[0].replace("\r\n", "\n").replace("\r", "\n")
    if part.type == "text/html":
        return html_to_text(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, is_space_deleted=part.parameters.get("delsp", "").lower() == "yes")
    return text


def unflow(text: str, *, is_space_deleted: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 §4); a signature mark is never joined."""
    paragraphs: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth, words = len(line) - len(words), words.removeprefix(" ")
        if open_depth != depth or words == "-- ":
            paragraphs.append([">" * depth + " "] if depth else [])
        is_soft = words.endswith(" ") and words != "-- "
        paragraphs[-1].append(words[:-1] if is_soft and is_space_deleted else words)
        open_depth = depth if is_soft else None
    return "\n".join(map("".join, paragraphs))


def html_to_text(html: str) -> str:
    """Return the text of HTML without scripts and styles; a blockquote's lines begin with "> ".

    Where the layout loses most of the text (nesting too deep for the parser), the tags are simply
    taken out instead.
    """
    html = _SILENT.sub(" ", _UNSHOWN.sub("", html[:MAX_HTML_CHARS]))
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
