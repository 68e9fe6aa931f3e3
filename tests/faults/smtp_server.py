"""A submission server (RFC 5321) for scripted faults: all phases of a session, and what it took.

Its points are the commands, and three more: `GREETING`, `BODY` (in the middle of the mail) and `DOT` (after it).
"""

from base64 import b64decode
from dataclasses import dataclass, field

from tests.faults.imap_server import PASSWORD
from tests.faults.listener import Gone, Link, Listener

_OK = b"250 2.0.0 ok\r\n"
_ANSWERS = {"DATA": b"354 go on\r\n", "QUIT": b"221 so long\r\n", "STARTTLS": b"220 go on\r\n"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail the server took responsibility for, whatever the client was told."""

    sender: str
    recipient: str
    raw: bytes


@dataclass
class SmtpServer(Listener):
    """Takes mail of those who log in."""

    extensions: tuple[str, ...] = ("AUTH PLAIN LOGIN",)
    taken: list[Taken] = field(default_factory=list)

    def serve(self, link: Link) -> None:
        _Session(self, link).run()


class _Session:
    def __init__(self, server: SmtpServer, link: Link) -> None:
        self._server, self._link = server, link
        self._sender = self._recipient = ""

    def run(self) -> None:
        self._answer("GREETING", b"220 mail.company.test ready\r\n")
        while True:
            line = self._link.line()
            name = line.split(b" ")[0].decode("latin-1").upper()
            answer = _ANSWERS.get(name) or getattr(self, f"_{name.lower()}", lambda _: _OK)(line)
            if self._answer(name, answer) and name == "DATA":
                self._take()
            if name == "QUIT":
                raise Gone
            if name == "STARTTLS" and self._server.tls:
                self._link.secure(self._server.tls)

    def _answer(self, point: str, answer: bytes) -> bool:
        """Give an answer; whether the true one was meant to take effect."""
        deed = self._server.script.meet(point)
        self._link.act(deed, b"", answer)
        return deed is None or deed.works

    def _ehlo(self, _: bytes) -> bytes:
        said = ["mail.company.test", *self._server.extensions]
        return "".join(f"250{'-' if one != said[-1] else ' '}{one}\r\n" for one in said).encode()

    def _auth(self, line: bytes) -> bytes:
        self._server.offered += 1
        words = line.split(b" ")
        if words[1] == b"LOGIN":
            answers = [words[2]] if words[2:] else [self._asked(b"VXNlcm5hbWU6")]
            password = b64decode([*answers, self._asked(b"UGFzc3dvcmQ6")][1])
        else:
            password = b64decode(words[2]).split(b"\0")[2]
        return b"235 2.7.0 ok\r\n" if password.decode() == PASSWORD else b"535 5.7.8 no such pair\r\n"

    def _asked(self, question: bytes) -> bytes:
        self._link.send(b"334 " + question + b"\r\n")
        return self._link.line()

    def _mail(self, line: bytes) -> bytes:
        self._sender = _path(line)
        return _OK

    def _rcpt(self, line: bytes) -> bytes:
        self._recipient = _path(line)
        return _OK

    def _take(self) -> None:
        if deed := self._server.script.meet("BODY"):
            self._link.exactly(200)
            self._link.act(deed, b"", b"")
        raw = self._link.until(b"\r\n.\r\n") + b"\r\n"
        deed = self._server.script.meet("DOT")
        if deed is None or deed.works:
            self._server.taken.append(Taken(self._sender, self._recipient, raw.replace(b"\r\n..", b"\r\n.")))
        self._link.act(deed, b"", _OK)


def _path(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
