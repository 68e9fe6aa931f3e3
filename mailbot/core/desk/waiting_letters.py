"""The letters of a wait that nobody writes by hand: a reminder, the end of what was not answered, the reply received.

One letter for a case, however many of its requests wait for the same thing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.core.case import Case
from mailbot.core.desk.outcomes import LAPSED
from mailbot.core.desk.scene import LetterOrder
from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.request import Request


@dataclass(frozen=True, slots=True)
class Resumed:
    """One request whose clock runs again, as its requester is told: since when it stood still, for how many days.

    `due_on` is the next day on which it is owed an answer, None where every one has passed.
    """

    number: int
    name: str
    asked_on: date | None
    days: int
    due_on: date | None


def reminders(events: Iterable[Event]) -> list[LetterOrder]:
    """Return the reminders that have come due, one for all requests that wait for the same thing."""
    found = _by_mail(one for one in events if one.name is Name.REQUESTER_REMINDED)
    return [LetterOrder("reminder", mail, numbers) for mail, numbers in found.items()]


def endings(events: Iterable[Event]) -> list[LetterOrder]:
    """Return the closing letters of what lapsed (law §3, L16): why, and how to have it taken up again."""
    lapsed = (one for one in events if one.name is Name.REQUEST_DECIDED and one.data["outcome"] == LAPSED)
    return [
        LetterOrder("closure", mail, numbers, LAPSED, facts={"why": LAPSED})
        for mail, numbers in _by_mail(lapsed).items()
    ]


def resumption(before: Case, after: Case, events: Sequence[Event], today: date) -> LetterOrder | None:
    """Return the letter that tells the new date once a reply has come, None where no clock stood still for one.

    It leaves once a day at most, and names every request that the reply set going again.
    """
    ended = [one for one in events if one.name is Name.PAUSE_ENDED]
    asked_on = {one.number: one.paused_on for one in before.requests}
    now = {one.number: one for one in after.requests if one.is_running}
    told = [_resumed(now[number], asked_on[number], one, after.language, today) for number, one in _of(ended, now)]
    if not told:
        return None
    facts = {
        "arrived_on": date.fromisoformat(str(ended[0].data["on"])),
        "resumed": told,
        "answer_by": min((one.due_on for one in told if one.due_on), default=None),
    }
    key = f"resumed:{after.ref}:{today}"
    return LetterOrder("resumed", key, tuple(one.number for one in told), facts=facts)


def _of(ended: Iterable[Event], running: Mapping[int, Request]) -> list[tuple[int, Event]]:
    return [(one.request, one) for one in ended if one.request is not None and one.request in running]


def _resumed(request: Request, asked_on: date | None, event: Event, language: str, today: date) -> Resumed:
    return Resumed(
        number=request.number,
        name=KINDS[request.kind].name(Language(language)),
        asked_on=asked_on,
        days=int(str(event.data["days"])),
        due_on=next_due_on(request, today),
    )


def next_due_on(request: Request, today: date) -> date | None:
    """Return the next day on which a request is owed an answer: a gate that has passed is no promise any more."""
    days = (request.answer_on, request.notice_on, request.total_on)
    return next((day for day in days if day and day >= today), None)


def _by_mail(events: Iterable[Event]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for one in events:
        mail = str(one.data["mail"])
        found[mail] = (*found.get(mail, ()), one.request or 0)
    return found
