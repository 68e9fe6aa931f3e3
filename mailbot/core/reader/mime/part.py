"""One part of a mail as a value, and the bytes behind its transfer encoding."""

from dataclasses import dataclass, field

from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.mime.transfer import encoding_of, opened

SHOWN_TYPES = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: `data` is still transfer-encoded and empty where there are `children`.

    `is_inner` marks what belongs to another part and is no file of its own: a detached signature, another form
    of the text. `is_beside` marks a text that another part shows, such as a frame of HTML. `margin` is what a
    multipart holds before its first and behind its last part.
    """

    headers: Headers
    data: bytes
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()
    is_inner: bool = False
    is_beside: bool = False
    margin: bytes = b""

    @property
    def is_attachment(self) -> bool:
        """Whether this is a leaf that is not meant to be read as the mail's text (RFC 2183 §2)."""
        if self.children or self.is_inner:
            return False
        if self.type not in SHOWN_TYPES or self.is_beside or self.parameters.get("name"):
            return True
        disposition, parameters = self.headers.parameters("content-disposition")
        return disposition == "attachment" or bool(parameters.get("filename"))

    @property
    def is_called_attachment(self) -> bool:
        """Whether the Content-Disposition says that it is an attachment."""
        return self.headers.parameters("content-disposition")[0] == "attachment"

    @property
    def has_name(self) -> bool:
        """Whether the part has the name of a file (RFC 2183 §2.3; `name` of RFC 2045)."""
        return bool(self.parameters.get("name") or self.headers.parameters("content-disposition")[1].get("filename"))


def leaves(part: Part) -> list[Part]:
    """Return the parts without children in their order."""
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def decoded(part: Part, limit_bytes: int | None = None) -> bytes:
    """Return the bytes behind the transfer encoding (RFC 2045 §6); broken encodings are read as far as they go."""
    encoding = encoding_of(part.headers.first("content-transfer-encoding"))
    data = part.data if limit_bytes is None else part.data[: 4 * limit_bytes]
    return opened(data, encoding, is_text=part.type.startswith("text/"))[:limit_bytes]
