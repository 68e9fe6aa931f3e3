"""What `check` judges: all that can be seen from outside after a scenario, and what the scenario itself knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from functools import lru_cache
from typing import Any

Rows = Sequence[Any]


@dataclass(frozen=True)
class Written:
    """A mail on its way to the desk, and what its writer may expect.

    `becomes` are the dispositions it may have; one that `opens` opens exactly one case, however often it is delivered.
    """

    requester: str
    message_id: str
    raw: bytes
    becomes: frozenset[str] = frozenset({"case"})
    opens: bool = True


@dataclass(frozen=True)
class Visible:
    """A place in which a mail was ever seen on the server; `again` where a folder was numbered anew.

    `message_id` is "" where nobody knows any more which mail it was.
    """

    folder: str
    uidvalidity: int
    uid: int
    message_id: str
    received_at: datetime | None = None
    again: bool = False


@dataclass(frozen=True)
class Received:
    """A mail of the desk that reached somebody."""

    recipient: str
    raw: bytes

    @property
    def mail(self) -> Message:
        return headers_of(self.raw)

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def kind(self) -> str:
        return str(self.mail["X-Mailbot-Kind"] or "")

    @property
    def subject(self) -> str:
        return subject_of(self.raw)

    @property
    def ref(self) -> str:
        """The reference in the subject, `[KJ-2026-000001-X] …`."""
        return self.subject.partition("[")[2].partition("]")[0]


@dataclass(frozen=True)
class World:
    """What is left behind.

    `tables` by name, ids of `keys` that still exist, every place a mail was `visible` in, where the mails lie now
    (`folders`, by Message-ID), how often each was `delivered`, what people `received` in order, and what they wrote.
    `allowed` are all addresses that may be written to. `secrets` are words that stand in mails and nowhere in `spills`
    (logs, files, databases). `deaths` is how often a worker died.
    """

    tables: Mapping[str, Rows]
    keys: frozenset[str]
    visible: Sequence[Visible]
    folders: Mapping[str, Sequence[str]]
    delivered: Counter[str]
    received: Sequence[Received]
    staff: frozenset[str]
    written: Sequence[Written]
    junk: str = ""
    allowed: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    spills: Mapping[str, bytes] = field(default_factory=dict)
    deaths: int = 0

    def cases(self) -> Rows:
        """Every case but the office's own."""
        return [row for row in self.tables["case_file"] if row.id != 0]

    def to_requesters(self) -> Sequence[Received]:
        return [one for one in self.received if one.recipient not in self.staff]

    def to_staff(self) -> Sequence[Received]:
        return [one for one in self.received if one.recipient in self.staff]


@dataclass
class Findings:
    """The verdict: violations in words, and the figures that are no violation."""

    violations: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


@lru_cache(2_000)
def headers_of(raw: bytes) -> Message:
    """The headers of a mail as they stand there, and its parts."""
    return message_from_bytes(raw, policy=policy.compat32)


@lru_cache(2_000)
def subject_of(raw: bytes) -> str:
    """The subject as people read it."""
    found = message_from_bytes(
        raw.partition(b"\n\n" if b"\r\n\r\n" not in raw else b"\r\n\r\n")[0], policy=policy.default
    )
    assert isinstance(found, EmailMessage)
    return str(found["Subject"] or "")


@lru_cache(2_000)
def words_of(raw: bytes) -> str:
    """All that a mail says to whoever opens it, headers and decoded parts."""
    mail = headers_of(raw)
    parts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_maintype() == "text"]
    texts = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), subject_of(raw), *texts])


def message_id(raw: bytes) -> str:
    """The Message-ID of a mail."""
    return str(headers_of(raw)["Message-ID"])
