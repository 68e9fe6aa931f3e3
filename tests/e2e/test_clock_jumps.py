"""A clock that jumps ahead holds all mail until a manager confirms it; one that is set back sends nothing twice."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from mailbot import compose
from mailbot.config import load
from mailbot.core.events import Event, Name
from mailbot.edge.clock import Clock
from mailbot.steps.clock_watch import ClockWatch, begin
from mailbot.steps.parts import Parts
from mailbot.store.cases import events_of
from mailbot.store.engine import read, write
from mailbot.store.tables import OFFICE, outbox, request, schedule
from mailbot.worker import STEPS
from tests.e2e.by_mail import Person, text_of
from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab
from tests.servers.processes import Group, Reaper

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
ARRIVED = "2025-11-21T14:10:00+09:00"
BEGAN = datetime.fromisoformat("2025-11-21T15:00:00+09:00").astimezone(UTC)


class Machine:
    """The two clocks of a machine: one that people set, one that only runs."""

    def __init__(self) -> None:
        self.wall, self.steady = BEGAN, 0.0

    def runs(self, **by: float) -> None:
        self.wall, self.steady = self.wall + timedelta(**by), self.steady + timedelta(**by).total_seconds()

    def is_set(self, **by: float) -> None:
        """Somebody sets the clock; no time goes by."""
        self.wall += timedelta(**by)


class Process:
    """One life of the worker, in this process, on a machine whose clock the test sets."""

    def __init__(self, parts: Parts, machine: Machine, clock: Clock, lab: MailLab) -> None:
        self._parts, self._machine, self._clock, self._lab = parts, machine, clock, lab
        self._watch = ClockWatch(clock)
        begin(parts, clock.now())

    def works(self) -> None:
        """Do all that is due, as the worker does, and let it arrive."""
        steps = [self._watch.before(step) for step in STEPS.values()]
        while any([step(self._parts, self._clock.now()) for step in steps]):  # noqa: C419 -- each gets its turn
            self._machine.runs(milliseconds=2)
        self._lab.wait_idle()


Start = Callable[[], AbstractContextManager[Process]]
"""Start a worker on the machine; it lives as long as the block."""


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def started(sqlite_desk: Desk, mail_lab: MailLab, machine: Machine) -> Start:
    @contextmanager
    def start() -> Iterator[Process]:
        clock = Clock(None, lambda: machine.wall, lambda: machine.steady)
        with compose.composed(load(sqlite_desk.config_file), clock) as parts:
            yield Process(parts, machine, clock, mail_lab)

    return start


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    sqlite_desk.put(mail("sato@people.test", sqlite_desk.mailbox, "data", WISH), at=ARRIVED)
    return sqlite_desk


def boss_of(desk: Desk, lab: MailLab) -> Person:
    boss = Person(desk, lab, desk.boss)
    boss.now = ARRIVED
    return boss


def questions(desk: Desk, lab: MailLab) -> list[str]:
    return [text_of(one) for one in map(parsed, lab.received(desk.boss)) if "Is the clock right" in str(one["Subject"])]


def answer(desk: Desk, lab: MailLab, verb: str, add: str = "") -> None:
    """Let the manager answer the newest question with its code."""
    boss = boss_of(desk, lab)
    asked = boss.newest("escalation", "Is the clock right")
    code = re.search(r"approve ([a-z2-9]{10})", text_of(asked))
    assert code
    boss.reply(asked, f"{verb} {code[1]}{add}")


def office(desk: Desk) -> list[Event]:
    with read(_engine(desk)) as connection:
        return events_of(connection, OFFICE)


def _engine(desk: Desk) -> Engine:
    return compose.open_stores(load(desk.config_file)).engine


def happened(desk: Desk) -> list[Name]:
    names = {Name.CLOCK_DOUBTED, Name.CLOCK_TRUSTED, Name.CLOCK_SET_BACK, Name.APPROVAL_DENIED}
    return [event.name for event in office(desk) if event.name in names]


def sent(desk: Desk) -> int:
    return len(desk.recipients())


def test_a_clock_that_jumps_ahead_by_more_than_a_day_holds_everything_until_the_manager_confirms(
    desk: Desk, mail_lab: MailLab, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
        before = sent(desk)
        machine.runs(minutes=5)
        machine.is_set(days=400)
        worker.works()
        [question] = questions(desk, mail_lab)
        assert sent(desk) == before + 1, "the question and nothing else"
        assert "Friday, 21 November 2025, 15:05" in question
        assert "Saturday, 26 December 2026, 15:05" in question
        assert "400 days" in question
        desk.put(mail("suzuki@people.test", desk.mailbox, "data", WISH, 2), at=ARRIVED)
        worker.works()
        assert len(desk.cases()) == 2, "mail is still received"
        assert sent(desk) == before + 1
        assert [one["requests"][0]["warned"] for one in desk.cases()] == [[], []], "nothing is decided"
    with started() as worker:  # a restart changes nothing
        machine.runs(minutes=5)
        worker.works()
        assert sent(desk) == before + 1
        answer(desk, mail_lab, "approve")
        worker.works()
        assert happened(desk) == [Name.CLOCK_DOUBTED, Name.CLOCK_TRUSTED]
        assert "suzuki@people.test" in desk.recipients()
        assert sent(desk) > before + 3
        assert all("overdue:2026-12-26" in one["requests"][0]["warned"] for one in desk.cases())
        worker.works()
        assert len(questions(desk, mail_lab)) == 1
    assert "no fault" in desk.command("audit", "verify")


def test_a_clock_that_was_wrong_and_is_set_right_again_warns_of_nothing_too_early_and_nothing_twice(
    desk: Desk, mail_lab: MailLab, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
        before = sent(desk)
        machine.is_set(days=400)
        worker.works()
        desk.put(mail("suzuki@people.test", desk.mailbox, "data", WISH, 2), at=ARRIVED)
        worker.works()
        machine.is_set(days=-400)
        machine.runs(minutes=1)
        worker.works()
        assert happened(desk) == [Name.CLOCK_DOUBTED, Name.CLOCK_SET_BACK]
        assert sent(desk) == before + 2, "asked anew, as the clock now says something else"
        assert "As this mail was written: Friday, 21 November 2025, 15:01" in questions(desk, mail_lab)[-1]
        answer(desk, mail_lab, "approve")
        worker.works()
        assert desk.recipients().count("suzuki@people.test") == 1
        assert {tuple(one["requests"][0]["warned"]) for one in desk.cases()} == {()}
        assert len(boss_of(desk, mail_lab).got("warning")) == 0
        machine.runs(days=3, hours=20)
        worker.works()
        assert len(boss_of(desk, mail_lab).got("digest")) == 1, "Tuesday's digest comes on Tuesday, not in a year"
        with read(_engine(desk)) as connection:
            due = [*connection.execute(select(request.c.due_at)).scalars()]
            digest_at = connection.execute(select(schedule.c.due_at).where(schedule.c.key == "digest")).scalar_one()
        assert all(at and at - machine.wall < timedelta(days=5) for at in due)
        assert digest_at - machine.wall < timedelta(days=2)


def test_a_manager_who_sends_it_back_keeps_all_mail_held_and_is_asked_again_each_day(
    desk: Desk, mail_lab: MailLab, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
        before = sent(desk)
        machine.is_set(days=2)
        worker.works()
        answer(desk, mail_lab, "deny", " the clock is wrong")
        worker.works()
        assert happened(desk) == [Name.CLOCK_DOUBTED, Name.APPROVAL_DENIED]
        machine.runs(hours=23)
        worker.works()
        assert sent(desk) == before + 1
        machine.runs(hours=2)
        worker.works()
        assert (sent(desk), len(questions(desk, mail_lab))) == (before + 2, 2)
        answer(desk, mail_lab, "approve")
        worker.works()
        assert happened(desk)[-1] is Name.CLOCK_TRUSTED
        assert sent(desk) > before + 2


def test_a_handler_cannot_confirm_the_clock_with_the_managers_code(
    desk: Desk, mail_lab: MailLab, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
        before = sent(desk)
        machine.is_set(days=2)
        worker.works()
        code = re.search(r"approve ([a-z2-9]{10})", questions(desk, mail_lab)[0])
        assert code
        hana = Person(desk, mail_lab, desk.hana)
        hana.now = ARRIVED
        hana.reply(hana.newest("notice"), f"approve {code[1]}")
        worker.works()
        assert happened(desk) == [Name.CLOCK_DOUBTED]
        assert sent(desk) == before + 1


def test_two_jumps_of_less_than_a_day_are_one_of_more(desk: Desk, machine: Machine, started: Start) -> None:
    with started() as worker:
        worker.works()
        machine.is_set(hours=13)
        worker.works()
        assert happened(desk) == []
        machine.is_set(hours=12)
        worker.works()
        assert happened(desk) == [Name.CLOCK_DOUBTED]


@pytest.mark.parametrize("by", [{"minutes": -4}, {"hours": 1}, {"hours": 23}])
def test_a_small_step_of_the_clock_is_an_everyday_matter(
    desk: Desk,
    mail_lab: MailLab,
    machine: Machine,
    started: Start,
    by: dict[str, float],
) -> None:
    with started() as worker:
        worker.works()
        machine.is_set(**by)
        worker.works()
    assert happened(desk) == []
    assert questions(desk, mail_lab) == []


@pytest.mark.parametrize("by", [{"minutes": 6}, {"hours": 1}, {"days": 1}, {"days": 400}])
def test_a_clock_that_is_set_back_sends_nothing_twice_and_asks_nobody(
    desk: Desk,
    mail_lab: MailLab,
    machine: Machine,
    started: Start,
    by: dict[str, float],
) -> None:
    with started() as worker:
        worker.works()
        machine.runs(days=7)
        worker.works()
        before = desk.recipients()
        machine.is_set(**{unit: -number for unit, number in by.items()})
        for _ in range(3):
            machine.runs(minutes=1)
            worker.works()
        assert happened(desk) == [Name.CLOCK_SET_BACK]
        assert desk.recipients() == before
        assert questions(desk, mail_lab) == []
    assert "no fault" in desk.command("audit", "verify")


def test_five_days_without_a_worker_are_no_jump_and_become_one_honest_mail(
    desk: Desk, mail_lab: MailLab, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
    machine.runs(days=10)
    with started() as worker:
        worker.works()
    assert happened(desk) == []
    late = [one for one in map(parsed, mail_lab.received(desk.hana)) if one["X-Mailbot-Kind"] == "warning"]
    assert len(late) == 1


def test_what_a_wrong_clock_stamped_before_a_restart_is_brought_forward(
    desk: Desk, machine: Machine, started: Start
) -> None:
    with started() as worker:
        worker.works()
    far = machine.wall + timedelta(days=400)
    with write(_engine(desk)) as connection:
        connection.execute(update(request).values(due_at=far))
        connection.execute(update(schedule).values(due_at=far))
        connection.execute(update(outbox).values(due_at=far, state="queued").where(outbox.c.kind == "notice"))
    before = sent(desk)
    machine.runs(days=3, hours=20)
    with started() as worker:
        worker.works()
    assert sent(desk) > before
    with read(_engine(desk)) as connection:
        assert all(at < far for at in connection.execute(select(request.c.due_at)).scalars())
        assert all(at < far for at in connection.execute(select(schedule.c.due_at)).scalars())


def test_the_real_worker_holds_its_mail_when_the_clock_of_its_machine_is_moved(
    sqlite_desk: Desk, mail_lab: MailLab, reaper: Reaper
) -> None:
    desk = sqlite_desk
    moved = desk.folder / "moved"
    moved.write_text("0", encoding="ascii")
    script = Path(__file__).with_name("moved_clock.py")
    with desk._with_environment(desk.environment(MOVED_CLOCK=str(moved), PYTHONPATH=str(Path.cwd()))):
        worker = Group(reaper, [sys.executable, str(script), "run"], desk.log_file, signal.SIGTERM)
    try:
        person = mail_lab.fresh_mailbox("sato@people.test")
        mail_lab.deliver(mail(person, desk.mailbox, "data", WISH), desk.mailbox)
        mail_lab.wait_for(lambda: mail_lab.received(person), 60, "the acknowledgement")
        moved.write_text(str(400 * 86400), encoding="ascii")
        mail_lab.wait_for(lambda: questions(desk, mail_lab), 90, "the question")
        second = mail_lab.fresh_mailbox("suzuki@people.test")
        mail_lab.deliver(mail(second, desk.mailbox, "data", WISH, 2), desk.mailbox)
        mail_lab.wait_for(lambda: len(desk.cases()) == 2, 90, "the second case")
        assert mail_lab.received(second) == []
        boss = Person(desk, mail_lab, desk.boss)
        asked = boss.newest("escalation", "Is the clock right")
        code = re.search(r"approve ([a-z2-9]{10})", text_of(asked))
        assert code
        boss.reply(asked, f"approve {code[1]}")
        mail_lab.wait_for(lambda: mail_lab.received(second), 60, "the held acknowledgement")
    finally:
        worker.stop()
    assert happened(desk) == [Name.CLOCK_DOUBTED, Name.CLOCK_TRUSTED]
