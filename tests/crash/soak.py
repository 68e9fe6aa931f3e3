"""Kills for as long as one likes: `make soak`, or `python -m tests.crash.soak [KILLS] [SEED] [sqlite|postgresql]`.

People write at random; workers die at random boundaries, or at random moments, one after the other, some at their very
start. Every fifty kills the faults end, all that is due is done, everything is judged, and a new desk begins. A broken
promise ends the run; its seed is printed. Exit codes: 0 all promises were kept, 1 one was broken.
"""

import gc
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random, SystemRandom

from mailbot.edge.clock import Clock
from mailbot.worker import run_once
from tests.crash.crowd import Crowd
from tests.crash.life import Started, live
from tests.crash.run import grounds, say
from tests.crash.stage import KILLED, MOST_LIVES, learned
from tests.crash.town import NOW
from tests.fakes.ground import Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server
from tests.invariants.check import check
from tests.invariants.look import look
from tests.invariants.world import Findings

ROUND = 50
"""Kills on one desk before it is judged."""
MAILS = 12
NEAR, FAR = 40, 160
"""How many boundaries a life has before its death, most and at most."""
FROM_START, BY_TIME, LATE = 0.1, 0.2, 0.5
LONGEST_S = 0.08
LEASES = timedelta(minutes=11)
EVERY_S = 30.0


@dataclass
class Soak:
    """One desk after the other, by one dice."""

    ground: Ground
    dice: Random
    figures: Counter[str] = field(default_factory=Counter)

    def round(self, kills: int) -> Findings:
        """So many kills on a new desk, and what is left when all is done."""
        self.ground.restore(self.ground.pristine)
        (self.ground.folder / "worker.log").unlink(missing_ok=True)
        crowd, now = Crowd(Server(), self.dice), NOW
        is_late = self.dice.random() < LATE
        with Started(self.ground, is_late=is_late).kept(now) as started:
            while self.figures["kills in round"] < kills:
                crowd.write(self.dice.choice((0, 0, 0, 1, 1, 2)) if len(crowd.raws) < MAILS else 0)
                now += timedelta(seconds=self.dice.uniform(1, 60))
                self._kill(crowd, now, started)
        self.figures["kills"] += self.figures.pop("kills in round")
        return self._judged(crowd, now)

    def _kill(self, crowd: Crowd, now: datetime, started: Started) -> None:
        """One life that most often ends early."""
        last = self.dice.randrange(self.dice.choice((NEAR, FAR)))
        longest_s = self.dice.uniform(0, LONGEST_S) if self.dice.random() < BY_TIME else None
        own = None if self.dice.random() < FROM_START else started
        life = live(self.ground, crowd.server, now, lambda number, _: number == last, longest_s=longest_s, started=own)
        self.figures["kills in round"] += life.code == KILLED
        self.figures["ended by themselves"] += life.code == 0
        assert life.code in {0, KILLED}, f"exit {life.code}\n{self._log_tail()}"
        self.ground.wait_until_alone()

    def _judged(self, crowd: Crowd, now: datetime) -> Findings:
        self.ground.wait_until_alone()
        for _ in range(MOST_LIVES):
            now += LEASES
            life = live(self.ground, crowd.server, now)
            assert life.code == 0, f"exit {life.code}\n{self._log_tail()}"
            found = check(look(self.ground, crowd.server, crowd.written(), deaths=ROUND))
            if not any(one.startswith("I7") for one in found.violations):
                break
        self.figures += found.figures
        return found

    def _log_tail(self) -> str:
        return (self.ground.folder / "worker.log").read_text(encoding="utf-8")[-3000:]


def soak(ground: Ground, kills: int, seed: int) -> Soak:
    """Kill until it is enough or a promise is broken, which raises AssertionError."""
    work = Soak(ground, Random(seed))  # noqa: S311 -- chooses moments, guards nothing
    began = told = time.monotonic()
    while work.figures["kills"] < kills:
        found = work.round(min(ROUND, kills - work.figures["kills"]))
        took_s = time.monotonic() - began
        assert not found.violations, f"seed {seed}, after {work.figures['kills']} kills: {found.violations}"
        if time.monotonic() - told > EVERY_S:
            told = time.monotonic()
            say(f"  {work.figures['kills'] / took_s:.1f} kills/s, {dict(work.figures)}")
    return work


def warm_up(ground: Ground) -> None:
    """Let every fork know what is pure, and what the mails say."""
    learned(lambda: _play(ground))
    gc.freeze()


def _play(ground: Ground) -> None:
    ground.restore(ground.pristine)
    crowd, clock = Crowd(Server(), Random(1)), Clock(NOW)  # noqa: S311 -- chooses mails, guards nothing
    with fake_parts(ground.config, clock, crowd.server) as parts:
        for _ in range(3):
            crowd.write(ROUND)
            run_once(parts, clock)


def main(words: list[str]) -> int:
    numbers = [int(word) for word in words if word.isdigit()]
    kills = numbers[0] if numbers else 100_000
    seed = numbers[1] if len(numbers) > 1 else SystemRandom().randrange(1_000_000)
    databases = [word for word in words if not word.isdigit()] or ["sqlite"]
    with grounds(databases) as found:
        for name, ground in found.items():
            say(f"soak: {kills} kills on {name}, seed {seed}")
            warm_up(ground)
            began = time.monotonic()
            try:
                work = soak(ground, kills, seed)
            except AssertionError as broken:
                say(f"VIOLATION {broken}")
                return 1
            took_s = time.monotonic() - began
            say(f"soak: {name}, seed {seed}: {dict(work.figures)} in {took_s:.0f} s, {kills / took_s:.1f} kills/s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
