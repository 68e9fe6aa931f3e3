"""A log that cannot be written, on a full disk or to a journal that is gone, costs its lines and nothing else."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from mailbot import log
from mailbot.sections import Log
from mailbot.worker import OK, TEMPORARY
from tests.fakes.server import Lost
from tests.storage.faulty import Troubled
from tests.storage.test_stops import once, worked

FULL = Path("/dev/full")
"""Every write to it fails for want of room."""


def fails_once(action: str) -> Any:
    """The mail server is gone at the first such action, which is worth a line."""
    met: list[str] = []

    def hook(done: str, *_: object) -> None:
        if done == action and not met:
            met.append(done)
            raise Lost

    return hook


@pytest.fixture(params=["no room", "nobody reads"])
def stderr(request: pytest.FixtureRequest) -> Iterator[TextIO]:
    read_end, write_end = os.pipe()
    os.close(read_end)
    where: int | Path = FULL if request.param == "no room" else write_end
    file = open(where, "w", buffering=1, encoding="utf-8")  # noqa: PTH123, SIM115 -- also of a number
    yield file
    try:
        file.close()
    except OSError:
        assert file.closed
    if where is FULL:
        os.close(write_end)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_worker_whose_log_cannot_be_written_goes_on(
    desk: Troubled, stderr: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    log.start(Log())
    server = desk.scene.server
    server.before = fails_once("fetch")
    try:
        assert desk.scene.once() == TEMPORARY
    except OSError as error:
        pytest.fail(f"the worker ended for its log: {error}")
    server.after = once(lambda done, *_: done == "move", [])
    assert worked(desk.scene) == OK
    assert desk.recovered() == []
