"""Crash points by name: each makes the forked worker kill itself, as `kill -9` would, exactly there.

The names stand in the order in which a mail meets them.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from aiosmtplib.protocol import SMTPProtocol

from mailbot import compose
from mailbot.edge.imap import Mailbox
from mailbot.edge.smtp import Sender
from mailbot.steps import fetch, landing, receive, send

FINAL_DOT = b"\r\n.\r\n"


def die() -> None:
    """End at once: no handler, no flush, no rollback."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> Callable[[], None]:
    """Die instead of calling `owner.name`."""

    def patch() -> None:
        setattr(owner, name, lambda *_, **__: die())

    return patch


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> Callable[[], None]:
    """Die as soon as `owner.name` has returned, the first time that its arguments are `when`."""

    def patch() -> None:
        call = getattr(owner, name)

        def call_and_die(*arguments: Any, **named: Any) -> Any:
            result = call(*arguments, **named)
            if when(*arguments, **named):
                die()
            return result

        setattr(owner, name, call_and_die)

    return patch


def before_second_group() -> None:
    """Die when one group of mails was accepted and the next is to be sent."""
    call, groups = Sender.start, []

    def start_once(sender: Sender, mails: Any) -> Any:
        groups.append(mails)
        return call(sender, mails) if len(groups) == 1 else die()

    Sender.start = start_once  # type: ignore[method-assign,assignment]


def after_first_acceptance() -> None:
    """Die when the first mail of a group was accepted and others are under way."""
    call = Sender._send_one

    async def send_and_die(*arguments: Any) -> None:
        await call(*arguments)
        die()

    Sender._send_one = send_and_die  # type: ignore[method-assign,assignment]


def in_data(share: float) -> Callable[[], None]:
    """Die when this share of a mail's text was handed to the connection."""

    def patch() -> None:
        call = SMTPProtocol.write

        def write(protocol: SMTPProtocol, data: bytes) -> None:
            if not data.endswith(FINAL_DOT):
                return call(protocol, data)
            call(protocol, data[: int(len(data) * share)])
            return die()

        SMTPProtocol.write = write  # type: ignore[method-assign,assignment]

    return patch


START = "one of two schemas made"
POINTS: Mapping[str, Callable[[], None]] = {
    START: after(compose, "upgrade"),
    "keys made, bytes not committed": before(fetch, "record"),
    "inside the ledger's transaction": after(fetch, "insert_blobs"),
    "ledger committed, cursor not": before(fetch, "write_cursor"),
    "inbox claimed": before(receive, "read_all"),
    "case numbers reserved": before(receive, "_commit"),
    "inside the batch's transaction": after(receive, "settle_inbox"),
    "batch committed": after(receive, "_commit"),
    "outbox claimed, nothing sent": before(Sender, "start"),
    "half a mail said": in_data(0.5),
    "all of a mail but the dot said": in_data(0.999),
    "final dot said, answer unread": in_data(1.0),
    "first of a group accepted": after_first_acceptance,
    "group accepted, outcome not committed": after(send, "_land"),
    "inside the outcome's transaction": after(landing, "_settle", lambda _parts, _connection, ended, _now: bool(ended)),
    "group accepted, next one claimed": before_second_group,
    "batch settled, nothing moved": before(Mailbox, "move"),
    "moved, not marked as filed": after(Mailbox, "move"),
}
