"""A desk without servers on which lives are played: what lasts between two lives is saved, compared, brought back."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import Pipe

from mailbot.edge.clock import Clock
from mailbot.store.tables import metadata
from mailbot.worker import run_once
from tests.crash import town
from tests.crash.essence import essence
from tests.crash.life import Life, Watch, live, nobody
from tests.fakes.ground import Ground, Saved
from tests.fakes.memory import VERDICTS
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server
from tests.invariants.check import check
from tests.invariants.look import look, tables_of
from tests.invariants.world import Findings

KILLED = -signal.SIGKILL
BETWEEN = timedelta(seconds=40)
"""From a death to the next life."""
FAST = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 -- each makes a folder of its own there
"""Where files lie in memory; None: wherever temporary files do."""
LASTING = {f"after {action}" for action in ("commit", "create", "move", "append", "expunge", "smtp dot")}
LASTING |= {"before file", "after file", "before fsync"}
"""What can have changed something that lasts: the other boundaries are found to be as the one before them."""
MATTERS = [one.name for one in metadata.sorted_tables if one.name not in {"policy", "witness", "known"}]
MOST_LIVES = 3
"""So many rounds after the last fault all due work is done (I7)."""


@dataclass(frozen=True)
class State:
    """All that lasts at one moment: the databases, the world outside, how many lives and deaths there were."""

    saved: Saved
    server: Server
    lives: int
    deaths: int

    def lasts_as(self, other: "State") -> bool:
        """Whether nothing happened between two states."""
        mine, theirs = self.server, other.server
        return (self.saved, mine.folders, len(mine.accepted)) == (other.saved, theirs.folders, len(theirs.accepted))


@dataclass
class Point:
    """Boundaries between which nothing that lasts has changed: a death at any of them leaves `state`.

    `number` and `name` are of the first, `count` says how many there are.
    """

    number: int
    name: str
    state: State
    essence: str = ""
    count: int = 0


class Stage:
    """The databases and the world of one scenario.

    `is_new` begins without master key and schema (SQLite); `is_late`: see FakeSender.
    """

    def __init__(self, ground: Ground, *, is_new: bool = False, is_late: bool = False) -> None:
        self.ground, self._is_new, self._is_late = ground, is_new, is_late
        self._first: Saved = {} if is_new else ground.pristine
        self.server, self.lives, self.deaths = Server(), 0, 0

    def begin(self) -> None:
        """Set the scene for the ten mails."""
        self.ground.restore(self._first)
        (self.ground.folder / "worker.log").unlink(missing_ok=True)
        self.server, self.lives, self.deaths = Server(), 0, 0
        town.settle(self.server)

    def warm_up(self) -> None:
        """Let every fork of this process know what is pure, and what the mails say."""
        learned(self.play)

    def play(self) -> None:
        """One life in this process, where it cannot be killed."""
        self.begin()
        clock = Clock(town.NOW)
        with fake_parts(self.ground.config, clock, self.server) as parts:
            run_once(parts, clock)

    def state(self) -> State:
        """What would be left if the worker died now."""
        return State(self.ground.save(), self.server.copy(), self.lives, self.deaths)

    def bring_back(self, state: State) -> None:
        """Be where a worker has just died."""
        self.ground.restore(state.saved)
        self.server, self.lives, self.deaths = state.server.copy(), state.lives, state.deaths + 1
        town.live_in(self.server)

    def live(self, watch: Watch = nobody) -> Life:
        """One life of a worker, some time after the one before."""
        self.lives += 1
        life = live(self.ground, self.server, town.NOW + self.lives * BETWEEN, watch, is_late=self._is_late)
        if life.code == KILLED:
            self.deaths += 1
            self.ground.wait_until_alone()
        return life

    def rehearse(self, *, looks_always: bool = False) -> tuple[Life, list[Point]]:
        """One life that nobody ends, and the points on its way.

        `looks_always`: compares at each boundary, and not only at those after something that can last.
        """
        points: list[Point] = []

        def watch(number: int, name: str) -> bool:
            if looks_always or not points or name in LASTING:
                state = self.state()
                if not points or not state.lasts_as(points[-1].state):
                    points.append(Point(number, name, state, self._essence()))
            points[-1].count += 1
            return False

        life = self.live(watch)
        assert life.code == 0, f"exit {life.code}\n{self.log_tail()}"
        return life, points

    def die_at(self, number: int, name: str) -> None:
        """One life that is ended at a boundary, for good."""
        life = self.live(lambda at, _: at == number)
        assert (life.code, life.boundaries[-1]) == (KILLED, name), f"{life.code} {life.boundaries}\n{self.log_tail()}"

    def finish(self) -> Findings:
        """Let workers live until nothing is due, and judge what is left."""
        return self.settled(self.live())

    def settled(self, life: Life) -> Findings:
        """Let more workers live after one that nobody killed, until nothing is due, and judge what is left."""
        for _ in range(MOST_LIVES):
            assert life.code == 0, f"exit {life.code}\n{self.log_tail()}"
            found = self.findings()
            if not any(one.startswith("I7") for one in found.violations):
                break
            life = self.live()
        return found

    def findings(self) -> Findings:
        """What the checker says about everything that can be seen."""
        written = town.written(self.server)
        return check(look(self.ground, self.server, written, secrets=town.SECRETS, deaths=self.deaths))

    def _essence(self) -> str:
        if self._is_new:  # there are no tables yet
            return ""
        rows = tables_of(self.ground.config.store.url, MATTERS)
        tables = {name: [row._mapping for row in found] for name, found in rows.items()}
        return essence(tables, self.server, town.NOW + self.lives * BETWEEN, BETWEEN.total_seconds())

    def log_tail(self) -> str:
        return (self.ground.folder / "worker.log").read_text(encoding="utf-8")[-3000:]


def learned(play: Callable[[], None]) -> None:
    """Play something in this process, which it is ready for then.

    What the classifier says of it is learned in a fork: each fork of a large process costs more than a life.
    """
    ours, theirs = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        try:
            play()
            theirs.send(VERDICTS)
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        VERDICTS.update(ours.recv())
    os.waitpid(child, 0)
    play()
