"""What one message leads to, ready to be committed: its disposition, events, mails, and whatever else it writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from mailbot.core.case import Case
from mailbot.core.clock import Rules, next_due
from mailbot.core.events import Event, Name
from mailbot.steps.reading import Read
from mailbot.store.blobs import Sealed
from mailbot.store.cases import Party, Snapshot
from mailbot.store.ledger import Disposition, Settlement
from mailbot.store.mail import Post


@dataclass(frozen=True, slots=True)
class Also:
    """Another case that the same message touches: the case before, its events, when its requests are looked at."""

    case: Snapshot
    events: tuple[Event, ...]
    due: Mapping[int, datetime] = field(default_factory=dict)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Everything one message leads to.

    `case` is the case before the events (empty for a new one), `events` what happens to it, `due` when its
    requests are looked at next, `resealed` the mail sealed anew under the key of the case it joined, in place
    of the blob `resealed_from`. `known` is what it tells of people, by keyed hash; `also` are other cases it touches;
    `writes` whatever else belongs into the same transaction.
    """

    settlement: Settlement
    case: Snapshot | None = None
    is_new: bool = False
    events: tuple[Event, ...] = ()
    due: Mapping[int, datetime] = field(default_factory=dict)
    parties: tuple[Party, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    posts: tuple[Post, ...] = ()
    resealed: Sealed | None = None
    resealed_from: str = ""
    also: tuple[Also, ...] = ()
    writes: tuple[Callable[[Connection], None], ...] = ()

    @property
    def cases(self) -> tuple[Also, ...]:
        """Every case the message touches, its own first."""
        own = (Also(self.case, self.events, self.due, self.is_new),) if self.case else ()
        return (*own, *self.also)


def settlement(
    one: Read, disposition: Disposition, why: str | None, case_id: int | None = None, text: Sealed | None = None
) -> Settlement:
    """Return the end of a message's way: what became of it, and under which key its bytes now lie."""
    return Settlement(
        row=one.row,
        disposition=disposition,
        why=why,
        case_id=case_id,
        key_id=text.key_id if text else one.entry.key_id,
        blob_id=text.id if text else one.entry.blob_id,
        content_index=one.content_index,
        sender_index=one.sender_index,
    )


def due_after(before: Case, after: Case, rules: Rules, now: datetime) -> dict[int, datetime]:
    """Return when the requests that an event touched are looked at next; those that ended never are."""
    known = {request.number: request for request in before.requests}
    touched = [request for request in after.requests if request != known.get(request.number)]
    return {request.number: due for request in touched if (due := next_due(request, rules, now))}


def queued(posts: Sequence[Post], now: datetime) -> list[Event]:
    """Return the facts that mails were written."""
    return [Event(Name.LETTER_QUEUED, now, data={"letter": post.kind, "mail": post.key}) for post in posts]
