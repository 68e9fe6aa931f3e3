"""Reads the text of a mail: plain text is preferred, else HTML is turned into text.

A forwarded message (message/rfc822) is an attachment and never read as the writer's words.
"""

from mailbot.core.charset import decode_text
from mailbot.core.html import UNSHOWN, html_to_text
from mailbot.core.mime import Part, decoded

MAX_TEXT_BYTES = 1_000_000


def text_of(root: Part) -> str:
    """Return what the mail says, as text with LF line ends, at most a million characters; "" where it says nothing."""
    left = [MAX_TEXT_BYTES]
    text = _read_lone(root, left) if not root.children else _read(root, left)
    return UNSHOWN.sub("", text).replace("\u2028", "\n").replace("\u2029", "\n")[:MAX_TEXT_BYTES]


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
