"""Reads one table of a configuration text and notes every fault instead of stopping at the first.

A reader answers a harmless stand-in for a faulty value; whoever asks looks at `faults` at the end
and throws the result away when there are any. A fault names key, value and remedy.
"""

import difflib
import json
import re
from collections.abc import Iterable
from datetime import time

from mailbot.core.period import Period, Unit, parse_period


class Section:
    """A table at `path` ("" for the whole text). `close` names the keys that nobody read."""

    def __init__(self, path: str, values: object, faults: list[str]) -> None:
        self.faults = faults
        self._path = path
        self._read: set[str] = set()
        self._values: dict[str, object] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.faults.append(f"{path} = {_shown(values)}: expected a table, written [{path}]")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def section(self, key: str) -> "Section":
        """Return the table at `key`, an empty one when it is missing."""
        value = self._take(key)
        return Section(self._name(key), {} if value is None else value, self.faults)

    def text(self, key: str, example: str, pattern: str = r".*\S.*") -> str:
        """Return a string that fully matches `pattern`; `example` when it does not."""
        value = self._take(key)
        if isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL):
            return value
        self._wrong(key, f"text like {_shown(example)}")
        return example

    def clock(self, key: str, example: str) -> time:
        """Return a time of day written HH:MM."""
        return time.fromisoformat(self.text(key, example, r"([01]\d|2[0-3]):[0-5]\d"))

    def number(self, key: str, highest: int) -> int:
        """Return a whole number from 0 to `highest`."""
        value = self._take(key)
        if type(value) is int and 0 <= value <= highest:  # a bool is an int too
            return value
        self._wrong(key, f"a whole number from 0 to {highest}")
        return 0

    def numbers(self, key: str, highest: int) -> tuple[int, ...]:
        """Return a list of whole numbers from 1 to `highest`, each once, in rising order."""
        value = self._take(key)
        if isinstance(value, list) and all(type(item) is int and 1 <= item <= highest for item in value):
            return tuple(sorted(set(value)))
        self._wrong(key, f"a list of whole numbers from 1 to {highest}")
        return ()

    def words(self, key: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return a list of at least one of the `known` words, each once."""
        known = tuple(known)
        value = self._take(key)
        if isinstance(value, list) and value and all(item in known for item in value):
            return tuple(dict.fromkeys(value))
        self._wrong(key, f"a list of at least one of: {', '.join(known)}")
        return ()

    def period(self, key: str, units: Iterable[Unit], example: str) -> Period:
        """Return a period in one of `units`."""
        value = self._take(key)
        period = parse_period(value) if isinstance(value, str) else None
        if period is not None and period.unit in set(units):
            return period
        self._wrong(key, f"a number and {' or '.join(units)}, for example {_shown(example)}")
        return Period(0, Unit.DAYS)

    def period_or_none(self, key: str, units: Iterable[Unit], example: str) -> Period | None:
        """Return the period, or None when the key is missing."""
        return self.period(key, units, example) if self._take(key) is not None else None

    def close(self) -> None:
        """Note every key that was never read."""
        for key in self._values:
            if key not in self._read:
                near = difflib.get_close_matches(key, self._read, n=1)
                self.fault(key, f"unknown key; {f'did you mean {near[0]}?' if near else 'take it out'}")

    def fault(self, key: str, problem: str) -> None:
        """Note a fault of `key`, with its value when it has one."""
        shown = f" = {_shown(self._values[key])}" if key in self._values else ""
        self.faults.append(f"{self._name(key)}{shown}: {problem}")

    def _take(self, key: str) -> object:
        self._read.add(key)
        return self._values.get(key)

    def _wrong(self, key: str, expected: str) -> None:
        self.fault(key, f"expected {expected}" if key in self._values else f"missing; write {expected}")

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
