"""One death at every named point on a mail's way; what the next worker does must leave no trace of it."""

from collections.abc import Callable

import pytest

from tests.crash.points import POINTS
from tests.crash.scene import Scene

pytestmark = pytest.mark.real

MAILS = 4
MAY_END_UNKNOWN = {
    "outbox claimed, nothing sent",
    "half a mail said",
    "all of a mail but the dot said",
    "final dot said, answer unread",
    "one of two mails accepted",
    "mails accepted, outcome not committed",
    "inside the outcome's transaction",
    "outcome committed, next batch claimed",
}
"""Where acknowledgements are claimed at the moment of death; two at a time."""


@pytest.mark.parametrize("point", POINTS)
def test_a_death_loses_and_doubles_nothing(new_scene: Callable[..., Scene], point: str) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(MAILS))
    scene.live_until_dead(point)
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert found.figures["cases"] == MAILS
    assert found.figures["unknown"] == (2 if point in MAY_END_UNKNOWN else 0)


def test_a_worker_that_dies_while_it_tells_of_an_unknown_outcome_tells_it_once(
    new_scene: Callable[..., Scene],
) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(MAILS))
    scene.live_until_dead("mails accepted, outcome not committed")
    scene.recover_after_leases()
    scene.live_until_dead("inside the outcome's transaction")
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert (found.figures["unknown"], found.figures["unknown_but_received"]) == (2, 2)


def test_a_message_that_kills_every_worker_is_held_and_stops_nobody_else(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(1))
    for _ in range(3):
        scene.live_until_dead("case numbers reserved")
        scene.recover_after_leases()
    scene.deliver(scene.letters(MAILS))
    scene.drain()
    found = scene.findings()
    assert not found.violations
    assert (found.figures["held"], found.figures["cases"]) == (1, MAILS)
