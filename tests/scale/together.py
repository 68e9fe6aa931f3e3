"""Threads that begin at the same moment, so that what may collide does."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
W = TypeVar("W")
LONGEST_S = 60.0


def together(work: Callable[[W], T], workers: Sequence[W]) -> list[T | Exception]:
    """What the work of each worker returned or raised; all begin at once, each in a thread of its own."""
    barrier = threading.Barrier(len(workers))
    results: list[T | Exception] = [TimeoutError()] * len(workers)

    def run(place: int) -> None:
        barrier.wait(LONGEST_S)
        try:
            results[place] = work(workers[place])
        except Exception as error:  # noqa: BLE001 -- it is the result
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(workers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
    return results
