"""A plugin of pytest that notes which product a run tested, and by what each of its tests failed.

`SABOTAGE_NOTES` names the file; it is written as JSON when the run ends. `package` is where `mailbot` was imported
from, `broken` are the files that could not be collected, `ran` has a row for each test: its id, the phase it ended in
(`call` is the test itself), the error's type ("" for none) and last line, and the last line of code it came through.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailbot

_ROOT = Path.cwd()
_broken: list[str] = []
_ran: list[dict[str, str]] = []


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _broken.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    if call.excinfo or call.when == "call":
        error = call.excinfo.typename if call.excinfo else ""
        at, line = _place(call.excinfo) if call.excinfo else ("", "")
        said = str(call.excinfo.value).strip().rpartition("\n")[2][:200] if call.excinfo else ""
        row = {"test": item.nodeid, "phase": call.when, "error": error, "said": said, "at": at, "line": line}
        _ran.append(row)
    return (yield)


def _place(error: pytest.ExceptionInfo[BaseException]) -> tuple[str, str]:
    """Return file and number of the last line of ours, product or test, that an error came through, and its words."""
    ours = [entry for entry in error.traceback if Path(entry.path).is_relative_to(_ROOT)]
    if not ours:
        return "", ""
    last = ours[-1]
    return f"{Path(last.path).relative_to(_ROOT)}:{last.lineno + 1}", str(last.statement).strip().splitlines()[0]


def pytest_sessionfinish() -> None:
    notes = {"package": str(mailbot.__file__), "broken": _broken, "ran": _ran}
    Path(os.environ["SABOTAGE_NOTES"]).write_text(json.dumps(notes), encoding="utf-8")
