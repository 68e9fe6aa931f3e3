"""Safe mode: a database that is older than its mailbox sends nothing until a manager decides to go on with it.

Whoever restores a backup has lost the memory of what was sent since. Nothing that was or may have been sent is sent
again: staff are told of it instead. What lies in the folders of the desk and was forgotten is found again
(`finding`). Source: threats E8.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.letters import Letter
from mailbot.core.marker import Marker, as_text, why_doubted
from mailbot.core.restore_letters import Behind
from mailbot.core.restore_letters import restored as restored_letter
from mailbot.steps.digest import next_digest_at
from mailbot.steps.done import Done
from mailbot.steps.doubt import RESTORE, Asking, Cause, Said, ask, doubt_of
from mailbot.steps.marking import MARKER, known_marker
from mailbot.steps.own_folders import Lying, has_unknown, lying, read_marker
from mailbot.steps.parts import Parts
from mailbot.store.claim import LeaseLost
from mailbot.store.engine import read
from mailbot.store.ledger import ledger_rows
from mailbot.store.remembered import recall, remember
from mailbot.store.restored import never_send, put_off, skip_numbers, standing
from mailbot.store.vault import new_id

FOUND = "found"
"""Why a database is doubted that no marker speaks against: mail was dealt with that it never saw."""
FINDING = "finding"
"""The key under which the folders are remembered that still have to be looked through."""
_SILENT = "silent_before"
_SKIPPED = 1000
"""Case numbers left out: as many as may have been given between the last marker and the end."""
_log = structlog.get_logger()


def compare(parts: Parts, now: datetime) -> None:
    """Compare the database with what the mail server knows, and hold all mail where it knows more. Raises Transient."""
    marker, places = read_marker(parts), lying(parts, parts.accounts)
    with read(parts.engine) as connection:  # only now: another worker may have left a marker meanwhile
        known, is_doubted = known_marker(connection), doubt_of(connection, RESTORE) is not None
    if is_doubted:
        return
    why = why_doubted(marker, known) or (FOUND if any(has_unknown(parts, place) for place in places) else "")
    if why:
        with suppress(LeaseLost):  # another worker was quicker
            _doubt(parts, why, marker, places, now)


def _doubt(parts: Parts, why: str, marker: Marker | None, places: Sequence[Lying], now: datetime) -> None:
    _log.error("the mailbox knows more than the database, mail is held", why=why)
    with read(parts.engine) as connection:
        _, serial, _ = standing(connection)
    said = {
        "why": why,
        "marked_at": stamp(marker.at) if marker else "",
        "issued": str(marker.digest if marker else serial),
        "known": str(serial),
        "lying": str(sum(place.count for place in places)),
    }
    told: dict[str, Json] = {**said}
    began = partial(_begin, marker=marker, places=places, now=now)
    ask(parts, RESTORED, said, now, [Event(Name.DATABASE_DOUBTED, now, data=told)], began)


def _begin(connection: Connection, marker: Marker | None, places: Sequence[Lying], now: datetime) -> None:
    """Make sure, before anything else happens, that nothing is done a second time. Raises LeaseLost."""
    if doubt_of(connection, RESTORE):
        raise LeaseLost("doubt")
    never_send(connection, now)
    skip_numbers(connection, marker.case if marker else 0, _SKIPPED)
    remember(connection, _SILENT, stamp(now))
    left = {place.name: [place.uidvalidity, place.after if place.is_known else 0, place.last] for place in places}
    remember(connection, FINDING, json.dumps(left))
    if marker:  # whatever is marked from now on is newer
        known = known_marker(connection)
        mine = replace(marker, installation=known.installation if known else new_id(), outbox=0, digest=0, case=0)
        remember(connection, MARKER, as_text(mine))


def hold_back(connection: Connection, done: Sequence[Done], now: datetime) -> None:
    """Let nothing leave by itself to who wrote before a restore: nobody knows what was answered already."""
    before = silent_before(connection)
    owed = [(one.settlement.row.ledger_id, post.key) for one in done for post in one.posts]
    if before and owed:
        rows = ledger_rows(connection, [ledger_id for ledger_id, _ in owed])
        never_send(connection, now, [key for ledger_id, key in owed if rows[ledger_id].received_at < before])


def silent_before(connection: Connection) -> datetime | None:
    """Return the moment before which mail may have been answered by what this database has forgotten; None for none."""
    text = recall(connection, _SILENT)
    return datetime.fromisoformat(text) if text else None


def _question(parts: Parts, said: Said, asking: Asking) -> Letter:
    zone = parts.rules.calendar.zone
    behind = Behind(
        why=said["why"],
        marked_at=datetime.fromisoformat(said["marked_at"]).astimezone(zone) if said["marked_at"] else None,
        issued=int(said["issued"]),
        known=int(said["known"]),
        lying=int(said["lying"]),
        held=asking.held,
    )
    return restored_letter(parts.company, behind, asking.secret, asking.person.address, asking.person.language)


def _settled(connection: Connection, parts: Parts, _: Said, now: datetime) -> None:
    """Issue no digest a second time: an answer to the one would act on the lines of the other."""
    put_off(connection, "digest", next_digest_at(parts, now))


RESTORED = Cause(
    kind=RESTORE,
    question=_question,
    roster_at=lambda _, now: now,
    believed=Name.DATABASE_TRUSTED,
    settle=_settled,
)
