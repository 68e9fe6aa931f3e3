"""The whole service of one run of the states: databases, the world in memory, the worker, its troubles and deaths."""

import atexit
import dataclasses
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from mailbot.edge.clock import Clock
from mailbot.steps.parts import Parts
from mailbot.worker import run_once
from tests.fakes.ground import BOSS, HANA, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Accepted, Answer, Delivered, Lost, Message, Server
from tests.invariants.check import check
from tests.invariants.look import look
from tests.invariants.world import Findings, Visible, World, Written, message_id
from tests.stateful.people import SECRETS, Mail

BEGIN = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
ROUNDS = 3
_ROSTERS: tuple[list[dict[str, Any]], ...] = (
    [
        {"id": "hana", "name": "Hana", "address": HANA, "roles": ["handler"]},
        {"id": "boss", "name": "Boss", "address": BOSS, "roles": ["manager"], "language": "en"},
    ],
    [
        {"id": "hana", "name": "Hana", "address": HANA, "roles": ["deputy", "handler"], "language": "en"},
        {"id": "boss", "name": "Boss", "address": BOSS, "roles": ["manager", "handler"]},
    ],
)
_NOT_LOGGED = "I5 mail assigned:"
"""A notice of a new handler is no letter of the case: the event `assigned` stands for it."""
_LIMITS = {"give_up_days": 14, "acks_per_hour": 10_000, "acks_per_address_day": 1_000}
STAFF = frozenset({HANA, BOSS})
FAULTS: Mapping[str, Callable[[], Exception]] = {"450": partial(Answer, 450), "550": partial(Answer, 550), "lost": Lost}


class Died(BaseException):
    """The worker's process is gone: nothing of it does anything any more."""


@cache
def ground() -> Ground:
    """The one desk of this process; its databases begin anew for every run."""
    place = Path("/dev/shm")  # noqa: S108 -- faster than a disk where there is one
    folder = tempfile.mkdtemp(prefix="mailbot-states-", dir=place if os.access(place, os.W_OK) else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Ground(Path(folder), limits=_LIMITS)


class Office:
    """One desk from its first start to its last day."""

    def __init__(self) -> None:
        self.ground = ground()
        self.ground.restore(self.ground.pristine)
        self.server = Server(before=self._before, after=self._after)
        self.now = BEGIN
        self.clock = Clock(None, lambda: self.now, self._steady)
        self.written: dict[str, Written] = {}
        self.holes: list[int] = []
        self.faults: list[tuple[str, str, str]] = []
        self.dies_in = 0
        self.is_dead = False
        self.again = 0
        self.roster = 0
        self.is_crowded = False
        self._open: ExitStack | None = None
        self._parts: Parts | None = None

    def _steady(self) -> float:
        """Seconds on a counter that nobody can set."""
        return (self.now - BEGIN).total_seconds()

    def put(self, one: Mail, folder: str = "INBOX") -> None:
        """Let a mail arrive."""
        self.written[one.written.message_id] = one.written
        self.server.deliver(one.raw, self.now, folder)

    def put_late(self, one: Mail) -> None:
        """Let a mail become visible below others that were there before it."""
        uid, inbox = self.holes.pop(), self.server.folders["INBOX"]
        self.written[one.written.message_id] = one.written
        inbox.messages[uid] = Message(uid, self.now, one.raw)
        self.server.delivered.append(Delivered("INBOX", inbox.uidvalidity, inbox.messages[uid]))

    def leave_hole(self) -> None:
        """Give away a number whose mail will be seen later."""
        inbox = self.server.folders["INBOX"]
        self.holes.append(inbox.next_uid)
        inbox.next_uid += 1

    def renumber(self, folder: str) -> None:
        """Number a folder anew."""
        self.holes.clear()
        self.server.renumber(folder)

    def got(self, who: str, *kinds: str) -> list[bytes]:
        """What somebody received, of some kinds."""
        marks = [f"\r\nX-Mailbot-Kind: {kind}\r\n".encode() for kind in kinds]
        mails = [one.data for one in self.server.accepted if one.recipient == who]
        return [raw for raw in mails if any(mark in raw for mark in marks)]

    def to_people(self) -> list[Accepted]:
        """What was sent to others than staff."""
        return [one for one in self.server.accepted if one.recipient not in STAFF]

    def work(self) -> None:
        """Let the worker do what is due; it may die of it, or meet another one that does the same."""
        try:
            run_once(self._working(), self.clock)
        except BaseException:
            if not self.is_dead:
                raise
            self.again += 1
        finally:
            if self.is_dead:
                self.close()
            self.dies_in, self.is_dead, self.is_crowded = 0, False, False

    def close(self) -> None:
        """End the worker's process; whatever it held open is gone."""
        opened, self._open, self._parts = self._open, None, None
        if opened:
            with _unwatched(self):
                opened.close()

    def restart(self, roster: int) -> None:
        """Stop the worker, and let the next one begin with another roster."""
        self.close()
        self.roster = roster

    def findings(self) -> Findings:
        """End all troubles, let the work be done, and say what the checker sees."""
        self.faults.clear()
        self.dies_in = 0
        for _ in range(ROUNDS):
            self.now += timedelta(hours=2)
            self.work()
        self.close()
        kept = [name for name in self.server.folders if name != "mailbot/Marker"]
        folders = {name: [message_id(raw) for raw in self.server.raws(name)] for name in kept}
        written = list(self.written.values())
        world = look(self.ground, self.server, written, secrets=SECRETS, deaths=self.again, folders=folders)
        found = check(dataclasses.replace(world, visible=_met(world)))
        found.violations[:] = [one for one in found.violations if not one.startswith(_NOT_LOGGED)]
        gone = {f"I7 mail {row.uid} was never marked as filed" for row in world.tables["ledger"] if self._is_gone(row)}
        found.violations[:] = [one for one in found.violations if one not in gone]
        return found

    def _is_gone(self, row: Any) -> bool:
        """Whether a place does not exist any more: nothing can be moved out of a folder that was numbered anew."""
        return bool(row.uidvalidity != self.server.folders[row.folder].uidvalidity)

    def _working(self) -> Parts:
        if self._parts is None:
            self._open = ExitStack()
            config = self.ground.config.model_copy(update={"staff": self._staff()})
            self._parts = self._open.enter_context(fake_parts(config, self.clock, self.server))
            _watch(self._parts, self)
        return self._parts

    def _staff(self) -> Any:
        kind = type(self.ground.config.staff[0])
        return [kind(**one) for one in _ROSTERS[self.roster]]

    def _before(self, action: str, *_arguments: Any) -> None:
        self._boundary()
        self._meet()
        for fault in self.faults:
            if fault[:2] == ("before", action):
                self._fail(fault)

    def _after(self, action: str, *_arguments: Any) -> None:
        for fault in self.faults:
            if fault[:2] == ("after", action):
                self.again += 1
                self._fail(fault)
        self._boundary()

    def _fail(self, fault: tuple[str, str, str]) -> None:
        self.faults.remove(fault)
        failure = FAULTS[fault[2]]()
        raise failure

    def _boundary(self) -> None:
        """Be at a place where a process may die."""
        if self.is_dead:
            raise Died
        if self.dies_in:
            self.dies_in -= 1
            self.is_dead = not self.dies_in
            if self.is_dead:
                raise Died

    def _meet(self) -> None:
        """Be at a place where another process may come between; none holds a transaction while it talks to a server."""
        if self.is_crowded:
            self.is_crowded = False
            config = self.ground.config.model_copy(update={"staff": self._staff()})
            with fake_parts(config, self.clock, self.server) as parts:
                run_once(parts, self.clock)


def _met(world: World) -> list[Visible]:
    """The places a worker can have met: a mail that was numbered anew before anybody looked has its new one only."""
    known = {(row.folder, row.uidvalidity, row.uid) for row in world.tables["ledger"]}
    kept, waiting = list[Visible](), Counter[tuple[str, str]]()
    newest = {(one.folder, one.message_id): one.uidvalidity for one in world.visible}
    for one in world.visible:
        place = (one.folder, one.message_id)
        if (one.folder, one.uidvalidity, one.uid) not in known and one.uidvalidity < newest[place]:
            waiting[place] += not one.again
        elif one.again and waiting[place]:
            waiting[place] -= 1
            kept.append(dataclasses.replace(one, again=False))
        else:
            kept.append(one)
    return kept


_OFFICES: list[Office] = []


@contextmanager
def _unwatched(office: Office) -> Iterator[None]:
    was, office.is_dead = office.is_dead, False
    try:
        yield
    finally:
        office.is_dead = was


@cache
def _listen(engine: Any) -> None:
    event.listen(engine, "commit", lambda _: _OFFICES[-1]._boundary() if _OFFICES else None)


def _watch(parts: Parts, office: Office) -> None:
    """See every commit of the worker: no process commits once it is dead."""
    _OFFICES[:] = [office]
    _listen(parts.engine)
    _listen(parts.vault._keys)
