"""Reads mail in a child process with limits, so that no mail can take the worker down or keep it waiting for long.

The child is kept from mail to mail and started anew after it died or was ended. What it answers is checked against
the types of `Incoming` before anyone uses it.
"""

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from mailbot.core.message import Incoming

MEMORY_BYTES = 512 * 1024 * 1024
"""Address space of the child: interpreter, libraries, and a mail of 40 MB several times over."""
CPU_S = 5
"""Processor time for one mail, whole seconds; the slowest mail known takes a tenth of it."""
WALL_S = 10.0
"""How long one mail may keep the others waiting, whatever it does."""
CHILD = (sys.executable, "-P", "-m", "mailbot.edge.child")
LENGTH_BYTES = 8
DIGEST_BYTES = 32
INCOMING = TypeAdapter(Incoming)
READ_MAIL, FIND_FILES = b"m", b"f"
"""The first byte of an order: read this mail; or find the files of these digests, which stand before the mail."""
READ, FAULT = b"+", b"-"
"""The first byte of an answer: what was asked for, or the kind and place of a fault."""

T = TypeVar("T")
_ROOT = Path(__file__).parents[2]
_MOST_BYTES = 64 * 1024 * 1024
_FAULT_CHARS = 80
_PIECE_BYTES = 1 << 20
_SHORTEST_S = 0.001


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be read: `why` is `died`, `too_slow`, `broken_answer`, or the kind and place of a fault."""

    why: str


class Sandbox:
    """One child that reads mail, for one thread at a time."""

    def __init__(self, command: Sequence[str] = (), wall_s: float = 0) -> None:
        """Begin without a child; the first mail or `start` makes one. Tests give another `command` and `wall_s`."""
        self._command, self._wall_s = command or CHILD, wall_s or WALL_S
        self._child: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start the child if there is none alive, without waiting until it is ready; return the link to it."""
        if self._child and self._child.poll() is not None:  # ended between two mails: no mail is to blame
            self.close()
        if self._link is None:
            self._link, theirs = socket.socketpair()
            with theirs:
                self._child = subprocess.Popen(  # noqa: S603 -- our own module by our own interpreter
                    self._command,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    env={"PYTHONPATH": str(_ROOT)},  # no secret of the environment goes along
                )
        return self._link

    def read(self, raw: bytes) -> Incoming | Unreadable:
        """Return what a mail says, or why nobody can say; takes no longer than WALL_S, whatever the bytes."""
        return self._answered(READ_MAIL, raw, INCOMING.validate_json)

    def enclosed(self, raw: bytes, sha256s: Sequence[str]) -> list[bytes] | Unreadable:
        """Return the bytes of the attachments with these digests (hex, as in `Attachment`), in this order.

        Unreadable, with `LookupError`, where the mail lacks one; every digest is checked again on this side. Takes no
        longer than WALL_S. Raises ValueError for what is no digest.
        """
        wanted = list(dict.fromkeys(sha256s))
        head = len(wanted).to_bytes(LENGTH_BYTES, "big") + b"".join(map(bytes.fromhex, wanted))
        found = self._answered(FIND_FILES, head + raw, partial(_by_digest, wanted))
        return found if isinstance(found, Unreadable) else [found[digest] for digest in sha256s]

    def close(self) -> None:
        """End the child; there may be none."""
        if self._link and self._child:
            self._link.close()
            self._child.kill()
            self._child.wait()
        self._link = self._child = None

    def _answered(self, order: bytes, payload: bytes, opened: Callable[[bytes], T]) -> T | Unreadable:
        """Return the answer to an order, opened; after a fault of the child itself the next order gets a new one."""
        try:
            mark, answer = self._ask(order, payload, time.monotonic() + self._wall_s)
            if mark == READ:
                return opened(answer)
            return Unreadable(answer.decode("ascii")[:_FAULT_CHARS])
        except TimeoutError:
            fault = Unreadable("too_slow")
        except (OSError, EOFError):
            fault = Unreadable("died")
        except ValueError:  # not JSON, not ASCII, not an Incoming, not the files asked for
            fault = Unreadable("broken_answer")
        self.close()
        return fault

    def _ask(self, order: bytes, payload: bytes, until: float) -> tuple[bytes, bytes]:
        """Return the mark and the bytes of the answer. Raises OSError, TimeoutError, EOFError, ValueError."""
        link = self.start()
        link.settimeout(self._wall_s)
        link.sendall(order + len(payload).to_bytes(LENGTH_BYTES, "big") + payload)
        head = _receive(link, 1 + LENGTH_BYTES, until)
        length = int.from_bytes(head[1:], "big")
        if length > _MOST_BYTES:
            raise ValueError(length)
        return head[:1], _receive(link, length, until)


def _by_digest(wanted: Sequence[str], answer: bytes) -> dict[str, bytes]:
    """Return the files of an answer. Raises ValueError where they are not those wanted."""
    found = {hashlib.sha256(data).hexdigest(): data for data in _pieces(answer)}
    if set(found) != set(wanted):
        raise ValueError(f"{len(found)} files for {len(wanted)} digests")
    return found


def _pieces(answer: bytes) -> Iterator[bytes]:
    """Yield what stands in an answer, each piece behind its length."""
    at = 0
    while at < len(answer):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(answer[at:start], "big")
        yield answer[start:at]


def _receive(link: socket.socket, count: int, until: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        link.settimeout(max(until - time.monotonic(), _SHORTEST_S))
        piece = link.recv(min(count - len(data), _PIECE_BYTES))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
