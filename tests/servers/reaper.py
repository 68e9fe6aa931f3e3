"""A small process that ends the servers of a test run which cannot do so itself, for example after SIGKILL.

It reads `group PID SIGNAL`, `ended PID` and `folder PATH` lines until `end` or the end of input, when the test run is
gone: what is still listed is stopped, then killed, and the folders are removed. It imports nothing of ours.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, Signals

GRACE_S = 2.0


def listed(lines: Iterable[str]) -> tuple[dict[int, int], list[str]]:
    """Process groups with the signal that ends them, and folders, still listed when the lines end."""
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in lines:
        word, value, *rest = (*line.rstrip("\n").split(" "), "")
        if word == "group":
            groups[int(value)] = int(rest[0])
        elif word == "ended":
            groups.pop(int(value), None)
        elif word == "folder":
            folders.append(value)
        elif word == "end":
            break
    return groups, folders


def living_groups() -> set[int]:
    """Process groups with a member that is more than a zombie (where nobody reaps orphans, zombies stay)."""
    groups: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
            groups |= {int(group)} if state != "Z" else set()
    return groups


def end_groups(groups: dict[int, int]) -> None:
    """Ask each group to stop, wait at most the grace time for all, then kill what is left."""
    for leader, signal_number in groups.items():
        with suppress(ProcessLookupError):
            os.killpg(leader, Signals(signal_number))
    deadline = time.monotonic() + GRACE_S
    while groups.keys() & living_groups() and time.monotonic() < deadline:
        time.sleep(0.02)
    for leader in groups:
        with suppress(ProcessLookupError):
            os.killpg(leader, SIGKILL)


if __name__ == "__main__":
    left_groups, left_folders = listed(sys.stdin)
    end_groups(left_groups)
    for left_folder in left_folders:
        shutil.rmtree(left_folder, ignore_errors=True)
