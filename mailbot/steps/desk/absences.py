"""Keeps what members of staff say of their own absence: a fact of the office, whatever case their mail was about."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from mailbot.core.desk.absences import ABSENT
from mailbot.core.desk.scene import Extra
from mailbot.core.events import Event, Name
from mailbot.steps.desk.acting import Acting, Result
from mailbot.steps.done import Also
from mailbot.store.absences import end_absences, keep_absence
from mailbot.store.cases import snapshots
from mailbot.store.engine import read
from mailbot.store.tables import OFFICE


def absences(acting: Acting, wanted: Sequence[Extra]) -> Result:
    """Return what comes of acts that say when their author is away."""
    result = Result()
    for extra in wanted:
        if extra.what == ABSENT:
            result += _kept(acting, extra.values)
    return result


def _kept(acting: Acting, days: Sequence[str]) -> Result:
    person = acting.person.id
    if not days:
        ended = Event(Name.ABSENCE_ENDED, acting.now, person)
        return _of_the_office(acting, ended) + Result(writes=(partial(end_absences, person=person),))
    first_on, last_on = (date.fromisoformat(day) for day in days)
    told = Event(Name.ABSENCE_TOLD, acting.now, person, data={"first_on": days[0], "last_on": days[1]})
    keep = partial(keep_absence, person=person, first_on=first_on, last_on=last_on)
    return _of_the_office(acting, told) + Result(writes=(keep,))


def _of_the_office(acting: Acting, event: Event) -> Result:
    if acting.snapshot.case_id == OFFICE:
        return Result(events=(event,))
    with read(acting.parts.engine) as connection:
        office = snapshots(connection, [OFFICE])[OFFICE]
    return Result(also=(Also(office, (event,)),))
