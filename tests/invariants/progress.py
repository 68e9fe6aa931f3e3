"""I7 nothing is left to do once the faults have ended."""

from collections.abc import Iterator

from tests.invariants.world import World

ENDED = {"sent", "unknown", "failed", "held", "cancelled"}


def left_over(world: World) -> Iterator[str]:
    """No message waits, no mail waits or was given up, and every settled message was filed."""
    if rows := world.tables["inbox"]:
        yield f"I7 {len(rows)} messages still wait in the inbox"
    for row in world.tables["outbox"]:
        if row.state not in ENDED or (row.state == "failed" and row.code in {"lost", "no_connection"}):
            yield f"I7 mail {row.key} is {row.state} ({row.code})"
    newest = {one.folder: one.uidvalidity for one in world.visible}
    for row in world.tables["ledger"]:
        if row.folder == world.junk or row.uidvalidity != newest.get(row.folder):
            continue  # what has another number by now cannot be moved under the old one
        if row.disposition is not None and row.filed_at is None:
            yield f"I7 mail {row.uid} was never marked as filed"
