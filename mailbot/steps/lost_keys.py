"""What goes on where the keys database is older than the other: texts that cannot be opened stop nothing and show.

A case whose key is lost gets a new one, so that its dates, notices and letters go on; it is marked, and what was
written before cannot be read any more. A message that waits and cannot be opened is held.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.core.events import Event, Name, stamp
from mailbot.steps.parts import Parts
from mailbot.store.cases import append, snapshots
from mailbot.store.engine import read, write
from mailbot.store.lost_keys import give_keys, keys_of_cases, keys_of_messages, newest_keys
from mailbot.store.remembered import recall, remember

FLAG = "texts_lost"
WHY = "key_lost"
"""Why a message is held that cannot be opened."""
_KEY = "keys_lost"
_MOST = 500
_TOLD_FOR = timedelta(days=7)
_log = structlog.get_logger()


def make_good(parts: Parts, now: datetime) -> None:
    """Give a new key to every case whose own is lost; nothing is looked at while the newest are there."""
    with read(parts.engine) as connection:
        newest = newest_keys(connection)
    if not parts.vault.lost(newest):
        return
    after, count = 0, 0
    while True:
        with read(parts.engine) as connection:
            found = keys_of_cases(connection, after, _MOST)
        if not found:
            break
        count += _renewed(parts, found, now)
        after = max(found)
    _log.error("keys are lost: what is sealed under them cannot be read", count=count)
    with write(parts.engine) as connection:
        remember(connection, _KEY, json.dumps({"at": stamp(now), "count": count}))


def _renewed(parts: Parts, found: dict[int, str], now: datetime) -> int:
    lost = parts.vault.lost(found.values())
    cases = [case_id for case_id, key_id in found.items() if key_id in lost]
    keys = parts.vault.make_keys(len(cases), now)
    marked = Event(Name.FLAG_RAISED, now, data={"flag": FLAG})
    with write(parts.engine) as connection:
        append(connection, snapshots(connection, cases), {case_id: [marked] for case_id in cases})
        give_keys(connection, dict(zip(cases, keys, strict=True)))
    return len(cases)


def cannot_be_opened(parts: Parts, rows: list[Row[Any]]) -> list[Row[Any]]:
    """Return the rows of the inbox whose text nobody can open any more."""
    with read(parts.engine) as connection:
        keys = keys_of_messages(connection, rows)
    lost = parts.vault.lost(keys.values())
    return [row for row in rows if keys.get(row.ledger_id) in lost]


def lost_lately(connection: Connection, now: datetime) -> int:
    """Return of how many cases the texts were lost in the last days."""
    value = json.loads(recall(connection, _KEY) or "{}")
    is_new = bool(value) and now - datetime.fromisoformat(value["at"]) < _TOLD_FOR
    return int(value["count"]) if is_new else 0
