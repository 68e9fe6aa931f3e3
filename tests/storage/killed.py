"""Kills a worker for good (`kill -9`) at moments when the world has just seen something, with less syncing or more.

Run as a program: `python -m tests.storage.killed FOLDER MODE…`; prints as JSON how often a worker was killed, and what
its databases had forgotten then.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.storage.judging import Tables, unremembered
from tests.storage.scene import Scene, observe
from tests.storage.spoilt import synchronous

MOMENTS = (5, 12, 18)


def main(folder: Path, *modes: str) -> None:
    """Let the ten mails be dealt with once, so that every text is read, then kill a worker at each moment."""
    new(folder / "whole").play()
    told: dict[str, list[str]] = {}
    for mode in modes:
        lives = [forgotten(folder / f"{mode}-{moment}", mode, moment) for moment in MOMENTS]
        told[f"{len(lives)} killed, {mode}"] = [one for found in lives for one in found]
    print(json.dumps(told))  # noqa: T201


def new(folder: Path) -> Scene:
    folder.mkdir()
    return Scene.new(folder)


def forgotten(folder: Path, mode: str, moment: int) -> list[str]:
    """What the databases do not know of a worker that was killed when the world had seen so many things."""
    scene, seen = new(folder), folder / "seen"
    pid = os.fork()
    if pid == 0:
        live(scene, mode, moment, seen)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    return list(unremembered(Tables.of(folder), [json.loads(line) for line in seen.read_text().splitlines()]))


def live(scene: Scene, mode: str, moment: int, seen: Path) -> None:
    """Be the worker, and die."""
    number = 0

    def tell(what: dict[str, Any]) -> None:
        nonlocal number
        number += 1
        with seen.open("a") as file:
            file.write(json.dumps(what) + "\n")
        if number == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    observe(scene.server, tell)
    with synchronous(mode):
        scene.play()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
