"""A fork server: a process that has imported the product once, and forks a worker in milliseconds to be killed.

`Warm` is the side of the tests. Run as a program, this file is the server: one JSON order a line comes in, the
forked child says `working` when the worker begins, the server says `ended N` with the child's exit code (-9: killed).
"""

import gc
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

from mailbot.core.message import Language
from tests.servers.processes import Reaper

ROOT = Path(__file__).parents[2]
ANSWER_S = 60.0


@dataclass(frozen=True)
class Order:
    """One life of a worker: its configuration, log file and moment, all due work once or for ever, what is patched."""

    config: str
    log: str
    now: str
    once: bool = False
    patches: tuple[str, ...] = ()


class Warm:
    """The fork server as a test sees it: one worker at a time."""

    def __init__(self, reaper: Reaper) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        reaper.tell(f"group {self._process.pid} {int(signal.SIGKILL)}")
        self._rest = b""

    def fork(self, order: Order) -> int:
        """Begin a worker; its process id."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        return int(self._line().removeprefix("forked "))

    def wait_working(self) -> None:
        """Wait until the worker has opened its stores and begins."""
        assert (line := self._line()) == "working", line

    def ended(self) -> int:
        """Wait for the end of the worker; its exit code, negative for a signal."""
        while not (line := self._line()).startswith("ended "):
            assert line == "working", line
        return int(line.removeprefix("ended "))

    def _line(self) -> str:
        assert self._process.stdout
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_S)
            assert ready, f"no answer of the fork server for {ANSWER_S} s"
            got = os.read(self._process.stdout.fileno(), 4096)
            assert got, "the fork server ended: see its traceback"
            self._rest += got
        line, self._rest = self._rest.split(b"\n", 1)
        return line.decode()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.push(self.__exit__)
            assert self._line() == "ready"
            stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # a test failed and left its worker running
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()


def serve() -> None:
    """Import everything, then fork one worker for each order."""
    _import_all()
    _say("ready")
    for line in sys.stdin:
        values = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(Order(**values))
        _say(f"forked {pid}")
        _, status = os.waitpid(pid, 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


def _import_all() -> None:
    """What a worker needs at its start or for its first mail; no thread, no connection."""
    import_module("holidays.countries")
    import_module("mailbot.cli")
    compose = import_module("mailbot.compose")
    model = compose.load_model(import_module("mailbot.resources").models_folder())
    model.read("お願い", "私の個人データを開示してください。\nPlease delete my data.", Language.JA)
    compose.load_model = lambda _: model
    import_module("tests.crash.patches")
    gc.freeze()


def _live(order: Order) -> None:
    """Be the worker, and leave without the clean-up of a process that goes on."""
    code = 70
    try:
        code = _work(order)
    except BaseException:  # noqa: BLE001 -- a child must never return into the server's loop
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _work(order: Order) -> int:
    from mailbot import log  # noqa: PLC0415
    from mailbot.compose import composed  # noqa: PLC0415
    from mailbot.config import load  # noqa: PLC0415
    from mailbot.edge.clock import Clock  # noqa: PLC0415
    from mailbot.worker import Worker, run_once  # noqa: PLC0415
    from tests.crash.patches import PATCHES  # noqa: PLC0415

    answers = os.dup(1)
    sink = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    for name in order.patches:
        PATCHES[name]()
    config = load(Path(order.config))
    log.start(config.log)
    clock = Clock(datetime.fromisoformat(order.now))
    with composed(config, clock) as parts:
        os.write(answers, b"working\n")
        return run_once(parts, clock) if order.once else Worker(parts, clock).run()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
