"""A server on loopback: a port, a thread for each connection, TLS where it is wanted, and a record of every line."""

import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.script import Deed, Script

_LINGER_0 = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The connection is over."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a client sent: on which connection, its words, and whether they were encrypted."""

    link: int
    text: bytes
    is_secret: bool


class Link:
    """One connection, counted and cut as the script says."""

    def __init__(self, number: int, peer: socket.socket, server: "Listener") -> None:
        self.number, self._peer, self._server = number, peer, server
        self._rest = b""

    @property
    def is_secret(self) -> bool:
        return isinstance(self._peer, ssl.SSLSocket)

    def secure(self, context: ssl.SSLContext) -> None:
        """Change to TLS; what came before in clear text is forgotten."""
        self._rest = b""
        try:
            self._peer = context.wrap_socket(self._peer, server_side=True)
        except OSError as error:
            raise Gone from error

    def send(self, data: bytes) -> None:
        server = self._server
        before, server.sent = server.sent, server.sent + len(data)
        limit = server.script.sent(server.sent)
        try:
            self._peer.sendall(data if limit is None else data[: max(limit - before, 0)])
        except OSError as error:
            raise Gone from error
        if limit is not None:
            raise Gone

    def line(self) -> bytes:
        """The next line without its end."""
        while b"\r\n" not in self._rest:
            self._more()
        line, self._rest = self._rest.split(b"\r\n", 1)
        self._server.history.append(Line(self.number, line, self.is_secret))
        return line

    def exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._more()
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def until(self, end: bytes) -> bytes:
        while end not in self._rest:
            self._more()
        data, self._rest = self._rest.split(end, 1)
        return data

    def act(self, deed: Deed | None, tag: bytes, answer: bytes) -> None:
        """Give the true answer, or what a deed makes of it."""
        self.send(deed.change(tag, answer) if deed else answer)
        if deed and deed.then == "hang":
            while True:  # until the client loses patience
                self._more()
                self._rest = b""
        if deed and deed.then == "reset":
            self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
        if deed and deed.then != "go on":
            raise Gone

    def _more(self) -> None:
        try:
            data = self._peer.recv(65536)
        except OSError as error:
            raise Gone from error
        server = self._server
        before, server.received = server.received, server.received + len(data)
        limit = server.script.received(server.received)
        if not data or limit is not None:
            self._rest += data[: max((limit or 0) - before, 0)]
            raise Gone
        self._rest += data

    def shut(self) -> None:
        """Let a thread that waits for bytes wake up."""
        with suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._peer.close()


@dataclass
class Listener:
    """What both servers share; `serve` is the protocol."""

    script: Script = field(default_factory=Script)
    history: list[Line] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    is_tls_at_once: bool = False
    sent: int = 0
    received: int = 0
    offered: int = 0
    """How often a password came, right or wrong."""

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._links: dict[Link, threading.Thread] = {}
        self._count = 0
        self._thread = threading.Thread(target=self._accept, name=f"{type(self).__name__}", daemon=True)
        self._thread.start()

    def serve(self, link: Link) -> None:
        """Speak the protocol until the connection is over."""
        raise NotImplementedError

    def arm(self, script: Script) -> None:
        """Begin a case: what was counted is forgotten."""
        self.script, self.sent, self.received = script, 0, 0
        self.history.clear()

    def hang_up(self) -> None:
        """End every connection and wait for its thread."""
        for link, thread in list(self._links.items()):
            link.shut()
            thread.join()

    def stop(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._count += 1
            link = Link(self._count, peer, self)
            thread = threading.Thread(target=self._talk, args=(link,), daemon=True)
            self._links[link] = thread
            thread.start()

    def _talk(self, link: Link) -> None:
        try:
            if self.is_tls_at_once and self.tls:
                link.secure(self.tls)
            self.serve(link)
        except Gone:
            pass
        finally:
            link.close()
            self._links.pop(link, None)
