"""The clock: the only place that asks the machine what time it is."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Says what time it is; `start` moves it for demos and tests, and it runs on from there."""

    def __init__(self, start: datetime | None = None) -> None:
        """Take the moment to begin with, None for the machine's own time."""
        self._shift = start - datetime.now(UTC) if start else timedelta()

    def now(self) -> datetime:
        """Return the moment, aware UTC."""
        return datetime.now(UTC) + self._shift

    def jump(self, by: timedelta) -> None:
        """Move the clock (demo)."""
        self._shift += by
