"""receive: decides what each fetched message is, and writes everything that follows from it in one transaction.

Reading, deciding, rendering and sealing happen before that transaction; nothing leaves this step but commits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.core.events import Event
from mailbot.core.match import Match, Route, match
from mailbot.core.triage import Circumstances, Sorted, is_own_address, sort_out
from mailbot.steps.dispose import Done, Slots, bounced, follow_up, new_case, settled_only, staff_message, status_of
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Batch, Facts, Read, facts_of, read_all
from mailbot.steps.writing import trouble_mails
from mailbot.store.blobs import replace_blob
from mailbot.store.cases import Snapshot, add_parties, append, reserve_numbers, snapshots
from mailbot.store.claim import claim_fairly, is_due, put_back, release
from mailbot.store.engine import read, write
from mailbot.store.ledger import hold_unread, settle_inbox
from mailbot.store.mail import Post, ack_slots, queue, seal_posts
from mailbot.store.tables import OFFICE, inbox

_log = structlog.get_logger()
BATCH = 50
STRIKES = 4
"""A message that failed once in a batch and three times alone is held: visible work for a person."""
READING_STRIKES = 3
"""A message that the child could not read so often is held: nothing but itself can be the cause."""
_STRIKE_PAUSE = timedelta(seconds=20)
_LEASE = timedelta(seconds=30)
"""Longer than a batch takes in which one mail uses up its reading limit."""
_HOUR = timedelta(hours=1)


def receive(parts: Parts, now: datetime) -> bool:
    """Deal with one batch of the inbox; true when there was one."""
    with read(parts.engine) as connection:
        if not is_due(connection, inbox, now):
            return False
    with write(parts.engine) as connection:
        rows = claim_fairly(connection, inbox, now, _LEASE, BATCH)
        if rows and rows[0].failures > STRIKES:
            hold_unread(connection, rows[0], "poison", now)
            return True
    if not rows:
        return False
    with _given_back(parts, rows, now):
        batch = read_all(parts, rows, now)
        _settle_unread(parts, batch, now)
        facts = facts_of(parts, batch.done, now)
        _commit(parts, _decide(parts, batch.done, facts, now), _bounces(batch.done, facts), now)
    return True


def _settle_unread(parts: Parts, batch: Batch, now: datetime) -> None:
    """Put a strike on the mail that could not be read, or hold it after three; those behind it go on at once."""
    if batch.untouched or batch.unreadable:
        with write(parts.engine) as connection:
            put_back(connection, inbox, batch.untouched, now)
            if batch.unreadable:
                _strike(connection, batch.unreadable, now)
    if batch.unreadable:
        _log.warning("mail could not be read", error=batch.why, count=batch.unreadable.failures)


def _strike(connection: Connection, row: Row[Any], now: datetime) -> None:
    if row.failures >= READING_STRIKES:
        hold_unread(connection, row, "unreadable", now)
    else:
        release(connection, inbox, [row], now + _STRIKE_PAUSE)


def _decide(parts: Parts, batch: Sequence[Read], facts: Facts, now: datetime) -> list[Done]:
    sorted_out = _sort_all(parts, batch, facts)
    routes = [Match(Route.NEW) if out else match(one.carried, facts.known(one, parts, now)) for one, out in sorted_out]
    opening = [
        out is None and route.route in {Route.NEW, Route.RELATED}
        for (_, out), route in zip(sorted_out, routes, strict=True)
    ]
    numbers = iter(_numbers(parts, sum(opening)))
    cases = _cases(parts, [route.case_id for route in routes if route.case_id])
    slots = _slots(parts, facts, now)
    done = []
    for (one, out), route, opens in zip(sorted_out, routes, opening, strict=True):
        known = cases.get(route.case_id or OFFICE)
        if opens:
            done.append(new_case(parts, one, next(numbers), known.case.ref if known else None, slots, now))
        elif known and route.route is Route.FOLLOW_UP:
            done.append(follow_up(parts, one, known, route.by, now))
        elif known and route.route is Route.STAFF:
            done.append(staff_message(parts, one, known, now))
        else:
            done.append(settled_only(one, out or Sorted("held", route.route.value)))
    return _with_content_once(done, facts)


def _with_content_once(done: Sequence[Done], facts: Facts) -> list[Done]:
    """Let only the first message of a content carry its index: whatever the later ones are, they are copies of it."""
    seen: set[str | None] = set(facts.copies)
    result = []
    for one in done:
        index = one.settlement.content_index
        settlement = replace(one.settlement, content_index=None if index in seen else index)
        seen.add(index)
        result.append(replace(one, settlement=settlement))
    return result


def _sort_all(parts: Parts, batch: Sequence[Read], facts: Facts) -> list[tuple[Read, Sorted | None]]:
    """Sort every message; a copy inside the same batch is a copy too."""
    seen = set(facts.copies)
    result = []
    for one in batch:
        about = Circumstances(
            is_own=one.incoming.message_id in facts.mails or is_own_address(one.incoming.sender, parts.company.address),
            is_copy=one.content_index in seen,
            is_junk=one.entry.folder == parts.config.imap.junk_folder,
            dmarc=one.transport.dmarc,
        )
        out = Sorted("held", one.entry.why) if one.entry.why else sort_out(one.incoming, one.verdict, about)
        seen.add(one.content_index)
        result.append((one, out))
    return result


def _commit(parts: Parts, done: Sequence[Done], bounces: Sequence[tuple[Read, Row[Any]]], now: datetime) -> None:
    """Write a batch: cases, events, letters and dispositions together, or nothing."""
    posts = [post for one in done for post in one.posts] + _bounce_mails(parts, bounces, now)
    envelopes = seal_posts(parts.vault, posts)
    new = {one.case.case_id: one.case for one in done if one.case and one.is_new}
    happened: dict[int, list[Event]] = {}
    for read_mail, mail in bounces:
        happened.setdefault(mail.case_id, []).append(bounced(read_mail, now))
    for one in done:
        if one.case:
            happened.setdefault(one.case.case_id, []).extend(one.events)
    due = {(one.case.case_id, number): at for one in done if one.case for number, at in one.due.items()}
    with write(parts.engine) as connection:
        append(connection, new | snapshots(connection, happened.keys() - new.keys()), happened, due, new)
        add_parties(connection, [(one.case.case_id, one.party, "requester") for one in done if one.case and one.party])
        for one in done:
            if one.resealed:
                replace_blob(connection, one.resealed_from, one.resealed)
        queue(connection, posts, envelopes, now)
        settle_inbox(connection, [one.settlement for one in done], now)
    parts.mail_settled.set()


def _bounces(batch: Sequence[Read], facts: Facts) -> list[tuple[Read, Row[Any]]]:
    """Return the bounces of mails to requesters, with those mails; one without an id of ours is nobody's (pitfall 23).

    A bounced notice is no news of the requester and never touches the case (pitfall 22); a delay is no failure.
    """
    found = []
    for one in batch:
        bounce = one.incoming.bounce
        mail = facts.mails.get(bounce.original_message_id or "") if bounce and not bounce.is_delay else None
        if mail and mail.audience == "requester" and one.content_index not in facts.copies:
            found.append((one, mail))
    return found


def _bounce_mails(parts: Parts, bounces: Sequence[tuple[Read, Row[Any]]], now: datetime) -> list[Post]:
    """Tell the handlers of each mail that came back."""
    cases = _cases(parts, [mail.case_id for _, mail in bounces])
    return [
        post
        for one, mail in bounces
        for post in trouble_mails(parts, cases[mail.case_id], mail, "bounced", status_of(one), now)
    ]


def _numbers(parts: Parts, count: int) -> list[int]:
    if not count:
        return []
    with write(parts.engine) as connection:
        return reserve_numbers(connection, count)


def _cases(parts: Parts, case_ids: Sequence[int]) -> dict[int, Snapshot]:
    with read(parts.engine) as connection:
        return snapshots(connection, case_ids)


def _slots(parts: Parts, facts: Facts, now: datetime) -> Slots:
    limits = parts.config.limits
    with read(parts.engine) as connection:
        taken = ack_slots(connection, now - _HOUR)
    return Slots(taken, limits.acks_per_hour, facts.acks, limits.acks_per_address_day)


@contextmanager
def _given_back(parts: Parts, rows: Sequence[Row[Any]], now: datetime) -> Iterator[None]:
    """Give a failed batch back soon: its rows are met again one at a time, so that a bad mail harms only itself."""
    try:
        yield
    except Exception:
        with write(parts.engine) as connection:
            release(connection, inbox, rows, now + timedelta(seconds=1))
        raise
