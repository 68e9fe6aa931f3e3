"""The breaker: a password that a server refused is not offered to it again at once, and ever more rarely.

Servers lock accounts and ban addresses that go on (pitfall 15). What is counted is forgotten with the process.
"""

import time
from random import Random

from mailbot.edge.errors import Refused

_FIRST_S, _FROM_THE_THIRD_S, _LONGEST_S = 60.0, 300.0, 3600.0
_PATIENT = 3
_jitter = Random()  # noqa: S311 -- spreads waits, guards nothing


def steady_s() -> float:
    """Return seconds on a clock that only goes forward."""
    return time.monotonic()


class Breaker:
    """Closed to logins after a refusal: a minute, from the third in a row on five minutes, doubling to an hour."""

    def __init__(self, name: str) -> None:
        """Begin without a refusal; `name` of the server stands in what is raised."""
        self._name = name
        self._refusals, self._until_s = 0, 0.0

    def check(self) -> None:
        """Raise Refused while the password must not be offered."""
        if self._refusals and steady_s() < self._until_s:
            raise Refused(f"{self._name}: credentials refused, not offered again yet")

    def refused(self) -> None:
        """Note that the server refused the password."""
        self._refusals += 1
        wait_s = _FIRST_S
        if self._refusals >= _PATIENT:
            wait_s = min(_FROM_THE_THIRD_S * 2 ** min(self._refusals - _PATIENT, 10), _LONGEST_S)
        self._until_s = steady_s() + wait_s * _jitter.uniform(0.9, 1.1)

    def accepted(self) -> None:
        """Forget earlier refusals."""
        self._refusals = 0
