"""What strangers sent today, counted by keyed traces, and the one case that floods go into."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.core.flood import FLAG
from mailbot.store.claim import LeaseLost
from mailbot.store.remembered import recall
from mailbot.store.tables import flood, ledger, remembered


def seen_today(connection: Connection, day: date, keys: Collection[str]) -> dict[str, int]:
    """Return how often each trace was counted on a day; one that never was is missing."""
    if not keys:
        return {}
    asked = select(flood.c.key, flood.c.count).where(flood.c.day == day, flood.c.key.in_(keys))
    return {key: count for key, count in connection.execute(asked)}


def count_today(connection: Connection, day: date, new: Mapping[str, int]) -> None:
    """Add to the counts of a day, and forget those of the days before."""
    rows = [{"day": day, "key": key, "count": count} for key, count in sorted(new.items())]
    found = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(flood)
    sum_of_both = {"count": flood.c.count + found.excluded.count}
    if rows:
        connection.execute(delete(flood).where(flood.c.day < day))
        connection.execute(found.on_conflict_do_update(index_elements=["day", "key"], set_=sum_of_both), rows)


def flood_case(connection: Connection) -> int | None:
    """Return the case that floods last went into, None where there was none."""
    found = recall(connection, FLAG)
    return int(found) if found else None


def name_flood_case(connection: Connection, before: int | None, case_id: int) -> None:
    """Make a new case the one that floods go into. Raises LeaseLost when another worker was first."""
    values = {"key": FLAG, "value": str(case_id)}
    if before is None:
        new = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(remembered).values(values)
        done = connection.execute(new.on_conflict_do_nothing(index_elements=["key"]))
    else:
        here = (remembered.c.key == FLAG, remembered.c.value == str(before))
        done = connection.execute(update(remembered).where(*here).values(values))
    if done.rowcount != 1:
        raise LeaseLost("flood")


def folded_between(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how many messages first seen in [since, until) went into a flood."""
    asked = select(func.count()).select_from(ledger).where(ledger.c.seen_at >= since, ledger.c.seen_at < until)
    return int(connection.execute(asked.where(ledger.c.why.startswith(f"{FLAG}_", autoescape=True))).scalar_one())
