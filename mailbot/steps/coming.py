"""What the events of a moment owe in mail: warnings to staff, letters to the requester, a status letter to confirm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.events import Event, Name
from mailbot.steps.parts import Parts
from mailbot.steps.status_letter import status_letters
from mailbot.steps.waiting import stops_ended, waiting_posts
from mailbot.steps.warning import warnings
from mailbot.store.cases import Snapshot
from mailbot.store.mail import Post

_WARN = {Name.DEADLINE_WARNED, Name.ESCALATION_HANDED_ON}


@dataclass(frozen=True, slots=True)
class Coming:
    """Mails, and what else belongs into the same transaction; `events` are further facts of the case."""

    posts: tuple[Post, ...] = ()
    events: tuple[Event, ...] = ()
    writes: tuple[Callable[[Connection], None], ...] = ()


def letters_due(
    parts: Parts, snapshot: Snapshot, case: Case, events: Sequence[Event], rules: Rules, now: datetime
) -> Coming:
    """Return the mails that events owe; `snapshot` is the case before them, `case` after."""
    ended = stops_ended(parts, snapshot.case, case, events, now)
    told = [*(event for event in events if event.name in _WARN), *ended]
    asked = waiting_posts(parts, snapshot, case, events, rules, now)
    drafted = status_letters(parts, snapshot, case, events, rules, now)
    posts = (*warnings(parts, snapshot, case, told, rules, now), *asked, *drafted.posts)
    return Coming(posts, (*ended, *drafted.events), drafted.writes)
