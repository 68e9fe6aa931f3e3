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

from mailbot.core.case import fold
from mailbot.core.events import Event
from mailbot.core.match import Match, Route, match
from mailbot.core.progress import decide_bounced
from mailbot.core.triage import Circumstances, Sorted, is_own_address, sort_out
from mailbot.steps.desk.doubting import already_done, refused
from mailbot.steps.desk.orders import staff_mail
from mailbot.steps.dispose import Slots, bounced, follow_up, new_case, settled_only, status_of
from mailbot.steps.done import Done, due_after
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Batch, Facts, Read, facts_of, read_all
from mailbot.steps.writing import trouble_mails
from mailbot.store.blobs import replace_blob
from mailbot.store.cases import Snapshot, add_parties, append, reserve_numbers, snapshots
from mailbot.store.claim import claim_fairly, is_due, put_back, release
from mailbot.store.engine import read, write
from mailbot.store.known import keep_known
from mailbot.store.ledger import hold_unread, settle_inbox
from mailbot.store.mail import Post, ack_slots, queue, seal_posts
from mailbot.store.register import cases_by_ref
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
    routes = [_route(parts, one, out, facts, now) for one, out in sorted_out]
    opening = [
        out is None and route.route in {Route.NEW, Route.RELATED}
        for (_, out), route in zip(sorted_out, routes, strict=True)
    ]
    numbers = iter(_numbers(parts, sum(opening)))
    cases = _cases(parts, [route.case_id for route in routes if route.case_id is not None])
    slots = _slots(parts, facts, now)
    done = []
    for (one, out), route, opens in zip(sorted_out, routes, opening, strict=True):
        known = cases.get(route.case_id) if route.case_id is not None else None
        if opens:
            done.append(new_case(parts, one, next(numbers), known.case.ref if known else None, slots, now))
        elif known and out is None and route.route is Route.FOLLOW_UP:
            done.append(follow_up(parts, one, _merged(parts, known), route.by, now))
        elif known and route.persons:
            done.append(_from_staff(parts, one, out, route, _merged(parts, known), now))
        else:
            done.append(settled_only(one, out or Sorted("held", route.route.value)))
    return _with_content_once(done, facts)


_OF_STAFF = {"dmarc_fail", "same_content"}
"""Why a mail may open nothing and the member of staff in whose name it came hears of it all the same."""


def _route(parts: Parts, one: Read, out: Sorted | None, facts: Facts, now: datetime) -> Match:
    """Match a message that a case may come of, and what came in the name of staff and does not count."""
    known = facts.known(one, parts, now)
    if out and not (out.why in _OF_STAFF and known.staff):
        return Match(Route.NEW)
    found = match(one.carried, known)
    return replace(found, case_id=OFFICE) if found.persons and found.case_id is None else found


def _from_staff(parts: Parts, one: Read, out: Sorted | None, route: Match, known: Snapshot, now: datetime) -> Done:
    """Obey a mail that carries the token of its very sender; hold any other in the name of staff, and tell them."""
    today = parts.rules.calendar.local_day(now)
    people = [person for person in parts.config.staff_on(today) if person.id in route.persons]
    is_theirs = route.route is Route.STAFF
    if out is None and is_theirs:
        return staff_mail(parts, one, known, people[0], route.tag_differs, now)
    if out is None or out.why == "dmarc_fail":
        return refused(parts, one, known, people, out.why if out else route.route.value, now)
    return already_done(parts, one, known, people[0], now) if is_theirs else settled_only(one, out)


def _merged(parts: Parts, known: Snapshot) -> Snapshot:
    """Return the case that goes on in the place of one that was merged, however often (pitfall 34)."""
    seen = {known.case_id}
    while known.case.merged_into:
        with read(parts.engine) as connection:
            ids = cases_by_ref(connection, [known.case.merged_into])
            known = snapshots(connection, ids.values())[ids[known.case.merged_into]]
        if known.case_id in seen:
            break
        seen.add(known.case_id)
    return known


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
    touched = [case for one in done for case in one.cases]
    new = {one.case.case_id: one.case for one in touched if one.is_new}
    happened: dict[int, list[Event]] = {}
    due = {(one.case.case_id, number): at for one in touched for number, at in one.due.items()}
    for read_mail, mail in bounces:
        events, later = _returned(parts, read_mail, mail, now)
        happened.setdefault(mail.case_id, []).extend(events)
        due |= later
    for case in touched:
        happened.setdefault(case.case.case_id, []).extend(case.events)
    with write(parts.engine) as connection:
        append(connection, new | snapshots(connection, happened.keys() - new.keys()), happened, due, new)
        add_parties(connection, [party for one in done for party in one.parties])
        keep_known(connection, [(one.case.case_id, one.known) for one in done if one.case and one.known])
        for one in done:
            if one.resealed:
                replace_blob(connection, one.resealed_from, one.resealed)
            for change in one.writes:
                change(connection)
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


def _returned(
    parts: Parts, one: Read, mail: Row[Any], now: datetime
) -> tuple[list[Event], dict[tuple[int, int], datetime]]:
    """Return what a mail that came back makes of its case: an answer that did not arrive was none (pitfall 24)."""
    snapshot = _cases(parts, [mail.case_id])[mail.case_id]
    if mail.case_id == OFFICE:
        return [bounced(one, now)], {}
    rules = parts.rules_of(snapshot.case.policy)
    events = [bounced(one, now), *decide_bounced(snapshot.case, mail.key, now, rules)]
    due = due_after(snapshot.case, fold(events, snapshot.case), rules, now)
    return events, {(mail.case_id, number): at for number, at in due.items()}


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
