"""A mailbox without a server: the public face of `mailbot.edge.imap.Mailbox` over the world in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mailbot.edge.errors import Transient
from mailbot.edge.imap import Fetched
from tests.fakes.server import Lost, Message, Server


class FakeMailbox:
    """One connection to the world; what it raises is what the real one raises."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._selected = ""
        self._made: set[str] = set()
        self._heard: dict[str, int] = {}

    def select(self, folder: str) -> int:
        try:
            with self._session():
                found: int = self._server.act("select", folder)
        except Transient as error:
            raise Transient(f'imap: folder "{folder}" cannot be opened: {error}') from error
        self._selected = folder
        return found

    def has_folder(self, folder: str) -> bool:
        if folder not in self._made:
            with self._session():
                if not self._server.act("exists", folder):
                    return False
            self._made.add(folder)
        return True

    def uids_above(self, uid: int) -> list[int]:
        return [one for one in self.all_uids() if one > uid]

    def ranges(self, size: int) -> list[tuple[int, int]]:
        found = self.all_uids()
        ends = [*found[size - 1 : -1 : size], *found[-1:]]
        return list(zip([1, *(end + 1 for end in ends)], ends, strict=False))

    def uids_between(self, first: int, last: int) -> list[int]:
        return [one for one in self.all_uids() if first <= one <= last]

    def all_uids(self) -> list[int]:
        with self._session():
            found: list[int] = self._server.act("search", self._selected)
            return found

    def envelopes(self, uids: Sequence[int]) -> list[Fetched]:
        return [Fetched(one.uid, one.received_at, len(one.raw)) for one in self._fetch(uids)]

    def messages(self, uids: Sequence[int]) -> list[Fetched]:
        return [Fetched(one.uid, one.received_at, len(one.raw), one.raw) for one in self._fetch(uids)]

    def is_withheld(self, uid: int) -> bool:  # noqa: ARG002 -- this world hands over everything
        return False

    def is_passed_over(self, uid: int) -> bool:  # noqa: ARG002 -- so that nothing is missing
        return False

    def move(self, uids: Sequence[int], folder: str) -> None:
        with self._session():
            if not self.has_folder(folder):
                self._server.act("create", folder)
                self._made.add(folder)
            self._server.act("move", self._selected, list(uids), folder)

    def replace(self, folder: str, data: bytes) -> None:
        with self._session():
            if not self._server.act("exists", folder):
                self._server.act("create", folder)
            self._server.act("select", folder)
            self._selected = folder
            before = self._server.act("search", folder)
            self._server.act("append", folder, data)
            if before:
                self._server.act("expunge", folder, before)

    def folders(self) -> list[str]:
        with self._session():
            found: list[str] = self._server.act("list")
            return found

    def wait(self, folder: str, longest_s: float) -> bool:
        if self._selected != folder:
            self.select(folder)
        with self._session(), self._server.arrived:
            if self._count(folder) == self._heard.get(folder, 0):
                self._server.arrived.wait(longest_s)
            count, heard = self._count(folder), self._heard.get(folder, 0)
            self._heard[folder] = count
            return count != heard

    def close(self) -> None:
        self._selected = ""

    def end_idle(self) -> None:
        """There is nothing to leave."""

    def _count(self, folder: str) -> int:
        found: int = self._server.do("count", folder)
        return found

    def _fetch(self, uids: Sequence[int]) -> list[Message]:
        if not uids:
            return []
        with self._session():
            found: list[Message] = self._server.act("fetch", self._selected, list(uids))
            return found

    @contextmanager
    def _session(self) -> Iterator[None]:
        try:
            yield
        except (Lost, KeyError, OSError) as error:
            self._selected = ""
            raise Transient(f"imap: {type(error).__name__}") from error
