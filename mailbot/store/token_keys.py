"""Which keys sign thread tokens: a new one every 180 days, the old ones until their tokens have expired.

Kept are three numbers only: the serial number of the current key (0 is `a`), the day it began, and the floor below
which nothing verifies any more. The keys themselves are derived from the master key and stored nowhere.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from mailbot.core.token import ALPHABET, TokenKeys
from mailbot.store.engine import write
from mailbot.store.tables import counter
from mailbot.store.vault import Vault

KEY_DAYS = 180
_CURRENT, _SINCE, _FLOOR = "token_key", "token_key_since", "token_floor"


def token_keys(engine: Engine, vault: Vault, mailbox: str, now: datetime) -> TokenKeys:
    """Return the keys for a worker that starts now; where the current one is 180 days old, a new one begins.

    The next key verifies already: a worker that has not been started anew must read what a newer one has signed.
    Nothing else could have signed with it. `mailbox` is the desk's address. Raises StoreUnavailable.
    """
    with write(engine) as connection:
        kept = _kept(connection)
        if _CURRENT not in kept:
            _begin(connection, 0, now)
        elif _day(now) - kept[_SINCE] >= KEY_DAYS:
            _begin(connection, kept[_CURRENT] + 1, now)
        kept = _kept(connection)
    current = kept[_CURRENT]
    serials = range(kept.get(_FLOOR, 0), current + 2)
    known = {_character(serial): vault.token_key_of(_key_id(serial)) for serial in serials}  # the newest of a character
    return TokenKeys(mailbox.lower(), known, _character(current))


def rotate(engine: Engine, now: datetime) -> str:
    """Begin a new key at once and return its key id; the tokens of the old ones stay good. Raises StoreUnavailable.

    Workers sign with it after their next start.
    """
    with write(engine) as connection:
        return _rotated(connection, now)


def revoke(engine: Engine, now: datetime) -> str:
    """Begin a new key at once, let no older one verify any more, and return the new key id. Raises StoreUnavailable.

    Workers that run go on with the keys they have until their next start. A reply to any mail sent before is refused
    from then on, so open notices have to be sent anew.
    """
    with write(engine) as connection:
        kid = _rotated(connection, now)
        _put(connection, _FLOOR, _kept(connection)[_CURRENT])
        return kid


def _rotated(connection: Connection, now: datetime) -> str:
    serial = _kept(connection).get(_CURRENT, 0) + 1
    _begin(connection, serial, now)
    return _key_id(serial)


def _begin(connection: Connection, serial: int, now: datetime) -> None:
    _put(connection, _CURRENT, serial)
    _put(connection, _SINCE, _day(now))


def _kept(connection: Connection) -> dict[str, int]:
    """Return the numbers that are there, locked against another writer until the transaction ends."""
    asked = select(counter.c.key, counter.c.value).where(counter.c.key.in_([_CURRENT, _SINCE, _FLOOR]))
    return {row.key: row.value for row in connection.execute(asked.with_for_update())}


def _put(connection: Connection, key: str, value: int) -> None:
    if not connection.execute(update(counter).where(counter.c.key == key).values(value=value)).rowcount:
        connection.execute(insert(counter).values(key=key, value=value))


def _character(serial: int) -> str:
    return ALPHABET[serial % len(ALPHABET)]


def _key_id(serial: int) -> str:
    """Return `a`, `b`, … `9`, then `a1`: a character that comes round again stands for another key."""
    turn = serial // len(ALPHABET)
    return _character(serial) + (str(turn) if turn else "")


def _day(now: datetime) -> int:
    return now.date().toordinal()
