"""One fuzz target in one process: its code instrumented, each distinct fault made small and kept.

`tests.fuzz.run` starts `python -m tests.fuzz.engine TARGET NOTES …`; what follows is libFuzzer's. A fault does
not end the run, because one must not hide the next; each is a line of JSON in the file NOTES.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random

import atheris

from tests.fuzz.fault import MAX_BYTES, Fault, fault_of
from tests.fuzz.finds import Found, keep
from tests.fuzz.growth import growth_fault
from tests.fuzz.mutate import grown, mutated
from tests.fuzz.shrink import shrunk
from tests.fuzz.target import Target

MAX_FAULTS = 20
GROWING_SHARE = 0.2  # of the time

_INSTRUMENTED = (
    "mailbot",
    "email_validator",
    "flufl",
    "inscriptis",
    "mailparser_reply",
    "tnefparse",
    "authres",
    "imapclient",
    "imaplib",
    "aiosmtplib",
)
_IMPORTED_TWICE = (*_INSTRUMENTED, "tests.fuzz.fuzz_", "tests.fuzz.promises")


def load(name: str) -> tuple[Target, Target]:
    """Return the target twice: on plain code, whose time counts, and on instrumented code."""
    plain: Target = importlib.import_module(f"tests.fuzz.fuzz_{name}").TARGET
    for module in [one for one in sys.modules if one.startswith(_IMPORTED_TWICE)]:
        del sys.modules[module]
    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        return plain, importlib.import_module(f"tests.fuzz.fuzz_{name}").TARGET


class Session:
    """One run: what the engine calls for each input, and the faults seen so far."""

    def __init__(self, name: str, notes: Path) -> None:
        self.name, self.notes = name, notes
        self.plain, self.target = load(name)
        self.seen: set[str] = set()
        self.began = time.monotonic()
        self.grown, self.growing_s = 0, 0.0

    def one_input(self, data: bytes) -> None:
        """Read one input, and keep it where it shows a fault that none before it has shown."""
        if fault := self._new(fault_of(self.target, self.plain, data)):
            self._keep(fault, lambda: shrunk(data, lambda one: self._key(one) == fault.key))
        began = time.monotonic()
        if self.growing_s < GROWING_SHARE * (began - self.began):
            self._grow(data, seed=self.grown)
            self.grown += 1
            self.growing_s += time.monotonic() - began

    def _grow(self, data: bytes, seed: int) -> None:
        """Measure whether the time for an input grows faster than the input does."""
        if fault := self._new(growth_fault(self.plain, lambda size: grown(Random(seed), data, size))):  # noqa: S311
            self._keep(fault, lambda: grown(Random(seed), data, MAX_BYTES))  # noqa: S311

    def _new(self, fault: Fault | None) -> Fault | None:
        if not fault or fault.key in self.seen or len(self.seen) >= MAX_FAULTS:
            return None
        self.seen.add(fault.key)
        return fault

    def changed(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Return the input changed as the engine's seed decides, so that a run can be repeated."""
        rng = Random(seed)  # noqa: S311 - chooses test data
        return mutated(rng, data, max_size, lambda one: atheris.Mutate(one, max_size), self.target.changes)

    def _keep(self, fault: Fault, small: Callable[[], bytes]) -> None:
        seconds = round(time.monotonic() - self.began, 1)
        found = Found(fault.key, fault.trace, keep(self.target, small(), self.name), seconds)
        with self.notes.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps(asdict(found)) + "\n")

    def _key(self, data: bytes) -> str | None:
        fault = fault_of(self.plain, self.plain, data)
        return fault.key if fault else None


def main() -> None:
    name, notes, *rest = sys.argv[1:]
    session = Session(name, Path(notes))
    atheris.Setup([sys.argv[0], *rest], session.one_input, custom_mutator=session.changed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
