"""Finds what costs more than in proportion to its length: an input grown to three lengths, each twice the last."""

import time
from collections.abc import Callable
from itertools import pairwise

from tests.fuzz.fault import Fault, at_most, fault_from
from tests.fuzz.target import Target

SIZES = (60_000, 120_000, 240_000)

_NOTABLE_S = 0.005  # for the first size: a square of less comes to few seconds even for the longest text that is read
_MAX_S = 4.0
_STEEP = 3.0  # twice the length costs twice the time, or four times where the cost is a square
_READINGS = 3


def growth_fault(plain: Target, grown: Callable[[int], bytes]) -> Fault | None:
    """Return the fault of an input that `grown` makes in any length, None where its time grows as its length does."""
    try:
        if _is_steep(plain, grown, 1) and _is_steep(plain, grown, _READINGS):
            _stop_half_way(plain, grown(SIZES[-1]))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - TooSlow, and whatever a long input alone brings out
        return fault_from(error, "more than linear")
    return None


def _is_steep(plain: Target, grown: Callable[[int], bytes], readings: int) -> bool:
    times: list[float] = []
    for size in SIZES:
        times.append(min(_seconds(plain, grown(size)) for _ in range(readings)))
        if times[0] < _NOTABLE_S:
            return False
    return all(longer > _STEEP * shorter for shorter, longer in pairwise(times))


def _seconds(plain: Target, data: bytes) -> float:
    began = time.process_time()
    with at_most(_MAX_S):
        plain.read(data)
    return time.process_time() - began


def _stop_half_way(plain: Target, data: bytes) -> None:
    """Raise `TooSlow` where most of the time goes, so that its traceback names the place."""
    with at_most(_seconds(plain, data) / 2):
        plain.read(data)
