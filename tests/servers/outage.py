"""A server that is away for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Server(Protocol):
    """What every server of the lab can do; ports, mail and data outlive a stop."""

    def start(self) -> None:
        """Start and return when it answers."""

    def stop(self) -> None:
        """Stop and cut every connection; harmless when it is down already."""


@contextmanager
def running(server: Server) -> Iterator[None]:
    """Started, and stopped at the end even when the start itself failed."""
    try:
        server.start()
        yield
    finally:
        server.stop()


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Down inside the block and up again after it, so that a failing test leaves no outage to the next one."""
    server.stop()
    try:
        yield
    finally:
        server.start()
