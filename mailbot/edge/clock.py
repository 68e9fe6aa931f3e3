"""The clock: the only place that asks the machine what time it is, and how much time has really gone by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Runs on while the machine sleeps where the system has such a clock, so that a night asleep is no jump."""


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    return time.clock_gettime(_STEADY)


class Clock:
    """Says what time it is; `start` moves it for demos and tests, and it runs on from there."""

    def __init__(
        self,
        start: datetime | None = None,
        wall: Callable[[], datetime] = _wall,
        steady: Callable[[], float] = _steady,
    ) -> None:
        """Take the moment to begin with, None for the machine's own time.

        `wall` tells the time (aware UTC) and may be set by anybody; `steady` counts seconds and nobody can set it.
        """
        self._wall, self._steady = wall, steady
        self._began = wall(), steady()
        self._shift = start - self._began[0] if start else timedelta()

    def now(self) -> datetime:
        """Return the moment, aware UTC."""
        return self._wall() + self._shift

    def jump(self, by: timedelta) -> None:
        """Move the clock on purpose (demo); this is no drift."""
        self._shift += by

    def drift(self) -> timedelta:
        """Return how far the machine's time was moved since this clock began, negative where it was set back."""
        wall, steady = self._wall(), self._steady()
        return (wall - self._began[0]) - timedelta(seconds=steady - self._began[1])
