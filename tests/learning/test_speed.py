"""How the costs are counted."""

from pathlib import Path

import pytest

from mailbot.learning.speed import Timed, footprint, mix_per_second, percentile, size_mb
from tests.learning.written import row

PLAIN, HARD = row("p", "erase", level="easy"), row("h", "erase", level="hard")
EVERYDAY = row("e", "not_for_us", level="hard")


@pytest.mark.parametrize(
    ("rows", "seconds", "expected"),
    [
        ([PLAIN, EVERYDAY, HARD], [0.1, 0.1, 0.1], 10),
        ([PLAIN, EVERYDAY, HARD], [0.2, 0.0, 0.0], 10),
        ([PLAIN, EVERYDAY, HARD], [0.0, 0.2, 0.0], 1 / 0.06),
        ([PLAIN, EVERYDAY, HARD], [0.0, 0.0, 0.2], 25),
        ([PLAIN, HARD, HARD, HARD, EVERYDAY], [0.2, 0.1, 0.2, 0.3, 0.0], 1 / 0.14),
        ([HARD], [0.5], 2),
    ],
)
def test_a_real_mix_is_half_plain_and_a_fifth_hard(rows: list[object], seconds: list[float], expected: float) -> None:
    assert mix_per_second(rows, seconds) == pytest.approx(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (10, 10), (20, 19), (100, 95), (101, 96)])
def test_the_95th_percentile_is_what_95_of_100_do_not_exceed(count: int, expected: int) -> None:
    assert percentile([*range(count, 0, -1)], 0.95) == expected


def test_mails_a_second_is_the_count_over_the_sum() -> None:
    assert Timed([], [0.1, 0.3]).per_second == pytest.approx(5)


def test_the_size_counts_every_file_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x").write_bytes(b"x" * 1500)
    (tmp_path / "y").write_bytes(b"y" * 500)
    assert size_mb(tmp_path) == 0.002


def test_the_load_is_measured_in_a_process_of_its_own(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError(name='onnxruntime')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    load_s, memory_mib = footprint(made)
    assert 0 < load_s < 60
    assert 50 < memory_mib < 2000
