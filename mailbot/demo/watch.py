"""What is new since the last look: messages settled, events of cases, mails that left. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from mailbot.core.case import Case
from mailbot.core.events import Event
from mailbot.demo.servers import MailHost, Taken
from mailbot.steps.parts import Parts
from mailbot.store.cases import events_of, snapshots
from mailbot.store.engine import read
from mailbot.store.register import case_ids, messages_after


@dataclass(frozen=True, slots=True)
class News:
    """Settled messages (ledger rows), new events with their case, mails taken by the SMTP server, and all cases."""

    messages: Sequence[Row[Any]]
    events: Sequence[tuple[Case, Event]]
    mails: Sequence[Taken]
    cases: dict[int, Case]


class Watch:
    """Remembers what was already told."""

    def __init__(self, parts: Parts, host: MailHost) -> None:
        """Begin with nothing told."""
        self._parts, self._host = parts, host
        self._message = self._mails = 0
        self._events: dict[int, int] = {}

    def news(self) -> News:
        """Return what happened since the last call."""
        mails = self._host.taken[self._mails :]
        self._mails += len(mails)
        with read(self._parts.engine) as connection:
            found = messages_after(connection, self._message)
            cases = {key: one.case for key, one in snapshots(connection, case_ids(connection)).items()}
            histories = {case_id: events_of(connection, case_id) for case_id in cases}
        self._message = max([self._message, *(row.id for row in found)])
        return News(found, list(self._fresh(cases, histories)), mails, cases)

    def _fresh(self, cases: dict[int, Case], histories: dict[int, list[Event]]) -> list[tuple[Case, Event]]:
        fresh = []
        for case_id, events in histories.items():
            fresh += [(cases[case_id], event) for event in events[self._events.get(case_id, 0) :]]
            self._events[case_id] = len(events)
        return fresh
