"""Keeps what shows a fault under `found/` (git ignores it), as a mail where there is one; says what to do with it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.target import Target

FOUND = Path(__file__).parent / "found"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Found:
    """One distinct fault: its name, the end of its traceback, its file ("" for none), seconds from the run's start."""

    key: str
    trace: str
    path: str
    seconds: float

    def lines(self) -> str:
        """Return what a person needs to see it, to keep it as a mail of the corpus, and to mend it."""
        trace = "\n".join(f"    {line}" for line in self.trace.splitlines())
        told = f"FAULT {self.key} (after {self.seconds} s)\n{trace}"
        if not self.path:
            return told
        path = Path(self.path)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        if path.suffix != ".eml":
            name = path.stem.partition("-")[0]
            return f"{told}\n    keep it:  mv {shown} tests/fuzz/kept/{name}/WHAT_IT_PROVES.bin"
        return (
            f"{told}\n    see it:   .venv/bin/mailbot inspect {shown}\n"
            f"    keep it:  mv {shown} tests/corpus/hostile/WHAT_IT_PROVES.eml\n"
            "              and write tests/corpus/hostile/WHAT_IT_PROVES.toml (keys: tests/corpus/README.md),\n"
            '              for a fault without words just its right reading, such as: subject = "x"'
        )


def keep(target: Target, data: bytes, name: str) -> str:
    """Write what shows a fault of the target `name`; return its path."""
    FOUND.mkdir(exist_ok=True)
    raw = target.mail_of(data) if target.is_mail else data
    path = FOUND / f"{name}-{hashlib.sha256(raw).hexdigest()[:8]}{'.eml' if target.is_mail else '.bin'}"
    path.write_bytes(raw)
    return str(path)
