"""The fakes stand in for the real mailbox and sender: the same face, the same words, on both databases."""

import inspect
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mailbot.core.message import Incoming
from mailbot.edge.clock import Clock
from mailbot.edge.errors import Transient
from mailbot.edge.imap import Mailbox
from mailbot.edge.sandbox import Sandbox
from mailbot.edge.smtp import Outcome, Sender
from mailbot.store.mail import Claimed
from mailbot.worker import OK, TEMPORARY, Worker, run_once
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, Ground
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.memory import RememberingSandbox
from tests.fakes.parts import fake_parts
from tests.fakes.sender import FakeSender
from tests.fakes.server import Answer, Lost, Server

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
RAW = mail("sato@people.test", DESK, "お願い", "私の個人データを開示してください。")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    if request.param == "sqlite":
        yield Ground(tmp_path)
        return
    server = request.getfixturevalue("postgresql")
    with server.fresh_database() as url, server.fresh_database() as keys_url:
        yield Ground(tmp_path, url, keys_url)


def once(ground: Ground, server: Server, at: datetime = NOW, *, is_late: bool = False) -> int:
    clock = Clock(at)
    with fake_parts(ground.config, clock, server, is_late=is_late) as parts:
        return run_once(parts, clock)


def cases(ground: Ground, server: Server) -> int:
    with fake_parts(ground.config, Clock(NOW), server) as parts, parts.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM case_file WHERE id > 0")).scalar_one())


def face(kind: type) -> dict[str, Any]:
    """The public names of a class, each with its signature; a property has none."""
    return {
        name: inspect.signature(value) if callable(value) else "property"
        for name, value in vars(kind).items()
        if not name.startswith("_")
    }


@pytest.mark.parametrize(("fake", "real"), [(FakeMailbox, Mailbox), (FakeSender, Sender)])
def test_a_fake_has_the_face_of_what_it_stands_for(fake: type, real: type) -> None:
    assert face(fake) == face(real)


@pytest.mark.parametrize("is_late", [False, True])
def test_a_mail_becomes_a_case_and_is_acknowledged(ground: Ground, *, is_late: bool) -> None:
    server = Server()
    server.deliver(RAW, NOW)
    assert once(ground, server, is_late=is_late) == OK
    assert {one.recipient for one in server.accepted} == {"sato@people.test", "hana@company.test"}
    assert (server.raws("INBOX"), server.raws("mailbot/Processed")) == ([], [RAW])
    assert cases(ground, server) == 1


def test_a_worker_with_two_lanes_works_with_the_fakes(ground: Ground) -> None:
    server, clock = Server(), Clock(NOW)
    done = threading.Event()

    def filed(action: str, *_: Any) -> None:
        if action == "move":
            done.set()

    server.after = filed
    with fake_parts(ground.config, clock, server) as parts:
        worker = Worker(parts, clock)
        lanes = [threading.Thread(target=worker._live, args=(lane,)) for lane in worker._lanes]
        for lane in lanes:
            lane.start()
        server.deliver(RAW, NOW)
        assert done.wait(60)
        worker.stop()
        for lane in lanes:
            lane.join()
    assert "sato@people.test" in [one.recipient for one in server.accepted]


def test_what_was_saved_comes_back(ground: Ground) -> None:
    server = Server()
    server.deliver(RAW, NOW)
    once(ground, server)
    saved = ground.save()
    server.deliver(mail("ito@people.test", DESK, "お願い", "私の個人データを開示してください。", 2), NOW)
    once(ground, server, NOW + timedelta(minutes=1))  # a clock that went back would find the mailbox taken
    assert cases(ground, server) == 2
    ground.restore(saved)
    assert cases(ground, server) == 1
    ground.restore(ground.pristine)
    assert cases(ground, server) == 0


FAULTS: list[tuple[str, str, Callable[[], Exception], int, Outcome | None]] = [
    ("before", "smtp connect", Lost, 0, None),
    ("before", "smtp mail", Lost, 0, Outcome.TRANSIENT),
    ("before", "smtp rcpt", lambda: Answer(450), 0, Outcome.TRANSIENT),
    ("before", "smtp rcpt", lambda: Answer(550), 0, Outcome.REFUSED),
    ("before", "smtp data", Lost, 0, Outcome.UNKNOWN),
    ("before", "smtp dot", lambda: Answer(552), 0, Outcome.REFUSED),
    ("after", "smtp dot", Lost, 1, Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("when", "where", "fault", "accepted", "outcome"), FAULTS)
def test_a_fault_at_any_phase_is_told_as_the_real_sender_tells_it(
    when: str, where: str, fault: Callable[[], Exception], accepted: int, outcome: Outcome | None
) -> None:
    server = Server()

    def fail(action: str, *_: Any) -> None:
        if action == where:
            raise fault()

    setattr(server, when, fail)
    result = FakeSender(server, DESK).start([Claimed(None, "sato@people.test", RAW)])  # type: ignore[arg-type]
    assert len(server.accepted) == accepted
    if outcome is None:
        assert isinstance(result.exception(), Transient)
    else:
        assert [one.outcome for one in result.result()] == [outcome]


def test_a_mailbox_in_trouble_is_trouble_for_now(ground: Ground) -> None:
    server = Server()
    server.deliver(RAW, NOW)

    def fail(action: str, *_: Any) -> None:
        if action == "fetch":
            raise Lost

    server.before = fail
    assert once(ground, server) == TEMPORARY
    server.before = lambda *_: None
    assert once(ground, server, NOW + timedelta(minutes=20)) == OK
    assert cases(ground, server) == 1


def test_what_is_remembered_is_what_the_real_reader_says() -> None:
    real, fake = Sandbox(), RememberingSandbox()
    try:
        found = fake.read(RAW)
        assert isinstance(found, Incoming)
        assert found == real.read(RAW)
        assert fake.read(RAW) is found
    finally:
        real.close()
