"""Promises 1 and 2 under kill -9 at real servers: nothing lost, nothing doubled, whatever moment the worker dies.

A few kills; many more, at a world in memory, are in `test_soak` and `make soak`.
"""

import os
import random
import time
from collections.abc import Callable

import pytest

from tests.crash.scene import Scene, killed_while_mail_arrives

pytestmark = pytest.mark.real

MAILS, KILLS = int(os.environ.get("KILL_MAILS", "40")), int(os.environ.get("KILL_KILLS", "16"))


def test_nothing_is_lost_or_doubled_when_the_worker_is_killed_at_random(new_scene: Callable[..., Scene]) -> None:
    seed = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(1_000_000))
    scene = new_scene(seed)
    began = time.monotonic()
    killed_while_mail_arrives(scene, MAILS, KILLS)
    took_s = time.monotonic() - began
    found = scene.findings()
    print(f"\nKILL_SEED={seed} {took_s:.1f} s, {MAILS / took_s:.1f} mails/s, {dict(found.figures)}")  # noqa: T201
    assert not found.violations
    assert found.figures["kills"] == KILLS
    assert found.figures["killed_in_flight"] >= KILLS // 8  # the rest met it at its start, or with nothing to do
    assert found.figures["cases"] >= MAILS * 0.8
