"""How long a piece of plain work may take: in CPU seconds of the machine on which the limits were measured.

Such a limit stands far above what code takes whose time grows as its input does, and far below what a square or worse
takes for the same input. A slow or busy machine is no fault of the code: it gets more time, in proportion.
"""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from tests.fuzz.fault import at_most

T = TypeVar("T")

TRIES = 3
MOST_SLOWNESS = 5.0
"""The slowest machine that is believed: a yardstick that happens to stumble must not excuse what is truly slow."""
_YARDSTICK_S = 0.028
"""CPU seconds of the yardstick on the machine where the limits were measured."""
_TEXT = "個人データ <a@b.test> 1234 " * 12_000


def within(limit_s: float, work: Callable[[], T]) -> T:
    """Return what the work returns; raise AssertionError where it takes too long whenever it is tried.

    What takes more than the slowest machine may is stopped in the middle: `TooSlow` shows where.
    """
    took: list[str] = []
    for _ in range(TRIES):
        began = time.process_time()
        with at_most(limit_s * MOST_SLOWNESS):
            result = work()
        took_s = time.process_time() - began
        if took_s < limit_s or took_s < limit_s * (slower := slowness()):
            return result
        took.append(f"{took_s:.2f} s on a machine {slower:.1f} times slower than expected")
    raise AssertionError(f"limit {limit_s} s, but it took {', '.join(took)}")


def slowness() -> float:
    """How many times slower than expected this machine is just now; 1 where it is not, MOST_SLOWNESS at most."""
    began = time.process_time()
    _plain_work()
    return min(max((time.process_time() - began) / _YARDSTICK_S, 1.0), MOST_SLOWNESS)


def _plain_work() -> None:
    """Do what the readers of mail do all day: split, look up, match, count characters."""
    seen: dict[str, int] = {}
    for number, word in enumerate(re.split(r"[ <>]", _TEXT)):
        seen[word] = seen.get(word, 0) + number % 7
    re.findall(r"(?:[a-z]+@)[a-z.]+", _TEXT)
    "".join(chr(ord(char) ^ 1) for char in _TEXT[:100_000])
