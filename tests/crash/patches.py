"""What a forked worker may have wrong with it, by name: a crash point, or a reader with faults."""

from collections.abc import Callable, Mapping

from mailbot.edge import sandbox
from tests.crash.points import POINTS
from tests.edge.poison import CHILD


def faulty_reader() -> None:
    """Let mails do to the child that reads them what their first word says; it is ended sooner than in earnest."""
    sandbox.CHILD, sandbox.WALL_S = CHILD, 4.0


PATCHES: Mapping[str, Callable[[], None]] = {**POINTS, "a reader with faults": faulty_reader}
