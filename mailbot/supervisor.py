"""The processes of one worker: one fetches, sends and ticks, others read, decide and write the mails.

They share nothing but the databases and two pipes that wake them: each claims its work as workers on other machines
do, so one that dies loses nothing. The parent loads the classifier once, forks them, and forks anew who was killed;
it keeps no connection and no thread.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import structlog

from mailbot.compose import Prepared, composed, prepare
from mailbot.config import Config
from mailbot.edge.clock import Clock
from mailbot.steps.start import Start
from mailbot.store.engine import StoreUnavailable
from mailbot.store.presence import present
from mailbot.worker import OK, STEPS, TEMPORARY, Worker, warm

READ = "receive"
"""The step that the reading processes do, all of them; every other step is the first process's."""
_MOST_READERS = 4
_RESTART_S = 1.0
_LOOK_S = 0.1
"""How often the parent looks: a wait without end would not hear a signal that came in the moment it begins."""
_ENDS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger()


def readers_of(config: Config) -> int:
    """Return how many processes read mail; 0 where one does everything, as where there is but one processor."""
    if config.work.readers is not None:
        return config.work.readers
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, _MOST_READERS) if processors > 1 else 0


def supervise(config: Config, clock: Clock, readers: int) -> int:
    """Run a worker in several processes until SIGTERM or SIGINT; returns its exit code. Raises ConfigFault."""
    prepared = prepare(config)
    with composed(config, clock, prepared) as parts:  # every fault is found, and the schema made, before there are many
        warm(parts)
    others = tuple(name for name in STEPS if name != READ)
    start = Start()
    family = Family(lambda steps: _live(config, clock, prepared, steps, start))
    return family.run([others, *[(READ,)] * readers])


def _live(config: Config, clock: Clock, prepared: Prepared, steps: tuple[str, ...], start: Start) -> int:
    """Be one of the processes; a database that is away while it begins is waited for."""
    parent = os.getppid()
    while os.getppid() == parent:
        _end_at_once()
        try:
            with composed(config, clock, prepared) as parts, present(parts.engine, clock.now()):
                return Worker(parts, clock, steps, parent, start).run()
        except StoreUnavailable as error:
            _log.warning("waiting", step=steps[0], error=str(error), wait_s=_RESTART_S)
            time.sleep(_RESTART_S)
    return TEMPORARY


def _end_at_once() -> None:
    """Let a signal end this process, also one that came while none was let in."""
    for number in _ENDS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)


class Family:
    """Forked processes by what they do; they end together."""

    def __init__(self, live: Callable[[tuple[str, ...]], int]) -> None:
        """Take what a process does; it returns the exit code."""
        self._live = live
        self._children: dict[int, tuple[str, ...]] = {}
        self._code: int | None = None

    def run(self, tasks: list[tuple[str, ...]]) -> int:
        """Fork one process for each task, and a new one for each that was killed, until one of them leaves."""
        for number in _ENDS:
            signal.signal(number, self._end)
        for task in tasks:
            self._fork(task)
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                self._ended(self._children.pop(pid), os.waitstatus_to_exitcode(status))
            else:
                time.sleep(_LOOK_S)
        return self._code or OK

    def _ended(self, task: tuple[str, ...], code: int) -> None:
        if self._code is None and code < 0:
            _log.error("process was killed", step=task[0], count=-code)
            time.sleep(_RESTART_S)
            self._fork(task)
        elif self._code is None or code > self._code:
            self._stop(max(code, self._code or OK))

    def _fork(self, task: tuple[str, ...]) -> None:
        if self._code is not None:
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)  # a child would take them for ours
        pid = os.fork()
        if pid == 0:
            self._be(task)
        self._children[pid] = task
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
        if self._code is not None:  # told to end when this one was not known yet
            self._stop(self._code)

    def _be(self, task: tuple[str, ...]) -> None:
        """Never return into the parent's loop, whatever happens."""
        code = TEMPORARY
        try:
            _end_at_once()
            code = self._live(task)
        except BaseException as error:  # noqa: BLE001 -- told by its kind alone, which quotes nobody
            _log.error("bug", step=task[0], error=type(error).__name__)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _end(self, _: int, __: FrameType | None) -> None:
        self._stop(OK)

    def _stop(self, code: int) -> None:
        """Let every process finish the batch in hand."""
        self._code = code
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
