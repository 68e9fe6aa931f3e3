"""What could be wrong in the end, done to a sound world by hand: the checker must name each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.invariants.world import Received, World

Change = Callable[[World], World]
Is = Callable[[Any], bool]


def rows(table: str, change: Callable[[list[Any]], Sequence[Any]]) -> Change:
    """The world with other rows in a table."""
    return lambda world: replace(world, tables={**world.tables, table: change(list(world.tables[table]))})


def values(table: str, is_it: Is = lambda _: True, **new: Any) -> Change:
    """The world with other values in the last of some rows of a table."""

    def change(all_rows: list[Any]) -> list[Any]:
        place = max(place for place, row in enumerate(all_rows) if is_it(row))
        all_rows[place] = SimpleNamespace(**{**all_rows[place]._mapping, **new})
        return all_rows

    return rows(table, change)


def mails(change: Callable[[World, list[Received]], Sequence[Received]]) -> Change:
    """The world in which people received something else."""
    return lambda world: replace(world, received=change(world, list(world.received)))


def first(world: World, kind: str) -> Received:
    return next(one for one in world.received if one.kind == kind)


def without(kind: str) -> Change:
    return mails(lambda _, received: [one for one in received if one.kind != kind])


def said(before: bytes, after: bytes, kind: str) -> Change:
    """The world in which the first mail of a kind says something else."""

    def change(world: World, received: list[Received]) -> list[Received]:
        one = first(world, kind)
        changed = Received(one.recipient, one.raw.replace(before, after, 1))
        return [changed if other is one else other for other in received]

    return mails(change)


def unheard(world: World) -> World:
    """The world in which every mail was given up, and nobody of the staff heard anything else of the case."""
    refused = [SimpleNamespace(**{**row._mapping, "state": "failed"}) for row in world.tables["outbox"]]
    return replace(world, tables={**world.tables, "outbox": refused}, received=world.to_requesters())


def is_case(row: Any) -> bool:
    return bool(row.disposition == "case")


def is_ack(row: Any) -> bool:
    return bool(row.kind == "ack")


TOKEN = b"\r\nSubject: cv1.as" + b"a" * 37 + b" "
DAMAGE: Mapping[str, tuple[Change, str]] = {
    "a ledger row is missing": (rows("ledger", lambda all_rows: all_rows[1:]), "has 0 ledger rows"),
    "a ledger row is there twice": (rows("ledger", lambda all_rows: [*all_rows, all_rows[0]]), "has 2 ledger rows"),
    "the ledger knows what never came": (values("ledger", uid=99), "which was never there"),
    "a mail was not decided": (values("ledger", disposition=None), "has the disposition None"),
    "a request became spam": (values("ledger", is_case, disposition="spam"), "became spam"),
    "a mail is gone from the server": (lambda world: replace(world, folders={}), "lies in []"),
    "a mail was never moved": (
        lambda world: replace(world, folders={"INBOX": [id_ for all_of in world.folders.values() for id_ in all_of]}),
        "was never filed",
    ),
    "a text is gone": (rows("blob", lambda _: []), "I1 the text of ledger"),
    "a key is gone": (lambda world: replace(world, keys=frozenset()), "cannot be read"),
    "a case too many": (
        rows("case_file", lambda all_rows: [*all_rows, SimpleNamespace(**{**all_rows[-1]._mapping, "id": 99})]),
        "I2 case 99",
    ),
    "a case too few": (rows("case_file", lambda all_rows: all_rows[:-1]), "which does not exist"),
    "one mail opened two cases": (
        rows(
            "ledger",
            lambda all_rows: [
                SimpleNamespace(**{**row._mapping, "disposition": "case"}) if row.disposition == "duplicate" else row
                for row in all_rows
            ],
        ),
        "opened 2 cases",
    ),
    "an acknowledgement twice": (
        mails(lambda world, received: [*received, first(world, "ack")]),
        "was received 2 times",
    ),
    "an acknowledgement that never arrived": (without("ack"), "is sent and was received 0 times"),
    "an acknowledgement nobody owed": (
        rows("outbox", lambda all_rows: [*all_rows, *filter(is_ack, all_rows)]),
        "has 2 ack",
    ),
    "an unknown outcome nobody was told": (values("outbox", is_ack, state="unknown"), "staff were never told"),
    "two mails with one id": (
        mails(lambda world, received: [*received, Received("x@people.test", first(world, "notice").raw + b"!")]),
        "two different mails",
    ),
    "a notice too often": (
        mails(lambda world, received: [*received, first(world, "notice")]),
        "2 times after 0 deaths",
    ),
    "a mail from nowhere": (rows("outbox", lambda all_rows: all_rows[1:]), "that was never queued"),
    "staff heard of nothing": (without("notice"), "staff never heard of case"),
    "staff heard of nothing, for every notice was given up": (unheard, "staff never heard of case"),
    "a stranger was written to": (
        mails(lambda _, received: [replace(received[0], recipient="x@people.test"), *received[1:]]),
        "I4 x@people.test was written to",
    ),
    "a copy to somebody else": (said(b"\r\nTo:", b"\r\nCc: x@people.test\r\nTo:", "ack"), "received a mail to"),
    "somebody else's mail": (
        mails(
            lambda _, received: [
                replace(one, recipient="smith@people.test")
                if one.kind == "ack" and one.recipient == "sato@people.test"
                else one
                for one in received
            ]
        ),
        "not meant for that person",
    ),
    "an event is missing": (rows("event", lambda all_rows: all_rows[:-1]), "ends elsewhere than its events"),
    "an event in the middle is missing": (rows("event", lambda all_rows: all_rows[1:]), "breaks the chain"),
    "an event was changed": (values("event", hash="0" * 64), "breaks the chain"),
    "an event was renamed": (values("event", name="case_opened"), "differs from its row"),
    "a letter without its event": (values("outbox", is_ack, key="ack:99"), "has 0 events letter_queued"),
    "an end without its event": (values("outbox", is_ack, state="queued"), "events say how it ended"),
    "a cause that is not there": (rows("ledger", lambda all_rows: all_rows[1:]), "has no message"),
    "a request is missing": (rows("request", lambda all_rows: all_rows[:-1]), "its events say"),
    "a case forgot its acknowledgement": (values("case_file", acknowledged_at=None), "says acknowledged at None"),
    "a word in a log": (
        lambda world: replace(world, spills={"log": "…カナリア通り…".encode()}),
        "I6 a secret stands in log",
    ),
    "a word in an event": (
        values("event", text='{"case":1,"seq":1,"name":"x","data":{"q":"Quetzalcoatl"}}'),
        "I6 a secret stands in event",
    ),
    "a word in a subject": (
        said(b"\r\nSubject: ", b"\r\nSubject: quetzalcoatl ", "notice"),
        "I6 a secret stands in a notice",
    ),
    "a word sent back": (said(b"\r\nSubject: ", b"\r\nSubject: 0901234567 ", "ack"), "I6 a secret stands in a ack"),
    "a token of staff": (said(b"\r\nSubject: ", TOKEN, "ack"), "received a token of staff"),
    "a mail waits in the inbox": (rows("inbox", lambda _: [SimpleNamespace()]), "I7 1 messages still wait"),
    "a mail waits to leave": (values("outbox", state="sending"), "is sending"),
    "a mail was not marked as filed": (
        values("ledger", lambda row: row.folder == "INBOX", filed_at=None),
        "never marked as filed",
    ),
    "a date a day late": (values("request", notice_on="2026-12-31"), "I8 "),
    "a clock that began later": (values("case_file", received_at="2026-11-21 05:10:00"), "counts from"),
    "an arrival that is not the server's": (values("ledger", received_at="2026-11-21 05:10:00"), "the ledger says"),
}
