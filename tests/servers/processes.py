"""Child processes of the tests: each leads its own session, and none outlives the run, however it ends."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.reaper import living_groups
from tests.servers.waiting import wait_until

# Below the range from which Linux takes ports for outgoing connections: a stopped server finds its port free again.
# Where the suite runs in several processes, each has its own thousands: none takes the port of a server that is away.
_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = range(20_000, 32_000)[_PROCESS % 6 * 2_000 :][:2_000]
_UNTRIED = random.sample(_PORTS, len(_PORTS))
GRACE_S, KILLED_S = 2.0, 30.0
SERVER_FOLDERS = ("/usr/sbin", "/usr/lib/postfix/sbin")


def find_program(name: str, folders: tuple[str, ...] = SERVER_FOLDERS) -> str | None:
    """Path of a server program; Debian keeps some outside the PATH. None: not installed."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *folders)))


def free_port() -> int:
    """A loopback port that nobody listens on now, and that was given to nobody before."""
    while True:
        port = _UNTRIED.pop()
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def greets(port: int, greeting: bytes) -> bool:
    """Whether a server on the loopback port opens with these bytes."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        return connection.recv(len(greeting)) == greeting
    return False


class Reaper:
    """The list of what must end with this test run, kept by a process of its own (`reaper.py`)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("reaper.py")
        self._process = subprocess.Popen(
            [sys.executable, "-ISE", script], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def new_folder(self, prefix: str) -> Path:
        """A short folder that every user may enter: socket paths end at 108 bytes, servers drop their rights."""
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
        self.tell(f"folder {folder}")
        folder.chmod(0o755)
        return folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.tell("end")
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=300) == 0, "the reaper failed: see its traceback"


class Group:
    """One server process and its children: started in a session of its own, stopped as a whole."""

    def __init__(self, reaper: Reaper, command: list[str], output: Path, stop_signal: signal.Signals) -> None:
        self._reaper = reaper
        self._stop_signal = stop_signal
        self._output = output
        with output.open("ab") as sink:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
        reaper.tell(f"group {self._process.pid} {int(stop_signal)}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask all of them, wait a moment, kill the rest; after that no process of the group is left."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, self._stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        wait_until(self._is_gone, KILLED_S, f"the end of process group {self._process.pid}")
        self._reaper.tell(f"ended {self._process.pid}")

    def _is_gone(self) -> bool:
        return self._process.pid not in living_groups()

    def output_tail(self) -> str:
        """The last words of the server, for the message of a failed start."""
        return self._output.read_text(encoding="utf-8", errors="replace")[-3000:]
