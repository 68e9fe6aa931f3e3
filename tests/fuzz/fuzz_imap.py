"""A mailbox that answers any bytes raises Transient or tells the truth: no other error, no hang, no wrong UID.

An input is all that a server says from its greeting on, over a socket pair, to the real client. After "S" it is the
choices of which a sound session is built, whose mails are known.
"""

import imaplib
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from mailbot.edge.errors import Transient
from mailbot.edge.imap import Fetched, Mailbox
from mailbot.sections import Imap
from tests.fuzz.assemble import spliced
from tests.fuzz.choices import Choices
from tests.fuzz.mutate import Change, cut_short, line_moved, other_number, piece_lost, repeated, word
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

_SOUND = b"S"
_CONFIG = Imap(host="127.0.0.1", port=1143, security="plain", username="desk", password=SecretStr("invented"))
_ARRIVED = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
Told = tuple[int, list[int], list[Fetched]]
_BUFFER_BYTES = 1 << 20
_PIECES = (
    *(
        b"* ",
        b"T0 OK done\r\n",
        b"T4 NO [UNAVAILABLE] later\r\n",
        b"T5 BAD what\r\n",
        b"* BYE [ALERT] bye\r\n",
        b"{3}\r\n",
    ),
    *(
        b"{4294967296}\r\n",
        b"{-1}\r\n",
        b"UID 9 ",
        b"UID 0 ",
        b"UID x ",
        b"NIL",
        b'"',
        b"(",
        b")",
        b"\\",
        b"\r\n",
        b"\r",
    ),
    *(
        b"* SEARCH 1 2 3\r\n",
        b"* SEARCH\r\n",
        b"* 1 EXPUNGE\r\n",
        b"* 99 EXISTS\r\n",
        b"BODY[] {5}\r\nhello",
        b"+ go\r\n",
    ),
    *(b"* 1 FETCH (UID 7 RFC822.SIZE 4294967296)\r\n", b"[UIDVALIDITY 0]", b"[UIDVALIDITY x]", b"* PREAUTH hello\r\n"),
    *(b'INTERNALDATE "99-Foo-0000 99:99:99 +9999" ', b"INTERNALDATE NIL ", b"RFC822.SIZE -5 ", b"\x80\xff", b"\0"),
)


def _pair(script: bytes) -> tuple[socket.socket, socket.socket]:
    """Return both ends of a connection in which a server has said everything, and ended; it still listens."""
    peer, ours = socket.socketpair()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    peer.setblocking(False)
    peer.send(script)  # what does not fit was never said
    peer.shutdown(socket.SHUT_WR)
    return peer, ours


class _Ours(socket.socket):
    """Our end; a socket pair knows none of TCP."""

    def setsockopt(self, level: int, *rest: Any) -> None:
        if level != socket.IPPROTO_TCP:
            super().setsockopt(level, *rest)


def script_of(data: bytes) -> bytes:
    return _sound(Choices(data[1:]))[0] if data[:1] == _SOUND else data


def read(data: bytes) -> Told | None:
    """Return UIDVALIDITY, the UIDs the mailbox tells, and the mails it gives for them; None where it was Transient."""
    peer, ours = _pair(script_of(data))
    mailbox = Mailbox(_CONFIG)
    with peer, _Ours(fileno=ours.detach()) as end, ExitStack() as stack:
        stack.enter_context(patch.object(socket, "create_connection", lambda *_: end))
        stack.enter_context(patch.object(imaplib, "Int2AP", lambda _: b"T"))  # the tags are T0, T1, …
        try:
            validity, uids = mailbox.select("INBOX"), mailbox.uids_above(3)
            return validity, uids, mailbox.messages(uids)
        except Transient:
            return None
        finally:
            mailbox._drop()


def judge(data: bytes, told: Told | None) -> None:
    """Raise where a UID is told that no answer holds, a mail that was not asked for, or a sound session is misread."""
    if told is not None:
        expect(kept=0 <= told[0] < 1 << 32, rule="UIDVALIDITY is a number of 32 bits", found=told[0])
        _check(script_of(data), *told[1:])
    if data[:1] == _SOUND:
        expect(kept=told == _sound(Choices(data[1:]))[1], rule="a sound session is read as it was", found=told)


def _check(script: bytes, uids: Sequence[int], mails: Sequence[Fetched]) -> None:
    expect(kept=uids == sorted(set(uids)), rule="UIDs ascend", found=uids)
    expect(kept=all(3 < uid < 1 << 32 for uid in uids), rule="a UID is a number of 32 bits above the last", found=uids)
    said = {int(number) for number in re.findall(rb"\d{1,10}", script)}
    expect(kept=set(uids) <= said, rule="a UID was said by the server", found=uids)
    found = [one.uid for one in mails]
    expect(kept=found == sorted(set(found) & set(uids)), rule="only what was asked for is given, once", found=found)
    for one in mails:
        expect(kept=one.data in script, rule="the bytes of a mail are those the server sent", found=one)
        expect(kept=0 <= one.size_bytes < 1 << 63, rule="a size is a number of 63 bits", found=one)
        is_moment = one.received_at is None or one.received_at.utcoffset() is not None
        expect(kept=is_moment, rule="a mail has the moment it arrived, or none", found=one)


def _sound(rng: Random) -> tuple[bytes, Told]:
    """Return a whole session, and what has to be read of it."""
    uids = sorted({4 + rng.randrange(12) for _ in range(rng.randrange(5))})
    bodies = {uid: rng.choice((b"", b"a\r\n\r\nb", b"x) {3}\r\n* 1 FETCH (UID 5)\r\n", b"T6 OK\r\n")) for uid in uids}
    lines = [b"* OK hello\r\n", b"* CAPABILITY IMAP4rev1\r\nT0 OK done\r\n", b"T1 OK in\r\n"]
    lines += [b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\nT2 OK [READ-WRITE] open\r\n" % len(uids)]
    lines += [b"* CAPABILITY IMAP4rev1 MOVE\r\nT3 OK done\r\n"]
    lines += [b"* SEARCH" + b"".join(b" %d" % uid for uid in (*uids, 1)) + b"\r\nT4 OK found\r\n"]
    answers = [_answer(rng, number, uid, body) for number, (uid, body) in enumerate(bodies.items(), 1)]
    rng.shuffle(answers)
    lines += [*answers, b"T5 OK all\r\n"] if uids else []
    mails = [Fetched(uid, _ARRIVED, len(body), body) for uid, body in bodies.items()]
    return b"".join(lines), (7, uids, mails)


def _answer(rng: Random, number: int, uid: int, body: bytes) -> bytes:
    items = [
        b"UID %d" % uid,
        b"RFC822.SIZE %d" % len(body),
        b'INTERNALDATE "20-Nov-2026 14:10:00 +0900"',
        b"BODY[] {%d}\r\n" % len(body) + body,
    ]
    rng.shuffle(items)
    news = rng.choice((b"", b"* 99 EXISTS\r\n", b"* 3 EXPUNGE\r\n", b"* 1 FETCH (FLAGS (\\Seen) UID 99)\r\n"))
    return news + b"* %d FETCH (" % number + b" ".join(items) + b")\r\n"


def _script(rng: Random) -> bytes:
    return _sound(rng)[0]


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(60)


def _seeds() -> Iterator[bytes]:
    yield from assembled(80, _script)
    yield from assembled(60, _choices)


def _piece(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, rng.choice(_PIECES))


def _new(rng: Random, _data: bytes) -> bytes:
    return _script(rng) if rng.randrange(3) else _choices(rng)


_CHANGES: tuple[Change, ...] = (
    *(_piece, _piece, _piece, _piece, _new, line_moved, line_moved, other_number, other_number, repeated),
    *(cut_short, piece_lost, word),
)

TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, is_mail=False)
