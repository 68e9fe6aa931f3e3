"""The mail servers of the demo: pymap (IMAP) and aiosmtpd (SMTP) on loopback, in one thread of this process.

What the desk sends is kept and goes nowhere. Both servers end with the block that started them.
"""

import asyncio
import socket
import threading
from argparse import Namespace
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

T = TypeVar("T")
HOST = "127.0.0.1"
MAIL_HOST = "mail.ienokoto.test"
USER, PASSWORD = "privacy", "demo"
_ANSWER_S = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail the SMTP server took: its envelope recipients and its bytes."""

    recipients: tuple[str, ...]
    data: bytes


class _Imap(Config):
    """pymap's configuration, without its look-up of this machine's name in the network."""

    @property
    def greeting(self) -> bytes:
        return b"Server ready " + MAIL_HOST.encode()


class MailHost:
    """The two servers; `imap_port` and `smtp_port` were free, `taken` is everything the desk has sent so far."""

    def __init__(self) -> None:
        """Take two free ports; nothing answers yet."""
        self.taken: list[Taken] = []
        self._loop, self._stack = asyncio.new_event_loop(), AsyncExitStack()
        self._sockets = [_listening(), _listening()]
        self.imap_port, self.smtp_port = (int(one.getsockname()[1]) for one in self._sockets)
        self._login = Login(_imap_config(self.imap_port))

    def deliver(self, mail: bytes, at: datetime) -> None:
        """Put a mail into the desk's inbox as received at a moment (its INTERNALDATE)."""
        self._call(self._append(AppendMessage(mail, at, frozenset())))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's
        """Keep a mail and accept it."""
        self.taken.append(Taken(tuple(envelope.rcpt_tos), bytes(envelope.original_content or b"")))
        return "250 2.0.0 kept"

    def run(self) -> None:
        """Serve until `stop`; the body of the thread."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def start(self) -> None:
        """Let both servers answer."""
        self._call(self._start())

    def stop(self) -> None:
        """End the servers and everything they had begun."""
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def close(self) -> None:
        """Give the loop back after its thread has ended."""
        self._loop.close()

    async def _start(self) -> None:
        await self._login.demo_user_identity.set(await _user(self._login.config))
        imap = IMAPServer(self._login, self._login.config)
        answer = ProxyProtocolReader(ProxyProtocolNoop()).get_callback(imap)
        servers = [
            await asyncio.start_server(answer, sock=self._sockets[0]),
            await self._loop.create_server(self._smtp, sock=self._sockets[1]),
        ]
        for server in servers:
            await self._stack.enter_async_context(server)

    async def _stop(self) -> None:
        await self._stack.aclose()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _smtp(self) -> SMTP:
        return SMTP(self, hostname=MAIL_HOST, ident="demo", enable_SMTPUTF8=True, loop=self._loop)

    async def _append(self, mail: AppendMessage) -> None:
        async with self._login.demo_user_identity.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(mail, recent=True)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_ANSWER_S)


@contextmanager
def mail_host() -> Iterator[MailHost]:
    """Run both servers for the length of a block."""
    host = MailHost()
    thread = threading.Thread(target=host.run, name="demo mail host", daemon=True)
    thread.start()
    try:
        host.start()
        yield host
    finally:
        host.stop()
        thread.join()
        host.close()


def _listening() -> socket.socket:
    """Return a socket on a free port; it names TCP, else asyncio leaves Nagle on and every answer waits 40 ms."""
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    one.bind((HOST, 0))
    one.listen()
    one.setblocking(False)
    return one


def _imap_config(port: int) -> _Imap:
    return _Imap(
        Namespace(proxy_protocol=None),
        host=HOST,
        port=port,
        tls_enabled=False,
        hash_context=BuiltinHash(),
        cpu_subsystem=Subsystem.for_asyncio(),
        demo_data=False,
        demo_user=USER,
        demo_password=PASSWORD,
    )


async def _user(config: Config) -> UserMetadata:
    return UserMetadata(config, USER, password=await Passwords(config).hash_password(PASSWORD))
