"""reconcile: compares mail server, ledger and inbox every hour, and tells managers once a day of what stays different.

What has just come is no difference: only what a second look finds again is told. Nothing is put right by itself.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from mailbot.core.events import stamp
from mailbot.core.reconciliation import MISSING, MOST_IDS, RETURNED, Difference, lasting, reconciliation
from mailbot.steps.accounts import Account, holds, of_each
from mailbot.steps.doubt import RESTORE, doubt_of
from mailbot.steps.fetch import watched
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.differences import of_itself, of_range, unfiled_since
from mailbot.store.engine import read, write
from mailbot.store.ledger import Disposition
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.remembered import recall, recall_all, remember
from mailbot.store.tables import OFFICE

_KEY = "reconcile:"
_RANGE = 5_000
_EVERY, _SOON, _LATE = timedelta(hours=1), timedelta(minutes=5), timedelta(hours=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """What the last comparison of a mailbox found, what of it had been there before, and since when nothing has."""

    looked_at: datetime
    found: tuple[Difference, ...] = ()
    lasting: tuple[Difference, ...] = ()
    gone_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to look again: soon where something differs that nobody has seen twice."""
        wait = _SOON if len(self.found) > len(self.lasting) else _EVERY
        return not timedelta() <= now - self.looked_at < wait


def reconcile(parts: Parts, now: datetime) -> bool:
    """Compare every mailbox whose hour has come; true when somebody has to be told. Raises Transient."""
    return of_each(parts.accounts, lambda account: reconcile_in(parts, account, now))


def reconcile_in(parts: Parts, account: Account, now: datetime) -> bool:
    """Do the same for one mailbox, if no other worker has it. Raises Transient."""
    with read(parts.engine) as connection:
        before = _look_of(recall(connection, _key(account)))
    if (before and not before.is_due(now)) or not holds(parts.engine, account, now):
        return False
    found = differences(parts, account, now)
    stays = tuple(lasting(before.found, found)) if before else ()
    gone_at = now if before and before.lasting and not stays else before.gone_at if before else None
    posts = _alarms(parts, account, stays, now)
    sealed = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        remember(connection, _key(account), _text_of(Look(now, tuple(found), stays, gone_at)))
        queue(connection, posts, sealed, now)
    return bool(posts)


def differences(parts: Parts, account: Account, now: datetime) -> list[Difference]:
    """Return everything that differs now: of one mailbox, and with the first of the database itself."""
    found = [one for folder in watched(account) for one in _of_folder(parts, account, folder, now)]
    if account.label:
        return found
    with read(parts.engine) as connection:
        return [*found, *of_itself(connection)]


def _of_folder(parts: Parts, account: Account, folder: str, now: datetime) -> list[Difference]:
    """Compare a folder range by range: a million messages need no more room than some thousand."""
    name, uidvalidity = account.name(folder), account.mailbox.select(folder)
    counts, ids = dict.fromkeys((MISSING, RETURNED), 0), dict[str, list[int]]({MISSING: [], RETURNED: []})
    for first, last in account.mailbox.ranges(_RANGE):
        uids = account.mailbox.uids_between(first, last)
        with read(parts.engine) as connection:
            found = of_range(connection, name, uidvalidity, uids, _staying(account))
        for code, those in found.items():
            counts[code] += len(those)
            ids[code] += those[: MOST_IDS - len(ids[code])]
    told = [Difference(code, name, count, tuple(ids[code])) for code, count in counts.items() if count]
    with read(parts.engine) as connection:
        if folder == account.imap.junk_folder or doubt_of(connection, RESTORE):  # neither is ever filed
            return told
        return [*told, *unfiled_since(connection, name, uidvalidity, now - _LATE)]


def _staying(account: Account) -> set[str]:
    """Return the dispositions of messages that are not moved."""
    done = {one.value for one in Disposition} - {Disposition.HELD.value}
    stay = {Disposition.OLD.value} | (set() if account.imap.processed_folder else done)
    return stay | (set() if account.imap.held_folder else {Disposition.HELD.value})


def _alarms(parts: Parts, account: Account, found: Sequence[Difference], now: datetime) -> list[Post]:
    """Return the mails to managers and deputies; the key lets one leave on a day."""
    if not found:
        return []
    _log.error("mailbox and database differ", count=sum(one.count for one in found))
    team = parts.team(now)
    told = {person.id: person for role in ("manager", "deputy") for person in team.staff(role)}
    key = f"{_key(account)}:{parts.rules.calendar.local_day(now)}"
    return [
        write_mail(
            parts,
            reconciliation(parts.company, found, person.address, person.language),
            staff_envelope(parts, person, key, OFFICE, parts.office_key, now),
            now,
        )
        for person in told.values()
    ]


def looks(connection: Connection) -> list[Look]:
    """Return the last comparison of each mailbox."""
    return [one for text in recall_all(connection, _KEY) if (one := _look_of(text))]


def _key(account: Account) -> str:
    """Return where the last look at a mailbox is remembered; the name of a mailbox may be long, and an address."""
    return _KEY + (hashlib.sha256(account.label.encode()).hexdigest()[:16] if account.label else "")


def _text_of(look: Look) -> str:
    lists = {name: [astuple(one) for one in getattr(look, name)] for name in ("found", "lasting")}
    gone_at = stamp(look.gone_at) if look.gone_at else ""
    return json.dumps({"looked_at": stamp(look.looked_at), "gone_at": gone_at, **lists})


def _look_of(text: str | None) -> Look | None:
    if text is None:
        return None
    value = json.loads(text)
    found, stays = (
        tuple(Difference(code, folder, count, tuple(ids)) for code, folder, count, ids in value[name])
        for name in ("found", "lasting")
    )
    gone_at = datetime.fromisoformat(value["gone_at"]) if value["gone_at"] else None
    return Look(datetime.fromisoformat(value["looked_at"]), found, stays, gone_at)
