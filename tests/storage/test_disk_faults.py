"""A disk that is full or broken, at any moment: the worker ends, says so, and the next ones lose nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailbot.worker import OK, TEMPORARY
from tests.storage.faulty import WRITTEN, Troubled
from tests.storage.scene import MACHINE, Scene
from tests.storage.watched import FULL, IOERR_FSYNC, IOERR_WRITE, Act, Disk, watching

DISK = {
    "full": ("write", FULL, "is full; make room"),
    "write error": ("write", IOERR_WRITE, "disk I/O error; see whether its disk is full"),
    "sync error": ("sync", IOERR_FSYNC, "disk I/O error; see whether its disk is full"),
}
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8)


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """How many writes and syncs of the logs a life has when nothing fails."""
    scene = Scene.new(tmp_path_factory.mktemp("sound"))
    scene.deliver(*WRITTEN, MACHINE)
    with watching() as disk:
        assert scene.once() == OK
    return Counter(act.kind for act in disk.acts if act.path.endswith("-wal"))


@contextmanager
def failing(disk: Disk, kind: str, number: int, code: int, actions: list[str]) -> Iterator[None]:
    """From the so-manyth act of a kind on a log, the disk refuses every one; what was done before is forgotten."""
    count = 0

    def fault(act: Act) -> int:
        nonlocal count
        is_meant = act.kind == kind and act.path.endswith("-wal")
        count += is_meant
        if not is_meant or count < number:
            return 0
        if count == number:
            actions.clear()
        return code

    disk.fault = fault
    try:
        yield
    finally:
        disk.fault = lambda _: 0


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("trouble", DISK)
def test_a_worker_whose_commit_is_not_confirmed_does_nothing_more_and_the_next_one_goes_on(
    desk: Troubled, acts: Counter[str], trouble: str, share: float
) -> None:
    kind, code, words = DISK[trouble]
    with watching() as disk:
        with failing(disk, kind, 1 + int(acts[kind] * share), code, desk.actions):
            ended = desk.life()
        assert (ended, desk.actions) == (TEMPORARY, [])
        assert (words in desk.said, desk.personal()) == (True, []), desk.said
        assert desk.recovered() == []
