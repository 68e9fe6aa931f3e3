"""Signals between the threads and processes of one worker: somebody has work for somebody else.

A pipe, and no lock: a process that is killed in the middle of a signal leaves nothing locked behind it.
"""

import os
import select
from contextlib import suppress
from dataclasses import dataclass, field

_MANY = 4096


class Signal:
    """Set by whoever has news, waited for by whoever needs them; forked processes share it."""

    def __init__(self) -> None:
        """Begin without news."""
        self._seen, self._told = os.pipe()
        for end in (self._seen, self._told):
            os.set_blocking(end, False)

    def set(self) -> None:
        """Tell everybody who waits."""
        with suppress(BlockingIOError):  # full of news that nobody has taken yet
            os.write(self._told, b"\0")

    def is_set(self) -> bool:
        """Say whether there are news that nobody has taken."""
        return self.wait(0)

    def wait(self, timeout_s: float) -> bool:
        """Wait until there are news, at most so long; say whether there are."""
        waiting = select.poll()
        waiting.register(self._seen, select.POLLIN)
        return bool(waiting.poll(timeout_s * 1000))

    def clear(self) -> None:
        """Take all news."""
        with suppress(BlockingIOError):
            while len(os.read(self._seen, _MANY)) == _MANY:
                pass

    def close(self) -> None:
        """Give the pipe back."""
        ends, self._seen, self._told = (self._seen, self._told), -1, -1  # the numbers may soon be other files
        for end in ends:
            os.close(end)


@dataclass(frozen=True, slots=True)
class Signals:
    """What one part of a worker tells the others: mails came, or they were dealt with and answers wait to be sent."""

    arrived: Signal = field(default_factory=Signal)
    written: Signal = field(default_factory=Signal)

    def close(self) -> None:
        """Give everything back."""
        for one in (self.arrived, self.written):
            one.close()
