"""A fork server: a process that has imported the product once, and forks a worker in milliseconds to be killed.

`Warm` is the side of the tests. Run as a program, this file is the server: one JSON order a line comes in, the
forked child says each of the MARKS once, the server says `ended N` with the child's exit code (-9: killed).
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.prepared import prepare
from tests.servers.processes import Reaper

ROOT = Path(__file__).parents[2]
ANSWER_S, READY_S = 60.0, 300.0
MARKS = ("working", "fetching", "receiving", "sending", "accepted", "filing")
"""What a worker says: its stores are open, it begins to fetch, to read, to send, its first mail left, it moves."""


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
        self._reaper = reaper
        self._rest = b""

    def fork(self, order: Order) -> int:
        """Begin a worker; its process id."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        return int(self._line().removeprefix("forked "))

    def reaches(self, mark: str, timeout_s: float) -> bool:
        """Wait until the worker says one of the MARKS; false when it does not come that far."""
        deadline = time.monotonic() + timeout_s
        while (line := self._line(deadline - time.monotonic())) not in {mark, ""}:
            assert line in MARKS, f"the worker {line}"
        return line == mark

    def ended(self) -> int:
        """Wait for the end of the worker; its exit code, negative for a signal."""
        while not (line := self._line()).startswith("ended "):
            assert line in MARKS, f"no answer of the fork server for {ANSWER_S} s: {line}"
        return int(line.removeprefix("ended "))

    def _line(self, timeout_s: float = ANSWER_S) -> str:
        """The next line; empty when the time is over."""
        assert self._process.stdout
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(timeout_s, 0))
            if not ready:
                return ""
            got = os.read(self._process.stdout.fileno(), 4096)
            assert got, "the fork server ended: see its traceback"
            self._rest += got
        line, self._rest = self._rest.split(b"\n", 1)
        return line.decode()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.push(self.__exit__)
            assert self._line(READY_S) == "ready"
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
        self._reaper.tell(f"ended {self._process.pid}")


def serve() -> None:
    """Prepare what every worker needs, then fork one for each order."""
    prepare()
    _say("ready")
    for line in sys.stdin:
        values = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(Order(**values))
        _say(f"forked {pid}")
        _, status = os.waitpid(pid, 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


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
    """Run the worker as the command line does, patched, and with its marks told to the tests."""
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
    _tell_marks(answers)
    config = load(Path(order.config))
    log.start(config.log)
    clock = Clock(datetime.fromisoformat(order.now))
    with composed(config, clock) as parts:
        os.write(answers, b"working\n")
        return run_once(parts, clock) if order.once else Worker(parts, clock).run()


def _tell_marks(answers: int) -> None:
    """Let the worker say when it first comes to each kind of work."""
    from mailbot.edge.imap import Mailbox  # noqa: PLC0415
    from mailbot.edge.smtp import Sender  # noqa: PLC0415
    from mailbot.steps import receive  # noqa: PLC0415

    places = {"fetching": (Mailbox, "messages"), "receiving": (receive, "read_all")}
    places |= {"sending": (Sender, "start"), "filing": (Mailbox, "move")}
    for mark, (owner, name) in places.items():
        setattr(owner, name, _telling(getattr(owner, name), answers, mark))
    accepted = _telling(lambda: None, answers, "accepted")
    send_one = Sender._send_one

    async def tell_accepted(*arguments: Any) -> Any:
        result = await send_one(*arguments)
        accepted()
        return result

    Sender._send_one = tell_accepted  # type: ignore[method-assign,assignment]


def _telling(call: Callable[..., Any], answers: int, mark: str) -> Callable[..., Any]:
    waiting = [mark]

    def told(*arguments: Any) -> Any:
        if waiting:
            os.write(answers, f"{waiting.pop()}\n".encode())
        return call(*arguments)

    return told


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
