"""A file system that watches: all that the product's own SQLite writes, syncs, cuts and deletes, in order.

The shim is registered as the default VFS of the very library that Python's `sqlite3` was linked with, found through
that module's own symbols: product, driver and SQLite are what runs in earnest, and only the calls that reach the disk
pass through here. A test can look at them (`Disk.acts`), put marks between them, or let one of them fail.
"""

import _sqlite3
import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

OK, IOERR_WRITE, IOERR_FSYNC, FULL = 0, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_FULL
_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_DELETE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_METHODS = ("close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock", "check_reserved", "control")
_METHODS_3 = ("sector_size", "characteristics", "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch")


class _Vfs(ctypes.Structure):
    """`struct sqlite3_vfs`, version 3 (sqlite3.h)."""

    _fields_ = (
        *((name, _INT) for name in ("version", "file_size", "longest_path")),
        *((name, _POINTER) for name in ("next", "name", "data", "open", "delete", "access", "full_path")),
        *((f"rest_{number}", _POINTER) for number in range(12)),
    )


class _Methods(ctypes.Structure):
    """`struct sqlite3_io_methods`, version 3."""

    _fields_ = (("version", _INT), *((name, _POINTER) for name in (*_METHODS, *_METHODS_3)))


class _File(ctypes.Structure):
    """`struct sqlite3_file`: what a VFS keeps behind its methods is its own."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done: `write`, `truncate` (to `offset`), `sync`, `delete` a file; or a test's own `mark`."""

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """What was done since the watching began; `fault` may answer an error code of SQLite, and it is not done."""

    acts: list[Act] = field(default_factory=list)
    fault: Callable[[Act], int] = lambda _: OK

    def mark(self, text: str) -> None:
        """Note that something else happened at this point."""
        self.acts.append(Act("mark", text))

    def allows(self, act: Act) -> int:
        """Note what is to be done now, unless it is to fail."""
        if code := self.fault(act):
            return code
        self.acts.append(act)
        return OK


@contextmanager
def watching() -> Iterator[Disk]:
    """Watch every database that this process opens inside the block."""
    shim = _shim()
    shim.disk = disk = Disk()
    shim.make_default(ours=True)
    try:
        yield disk
    finally:
        shim.make_default(ours=False)
        shim.disk = None


@cache
def _shim() -> "_Shim":
    """The one shim of this process: a connection that outlives its test still points into it."""
    return _Shim()


class _Shim:
    """Holds every structure and function that SQLite has a pointer to."""

    def __init__(self) -> None:
        self.disk: Disk | None = None
        self._library: Any = ctypes.CDLL(_sqlite3.__file__)
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._true = self._library.sqlite3_vfs_find(None)
        self._address = ctypes.addressof(self._true.contents)
        self._paths: dict[int, str] = {}
        self._swapped: dict[int, _Methods] = {}
        self._kept: list[Any] = []
        self._vfs = _Vfs.from_buffer_copy(self._true.contents)
        self._name = ctypes.create_string_buffer(b"watched")
        self._vfs.name = ctypes.addressof(self._name)
        self._true_open, self._true_delete = _OPEN(self._vfs.open or 0), _DELETE(self._vfs.delete or 0)
        self._vfs.open, self._vfs.delete = self._kept_call(_OPEN(self._open)), self._kept_call(_DELETE(self._delete))

    def make_default(self, *, ours: bool) -> None:
        chosen = ctypes.byref(self._vfs) if ours else self._true
        assert self._library.sqlite3_vfs_register(chosen, 1) == OK

    def _kept_call(self, function: Any) -> int | None:
        self._kept.append(function)
        return ctypes.cast(function, _POINTER).value

    def _asked(self, act: Act) -> int:
        return self.disk.allows(act) if self.disk else OK

    def _open(self, _: int, name: int | None, file: int, flags: int, answer: int | None) -> int:
        code = self._true_open(self._address, name, file, flags, answer)
        if code == OK and name:
            self._paths[file] = ctypes.string_at(name).decode()
            self._swap(_File.from_address(file))
        return int(code)

    def _delete(self, _: int, name: int, with_folder: int) -> int:
        code = self._asked(Act("delete", ctypes.string_at(name).decode()))
        return code or int(self._true_delete(self._address, name, with_folder))

    def _swap(self, file: _File) -> None:
        """Give an open file our methods: a copy of its own, with three of them watched."""
        address = ctypes.addressof(file.methods.contents)
        if address not in self._swapped:
            self._swapped[address] = self._watched(file.methods.contents)
        file.methods = ctypes.pointer(self._swapped[address])

    def _watched(self, true: _Methods) -> _Methods:
        write, cut, sync = _WRITE(true.write), _TRUNCATE(true.truncate), _SYNC(true.sync)

        def watched_write(file: int, data: int, size: int, offset: int) -> int:
            act = Act("write", self._paths[file], offset, ctypes.string_at(data, size))
            return self._asked(act) or int(write(file, data, size, offset))

        def watched_cut(file: int, size: int) -> int:
            return self._asked(Act("truncate", self._paths[file], size)) or int(cut(file, size))

        def watched_sync(file: int, flags: int) -> int:
            return self._asked(Act("sync", self._paths[file])) or int(sync(file, flags))

        methods = _Methods.from_buffer_copy(true)
        methods.write = self._kept_call(_WRITE(watched_write))
        methods.truncate = self._kept_call(_TRUNCATE(watched_cut))
        methods.sync = self._kept_call(_SYNC(watched_sync))
        return methods
