"""A clock knows how far it was moved, whoever moved it, and that a jump on purpose is none."""

from datetime import UTC, datetime, timedelta

from mailbot.edge.clock import Clock

BEGAN = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)


class Machine:
    """The two clocks of a machine: one that people set, one that only runs."""

    def __init__(self) -> None:
        self.wall, self.steady = BEGAN, 7.0

    def runs(self, by: timedelta) -> None:
        self.wall, self.steady = self.wall + by, self.steady + by.total_seconds()

    def clock(self, start: datetime | None = None) -> Clock:
        return Clock(start, lambda: self.wall, lambda: self.steady)


def test_time_that_goes_by_is_no_drift() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.runs(timedelta(days=40))
    assert (clock.now(), clock.drift()) == (BEGAN + timedelta(days=40), timedelta())


def test_a_clock_that_is_set_drifts_by_that_much() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.runs(timedelta(hours=1))
    machine.wall += timedelta(days=400)
    assert clock.drift() == timedelta(days=400)
    machine.wall -= timedelta(days=401)
    assert clock.drift() == timedelta(days=-1)


def test_a_start_in_the_past_and_a_jump_on_purpose_are_no_drift() -> None:
    machine = Machine()
    start = datetime(2025, 11, 21, tzinfo=UTC)
    clock = machine.clock(start)
    clock.jump(timedelta(days=30))
    machine.runs(timedelta(minutes=1))
    assert (clock.now(), clock.drift()) == (start + timedelta(days=30, minutes=1), timedelta())


def test_the_machines_own_clocks_run_evenly() -> None:
    clock = Clock()
    assert abs(clock.drift()) < timedelta(seconds=5)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
