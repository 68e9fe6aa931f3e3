"""Letters of a wait: reminders and ends to the requester, and to the handler what went on without a reply."""

from collections.abc import Sequence
from datetime import date, datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.desk.receipt import Receipt, receipt
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.desk.waiting_letters import endings, reminders
from mailbot.core.events import BOT, Event, Json, Name
from mailbot.core.letters import Said
from mailbot.core.request import Request
from mailbot.core.waiting import STOP_ENDS
from mailbot.steps.letters import requester_post, thread_of
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope, write
from mailbot.store.cases import Snapshot
from mailbot.store.mail import Post


def waiting_posts(
    parts: Parts, snapshot: Snapshot, case: Case, events: Sequence[Event], rules: Rules, now: datetime
) -> list[Post]:
    """Return the letters that reminders and lapses owe, the handler told of each lapse; `case` is after the events."""
    ends = endings(events)
    orders = [*reminders(events), *ends]
    if not orders:
        return []
    scene, thread = Scene(case, rules, now, BOT, 0), thread_of(parts, snapshot.case_id)
    letters = [requester_post(parts, snapshot, scene, order, thread) for order in orders]
    return [*letters, *(post for order in ends for post in _told(parts, snapshot, scene, order))]


def _told(parts: Parts, snapshot: Snapshot, scene: Scene, order: LetterOrder) -> list[Post]:
    """Tell the handler what was closed without them, and by which letter."""
    rights = [one.kind for one in scene.case.requests if one.number in order.numbers]
    decided = Said("decided", {"rights": rights, "outcome": order.outcome, "numbers": order.numbers})
    posts = []
    for person in parts.team(scene.now).handlers(scene.case):
        told = Receipt(scene.case, (decided, Said("sent", {"letter": "L16"})), person.address, person.language)
        letter = receipt(parts.company, told, scene.rules, scene.now)
        envelope = staff_envelope(parts, person, order.key, snapshot.case_id, snapshot.key_id, scene.now)
        posts.append(write(parts, letter, envelope, scene.now))
    return posts


def stops_ended(parts: Parts, before: Case, after: Case, events: Sequence[Event], now: datetime) -> list[Event]:
    """Return as warnings to the handler the clocks that run again though nobody replied; what lapsed has ended."""
    lapsed = {one.request for one in events if one.name is Name.REQUEST_DECIDED}
    ended = {one.request for one in events if one.name is Name.PAUSE_ENDED} - lapsed
    if not ended:
        return []
    since = {one.number: one.paused_on for one in before.requests}
    people: dict[str, Json] = {person.id: "handler" for person in parts.team(now).handlers(after)}
    return [_warned(one, since[one.number], people, now) for one in after.requests if one.number in ended]


def _warned(request: Request, since: date | None, people: dict[str, Json], now: datetime) -> Event:
    due_on = request.answer_on.isoformat() if request.answer_on else None
    data: dict[str, Json] = {"points": [f"{STOP_ENDS}:{since}"], "due_on": due_on, "people": people}
    return Event(Name.DEADLINE_WARNED, now, request=request.number, data=data | {"roles": ["handler"]})
