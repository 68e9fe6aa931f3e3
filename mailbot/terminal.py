"""What every command shares: opening the parts, telling faults in plain lines with an exit code, printing."""

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console

from mailbot import compose, log
from mailbot.config import Config, ConfigFault, load
from mailbot.edge.clock import Clock
from mailbot.edge.errors import Transient
from mailbot.steps.parts import Parts
from mailbot.store.engine import CommitFailed, StoreDamaged, StoreUnavailable
from mailbot.worker import TEMPORARY

T = TypeVar("T")
_SCARCE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""What the machine lacks may come back; any other fault of a file is a bug of ours."""
CONFIGURATION, FAULT, FAILED = 78, 2, 1
"""Exit codes: no usable configuration (sysexits EX_CONFIG), a faulty argument or check, a command that failed."""

out = Console(highlight=False, markup=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def opened() -> Iterator[tuple[Parts, datetime]]:
    """Open everything for one command."""
    chosen = read_config(CONFIGURATION)
    log.start(chosen.log)
    with told(CONFIGURATION):
        clock: Clock = compose.clock_of(chosen)
        with compose.composed(chosen, clock) as parts:
            yield parts, clock.now()


@contextmanager
def told(code: int) -> Iterator[None]:
    """Tell faults of configuration and world in plain lines, with the code that belongs to them."""
    try:
        yield
    except ConfigFault as fault:
        fail("\n".join(fault.faults), code)
    except StoreDamaged as fault:
        fail(str(fault), CONFIGURATION)
    except (StoreUnavailable, CommitFailed, Transient) as fault:
        fail(f"not now: {fault}", TEMPORARY)
    except OSError as fault:
        if fault.errno not in _SCARCE:
            raise
        remedy = "; raise the limit (ulimit -n)" if fault.errno in {errno.EMFILE, errno.ENFILE} else ""
        fail(f"not now: {os.strerror(fault.errno).lower()}{remedy}", TEMPORARY)


@contextmanager
def gathered(faults: list[str]) -> Iterator[None]:
    """Collect faults of the configuration instead of stopping at the first."""
    try:
        yield
    except ConfigFault as fault:
        faults += fault.faults


def read_config(code: int) -> Config:
    """Return the configuration; a faulty one ends the program with `code`."""
    with told(code):
        return load()
    raise AssertionError  # `told` leaves the program on a fault


def fail(message: str, code: int) -> NoReturn:
    """End the program with a line on the error output."""
    _err.print(message)
    raise typer.Exit(code)


def found(value: T | None, ref: str) -> T:
    """Return what belongs to a case; without such a case the program ends and says so."""
    if value is None:
        fail(f'"{ref}": no such case; `mailbot cases` lists them', FAILED)
    return value


def print_value(value: Any, *, as_json: bool) -> None:
    """Print a value as JSON or as it is."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n" if as_json else f"{value}\n")
