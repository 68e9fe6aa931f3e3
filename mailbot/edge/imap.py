r"""The mailbox: a thin wrapper that only ever sends numbers, constants and folder names from the configuration.

Never `\\Seen`, never mail content inside a command (threats D4), BODY.PEEK in batches, and a connection that
misbehaves is thrown away. One client per thread.
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mailbot.edge.errors import Refused, Transient
from mailbot.sections import Imap

_CONNECT_S, _READ_S = 20, 60
_IDLE_FOR_S = 540
"""Re-issued before ten minutes: servers and firewalls drop a connection that was silent longer (RFC 2177)."""
_FORBIDDEN = ("\r", "\n", "\0")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as the server gave it: UID, the moment the server received it, its size, its bytes or header block."""

    uid: int
    received_at: datetime
    size_bytes: int
    data: bytes = b""


class Mailbox:
    """One account. Every method connects when needed and raises Transient when the server does not play along."""

    def __init__(self, config: Imap) -> None:
        """Take the configuration; nothing is connected yet."""
        self._config = config
        self._client: IMAPClient | None = None
        self._selected: str | None = None
        self._idling_since: float | None = None
        self._made: set[str] = set()

    def select(self, folder: str) -> int:
        """Open a folder and return its UIDVALIDITY (0 where a server gives none)."""
        try:
            with self._session() as client:
                answer = client.select_folder(_plain(folder))
        except Refused:
            raise
        except Transient as error:
            raise Transient(f'imap: folder "{folder}" cannot be opened: {error}') from error
        self._selected = folder
        return int(answer.get(b"UIDVALIDITY", 0))

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
            return sorted(one for one in found if one > uid)

    def all_uids(self) -> list[int]:
        """Return every UID of the open folder, ascending."""
        with self._session() as client:
            return sorted(client.search("ALL"))

    def envelopes(self, uids: Sequence[int]) -> list[Fetched]:
        """Return sizes and arrival moments; messages that are gone meanwhile are missing."""
        return self._fetch(uids, "RFC822.SIZE")

    def messages(self, uids: Sequence[int]) -> list[Fetched]:
        """Return whole messages without touching their flags."""
        return self._fetch(uids, "BODY.PEEK[]")

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages of the open folder; a UID that is gone is no error, so this can be repeated."""
        with self._session() as client:
            self._make(client, folder)
            if client.has_capability("MOVE"):
                client.move(list(uids), _plain(folder))
                return
            client.copy(list(uids), _plain(folder))
            client.add_flags(list(uids), [b"\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would take what others marked (RFC 4315)
                client.uid_expunge(list(uids))

    def folders(self) -> list[str]:
        """Return the names of all folders."""
        with self._session() as client:
            return [name for _, _, name in client.list_folders()]

    def wait(self, folder: str, longest_s: float) -> bool:
        """Wait for news in a folder, at most `longest_s`; true when something may have arrived."""
        if self._selected != folder:
            self.end_idle()
            self.select(folder)
        with self._session() as client:
            if not client.has_capability("IDLE"):
                time.sleep(min(longest_s, 1.0))
                return False
            self._start_idle(client)
            began = time.monotonic()
            news = client.idle_check(timeout=longest_s)
            if not news and time.monotonic() - began < longest_s / 2:
                # a dead connection answers at once, for ever
                raise imaplib.IMAP4.abort("idle")
            return any(len(line) > 1 and line[1] in {b"EXISTS", b"RECENT"} for line in news)

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

    def _start_idle(self, client: IMAPClient) -> None:
        if self._idling_since is not None and time.monotonic() - self._idling_since > _IDLE_FOR_S:
            self._idling_since = None
            client.idle_done()
        if self._idling_since is None:
            client.idle()
            self._idling_since = time.monotonic()

    def _fetch(self, uids: Sequence[int], item: str) -> list[Fetched]:
        if not uids:
            return []
        with self._session() as client:
            answers = client.fetch(list(uids), ["INTERNALDATE", "RFC822.SIZE", item])
        key = item.replace("BODY.PEEK", "BODY").encode()
        wanted = set(uids)
        return [
            _fetched(uid, answer, key) for uid, answer in sorted(answers.items()) if uid in wanted and key in answer
        ]

    def _make(self, client: IMAPClient, folder: str) -> None:
        if not self.has_folder(folder):
            client.create_folder(_plain(folder))
            self._made.add(folder)

    @contextmanager
    def _session(self) -> Iterator[IMAPClient]:
        try:
            if self._client is None:
                self._client = self._connect()
            yield self._client
        except LoginError as error:
            self._drop()
            raise Refused("imap: credentials refused") from error
        except (IMAPClientError, imaplib.IMAP4.error, OSError, AssertionError, ValueError) as error:
            self._drop()
            raise Transient(f"imap: {type(error).__name__}") from error

    def _connect(self) -> IMAPClient:
        config = self._config
        context = tls_context(config.ca_file)
        client = IMAPClient(
            config.host,
            port=config.port,
            ssl=config.security == "tls",
            ssl_context=context if config.security == "tls" else None,
            timeout=SocketTimeout(_CONNECT_S, _READ_S),
        )
        # commands leave in several small writes; without this each waits for the server's delayed ACK, 40 ms
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.normalise_times = False  # keep the server's offset: arrival is a legal date
        if config.security == "starttls":
            client.starttls(ssl_context=context)
        client.login(config.username, config.secret() or "")
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._idling_since = self._selected = None
        if client:
            with suppress(Exception):
                client.shutdown()


def tls_context(ca_file: Any = None) -> ssl.SSLContext:
    """Return a context that verifies name and chain, TLS 1.2 or later."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _plain(folder: str) -> str:
    if any(character in folder for character in _FORBIDDEN):
        raise ValueError("a folder name holds a line end")
    return folder


def _fetched(uid: int, answer: dict[bytes, Any], key: bytes) -> Fetched:
    data = answer[key] if isinstance(answer[key], bytes) else b""
    return Fetched(int(uid), _moment(answer.get(b"INTERNALDATE")), int(answer.get(b"RFC822.SIZE", len(data))), data)


def _moment(value: Any) -> datetime:
    """A server that hides its clock leaves us ours (RFC 3501 §2.3.3 makes INTERNALDATE mandatory)."""
    if not isinstance(value, datetime):
        return datetime.now(UTC)
    return value.astimezone(UTC)
