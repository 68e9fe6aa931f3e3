"""What a mailbox may do to a desk without any fault: mails that show late, ids that come twice, years of old mail."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.edge.clock import Clock
from mailbot.worker import OK, run_once
from tests.crash.town import NOW
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server
from tests.invariants.check import check
from tests.invariants.look import look
from tests.invariants.world import World, Written, message_id

WORDS = "私の個人データを開示してください。"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def once(ground: Ground, server: Server, hours: float = 0) -> None:
    clock = Clock(NOW + timedelta(hours=hours))
    with fake_parts(ground.config, clock, server) as parts:
        assert run_once(parts, clock) == OK


def left(ground: Ground, server: Server, *raws: bytes, who: str = "sato@people.test") -> World:
    return look(ground, server, [Written(who, message_id(raw), raw) for raw in raws])


def test_a_mail_that_shows_after_a_later_one_is_found_within_the_hour(ground: Ground) -> None:
    server = Server()
    raws = [mail("sato@people.test", DESK, "お願い", f"{WORDS}{number}", number) for number in range(2)]
    for raw in raws:
        server.deliver(raw, NOW)
    hidden = server.folders["INBOX"].messages.pop(1)
    once(ground, server)
    server.folders["INBOX"].messages[1] = hidden
    once(ground, server, hours=1.1)
    assert check(left(ground, server, *raws)).violations == []


def test_two_mails_with_one_message_id_are_two(ground: Ground) -> None:
    server = Server()
    raws = [mail(f"{name}@people.test", DESK, "お願い", WORDS, 1) for name in ("sato", "ito")]
    same = [raw.replace(message_id(raw).encode(), b"<same@people.test>") for raw in raws]
    for raw in same:
        server.deliver(raw, NOW)
    once(ground, server)
    assert sorted(one.recipient for one in server.accepted if "people" in one.recipient) == [
        "ito@people.test",
        "sato@people.test",
    ]
    assert len(left(ground, server, *same).cases()) == 2


def test_mail_from_before_the_desk_is_counted_and_never_answered(ground: Ground) -> None:
    server = Server()
    for number in range(3):
        server.deliver(mail("sato@people.test", DESK, "お願い", WORDS, number), NOW.replace(year=2019))
    once(ground, server)
    assert server.accepted == []
    assert [row.disposition for row in left(ground, server).tables["ledger"]] == ["old"] * 3
