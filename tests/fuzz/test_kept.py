"""What once showed a fault shows none any more, and every target reads what it begins with."""

import importlib
from pathlib import Path

import pytest

from tests.fuzz.fault import MAX_BYTES, fault_of
from tests.fuzz.run import NAMES
from tests.fuzz.target import KEPT, Target

_MOST_BYTES = 5_000_000


def target_of(name: str) -> Target:
    target: Target = importlib.import_module(f"tests.fuzz.fuzz_{name}").TARGET
    return target


@pytest.mark.parametrize("path", sorted(KEPT.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_once_showed_a_fault_shows_none(path: Path) -> None:
    target = target_of(path.parent.name)
    assert fault_of(target, target, path.read_bytes()) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_a_target_begins_with_shows_no_fault(name: str) -> None:
    target = target_of(name)
    seeds = [seed for seed in target.seeds() if len(seed) <= MAX_BYTES]
    assert seeds
    for seed in seeds[:: max(len(seeds) // 40, 1)]:
        assert fault_of(target, target, seed) is None, seed


def test_what_is_kept_stays_small() -> None:
    files = [path for path in KEPT.rglob("*") if path.is_file()]
    assert files
    assert sum(path.stat().st_size for path in files) < _MOST_BYTES
