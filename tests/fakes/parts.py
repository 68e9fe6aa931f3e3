"""The real parts of a worker over a world in memory: composed as ever, then mailbox, sender and readers replaced.

What is pure and the same at every start (policies, calendar, letters, migrations known) is made once in a process, and
engines are kept by their URL with the statements they compiled, so that a start costs milliseconds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from mailbot import compose, worker
from mailbot.config import Config
from mailbot.edge.clock import Clock
from mailbot.edge.holiday import table_until
from mailbot.steps.parts import Parts
from mailbot.store import migrate
from mailbot.store.engine import open_engine
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.memory import RememberingSandbox, remembering_model
from tests.fakes.sender import FakeSender
from tests.fakes.server import Server


@contextmanager
def fake_parts(config: Config, clock: Clock, server: Server, *, is_late: bool = False) -> Iterator[Parts]:
    """Parts for `run_once` and `Worker`; `is_late` sends a group only when its outcome is waited for."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(worker, "warm", lambda _: None))
        with _quick():
            parts = stack.enter_context(compose.composed(config, clock))
        mailbox: Any = FakeMailbox(server)
        sender: Any = FakeSender(server, config.company.address, config.smtp.connections, is_late=is_late)
        sandbox = RememberingSandbox()
        replaced: dict[str, Any] = {"mailbox": mailbox, "sender": sender, "sandbox": sandbox, "lookup": lambda _: None}
        yield replace(parts, model=remembering_model, **replaced)


@contextmanager
def _quick() -> Iterator[None]:
    """Let a start find what an earlier one made."""
    with ExitStack() as stack:
        for name, kept in _KEPT.items():
            stack.enter_context(patch.object(compose, name, kept))
        stack.enter_context(patch.object(migrate, "ScriptDirectory", SimpleNamespace(from_config=_scripts)))
        yield


def _by(key: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    """A call that is made once for each key of its arguments."""
    known: dict[Any, Any] = {}

    def kept(*arguments: Any) -> Any:
        if (asked := key(*arguments)) not in known:
            known[asked] = call(*arguments)
        return known[asked]

    return kept


_KEPT: dict[str, Callable[..., Any]] = {
    "open_engine": cache(open_engine),
    "rules_of": _by(lambda config, today: (repr(config.policy), config.zone, today.date()), compose.rules_of),
    "renderer_of": _by(lambda config: repr(config.templates), compose.renderer_of),
    "table_until": cache(table_until),
}
_scripts = _by(lambda config: config.attributes["branch"], ScriptDirectory.from_config)


def engine_of(url: str) -> Engine:
    """The engine that every worker of this process has for a database."""
    found: Engine = _KEPT["open_engine"](url)
    return found
