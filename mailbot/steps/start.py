"""The start of a worker: before anything leaves the database is compared with the mailbox, and what it forgot is found.

Nothing is sent, decided or moved before that. Where the mail server is away it is tried again and all else waits.
"""

import mmap
from datetime import datetime

from mailbot.steps.clock_watch import JUMPED, Step
from mailbot.steps.doubt import ask_when_due
from mailbot.steps.finding import find_again
from mailbot.steps.lost_keys import make_good
from mailbot.steps.parts import Parts
from mailbot.steps.safe_mode import RESTORED, compare

_AFTER_THE_MAILBOX = {"fetch", "file", "mark", "reconcile", "tick"}
"""Steps that read the mailbox, and the one that counts silence: it has to know what was written meanwhile."""
_NEW, _COMPARED, _WHOLE = 0, 1, 2


class Start:
    """How far a worker has come; all processes forked from the one that made it know it at once."""

    def __init__(self) -> None:
        """Begin with nothing compared."""
        self._state = mmap.mmap(-1, 1)

    @property
    def is_whole(self) -> bool:
        """Whether everything may go on."""
        return self._state[0] == _WHOLE

    def look(self, parts: Parts, now: datetime) -> bool:
        """Do the next of what comes first; true when anything was done. Raises Transient."""
        if self.is_whole:
            return False
        if self._state[0] == _NEW:
            make_good(parts, now)
            compare(parts, now)
            self._state[0] = _COMPARED
        elif not find_again(parts, now):
            self._state[0] = _WHOLE
        return True

    def step(self, name: str, step: Step) -> Step:
        """Return a step that waits for the comparison; some wait until all mail is found again too.

        So that mail is met in the order in which it came.
        """
        least = _WHOLE if name.partition(" ")[0] in _AFTER_THE_MAILBOX else _COMPARED
        return lambda parts, now: self._state[0] >= least and step(parts, now)


def ask_again(parts: Parts, now: datetime) -> bool:
    """Ask anew for whatever is doubted, once a day; true when a question was written."""
    return any([ask_when_due(parts, cause, now) for cause in (JUMPED, RESTORED)])  # noqa: C419 -- each gets its turn
