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
class DigestRequest:
    """One running request in a line of the digest.

    `kind` is a code of `core.kinds`; `days_left` are business days (negative when overdue), `used` the spent share of
    its period (0..1, more when overdue); `step` is a code of what comes next and `step_on` its day, None where it has
    none; `is_provisional`: holidays may still move `due_on`. While the clock stands still `pause` says why, since
    `paused_on`; `reply_by` is the last day on which a reply is in time (None: no end is set), and `lapses` says whether
    the request ends after it; else its clock runs again.
    """

    kind: str
    due_on: date
    days_left: int
    used: float
    step: str = ""
    step_on: date | None = None
    is_provisional: bool = False
    pause: str = ""
    paused_on: date | None = None
    reply_by: date | None = None
    lapses: bool = False


@dataclass(frozen=True, slots=True)
class DigestApproval:
    """What waits for a manager: command names, author (staff id), since when (company zone), 8 hex of its hash."""

    acts: tuple[str, ...]
    author: str
    since: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One open case in the digest, without personal data.

    `number` is what the manager answers to, `requests` what is still owed, the earliest date first (empty: nothing is,
    and somebody has to close the case), `handler` None while nobody took it. `notes` are codes of what else concerns
    it: `approval` (then `approval` is there), `draft` (a status letter waits to be confirmed), `bounced`.
    """

    number: int
    ref: str
    requests: tuple[DigestRequest, ...]
    handler: str | None
    notes: tuple[str, ...] = ()
    approval: DigestApproval | None = None

    @property
    def days_left(self) -> int | None:
        """Business days until the earliest date; None where nothing is owed."""
        return self.requests[0].days_left if self.requests else None


@dataclass(frozen=True, slots=True)
class DigestSection:
    """The cases of one section: how many there are, the most urgent as lines, and what the others are.

    `code` is one of `core.digest.SECTIONS`; `kinds` and `handlers` count those not shown, the most frequent first
    (a handler is None while nobody took a case). `elsewhere` are numbers of lines in sections above that belong here
    too.
    """

    code: str
    count: int
    lines: tuple[DigestLine, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    handlers: tuple[tuple[str | None, int], ...] = ()
    elsewhere: tuple[int, ...] = ()

    @property
    def more(self) -> int:
        """How many cases of the section have no line."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the chart: its Monday, what arrived, what was answered, and how much of that in time."""

    monday: date
    arrivals: int
    closures: int
    on_time: int

    @property
    def share(self) -> int | None:
        """The answers given in time, in percent; None where none was given."""
        return round(100 * self.on_time / self.closures) if self.closures else None


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
