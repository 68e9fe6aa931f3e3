"""One life of a worker in a fork of this process, which is killed at a boundary: between two things that last.

The world lives in the parent. Whatever the worker does to it, each commit of a database and each file it opens for
writing is told to the parent first, which answers, or kills. Nothing here knows what the product does.
"""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, Self

from sqlalchemy import Engine

from mailbot import log
from mailbot.edge.clock import Clock
from mailbot.steps.parts import Parts
from mailbot.store.presence import present
from mailbot.worker import run_once
from tests.fakes.ground import Ground
from tests.fakes.parts import engine_of, fake_parts
from tests.fakes.server import Server

Watch = Callable[[int, str], bool]
"""Called at each boundary with its number and name; true kills the worker there."""


@dataclass
class Life:
    """What became of a worker: the names of the boundaries it came to, and its exit code (-9: killed)."""

    boundaries: list[str] = field(default_factory=list)
    code: int = 0


def nobody(*_: Any) -> bool:
    """Let the worker live."""
    return False


def live(
    ground: Ground,
    server: Server,
    now: datetime,
    watch: Watch = nobody,
    *,
    is_late: bool = False,
    longest_s: float | None = None,
    started: "Started | None" = None,
) -> Life:
    """Let a worker do all that is due at a moment; it may be killed on the way.

    `is_late`: see FakeSender. `longest_s`: it is killed after that time, wherever it is. `started`: it has its start
    behind it.
    """
    ours, theirs = Pipe()
    child = os.fork()
    if child == 0:
        ours.close()
        _be(ground, theirs, now, started or Started(ground, is_late=is_late))
    theirs.close()
    life = Life()
    until = time.monotonic() + longest_s if longest_s is not None else None
    with ours:
        _serve(life, ours, server, watch, child, until)
    _, status = os.waitpid(child, 0)
    life.code = os.waitstatus_to_exitcode(status)
    return life


def _serve(life: Life, link: Connection, server: Server, watch: Watch, child: int, until: float | None) -> None:
    """Do what the worker does to the world, until it is gone; each thing has a boundary before it and one after it."""

    def is_dead(name: str) -> bool:
        life.boundaries.append(name)
        if watch(len(life.boundaries) - 1, name):
            os.kill(child, signal.SIGKILL)
            return True
        return False

    with suppress(EOFError, ConnectionResetError, BrokenPipeError):
        while True:
            if until is not None and not link.poll(max(until - time.monotonic(), 0)):
                os.kill(child, signal.SIGKILL)
                return
            name, arguments = link.recv()
            if is_dead(name if arguments is None else f"before {name}"):
                return
            answer = None if arguments is None else _answer(server, name, arguments)
            if arguments is not None and is_dead(f"after {name}"):
                return
            link.send(answer)


def _answer(server: Server, action: str, arguments: tuple[Any, ...]) -> Any:
    try:
        return server.act(action, *arguments)
    except Exception as error:  # noqa: BLE001 -- the worker meets it, not we
        return error


class Told(Server):
    """The world as the worker has it: every action is the parent's to do. Both lanes of a worker share the one link."""

    def __init__(self) -> None:
        super().__init__()
        self.link: Connection | None = None
        self._turn = threading.Lock()

    def do(self, action: str, *arguments: Any) -> Any:
        return self._asked(action, arguments)

    def tell(self, boundary: str) -> None:
        """Come to a boundary that is the worker's own."""
        self._asked(boundary, None)

    def _asked(self, name: str, arguments: tuple[Any, ...] | None) -> Any:
        assert self.link
        with self._turn:
            self.link.send((name, arguments))
            answer = self.link.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Started:
    """A worker's parts, made in a life of its own; or before many, in the parent, that these may be short."""

    def __init__(self, ground: Ground, *, is_late: bool = False) -> None:
        self.ground, self.told = ground, Told()
        self._is_late, self._parts = is_late, ExitStack()
        self._kept: Parts | None = None

    def parts(self, now: datetime) -> Parts:
        """The parts; those that were kept know a later moment by the clock of their life."""
        if self._kept:
            return self._kept
        return self._parts.enter_context(fake_parts(self.ground.config, Clock(now), self.told, is_late=self._is_late))

    def close(self) -> None:
        """Take them apart, as the end of a worker does."""
        self._parts.close()

    @contextmanager
    def kept(self, now: datetime) -> Iterator[Self]:
        """Keep them for all lives of the block; no connection goes into a fork."""
        with self._parts:
            self._kept = self.parts(now)
            for engine in _engines(self.ground):
                engine.dispose()
            yield self
        self._kept = None


def _be(ground: Ground, link: Connection, now: datetime, started: Started) -> NoReturn:
    """Be the worker, and leave without the clean-up of a process that goes on."""
    code = 70
    gc.disable()  # a life is short, and to look for rings would copy what it shares with the parent
    try:
        sink = os.open(ground.folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        log.start(ground.config.log)
        started.told.link = link
        _tell_commits(ground, started.told)
        _tell_files(ground.folder, started.told)
        parts, clock = started.parts(now), Clock(now)
        with present(parts.engine, clock.now()):
            code = run_once(parts, clock)
        started.close()
    except BaseException:  # noqa: BLE001 -- a child must never return into the parent's tests
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _engines(ground: Ground) -> list[Engine]:
    return [engine_of(url) for url in (ground.config.store.url, ground.config.store.keys_url)]


def _tell_commits(ground: Ground, server: Told) -> None:
    for engine in _engines(ground):
        dialect: Any = engine.dialect
        dialect.do_commit = _told(dialect.do_commit, server)


def _told(commit: Callable[..., None], server: Told) -> Callable[..., None]:
    def told(connection: Any) -> None:
        server.tell("before commit")
        commit(connection)
        server.tell("after commit")

    return told


def _tell_files(folder: Path, server: Told) -> None:
    """Come to a boundary before each file of the desk is opened for writing, synced, linked, renamed or removed."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event in {"os.rename", "os.remove", "os.link"} or (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if is_write and str(arguments[0]).startswith(str(folder)):
            server.tell("before file")

    sys.addaudithook(hear)
    os.fsync = _before(os.fsync, server)
    os.open = _after(os.open, folder, server)


def _before(sync: Callable[..., None], server: Told) -> Callable[..., None]:
    def told(handle: Any) -> None:
        server.tell("before fsync")
        sync(handle)

    return told


def _after(opened: Callable[..., int], folder: Path, server: Told) -> Callable[..., int]:
    """A file that was made is empty at first: that is a boundary too."""

    def told(path: Any, *arguments: Any, **named: Any) -> int:
        handle = opened(path, *arguments, **named)
        if str(path).startswith(str(folder)):
            server.tell("after file")
        return handle

    return told
