"""What the world saw is on the disk: whenever the power goes, no moved mail and no sent mail is forgotten."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mailbot.store.engine import open_engine, read
from tests.fakes.server import Server
from tests.storage.judging import Tables, unfinished, unremembered
from tests.storage.killed import MOMENTS
from tests.storage.platter import Keeping, Platter, everything, lay_down, nothing, played, torn
from tests.storage.scene import REQUESTS, Scene, Seen, copy_of, told, watch
from tests.storage.spoilt import synchronous
from tests.storage.watched import Act, watching

RECOVERIES, KILLS = 4, 12
ROOT = Path(__file__).parents[2]
MODES = ("NORMAL", "OFF")


@dataclass(frozen=True)
class Film:
    """All that happened to a disk while ten mails were dealt with, and what the world saw meanwhile."""

    scene: Scene
    before: Platter
    acts: Sequence[Act]
    seen: Sequence[Seen]

    def disks(self) -> Iterator[tuple[Act, Platter]]:
        """Each act, with the disk after it."""
        for number, platter in played(self.before.copy(), self.acts):
            yield self.acts[number - 1], platter


def filmed(folder: Path, mode: str = "", only: str = "") -> Film:
    """Play the ten mails with the product as it is, or spoilt in a mode, for all databases or the one named so."""
    folder.mkdir()
    scene = Scene.new(folder)
    before = Platter.of(folder)
    with synchronous(mode, only) if mode else nullcontext(), watching() as disk:
        seen = watch(scene.server, disk)
        scene.play()
    return Film(scene, before, disk.acts, seen)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Film]:
    """Films by mode and file, each made once."""
    known: dict[tuple[str, ...], Film] = {}

    def make(*asked: str) -> Film:
        if asked not in known:
            known[asked] = filmed(tmp_path_factory.mktemp("film") / "desk", *asked)
        return known[asked]

    return make


def unsynced(film: Film) -> list[str]:
    """The moments at which the world saw something while a write was not on the disk."""
    marks = ((act.path, platter) for act, platter in film.disks() if act.kind == "mark" and "delivered" not in act.path)
    return [what for what, platter in marks if any(platter.pending.values())]


def forgotten(film: Film, keep: Keeping, folder: Path, every: int = 1) -> list[str]:
    """What the databases do not know any more when the power goes, at every moment or at each of so many."""
    seen: list[dict[str, Any]] = []
    found: list[str] = []
    for number, (act, platter) in enumerate(film.disks()):
        if act.kind == "mark":
            seen.append(told(act.path))
        if act.kind == "mark" or (act.kind == "sync" and number % every == 0):
            lay_down(platter.left(keep), folder)
            found += unremembered(Tables.of(folder), seen)
    return found


def test_the_ten_mails_are_dealt_with_and_the_world_sees_it(film: Callable[..., Film]) -> None:
    made = film()
    assert list(unfinished(Tables.of(made.scene.ground.folder), made.scene.server)) == []
    assert len([one for one in made.seen if "accepted" in one.what]) > 14
    assert sum(len(one.what.get("moved", ())) for one in made.seen) == 10


def test_every_commit_is_synced_before_the_world_sees_what_hangs_on_it(film: Callable[..., Film]) -> None:
    assert unsynced(film()) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_product_that_syncs_less_is_caught_by_counting(film: Callable[..., Film], mode: str) -> None:
    assert len(unsynced(film(mode))) > 14


def test_no_power_cut_takes_what_the_world_saw(film: Callable[..., Film], tmp_path: Path) -> None:
    assert forgotten(film(), nothing, tmp_path) == []


@pytest.mark.parametrize("seed", range(2))
def test_no_power_cut_in_the_middle_of_a_write_does_either(
    film: Callable[..., Film], tmp_path: Path, seed: int
) -> None:
    assert forgotten(film(), torn(Random(seed)), tmp_path, every=3) == []  # noqa: S311 -- guards nothing


@pytest.mark.parametrize("mode", MODES)
def test_a_product_that_syncs_less_forgets_at_a_power_cut(film: Callable[..., Film], tmp_path: Path, mode: str) -> None:
    found = forgotten(film(mode), nothing, tmp_path, every=3)
    assert any("was moved and is not settled" in one for one in found)
    assert any("was accepted and is None" in one for one in found)


def test_keys_that_are_not_synced_leave_texts_that_nobody_can_read(film: Callable[..., Film], tmp_path: Path) -> None:
    found = forgotten(film("NORMAL", "keys.db"), nothing, tmp_path, every=3)
    assert any(one.startswith("the text of") for one in found)


@pytest.mark.parametrize("mode", MODES)
def test_without_a_power_cut_the_same_product_looks_sound(film: Callable[..., Film], tmp_path: Path, mode: str) -> None:
    """Which is why killed workers alone prove nothing about syncing."""
    assert forgotten(film(mode), everything, tmp_path, every=3) == []


def test_workers_that_are_really_killed_do_not_show_it_either(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.storage.killed", str(tmp_path), *MODES]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {f"{len(MOMENTS)} killed, {mode}": [] for mode in MODES}


@pytest.mark.parametrize("keep", [nothing, everything, torn(Random(7))], ids=["lost", "killed", "torn"])  # noqa: S311
def test_after_any_cut_the_next_workers_lose_and_double_nothing(
    film: Callable[..., Film], tmp_path: Path, keep: Keeping
) -> None:
    made, found = film(), []
    scene = Scene.new(tmp_path)
    (tmp_path / "master.key").write_bytes((made.scene.ground.folder / "master.key").read_bytes())
    moments = iter(made.seen)
    marks = [(next(moments), platter.left(keep)) for act, platter in made.disks() if act.kind == "mark"]
    for moment, files in marks[:: max(len(marks) // RECOVERIES, 1)]:
        lay_down(files, tmp_path)
        scene.server = copy_of(moment.server)
        scene.recover()
        found += [
            f"{moment.what}: {one}" for one in unfinished(Tables.of(tmp_path), scene.server, written(scene.server))
        ]
    assert found == []


def test_what_a_killed_worker_had_not_synced_is_synced_before_the_next_one_reads_it(
    film: Callable[..., Film], tmp_path: Path
) -> None:
    """Who is killed between write and sync leaves a commit that the next one would act on, and a power cut take."""
    left = killed_before_a_sync(film())[:KILLS]
    for platter in left:
        lay_down(platter.left(everything), tmp_path)
        with watching() as disk:
            engines = [open_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("mailbot", "keys")]
            for engine in engines:
                with read(engine):
                    pass
            done = list(disk.acts)
            for engine in engines:
                engine.dispose()
        assert any(platter.pending.values())
        for act in done:
            platter.take(act)
        assert not any(platter.pending.values())


def killed_before_a_sync(film: Film) -> list[Platter]:
    """The disk at each commit that was written and not yet synced, the largest first."""
    acts = [*film.acts[1:], None]
    found = [
        platter.copy()
        for (act, platter), following in zip(film.disks(), acts, strict=True)
        if act.kind == "write" and following and following.kind == "sync"
    ]
    return sorted(found, key=lambda one: sum(map(len, one.pending.values())), reverse=True)


def written(server: Server) -> int:
    """How many requests had come by then."""
    return len({one.message.raw for one in server.delivered} & set(REQUESTS))
