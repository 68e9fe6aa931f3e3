"""The mailboxes of the desk as a worker has them: each read by one worker at a time, each with its own trouble."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from mailbot.edge.errors import Away, Refused, Transient
from mailbot.edge.imap import Mailbox
from mailbot.sections import Imap
from mailbot.store.accounts import Lease, give_back, renewed, succeeded, take
from mailbot.store.claim import LeaseLost
from mailbot.store.engine import write


@dataclass(slots=True)
class Hand:
    """What one process has of a mailbox: the lease while it holds it, and what it still has to look through.

    `unseen` are UIDs (first and last) of each folder that were not compared with the ledger yet, `compared` the folders
    of which that is the rest of all. Both may be lost at any time: then everything is compared again.
    """

    lease: Lease | None = None
    unseen: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    compared: set[str] = field(default_factory=set)

    def lay_down(self) -> None:
        """Hold nothing any more."""
        self.lease = None
        self.unseen.clear()
        self.compared.clear()


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox. `label` is empty for the first and begins the names of the folders of each other in the ledger.

    Mail from before `since` is only counted. `settled` is set when there may be something to file.
    """

    label: str
    imap: Imap
    mailbox: Mailbox
    since: datetime
    hand: Hand
    settled: threading.Event

    def name(self, folder: str) -> str:
        """Return what the ledger calls a folder of this mailbox."""
        return name_of(self.label, folder)


def name_of(label: str, folder: str) -> str:
    """Return what the ledger calls a folder of the mailbox with this label."""
    return f"{label}/{folder}" if label else folder


def holds(engine: Engine, account: Account, now: datetime) -> bool:
    """Say whether this worker has the mailbox, taking it where nobody has. Raises StoreUnavailable."""
    hand = account.hand
    if hand.lease is None:
        hand.lease = take(engine, account.label, now)
    return hand.lease is not None


def hold_on(engine: Engine, account: Account, now: datetime) -> bool:
    """Keep the mailbox while nothing comes, with a write when half the time is over. Raises LeaseLost."""
    lease = account.hand.lease
    if lease and lease.until - now < lease.length / 2:
        with write(engine) as connection:
            fence(connection, account, now)
    return lease is not None


def fence(connection: Connection, account: Account, now: datetime) -> None:
    """Keep the mailbox, in the transaction of what was done with it. Raises LeaseLost: then nothing is written."""
    _kept(connection, account, now, renewed)


def finish(connection: Connection, account: Account, now: datetime) -> None:
    """Keep the mailbox at the end of a round, in its transaction. Raises LeaseLost: then nothing is written."""
    _kept(connection, account, now, succeeded)


def let_go(engine: Engine, accounts: Sequence[Account], now: datetime) -> None:
    """Leave the mailboxes of a worker that ends to the next one."""
    held = [account.hand.lease for account in accounts if account.hand.lease]
    if held:
        with write(engine) as connection:
            for lease in held:
                give_back(connection, lease, now)
    for account in accounts:
        account.hand.lay_down()


def _kept(
    connection: Connection, account: Account, now: datetime, keep: Callable[[Connection, Lease, datetime], Lease]
) -> None:
    if account.hand.lease is None:
        raise LeaseLost("account")
    try:
        account.hand.lease = keep(connection, account.hand.lease, now)
    except LeaseLost:
        account.hand.lay_down()
        raise


def of_each(accounts: Sequence[Account], step: Callable[[Account], bool]) -> bool:
    """Give every mailbox its turn; trouble with one is told when all had theirs. Raises Transient."""
    return _in_turn(partial(step, account) for account in accounts)


def of_one(calls: Iterable[Callable[[], bool]]) -> bool:
    """Give each call its turn on the connection of one mailbox, and tell of trouble when all had theirs.

    Where nobody answers, or the password is refused, the rest does not try (pitfall 15). Raises Transient.
    """
    return _in_turn(calls, (Refused, Away))


def _in_turn(calls: Iterable[Callable[[], bool]], ends: tuple[type[Transient], ...] = ()) -> bool:
    busy, trouble = False, None
    for call in calls:
        try:
            busy |= call()
        except ends:
            raise
        except Transient as error:
            trouble = trouble or error
    if trouble:
        raise trouble
    return busy
