"""What waits for a moment beside the dates of the law: approvals nobody gave, papers whose day of destruction came."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from mailbot.core.correspondence import Reader
from mailbot.core.desk.preview import approval
from mailbot.core.events import Event, Name
from mailbot.core.letters import Said
from mailbot.steps.approvers import approvers, question, remind_at
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope
from mailbot.steps.writing import write as write_mail
from mailbot.store.cases import Snapshot, append, snapshots
from mailbot.store.claim import claim, is_due, settle
from mailbot.store.effects import (
    APPROVE,
    APPROVING,
    VALID,
    VOID,
    Effect,
    keep_codes,
    move_effect,
    new_code,
    open_effect,
)
from mailbot.store.engine import read, write
from mailbot.store.mail import Post, queue, seal_posts
from mailbot.store.papers import PREFIX, forget, planned
from mailbot.store.tables import effect, schedule

_LEASE = timedelta(seconds=60)
_BATCH = 20


def remind_batch(parts: Parts, now: datetime) -> bool:
    """Ask again for approvals that waited, the deputies too; the old codes stay good for their day."""
    waiting = effect.c.state == APPROVING
    with read(parts.engine) as connection:
        if not is_due(connection, effect, now, waiting):
            return False
    with write(parts.engine) as connection:
        rows = claim(connection, effect, now, _LEASE, _BATCH, waiting)
    for row in rows:
        _remind(parts, row, now)
    return bool(rows)


def _remind(parts: Parts, row: Row[Any], now: datetime) -> None:
    with read(parts.engine) as connection:
        snapshot = snapshots(connection, [row.case_id])[row.case_id]
        waiting = open_effect(connection, parts.vault, row)
    if not snapshot.case.is_open:
        _give_up(parts, row, waiting, now)
        return
    people = approvers(parts, waiting, now, with_deputies=True)
    codes = [new_code(parts.vault, waiting, one.id, APPROVE, now + VALID) for one in people]
    posts = [
        _asked_again(parts, snapshot, waiting, code.secret, person.id, now)
        for person, code in zip(people, codes, strict=True)
    ]
    reminded = Event(Name.APPROVAL_REMINDED, now, data={"effect": waiting.id, "hash": waiting.digest})
    sealed = seal_posts(parts.vault, posts)
    with write(parts.engine) as connection:
        settle(connection, effect, row, due_at=remind_at(parts, now))
        append(connection, snapshots(connection, [row.case_id]), {row.case_id: [reminded]})
        keep_codes(connection, parts.vault, codes)
        queue(connection, posts, sealed, now)


def _give_up(parts: Parts, row: Row[Any], waiting: Effect, now: datetime) -> None:
    """End what waits for a manager in a case that has ended: nobody needs to be asked again."""
    voided = Event(Name.EFFECT_VOIDED, now, data={"effect": waiting.id, "hash": waiting.digest})
    with write(parts.engine) as connection:
        move_effect(connection, row.id, APPROVING, VOID, now)
        append(connection, snapshots(connection, [row.case_id]), {row.case_id: [voided]})


def _asked_again(parts: Parts, snapshot: Snapshot, waiting: Effect, secret: str, person_id: str, now: datetime) -> Post:
    today = parts.rules.calendar.local_day(now)
    person = next(one for one in parts.config.staff_on(today) if one.id == person_id)
    rules = parts.rules_of(snapshot.case.policy)
    acts = [Said(code, values) for code, values in waiting.payload["acts"]]
    asked = question(parts, snapshot, waiting, acts, secret, person, again=True)
    letter = approval(parts.company, asked, Reader(person.address, person.language, "manager"), rules, now)
    key = f"remind:{waiting.id}:{now:%Y%m%d%H}"
    return write_mail(parts, letter, staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now), now)


def destroy_due(parts: Parts, now: datetime) -> bool:
    """Destroy the papers whose day has come: first their key, then what it sealed."""
    due = schedule.c.key.startswith(PREFIX)
    with read(parts.engine) as connection:
        if not is_due(connection, schedule, now, due):
            return False
    with write(parts.engine) as connection:
        rows = claim(connection, schedule, now, _LEASE, _BATCH, due)
    for row in rows:
        _destroy(parts, row, now)
    return bool(rows)


def _destroy(parts: Parts, row: Row[Any], now: datetime) -> None:
    """Destroy one message with papers, unless its case is held from destruction."""
    with read(parts.engine) as connection:
        message = planned(connection, row)
        snapshot = snapshots(connection, [message.case_id])[message.case_id]
    if "hold" in snapshot.case.flags:
        with write(parts.engine) as connection:
            settle(connection, schedule, row, due_at=now + timedelta(days=1))
        return
    if message.key_id and message.key_id != snapshot.key_id:
        parts.vault.destroy_keys([message.key_id])
    destroyed = Event(Name.PAPERS_DESTROYED, now, data={"message": message.id})
    with write(parts.engine) as connection:
        append(connection, snapshots(connection, [message.case_id]), {message.case_id: [destroyed]})
        forget(connection, row, message, snapshot.key_id)
