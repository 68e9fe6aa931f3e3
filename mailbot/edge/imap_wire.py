"""One IMAP connection that a server cannot use against us, whatever it sends.

imaplib reads as much and as long as a server likes. Here every command has a limit of bytes and of time, a literal is
not begun that would not fit, and what came before TLS is never read as if it had come through it (CVE-2026-42246).
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.response_parser import parse_response

_LONGEST_S = 600.0
"""For one command: a server that dribbles would hold the lane for ever, each byte being in time."""
LARGEST_BYTES = 64 * 1024 * 1024
"""Of all answers to one command where the caller does not expect more."""
_PIECE_BYTES = 1 << 16


class Wire(imaplib.IMAP4):
    """imaplib's protocol over a socket that is read within limits."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, connect_s: float) -> None:
        """Connect, by TLS at once where there is a context, and read the greeting."""
        self._context, self._rest, self._connect_s = context, bytearray(), connect_s
        self._begin(LARGEST_BYTES)
        super().__init__(host, port, connect_s)
        if self.state != "NONAUTH":  # PREAUTH: whose session that is nobody has proved
            self.shutdown()
            raise self.abort("logged in before the password")

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout or self._connect_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else small writes wait for a delayed ACK, 40 ms
        return self._secured(plain, self._context) if self._context else plain

    def _secured(self, plain: socket.socket, context: ssl.SSLContext) -> socket.socket:
        try:
            return context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Change to TLS, whatever the server says it can. Raises abort when bytes came ahead of it."""
        name, answer = self._simple_command("STARTTLS")
        if name != "OK" or ssl_context is None:
            raise self.error("no TLS")
        if self._rest:
            raise self.abort("bytes before TLS")
        self.untagged_responses.clear()
        self.sock = self._secured(self.sock, ssl_context)
        self._get_capabilities()
        return name, answer

    def shutdown(self) -> None:
        """Close the socket, whatever state it is in."""
        self.file.close()
        self.sock.close()

    def send(self, data: Any) -> None:
        """Send a piece of a command; its answer has all the time and room of a new one."""
        self._begin(self._allowed)
        super().send(data)

    def allow(self, count: int) -> None:
        """Set how many bytes the answers to each later command may have."""
        self._allowed = count

    def read(self, size: int) -> bytes:
        """Return so many bytes of a literal. Raises abort for one that is larger than allowed."""
        if size > self._left + len(self._rest):
            raise self.abort("more bytes than allowed")
        while len(self._rest) < size:
            self._more()
        return self._taken(size)

    def readline(self) -> bytes:
        """Return a line with its end. Raises abort for one that is longer than allowed."""
        seen = 0
        while (end := self._rest.find(b"\n", seen)) < 0:
            seen = len(self._rest)
            self._more()
        return self._taken(end + 1)

    def is_ahead(self) -> bool:
        """Say whether bytes are there that the socket no longer tells of."""
        return bool(self._rest) or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0)

    def _begin(self, allowed: int) -> None:
        self._allowed = self._left = allowed
        self._until = time.monotonic() + _LONGEST_S

    def _more(self) -> None:
        if self._left <= 0:
            raise self.abort("more bytes than allowed")
        if time.monotonic() > self._until:
            raise self.abort("too slow")
        piece = self.sock.recv(_PIECE_BYTES)
        if not piece:
            raise self.abort("socket error: EOF")  # the words imapclient waits for
        self._left -= len(piece)
        self._rest += piece

    def _taken(self, count: int) -> bytes:
        with memoryview(self._rest) as rest:
            data = bytes(rest[:count])
        del self._rest[:count]
        return data


class Connection(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient over such a wire, with the two commands it does not get right."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, patience: SocketTimeout) -> None:
        """Connect, by TLS at once where there is a context. Raises what imaplib, ssl and sockets raise."""
        self._make: Callable[[], Wire] = lambda: Wire(host, port, context, patience.connect)
        super().__init__(host, port=port, ssl=context is not None, ssl_context=context, timeout=patience)

    def _create_IMAP4(self) -> Wire:  # noqa: N802 -- imapclient's name
        return self._make()

    def allow(self, count: int) -> None:
        """Set how many bytes the answers to each later command may have."""
        self._imap.allow(count)

    def fetch_each(self, uids: Sequence[int], items: Sequence[str]) -> Sequence[Any]:
        """Return the FETCH answers as they came: a number and a tuple of names and values, again and again.

        imapclient would take the number of an answer without UID for one, and give up a batch for one torn date.
        """
        asked = ",".join(map(str, uids))
        tag = self._imap._command("UID", "FETCH", asked, f"({' '.join(items)})")  # noqa: SLF001 -- as imapclient does
        word, found = self._imap._command_complete("FETCH", tag)  # noqa: SLF001 -- likewise
        self._checkok("fetch", word, found)
        _, found = self._imap._untagged_response(word, found, "FETCH")  # noqa: SLF001 -- likewise
        answers: Sequence[Any] = parse_response(found)
        return answers

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Any:
        """Wait for bytes; imapclient does not see those that were read already, or wait inside TLS."""
        return self._imap.is_ahead() or super()._poll_socket(sock, timeout)

    def begin_idle(self) -> bool:
        """Enter IDLE; false where the server refuses. What it says before it agrees is no refusal (RFC 2177)."""
        self._idle_tag = self._imap._command("IDLE")  # noqa: SLF001 -- as imapclient does
        while self._imap._get_response() is not None:  # noqa: SLF001 -- likewise
            if self._imap.tagged_commands.get(self._idle_tag):
                del self._imap.tagged_commands[self._idle_tag]
                return False
        return True
