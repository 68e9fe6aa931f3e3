"""What a lane of the worker is made of: steps that share a thread, the pause after trouble, the wait for news."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from mailbot.edge.clock import Clock
from mailbot.steps.accounts import Account, hold_on, of_one
from mailbot.steps.parts import Parts
from mailbot.steps.start import Start

Step = Callable[[Parts, datetime], bool]

_IDLE_SLICE_S = 1.0
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 1.0, 300.0
_jitter = Random()  # noqa: S311 -- spreads waits, guards nothing


@dataclass(frozen=True, slots=True)
class Lane:
    """Named steps that share a thread; `wait` is what the thread does when none of them has work."""

    name: str
    steps: Mapping[str, Step]
    wait: Step


class Backoff:
    """When a step that met trouble may be tried again: growing waits with jitter, forgotten after a success."""

    def __init__(self) -> None:
        """Begin without trouble."""
        self._failures: dict[str, int] = {}
        self._resume_at: dict[str, float] = {}

    def remaining_s(self, name: str) -> float:
        """Return how long the step still has to wait, 0 when it may go on."""
        return max(self._resume_at.get(name, 0.0) - time.monotonic(), 0.0)

    def succeeded(self, name: str) -> None:
        """Forget earlier trouble."""
        self._failures.pop(name, None)

    def failed(self, name: str, least_s: float = 0.0) -> float:
        """Note trouble and return the wait in seconds."""
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        wait_s: float = max(least_s, min(_FIRST_BACKOFF_S * 2 ** min(failures - 1, 10), _LONGEST_BACKOFF_S))
        wait_s *= _jitter.uniform(0.8, 1.2)
        self._resume_at[name] = time.monotonic() + wait_s
        return wait_s


@dataclass(frozen=True, slots=True)
class Waits:
    """How the lanes of one process wait; each wait ends soon after `stop` is set."""

    stop: threading.Event
    clock: Clock
    start: Start
    decides: bool

    def for_mail(self, account: Account) -> Step:
        """Wait for news by IDLE in slices, so that a stop is seen; the poll interval bounds the wait.

        Only the worker that has the mailbox waits in it; the others look whether it died.
        """

        def wait(parts: Parts, _: datetime) -> bool:
            poll_at = time.monotonic() + account.imap.poll_seconds
            while not self.stop.is_set() and time.monotonic() < poll_at:
                if not hold_on(parts.engine, account, self.clock.now()):
                    account.mailbox.close()
                    self.stop.wait(_IDLE_SLICE_S)
                    break
                if account.mailbox.wait(account.imap.folders[0], _IDLE_SLICE_S) or account.settled.is_set():
                    account.settled.clear()
                    break
            return False

        return wait

    def for_work(self, parts: Parts, _: datetime) -> bool:
        """Wait for mail to decide about where this process decides, else for what another one has written."""
        news = parts.signals.arrived if self.decides else parts.signals.written
        if news.wait(_IDLE_SLICE_S):
            news.clear()
            parts.tell_settled()
        return False

    def after_the_start(self, wait: Step) -> Step:
        """Return a wait that looks often until this process has started: another lane still compares for all."""

        def patiently(parts: Parts, now: datetime) -> bool:
            if not self.start.is_whole:
                self.stop.wait(_IDLE_SLICE_S / 5)
                return False
            return wait(parts, now)

        return patiently


def as_one(name: str, steps: Mapping[str, Step]) -> dict[str, Step]:
    """Make one step of several that need the same connection, so that they share its trouble."""

    def in_turn(parts: Parts, now: datetime) -> bool:
        return of_one(partial(step, parts, now) for step in steps.values())

    return {name: in_turn} if steps else {}
