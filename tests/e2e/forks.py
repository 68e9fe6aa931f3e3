"""Runs `mailbot …` in forks of a process that has imported it once: the real program without seconds of imports.

A command comes as one JSON line on standard input (`arguments`, `env`, `out`, `err`); its exit code goes out.
"""

import json
import os
import runpy
import signal
import sys
import traceback
from typing import Any, NoReturn

LONGEST_S = 120


def serve() -> None:
    """Import what every command needs, then fork for each until standard input ends."""
    import holidays  # noqa: PLC0415

    import mailbot.cli  # noqa: F401, PLC0415 -- the point of this process
    from mailbot.edge.model import load_model  # noqa: PLC0415
    from mailbot.resources import models_folder  # noqa: PLC0415

    load_model(models_folder())
    holidays.country_holidays("JP", years=2026)
    for line in sys.stdin:
        child = os.fork() or _become(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


def _become(order: dict[str, Any]) -> NoReturn:
    """Be the command: its environment, its output files, its exit code."""
    code: object = 0
    try:
        signal.alarm(LONGEST_S)
        os.environ.clear()
        os.environ.update(order["env"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, order["out"]), (2, order["err"])):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
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
