"""Reads one table of a configuration text and notes every fault instead of stopping at the first.

A reader answers a harmless stand-in for a faulty value; whoever asks looks at `faults` at the end
and throws the result away when there are any. `conflicts` are values that can each be read and do not fit
together. Both name key, value and remedy.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterable
from datetime import time

from mailbot.core.period import Period, Unit, parse_period

LONGEST_SHOWN = 200  # characters of a faulty value


class Section:
    """A table at `path` ("" for the whole text). `close` names the keys that nobody read."""

    def __init__(self, path: str, values: object, faults: list[str], conflicts: list[str]) -> None:
        self.faults = faults
        self.conflicts = conflicts
        self._path = path
        self._faults_before = len(faults)
        self._read: set[str] = set()
        self._values: dict[str, object] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.faults.append(f"{path} = {shown(values)}: expected a table, written [{path}]")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in this table."""
        return not self._values

    @property
    def is_sound(self) -> bool:
        """Whether no fault was noted since this table was opened, so that its values may be compared."""
        return len(self.faults) == self._faults_before

    def section(self, key: str) -> "Section":
        """Return the table at `key`, an empty one when it is missing."""
        value = self._take(key)
        return Section(self._name(key), {} if value is None else value, self.faults, self.conflicts)

    def text(self, key: str, example: str, pattern: str = r".*\S.*") -> str:
        """Return a string that fully matches `pattern`; `example` when it does not."""
        value = self._take(key)
        if isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL):
            return value
        self._wrong(key, f"text like {shown(example)}")
        return example

    def clock(self, key: str, example: str) -> time:
        """Return a time of day written HH:MM."""
        return time.fromisoformat(self.text(key, example, r"([01]\d|2[0-3]):[0-5]\d"))

    def number(self, key: str, highest: int, lowest: int = 0) -> int:
        """Return a whole number from `lowest` to `highest`."""
        value = self._take(key)
        if type(value) is int and lowest <= value <= highest:  # a bool is an int too
            return value
        self._wrong(key, f"a whole number from {lowest} to {highest}")
        return lowest

    def numbers(self, key: str, highest: int) -> tuple[int, ...]:
        """Return a list of whole numbers from 1 to `highest`, each once, in rising order."""
        value = self._take(key)
        if isinstance(value, list) and all(type(item) is int and 1 <= item <= highest for item in value):
            return tuple(sorted(set(value)))
        self._wrong(key, f"a list of whole numbers from 1 to {highest}")
        return ()

    def word_or_none(self, key: str, known: Collection[str]) -> str | None:
        """Return one of the `known` words, or None when the key is missing."""
        value = self._take(key)
        if value is None or (isinstance(value, str) and value in known):
            return value
        self._wrong(key, f"one of: {', '.join(known)}")
        return None

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
        units = tuple(units)
        period = _period(self._take(key), units)
        if period is not None:
            return period
        self._wrong(key, f"a number and {' or '.join(units)}, for example {shown(example)}")
        return Period(0, Unit.DAYS)

    def period_or_none(self, key: str, units: Iterable[Unit], example: str) -> Period | None:
        """Return the period, or None when the key is missing."""
        return self.period(key, units, example) if self._take(key) is not None else None

    def periods(self, key: str, units: Iterable[Unit], example: str) -> tuple[Period, ...]:
        """Return a list of periods in one of `units`, empty when the key is missing."""
        units = tuple(units)
        value = self._take(key) if key in self else []
        read = [_period(item, units) for item in value] if isinstance(value, list) else [None]
        found = tuple(period for period in read if period)
        if len(found) < len(read):
            self._wrong(key, f"a list of numbers and {' or '.join(units)}, for example [{shown(example)}]")
        return found

    def close(self) -> None:
        """Note every key that was never read."""
        for key in self._values:
            if key not in self._read:
                near = difflib.get_close_matches(key, self._read, n=1)
                self.fault(key, f"unknown key; {f'did you mean {near[0]}?' if near else 'take it out'}")

    def fault(self, key: str, problem: str) -> None:
        """Note a fault of `key`, with its value when it has one."""
        self.faults.append(self._told(key, problem))

    def conflict(self, key: str, problem: str) -> None:
        """Note that the value of `key` does not fit another."""
        self.conflicts.append(self._told(key, problem))

    def _told(self, key: str, problem: str) -> str:
        value = f" = {shown(self._values[key])}" if key in self._values else ""
        return f"{self._name(key)}{value}: {problem}"

    def _take(self, key: str) -> object:
        self._read.add(key)
        return self._values.get(key)

    def _wrong(self, key: str, expected: str) -> None:
        self.fault(key, f"expected {expected}" if key in self._values else f"missing; write {expected}")

    def _name(self, key: str) -> str:
        return f"{self._path}.{named(key)}" if self._path else named(key)


def _period(value: object, units: Collection[Unit]) -> Period | None:
    period = parse_period(value) if isinstance(value, str) else None
    return period if period and period.unit in units else None


def named(key: str) -> str:
    """Return a key as a fault names it."""
    return key if key.isprintable() else shown(key)


def shown(value: object) -> str:
    """Return a value as a fault shows it: on one line, and not without end."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # more digits than Python writes, or tables without end
        return "…"
    text = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
