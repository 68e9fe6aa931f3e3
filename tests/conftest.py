"""The real servers as fixtures. A missing server fails its tests and names the remedy; nothing is ever skipped."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.servers.certificates import make_certificates
from tests.servers.dovecot import Dovecot
from tests.servers.fallback import LoopbackSmtp
from tests.servers.lab import MailLab
from tests.servers.outage import running
from tests.servers.postfix import Postfix
from tests.servers.postgresql import PostgreSQL, find_postgresql
from tests.servers.processes import Reaper, find_program

NO_ROOT = "Postfix needs root: aiosmtpd stands in for it, so bounces and deferrals of a real server are NOT proved"
FELL_BACK = pytest.StashKey[bool]()

# A busy machine is no fault of the code: how long an example takes is judged where a test says so (`effort.py`).
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A command that is run inside a test logs to that test's error stream, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def reaper() -> Iterator[Reaper]:
    """The list of processes and folders that end with this process of the run."""
    with Reaper() as reaper:
        yield reaper


@pytest.fixture(scope="session")
def mail_lab(reaper: Reaper, pytestconfig: pytest.Config) -> Iterator[MailLab]:
    """Dovecot and Postfix, shared by all tests of this process: `mailbox` or `mail_lab.fresh_mailbox()` is alone."""
    _need("Dovecot", find_program("dovecot"))
    folder = reaper.new_folder("mail-")
    certificates = make_certificates(folder)
    dovecot = Dovecot(folder, certificates, reaper)
    postfix = (
        LoopbackSmtp(certificates, dovecot)
        if _may_fall_back(pytestconfig)
        else Postfix(folder, certificates, dovecot, reaper)
    )
    with running(dovecot), running(postfix):
        yield MailLab(certificates, dovecot, postfix)


@pytest.fixture
def mailbox(mail_lab: MailLab) -> str:
    """A privacy mailbox of this test alone: address and login, `privacy-7@company.test`."""
    return mail_lab.fresh_mailbox()


@pytest.fixture(scope="session")
def postgresql(reaper: Reaper) -> Iterator[PostgreSQL]:
    """The PostgreSQL cluster, shared by all tests of this process."""
    _need("PostgreSQL", find_postgresql("postgres"))
    server = PostgreSQL(reaper.new_folder("pg-"), reaper)
    with running(server):
        yield server


@pytest.fixture
def postgres_url(postgresql: PostgreSQL) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of this test alone."""
    with postgresql.fresh_database() as url:
        yield url


def _need(name: str, program: str | None) -> None:
    if program is None:
        pytest.fail(f"{name} is not installed; remedy: make servers", pytrace=False)


def _may_fall_back(config: pytest.Config) -> bool:
    """Whether aiosmtpd stands in for Postfix: only without root, only outside CI, and never quietly."""
    if os.geteuid() == 0:
        _need("Postfix", find_program("master"))
        return False
    if os.environ.get("CI"):
        pytest.fail("Postfix needs root; remedy: run the tests as root, for example in a container", pytrace=False)
    config.stash[FELL_BACK] = True
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a process of several tell the one that prints (pytest-xdist) that Postfix did not run."""
    if FELL_BACK in session.config.stash and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["fell_back"] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear what a process of several has to tell."""
    if getattr(node, "workeroutput", {}).get("fell_back"):
        node.config.stash[FELL_BACK] = True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end, where it is read, what this run did not prove."""
    if FELL_BACK in config.stash:
        terminalreporter.section("POSTFIX DID NOT RUN", red=True, bold=True)
        terminalreporter.line(NO_ROOT, red=True)
