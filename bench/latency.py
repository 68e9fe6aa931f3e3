"""Prints how soon a person is acknowledged while the worker waits in IDLE: from delivery until it is in their mailbox.

One mail after the other, after pauses in which the worker falls back into IDLE; Dovecot itself tells of new mail half
a second after its delivery.
"""

import argparse
import os
import random
import sys
import time

from bench.history import Row, keep
from bench.mix import mails_of_a_day
from bench.run import closing_worker, lab, wait_until
from mailbot.learning.speed import percentile
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

PAUSES_S = (0.2, 1.2)
LONGEST_S = 60.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=200)
    chosen = parser.parse_args()
    with lab() as (world, reaper):
        desk = Desk(world, reaper, reaper.new_folder("desk-"))
        worker = desk.start()
        with closing_worker(worker):
            wait_until(lambda: "worker started" in _log(desk))
            took = [_answered_after(world, raw, desk) for raw in _personal(world, desk, chosen.mails + 1)][1:]
    targets = {0.5: "<= 1.5", 0.99: "<= 3"}
    note = f"{len(took)} mails, slowest {max(took):.2f} s, load {os.getloadavg()[0]:.1f}"
    keep(
        [
            Row(f"acknowledged, IDLE, p{share * 100:.0f}", percentile(took, share), "s", target, note)
            for share, target in targets.items()
        ]
    )
    return 0


def _log(desk: Desk) -> str:
    return desk.log_file.read_text() if desk.log_file.exists() else ""


def _personal(world: MailLab, desk: Desk, count: int) -> list[tuple[str, bytes]]:
    """Mails of a day, each from a person who has a mailbox here."""
    people = [world.fresh_mailbox("asker@people.test") for _ in range(count)]
    return [*zip(people, mails_of_a_day(desk.mailbox, count, people), strict=True)]


def _answered_after(world: MailLab, letter: tuple[str, bytes], desk: Desk) -> float:
    person, raw = letter
    time.sleep(random.uniform(*PAUSES_S))  # noqa: S311 -- people write when they like
    began = time.monotonic()
    world.deliver(raw, desk.mailbox)
    world.wait_for(lambda: world.received(person), LONGEST_S, "the acknowledgement")
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
