"""The start of a worker: before anything leaves the database is compared with the mailbox, and what it forgot is found.

Nothing is sent, decided or moved before that. Where the mail server is away it is tried again and all else waits; but
not for ever: after ten minutes staff are told of dates that come near, and of nothing else.
"""

import mmap
from datetime import datetime

from mailbot.edge.errors import Transient
from mailbot.steps.clock_watch import JUMPED, Step
from mailbot.steps.doubt import ask_when_due, is_doubted
from mailbot.steps.finding import find_again
from mailbot.steps.lost_keys import make_good
from mailbot.steps.parts import Parts
from mailbot.steps.safe_mode import RESTORED, compare
from mailbot.steps.send import send_warnings
from mailbot.steps.tick import look_at_dates
from mailbot.store.engine import read, write
from mailbot.store.remembered import forget, recall, remember

_AFTER_THE_MAILBOX = {"fetch", "file", "mark", "reconcile", "tick"}
"""Steps that read the mailbox, and the one that counts silence: it has to know what was written meanwhile."""
_NEW, _COMPARED, _WHOLE = 0, 1, 2
_PATIENCE_S = 600
_AWAY = "mailbox away"
"""The key under which is remembered since when no worker reached the mailbox at its start."""


class Start:
    """How far a worker has come; all processes forked from the one that made it know it at once."""

    def __init__(self) -> None:
        """Begin with nothing compared."""
        self._shared = memoryview(mmap.mmap(-1, 16)).cast(
            "d"
        )  # how far, and since when the mailbox was away (0: never)

    @property
    def is_whole(self) -> bool:
        """Whether everything may go on."""
        return self._shared[0] == _WHOLE

    def look(self, parts: Parts, now: datetime) -> bool:
        """Do the next of what comes first; true when anything was done. Raises Transient."""
        if self.is_whole:
            return False
        try:
            self._go_on(parts, now)
        except Transient:
            self._shared[1] = _away_since(parts, now).timestamp()
            raise
        _is_back(parts)
        self._shared[1] = 0
        return True

    def _go_on(self, parts: Parts, now: datetime) -> None:
        if self._shared[0] == _NEW:
            make_good(parts, now)
            compare(parts, now)
            self._shared[0] = _COMPARED
        elif not find_again(parts, now):
            self._shared[0] = _WHOLE

    def step(self, name: str, step: Step) -> Step:
        """Return a step that waits for the comparison; some wait until all mail is found again too.

        So that mail is met in the order in which it came.
        """
        least = _WHOLE if name.partition(" ")[0] in _AFTER_THE_MAILBOX else _COMPARED

        def patient(parts: Parts, now: datetime) -> bool:
            if self._shared[0] >= least:
                return step(parts, now)
            return self._is_late(now) and self._meanwhile(name, parts, now)

        return patient

    def _is_late(self, now: datetime) -> bool:
        away_since = self._shared[1]
        return bool(away_since) and now.timestamp() - away_since >= _PATIENCE_S

    def _meanwhile(self, name: str, parts: Parts, now: datetime) -> bool:
        if name == "send":
            return send_warnings(parts, now)
        return name == "tick" and not is_doubted(parts) and look_at_dates(parts, now)


def _away_since(parts: Parts, now: datetime) -> datetime:
    """Return since when no worker could start; remembered, for one that is begun every minute has no patience."""
    with read(parts.engine) as connection:
        known = recall(connection, _AWAY)
    if known is None:
        with write(parts.engine) as connection:
            remember(connection, _AWAY, now.isoformat())
    return datetime.fromisoformat(known) if known else now


def _is_back(parts: Parts) -> None:
    with read(parts.engine) as connection:
        known = recall(connection, _AWAY)
    if known is not None:
        with write(parts.engine) as connection:
            forget(connection, _AWAY)


def ask_again(parts: Parts, now: datetime) -> bool:
    """Ask anew for whatever is doubted, once a day; true when a question was written."""
    return any([ask_when_due(parts, cause, now) for cause in (JUMPED, RESTORED)])  # noqa: C419 -- each gets its turn
