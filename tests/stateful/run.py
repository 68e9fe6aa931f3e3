"""Plays the states: `make states`, or `python -m tests.stateful.run` from the root of the repository.

STEPS is how many rules are executed in all (100,000), PROCESSES how many share them (2), SEED makes a run begin as
another one did. What breaks a promise is made as small as it can be and printed with its seed. Exit codes: 0 or 1.
"""

import os
import subprocess
import sys
import time

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import TAKEN, States

RUN = 200
"""Steps of one run at most, from an empty desk to the judgement."""
_FIRST_LOOK = 10_000


def play(steps: int, number: int, *, is_shrunk: bool = True) -> int:
    """Take so many steps at least, in runs that a number decides, and return how many were taken.

    Raises what the first broken promise raises; its steps are printed.
    """
    began = TAKEN["steps"]
    phases = (Phase.generate, Phase.shrink) if is_shrunk else (Phase.generate,)
    while (left := steps - (TAKEN["steps"] - began)) > 0:
        machine = seed(number)(type("States", (States,), {}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=max(left // RUN, 1) + 1,
                stateful_step_count=RUN,
                phases=phases,
                database=None,
                deadline=None,
                verbosity=Verbosity.normal,
                print_blob=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
        number += 1
    return TAKEN["steps"] - began


def main() -> int:
    """Share the steps among processes; each prints its own end."""
    steps, shares = int(os.environ.get("STEPS", "100000")), int(os.environ.get("PROCESSES", "2"))
    first = int(os.environ.get("SEED", "0")) or time.time_ns() % 10**9
    command = [sys.executable, "-m", "tests.stateful.run", str(-(-steps // shares))]
    parts = [subprocess.Popen([*command, str(first + share * _FIRST_LOOK)]) for share in range(shares)]
    return max([part.wait() for part in parts])


def part(steps: int, number: int) -> int:
    """Take one process's share of the steps."""
    began, cpu = time.monotonic(), time.process_time()
    outcome = "no promise was broken"
    try:
        play(steps, number)
    except Exception as error:  # noqa: BLE001 -- whatever it is, its seed has to be told
        outcome = f"BROKEN: {error}\n" + "\n".join(getattr(error, "__notes__", ()))
    took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
    each = f"{took_s:.0f} s, {1000 * cpu_s / max(TAKEN['steps'], 1):.1f} ms of CPU each"
    sys.stdout.write(f"states: {TAKEN['steps']:,} steps in {each}, SEED={number}: {outcome}\n")
    return int(outcome.startswith("BROKEN"))


if __name__ == "__main__":
    sys.exit(part(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 1 else main())
