"""The child that reads mail: bytes in, what they say or what they hold out, one order after the other.

It is started by `edge.sandbox` and shares with it only two pipes. Memory and processor time are limited by the
system; opening a socket, starting a process and writing a file are refused. It ends when its input does.
"""

import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from mailbot.core.reader.attachment.contents import contents_of
from mailbot.core.reader.parse import parse
from mailbot.edge.errors import where
from mailbot.edge.sandbox import (
    CPU_S,
    DIGEST_BYTES,
    FAULT,
    FIND_FILES,
    INCOMING,
    LENGTH_BYTES,
    MEMORY_BYTES,
    READ,
)

_REFUSED = ("socket.", "subprocess.", "ctypes.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "shutil.")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> None:
    """Answer every order until there are no more."""
    _confine()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (asked := _next(source)) is not None:
        mark, answer = _answer(*asked)
        target.write(mark + len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        target.flush()


def _confine() -> None:
    """Give up what reading needs none of; what stops the parent stops the child by the end of its input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),  # a core dump would hold the mail in the clear
    ):
        resource.setrlimit(limit, (value, value))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED) or (event == "open" and arguments[2] & _WRITES):
        raise PermissionError(event)


def _next(source: BinaryIO) -> tuple[bytes, bytes] | None:
    head = source.read(1 + LENGTH_BYTES)
    if len(head) < 1 + LENGTH_BYTES:
        return None
    payload = source.read(int.from_bytes(head[1:], "big"))
    _limit_cpu()
    return head[:1], payload


def _limit_cpu() -> None:
    """Let the next mail use CPU_S more seconds; the system counts them for the whole life of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_S + 1, most))


def _answer(order: bytes, payload: bytes) -> tuple[bytes, bytes]:
    """Return what the mail says or holds, or the kind and place of the fault, never its words."""
    try:
        if order == FIND_FILES:
            return READ, _files(payload)
        return READ, INCOMING.dump_json(parse(payload))
    except MemoryError:
        return FAULT, b"MemoryError"
    except Exception as error:  # noqa: BLE001 -- any fault costs this one mail a strike and is told by its place
        return FAULT, f"{type(error).__name__} {where(error)}".encode()


def _files(payload: bytes) -> bytes:
    """Return the files asked for, each behind its length."""
    mail_at = LENGTH_BYTES + DIGEST_BYTES * int.from_bytes(payload[:LENGTH_BYTES], "big")
    digests = [payload[at : at + DIGEST_BYTES].hex() for at in range(LENGTH_BYTES, mail_at, DIGEST_BYTES)]
    found = contents_of(payload[mail_at:], digests)
    return b"".join(len(data).to_bytes(LENGTH_BYTES, "big") + data for data in found)


if __name__ == "__main__":
    main()
