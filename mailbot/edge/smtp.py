"""Sends mails over kept connections, one mail in flight on each; the only place that is asynchronous.

The outcome of each mail is told by phase: whatever happens before the mail itself is handed over, it did not leave;
from then on only the server's answer to the final dot says what became of it (RFC 5321 §6.1), and no answer, or one
that is none, is an unknown outcome. A connection that failed in any way but a clean refusal is thrown away, else the
next mail meets a half-finished transaction, or the answer to another question.
"""

import asyncio
import re
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

from mailbot.edge.breaker import Breaker
from mailbot.edge.errors import Refused, Transient
from mailbot.edge.tls import tls_context
from mailbot.sections import Smtp

_TIMEOUT_S, _DOT_TIMEOUT_S, _GOODBYE_S = 30, 60, 2
"""For an answer; for the one to the whole mail, which many servers look through first; for the one to QUIT."""
_GO_ON = 354
_ACCEPTED, _TEMPORARY, _PERMANENT = range(200, 300), range(400, 500), range(500, 600)
_OURS = frozenset({503, 530, 534, 535, 538})
"""Refusals of what we did and not of the mail: commands out of order, no login (RFC 4954 §6)."""
_CLOSING = 421
_AUTH_METHODS = ("plain", "login", "cram-md5")
_DOT = re.compile(rb"(?m)^\.")


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
        self._breaker, self._door = Breaker("smtp"), asyncio.Lock()

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
        if not mail.recipient.isascii():  # no server is asked for SMTPUTF8 (RFC 6531 §3.1)
            return Result(Outcome.REFUSED, "address")
        try:
            await client.mail(self._envelope_sender)
            await client.rcpt(mail.recipient)
            answer = await client.execute_command(b"DATA")
        except SMTPResponseException as error:
            return await self._refused(line, client, error.code)
        except (SMTPException, OSError, ValueError):
            self._drop(line)
            return _LOST_EARLY
        if answer.code != _GO_ON or _is_ahead(client):
            return await self._refused(line, client, answer.code)
        return await self._hand_over(line, client, mail.data)

    async def _hand_over(self, line: int, client: SMTP, data: bytes) -> Result:
        """Send the mail itself and judge the answer: the only place from which a mail may have left."""
        try:
            assert client.protocol  # noqa: S101 -- the server has just agreed
            client.protocol.write(_DOT.sub(b"..", data.removesuffix(b"\r\n")) + b"\r\n.\r\n")
            answer = await client.protocol.read_response(timeout=_DOT_TIMEOUT_S)
        except (SMTPException, OSError, ValueError, AssertionError):
            self._drop(line)
            return Result(Outcome.UNKNOWN, "lost")
        if answer.code in _ACCEPTED:  # the first digit counts (RFC 5321 §4.2)
            return Result(Outcome.SENT, str(answer.code))
        if answer.code in _TEMPORARY or answer.code in _PERMANENT:
            return await self._refused(line, client, answer.code)
        self._drop(line)
        return Result(Outcome.UNKNOWN, str(answer.code))

    async def _refused(self, line: int, client: SMTP, code: int) -> Result:
        """Judge a refusal, and make the connection ready for the next mail, or throw it away."""
        is_clean = (code in _TEMPORARY or code in _PERMANENT) and code not in _OURS and code != _CLOSING
        try:
            if is_clean:
                await client.rset()
        except (SMTPException, OSError):
            is_clean = False
        if not is_clean:
            self._drop(line)
        return _judged(code)

    async def _connected(self, line: int) -> SMTP:
        client = self._lines[line]
        if client is not None and client.is_connected and not _is_ahead(client):
            return client
        self._drop(line)
        async with self._door:  # one after the other: a wrong password is not offered on every connection
            self._breaker.check()
            try:
                client = self._lines[line] = self._client()
                await client.connect()
                await self._log_in(client)
            except (SMTPException, OSError, ValueError) as error:
                self._drop(line)
                raise self._trouble(error) from error
        return client

    def _trouble(self, error: Exception) -> Transient:
        """Tell a password that was refused from everything else that can be wrong with a connection."""
        if isinstance(error, SMTPAuthenticationError) and error.code in _PERMANENT:
            self._breaker.refused()
            return Refused("smtp: credentials refused")
        return Transient(f"smtp: {type(error).__name__}")

    async def _log_in(self, client: SMTP) -> None:
        """Offer the password in one way; the library would try every one that the server knows."""
        if not self._config.username:
            return
        await client.ehlo()
        client.server_auth_methods = [one for one in _AUTH_METHODS if one in client.server_auth_methods][:1]
        await client.login(self._config.username, self._config.secret() or "")
        self._breaker.accepted()

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
                    await client.quit(timeout=_GOODBYE_S)
            self._drop(line)
        for transport in opened:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()  # a goodbye of TLS would outlive the loop, and leave its socket open
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _is_ahead(client: SMTP) -> bool:
    """Say whether the server answered more than it was asked: its next answer would be to another question."""
    return bool(getattr(client.protocol, "_buffer", b""))


def _judged(code: int) -> Result:
    """Read a refusal: what is our own disorder is never a verdict on the mail, nor is what is no refusal at all."""
    if code in _PERMANENT and code not in _OURS:
        return Result(Outcome.REFUSED, str(code))
    return Result(Outcome.TRANSIENT, str(code))
