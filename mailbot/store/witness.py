"""The digest's head: a hash over every case that changed since the last digest and over the head before it.

It leaves the house in each digest, so that a removed event, tail or case shows against any digest mail kept.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from mailbot.core.events import GENESIS, chain
from mailbot.store.tables import OFFICE, case_file, event, witness

_HEAD = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the log: which case (0 is the office), at which event, in a few words."""

    case_id: int
    seq: int
    what: str


def next_serial(connection: Connection) -> int:
    """Return the serial number of the digest to be issued, from 1."""
    return int(connection.execute(select(func.coalesce(func.max(witness.c.serial), 0))).scalar_one()) + 1


def bear_witness(connection: Connection, serial: int) -> str:
    """Record the heads of all changed cases under a serial and return the digest's head."""
    before = head_of(connection, serial - 1)
    changed = select(case_file.c.id, case_file.c.seq, case_file.c.head).where(case_file.c.seq > case_file.c.witnessed)
    rows = connection.execute(changed.order_by(case_file.c.id)).all()
    lines = [{"serial": serial, "case_id": row.id, "seq": row.seq, "hash": row.head} for row in rows]
    lines = lines or [{"serial": serial, "case_id": OFFICE, "seq": 0, "hash": GENESIS}]
    connection.execute(insert(witness), lines)
    connection.execute(
        update(case_file).where(case_file.c.seq > case_file.c.witnessed).values(witnessed=case_file.c.seq)
    )
    return _head(before, lines)


def head_of(connection: Connection, serial: int) -> str:
    """Return the head of a digest already issued, computed anew from the beginning; GENESIS for serial 0."""
    return next((head for number, head in _heads(connection) if number == serial), GENESIS)


def verify(connection: Connection, against: str | None = None) -> list[Fault]:
    """Return every fault of the log; `against` is the text of a digest mail whose head must be ours."""
    faults = [*_chain_faults(connection), *_row_faults(connection), *_witness_faults(connection)]
    if against is not None:
        known = {head for _, head in _heads(connection)}
        claimed = set(_HEAD.findall(against))
        if not claimed & known:
            faults.append(Fault(OFFICE, 0, "no head in that digest mail is one of this log"))
    return faults


def _chain_faults(connection: Connection) -> Iterator[Fault]:
    """Walk every chain; the first bad event of a case is named."""
    broken: set[int] = set()
    case_id, head, seq = -1, GENESIS, 0
    for row in connection.execute(select(event).order_by(event.c.case_id, event.c.seq)):
        if row.case_id != case_id:
            case_id, head, seq = row.case_id, GENESIS, 0
        seq += 1
        head = chain(head, row.text)
        if case_id not in broken and (row.seq != seq or row.hash != head):
            broken.add(case_id)
            yield Fault(case_id, row.seq, "event missing before this one" if row.seq != seq else "event altered")


def _row_faults(connection: Connection) -> Iterator[Fault]:
    """Compare each case's own last number and head with the last of its events."""
    last = select(event.c.case_id, func.max(event.c.seq).label("seq")).group_by(event.c.case_id).subquery()
    hashes = event.alias("last_event")
    joined = case_file.outerjoin(last, last.c.case_id == case_file.c.id).outerjoin(
        hashes, (hashes.c.case_id == case_file.c.id) & (hashes.c.seq == case_file.c.seq)
    )
    asked = select(case_file.c.id, case_file.c.seq, case_file.c.head, last.c.seq.label("last"), hashes.c.hash)
    for row in connection.execute(asked.select_from(joined).where(case_file.c.seq > 0)):
        if (row.last or 0) < row.seq:
            yield Fault(row.id, (row.last or 0) + 1, "tail of the log missing")
        elif row.last > row.seq:
            yield Fault(row.id, row.seq + 1, "more events than the case knows")
        elif row.hash != row.head:
            yield Fault(row.id, row.seq, "differs from the case's own head")


def _witness_faults(connection: Connection) -> Iterator[Fault]:
    joined = select(witness, event.c.hash.label("found")).select_from(
        witness.outerjoin(event, (event.c.case_id == witness.c.case_id) & (event.c.seq == witness.c.seq))
    )
    for row in connection.execute(joined.where(witness.c.seq > 0)):
        if row.found != row.hash:
            yield Fault(row.case_id, row.seq, f"differs from digest {row.serial}")


def _heads(connection: Connection) -> Iterator[tuple[int, str]]:
    rows = connection.execute(select(witness).order_by(witness.c.serial, witness.c.case_id)).all()
    head, lines = GENESIS, list[dict[str, Any]]()
    for place, row in enumerate(rows):
        lines.append(_line(row))
        if place + 1 == len(rows) or rows[place + 1].serial != row.serial:
            head = _head(head, lines)
            yield row.serial, head
            lines = []


def _line(row: Row[Any]) -> dict[str, Any]:
    return {"serial": row.serial, "case_id": row.case_id, "seq": row.seq, "hash": row.hash}


def _head(before: str, lines: list[dict[str, Any]]) -> str:
    digest = hashlib.sha256(before.encode())
    for line in lines:
        digest.update(f"\n{line['serial']}|{line['case_id']}|{line['seq']}|{line['hash']}".encode())
    return digest.hexdigest()
