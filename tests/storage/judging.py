"""What must be true of the databases whatever happened: looked up by plain SQL and in the server's own records."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, RowMapping, create_engine, text

from tests.fakes.server import Server
from tests.storage.scene import PEOPLE, REQUESTS

_LEFT = {"sending", "sent", "unknown"}
Rows = Sequence[RowMapping]


class Tables:
    """The rows of both databases."""

    def __init__(self, url: str, keys_url: str) -> None:
        names = ("ledger", "inbox", "outbox", "blob", "case_file", "event")
        with connected(url) as main:
            self.rows: dict[str, Rows] = {name: _rows(main, f"SELECT * FROM {name}") for name in names}  # noqa: S608
            check = "PRAGMA integrity_check" if main.dialect.name == "sqlite" else "SELECT 'ok'"
            self.sound = [str(one) for one in main.execute(text(check)).scalars()]
        with connected(keys_url) as keys:
            self.keys = set(keys.execute(text("SELECT id FROM data_key")).scalars())

    @classmethod
    def of(cls, folder: Path) -> "Tables":
        """The two files of a folder."""
        return cls(f"sqlite:///{folder}/mailbot.db", f"sqlite:///{folder}/keys.db")

    def __getitem__(self, name: str) -> Rows:
        return self.rows[name]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that is no part of the product, and leaves nothing open behind it."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        yield connection


def _rows(connection: Connection, sql: str) -> Rows:
    return [row._mapping for row in connection.execute(text(sql))]


def unremembered(tables: Tables, seen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the world saw and the database does not know of, or cannot read any more."""
    settled = {(row["folder"], row["uidvalidity"], row["uid"]) for row in tables["ledger"] if row["disposition"]}
    outgoing = {row["message_id"]: row["state"] for row in tables["outbox"]}
    for one in seen:
        if "accepted" in one and outgoing.get(one["accepted"]) not in _LEFT:
            yield f"{one['accepted']} was accepted and is {outgoing.get(one['accepted'])}"
        for uid in one.get("moved", ()):
            if (one["folder"], one["uidvalidity"], uid) not in settled:
                yield f"mail {uid} was moved and is not settled"
    yield from unreadable(tables)


def unreadable(tables: Tables) -> Iterator[str]:
    """Damage, a text without its bytes, bytes without their key, a mail that nobody would ever take up again."""
    if tables.sound != ["ok"]:
        yield f"damaged: {tables.sound[:3]}"
    blobs = {row["id"]: row["key_id"] for row in tables["blob"]}
    for name in ("ledger", "outbox"):
        for row in tables[name]:
            if row["blob_id"] and blobs.get(row["blob_id"]) not in tables.keys:
                yield f"the text of {name} {row['id']} cannot be read"
    waiting = {row["ledger_id"] for row in tables["inbox"]}
    for row in tables["ledger"]:
        if (row["disposition"] is None) != (row["id"] in waiting):
            yield f"mail {row['uid']} is {row['disposition']}, waiting: {row['id'] in waiting}"


def unfinished(tables: Tables, server: Server, requests: int = len(REQUESTS)) -> Iterator[str]:
    """What is lost, doubled or left over once workers had their time."""
    yield from unreadable(tables)
    rows = Counter(row["uid"] for row in tables["ledger"] if row["disposition"])
    for delivered in server.delivered:
        if rows[delivered.message.uid] != 1:
            yield f"mail {delivered.message.uid} has {rows[delivered.message.uid]} dispositions"
    if left := server.raws("INBOX"):
        yield f"{len(left)} mails were never filed"
    if (cases := sum(row["id"] > 0 for row in tables["case_file"])) != requests:
        yield f"{cases} cases for {requests} requests"
    for row in tables["outbox"]:
        if row["state"] not in {"sent", "unknown"}:
            yield f"mail {row['kind']} {row['id']} is {row['state']}"
    yield from doubled(tables, server)


def doubled(tables: Tables, server: Server) -> Iterator[str]:
    """Mail that left twice, or never: acknowledgements at most once, others only as the same bytes."""
    to = Counter(one.recipient for one in server.accepted)
    state = {row["message_id"]: row["state"] for row in tables["outbox"]}
    first: dict[str, bytes] = {}
    for one in server.accepted:
        name = str(message_from_bytes(one.data)["Message-ID"])
        if first.setdefault(name, one.data) != one.data:
            yield f"two different mails have the id {name}"
    for person in PEOPLE:
        if to[person] > 1:
            yield f"{person} was acknowledged {to[person]} times"
    if missing := [name for name, word in state.items() if word == "sent" and name not in first]:
        yield f"{len(missing)} mails are marked as sent and left never"
