"""Reads the text of a mail: which parts are its words, in which of their forms, by which codec.

A forwarded message (message/rfc822) is an attachment and never read as the writer's words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailbot.core.reader.attachment import tnef
from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.charset.labels import canonical
from mailbot.core.reader.mime.part import SHOWN_TYPES, Part, decoded, leaves
from mailbot.core.reader.mime.transfer import encoding_of, unveiled
from mailbot.core.reader.text.html import html_to_text
from mailbot.core.reader.text.html_source import is_too_long
from mailbot.core.reader.text.rich_text import rtf_text
from mailbot.core.reader.text.stub import is_stub_of, may_be_stub, words_of
from mailbot.core.reader.text.text_form import calendar, cleaned, enriched, rich, unflow

MAX_TEXT_BYTES = 1_000_000

_META = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,500}?(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_META_BYTES = 4_096
_HTML = re.compile(r"\s{0,1000}+<(?:!doctype\s+html|html)\b[^<>]{0,1000}>", re.IGNORECASE)
_NOTICE = re.compile(r"\bmime\b|multi-?part|マルチパート", re.IGNORECASE)
_NOTICE_CHARS = 1_000
_SAYS = re.compile(r"[^\s\u00ad\u200b-\u200f\u2060\ufeff]")
_RTF = {"text/rtf", "application/rtf"}
_MEDIA = ("audio/", "image/", "message/", "text/html", "text/plain", "video/")
_MAX_CONTAINER_BYTES = 20_000_000
_FORMS: dict[str, Callable[[str], str]] = {
    "text/enriched": enriched,
    "text/richtext": rich,
    "text/markdown": str,
    "text/calendar": calendar,
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a mail says, with LF line ends, at most a million characters.

    `charsets` are the codecs that read it, in order, each once; "cp932 (said utf-8)" where the mail's label was
    overruled, "unknown" standing for a label that is no charset. `defects` may hold `text_cut`.
    """

    text: str = ""
    charsets: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


def text_of(root: Part) -> Text:
    """Return what the mail says; an empty text where it says nothing."""
    reader = _Reader(root)
    text = reader.read(root) or reader.read_named() or reader.read_packed() or reader.read_margin(root)
    is_cut = reader.is_cut or len(text) > MAX_TEXT_BYTES
    return Text(text[:MAX_TEXT_BYTES], tuple(dict.fromkeys(reader.charsets)), ("text_cut",) if is_cut else ())


class _Reader:
    """Reads the parts of one mail; what may still be read is counted for all of them together."""

    def __init__(self, root: Part) -> None:
        self.root = root
        self.leaves = leaves(root)
        self.bytes_left = MAX_TEXT_BYTES
        self.charsets: list[str] = []
        self.is_cut = False

    def read(self, part: Part) -> str:
        """Return the text of a part and of those below it, "" where there is none but blanks."""
        if not part.children:
            return self._leaf(part) if self._is_text(part) else ""
        if part.type == "multipart/alternative":
            return self._alternative(part)
        return self._joined(part.children)

    def read_named(self) -> str:
        """Return the first text that has a file name or a rare form and is not called an attachment."""
        types = SHOWN_TYPES | _FORMS.keys()
        named = (leaf for leaf in self.leaves if leaf.type in types and not leaf.is_called_attachment)
        return next((text for leaf in named if (text := self._leaf(leaf))), "")

    def read_packed(self) -> str:
        """Return the text inside a winmail.dat or an RTF body, where a mail has no other."""
        files = (leaf for leaf in self.leaves if not leaf.type.startswith(_MEDIA))
        return next((text for leaf in files if (text := _packed_text(leaf))), "")

    def read_margin(self, part: Part) -> str:
        """Return what stands outside the parts of a multipart; the notice for mailers without MIME says nothing."""
        text = cleaned(decode_text(part.margin, None)[0].replace("\r\n", "\n"))
        paragraphs = (one.strip("\n") for one in text.split("\n\n"))
        return "\n\n".join(one for one in paragraphs if one.strip() and not _NOTICE.search(one[:_NOTICE_CHARS]))

    def _is_text(self, part: Part) -> bool:
        """Whether a leaf is to be read: a mail's first or only text is one even with the name of a file."""
        if part is self.root:
            return (
                part.type.startswith("text/")
                and part.type not in _RTF
                and not (part.is_called_attachment and part.has_name)
            )
        if part.is_inner or part.is_beside:
            return part.is_inner and part.type in _FORMS
        is_lead = part is self.leaves[0] and part.type in SHOWN_TYPES and not part.is_called_attachment
        return is_lead or (part.type in SHOWN_TYPES and not part.is_attachment)

    def _joined(self, parts: tuple[Part, ...]) -> str:
        """Return the texts of parts in order; HTML that repeats the text before it is left out."""
        texts: list[str] = []
        for part in parts:
            text = self.read(part)
            if text and not (texts and _is_html(part) and words_of(text) == words_of(texts[-1])):
                texts.append(text)
        return "\n".join(texts)

    def _alternative(self, part: Part) -> str:
        """Return the plain form; another one where that is empty or only says that there is another."""
        before = len(self.charsets)
        plain = self._joined(tuple(child for child in part.children if child.type == "text/plain"))
        if plain and not may_be_stub(plain):
            return plain
        between = len(self.charsets)
        others = sorted((child for child in part.children if child.type != "text/plain"), key=_is_fallback)
        other = next((text for child in others if (text := self.read(child))), "")
        is_other = bool(other) and (not plain or is_stub_of(plain, other))
        del self.charsets[slice(before, between) if is_other else slice(between, None)]
        return other if is_other else plain

    def _leaf(self, part: Part) -> str:
        data = self._data(part)
        label = part.parameters.get("charset") or (_label_inside(data) if _is_html(part) else None)
        text, codec = decode_text(data, label)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text.rstrip("\ufffd") if self.is_cut else text
        if _is_html(part) or (part.type == "text/plain" and _HTML.match(text)):
            self.is_cut |= is_too_long(text)
            text = html_to_text(text)
        else:
            text = cleaned(_formed(part, text))
        if not _SAYS.search(text):
            return ""
        self.charsets.append(_codec_shown(codec, label))
        return text

    def _data(self, part: Part) -> bytes:
        """Return the decoded bytes of a part as far as they may still be read."""
        data = decoded(part, self.bytes_left + 1)
        if not encoding_of(part.headers.first("content-transfer-encoding")):
            data = unveiled(data)
        self.is_cut |= len(data) > self.bytes_left
        data = data[: self.bytes_left]
        self.bytes_left -= len(data)
        return data


def _packed_text(part: Part) -> str:
    if part.type in _RTF and not part.is_called_attachment and not part.has_name:
        return cleaned(rtf_text(decoded(part, MAX_TEXT_BYTES)))
    is_container = decoded(part, len(tnef.SIGNATURE)) == tnef.SIGNATURE
    return cleaned(tnef.tnef_text(decoded(part, _MAX_CONTAINER_BYTES))) if is_container else ""


def _is_html(part: Part) -> bool:
    return part.type == "text/html"


def _is_fallback(part: Part) -> bool:
    return part.type.startswith("text/") and not _is_html(part)


def _label_inside(data: bytes) -> str | None:
    """Return the charset that HTML names itself; only a header's label comes before it."""
    found = _META.search(data[:_META_BYTES])
    return found[1].decode("ascii", "replace") if found else None


def _formed(part: Part, text: str) -> str:
    """Return the text of a part that is no HTML as plain lines."""
    if part.type in _FORMS:
        return _FORMS[part.type](text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, is_space_deleted=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _codec_shown(codec: str, label: str | None) -> str:
    """Return the codec, and what the mail said where it was overruled; never the mail's own words."""
    said = canonical(label) or "unknown"
    return codec if not label or codec in {said, "ascii"} else f"{codec} (said {said})"
