"""Absences that staff told by mail; those of the configuration are joined with them in `steps.roster`."""

from datetime import date

from sqlalchemy import Connection, delete, insert, select

from mailbot.store.tables import absence


def away_on(connection: Connection, day: date) -> frozenset[str]:
    """Return the ids of those who said that they are away on a day."""
    here = select(absence.c.person).where(absence.c.first_on <= day, absence.c.last_on >= day)
    return frozenset(connection.execute(here).scalars())


def keep_absence(connection: Connection, person: str, first_on: date, last_on: date) -> None:
    """Keep the days somebody will be away; what they told before of any of these days counts no more."""
    same = (absence.c.person == person, absence.c.first_on <= last_on, absence.c.last_on >= first_on)
    connection.execute(delete(absence).where(*same))
    connection.execute(insert(absence).values(person=person, first_on=first_on, last_on=last_on))


def end_absences(connection: Connection, person: str) -> None:
    """Forget every absence that somebody told by mail: they are here."""
    connection.execute(delete(absence).where(absence.c.person == person))
