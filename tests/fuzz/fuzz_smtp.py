"""A server that answers any bytes never makes a mail sent that it did not take, nor twice one that it may have taken.

An input is one answer for each time the client speaks, parted by a mark; a server with no answer left hangs up.
"""

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from unittest.mock import patch

from aiosmtplib import SMTP

from mailbot.edge import smtp
from mailbot.edge.errors import Transient
from mailbot.edge.smtp import Outcome, Result, Sender
from mailbot.sections import Smtp
from tests.fuzz.assemble import spliced
from tests.fuzz.mutate import Change, cut_short, line_moved, other_number, piece_lost, repeated
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

_PATIENCE_S = 0.02
_BETWEEN = b"\n--cut--\n"
_CONFIG = Smtp(host="127.0.0.1", port=1025, security="plain", connections=1)
_REPLY = re.compile(rb"(?:[^\n]{3}-[^\n]*\n)*([0-9]{3})[^\n-]?[^\n]*\n")  # a line that ends it tells the code
_ANSWERS = (
    *(
        b"220 hello\r\n",
        b"250-mx\r\n250-SIZE 1000\r\n250 PIPELINING\r\n",
        b"250 ok\r\n",
        b"354 go\r\n",
        b"250 taken\r\n",
    ),
    *(
        b"421 later\r\n",
        b"450 grey\r\n",
        b"451 4.7.1 wait\r\n",
        b"550 no\r\n",
        b"552 big\r\n",
        b"554 spam\r\n",
        b"503 order\r\n",
    ),
    *(
        b"251 forwarded\r\n",
        b"200 ok\r\n",
        b"299 x\r\n",
        b"999 x\r\n",
        b"25\r\n",
        b"2500 ok\r\n",
        b"\r\n",
        b"ok\r\n",
        b"",
        b"250",
    ),
    *(
        b"250-a\r\n550 b\r\n",
        b"250-a\r\n",
        b"250 ok\r\n250 ok\r\n",
        b"250 \xff\xfe\0\r\n",
        b" 250 ok\r\n",
        b"+25 ok\r\n",
    ),
)
_GOOD = (_ANSWERS[0], *_ANSWERS[1:3], b"250 ok\r\n", b"354 go\r\n", b"250 taken\r\n")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the sender takes it."""

    recipient: str = "taro@customer.test"
    data: bytes = b"From: desk@company.test\r\nSubject: x\r\n\r\nwords\r\n"


@dataclass
class Heard:
    """What a server heard and said: `last` is its answer to the whole mail, None while it had none to give."""

    whole: bool = False
    last: bytes | None = None


async def _serve(peer: socket.socket, answers: list[bytes], heard: Heard) -> None:
    """Speak to one client: an answer for its greeting, each of its lines, and its mail."""
    loop, rest, in_data = asyncio.get_running_loop(), b"", False
    said = await _say(loop, peer, answers)
    while said is not None and (got := await loop.sock_recv(peer, 65_536)):
        rest += got
        while said is not None and (end := rest.find(b"\r\n.\r\n" if in_data else b"\r\n")) >= 0:
            line, rest = rest[:end], rest[end + (5 if in_data else 2) :]
            said = await _say(loop, peer, answers)
            if in_data:
                heard.whole, heard.last = True, said
                in_data = False
            elif line.upper() == b"DATA" and said is not None:
                rest = rest or await loop.sock_recv(peer, 65_536)
                in_data = rest.startswith(b"From: ")  # the client took the answer for a 354


async def _say(loop: asyncio.AbstractEventLoop, peer: socket.socket, answers: list[bytes]) -> bytes | None:
    if not answers:
        return None
    await loop.sock_sendall(peer, answers[0])
    if not answers[0].endswith(b"\n"):
        peer.shutdown(socket.SHUT_WR)  # nobody has to wait for the rest
    return answers.pop(0)


class _Scripted(Sender):
    """The product's sender, but its connection is a socket pair."""

    def __init__(self, answers: list[bytes], heard: Heard) -> None:
        super().__init__(_CONFIG, "desk@company.test")
        self.answers, self.heard = answers, heard
        self.served, self.pairs = list[asyncio.Task[None]](), list[socket.socket]()

    def _client(self) -> SMTP:
        peer, ours = socket.socketpair()
        peer.setblocking(False)
        self.pairs += [peer, ours]
        self.served.append(asyncio.ensure_future(_serve(peer, self.answers, self.heard)))
        return SMTP(hostname=None, port=None, sock=ours, start_tls=False, timeout=_PATIENCE_S)

    def send(self) -> Result | None:
        try:
            with patch.object(smtp, "_DOT_TIMEOUT_S", _PATIENCE_S):
                return self._loop.run_until_complete(self._send_and_end())
        except Transient:
            return None
        finally:
            self._loop.close()

    async def _send_and_end(self) -> Result:
        try:
            return (await self._send_all([Mail()]))[0]
        finally:
            self._drop(0)
            for one in self.served:
                one.cancel()
            await asyncio.gather(*self.served, return_exceptions=True)
            await asyncio.sleep(0)  # the transport closes its side
            for pair in self.pairs:
                pair.close()


def read(data: bytes) -> tuple[Result | None, Heard]:
    """Return what the sender made of it (None: Transient), and what the server knows of it."""
    heard = Heard()
    return _Scripted(data.split(_BETWEEN), heard).send(), heard


def judge(_data: bytes, told: tuple[Result | None, Heard]) -> None:
    """Raise where the outcome is not what the server said to the whole mail."""
    result, heard = told
    answer = _REPLY.match(heard.last) if heard.last else None
    code = int(answer[1]) if answer else 0
    is_taken = 200 <= code < 300
    if result is None:
        expect(kept=not heard.whole, rule="a mail that was heard has an outcome of its own", found=heard)
        return
    if result.outcome is Outcome.SENT:
        expect(kept=heard.whole and is_taken, rule="a mail is sent if the server took it", found=(result, heard))
    if result.outcome is Outcome.REFUSED:
        expect(kept=not is_taken, rule="a mail that was taken is not refused", found=(result, heard))
    if result.outcome is Outcome.TRANSIENT:
        is_known = not heard.whole or code >= 400
        expect(kept=is_known, rule="a mail that may have been taken is not sent again", found=(result, heard))


def _session(rng: Random) -> bytes:
    answers = list(_GOOD)
    for _ in range(rng.randrange(3)):
        answers[rng.randrange(len(answers))] = rng.choice(_ANSWERS)
    return _BETWEEN.join(answers[: rng.choice((6, 6, 6, 3, 5))])


def _seeds() -> Iterator[bytes]:
    yield from assembled(150, _session)


def _answer(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, rng.choice((*_ANSWERS, _BETWEEN)))


def _last(rng: Random, data: bytes) -> bytes:
    return _BETWEEN.join([*_GOOD[:5], spliced(rng, data.split(_BETWEEN)[-1], rng.choice(_ANSWERS))])


def _new(rng: Random, _data: bytes) -> bytes:
    return _session(rng)


_CHANGES: tuple[Change, ...] = (
    *(_answer, _answer, _last, _last, _new, line_moved, other_number, repeated, cut_short, piece_lost),
)

TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, is_mail=False)
