"""Kills at every boundary and every pair of them: `make crash`, or `python -m tests.crash.run [DATABASE] [DEATHS]`.

For each database (`sqlite`, `postgresql`): a real SIGKILL at every state that ten mails pass, and the first start from
nothing. Then every state that so many deaths (2) can leave, whatever the moments: each is played to its end and judged,
and at each of its boundaries the next death is noted. Boundaries between which nothing changed leave one state, and
states that differ in nothing that matters (`essence.py`) are played once. Exit codes: 0 all promises were kept, 1 not.
"""

import gc
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.stage import FAST, Stage
from tests.fakes.ground import Ground
from tests.servers.outage import running
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Reaper

EVERY_S = 20.0


class Tally:
    """Counts what was tried, says so now and then, and keeps what was found."""

    def __init__(self, title: str) -> None:
        self.title, self.tried, self.broken = title, 0, 0
        self._began = self._told = time.monotonic()

    def judge(self, what: str, violations: list[str]) -> None:
        """Count one run."""
        self.tried += 1
        if violations:
            self.broken += 1
            say(f"VIOLATION {self.title}: {what}: {violations}")
        if time.monotonic() - self._told > EVERY_S:
            self._told = time.monotonic()
            say(f"  {self.title}: {what}, {self._rate()}")

    def end(self) -> int:
        """Say the whole; how many promises were broken."""
        say(f"{self.title}: {self._rate()}, {self.broken} violations")
        return self.broken

    def _rate(self) -> str:
        took_s = time.monotonic() - self._began
        return f"{self.tried} runs in {took_s:.0f} s, {self.tried / max(took_s, 0.001):.1f}/s"


def singles(stage: Stage, title: str) -> int:
    """A real death at every state of one life."""
    stage.begin()
    life, points = stage.rehearse()
    tally = Tally(f"{title}, killed once ({len(life.boundaries)} boundaries, {len(points)} states)")
    for point in points:
        stage.begin()
        stage.die_at(point.number, point.name)
        tally.judge(f"{point.number} {point.name}", stage.finish().violations)
    return tally.end()


def explore(stage: Stage, title: str, deaths: int) -> int:
    """Every state that so many deaths can leave."""
    tally, seen, ways = Tally(f"{title}, up to {deaths} deaths"), set[str](), Counter[int]()
    stage.begin()
    waiting = deque([("", 1, stage.state())])
    while waiting:
        path, weight, state = waiting.popleft()
        if path:
            stage.bring_back(state)
        ends_here = stage.deaths == deaths
        life, points = (stage.live(), []) if ends_here else stage.rehearse()
        tally.judge(path, stage.settled(life).violations)
        ways[stage.deaths] += weight * len(life.boundaries) if not ends_here else 0
        for point in points:
            if point.essence not in seen:
                seen.add(point.essence)
                waiting.append((f"{path} {point.number} {point.name},", weight * point.count, point.state))
    say(f"{title}: {len(seen)} states; ways to die, by deaths before: {dict(ways)}")
    return tally.end()


@contextmanager
def grounds(databases: list[str]) -> Iterator[dict[str, Ground]]:
    """A desk on each database."""
    with ExitStack() as stack:
        found: dict[str, Ground] = {}
        if "postgresql" in databases:
            reaper = stack.enter_context(Reaper())
            server = PostgreSQL(reaper.new_folder("pg-"), reaper)
            stack.enter_context(running(server))
            urls = [stack.enter_context(server.fresh_database()) for _ in range(2)]
            found["postgresql"] = Ground(Path(stack.enter_context(TemporaryDirectory(dir=FAST))), *urls)
        if "sqlite" in databases:
            found["sqlite"] = Ground(Path(stack.enter_context(TemporaryDirectory(dir=FAST))))
        yield found


def main(words: list[str]) -> int:
    began, broken = time.monotonic(), 0
    deaths = next((int(word) for word in words if word.isdigit()), 2)
    with grounds([word for word in words if not word.isdigit()] or ["sqlite", "postgresql"]) as found:
        for name, ground in sorted(found.items(), reverse=True):
            Stage(ground).warm_up()
            gc.freeze()
            if name == "sqlite":
                broken += singles(Stage(ground, is_new=True), f"{name}, first start")
            broken += singles(Stage(ground, is_late=True), f"{name}, mails leave late")
            broken += singles(Stage(ground), name)
            broken += explore(Stage(ground), name, deaths)
    say(f"crash: {broken} violations in {time.monotonic() - began:.0f} s")
    return int(broken > 0)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a script that prints what it found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
