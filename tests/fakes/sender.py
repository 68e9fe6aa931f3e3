"""A sender without a server: the public face of `mailbot.edge.smtp.Sender` over the world in memory.

Each mail passes its phases in order (`smtp connect` once, then `smtp mail`, `smtp rcpt`, `smtp data`, `smtp dot`), all
mails of a group one after the other in the thread that asks: at once when the group is started, or, with `is_late`,
when somebody waits for it. Between these two lie all orders that the real one can have.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from mailbot.edge.errors import Transient
from mailbot.edge.smtp import Outcome, Result, Sendable, _judged
from tests.fakes.server import Answer, Lost, Server


class _Late(Future[list[Result]]):
    """A future that does its work when it is asked for the result."""

    def __init__(self, work: Callable[[], list[Result]]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> list[Result]:
        if not self.done():
            _settle(self, self._work)
        return super().result(timeout)


class FakeSender:
    """Kept connections to the world; what becomes of a mail is told as the real one tells it."""

    def __init__(self, server: Server, envelope_sender: str, connections: int = 2, *, is_late: bool = False) -> None:
        self._server, self._envelope_sender = server, envelope_sender
        self._connections, self._is_late = connections, is_late
        self._is_connected = False

    @property
    def connections(self) -> int:
        return self._connections

    def start(self, mails: Sequence[Sendable]) -> "Future[list[Result]]":
        if self._is_late:
            return _Late(lambda: self._send_all(mails))
        return _settle(Future(), lambda: self._send_all(mails))

    def close(self) -> None:
        self._is_connected = False

    def _send_all(self, mails: Sequence[Sendable]) -> list[Result]:
        results: list[Result] = []
        for mail in mails:
            was_kept = self._is_connected
            try:
                self._connect()
                result = self._send_one(mail)
                if result == Result(Outcome.TRANSIENT, "lost") and was_kept:
                    self._connect()
                    result = self._send_one(mail)
            except Transient:
                if not results:
                    raise
                result = Result(Outcome.TRANSIENT, "no_connection")
            results.append(result)
        return results

    def _connect(self) -> None:
        if self._is_connected:
            return
        try:
            self._server.act("smtp connect")
        except (Answer, Lost) as error:
            raise Transient(f"smtp: {type(error).__name__}") from error
        self._is_connected = True

    def _send_one(self, mail: Sendable) -> Result:
        in_data = False
        try:
            self._server.act("smtp mail", self._envelope_sender)
            self._server.act("smtp rcpt", mail.recipient)
            in_data = True
            self._server.act("smtp data", mail.data[: len(mail.data) // 2])
            self._server.act("smtp dot", self._envelope_sender, mail.recipient, mail.data)
        except Answer as error:
            return _judged(error.code)
        except Lost:
            self._is_connected = False
            return Result(Outcome.UNKNOWN if in_data else Outcome.TRANSIENT, "lost")
        return Result(Outcome.SENT, "250")


def _settle(future: "Future[list[Result]]", work: Callable[[], list[Result]]) -> "Future[list[Result]]":
    try:
        future.set_result(work())
    except Transient as error:
        future.set_exception(error)
    return future
