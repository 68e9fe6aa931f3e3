"""Warnings to staff: one honest mail for each person and case, however many dates and requests have come up."""

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.correspondence import Reader
from mailbot.core.events import Event, Json
from mailbot.core.policy import ROLES
from mailbot.core.warning import Warned, warning
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import Snapshot
from mailbot.store.mail import Post


def warnings(
    parts: Parts, snapshot: Snapshot, case: Case, told: Sequence[Event], rules: Rules, now: datetime
) -> list[Post]:
    """Return the mails that warn of what the events tell, one a person; `case` is the case after them."""
    posts = []
    for person in parts.config.staff_on(parts.rules.calendar.local_day(now)):
        theirs = [event for event in told if person.id in _people(event)]
        if theirs:
            letter = warning(parts.company, case, _warned(case, theirs), _reader(person, theirs), rules, now)
            # the case has moved on before it can warn again, so its last event tells warnings apart
            key = f"warn:{snapshot.case_id}.{snapshot.seq}"
            envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now)
            posts.append(write_mail(parts, letter, envelope, now))
    return posts


def _reader(person: Staff, theirs: Sequence[Event]) -> Reader:
    """Return the person in the highest role they are told in; somebody without that role stands in for who is away."""
    role = max((str(_people(event)[person.id]) for event in theirs), key=ROLES.index)
    return Reader(person.address, person.language, role, stands_in=role not in person.roles)


def _warned(case: Case, theirs: Sequence[Event]) -> list[Warned]:
    """Return what the events tell of each request, in the order of the requests."""
    found = []
    for request in case.requests:
        of_request = [event for event in theirs if event.request == request.number]
        if of_request:
            points = [str(point) for event in of_request for point in _list(event.data.get("points"))]
            silent = [str(person) for event in of_request for person in _list(event.data.get("silent"))]
            since = next((str(event.data["since"]) for event in of_request if event.data.get("since")), "")
            told_at = datetime.fromisoformat(since) if since else None
            found.append(Warned(request, tuple(points), tuple(silent), told_at))
    return found


def _people(event: Event) -> dict[str, Json]:
    people = event.data.get("people")
    return people if isinstance(people, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
