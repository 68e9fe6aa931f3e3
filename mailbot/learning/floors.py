"""The committed floors of `models/floors.toml`: below them `mailbot evaluate` fails, and so does CI.

A key names a figure of `evaluate.figures` and its least value; with `_max` at its end, the largest one.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

Figures = Mapping[str, Mapping[str, float | None]]
"""Numbers by table and name; None where nothing could be measured."""

_CEILING = "_max"


def floors_of(path: Path) -> Figures:
    """Return the floors of a file. Raises OSError where it is missing and ValueError (naming it) where it is wrong."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{path}: {fault}") from fault
    for table, floors in found.items():
        _check(path, table, floors)
    return found


def broken(figures: Figures, floors: Figures) -> list[str]:
    """Return a sentence for every figure beyond its floor, and for every floor whose figure nobody measured."""
    sentences = [
        _sentence(table, key, figures.get(table, {}), floor)
        for table, keys in floors.items()
        for key, floor in keys.items()
        if floor is not None
    ]
    return [sentence for sentence in sentences if sentence]


def _sentence(table: str, key: str, figures: Mapping[str, float | None], floor: float) -> str | None:
    name = key.removesuffix(_CEILING)
    value = figures.get(name)
    if value is None:
        return f"{table}.{name} was not measured; its floor is {floor:g}"
    if key.endswith(_CEILING) and value > floor:
        return f"{table}.{name} is {value:.4g}, more than {floor:g}"
    if not key.endswith(_CEILING) and value < floor:
        return f"{table}.{name} is {value:.4g}, less than {floor:g}"
    return None


def _check(path: Path, table: str, floors: object) -> None:
    if not isinstance(floors, dict):
        raise ValueError(f"{path}: {table} = {floors}: expected a table, for example [test]")  # noqa: TRY004 - a file's fault
    for key, floor in floors.items():
        if isinstance(floor, bool) or not isinstance(floor, int | float):
            raise ValueError(f"{path}: {table}.{key} = {floor!r}: expected a number, for example 0.8")  # noqa: TRY004 - the same
