"""SIGTERM at any moment: the worker finishes what it has in hand, and ends with 0."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

import pytest

from mailbot.edge.clock import Clock
from mailbot.edge.imap import Mailbox
from mailbot.steps.parts import Parts
from mailbot.store.engine import open_engine
from mailbot.store.presence import present
from mailbot.worker import OK, Worker, run_once
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.parts import fake_parts
from tests.storage.faulty import Troubled
from tests.storage.judging import Tables
from tests.storage.scene import NOW, Scene
from tests.storage.watched import Act, Disk, watching

ACTIONS = (
    ("select", "after"),
    ("fetch", "before"),
    ("smtp connect", "after"),
    ("smtp dot", "after"),
    ("move", "before"),
)
SYNCS = (1, 4, 8)
LONGEST_S = 180


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The test runner's own signal handlers come back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def worked(scene: Scene) -> int:
    """The life of a worker with its lanes, until it is told to stop; its exit code."""
    clock = Clock(NOW)
    end = threading.Timer(LONGEST_S, terminate)
    end.start()
    try:
        with fake_parts(scene.ground.config, clock, scene.server) as parts, present(parts.engine, NOW):
            return Worker(parts, clock).run()
    finally:
        end.cancel()


def once(when: Callable[..., bool], fired: list[str]) -> Callable[..., None]:
    """A hook that sends SIGTERM the first time that its arguments are `when`."""

    def hook(*arguments: object) -> None:
        if not fired and when(*arguments):
            fired.append("SIGTERM")
            terminate()

    return hook


def half_done(desk: Troubled) -> list[str]:
    """Mails that a worker holds which is not there any more."""
    tables = Tables.of(desk.folder)
    return [f"{row['kind']} is {row['state']}" for row in tables["outbox"] if row["state"] == "sending"]


@pytest.mark.parametrize(("action", "side"), ACTIONS)
def test_a_worker_that_is_told_to_stop_at_any_action_leaves_nothing_half_done(
    desk: Troubled, action: str, side: str
) -> None:
    fired: list[str] = []
    setattr(desk.scene.server, side, once(lambda done, *_: done == action, fired))
    assert (worked(desk.scene), fired) == (OK, ["SIGTERM"])
    assert half_done(desk) == []
    assert desk.recovered() == []


@pytest.mark.parametrize("number", SYNCS)
def test_a_worker_that_is_told_to_stop_at_any_commit_leaves_nothing_half_done(desk: Troubled, number: int) -> None:
    fired: list[str] = []
    with watching() as disk:
        desk.scene.server.before = at_work(disk, at_sync(number, fired))
        assert (worked(desk.scene), fired) == (OK, ["SIGTERM"])
    assert half_done(desk) == []
    assert desk.recovered() == []


def test_a_second_sigterm_that_comes_when_everything_is_taken_apart_is_no_fault(desk: Troubled) -> None:
    desk.scene.server.after = once(lambda done, *_: done == "move", [])
    assert worked(desk.scene) == OK
    try:
        terminate()
    except OSError as error:
        pytest.fail(f"the handler met {error}")
    assert desk.faults() == []


def test_to_be_told_to_end_waits_for_no_lock(desk: Troubled) -> None:
    with fake_parts(desk.scene.ground.config, Clock(NOW), desk.scene.server) as parts:
        worker = Worker(parts, Clock(NOW))
        with worker._stop._cond:  # a second signal comes in the midst of what the first one leads to
            teller = threading.Thread(target=worker._tell, daemon=True)
            teller.start()
            teller.join(10)
            assert not teller.is_alive()


def at_work(disk: Disk, hook: Callable[..., None]) -> Callable[..., None]:
    """Look at the disk from the first thing on that the worker does in the world: only then it hears signals."""

    def begin(*_: object) -> None:
        disk.fault = quietly(hook)

    return begin


def at_sync(number: int, fired: list[str]) -> Callable[..., None]:
    """A hook that sends SIGTERM at the so-manyth sync."""
    count = [0]

    def is_it(act: Act) -> bool:
        count[0] += act.kind == "sync"
        return count[0] == number

    return once(is_it, fired)


def quietly(hook: Callable[..., None]) -> Callable[[Act], int]:
    """A fault of the disk that is none: the act goes on."""

    def fault(act: Act) -> int:
        hook(act)
        return 0

    return fault


def test_two_workers_on_one_file_do_each_thing_once(desk: Troubled) -> None:
    """Each has connections of its own, as two processes have; what one has locked the other waits for."""
    with fake_parts(desk.scene.ground.config, Clock(NOW), desk.scene.server) as parts:
        urls = desk.scene.ground.config.store
        second = replace(parts, engine=open_engine(urls.url), mailbox=cast("Mailbox", FakeMailbox(desk.scene.server)))
        codes: list[int] = []

        def work(worker: Parts) -> None:
            codes.append(run_once(worker, Clock(NOW)))

        threads = [threading.Thread(target=work, args=(one,)) for one in (parts, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONGEST_S)
        second.engine.dispose()
    assert codes == [OK, OK]
    assert desk.recovered() == []
