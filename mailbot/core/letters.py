"""What a letter is: the values that travel from a decision to the renderer and out as a mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailbot.core.message import Language


class LetterKind(StrEnum):
    """The values of our header `X-Mailbot-Kind`; a requester only ever sees `ack` and `letter`, never on a relay."""

    ACK = "ack"
    LETTER = "letter"
    NOTICE = "notice"
    WARNING = "warning"
    ESCALATION = "escalation"
    DIGEST = "digest"
    PREVIEW = "preview"
    RECEIPT = "receipt"
    CHALLENGE = "challenge"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Company:
    """Who writes. `name` and `desk` are printed as configured, in one language; `address` is the privacy mailbox."""

    name: str
    desk: str
    address: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request as a letter shows it.

    `number` counts from 1 inside the case, `kind` is a code of `core.kinds`, `name` its words in the
    reader's language. A date is None where the policy sets none. `notice_days` are the business days
    from arrival to `notice_on`. `confidence` (0..1) is None where no classifier spoke; `because` are
    phrases from the mail and go to staff only. `state` is a code of the request's state, `outcome` one of the
    decision, "" while there is none.
    """

    number: int
    kind: str
    name: str
    notice_on: date | None = None
    total_on: date | None = None
    gate_on: date | None = None
    notice_days: int | None = None
    confidence: float | None = None
    because: tuple[str, ...] = ()
    state: str = ""
    outcome: str = ""

    @property
    def due_on(self) -> date | None:
        """The day an answer is owed: the earlier of notice and gate, else the total; None where no clock runs."""
        return min((day for day in (self.notice_on, self.gate_on) if day), default=self.total_on)

    @property
    def is_gated(self) -> bool:
        """Whether the gate, counted in calendar days, comes before the notice that is counted in business days."""
        return self.gate_on is not None and (self.notice_on is None or self.gate_on < self.notice_on)


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One open case in the digest, without personal data.

    `number` is what the manager answers to, `names` the rights asked, `days_left` business days (negative
    when overdue), `used` the spent share of the period (0..1, more when overdue), `handler` None while
    nobody took it, `state` a code of the case's state.
    """

    number: int
    ref: str
    names: str
    due_on: date
    days_left: int
    used: float
    handler: str | None
    state: str


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One message that waits for a person: its number in `mailbot held`, since when (company zone), a reason code."""

    id: int
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Tap:
    """One thing a reader can do with one tap: `code` names its label, `line` is the first line of the mail it opens."""

    code: str
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """One line of an answer to staff: a code of `_words` and its values; `line` is what they wrote, "" for none."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    line: str = ""
    is_done: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written: which template, in whose language, to which one address, with which values."""

    template: str
    kind: LetterKind
    language: Language
    to: str
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: the subject is one line, the text ends with a newline, the HTML is a whole document."""

    subject: str
    text: str
    html: str
