"""One pair of scripted servers and one folder with databases for all cases of a module."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fakes.ground import Ground
from tests.faults.imap_server import ImapServer
from tests.faults.office import Office, ground_for
from tests.faults.smtp_server import SmtpServer

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it; no disk is waited for where there is one


@pytest.fixture(scope="module")
def imap_server() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def ground(imap_server: ImapServer, smtp_server: SmtpServer) -> Iterator[Ground]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield ground_for(Path(folder), imap_server, smtp_server)


@pytest.fixture
def office(
    ground: Ground, imap_server: ImapServer, smtp_server: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> Office:
    return Office(ground, imap_server, smtp_server, capsys)
