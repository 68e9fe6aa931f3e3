"""Cases: events and the rows folded from them, always written together in the caller's transaction.

Only this file writes `event`, `case_file` and `request`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.core.case import Case, apply
from mailbot.core.events import GENESIS, Event, Name, canonical, chain
from mailbot.core.request import DAYS, Request
from mailbot.core.transitions import RUNNING, State
from mailbot.store.blobs import Sealed, insert_blobs
from mailbot.store.claim import LeaseLost
from mailbot.store.tables import OFFICE, case_file, counter, event, party, request

_PLAIN = (
    *("moved", "extension", "outcome", "ground", "mail", "pause", "paused_on", "resumed_on", "reminded_on"),
    *("report", "is_gate_answered", "worked_at", "told_at"),
)
_SETS = ("fired", "stops", "told")
"""Columns of a request that hold several words, parted by blanks."""
_MOST_AT_ONCE = 5000
"""Ids in one question: databases limit the number of parameters."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A case as its row has it: the folded case, the number and hash of its last event, the key of its texts."""

    case_id: int
    key_id: str
    case: Case
    seq: int = 0
    head: str = GENESIS


def reserve_numbers(connection: Connection, count: int) -> list[int]:
    """Return `count` fresh case ids, ascending; only a crash before the case is written leaves one unused."""
    bump = update(counter).where(counter.c.key == "case").values(value=counter.c.value + count)
    last = connection.execute(bump.returning(counter.c.value)).scalar_one()
    return list(range(last - count + 1, last + 1))


def insert_cases(connection: Connection, new: Sequence[Snapshot]) -> None:
    """Insert the rows of new cases."""
    if new:
        connection.execute(insert(case_file), [_case_values(one) | {"id": one.case_id} for one in new])


def ensure_office(connection: Connection, key_id: str) -> None:
    """Insert the office's own row (case id 0) and the case counter when they are not there yet."""
    if connection.execute(select(case_file.c.id).where(case_file.c.id == OFFICE)).first() is None:
        insert_cases(connection, [Snapshot(OFFICE, key_id, Case())])
        connection.execute(insert(counter).values(key="case", value=0))


def snapshots(connection: Connection, case_ids: Iterable[int], *, with_requests: bool = True) -> dict[int, Snapshot]:
    """Return the cases with these ids, their rows locked until the transaction ends where the database can.

    Without requests only events of the case as a whole may be appended.
    """
    found: dict[int, Snapshot] = {}
    for wanted in _slices(sorted(set(case_ids)), _MOST_AT_ONCE):
        locked = select(case_file).where(case_file.c.id.in_(wanted)).order_by(case_file.c.id).with_for_update()
        rows = connection.execute(locked).all()  # first: whoever waits for the lock reads the requests as they are then
        requests = _requests_of(connection, wanted) if with_requests else {}
        found |= {row.id: _snapshot(row, requests.get(row.id, ())) for row in rows}
    return found


def unchanged(connection: Connection, cases: Mapping[int, Snapshot]) -> dict[int, Snapshot]:
    """Return cases that were looked at before again, locked. Raises LeaseLost where another worker let one go on."""
    found = snapshots(connection, cases)
    if any(found[case_id].seq != looked_at.seq for case_id, looked_at in cases.items()):
        raise LeaseLost("case_file")
    return found


def _slices(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def append(
    connection: Connection,
    before: Mapping[int, Snapshot],
    happened: Mapping[int, Sequence[Event]],
    due: Mapping[tuple[int, int], datetime] | None = None,
    new: Collection[int] = (),
) -> dict[int, Snapshot]:
    """Append events to cases and write the folded rows; `due` sets when a request is next looked at.

    `new` are the cases that have no row yet. Raises UnexpectedEvent before anything is written.
    """
    event_rows: list[dict[str, Any]] = []
    after = {case_id: _extended(before[case_id], events, event_rows) for case_id, events in happened.items()}
    if not event_rows:
        return after
    connection.execute(insert(event), event_rows)
    insert_cases(connection, [one for one in after.values() if one.case_id in new])
    _update_cases(connection, [one for one in after.values() if one.case_id not in new])
    _write_requests(connection, before, after, due or {})
    return after


@dataclass(frozen=True, slots=True)
class Party:
    """Who a case belongs to. `role` is `requester` (letters go there), `agent`, `family` or `former`.

    `address` is sealed under the key of the case.
    """

    case_id: int
    address_index: str
    role: str
    address: Sealed


def add_parties(connection: Connection, parties: Sequence[Party]) -> None:
    """Record who a case belongs to; somebody it knows already gets the new role."""
    insert_blobs(connection, [one.address for one in parties])
    rows = [
        {"case_id": one.case_id, "address_index": one.address_index, "role": one.role, "blob_id": one.address.id}
        for one in parties
    ]
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        found = dialect.insert(party)
        changed = {"role": found.excluded.role, "blob_id": found.excluded.blob_id}
        connection.execute(found.on_conflict_do_update(index_elements=["case_id", "address_index"], set_=changed), rows)


def retire_requester(connection: Connection, case_id: int, keep: str) -> None:
    """Write no more to the address a case had until now; `keep` is the index of the one it has from now on."""
    here = (party.c.case_id == case_id, party.c.role == "requester", party.c.address_index != keep)
    connection.execute(update(party).where(*here).values(role="former"))


def parties_of(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Return who may write to a case."""
    return list(connection.execute(select(party).where(party.c.case_id == case_id)))


def address_blob(connection: Connection, case_id: int) -> str | None:
    """Return the blob with the address letters of a case go to."""
    here = (party.c.case_id == case_id, party.c.role == "requester")
    return connection.execute(select(party.c.blob_id).where(*here)).scalar()


def events_of(connection: Connection, case_id: int) -> list[Event]:
    """Return the events of a case in order, as they were written."""
    rows = connection.execute(select(event.c.text).where(event.c.case_id == case_id).order_by(event.c.seq))
    return [_event(text) for text in rows.scalars()]


def _event(text: str) -> Event:
    value = json.loads(text)
    at = datetime.fromisoformat(value["at"])
    return Event(Name(value["name"]), at, value["actor"], value["request"], value["data"])


def _extended(snapshot: Snapshot, events: Sequence[Event], rows: list[dict[str, Any]]) -> Snapshot:
    case, seq, head = snapshot.case, snapshot.seq, snapshot.head
    for happened in events:
        case = apply(case, happened)
        seq += 1
        text = canonical(happened, snapshot.case_id, seq)
        head = chain(head, text)
        rows.append(
            {
                "case_id": snapshot.case_id,
                "seq": seq,
                "at": happened.at,
                "name": happened.name.value,
                "text": text,
                "hash": head,
            }
        )
    return Snapshot(snapshot.case_id, snapshot.key_id, case, seq, head)


def _update_cases(connection: Connection, changed: Sequence[Snapshot]) -> None:
    if not changed:
        return
    rows = [_case_values(snapshot) | {"of_case": snapshot.case_id} for snapshot in changed]
    connection.execute(update(case_file).where(case_file.c.id == bindparam("of_case")), rows)


def _write_requests(
    connection: Connection,
    before: Mapping[int, Snapshot],
    after: Mapping[int, Snapshot],
    due: Mapping[tuple[int, int], datetime],
) -> None:
    new, changed = [], []
    for case_id, snapshot in after.items():
        known = {old.number: old for old in before[case_id].case.requests}
        for current in snapshot.case.requests:
            values = _request_values(case_id, current) | {"due_at": due.get((case_id, current.number))}
            if current.number not in known:
                new.append(values)
            elif current != known[current.number]:
                changed.append(values)
    if new:
        connection.execute(insert(request), new)
    kept = [one for one in changed if one["due_at"] is None and State(one["state"]) in RUNNING]
    for values in kept:  # what ended is never looked at again, and so loses its moment
        del values["due_at"]
    _update_requests(connection, kept)
    _update_requests(connection, [one for one in changed if "due_at" in one])


def _update_requests(connection: Connection, changed: Sequence[dict[str, Any]]) -> None:
    if not changed:
        return
    rows = [one | {"of_case": one["case_id"], "of_number": one["number"]} for one in changed]
    here = (request.c.case_id == bindparam("of_case"), request.c.number == bindparam("of_number"))
    connection.execute(update(request).where(*here), rows)


def _case_values(snapshot: Snapshot) -> dict[str, Any]:
    case = snapshot.case
    return {
        "ref": case.ref or None,
        "key_id": snapshot.key_id,
        "state": case.state.value,
        "opened_at": case.opened_at,
        "received_at": case.received_at,
        "language": case.language,
        "policy": case.policy,
        "handler": case.handler,
        "acknowledged_at": case.acknowledged_at,
        "withheld": case.withheld,
        "flags": _words(case.flags),
        "identity": case.identity,
        "merged_into": case.merged_into,
        "closed_at": case.closed_at,
        "snoozed_until": case.snoozed_until,
        "folded": case.folded,
        "seq": snapshot.seq,
        "head": snapshot.head,
    }


def _request_values(case_id: int, current: Request) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "number": current.number,
        "kind": current.kind,
        "right": current.right,
        "state": current.state.value,
        "confidence": current.confidence,
        "received_at": current.received_at,
        **{name: getattr(current, name) for name in DAYS},
        **{name: _words(getattr(current, name)) for name in _SETS},
        **{name: getattr(current, name) for name in _PLAIN},
    }


def _requests_of(connection: Connection, case_ids: Sequence[int]) -> dict[int, tuple[Request, ...]]:
    found: dict[int, tuple[Request, ...]] = {}
    rows = connection.execute(select(request).where(request.c.case_id.in_(case_ids)).order_by(request.c.number))
    for row in rows:
        found[row.case_id] = (*found.get(row.case_id, ()), request_from(row))
    return found


def request_from(row: Row[Any]) -> Request:
    """Return the request that a row of `request` holds."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in Request.__slots__ if name not in _SETS}
    sets: dict[str, Any] = {name: frozenset(getattr(row, name).split()) for name in _SETS}
    return Request(**fields | sets | {"state": State(row.state)})


def _snapshot(row: Row[Any], requests: tuple[Request, ...]) -> Snapshot:
    case = Case(
        state=State(row.state),
        ref=row.ref or "",
        opened_at=row.opened_at,
        received_at=row.received_at,
        language=row.language,
        policy=row.policy,
        handler=row.handler,
        acknowledged_at=row.acknowledged_at,
        withheld=row.withheld,
        flags=frozenset(row.flags.split()),
        identity=row.identity,
        merged_into=row.merged_into,
        closed_at=row.closed_at,
        snoozed_until=row.snoozed_until,
        folded=row.folded,
        requests=requests,
    )
    return Snapshot(row.id, row.key_id, case, row.seq, row.head)


def _words(values: frozenset[str]) -> str:
    return " ".join(sorted(values))
