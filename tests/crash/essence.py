"""What matters of a state for what happens next: all of it but random ids, keys, sealed bytes and the exact time.

Two states with the same essence go on in the same way, so that one of them is enough to be tried. Times count by
their order, and by how many lives ahead of now they lie; what was accepted counts with the row it belongs to.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.fakes.server import Server
from tests.invariants.dates import moment
from tests.invariants.world import message_id

RANDOM = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b|cv1\.[a-z0-9.]+@|\d{4}-\d\d-\d\dT[\d:.]+Z")
IGNORED = {"version", "sealed", "wrapped"}
Table = Sequence[Mapping[str, Any]]


def essence(tables: Mapping[str, Table], server: Server, now: datetime, life_s: float) -> str:
    """The same hash for states that differ in nothing that matters."""
    sent = Counter(message_id(one.data) for one in server.accepted)
    lines = [f"{name}: {line}" for name in sorted(tables) for line in _lines(tables[name], sent, now, life_s)]
    lines += [f"{name}: {sorted(map(message_id, server.raws(name)))}" for name in sorted(server.folders)]
    names: dict[str, str] = {}
    text = RANDOM.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), "\n".join(lines))
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(rows: Table, sent: Mapping[str, int], now: datetime, life_s: float) -> Iterable[str]:
    order = {value: place for place, value in enumerate(sorted({str(row.get("due_at")) for row in rows}))}
    for row in sorted(rows, key=_key):
        shown = [f"{name}={_shown(name, value, now, life_s)}" for name, value in row.items() if name not in IGNORED]
        yield f"{order[str(row.get('due_at'))]} {' '.join(shown)} sent {sent.get(str(row.get('message_id')), 0)}"


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Rows in the order in which they were made, where they have numbers; else by what is not random."""
    told = (str(row[name]) for name in ("case_id", "seq", "id", "key", "kind", "person") if name in row)
    return tuple(value.rjust(12) for value in told if not RANDOM.fullmatch(value))


def _shown(name: str, value: Any, now: datetime, life_s: float) -> str:
    if value is None or value == "":
        return "-"
    if name == "due_at":
        return str(max(round((moment(value) - now).total_seconds() / life_s), 0))
    return "set" if name.endswith("_at") else str(value)
