"""Waiting for what another process does: look often until a deadline, never sleep blindly."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SHORTEST_S, LONGEST_S = 0.003, 0.05
"""Between two looks: a tenth of the time waited so far, within these bounds; looking costs what is waited for time."""


def wait_until(look: Callable[[], T], timeout_s: float, what: str = "") -> T:
    """The first truthy value that `look` returns; AssertionError names `what` when the deadline passes."""
    began = time.monotonic()
    while not (found := look()):
        waited_s = time.monotonic() - began
        if waited_s > timeout_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or look}: last answer {found!r}")
        time.sleep(min(max(waited_s / 10, SHORTEST_S), LONGEST_S))
    return found
