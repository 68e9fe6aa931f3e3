"""Keeps the mails that show a fault under `found/` (git ignores it), and says what to do with one."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

FOUND = Path(__file__).parent / "found"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Found:
    """One distinct fault: its name, the end of its traceback, its mail ("" for none), seconds from the run's start."""

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
        return (
            f"{told}\n    see it:   .venv/bin/mailbot inspect {shown}\n"
            f"    keep it:  mv {shown} tests/corpus/hostile/WHAT_IT_PROVES.eml\n"
            "              and write tests/corpus/hostile/WHAT_IT_PROVES.toml (keys: tests/corpus/README.md),\n"
            '              for a fault without words just its right reading, such as: subject = "x"'
        )


def keep(raw: bytes, name: str) -> str:
    """Write a mail that shows a fault of the target `name`; return its path."""
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name}-{hashlib.sha256(raw).hexdigest()[:8]}.eml"
    path.write_bytes(raw)
    return str(path)
