"""Sends mails over kept connections, one mail in flight on each; the only place that is asynchronous.

The outcome of each mail is told by phase: a refusal before the final dot is known, a connection lost after it
is not, and only the server's answer to the dot is an acceptance (RFC 5321 §6.1). A connection that failed in any
way but a clean answer is thrown away, else the next mail meets a half-finished transaction.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from mailbot.edge.errors import Refused, Transient
from mailbot.edge.imap import tls_context
from mailbot.sections import Smtp

_TIMEOUT_S = 30
_PERMANENT = 500
_BAD_SEQUENCE = 503


class Outcome(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    TRANSIENT = "transient"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome and the server's code, such as `250` or `550`; `lost` where no answer came."""

    outcome: Outcome
    code: str


_LOST_EARLY = Result(Outcome.TRANSIENT, "lost")


class Sendable(Protocol):
    """What is needed of a mail to send it."""

    @property
    def recipient(self) -> str:
        """The one envelope recipient."""

    @property
    def data(self) -> bytes:
        """The exact bytes."""


class Sender:
    """Kept SMTP connections. Raises Transient (Refused for credentials) when not even one can be opened."""

    def __init__(self, config: Smtp, envelope_sender: str) -> None:
        """Take the configuration; nothing is connected yet. Bounces go to `envelope_sender`."""
        self._config = config
        self._envelope_sender = envelope_sender
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._lines: list[SMTP | None] = [None] * config.connections

    @property
    def connections(self) -> int:
        """How many mails are in flight at once."""
        return len(self._lines)

    def start(self, mails: Sequence[Sendable]) -> "Future[list[Result]]":
        """Begin to send mails over all connections; the future gives one result each, in order."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._send_all(mails), self._loop)

    def close(self) -> None:
        """Leave politely; never raises."""
        if self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_TIMEOUT_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    async def _send_all(self, mails: Sequence[Sendable]) -> list[Result]:
        results: list[Result] = [Result(Outcome.TRANSIENT, "no_connection")] * len(mails)
        waiting = list(enumerate(mails))[::-1]
        lines = range(min(len(self._lines), len(mails)))
        ended = await asyncio.gather(*(self._work(line, waiting, results) for line in lines), return_exceptions=True)
        failures = [error for error in ended if isinstance(error, BaseException)]
        if len(failures) == len(ended) and failures and all(r.code == "no_connection" for r in results):
            raise failures[0]
        return results

    async def _work(self, line: int, waiting: list[tuple[int, Sendable]], results: list[Result]) -> None:
        while waiting:
            kept = self._lines[line]
            client = await self._connected(line)
            index, mail = waiting.pop()
            results[index] = await self._send_one(line, client, mail)
            if results[index] == _LOST_EARLY and client is kept:  # the server had closed the idle connection
                results[index] = await self._send_one(line, await self._connected(line), mail)

    async def _send_one(self, line: int, client: SMTP, mail: Sendable) -> Result:
        in_data = False
        try:
            await client.mail(self._envelope_sender)
            await client.rcpt(mail.recipient)
            in_data = True
            answer = await client.data(mail.data)
        except SMTPResponseException as error:
            await self._reset(line, client)
            return _judged(error.code)
        except (SMTPException, OSError, ValueError):
            self._drop(line)
            return Result(Outcome.UNKNOWN, "lost") if in_data else _LOST_EARLY
        return Result(Outcome.SENT, str(answer.code))

    async def _connected(self, line: int) -> SMTP:
        client = self._lines[line]
        if client is not None and client.is_connected:
            return client
        client = self._lines[line] = self._client()
        try:
            await client.connect()
            if self._config.username:
                await client.login(self._config.username, self._config.secret() or "")
        except SMTPAuthenticationError as error:
            self._drop(line)
            raise Refused("smtp: credentials refused") from error
        except (SMTPException, OSError, ValueError) as error:
            self._drop(line)
            raise Transient(f"smtp: {type(error).__name__}") from error
        return client

    def _client(self) -> SMTP:
        config = self._config
        return SMTP(
            hostname=config.host,
            port=config.port,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",  # never opportunistic
            tls_context=tls_context(config.ca_file) if config.security != "plain" else None,
            timeout=_TIMEOUT_S,
        )

    async def _reset(self, line: int, client: SMTP) -> None:
        try:
            await client.rset()
        except (SMTPException, OSError):
            self._drop(line)

    def _drop(self, line: int) -> None:
        client, self._lines[line] = self._lines[line], None
        if client is not None:
            with suppress(Exception):
                client.close()

    async def _close(self) -> None:
        opened = [client.transport for client in self._lines if client is not None]
        for line, client in enumerate(self._lines):
            if client is not None and client.is_connected:
                with suppress(SMTPException, OSError):
                    await client.quit()
            self._drop(line)
        for transport in opened:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()  # a goodbye of TLS would outlive the loop, and leave its socket open
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _judged(code: int) -> Result:
    """Read an answer: 503 is our own disorder, never a verdict on the mail."""
    if code >= _PERMANENT and code != _BAD_SEQUENCE:
        return Result(Outcome.REFUSED, str(code))
    return Result(Outcome.TRANSIENT, str(code))
