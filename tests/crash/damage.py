"""What could be wrong in the end, done to a sound world by hand: the checker must name each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.crash.invariants import World

Change = Callable[[World], World]


def rows(table: str, change: Callable[[list[Any]], Sequence[Any]]) -> Change:
    """The world with other rows in a table."""
    return lambda world: replace(world, tables={**world.tables, table: change(list(world.tables[table]))})


def values(table: str, **new: Any) -> Change:
    """The world with other values in the last row of a table."""

    def change(all_rows: list[Any]) -> list[Any]:
        *others, last = all_rows
        return [*others, SimpleNamespace(**{**last._mapping, **new})]

    return rows(table, change)


def inbox(who: Callable[[World], str], change: Callable[[list[Any]], list[Any]]) -> Change:
    """The world in which somebody received something else."""

    def changed(world: World) -> World:
        name = who(world)
        return replace(world, received={**world.received, name: change(list(world.received[name]))})

    return changed


def requester(world: World) -> str:
    return world.written[0].requester


def other_requesters_ack(world: World) -> World:
    first, second = (one.requester for one in world.written[:2])
    return replace(world, received={**world.received, first: world.received[second]})


DAMAGE: Mapping[str, tuple[Change, str]] = {
    "a ledger row is missing": (rows("ledger", lambda all_rows: all_rows[1:]), "I1 mail 1 has 0 ledger rows"),
    "a ledger row is there twice": (rows("ledger", lambda all_rows: [*all_rows, all_rows[0]]), "I1 mail 1 has 2"),
    "a mail was not decided": (values("ledger", disposition=None), "has the disposition None"),
    "a mail is gone from the server": (lambda world: replace(world, folders={}), "lies in []"),
    "a mail was never moved": (
        lambda world: replace(world, folders={"INBOX": [one for all_of in world.folders.values() for one in all_of]}),
        "was never filed",
    ),
    "a text is gone": (rows("blob", lambda _: []), "I1 the text of ledger"),
    "a key is gone": (lambda world: replace(world, keys=frozenset()), "cannot be read"),
    "a mail waits in the inbox": (rows("inbox", lambda _: [SimpleNamespace()]), "I5 1 messages still wait"),
    "a mail was not sent": (values("outbox", state="queued"), "is queued"),
    "a case too many": (rows("case_file", lambda all_rows: [*all_rows, all_rows[-1]]), "I2 "),
    "a requester with two cases": (rows("party", lambda all_rows: [*all_rows, all_rows[0]]), "I2 a requester has 2"),
    "an acknowledgement twice": (inbox(requester, lambda mails: mails * 2), "received 2 acknowledgements"),
    "an acknowledgement that never arrived": (inbox(requester, lambda _: []), "is sent and was received 0 times"),
    "somebody else's acknowledgement": (other_requesters_ack, "received a mail not meant for that person"),
    "staff heard of nothing": (inbox(lambda world: world.staff, lambda _: []), "I3 staff never heard of case"),
    "an event is missing": (rows("event", lambda all_rows: all_rows[:-1]), "ends elsewhere than its events"),
    "an event in the middle is missing": (rows("event", lambda all_rows: all_rows[1:]), "breaks the chain"),
    "an event was changed": (values("event", hash="0" * 64), "breaks the chain"),
    "an event was renamed": (values("event", name="case_opened"), "differs from its row"),
    "a request is missing": (rows("request", lambda all_rows: all_rows[:-1]), "its events say otherwise"),
    "a case forgot its acknowledgement": (values("case_file", acknowledged_at=None), "says acknowledged at None"),
}
