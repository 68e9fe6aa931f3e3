"""One death at every named point on a mail's way; what the next worker does must leave no trace of it."""

from collections.abc import Callable

import pytest

from mailbot.steps.receive import STRIKES
from tests.crash.points import POINTS, START
from tests.crash.scene import Scene

pytestmark = pytest.mark.real

MAILS = 6
UNTOUCHED = {
    "keys made, bytes not committed",
    "inside the ledger's transaction",
    "ledger committed, cursor not",
    "inbox claimed",
    "case numbers reserved",
    "inside the batch's transaction",
    "batch committed",
    "batch settled, nothing moved",
    "moved, not marked as filed",
}
"""Where no acknowledgement is claimed at the moment of death, so that each is sent by the next worker."""


def test_a_first_start_that_died_half_way_is_repeated(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene()
    scene.live_until_dead(START)
    scene.deliver(scene.letters(MAILS))
    scene.drain()
    assert not scene.findings().violations


# On SQLite a worker dies in every state there is, not only at these points: `test_boundaries`.
@pytest.mark.parametrize("new_scene", ["postgresql"], indirect=True)
@pytest.mark.parametrize("point", [point for point in POINTS if point != START])
def test_a_death_loses_and_doubles_nothing(new_scene: Callable[..., Scene], point: str) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(MAILS))
    scene.live_until_dead(point)
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert found.figures["cases"] == MAILS
    assert (found.figures["unknown"] == 0) == (point in UNTOUCHED)


def test_a_worker_that_dies_while_it_tells_of_an_unknown_outcome_tells_it_once(
    new_scene: Callable[..., Scene],
) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(MAILS))
    scene.live_until_dead("group accepted, outcome not committed")
    scene.recover_after_leases()
    scene.live_until_dead("inside the outcome's transaction")
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert found.figures["unknown"] >= found.figures["unknown_but_received"] > 0


def test_a_message_that_kills_every_worker_is_held_and_stops_nobody_else(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(1))
    for _ in range(STRIKES):
        scene.live_until_dead("case numbers reserved")
        scene.recover_after_leases()
    scene.deliver(scene.letters(MAILS))
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert (found.figures["held"], found.figures["cases"]) == (1, MAILS)
