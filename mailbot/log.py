"""What the worker says about itself: events by name with allowed fields only, so that no word of a mail gets in."""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from mailbot.sections import Log

ALLOWED = frozenset(
    {"event", "level", "timestamp", "step", "lane", "count", "error", "where", "wait_s", "seconds", "folder", "what"}
)
"""The fields a log line may have; anything else is dropped before it is written."""


def start(config: Log) -> None:
    """Set up structured logging to standard error in the configured form."""
    renderer: Any = structlog.processors.JSONRenderer()
    if config.format == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_nothing)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, config.level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    logging.disable(logging.CRITICAL)  # libraries quote addresses and commands


class _Patient:
    """A stream on which a line is lost where there is no room, or nobody who reads: no work may end for that."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


def _only_allowed(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in fields.items() if name in ALLOWED}


def _nothing(_: Any, __: Any) -> None:
    return None
