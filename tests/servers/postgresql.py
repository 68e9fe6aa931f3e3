"""A real PostgreSQL cluster on loopback, and an empty database whenever a test asks for one."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.servers.processes import Group, Reaper, find_program, free_port
from tests.servers.waiting import wait_until

READY_S = 30.0
# A test database may lose everything at a power cut; the waits of a disk would only slow the tests.
SETTINGS = ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=200", "timezone=UTC")


def find_postgresql(name: str) -> str | None:
    """Path of a program of the newest installed PostgreSQL (Debian keeps them out of PATH); None: not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return find_program(name, tuple(map(str, reversed(folders))))


class PostgreSQL:
    """The cluster; `stop` and `start` keep port and data."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        self.port = free_port()
        self._folder, self._reaper = folder / "postgresql", reaper
        self._names = count(1)
        self._group: Group | None = None
        self._initialise()

    def _initialise(self) -> None:
        self._folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        command = ["initdb", "-N", "-D", str(self._folder / "data"), "-U", "mailbot", "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(_as_owner([*command, "--locale=C.UTF-8"]), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"initdb failed:\n{done.stdout}{done.stderr}"

    def start(self) -> None:
        """Start and return when it answers a query. SIGINT stops it at once, SIGTERM would wait for clients."""
        settings = (*SETTINGS, f"port={self.port}", f"unix_socket_directories={self._folder}")
        command = ["postgres", "-D", str(self._folder / "data"), *(word for line in settings for word in ("-c", line))]
        self._group = Group(self._reaper, _as_owner(command), self._folder / "postgres.log", signal.SIGINT)
        wait_until(self._is_ready, READY_S, "PostgreSQL to answer")

    def _is_ready(self) -> bool:
        assert self._group
        assert self._group.is_running(), f"PostgreSQL ended at start:\n{self._group.output_tail()}"
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it and cut every connection; a server that is down already stays down."""
        if self._group:
            self._group.stop()
            self._group = None

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The SQLAlchemy URL of a new, empty database, which is dropped at the end whoever is still connected."""
        name = f"test_{next(self._names)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE template0")
        yield self.url(name)
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """`postgresql+psycopg://…` of a database."""
        return f"postgresql+psycopg://mailbot@127.0.0.1:{self.port}/{name}"

    def _conninfo(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=mailbot dbname={name}"

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _as_owner(command: list[str]) -> list[str]:
    """The command with its full path, run by the user postgres when we are root: PostgreSQL refuses root."""
    program = find_postgresql(command[0])
    assert program
    command = [program, *command[1:]]
    if os.geteuid() != 0:
        return command
    owner = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", *command]
