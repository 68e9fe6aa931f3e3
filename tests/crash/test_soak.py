"""Random deaths under random load, for a short while; `make soak` goes on for as long as one likes."""

import gc
import os
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.soak import soak, warm_up
from tests.crash.stage import FAST
from tests.fakes.ground import Ground

KILLS = int(os.environ.get("SOAK_KILLS", "150"))


@pytest.fixture
def ground() -> Iterator[Ground]:
    with TemporaryDirectory(dir=FAST) as folder:
        ground = Ground(Path(folder))
        warm_up(ground)
        yield ground
        gc.unfreeze()


def test_random_deaths_under_random_load_lose_and_double_nothing(ground: Ground) -> None:
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1_000_000))
    found = soak(ground, KILLS, seed).figures
    print(f"\nSOAK_SEED={seed} {dict(found)}")  # noqa: T201
    assert found["kills"] == KILLS
    assert found["cases"] > 0
