"""The worker: three lanes of steps over one set of parts, each lane a thread with its own wait.

`mail in` fetches and files and waits in IMAP IDLE, `work` decides and ticks, `mail out` sends. A lane that meets
trouble in the world waits and tries again; a bug is logged by place and backed off; a commit that failed ends
the process, and so does SIGTERM, after the batch in hand.
"""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog

from mailbot.edge.clock import Clock
from mailbot.edge.errors import Refused, Transient
from mailbot.log import where
from mailbot.steps.fetch import fetch, file
from mailbot.steps.parts import Parts
from mailbot.steps.receive import receive
from mailbot.steps.send import send
from mailbot.steps.tick import tick
from mailbot.store.claim import LeaseLost
from mailbot.store.engine import CommitFailed, StoreUnavailable

Step = Callable[[Parts, datetime], bool]

OK, TEMPORARY = 0, 75
"""Exit codes: worked; the world refused for now (sysexits EX_TEMPFAIL)."""

STEPS: dict[str, Step] = {"fetch": fetch, "receive": receive, "tick": tick, "send": send, "file": file}
"""The steps by the names of `mailbot run --only`, in the order `--once` works them off."""

_IDLE_SLICE_S = 1.0
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S, _REFUSED_BACKOFF_S = 1.0, 300.0, 60.0
_SWITCH_S = 0.0005
"""A lane that decides must not make a lane that only waits for a server wait for the interpreter too."""
_ROUNDS = 100_000
_log = structlog.get_logger()
_jitter = Random()  # noqa: S311 -- spreads waits, guards nothing


def run_once(parts: Parts, clock: Clock, only: Sequence[str] = ()) -> int:
    """Work off everything that is due now and return the exit code; what cannot be done now stays for later."""
    _warm(parts)
    steps = [(name, step) for name, step in STEPS.items() if not only or name in only]
    troubled: set[str] = set()
    for _ in range(_ROUNDS):
        busy = [_attempt(name, step, parts, clock, troubled) for name, step in steps if name not in troubled]
        if not any(busy):
            break
    return TEMPORARY if troubled else OK


def _attempt(name: str, step: Step, parts: Parts, clock: Clock, troubled: set[str]) -> bool:
    try:
        return step(parts, clock.now())
    except (Transient, StoreUnavailable) as error:
        _log.warning("step could not go on", step=name, error=str(error))
    except Exception as error:  # noqa: BLE001 -- a bug in one step must not keep the others from their work
        _log.error("bug", step=name, error=type(error).__name__, where=where(error))
    troubled.add(name)
    return False


@dataclass
class Lane:
    """Steps that share a thread. `wait` returns when there may be work again, at the latest after about a second."""

    name: str
    steps: Sequence[Step]
    wait: Callable[[], object]


class Worker:
    """Runs the lanes until it is told to stop."""

    def __init__(self, parts: Parts, clock: Clock, only: Sequence[str] = ()) -> None:
        """Take the parts; `only` names the steps to run, none means all."""
        self._parts, self._clock = parts, clock
        self._stop = threading.Event()
        self._code = OK
        self._lanes = [lane for lane in self._all_lanes(only) if lane.steps]

    def run(self) -> int:
        """Run until SIGTERM or SIGINT and return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        sys.setswitchinterval(_SWITCH_S)
        _warm(self._parts)
        threads = [threading.Thread(target=self._live, args=(lane,), name=lane.name) for lane in self._lanes]
        for thread in threads:
            thread.start()
        _log.info("worker started", count=len(threads))
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=0.5)  # in slices, so that a signal is seen
        _log.info("worker stopped")
        return self._code

    def stop(self) -> None:
        """Finish the batches in hand and end."""
        self._stop.set()
        self._parts.mail_arrived.set()
        self._parts.mail_waits.set()

    def _all_lanes(self, only: Sequence[str]) -> list[Lane]:
        def chosen(*names: str) -> list[Step]:
            return [STEPS[name] for name in names if not only or name in only]

        return [
            Lane("mail in", chosen("file", "fetch"), self._wait_for_mailbox),
            Lane("work", chosen("receive", "tick"), lambda: _wait_for(self._parts.mail_arrived)),
            Lane("mail out", chosen("send"), lambda: _wait_for(self._parts.mail_waits)),
        ]

    def _live(self, lane: Lane) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                if not self._round(lane):
                    lane.wait()
                failures = 0
            except LeaseLost:  # another worker was quicker; what this one did is rolled back
                failures = 0
            except (Transient, StoreUnavailable) as error:
                failures += 1
                self._back_off(lane, failures, error, _REFUSED_BACKOFF_S if isinstance(error, Refused) else 0)
            except CommitFailed as error:
                self._end(lane, error)
            except Exception as error:  # noqa: BLE001 -- the one place where a bug is met; the step has counted it
                failures += 1
                _log.error("bug", lane=lane.name, error=type(error).__name__, where=where(error))
                self._back_off(lane, failures, error, 0)

    def _round(self, lane: Lane) -> bool:
        """Let every step of a lane do one piece of work; true when any had something to do."""
        busy = False
        for step in lane.steps:
            if self._stop.is_set():
                return False
            busy = step(self._parts, self._clock.now()) or busy
        return busy

    def _back_off(self, lane: Lane, failures: int, error: BaseException, least_s: float) -> None:
        wait_s = max(least_s, min(_FIRST_BACKOFF_S * 2 ** min(failures - 1, 10), _LONGEST_BACKOFF_S))
        wait_s *= _jitter.uniform(0.8, 1.2)
        what = str(error) if isinstance(error, Transient | StoreUnavailable) else type(error).__name__
        _log.warning("waiting", lane=lane.name, error=what, wait_s=round(wait_s, 1))
        self._stop.wait(wait_s)

    def _end(self, lane: Lane, error: BaseException) -> None:
        """A commit was not confirmed: nobody may act on what this process believes."""
        _log.error("commit failed, ending", lane=lane.name, error=str(error))
        self._code = TEMPORARY
        self.stop()
        threading.Timer(5, os._exit, (TEMPORARY,)).start()

    def _wait_for_mailbox(self) -> None:
        """Wait for news by IDLE in slices, so that a stop is seen; the poll interval bounds the wait."""
        inbox = self._parts.config.imap.folders[0]
        poll_at = time.monotonic() + self._parts.config.imap.poll_seconds
        while not self._stop.is_set() and time.monotonic() < poll_at:
            if self._parts.mailbox.wait(inbox, _IDLE_SLICE_S) or self._parts.mail_settled.is_set():
                self._parts.mail_settled.clear()
                return


def _warm(parts: Parts) -> None:
    """Make the first message as quick as the rest, and keep the collector from walking over what stays for good."""
    parts.renderer.warm()
    parts.model().read("", "", parts.config.company.default_language)
    gc.collect()
    gc.freeze()


def _wait_for(event: threading.Event) -> None:
    event.wait(timeout=1.0)
    event.clear()
