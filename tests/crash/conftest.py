"""Desks whose workers are killed, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest

from tests.crash.scene import Scene
from tests.crash.warm import Warm
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab
from tests.servers.processes import Reaper


@pytest.fixture(scope="session")
def warm(reaper: Reaper) -> Iterator[Warm]:
    """The fork server, shared by the whole run."""
    with Warm(reaper) as warm:
        yield warm


@pytest.fixture(params=["sqlite", "postgresql"])
def new_scene(
    request: pytest.FixtureRequest, mail_lab: MailLab, reaper: Reaper, warm: Warm
) -> Iterator[Callable[..., Scene]]:
    """Make scenes, each with a desk and databases of its own, from a seed."""
    with ExitStack() as stack:

        def make(seed: int = 1, **values: Any) -> Scene:
            folder = reaper.new_folder("desk-")
            urls: dict[str, Any] = {name: f"sqlite:///{folder}/{name}.db" for name in ("url", "keys_url")}
            if request.param == "postgresql":
                server = request.getfixturevalue("postgresql")
                urls = {name: stack.enter_context(server.fresh_database()) for name in urls}
            dice = Random(seed)  # noqa: S311 -- chooses moments, guards nothing
            scene = Scene(Desk(mail_lab, reaper, folder, **urls), urls, warm, dice, **values)
            stack.callback(scene.forget_requesters)
            return scene

        yield make
