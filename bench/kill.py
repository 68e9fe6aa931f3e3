"""The random kill test for longer: `python bench/kill.py [rounds] [mails] [kills]` on both databases, seeds printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEST = "tests/crash/test_kill.py"
FIGURES = re.compile(r"KILL_SEED=.*")


def main(rounds: int = 10, mails: int = 200, kills: int = 100) -> int:
    environment = os.environ | {"KILL_MAILS": str(mails), "KILL_KILLS": str(kills)}
    for number in range(1, rounds + 1):
        command = [sys.executable, "-m", "pytest", "-q", "-s", TEST]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        for line in FIGURES.findall(done.stdout):
            print(f"{number}/{rounds} {line}", flush=True)
        if done.returncode:
            print(done.stdout, done.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
