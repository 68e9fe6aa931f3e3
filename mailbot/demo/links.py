"""The buttons in the desk's mails, found and opened as a mail program does it."""

from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from mailbot.demo.mails import text_of


@dataclass(frozen=True, slots=True)
class Link:
    """A `mailto:` link: what stands on the button, and the mail it opens (RFC 6068)."""

    label: str
    to: str
    subject: str
    body: str

    @property
    def line(self) -> str:
        """The first line of that mail: what somebody would type who has no buttons."""
        return self.body.partition("\r\n")[0].strip()


def links(mail: EmailMessage) -> list[Link]:
    """Return the buttons of a mail, in their order; a plain address is none."""
    reader = _Buttons()
    reader.feed(text_of(mail, "html"))
    return [one for href, label in reader.found if (one := _opened(href, label))]


class _Buttons(HTMLParser):
    """Collects target and words of every `<a>`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._is_inside = True
            self.found.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_inside &= tag != "a"

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            href, label = self.found[-1]
            self.found[-1] = href, label + data


def _opened(href: str, label: str) -> Link | None:
    """Return the mail that a link opens; None when it opens none. A `+` in it is a `+` (RFC 6068 §5)."""
    parts = urlsplit(href)
    fields = {name: unquote(value) for name, _, value in (pair.partition("=") for pair in parts.query.split("&"))}
    if parts.scheme != "mailto" or "body" not in fields:
        return None
    return Link(" ".join(label.split()), unquote(parts.path), fields.get("subject", ""), fields["body"])
