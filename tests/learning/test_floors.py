"""A figure beyond its floor is named with its value; a floor nobody measured is no floor passed."""

from dataclasses import fields
from pathlib import Path

import pytest

from mailbot.learning.floors import broken, floors_of
from mailbot.learning.metrics import Score
from mailbot.learning.speed import Speed
from tests.learning.written import MODELS


@pytest.mark.parametrize(
    ("value", "key", "floor", "sentence"),
    [
        (0.81, "exact", 0.8, None),
        (0.8, "exact", 0.8, None),
        (0.79, "exact", 0.8, "test.exact is 0.79, less than 0.8"),
        (0.06, "lost_max", 0.06, None),
        (0.07, "lost_max", 0.06, "test.lost is 0.07, more than 0.06"),
        (0, "lost_max", 0, None),
        (1, "lost_max", 0, "test.lost is 1, more than 0"),
        (None, "exact", 0.8, "test.exact was not measured; its floor is 0.8"),
    ],
)
def test_a_broken_floor_is_a_sentence(value: float | None, key: str, floor: float, sentence: str | None) -> None:
    found = broken({"test": {key.removesuffix("_max"): value}}, {"test": {key: floor}})
    assert found == ([sentence] if sentence else [])


def test_a_misspelt_floor_is_broken() -> None:
    assert broken({"test": {"exact": 1.0}}, {"test": {"exakt": 0.1}, "sped": {"p95_s_max": 1}}) == [
        "test.exakt was not measured; its floor is 0.1",
        "sped.p95_s was not measured; its floor is 1",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[test]\nexact = 'much'", "test.exact = 'much': expected a number"),
        ("[test]\nexact = true", "test.exact = True: expected a number"),
        ("exact = 0.8", "exact = 0.8: expected a table"),
        ("[test", "floors.toml: "),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "floors.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"floors\.toml") as told:
        floors_of(path)
    assert fault in str(told.value)


def test_every_committed_floor_has_a_figure() -> None:
    own = {field.name for field in fields(Score)} | {"lost_share", "ngrams_coarse_f1"}
    known = {"test": own, "speed": {field.name for field in fields(Speed)}}
    for table, floors in floors_of(MODELS / "floors.toml").items():
        assert {key.removesuffix("_max") for key in floors} <= known[table]
