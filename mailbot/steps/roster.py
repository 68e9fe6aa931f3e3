"""Who is told today: the roster without those who are away, and who stands in for them.

Whoever is away keeps their authority: what they write counts as ever. Nobody is ever told of nothing: where all who
could be told are away, they are told after all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from mailbot.config import Config
from mailbot.core.case import Case
from mailbot.core.due import Roster
from mailbot.core.policy import ROLES
from mailbot.sections import Staff
from mailbot.store.absences import away_on
from mailbot.store.engine import read

_DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Team:
    """The staff of one day; `away` are the ids of those who are absent."""

    people: tuple[Staff, ...]
    away: frozenset[str] = frozenset()

    def having(self, role: str) -> list[Staff]:
        """Return who has a role, whether they are here or not."""
        return [person for person in self.people if role in person.roles]

    def here(self, role: str) -> list[Staff]:
        """Return who has a role and is here."""
        return [person for person in self.having(role) if person.id not in self.away]

    def staff(self, role: str) -> list[Staff]:
        """Return who is told in a role today: who is here, else the deputies, else those who are away after all.

        A role that nobody has stays empty, and nobody stands in for a deputy.
        """
        everybody = self.having(role)
        if not everybody or role == _DEPUTY:
            return self.here(role)
        return self.here(role) or self.here(_DEPUTY) or everybody

    def readers(self, roles: Iterable[str]) -> list[Staff]:
        """Return who gets what goes to some roles by the day, away or not; the deputies too where all are away."""
        found = {person.id: person for role in roles for person in self.having(role)}
        if self.away.issuperset(found):
            found |= {person.id: person for person in self.here(_DEPUTY)}
        return [*found.values()]

    def handlers(self, case: Case) -> list[Staff]:
        """Return who is told as handler of a case: its own alone, with others beside them while they are away.

        Whoever took a case is its handler, whatever other role they have.
        """
        own = [person for person in self.people if person.id == case.handler]
        if not own or own[0].id not in self.away:
            return own or self.staff("handler")
        others = self.here(_DEPUTY) or self.here("handler")
        return own + [person for person in others if person not in own]

    def of_case(self, case: Case) -> Roster:
        """Return role to the ids of those who are told of a case."""
        told = {role: self.staff(role) for role in ROLES} | {"handler": self.handlers(case)}
        return {role: [person.id for person in people] for role, people in told.items()}


def team_of(config: Config, engine: Engine, day: date) -> Team:
    """Return the staff of a day, without those whom the configuration or a mail of theirs says to be away."""
    with read(engine) as connection:
        told = away_on(connection, day)
    return Team(tuple(config.staff_on(day)), told | config.absent_on(day))
