"""I8 every date that is owed is the one counted with a finger on a printed calendar, from the moment of arrival."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.invariants.hand_calendar import HOLIDAYS, is_open, nth_open
from tests.invariants.world import World

TOKYO = ZoneInfo("Asia/Tokyo")
NOTICE_AND_TOTAL = {
    "purpose": (5, 5),
    "marketing_stop": (3, 3),
    **dict.fromkeys(("complaint", "opinion", "inquiry", "not_for_us"), (10, 10)),
    **dict.fromkeys(("disclosure", "tp_record", "unclassified"), (8, 10)),
    **dict.fromkeys(("correct", "add", "delete_item", "stop_use", "erase", "tp_stop"), (8, 10)),
}
"""Business days after arrival (law §2); an acknowledgement and a first look are owed after one."""
GATED = {"disclosure", "tp_record", "unclassified", "correct", "add", "delete_item", "stop_use", "erase", "tp_stop"}
GATE_DAYS = 14
FIRST, LAST = date.fromisoformat(HOLIDAYS[0]), date.fromisoformat("2027-11-30")
"""What is printed."""


def dates(world: World) -> Iterator[str]:
    """The dates of each request that nothing has moved."""
    for row in world.tables["request"]:
        if row.kind in NOTICE_AND_TOTAL and not (
            row.moved or row.extension or row.stops or row.pause or row.reminded_on
        ):
            yield from _differences(row)


def arrivals(world: World) -> Iterator[str]:
    """The clock starts when the server received the mail."""
    server = {(one.folder, one.uidvalidity, one.uid): one.received_at for one in world.visible}
    arrived = {row.case_id: moment(row.received_at) for row in world.tables["ledger"] if row.disposition == "case"}
    for row in world.tables["ledger"]:
        at = server.get((row.folder, row.uidvalidity, row.uid))
        if at and at != moment(row.received_at):
            yield f"I8 mail {row.uid} arrived at {at}, the ledger says {row.received_at}"
    for case in world.cases():
        if moment(case.received_at) != arrived.get(case.id):
            yield f"I8 case {case.id} counts from {case.received_at}, its mail arrived at {arrived.get(case.id)}"


def _differences(row: Any) -> Iterator[str]:
    arrived_on = moment(row.received_at).astimezone(TOKYO).date()
    if not FIRST <= arrived_on <= LAST - timedelta(days=40):
        return
    notice, total = NOTICE_AND_TOTAL[row.kind]
    owed = {"ack_on": _open(arrived_on, 1), "triage_on": _open(arrived_on, 1)}
    owed |= {"notice_on": _open(arrived_on, notice), "total_on": _open(arrived_on, total)}
    if row.kind in GATED:
        owed["gate_on"] = arrived_on + timedelta(days=GATE_DAYS)
    owed["answer_on"] = min(owed["notice_on"], owed.get("gate_on", owed["notice_on"]))
    for name, day in owed.items():
        if str(getattr(row, name)) != str(day):
            yield f"I8 {row.kind} of case {row.case_id}: {name} is {getattr(row, name)}, by hand {day}"


def _open(start: date, n: int) -> date:
    return nth_open(start, n, is_open)


def moment(value: Any) -> datetime:
    """A moment as either database gives it."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
