"""Runs `mailbot …` with a wall clock that a test moves while it runs: by as many seconds as a file says.

The counter that nobody can set stays the machine's own. The file is named by `MOVED_CLOCK`.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot import compose
from mailbot.cli import app
from mailbot.config import Config, moved_clock
from mailbot.edge.clock import Clock

_FILE = Path(os.environ["MOVED_CLOCK"])


def _wall() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(_FILE.read_text(encoding="ascii")))


def _clock_of(config: Config) -> Clock:
    return Clock(moved_clock(config), wall=_wall)


if __name__ == "__main__":
    compose.clock_of = _clock_of
    app()
