"""The worker: two lanes of steps over one set of parts, each lane a thread with its own wait.

`mailbox` fetches and files and waits in IMAP IDLE; `work` decides, sends and ticks, one after the other, because two
threads that both compute only take the interpreter from each other. A step that meets trouble in the world waits and
is tried again while the others go on; a bug is logged by place and backed off; a commit that failed ends the process,
and so does SIGTERM, after the batch in hand.
"""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from mailbot.edge.clock import Clock
from mailbot.edge.errors import Refused, Transient, where
from mailbot.lanes import Backoff, Lane, Step, Waits, as_one
from mailbot.steps.accounts import Account, let_go
from mailbot.steps.clock_watch import ClockWatch, begin
from mailbot.steps.doubt import is_doubted
from mailbot.steps.fetch import fetch, fetch_from
from mailbot.steps.filing import file, file_in
from mailbot.steps.marking import mark, mark_at_the_end
from mailbot.steps.parts import Parts
from mailbot.steps.receive import receive
from mailbot.steps.reconciling import reconcile, reconcile_in
from mailbot.steps.recount import recount
from mailbot.steps.send import send, write_down
from mailbot.steps.start import Start, ask_again
from mailbot.steps.tick import tick
from mailbot.store.claim import LeaseLost
from mailbot.store.engine import CommitFailed, StoreDamaged, StoreUnavailable

OK, TEMPORARY = 0, 75
"""Exit codes: worked; the world refused for now (sysexits EX_TEMPFAIL)."""


def _tick(parts: Parts, now: datetime) -> bool:
    """Decide by dates alone that a clock nobody doubts and today's calendar give."""
    if is_doubted(parts):
        return ask_again(parts, now)
    return recount(parts, now) or tick(parts, now)


STEPS: dict[str, Step] = {
    "fetch": fetch,
    "receive": receive,
    "tick": _tick,
    "send": send,
    "file": file,
    "reconcile": reconcile,
}
"""The steps by the names of `mailbot run --only`, in the order `--once` works them off."""
_OF_MAILBOX = {"fetch": fetch_from, "file": file_in, "reconcile": reconcile_in}

_REFUSED_BACKOFF_S = 60.0
_LOOK_S = 0.2
"""How often the main thread looks whether it was told to end."""
_COLLECT = (20_000, 20, 50)
"""A batch of mails makes many objects that die with it: to look for rings after each 700 costs a tenth of the speed."""
_ROUNDS = 100_000
_log = structlog.get_logger()


def run_once(parts: Parts, clock: Clock, only: Sequence[str] = ()) -> int:
    """Work off everything that is due now and return the exit code; what cannot be done now stays for later."""
    warm(parts)
    parts.sandbox.start()
    begin(parts, clock.now())
    watch = ClockWatch(clock)
    start = Start()
    steps: list[tuple[str, Step]] = [("start", start.look)]
    steps += [(name, start.step(name, watch.before(step))) for name, step in _each(parts, only)]
    troubled: set[str] = set()
    for _ in range(_ROUNDS):
        busy = [_attempt(name, step, parts, clock, troubled) for name, step in steps if name not in troubled]
        if not any(busy):
            break
    _leave(parts, clock, start)
    return TEMPORARY if troubled else OK


def _each(parts: Parts, only: Sequence[str]) -> Iterator[tuple[str, Step]]:
    """Yield the steps, those of a mailbox once for each, so that trouble with one is no trouble with another."""
    for name, step in STEPS.items():
        if only and name not in only:
            continue
        if name not in _OF_MAILBOX:
            yield name, step
            continue
        for number, account in enumerate(parts.accounts, 1):
            yield _numbered(name, number), _step_in(account, _OF_MAILBOX[name])


def _step_in(account: Account, step: Callable[[Parts, Account, datetime], bool]) -> Step:
    return lambda parts, now: step(parts, account, now)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _leave(parts: Parts, clock: Clock, start: Start) -> None:
    """Leave a marker, and the mailboxes to the next worker; what cannot be written now runs out by itself."""
    _attempt("send", write_down, parts, clock, set())
    with suppress(StoreUnavailable):
        if start.is_whole:
            mark_at_the_end(parts, clock.now())
        let_go(parts.engine, parts.accounts, clock.now())


def _attempt(name: str, step: Step, parts: Parts, clock: Clock, troubled: set[str]) -> bool:
    try:
        return step(parts, clock.now())
    except LeaseLost:  # another worker was quicker; what this one did is rolled back
        return True
    except (Transient, StoreUnavailable) as error:
        _log.warning("step could not go on", step=name, error=str(error))
    except Exception as error:  # noqa: BLE001 -- a bug in one step must not keep the others from their work
        _log.error("bug", step=name, error=type(error).__name__, where=where(error))
    troubled.add(name)
    return False


class Worker:
    """Runs the lanes until it is told to stop."""

    def __init__(
        self, parts: Parts, clock: Clock, only: Sequence[str] = (), parent: int = 0, start: Start | None = None
    ) -> None:
        """Take the parts; `only` names the steps to run, none means all; it ends when `parent` did (0: nobody).

        `start` is shared by the processes of one worker; without one this process is the whole worker.
        """
        self._parts, self._clock, self._watch = parts, clock, ClockWatch(clock)
        self._stop = threading.Event()
        self._decides = not only or "receive" in only
        self._parent, self._is_told = parent, False
        self._start, self._is_alone = start or Start(), start is None
        self._code = OK
        self._waits = Waits(self._stop, clock, self._start, self._decides)
        self._lanes = [lane for lane in self._all_lanes(only) if lane.steps]

    def run(self) -> int:
        """Run until SIGTERM or SIGINT and return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)
        warm(self._parts)
        if self._decides:
            self._parts.sandbox.start()
        try:
            begin(self._parts, self._clock.now())
        except StoreUnavailable:
            if self._is_told:  # nobody waits for the database any more
                return OK
            raise
        threads = [threading.Thread(target=self._live, args=(lane,), name=lane.name) for lane in self._lanes]
        for thread in threads:
            thread.start()
        _log.info("worker started", count=len(threads))
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=_LOOK_S)
                if not self._stop.is_set() and (self._is_told or self._is_left_alone()):
                    self.stop()
        if self._code == OK:
            _leave(self._parts, self._clock, self._start)
        _log.info("worker stopped")
        return self._code

    def _tell(self, *_: object) -> None:
        """Only note it: a second signal in the midst of `stop` would wait for ever for a lock that the first holds."""
        self._is_told = True

    def _is_left_alone(self) -> bool:
        """Whether the process that looked after this one is dead."""
        return bool(self._parent) and os.getppid() != self._parent

    def stop(self) -> None:
        """Finish the batches in hand and end; never called by a signal."""
        self._stop.set()
        self._parts.signals.arrived.set()
        self._parts.signals.written.set()

    def _all_lanes(self, only: Sequence[str]) -> list[Lane]:
        def chosen(*names: str) -> dict[str, Step]:
            return {name: STEPS[name] for name in names if not only or name in only}

        work = self._watched(chosen("receive", "send", "tick"))
        if self._is_alone and only and not set(only) & set(_OF_MAILBOX):
            work = {"start": self._start.look, **work}
        return [
            *(self._lane_of(number, account, only) for number, account in enumerate(self._parts.accounts, 1)),
            Lane("work", work, self._waits.for_work),
        ]

    def _lane_of(self, number: int, account: Account, only: Sequence[str]) -> Lane:
        """Return the lane of one mailbox: it has a connection, a wait and trouble of its own."""
        asked = [one for one in ("file", "fetch", "reconcile") if not only or one in only]
        steps = {one: self._start.step(one, _step_in(account, _OF_MAILBOX[one])) for one in asked}
        name, wait = _numbered("mailbox", number), self._waits.for_mail(account)
        if steps and number == 1:  # one lane looks for all: the others do not touch their mailboxes meanwhile
            steps = {"start": self._start.look, **steps, "mark": self._start.step("mark", mark)}
        return Lane(name, as_one(name, steps), wait if number == 1 else self._waits.after_the_start(wait))

    def _watched(self, steps: Mapping[str, Step]) -> dict[str, Step]:
        """Let one thread alone look at the clock, before each of its steps."""
        return {name: self._start.step(name, self._watch.before(step)) for name, step in steps.items()}

    def _live(self, lane: Lane) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            busy = [self._attempt(name, step, backoff) for name, step in lane.steps.items()]
            pause_s = max(backoff.remaining_s(name) for name in lane.steps)
            if pause_s and not any(busy):
                self._stop.wait(min(pause_s, 1.0))
            elif not any(busy):
                self._attempt(lane.name, lane.wait, backoff)

    def _attempt(self, name: str, step: Step, backoff: Backoff) -> bool:
        """Let a step do one piece of work; trouble makes it wait and leaves the other steps alone."""
        if self._stop.is_set() or backoff.remaining_s(name):
            return False
        try:
            is_busy = step(self._parts, self._clock.now())
        except LeaseLost:  # another worker was quicker; what this one did is rolled back
            return True
        except (Transient, StoreUnavailable) as error:
            wait_s = backoff.failed(name, _REFUSED_BACKOFF_S if isinstance(error, Refused) else 0.0)
            _log.warning("waiting", step=name, error=str(error), wait_s=round(wait_s, 1))
            return False
        except (CommitFailed, StoreDamaged) as error:
            self._end(name, error)
            return False
        except Exception as error:  # noqa: BLE001 -- the one place where a bug is met; the step has counted it
            wait_s = backoff.failed(name)
            _log.error("bug", step=name, error=type(error).__name__, where=where(error), wait_s=round(wait_s, 1))
            return False
        backoff.succeeded(name)
        return is_busy

    def _end(self, name: str, error: BaseException) -> None:
        """The database did not confirm, or is damaged: nobody may act on what this process believes."""
        _log.error("store failed, ending", step=name, error=str(error))
        self._code = TEMPORARY
        self.stop()
        end = threading.Timer(5, os._exit, (TEMPORARY,))
        end.daemon = True
        end.start()


def warm(parts: Parts) -> None:
    """Make the first message as quick as the rest, and keep the collector from walking over what stays for good."""
    parts.renderer.warm()
    parts.model().read("", "", parts.config.company.default_language)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
