"""A mail that no child survives is held after three strikes, and keeps nobody else from an answer."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import text

from mailbot.steps.receive import READING_STRIKES
from tests.crash.scene import Scene, connected
from tests.e2e.desk import mail

pytestmark = pytest.mark.real

MAILS = 3


@pytest.mark.parametrize(  # how it ends the child is the same to a database, and to wait for a sleeper takes long
    ("new_scene", "word"),
    [("sqlite", "die"), ("postgresql", "die"), ("sqlite", "sleep")],
    indirect=["new_scene"],
)
def test_a_mail_that_cannot_be_read_is_held_after_three_strikes(new_scene: Callable[..., Scene], word: str) -> None:
    scene = new_scene(patches=("a reader with faults",))
    stranger = scene.desk.lab.fresh_mailbox("asker@people.test")
    poison = f"{word} : x\n".encode() + mail(stranger, scene.desk.mailbox, "data", "please")
    before, after = scene.letters(1), scene.letters(MAILS)
    scene.deliver(before)
    scene.desk.put(poison)
    scene.deliver(after)
    scene.live()
    assert became(scene) == {("case", None): MAILS + 1, (None, None): 1}
    for _ in range(READING_STRIKES - 1):
        scene.recover_after_leases()
        scene.live()
    assert became(scene) == {("case", None): MAILS + 1, ("held", "unreadable"): 1}
    assert scene.desk.lab.received(stranger) == []


def became(scene: Scene) -> Counter[tuple[str | None, str | None]]:
    """How many messages have each disposition and why."""
    with connected(scene.urls["url"]) as connection:
        return Counter((row.disposition, row.why) for row in connection.execute(text("SELECT * FROM ledger")))
