"""Proof that the kill test can fail: each mutation of the product, and each damage to the data, is found."""

from collections.abc import Callable

import pytest

from tests.crash.damage import DAMAGE
from tests.crash.invariants import check
from tests.crash.scene import Scene, killed_while_mail_arrives

pytestmark = pytest.mark.real

MAILS = 3
SEEDS = range(1, 31)
CAUGHT = {
    "moved before the commit": ("keys made, bytes not committed", "ledger rows"),
    "sent before the claim": ("group accepted, outcome not committed", "received 2 acknowledgements"),
    "letters in a second transaction": ("batch committed", "has 0 acknowledgements"),
    "inbox in a second transaction": ("batch committed", "a requester has 2 cases"),
}
"""By mutation: where a worker must die for it to do harm, and what the checker says then."""


@pytest.mark.parametrize("mutation", CAUGHT)
def test_a_product_without_a_promise_is_caught(new_scene: Callable[..., Scene], mutation: str) -> None:
    point, said = CAUGHT[mutation]
    scene = new_scene(patches=(mutation,))
    scene.deliver(scene.letters(MAILS))
    scene.live_until_dead(point)
    scene.drain()
    found = scene.findings()
    print(f"\n{mutation}: {found.violations}")  # noqa: T201
    assert any(said in violation for violation in found.violations)


def test_a_mutated_product_that_nobody_kills_looks_sound(new_scene: Callable[..., Scene]) -> None:
    for mutation in CAUGHT:
        scene = new_scene(patches=(mutation,))
        scene.deliver(scene.letters(MAILS))
        scene.drain()
        assert not scene.findings().violations


def test_each_damage_to_what_is_left_is_named(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene()
    scene.deliver(scene.letters(MAILS))
    scene.drain()
    sound = scene.world()
    assert not check(sound).violations
    for name, (damage, said) in DAMAGE.items():
        found = check(damage(sound)).violations
        assert any(said in violation for violation in found), (name, found)


@pytest.mark.parametrize("new_scene", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mutation", ["moved before the commit", "sent before the claim"])
def test_random_kills_find_a_mutation_too(new_scene: Callable[..., Scene], mutation: str) -> None:
    _, said = CAUGHT[mutation]
    for seed in SEEDS:
        scene = new_scene(seed, patches=(mutation,))
        killed_while_mail_arrives(scene, mails=30, kills=12)
        found = [violation for violation in scene.findings().violations if said in violation]
        print(f"\n{mutation}, seed {seed}: {found}")  # noqa: T201
        if found:
            return
    pytest.fail(f"{len(SEEDS)} seeds did not find: {mutation}")
