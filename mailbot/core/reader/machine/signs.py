"""What a mail shows of who wrote it: header names, sender, return path, subject and the first lines of its text.

Each sign is read when it is first asked for, so that a person's mail costs little more than its headers.
"""

from dataclasses import dataclass
from functools import cached_property

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.headers.encoded_words import shown
from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.mime.part import Part, decoded, leaves
from mailbot.core.reader.text.html import html_to_text

MAX_OPENING_BYTES = 12_000
MAX_OPENING_CHARS = 4_000
MAX_NAME_CHARS = 200
MAX_LINE_CHARS = 400


@dataclass(frozen=True)
class Signs:
    """The claims of one mail. `address` is the shown From address or, where there is none, the name."""

    headers: Headers
    root: Part
    subject: str
    address: str

    @cached_property
    def names(self) -> frozenset[str]:
        """The lower-case names of the headers."""
        return frozenset(self.headers.names())

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of the parts that hold something, and of the mail itself."""
        return frozenset({self.root.type, *(leaf.type for leaf in leaves(self.root))})

    @cached_property
    def local(self) -> str:
        """What stands before the @ of the sender, in lower case, at most 100 characters."""
        return self.address.partition("@")[0][:100].lower()

    @cached_property
    def sender_line(self) -> str:
        """The From header, name and address, decoded and in lower case."""
        return shown(self.headers.first("from"))[:MAX_NAME_CHARS].lower()

    @cached_property
    def return_path(self) -> str:
        """The topmost Return-Path without blanks, in lower case; "<>" is the empty one (RFC 5321 §4.5.5)."""
        return "".join(self.headers.first("return-path").split())[:MAX_NAME_CHARS].lower()

    @cached_property
    def opening(self) -> str:
        """The first lines of the first text of the mail, at most 4,000 characters, lines cut at 400."""
        found = (leaf for leaf in leaves(self.root) if leaf.type.startswith("text/") and not leaf.is_attachment)
        text = _text(next(found, None) or self.root)[:MAX_OPENING_CHARS]
        return "\n".join(line[:MAX_LINE_CHARS] for line in text.split("\n"))

    def value(self, name: str) -> str:
        """Return the topmost value of a header, trimmed and in lower case; "" where it is missing."""
        return self.headers.first(name).strip().lower()


def _text(part: Part) -> str:
    if not part.type.startswith("text/"):
        return ""
    text = decode_text(decoded(part, MAX_OPENING_BYTES), part.parameters.get("charset"))[0]
    return html_to_text(text) if part.type == "text/html" else text.replace("\r\n", "\n").replace("\r", "\n")
