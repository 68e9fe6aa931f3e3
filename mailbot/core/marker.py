"""The marker: a small mail of our own on the mail server, by which a database that is older than the mailbox shows.

It holds numbers and an id that means nothing to anybody: no name, no address but the desk's own, no reference.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailbot.core.events import stamp

_SUBJECT = "mailbot: its own marker, please leave it here"
OTHER, OLDER = "other", "older"
"""Why a database is doubted: another one wrote the marker, or this one did, and has forgotten it."""


@dataclass(frozen=True, slots=True)
class Marker:
    """How far a database was at a moment: its id, how many markers it wrote, and the highest numbers it had given.

    `outbox` is the last mail, `digest` the last serial, `case` the last case number.
    """

    installation: str
    number: int
    outbox: int
    digest: int
    case: int
    at: datetime

    @property
    def standing(self) -> tuple[int, int, int]:
        """What moves when something was sent."""
        return self.outbox, self.digest, self.case


def why_doubted(found: Marker | None, known: Marker | None) -> str:
    """Return OTHER or OLDER where the marker on the server knows more than the database, "" where it does not."""
    if found is None:
        return ""
    if known is None or known.installation != found.installation:
        return OTHER
    return OLDER if found.number > known.number else ""


def as_text(marker: Marker) -> str:
    """Return a marker as the database remembers it."""
    values = {name: getattr(marker, name) for name in ("installation", "number", "outbox", "digest", "case")}
    return json.dumps(values | {"at": stamp(marker.at)}, sort_keys=True)


def as_mail(marker: Marker, sender: str, local: datetime) -> bytes:
    """Return a marker as a mail; `local` is its moment on the company's clocks."""
    head = [f"From: {sender}", f"Date: {format_datetime(local)}", f"Subject: {_SUBJECT}", "MIME-Version: 1.0"]
    return "\r\n".join([*head, "Content-Type: text/plain; charset=us-ascii", "", as_text(marker), ""]).encode("ascii")


def from_text(text: str) -> Marker | None:
    """Return the marker of a text, None where it is none."""
    try:
        value = json.loads(text)
        number, outbox, digest, case = (int(value[name]) for name in ("number", "outbox", "digest", "case"))
        return Marker(str(value["installation"]), number, outbox, digest, case, datetime.fromisoformat(value["at"]))
    except (ValueError, TypeError, LookupError):
        return None


def newest(mails: Iterable[bytes]) -> Marker | None:
    """Return the newest marker of some mails; whatever else lies there is nobody's."""
    bodies = (raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].decode("utf-8", "replace") for raw in mails)
    return max((found for body in bodies if (found := from_text(body))), key=lambda one: one.number, default=None)
