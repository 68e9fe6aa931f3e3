"""What the classifier costs: mails a second, seconds of a mail, time and memory to load.

Seconds are those of the processor, of all threads together: a busy machine changes little, and a second core hides
nothing. Only the time to load is the clock's.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from mailbot.core.classify import EVERYDAY
from mailbot.core.sentences import MailText
from mailbot.edge.model.load import Model
from mailbot.edge.model.notes import Notes
from mailbot.learning.rows import Row

_Is = Callable[[Row], bool]
MIX: dict[str, tuple[float, _Is]] = {
    "plain": (0.5, lambda row: row.level == "easy" and EVERYDAY not in row.labels),
    "everyday": (0.3, lambda row: EVERYDAY in row.labels),
    "hard": (0.2, lambda row: row.level == "hard" and EVERYDAY not in row.labels),
}
"""The mail of a real day: the share of each sort (0..1, one in all), and which rows are of it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a model noted of some mails, and the processor's seconds for each."""

    notes: list[Notes]
    seconds: list[float]

    @property
    def per_second(self) -> float:
        """Mails read in a second of one core."""
        return len(self.seconds) / max(sum(self.seconds), 1e-9)


@dataclass(frozen=True, slots=True)
class Speed:
    """Mails a second of one core, seconds of one mail, the share that needed the encoder (0..1), and the load.

    `mix_per_second` weighs the mails as `MIX` does; `models_mb` is what lies under `models/`, in million bytes.
    """

    fast_per_second: float
    whole_per_second: float
    mix_per_second: float
    p95_s: float
    slowest_s: float
    asked: float
    load_s: float
    memory_mib: float
    models_mb: float


def timed(model: Model, mails: Iterable[MailText]) -> Timed:
    """Read mails one by one, as the worker does; the first is read twice, so that no first use is counted."""
    waiting = list(mails)
    model.notes(waiting[:1])
    notes, seconds = [], []
    for mail in waiting:
        begin = process_time()
        notes += model.notes([mail])
        seconds.append(process_time() - begin)
    return Timed(notes, seconds)


def speed_of(models: Path, rows: Sequence[Row], whole: Timed, fast: Timed) -> Speed:
    """Return the figures of two runs over the rows, with and without the encoder, and of a fresh load."""
    load_s, memory_mib = footprint(models)
    return Speed(
        fast_per_second=fast.per_second,
        whole_per_second=whole.per_second,
        mix_per_second=mix_per_second(rows, whole.seconds),
        p95_s=percentile(whole.seconds, 0.95),
        slowest_s=max(whole.seconds),
        asked=sum(one.encoder is not None for one in whole.notes) / len(whole.notes),
        load_s=load_s,
        memory_mib=memory_mib,
        models_mb=size_mb(models),
    )


def mix_per_second(rows: Sequence[Row], seconds: Sequence[float]) -> float:
    """Return the mails a second of a real mix; a sort of mail that no row is of leaves its share to the others."""
    found = [
        (share, [taken for row, taken in zip(rows, seconds, strict=True) if fits(row)]) for share, fits in MIX.values()
    ]
    known = [(share, sum(taken) / len(taken)) for share, taken in found if taken]
    return sum(share for share, _ in known) / max(sum(share * mean for share, mean in known), 1e-9)


def percentile(numbers: Sequence[float], share: float) -> float:
    """Return the least number that so large a share (0..1) of the numbers does not exceed."""
    ordered = sorted(numbers)
    return ordered[max(-int(-len(ordered) * share // 1) - 1, 0)]


def footprint(models: Path) -> tuple[float, float]:
    """Return seconds to load and MiB held, measured in a fresh process; raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "mailbot.learning.footprint", str(models.resolve())]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    found = json.loads(done.stdout)
    return found["load_s"], found["memory_mib"]


def size_mb(folder: Path) -> float:
    """Return the size of all files below a folder, in million bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
