"""Runs `mailbot …` in forks of a process that is prepared: the real program without seconds of start-up.

An order comes as one JSON line: `arguments`, `env`, `out`, `err` run a command and answer its exit code, with
`start` they answer the pid of a process that goes on; `wait` answers the exit code of such a pid, or null.
"""

import json
import os
import runpy
import signal
import sys
import time
import traceback
from typing import Any, NoReturn

from tests.e2e.prepared import prepare

LONGEST_S = 120


def serve() -> None:
    """Prepare what every command needs, then obey until standard input ends."""
    prepare()
    for line in sys.stdin:
        print(json.dumps(_obey(json.loads(line))), flush=True)  # noqa: T201


def _obey(order: dict[str, Any]) -> int | None:
    if "wait" in order:
        return _wait(order["wait"], order["seconds"])
    child = os.fork() or _become(order)
    return child if order.get("start") else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _wait(child: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def _become(order: dict[str, Any]) -> NoReturn:
    """Be the command: its environment, its output files, its exit code."""
    code: object = 0
    try:
        if order.get("start"):
            os.setsid()
        else:
            signal.alarm(LONGEST_S)
        os.environ.clear()
        os.environ.update(order["env"])
        time.tzset()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, order["out"]), (2, order["err"])):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
        sys.argv = ["mailbot", *order["arguments"]]
        runpy.run_module("mailbot", run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 -- as the interpreter would: print it and leave with 1
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    serve()
