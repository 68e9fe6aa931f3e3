"""Prints what a measurement found and keeps it in `history.csv`: what, when, which version, how busy the machine."""

import csv
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("history.csv")
COLUMNS = ("at", "version", "cores", "busy", "name", "value", "unit", "target", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is of, its value and unit, what it should be ("" for nothing agreed), what to know of it."""

    name: str
    value: float
    unit: str
    target: str = ""
    note: str = ""

    def __str__(self) -> str:
        wanted = f" (wanted: {self.target})" if self.target else ""
        return f"{self.name:52} {self.value:10.4g} {self.unit}{wanted}  {self.note}".rstrip()


def keep(rows: Sequence[Row], file: Path = FILE) -> None:
    """Print rows and add them to the file; `busy` is the machine's load before, which other people may have made."""
    at, version = datetime.now(UTC).isoformat(timespec="seconds"), _version()
    busy = f"{os.getloadavg()[1]:.1f}"
    is_new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        for row in rows:
            print(row, flush=True)
            value = f"{row.value:.4g}"
            writer.writerow([at, version, os.cpu_count(), busy, row.name, value, row.unit, row.target, row.note])


def _version() -> str:
    """Return the commit, with a `+` where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty=+", "--abbrev=7", "--exclude=*"]
    done = subprocess.run(asked, cwd=FILE.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
