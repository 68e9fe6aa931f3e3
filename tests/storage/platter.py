"""A disk that can lose power: what is on it for sure, what only the machine's memory has, and what is left of both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.storage.watched import Act

SECTOR = 512
Keeping = Callable[[Sequence[Act]], Sequence[Act]]
"""Which of the writes to one file that nobody synced survive, and how much of each."""


def nothing(_: Sequence[Act]) -> Sequence[Act]:
    """A power cut at its worst: what was not synced is gone."""
    return ()


def everything(pending: Sequence[Act]) -> Sequence[Act]:
    """`kill -9`: the process is gone, and the machine writes what it was given."""
    return pending


def torn(dice: Random) -> Keeping:
    """A power cut in the middle: some of what was not synced, in any order of time, the last sectors missing."""

    def keep(pending: Sequence[Act]) -> Sequence[Act]:
        return [_cut(act, dice) for act in pending if dice.random() < 0.5]

    return keep


def _cut(act: Act, dice: Random) -> Act:
    sectors = dice.randint(1, max(len(act.data) // SECTOR, 1))
    return Act(act.kind, act.path, act.offset, act.data[: sectors * SECTOR]) if act.kind == "write" else act


@dataclass
class Platter:
    """The files by name. A file is there at all once it was synced for the first time."""

    synced: dict[str, bytes]
    pending: dict[str, list[Act]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Platter":
        """The disk as it is before anything happens: all of it is safe."""
        return cls({path.name: path.read_bytes() for path in folder.iterdir() if is_data(path.name)})

    def take(self, act: Act) -> None:
        """Let one thing happen."""
        name = Path(act.path).name
        if act.kind == "delete":
            self.synced.pop(name, None)
            self.pending.pop(name, None)
        elif act.kind == "sync":
            self.synced[name] = written(self.synced.get(name, b""), self.pending.pop(name, []))
        elif act.kind != "mark":
            self.pending.setdefault(name, []).append(act)

    def copy(self) -> "Platter":
        """The same disk, which goes its own way from here."""
        return Platter(dict(self.synced), {name: list(acts) for name, acts in self.pending.items()})

    def left(self, keep: Keeping) -> dict[str, bytes]:
        """What the files hold after the power went, by name."""
        found = dict(self.synced)
        for name, pending in self.pending.items():
            if kept := keep(pending):
                found[name] = written(found.get(name, b""), kept)
        return found


def played(platter: Platter, acts: Sequence[Act]) -> Iterator[tuple[int, Platter]]:
    """Let all acts happen, one after the other; yields the number of acts so far, with the disk after them."""
    for number, act in enumerate(acts, start=1):
        platter.take(act)
        yield number, platter


def written(data: bytes, acts: Sequence[Act]) -> bytes:
    """The bytes of a file after these writes and cuts."""
    found = bytearray(data)
    for act in acts:
        found.extend(bytes(max(act.offset - len(found), 0)))
        if act.kind == "truncate":
            del found[act.offset :]
        else:
            found[act.offset : act.offset + len(act.data)] = act.data
    return bytes(found)


def is_data(name: str) -> bool:
    """Whether a file is a database, its log or its journal: the shared memory and the locks need no disk."""
    return name.endswith((".db", ".db-wal", ".db-journal"))


def lay_down(files: Mapping[str, bytes], folder: Path) -> None:
    """Make a folder hold these databases and no others."""
    for path in folder.iterdir():
        if path.name.partition(".")[2].startswith("db"):
            path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
