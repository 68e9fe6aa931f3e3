"""What a forked worker may have wrong with it, by name: a crash point, or a mutation of the product."""

from collections.abc import Callable, Mapping

from tests.crash.mutations import MUTATIONS
from tests.crash.points import POINTS

PATCHES: Mapping[str, Callable[[], None]] = POINTS | MUTATIONS
