"""The checker finds nothing in a sound world, and names each damage that is done to it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash import town
from tests.crash.stage import FAST, Stage
from tests.fakes.ground import Ground
from tests.invariants.check import check
from tests.invariants.damage import DAMAGE
from tests.invariants.look import look
from tests.invariants.world import World


@pytest.fixture(scope="module")
def sound() -> Iterator[World]:
    """Ten mails that nothing happened to."""
    with TemporaryDirectory(dir=FAST) as folder:
        stage = Stage(Ground(Path(folder)))
        stage.play()
        yield look(stage.ground, stage.server, town.written(stage.server), secrets=town.SECRETS)


def test_a_sound_world_has_no_fault(sound: World) -> None:
    assert check(sound).violations == []


@pytest.mark.parametrize("name", DAMAGE)
def test_each_damage_is_named(sound: World, name: str) -> None:
    damage, said = DAMAGE[name]
    found = check(damage(sound)).violations
    assert any(said in violation for violation in found), found
