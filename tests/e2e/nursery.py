"""Gives the worker its reading child as a fork of a process that is ready to read: only its start is spared.

The child confines itself, reads and is ended as one that was started by its command, which is what the tests of the
sandbox do, and every worker that is no fork (`Desk.start`).
"""

import gc
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mailbot.edge import sandbox

ROOT = Path(__file__).parents[2]


def open_nursery() -> None:
    """Let every sandbox of this process and of its forks get its child from a nursery; it closes after the last."""
    orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.e2e.nursery", str(theirs.fileno())],
            env={"PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    usual = sandbox.CHILD

    def start(command: Sequence[str], **values: Any) -> Any:
        return Child(orders, values["stdin"]) if command == usual else subprocess.Popen(command, **values)

    sandbox.subprocess = SimpleNamespace(Popen=start, DEVNULL=subprocess.DEVNULL)  # type: ignore[assignment]


class Child:
    """A child of the nursery, as much of a `Popen` as the sandbox uses."""

    def __init__(self, orders: socket.socket, link: int) -> None:
        answers, theirs = socket.socketpair()
        with answers, theirs:
            socket.send_fds(orders, [b"child"], [link, theirs.fileno()])
            self.pid = int(answers.recv(20))
        self._process = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        return 0 if select.select([self._process], [], [], 0)[0] else None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def wait(self) -> None:
        select.select([self._process], [], [])
        os.close(self._process)


def serve(orders: socket.socket) -> None:
    """Fork a child for each order until nobody is left who could give one; the system buries the dead."""
    from mailbot.edge import child  # noqa: PLC0415 -- only here: it is what a child has in its memory

    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (order := socket.recv_fds(orders, 10, 2))[0]:
        link, answers = order[1]
        if (pid := os.fork()) == 0:
            orders.close()
            _become(child.main, link, answers)
        os.write(answers, str(pid).encode())
        os.close(link)
        os.close(answers)


def _become(main: Any, link: int, answers: int) -> None:
    """Be the child: order and answer on its standard streams."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(link, 0)
        os.dup2(link, 1)
        os.close(link)
        os.close(answers)
        main()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
