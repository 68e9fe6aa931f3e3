"""The connection to one IMAP account: made when it is needed, thrown away when it misbehaves."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient import SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mailbot.edge.breaker import Breaker
from mailbot.edge.errors import Away, Refused, Transient
from mailbot.edge.imap_wire import Connection
from mailbot.edge.tls import tls_context
from mailbot.sections import Imap

_CONNECT_S, _READ_S = 20, 60
_TORN = (
    *(IMAPClientError, imaplib.IMAP4.error, OSError, AssertionError, ValueError),
    *(AttributeError, LookupError, TypeError, RecursionError, OverflowError),
)
"""What the libraries raise where the server does not speak IMAP; the last five where an answer is missing or torn."""
_PASSING = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG")
"""Response codes (RFC 5530) of a NO to LOGIN that say nothing about the password."""


class Session:
    """What a mailbox is built on: its connection, the folder that is open, and since when it waits in IDLE."""

    def __init__(self, config: Imap) -> None:
        """Take the configuration; nothing is connected yet."""
        self._config = config
        self._breaker = Breaker("imap")
        self._client: Connection | None = None
        self._selected: str | None = None
        self._idling_since: float | None = None

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        if self._client is None:
            self._client = self._connected()
        try:
            yield self._client
        except _TORN as error:
            self._drop()
            raise Transient(f"imap: {type(error).__name__}") from error

    def _connected(self) -> Connection:
        try:
            return self._connect()
        except _TORN as error:
            raise Away(f"imap: {type(error).__name__}") from error

    def _connect(self) -> Connection:
        self._breaker.check()
        config = self._config
        context = tls_context(config.ca_file) if config.security != "plain" else None
        at_once = context if config.security == "tls" else None
        client = Connection(config.host, config.port, at_once, SocketTimeout(_CONNECT_S, _READ_S))
        try:
            if config.security == "starttls":
                client.starttls(ssl_context=context)
            self._log_in(client)
        except BaseException:
            client.shutdown()
            raise
        return client

    def _log_in(self, client: Connection) -> None:
        """Offer the password. Raises Refused where the server said no to it, and not where it is in trouble itself."""
        try:
            client.login(self._config.username, self._config.secret() or "")
        except LoginError as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort) or any(f"[{code}" in str(error) for code in _PASSING):
                raise
            self._breaker.refused()
            raise Refused("imap: credentials refused") from error
        self._breaker.accepted()

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._idling_since = self._selected = None
        if client:
            with suppress(Exception):
                client.shutdown()
