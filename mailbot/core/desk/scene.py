"""What an act of staff works on, and what it makes happen: plain values between the command and the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules
from mailbot.core.events import Event
from mailbot.core.letters import Said


class NotDone(Exception):
    """An act that cannot be done; nothing of its mail is. `said` names the thing and the remedy."""

    def __init__(self, code: str, line: str = "", **values: object) -> None:
        super().__init__(code)
        self.said = Said(code, values, line, is_done=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """The case as it stands, under its rules, and who acts by which message.

    `people` are the ids and names of the staff of today, `others` the cases named by reference, with their numbers.
    `text` is what stands below the commands: the words of a draft, or the fields of a letter.
    """

    case: Case
    rules: Rules
    now: datetime
    actor: str
    message: int
    people: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, tuple[int, Case]] = field(default_factory=dict)
    text: str = ""

    def after(self, events: tuple[Event, ...]) -> "Scene":
        """Return the scene after events. Raises UnexpectedEvent when the life of a case does not know them."""
        return replace(self, case=fold(events, self.case))


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """A letter to the requester that an act owes.

    `key` is the key of its mail; `numbers` the requests it is about; `fields` what staff filled in; `text` their own
    words where no template stands behind it (`template` "relay"); `facts` further values of the template.
    """

    template: str
    key: str
    numbers: tuple[int, ...] = ()
    outcome: str = ""
    ground: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extra:
    """What an act needs of the store beside events: `what` names it, `values` say how."""

    what: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What one or several commands make happen: events of the case, words for the receipt, letters, and more."""

    events: tuple[Event, ...] = ()
    said: tuple[Said, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    extras: tuple[Extra, ...] = ()

    def __add__(self, other: "Act") -> "Act":
        return Act(
            self.events + other.events,
            self.said + other.said,
            self.letters + other.letters,
            self.extras + other.extras,
        )
