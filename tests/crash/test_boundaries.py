"""A death at every boundary on the way of ten mails, found by playing it and not from a list."""

import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.life import Life
from tests.crash.stage import FAST, LASTING, Point, Stage
from tests.fakes.ground import Ground

SEEN = {
    *("after commit", "before file", "after create", "after move"),
    *("after select", "after search", "after fetch", "after exists"),
    *("after smtp connect", "after smtp mail", "after smtp rcpt", "after smtp data", "after smtp dot"),
}
"""Every kind of thing that a worker does to the world or to the disk."""
SOME = 12
"""Of so many deaths one is real, in the quick tests; `make crash` kills at each."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Ten mails on SQLite, whose files lie in memory: a killed process loses nothing of what it wrote."""
    with TemporaryDirectory(dir=FAST) as folder:
        stage = Stage(Ground(Path(folder)))
        stage.warm_up()
        gc.freeze()
        yield stage


@pytest.fixture(scope="module")
def rehearsed(stage: Stage) -> tuple[Life, list[Point]]:
    stage.begin()
    return stage.rehearse(looks_always=True)


def test_ten_mails_come_to_every_kind_of_boundary(stage: Stage, rehearsed: tuple[Life, list[Point]]) -> None:
    stage.bring_back(rehearsed[1][-1].state)
    found = stage.finish()
    assert not found.violations
    assert (found.figures["cases"], found.figures["held"], found.figures["mails"]) == (3, 1, 11)
    assert set(rehearsed[0].boundaries) >= SEEN
    print(f"\n{len(rehearsed[0].boundaries)} boundaries: {Counter(one.name for one in rehearsed[1])} last")  # noqa: T201


def test_a_death_at_any_boundary_loses_and_doubles_nothing(stage: Stage, rehearsed: tuple[Life, list[Point]]) -> None:
    for point in rehearsed[1]:
        stage.bring_back(point.state)
        found = stage.finish()
        assert not found.violations, f"death at {point.number}, {point.name}: {found.violations}"
        assert found.figures["cases"] == 3


def test_a_copy_of_what_lasts_is_what_a_death_leaves(stage: Stage, rehearsed: tuple[Life, list[Point]]) -> None:
    for point in rehearsed[1][1::SOME]:
        stage.begin()
        stage.die_at(point.number, point.name)
        left = stage.state()
        assert {name: len(data) for name, data in left.saved.items()} == {
            name: len(data) for name, data in point.state.saved.items()
        }
        assert len(left.server.accepted) == len(point.state.server.accepted)
        assert left.server.folders.keys() == point.state.server.folders.keys()
        assert not stage.finish().violations


def test_a_first_start_that_dies_between_its_files_is_repeated(stage: Stage) -> None:
    new = Stage(stage.ground, is_new=True)
    new.begin()
    _, points = new.rehearse()
    on_files = [point for point in points if point.name.split()[1] in {"file", "fsync"}]
    assert {point.name for point in on_files} == {"before file", "after file", "before fsync"}
    for point in on_files:
        new.bring_back(point.state)
        found = new.finish()
        assert not found.violations, f"death at {point.number}, {point.name}: {found.violations}"


def test_only_what_can_last_makes_a_difference(rehearsed: tuple[Life, list[Point]]) -> None:
    assert {one.name for one in rehearsed[1][1:]} <= LASTING
