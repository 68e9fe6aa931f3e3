"""clock watch: a clock that jumps ahead holds all mail until a manager confirms it, one that is set back repeats none.

Inside one process the machine's time is compared with a counter that nobody can set. Time in which no process ran is
no jump: after it the work simply goes on. Source: threats E2.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from mailbot.core.clock_letters import Jump, clock_jump
from mailbot.core.desk.letter_of import DESTROYED_DAYS
from mailbot.core.desk.levels import Level
from mailbot.core.events import BOT, Event, Json, Name, stamp
from mailbot.edge.clock import Clock
from mailbot.sections import Staff
from mailbot.steps.digest import next_digest_at
from mailbot.steps.parts import Parts
from mailbot.steps.recount import plan_recount
from mailbot.steps.reporting import next_reports_at
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import append, snapshots
from mailbot.store.effects import (
    APPROVE,
    APPROVING,
    OFFERED,
    VOID,
    Code,
    Effect,
    keep_codes,
    keep_effect,
    move_effect,
    new_code,
    new_effect,
    seal_effect,
)
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.moments import bring_forward, mails_waiting
from mailbot.store.papers import PREFIX
from mailbot.store.remembered import forget, recall, remember
from mailbot.store.tables import OFFICE, effect, inbox, outbox, request, schedule

CLOCK = "clock"
"""The kind of the effect that waits for a manager, the key under which the doubt is remembered."""
KEY = "clock:"
"""What begins the key of the only mails that leave while the clock is doubted."""
AHEAD, BACK = timedelta(days=1), timedelta(minutes=5)
_GOOD_FOR, _ASK_AGAIN = timedelta(days=30), timedelta(days=1)
_A_DAY, _A_MONTH, _A_QUARTER = (timedelta(days=days) for days in (1, 30, 90))
_LONGEST_WAIT_DAYS = 20
"""Business days a stop may last (law §2): papers that nobody checks stay no longer than that and a check."""
_log = structlog.get_logger()

Step = Callable[[Parts, datetime], bool]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A clock that is not believed: the effect that waits, what it said and would have said, when it was asked."""

    effect_id: str
    said_at: datetime
    before: datetime
    asked_at: datetime


def doubt_of(connection: Connection) -> Doubt | None:
    """Return the doubt that holds all mail, None while the clock is believed."""
    text = recall(connection, CLOCK)
    if text is None:
        return None
    value = json.loads(text)
    moments = (datetime.fromisoformat(value[name]) for name in ("said_at", "before", "asked_at"))
    return Doubt(value["effect"], *moments)


def is_doubted(parts: Parts) -> bool:
    """Say whether nothing may leave and nothing be decided, because the clock is not believed."""
    with read(parts.engine) as connection:
        return recall(connection, CLOCK) is not None


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
    told: dict[str, Json] = {"said_at": stamp(now), "before": stamp(now - by), "ahead_s": int(by.total_seconds())}
    _ask(parts, now, now - by, now, [Event(Name.CLOCK_DOUBTED, now, data=told)])


def ask_again(parts: Parts, now: datetime) -> bool:
    """Ask anew when a day has gone by, or the clock was set since; the codes of before no longer count."""
    with read(parts.engine) as connection:
        known = doubt_of(connection)
    if known is None or timedelta() <= now - known.asked_at < _ASK_AGAIN:
        return False
    _ask(parts, known.said_at, known.before, now)
    return True


def _ask(parts: Parts, said_at: datetime, before: datetime, now: datetime, events: Sequence[Event] = ()) -> None:
    """Ask the managers, each with a code of their own, and remember the doubt in the same transaction."""
    said = {"said_at": stamp(said_at), "before": stamp(before), "asked_at": stamp(now)}
    made = new_effect(OFFICE, 0, BOT, CLOCK, int(Level.MANAGER), said)
    words = seal_effect(parts.vault, parts.office_key, made)
    codes, posts = _questions(parts, made, said_at, before, now)
    sealed = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        _give_up(connection, doubt_of(connection), now)
        append(connection, snapshots(connection, [OFFICE]), {OFFICE: events} if events else {})
        keep_effect(connection, made, words, now)
        move_effect(connection, made.id, OFFERED, APPROVING, now)
        keep_codes(connection, parts.vault, codes)
        queue(connection, posts, sealed, now)
        remember(connection, CLOCK, json.dumps(said | {"effect": made.id}))


def _give_up(connection: Connection, known: Doubt | None, now: datetime) -> None:
    if known:
        move_effect(connection, known.effect_id, APPROVING, VOID, now)


def _questions(
    parts: Parts, made: Effect, said_at: datetime, before: datetime, now: datetime
) -> tuple[list[Code], list[Post]]:
    zone = parts.rules.calendar.zone
    with read(parts.engine) as connection:
        held = mails_waiting(connection, now)
    jump = Jump(said_at.astimezone(zone), before.astimezone(zone), now.astimezone(zone), held)
    codes, posts = [], []
    for person in _asked(parts, before):
        code = new_code(parts.vault, made, person.id, APPROVE, now + _GOOD_FOR)
        letter = clock_jump(parts.company, jump, code.secret, person.address, person.language)
        envelope = staff_envelope(parts, person, f"{KEY}{made.id}", OFFICE, parts.office_key, now)
        codes.append(code)
        posts.append(write_mail(parts, letter, envelope, now))
    return codes, posts


def _asked(parts: Parts, before: datetime) -> list[Staff]:
    """Return who is asked: whoever was a manager by the clock of before, the deputies where nobody was."""
    found = parts.staff("manager", before) or parts.staff("deputy", before)
    if not found:
        _log.error("nobody can confirm the clock: name a manager in the configuration")
    return found


def trust(connection: Connection, parts: Parts, now: datetime) -> None:
    """Let mail leave again; what was stamped while the clock was doubted is put right."""
    forget(connection, CLOCK)
    set_right(connection, parts, now, is_anew=True)
