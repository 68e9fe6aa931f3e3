"""Fuzzes all that reads what others wrote: `make fuzz`, or `python -m tests.fuzz.run [TARGET…]` from the root.

FUZZ_S is the time for each target in seconds (60); FUZZ_SEED a number that makes a run begin as another one did (a new
one each time). Prints a line for each target, and for each distinct fault its file under `found/` and what to do
with it. Exit codes: 0 nothing was found, 1 a fault, 3 nothing ran (no atheris for this Python), which is no success.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.fault import MAX_BYTES
from tests.fuzz.finds import ROOT, Found, keep
from tests.fuzz.target import kept_inputs

HERE = Path(__file__).parent
NAMES = (
    *("parse", "sender", "bounce", "attachment", "reply", "html", "name"),
    *("results", "token", "order", "outgoing", "imap", "smtp"),
)
NOT_RUN = 3

_HANG_S = 30  # for one input; libFuzzer ends the run then
_GRACE_S = 180  # to import, to read the seeds, to make faults small
_MEMORY_MB = 1_500
_STATE = re.compile(r"cov: (\d+) ft: \d+ corp: (\d+)/")
_RUNS = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_END = re.compile(r"^(?:SUMMARY|==\d+== ERROR|\w+Error): .*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run of one target came to."""

    runs: int
    coverage: int
    corpus: int
    seconds: float
    found: tuple[Found, ...]


def main(names: list[str]) -> int:
    if importlib.util.find_spec("atheris") is None:
        _say(
            f"fuzz: NOT RUN, nothing is proved: atheris is not installed for Python {platform.python_version()}"
            f" on {platform.machine()}.\nRemedy: Python 3.11 to 3.13 on Linux x86_64, and `make test` once."
        )
        return NOT_RUN
    if unknown := set(names) - set(NAMES):
        _say(f"fuzz: no target is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return NOT_RUN
    seconds, seed = int(os.environ.get("FUZZ_S", "60")), int(os.environ.get("FUZZ_SEED", "0")) or time.time_ns() % 10**9
    outcomes = [_run_and_tell(name, seconds, seed) for name in names or NAMES]
    return int(any(one.found for one in outcomes))


def _run_and_tell(name: str, seconds: int, seed: int) -> Outcome:
    outcome = run(name, seconds, seed)
    _say(
        f"fuzz {name:10}  {outcome.runs:9,} runs  {outcome.runs / outcome.seconds:7,.0f}/s  {outcome.seconds:4.0f} s"
        f"  coverage {outcome.coverage:6,}  corpus {outcome.corpus:6,}  seed {seed}  faults {len(outcome.found)}"
    )
    for one in outcome.found:
        _say(one.lines())
    return outcome


def run(name: str, seconds: int, seed: int) -> Outcome:
    """Run one target in a process of its own; what it needs lies in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="mailbot-fuzz-") as folder:
        lab = Path(folder)
        write_seeds(name, lab / "corpus")
        (lab / "notes").touch()
        began = time.monotonic()
        code, log = _engine(name, seconds, seed, lab)
        took = max(time.monotonic() - began, 1.0)
        states, runs = _STATE.findall(log), _RUNS.search(log)
        coverage, corpus = map(int, states[-1] if states else (0, 0))
        found = [Found(**json.loads(line)) for line in (lab / "notes").read_text(encoding="utf-8").splitlines()]
        found += [_death(name, log, lab, took)] if code or not runs else []
        return Outcome(int(runs[1]) if runs else 0, coverage, corpus, took, tuple(found))


def write_seeds(name: str, folder: Path) -> None:
    """Write the inputs to begin with; only copies, so that the engine may write beside them."""
    folder.mkdir()
    for seed in (*importlib.import_module(f"tests.fuzz.fuzz_{name}").TARGET.seeds(), *kept_inputs(name)):
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed[:MAX_BYTES])


def _engine(name: str, seconds: int, seed: int, lab: Path) -> tuple[int, str]:
    """Return the exit code and the log of the engine; it is ended where it does not end by itself."""
    options = {"max_total_time": seconds, "seed": seed, "max_len": MAX_BYTES, "timeout": _HANG_S}
    options |= {"rss_limit_mb": _MEMORY_MB, "print_final_stats": 1, "reload": 0}
    options |= {"len_control": 0, "entropic_scale_per_exec_time": 1}  # long inputs from the start, but not only
    command = [sys.executable, "-m", "tests.fuzz.engine", name, str(lab / "notes"), str(lab / "corpus")]
    command += [f"-dict={HERE / 'mail.dict'}", f"-artifact_prefix={lab}/died-"]
    command += [f"-{option}={value}" for option, value in options.items()]
    with (lab / "log").open("wb") as log:
        try:
            done = subprocess.run(command, check=False, cwd=ROOT, stdout=log, stderr=log, timeout=seconds + _GRACE_S)
        except subprocess.TimeoutExpired:
            return -1, (lab / "log").read_text(encoding="utf-8", errors="replace")
    return done.returncode, (lab / "log").read_text(encoding="utf-8", errors="replace")


def _death(name: str, log: str, lab: Path, seconds: float) -> Found:
    """Return the end of a run that died: by memory, by time, in a library's machine code, or before it began."""
    inputs = sorted(lab.glob("died-*"))
    path = ""
    if inputs:
        path = keep(importlib.import_module(f"tests.fuzz.fuzz_{name}").TARGET, inputs[0].read_bytes(), name)
    ends = _END.findall(log)
    return Found("the process died", "\n".join(ends or log.splitlines()[-5:]), path, round(seconds, 1))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
