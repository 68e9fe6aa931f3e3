"""Files that are locked, damaged, gone, or cannot be opened: each is told by name, with its remedy and exit code."""

import errno
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
import typer

from mailbot.store import engine
from mailbot.store.vault import make_master_key
from mailbot.terminal import CONFIGURATION, told
from mailbot.worker import TEMPORARY
from tests.storage.faulty import Troubled

Trouble = Callable[[Troubled], AbstractContextManager[None]]
NOBODY = 65534


def brought_back(file: str, spoil: Callable[[Path], None]) -> Trouble:
    """Spoil a file, and put it back afterwards as it was."""

    @contextmanager
    def trouble(desk: Troubled) -> Iterator[None]:
        path = desk.folder / file
        sound = path.read_bytes()
        spoil(path)
        try:
            yield
        finally:
            for left in desk.folder.glob(f"{file}*"):
                left.unlink()
            path.write_bytes(sound)
            path.chmod(0o600)

    return trouble


def overwritten(path: Path, offset: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * count)


def pages_swapped(path: Path) -> None:
    """Each page is sound by itself, and in the wrong place."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + data[8192:12288] + data[4096:8192] + data[12288:])


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


@contextmanager
def locked(desk: Troubled, file: str = "mailbot.db", how: str = "IMMEDIATE") -> Iterator[None]:
    """Another program holds the database for longer than anybody waits."""
    pragmas = tuple(one.replace("busy_timeout=30000", "busy_timeout=20") for one in engine._PRAGMAS)
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(desk.folder / file)) as other:
        patch.setattr(engine, "_PRAGMAS", pragmas)
        other.execute("PRAGMA locking_mode=EXCLUSIVE" if how == "EXCLUSIVE" else "PRAGMA user_version")
        other.execute(f"BEGIN {how}")
        yield


@contextmanager
def no_more_pages(desk: Troubled, left: int) -> Iterator[None]:
    """The databases may not grow."""
    del desk
    pragmas = (*engine._PRAGMAS, f"PRAGMA max_page_count={left}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_PRAGMAS", pragmas)
        yield


@contextmanager
def few_files(_: Troubled, left: int) -> Iterator[None]:
    """The process may open only so many more files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    with ExitStack() as stack:
        number = 0
        while number < highest:  # fill the gaps below the highest number
            number = os.open("/dev/null", os.O_RDONLY)
            stack.callback(os.close, number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (number + 1 + left, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def as_nobody(desk: Troubled) -> Iterator[None]:
    """The files can be read by this user, and not written; root may do anything, so it becomes another user."""
    files = [desk.folder, *desk.folder.iterdir()]
    modes = [path.stat().st_mode for path in files]
    was = os.geteuid()
    for path in files:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in desk.folder.parents[:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    os.chown(desk.folder / "master.key", NOBODY if was == 0 else was, -1)
    (desk.folder / "master.key").chmod(0o400)
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)
        for path, mode in zip(files, modes, strict=True):
            path.chmod(mode)


TROUBLES: dict[str, tuple[Trouble, int, str]] = {
    "locked": (locked, TEMPORARY, "mailbot.db: OperationalError: database is locked; another process"),
    "keys locked": (partial(locked, file="keys.db"), TEMPORARY, "keys.db: OperationalError: database is locked"),
    "locked exclusively": (partial(locked, how="EXCLUSIVE"), TEMPORARY, "database is locked"),
    "no room for a page": (partial(no_more_pages, left=1), TEMPORARY, "is full; make room"),
    "no file may be opened": (partial(few_files, left=0), TEMPORARY, "ulimit -n"),
    "one file may be opened": (partial(few_files, left=1), TEMPORARY, "ulimit -n"),
    "three files may be opened": (partial(few_files, left=3), TEMPORARY, "ulimit -n"),
    "five files may be opened": (partial(few_files, left=5), TEMPORARY, "ulimit -n"),
    "seven files may be opened": (partial(few_files, left=7), TEMPORARY, "ulimit -n"),
    "cannot be written": (as_nobody, TEMPORARY, "make the file, its folder and its file system writable"),
    "no database": (
        brought_back("mailbot.db", lambda path: overwritten(path, 0, 100)),
        CONFIGURATION,
        "store.url: {folder}/mailbot.db: DatabaseError: file is not a database; the file is damaged",
    ),
    "a page overwritten": (
        brought_back("mailbot.db", lambda path: overwritten(path, 4096, 4096)),
        CONFIGURATION,
        "store.url: {folder}/mailbot.db: ",
    ),
    "two pages swapped": (brought_back("mailbot.db", pages_swapped), CONFIGURATION, "the file is damaged"),
    "half of it gone": (brought_back("mailbot.db", cut), CONFIGURATION, "the file is damaged"),
    "keys overwritten": (
        brought_back("keys.db", lambda path: overwritten(path, 4096, 4096)),
        CONFIGURATION,
        "store.keys_url: {folder}/keys.db: ",
    ),
    "no master key": (brought_back("master.key", Path.unlink), CONFIGURATION, "restore it from its own backup"),
    "an empty master key": (
        brought_back("master.key", lambda path: os.truncate(path, 0)),
        CONFIGURATION,
        "restore it from its own backup",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_with_the_files_is_told_and_nothing_is_lost(desk: Troubled, name: str) -> None:
    trouble, code, words = TROUBLES[name]
    with trouble(desk):
        ended = desk.life()
    assert (ended, desk.personal()) == (code, []), desk.said
    assert words.format(folder=desk.folder) in desk.said.replace("\n", " ")
    assert desk.recovered() == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (errno.EMFILE, "not now: too many open files; raise the limit (ulimit -n)\n"),
        (errno.ENOSPC, "not now: no space left on device\n"),
    ],
)
def test_what_the_machine_lacks_may_come_back(capsys: pytest.CaptureFixture[str], fault: int, words: str) -> None:
    ended = None
    try:
        with told(CONFIGURATION):
            lack(fault)
    except (typer.Exit, OSError) as end:
        ended = getattr(end, "exit_code", None)
    assert (ended, capsys.readouterr().err) == (TEMPORARY, words)


def lack(fault: int) -> None:
    raise OSError(fault, "a name of a file")


def other_key(path: Path) -> None:
    path.unlink()
    make_master_key(path)


AFTER_WORK: dict[str, tuple[Trouble, str]] = {
    "the keys are gone": (brought_back("keys.db", Path.unlink), "store.keys_url: holds no key to what store.url keeps"),
    "another master key": (brought_back("master.key", other_key), "use the file they were made with"),
}


@pytest.mark.parametrize("name", AFTER_WORK)
def test_a_desk_whose_texts_cannot_be_opened_does_not_start(desk: Troubled, name: str) -> None:
    trouble, words = AFTER_WORK[name]
    assert desk.life() == 0
    desk.actions.clear()
    with trouble(desk):
        assert desk.life() == CONFIGURATION
    assert (words in desk.said, desk.personal(), desk.actions) == (True, [], [])
    assert desk.recovered() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("only root may mount a file system: a full disk is proved above, by the shim alone")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_really_full_is_told_and_nothing_is_lost(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Troubled.new(small_disk, capsys)
    with (small_disk / "other files").open("wb", buffering=0) as other, suppress(OSError):
        while True:
            other.write(b"x" * 4096)
    assert desk.life() == TEMPORARY
    assert desk.personal() == []
    assert "make room" in desk.said or "see whether its disk is full" in desk.said
    (small_disk / "other files").unlink()
    assert desk.recovered() == []


def test_a_file_system_that_became_read_only_is_told_and_nothing_is_lost(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Troubled.new(small_disk, capsys)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert desk.life() == TEMPORARY
    assert (desk.personal(), os.strerror(errno.EROFS) in desk.said or "writ" in desk.said) == ([], True)
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert desk.recovered() == []


def test_a_log_torn_by_a_power_cut_is_no_damage(desk: Troubled) -> None:
    assert desk.life() == 0
    (desk.folder / "mailbot.db-wal").write_bytes(b"\0" * 5000)
    assert desk.recovered() == []
