"""The one checker: plain SQL, the servers' folders and what people received; no product logic judges here.

Every violation begins with the invariant it breaks (I1 to I8 of the threat list).
"""

from collections import Counter

from tests.invariants import dates, events, letters, mail, progress, secrets
from tests.invariants.world import Findings, World

RULES = (
    *(mail.ledger, mail.dispositions, mail.folders, mail.texts, mail.cases),
    *(letters.acknowledgements, letters.letters, letters.staff, letters.recipients),
    *(events.chains, events.effects, events.causes, events.fold),
    *(secrets.spilled, secrets.mailed),
    progress.left_over,
    *(dates.arrivals, dates.dates),
)


def check(world: World) -> Findings:
    """Look at everything; an empty list of violations means that all promises were kept."""
    found = Findings()
    for rule in RULES:
        found.violations += rule(world)
    found.figures.update(_figures(world))
    return found


def _figures(world: World) -> Counter[str]:
    received = Counter(one.id for one in world.received)
    unknown = [row for row in world.tables["outbox"] if row.state == "unknown"]
    return Counter(
        mails=len(world.visible),
        cases=len(world.cases()),
        held=sum(row.disposition == "held" for row in world.tables["ledger"]),
        unknown=len(unknown),
        unknown_but_received=sum(row.message_id in received for row in unknown),
        mails_twice=sum(number > 1 for number in received.values()),
    )
