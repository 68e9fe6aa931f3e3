"""What the product would be without one of its promises, by name: each must make the kill test red.

No switch in the product: a forked worker is patched before it begins.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailbot import worker
from mailbot.steps import fetch, receive, send
from mailbot.steps.parts import Parts
from mailbot.store.claim import claim
from mailbot.store.engine import write
from mailbot.store.mail import claim_posts
from mailbot.store.tables import outbox


class Undone(Exception):
    """Rolls a transaction back."""


def move_before_commit() -> None:
    """The server is touched before the ledger's commit."""
    call = fetch._sealed

    def sealed_and_moved(parts: Parts, folder: str, uidvalidity: int, group: Sequence[Any], now: datetime) -> Any:
        result = call(parts, folder, uidvalidity, group, now)
        parts.mailbox.move([one.uid for one in group], parts.config.imap.processed_folder)
        return result

    fetch._sealed = sealed_and_moved


def send_before_claim() -> None:
    """A mail is claimed and settled only after it was sent."""
    worker.STEPS["send"] = _send_then_claim


def _send_then_claim(parts: Parts, now: datetime) -> bool:
    rows = _due(parts, now)
    group = send._ready(parts, rows)
    ended = send._land(parts, group, parts.sender.start(group.mails), send.Ready([]), now) if rows else []
    with write(parts.engine) as connection:
        ids = [row.id for row in rows]
        claim(connection, outbox, now, send._LEASE, len(ids), outbox.c.id.in_(ids), state="sending", code=None)
        send._settle(parts, connection, ended, now)
    return bool(rows)


def _due(parts: Parts, now: datetime) -> list[Any]:
    """What a claim would take; it is rolled back."""
    try:
        with write(parts.engine) as connection:
            rows = claim_posts(connection, now, send._LEASE, parts.sender.connections, send._OTHERS)
            raise Undone  # noqa: TRY301 -- the way to make `write` roll back
    except Undone:
        return rows


def queue_letters_later() -> None:
    """The letters of a batch are queued in a transaction of their own."""
    _in_second_transaction("queue")


def settle_inbox_later() -> None:
    """The messages of a batch leave the inbox in a transaction of their own."""
    _in_second_transaction("settle_inbox")


def _in_second_transaction(name: str) -> None:
    real, commit = getattr(receive, name), receive._commit
    waiting: list[tuple[Any, ...]] = []

    def commit_twice(parts: Parts, *arguments: Any) -> None:
        commit(parts, *arguments)
        with write(parts.engine) as connection:
            real(connection, *waiting.pop())

    setattr(receive, name, lambda _, *arguments: waiting.append(arguments))
    receive._commit = commit_twice


MUTATIONS: Mapping[str, Callable[[], None]] = {
    "moved before the commit": move_before_commit,
    "sent before the claim": send_before_claim,
    "letters in a second transaction": queue_letters_later,
    "inbox in a second transaction": settle_inbox_later,
}
