"""Waiting for what another process does: look often until a deadline, never sleep blindly."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 0.005


def wait_until(look: Callable[[], T], timeout_s: float, what: str = "") -> T:
    """The first truthy value that `look` returns; AssertionError names `what` when the deadline passes."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or look}: last answer {found!r}")
        time.sleep(LOOK_EVERY_S)
    return found
