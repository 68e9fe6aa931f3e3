"""The commands of those who teach the classifier: `mailbot train` and `mailbot evaluate`.

`mailbot.cli` only names them; what they need is imported when they run, for the worker needs none of it.
"""
# ruff: noqa: PLC0415 - see above

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from mailbot.learning.rows import Row
from mailbot.resources import ResourceMissingError, models_folder

FAILED, FAULT = 1, 2
EXTRA = frozenset({"sklearn", "scipy", "matplotlib", "PIL"})
"""The packages of the extra `train`."""
WIDE = 240
"""Characters of a line of a table: none is that long, and none is cut by a narrow log."""

_out = Console(highlight=False, markup=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

Models = Annotated[Path | None, typer.Option("--models", help="The folder of the models; the shipped one if left out.")]


def train(
    *,
    with_corrections: Annotated[
        bool, typer.Option("--with-corrections", help="Learn from what the desk reclassified, too.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the model even by a worse one.")] = False,
    models: Models = None,
) -> None:
    """Teach the classifier from models/data; replace the model only by one that is no worse on models/test.

    Exit codes: 0, 1 (the old model stays), 2 (fault).
    """
    with _told("train"):
        from mailbot.learning.replacing import train_and_replace

        extra = corrections() if with_corrections else []
        is_replaced = train_and_replace(models or models_folder(), extra, _out.print, is_forced=force)
    raise typer.Exit(0 if is_replaced else FAILED)


def evaluate(
    *,
    set_file: Annotated[
        Path | None, typer.Option("--set", help="Rows to score instead of models/test; no floor is checked.")
    ] = None,
    curve: Annotated[Path | None, typer.Option("--curve", help="Draw coverage against precision to this PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    models: Models = None,
) -> None:
    """Measure the classifier on mails it has never seen. Exit codes: 0, 1 (a floor is broken), 2 (fault)."""
    with _told("evaluate"):
        folder = models or models_folder()
        faults = _evaluated(folder, set_file, curve, as_json=as_json)
    for fault in faults:
        _err.print(fault)
    raise typer.Exit(FAILED if faults else 0)


def corrections() -> list[Row]:
    """Return what the desk reclassified, as rows to learn from; needs the configuration of the desk."""
    from mailbot.config import ConfigFault, load
    from mailbot.correcting import correction_rows

    try:
        return correction_rows(load())
    except ConfigFault as fault:
        _fail("\n".join(fault.faults))


def _evaluated(models: Path, set_file: Path | None, curve: Path | None, *, as_json: bool) -> list[str]:
    """Print all figures and return the broken floors; a set of one's own has none."""
    from mailbot.learning import evaluate as measuring
    from mailbot.learning import report
    from mailbot.learning.floors import broken, floors_of
    from mailbot.learning.rows import rows_of

    floors = {} if set_file else floors_of(models / "floors.toml")
    found = measuring.evaluate(models, rows_of(set_file or models / "test"))
    if as_json:
        sys.stdout.write(json.dumps(measuring.by_name(found), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(report.tables(found), report.last_lines(found))
    if curve:
        _draw(found.answers, curve)
    return broken(measuring.figures(found), floors)


def _show(tables: Iterator[Any], lines: Iterator[str]) -> None:
    wide = Console(highlight=False, markup=False, width=WIDE)
    for table in tables:
        wide.print(table)
        wide.print()
    for line in lines:
        _out.print(line)


def _draw(answers: Any, path: Path) -> None:
    from mailbot.learning.curve import draw

    _err.print(f"Drawn: {draw(answers, path)}")


@contextmanager
def _told(command: str) -> Iterator[None]:
    """Tell faults of files and of the installation in one line."""
    try:
        yield
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in EXTRA:
            raise
        _fail(f'mailbot {command} needs more packages: pip install "mailbot[train]"')
    except ResourceMissingError as fault:
        _fail(str(fault))
    except OSError as fault:
        _fail(f"{fault.filename}: {fault.strerror}" if fault.filename else str(fault))
    except ValueError as fault:
        _fail(str(fault))


def _fail(message: str) -> NoReturn:
    _err.print(message)
    raise typer.Exit(FAULT)
