r"""The mailbox: a thin wrapper that only ever sends numbers, constants and folder names from the configuration.

Never `\\Seen`, never mail content inside a command (threats D4), BODY.PEEK in batches, and a connection that
misbehaves is thrown away. One client per thread.
"""

import imaplib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from mailbot.edge.breaker import steady_s
from mailbot.edge.errors import Away, Refused, Transient
from mailbot.edge.imap_answers import BITS_32, Fetched, fetched, uids_of
from mailbot.edge.imap_session import Session
from mailbot.edge.imap_wire import LARGEST_BYTES, Connection
from mailbot.edge.suspects import Suspects
from mailbot.sections import Imap

__all__ = ["Fetched", "Mailbox"]

_IDLE_FOR_S = 540
"""Re-issued before ten minutes: servers and firewalls drop a connection that was silent longer (RFC 2177)."""
_FORBIDDEN = ("\r", "\n", "\0")
_ROOM_BYTES = 1 << 20
"""What an answer may be larger than twice the sizes the server named; Exchange only guesses them."""
_MOST_TROUBLES = 2
"""So many messages that are not handed over end a round: each may cost a timeout."""
_IDLE_AGAIN_S = 600
"""How long a server that refused IDLE is polled before it is asked again."""


class Mailbox(Session):
    """One account. Every method connects when needed and raises Transient when the server does not play along."""

    def __init__(self, config: Imap) -> None:
        """Take the configuration; nothing is connected yet."""
        super().__init__(config)
        self._count = 0
        self._opened = "", 0
        self._sizes: dict[int, int] = {}
        self._suspects = Suspects()
        self._poll_until_s = 0.0
        self._made: set[str] = set()
        self._next: dict[str, int] = {}
        self._is_waiting = self._has_told = False

    def select(self, folder: str) -> int:
        """Open a folder and return its UIDVALIDITY (0 where a server gives none)."""
        self._selected, self._is_waiting = None, False
        try:
            with self._session() as client:
                answer = client.select_folder(_plain(folder))
        except (Refused, Away):
            raise
        except Transient as error:
            self._made.discard(folder)  # perhaps it is gone
            raise Transient(f'imap: folder "{folder}" cannot be opened: {error}') from error
        validity = _uidvalidity(answer)
        self._selected, self._count = folder, int(answer.get(b"EXISTS", 0))
        self._next[folder] = int(answer.get(b"UIDNEXT", 0))
        if self._opened != (folder, validity):
            self._opened, self._sizes = (folder, validity), {}
            self._suspects.enter(folder, validity)
        return validity

    def has_folder(self, folder: str) -> bool:
        """Say whether a folder exists; asked of the server until it does."""
        if folder not in self._made:
            with self._session() as client:
                if not client.folder_exists(_plain(folder)):
                    return False
            self._made.add(folder)
        return True

    def uids_above(self, uid: int) -> list[int]:
        """Return the UIDs of the open folder greater than `uid`, ascending."""
        with self._session() as client:
            found = client.search(["UID", f"{uid + 1}:*"])
            return [one for one in uids_of(found) if one > uid]

    def ranges(self, size: int) -> list[tuple[int, int]]:
        """Return first and last UID of parts of the open folder, ascending, each of `size` messages at most.

        Every UID there was when the folder was opened lies in one; those of a million need no more than a line.
        """
        if not self._count:
            return []
        places = ",".join([*map(str, range(size, self._count, size)), "*"])
        with self._session() as client:
            ends = uids_of(client.search([places]))
        return list(zip([1, *(end + 1 for end in ends)], ends, strict=False))

    def uids_between(self, first: int, last: int) -> list[int]:
        """Return the UIDs of the open folder from `first` to `last`, ascending."""
        with self._session() as client:
            return sorted(uid for uid in client.search(["UID", f"{first}:{last}"]) if first <= uid <= last)

    def all_uids(self) -> list[int]:
        """Return every UID of the open folder, ascending."""
        with self._session() as client:
            return uids_of(client.search("ALL"))

    def envelopes(self, uids: Sequence[int]) -> list[Fetched]:
        """Return sizes and arrival moments; messages that are gone meanwhile are missing."""
        found = self._fetch(uids, "RFC822.SIZE", LARGEST_BYTES)
        self._sizes |= {one.uid: one.size_bytes for one in found}
        return found

    def messages(self, uids: Sequence[int]) -> list[Fetched]:
        """Return whole messages without touching their flags; those the server does not hand over are missing.

        After a failure they are asked for one by one, so that a message which is the cause stops no other.
        """
        found = [] if self._suspects.any_of(uids) else self._bodies(uids)
        came = {one.uid for one in found}
        return self._one_by_one([uid for uid in uids if uid not in came], found)

    def is_withheld(self, uid: int) -> bool:
        """Say whether the server failed to hand over a message of the open folder so often that nobody expects it."""
        return self._suspects.is_hopeless(uid)

    def is_passed_over(self, uid: int) -> bool:
        """Say of a message that did not come whether it was not asked for alone yet: others took all the time."""
        return self._suspects.is_passed_over(uid)

    def _one_by_one(self, uids: Sequence[int], already: Sequence[Fetched]) -> list[Fetched]:
        found, troubles = list(already), 0
        for uid in self._suspects.last(uids):
            try:
                found += self._bodies([uid])
            except Transient:
                if not found and not self._suspects.is_known(uid):
                    raise
                troubles += 1
                if troubles == _MOST_TROUBLES:
                    break
        return sorted(found, key=lambda one: one.uid)

    def _bodies(self, uids: Sequence[int]) -> list[Fetched]:
        """Fetch messages; no more than twice the bytes that `envelopes` announced are taken from the server."""
        folder, validity = self._opened
        if self._selected is None and self.select(folder) != validity:
            raise Transient("imap: other messages have these numbers now")
        self._suspects.ask(uids)
        announced = [self._sizes.get(uid, LARGEST_BYTES) for uid in uids]
        found = self._fetch(uids, "BODY.PEEK[]", 2 * sum(announced) + _ROOM_BYTES)
        self._suspects.came(one.uid for one in found)
        return found

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages of the open folder; a UID that is gone is no error, so this can be repeated."""
        with self._session() as client:
            _make(client, folder)
            if client.has_capability("MOVE"):
                client.move(list(uids), _plain(folder))
                return
            client.copy(list(uids), _plain(folder))
            client.add_flags(list(uids), [b"\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would take what others marked (RFC 4315)
                client.uid_expunge(list(uids))

    def replace(self, folder: str, data: bytes) -> None:
        """Put a message of our own into a folder, and then take out what lay there before; never without one."""
        with self._session() as client:
            _make(client, folder)
            client.select_folder(_plain(folder))
            self._selected = folder
            before = client.search("ALL")
            client.append(_plain(folder), data, [b"\\Seen"])
            if before:
                client.add_flags(before, [b"\\Deleted"], silent=True)
                if client.has_capability("UIDPLUS"):
                    client.uid_expunge(before)

    def folders(self) -> list[str]:
        """Return the names of all folders."""
        with self._session() as client:
            return [name for _, _, name in client.list_folders()]

    def wait(self, folder: str, longest_s: float) -> bool:
        """Wait for news in a folder, at most `longest_s`; true when something may have arrived."""
        if not (self._is_waiting and self._selected == folder) and self._came_meanwhile(folder):
            return True
        with self._session() as client:
            if not self._is_idling(client):
                time.sleep(min(longest_s, 1.0))
                return False
            began = time.monotonic()
            news = client.idle_check(timeout=longest_s)
            if not news and time.monotonic() - began < longest_s / 2:
                # a dead connection answers at once, for ever
                raise imaplib.IMAP4.abort("idle")
            return any(len(line) > 1 and line[1] in {b"EXISTS", b"RECENT"} for line in news)

    def _came_meanwhile(self, folder: str) -> bool:
        """Open a folder to wait in; true when mail came since it was opened last, of which no IDLE would tell.

        Not twice in a row: a server whose UIDNEXT always grows would never be waited for.
        """
        self.end_idle()
        before = self._next.get(folder)
        self.select(folder)
        self._is_waiting = True
        self._has_told = not self._has_told and before is not None and self._next[folder] > before
        return self._has_told

    def close(self) -> None:
        """Leave politely; never raises."""
        client, self._client = self._client, None
        if client:
            with suppress(Exception):
                if self._idling_since is not None:
                    client.idle_done()
                client.logout()
            with suppress(Exception):
                client.shutdown()
        self._idling_since = self._selected = None

    def end_idle(self) -> None:
        """Leave IDLE so that commands can be sent."""
        if self._client and self._idling_since is not None:
            with self._session() as client:
                self._idling_since = None
                client.idle_done()

    def _is_idling(self, client: Connection) -> bool:
        """Enter IDLE, or stay in it; false where the server cannot, or refused it lately."""
        if self._idling_since is not None and time.monotonic() - self._idling_since > _IDLE_FOR_S:
            self._idling_since = None
            client.idle_done()
        if self._idling_since is None:
            if steady_s() < self._poll_until_s or not client.has_capability("IDLE"):
                return False
            if not client.begin_idle():  # to connect again and again would be no better than to poll
                self._poll_until_s = steady_s() + _IDLE_AGAIN_S
                return False
            self._idling_since = time.monotonic()
        return True

    def _fetch(self, uids: Sequence[int], item: str, most_bytes: int) -> list[Fetched]:
        if not uids:
            return []
        items = ["UID", "INTERNALDATE", *dict.fromkeys(["RFC822.SIZE", item])]
        with self._session() as client:
            client.allow(most_bytes)
            answers = client.fetch_each(uids, items)
            client.allow(LARGEST_BYTES)
            return fetched(answers, set(uids), item)


def _uidvalidity(answer: Mapping[bytes, Any]) -> int:
    """Read what makes the numbers of a folder lasting (RFC 9051 §2.3.1.1); 0 where it is missing or none.

    iCloud says 0 and keeps its numbers. Where one does change what it says, all is compared anew.
    """
    found = int(answer.get(b"UIDVALIDITY", 0))
    return found if 0 < found < BITS_32 else 0


def _make(client: Connection, folder: str) -> None:
    """Make a folder where it is missing; asked each time, for a person may have tidied it away."""
    if not client.folder_exists(_plain(folder)):
        client.create_folder(_plain(folder))


def _plain(folder: str) -> str:
    if any(character in folder for character in _FORBIDDEN):
        raise ValueError("a folder name holds a line end")
    return folder
