"""clock watch: a clock that jumps ahead holds all mail until a manager confirms it, one that is set back repeats none.

Inside one process the machine's time is compared with a counter that nobody can set. Time in which no process ran is
no jump: after it the work simply goes on. Source: threats E2.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from mailbot.core.clock_letters import Jump, clock_jump
from mailbot.core.desk.letter_of import DESTROYED_DAYS
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.letters import Letter
from mailbot.edge.clock import Clock
from mailbot.steps.digest import next_digest_at
from mailbot.steps.doubt import CLOCK, Asking, Cause, Said, ask, doubt_of
from mailbot.steps.parts import Parts
from mailbot.steps.recount import plan_recount
from mailbot.steps.reporting import next_reports_at
from mailbot.store.cases import append, snapshots
from mailbot.store.claim import LeaseLost
from mailbot.store.engine import write
from mailbot.store.moments import bring_forward
from mailbot.store.papers import PREFIX
from mailbot.store.tables import OFFICE, effect, inbox, outbox, request, schedule

AHEAD, BACK = timedelta(days=1), timedelta(minutes=5)
_A_DAY, _A_MONTH, _A_QUARTER = (timedelta(days=days) for days in (1, 30, 90))
_LONGEST_WAIT_DAYS = 20
"""Business days a stop may last (law §2): papers that nobody checks stay no longer than that and a check."""
_log = structlog.get_logger()

Step = Callable[[Parts, datetime], bool]


class ClockWatch:
    """Looks at the clock before each step of one process."""

    def __init__(self, clock: Clock) -> None:
        """Begin to trust the clock as it is now."""
        self._clock = clock
        self._seen = self._trusted = clock.drift()

    def before(self, step: Step) -> Step:
        """Return a step before which the clock is looked at."""

        def watched(parts: Parts, now: datetime) -> bool:
            self.look(parts)
            return step(parts, now)

        return watched

    def look(self, parts: Parts) -> None:
        """Compare the clock with the counter; what cannot be written now is met again at the next look."""
        drift = self._clock.drift()
        if drift - self._seen < -BACK:
            set_back(parts, self._clock.now(), self._seen - drift)
            self._trusted = drift
        elif drift - self._trusted > AHEAD:
            doubt(parts, self._clock.now(), drift - self._trusted)
            self._trusted = drift
        self._seen = drift


def set_back(parts: Parts, now: datetime, by: timedelta) -> None:
    """Note that the clock was set back. Nothing is told twice; what the wrong clock put off comes in its time."""
    _log.warning("the clock was set back", seconds=int(by.total_seconds()))
    noted = Event(Name.CLOCK_SET_BACK, now, data={"back_s": int(by.total_seconds()), "before": stamp(now + by)})
    with write(parts.engine) as connection:
        append(connection, snapshots(connection, [OFFICE]), {OFFICE: [noted]})
        set_right(connection, parts, now, is_anew=by >= _A_DAY)


def set_right(connection: Connection, parts: Parts, now: datetime, *, is_anew: bool) -> None:
    """Bring forward what a wrong clock put off; `is_anew` looks at every running request too."""
    _bring_forward(connection, parts, now, _A_DAY if is_anew else _A_MONTH)
    if is_anew:
        plan_recount(connection, parts, now, is_forced=True)


def begin(parts: Parts, now: datetime) -> None:
    """Begin a process: see whether the calendar changed, and bring forward what no right clock can have stamped."""
    with write(parts.engine) as connection:
        plan_recount(connection, parts, now)
        _bring_forward(connection, parts, now, _A_MONTH)


def _bring_forward(connection: Connection, parts: Parts, now: datetime, far: timedelta) -> None:
    """Nothing of the office lies further ahead than its own periods: what does was stamped by a wrong clock."""
    bring_forward(connection, outbox, now + far, now, outbox.c.state == "queued")
    bring_forward(connection, inbox, now + _A_DAY, now)
    bring_forward(connection, effect, now + _A_MONTH, now)
    bring_forward(connection, request, now + _A_QUARTER, now)
    for key, at in {"digest": next_digest_at(parts, now), **next_reports_at(parts, now)}.items():
        bring_forward(connection, schedule, at, at, schedule.c.key == key)
    last = _last_destruction(parts, now)
    bring_forward(connection, schedule, last, last, schedule.c.key.startswith(PREFIX))


def _last_destruction(parts: Parts, now: datetime) -> datetime:
    """Return the latest moment for which papers that came by now can have been planned."""
    calendar = parts.rules.calendar
    on = calendar.add_business_days(calendar.local_day(now), _LONGEST_WAIT_DAYS + DESTROYED_DAYS)
    return calendar.at(on, parts.rules.policy.ladder.at)


def doubt(parts: Parts, now: datetime, by: timedelta) -> None:
    """Hold all mail from now on and ask the managers whether the clock is right."""
    _log.error("the clock jumped ahead, mail is held", seconds=int(by.total_seconds()))
    said = {"said_at": stamp(now), "before": stamp(now - by)}
    happened: dict[str, Json] = {**said, "ahead_s": int(by.total_seconds())}
    with suppress(LeaseLost):
        ask(parts, JUMPED, said, now, [Event(Name.CLOCK_DOUBTED, now, data=happened)], partial(_is_another, now=now))


def _is_another(connection: Connection, now: datetime) -> None:
    """Raise LeaseLost for a jump that another process of this machine saw first."""
    known = doubt_of(connection, CLOCK)
    if known and abs(now - datetime.fromisoformat(known.said["said_at"])) < BACK:
        raise LeaseLost("doubt")


def _question(parts: Parts, said: Said, asking: Asking) -> Letter:
    zone = parts.rules.calendar.zone
    said_at, before = (datetime.fromisoformat(said[name]).astimezone(zone) for name in ("said_at", "before"))
    jump = Jump(said_at, before, asking.now.astimezone(zone), asking.held)
    return clock_jump(parts.company, jump, asking.secret, asking.person.address, asking.person.language)


def _settled(connection: Connection, parts: Parts, _: Said, now: datetime) -> None:
    """Put right what was stamped while the clock was doubted."""
    set_right(connection, parts, now, is_anew=True)


JUMPED = Cause(
    kind=CLOCK,
    question=_question,
    roster_at=lambda said, _: datetime.fromisoformat(said["before"]),
    believed=Name.CLOCK_TRUSTED,
    settle=_settled,
)
