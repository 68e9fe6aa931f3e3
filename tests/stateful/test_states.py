"""Whatever happens to the desk, in whatever order, its promises hold: a short run of what `make states` plays."""

from tests.stateful.machine import TAKEN
from tests.stateful.run import play

STEPS, SEED = 2_000, 1


def test_no_order_of_events_breaks_a_promise() -> None:
    assert play(STEPS, SEED, is_shrunk=False) >= STEPS
    assert TAKEN["steps"] >= STEPS
