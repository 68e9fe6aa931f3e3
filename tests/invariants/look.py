"""Looks at a desk without servers: its databases by SQL, the world in memory, its logs and files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text

from tests.fakes.ground import BOSS, HANA, Ground
from tests.fakes.server import Server
from tests.invariants.world import Received, Visible, World, Written, message_id

OWN = {"mailbot/Marker"}
"""Folders in which the desk keeps mails of its own."""
TABLES = ("case_file", "event", "request", "ledger", "inbox", "outbox", "party", "blob")


def tables_of(url: str, names: Sequence[str] = TABLES) -> dict[str, Sequence[Any]]:
    """Every row of some tables; those that are judged if none are named."""
    with _engine(url).connect() as connection:
        return {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in names}  # noqa: S608


def keys_of(url: str) -> frozenset[str]:
    """The ids of the keys that exist."""
    with _engine(url).connect() as connection:
        return frozenset(connection.execute(text("SELECT id FROM data_key")).scalars())


def look(ground: Ground, server: Server, written: Sequence[Written], **more: Any) -> World:
    """All there is to see; `more` are further fields of the world."""
    store, imap = ground.config.store, ground.config.imap
    watched = {*imap.folders, imap.junk_folder}
    visible = [
        Visible(
            one.folder,
            one.uidvalidity,
            one.message.uid,
            message_id(one.message.raw),
            one.message.received_at,
            one.again,
        )
        for one in server.delivered
        if one.folder in watched
    ]
    known: dict[str, Any] = {
        "tables": tables_of(store.url),
        "keys": keys_of(store.keys_url),
        "visible": visible,
        "folders": {name: [message_id(raw) for raw in server.raws(name)] for name in server.folders if name not in OWN},
        "delivered": Counter(one.message_id for one in visible if not one.again),
        "received": [Received(one.recipient, one.data) for one in server.accepted],
        "staff": frozenset({HANA, BOSS}),
        "written": written,
        "junk": imap.junk_folder,
        "allowed": frozenset({HANA, BOSS, *(one.requester for one in written if one.opens)}),
        "spills": spills(ground.folder),
    }
    return World(**(known | more))


def spills(folder: Path) -> Mapping[str, bytes]:
    """Every file of a folder, logs and databases alike; text of mail may be in none of them."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


@cache
def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)
