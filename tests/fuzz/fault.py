"""Finds the fault that an input shows: an exception, a broken promise, or more time than the limit allows."""

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target

MAX_BYTES = 16_384
LIMIT_S = 0.5  # CPU seconds for an input of so many bytes or fewer, in plain code
_HANG_S = 5.0  # instrumented code is several times slower
_READINGS = 3
_FRAMES = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: `key` is the same for two inputs with one cause, `trace` the end of the traceback."""

    key: str
    trace: str


class TooSlow(BaseException):
    """An input took too long; outside of `Exception`, so that no handler of the code swallows it."""


def fault_of(target: Target, plain: Target, data: bytes) -> Fault | None:
    """Return the fault one input shows, None where there is none; `plain` is the same target without instruments."""
    try:
        target.judge(data, _read(target, plain, data))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever leaves the reader is the fault
        return fault_from(error)
    return None


def _read(target: Target, plain: Target, data: bytes) -> Any:
    """Return what is read; raise `TooSlow` where plain code takes too long, whenever it is tried."""
    began = time.process_time()
    with suppress(TooSlow), at_most(_HANG_S):
        result = target.read(data)
        if time.process_time() - began <= LIMIT_S:
            return result
    for _ in range(_READINGS - 1):
        with suppress(TooSlow), at_most(LIMIT_S):
            return plain.read(data)
    with at_most(LIMIT_S):
        return plain.read(data)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the middle of what takes more CPU time; patterns of `re` can be interrupted too."""
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(_number: int, _frame: object) -> None:
    raise TooSlow


def fault_from(error: BaseException, why_slow: str = "too slow") -> Fault:
    """Return the fault an exception stands for: a broken rule is its own name, all else is named by its place."""
    if rule := getattr(error, "rule", None):
        return Fault(rule, str(error))
    frames = list(traceback.extract_tb(error.__traceback__))
    own = [frame for frame in frames if "/mailbot/" in frame.filename] or frames
    module, function = Path(own[-1].filename).name, own[-1].name
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames[-_FRAMES:]]
    trace = "\n".join([*lines, f"{type(error).__name__}: {error}"])
    if isinstance(error, TooSlow):
        return Fault(f"{why_slow} in {module}", trace)
    where = module if isinstance(error, RecursionError) else f"{module}, {function}"
    return Fault(f"{type(error).__name__} in {where}", trace)
