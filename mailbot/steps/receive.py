"""receive: decides what each fetched message is, and writes everything that follows from it in one transaction.

Reading, deciding, rendering and sealing happen before that transaction; nothing leaves this step but commits.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from mailbot.core.budget import Slots
from mailbot.core.case import fold
from mailbot.core.events import Event
from mailbot.core.flood import FLAG
from mailbot.core.match import Match, Route
from mailbot.core.progress import decide_bounced
from mailbot.core.triage import Sorted
from mailbot.steps.desk.doubting import already_done, refused
from mailbot.steps.desk.orders import staff_mail
from mailbot.steps.dispose import bounced, follow_up, new_case, settled_only, status_of
from mailbot.steps.done import Also, Done, due_after
from mailbot.steps.flooding import Watch, fold_in
from mailbot.steps.lost_keys import WHY as KEY_LOST
from mailbot.steps.lost_keys import cannot_be_opened
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Batch, Facts, Read, classified, facts_of, read_all
from mailbot.steps.routing import (
    LEFT_IN_JUNK,
    OF_WORDS,
    cases,
    each_case_once,
    opens,
    returned_mail,
    route_of,
    sort_all,
    strangers,
)
from mailbot.steps.safe_mode import hold_back
from mailbot.steps.turn import in_turn
from mailbot.steps.writing import trouble_mails
from mailbot.store.blobs import replace_blob
from mailbot.store.cases import Snapshot, add_parties, append, reserve_numbers, snapshots, unchanged
from mailbot.store.claim import LeaseLost, claim_fairly, is_due, put_back, release
from mailbot.store.engine import read, write
from mailbot.store.known import keep_known
from mailbot.store.ledger import hold_unread, settle_inbox
from mailbot.store.mail import queue, seal_posts, slots_since
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
    if lost := cannot_be_opened(parts, rows):
        with write(parts.engine) as connection:
            for row in lost:
                hold_unread(connection, row, KEY_LOST, now)
            put_back(connection, inbox, [row for row in rows if row not in lost], now)
        return True
    if not rows:
        return False
    with _given_back(parts, rows, now):
        batch = read_all(parts, rows, now)
        facts = facts_of(parts, batch.done, now)
        mails = each_case_once(parts, batch.done, facts, now)
        again = [one.row for one in batch.done[len(mails) :]]
        _settle_unread(parts, replace(batch, untouched=[*again, *batch.untouched]), now)
        floods = Watch(parts, now)
        known = _classified(parts, mails, facts, floods, now)
        _commit(parts, floods.counted(_decide(parts, known, facts, floods.folded, now)), now)
    return True


def _classified(parts: Parts, batch: Sequence[Read], facts: Facts, floods: Watch, now: datetime) -> list[Read]:
    """Return messages with what they ask, once it is known which go into a flood: of those nobody has to know it."""
    floods.look(strangers(parts, batch, facts, now))
    settled = [one.row.ledger_id for one, out in sort_all(parts, batch, facts) if out and out.why not in OF_WORDS]
    of_staff = [one.row.ledger_id for one in batch if facts.known(one, parts, now).staff]
    known = classified(parts, batch, floods.folded.keys() | (set(settled) - set(of_staff)))
    floods.look(strangers(parts, known, facts, now))  # a contact form is a stranger only if it asks for something
    return known


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


def _decide(parts: Parts, batch: Sequence[Read], facts: Facts, folded: Mapping[int, str], now: datetime) -> list[Done]:
    flooding = [(one, folded[one.row.ledger_id]) for one in batch if one.row.ledger_id in folded]
    sorted_out = [(one, out) for one, out in sort_all(parts, batch, facts) if one.row.ledger_id not in folded]
    routes = [route_of(parts, one, out, facts, now) for one, out in sorted_out]
    opening = [opens(out, route) for (_, out), route in zip(sorted_out, routes, strict=True)]
    numbers = iter(_numbers(parts, sum(opening)))
    known = cases(parts, [route.case_id for route in routes if route.case_id is not None])
    slots = _slots(parts, facts, now)
    done = fold_in(parts, flooding, now)
    for (one, out), route, is_new in zip(sorted_out, routes, opening, strict=True):
        case = known.get(route.case_id) if route.case_id is not None else None
        if is_new:
            done.append(new_case(parts, one, next(numbers), case.case.ref if case else None, slots, now))
        elif case and out is None and route.route is Route.FOLLOW_UP:
            done.append(follow_up(parts, one, case, route.by, now))
        elif case and route.persons:
            done.append(_from_staff(parts, one, out, route, case, now))
        elif mail := returned_mail(one, facts):
            done.append(_returned(parts, one, out, mail, now))
        else:
            done.append(settled_only(one, out or Sorted("held", route.route.value)))
    return _with_content_once(done, facts)


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


def _with_content_once(done: Sequence[Done], facts: Facts) -> list[Done]:
    """Let only the first message of a content that is not left in junk carry its index: later ones are its copies."""
    seen: set[str | None] = set(facts.copies)
    result = []
    for one in done:
        is_left = Sorted(one.settlement.disposition, one.settlement.why or "") == LEFT_IN_JUNK
        index = None if is_left else one.settlement.content_index
        settlement = replace(one.settlement, content_index=None if index in seen else index)
        seen.add(index)
        result.append(replace(one, settlement=settlement))
    return result


def _commit(parts: Parts, done: Sequence[Done], now: datetime) -> None:
    """Write a batch: cases, events, letters and dispositions together, or nothing.

    Raises LeaseLost where a case is no longer what the decision was made on.
    """
    posts = [post for one in done for post in one.posts]
    envelopes = seal_posts(parts.vault, posts)
    touched = [case for one in done for case in one.cases]
    new = {one.case.case_id: one.case for one in touched if one.is_new}
    due = {(one.case.case_id, number): at for one in touched for number, at in one.due.items()}
    happened: dict[int, list[Event]] = {}
    for case in touched:
        happened.setdefault(case.case.case_id, []).extend(case.events)
    with write(parts.engine) as connection:
        append(connection, new | _as_decided_on(connection, touched), happened, due, new)
        add_parties(connection, [party for one in done for party in one.parties])
        keep_known(connection, [(one.case.case_id, one.known) for one in done if one.case and one.known])
        for one in done:
            if one.resealed:
                replace_blob(connection, one.resealed_from, one.resealed)
            for change in one.writes:
                change(connection)
        queue(connection, in_turn(parts, connection, posts, now), envelopes, now)
        hold_back(connection, done, now)
        settle_inbox(connection, [one.settlement for one in done], now)
    parts.tell_settled()
    parts.signals.written.set()


def _as_decided_on(connection: Connection, touched: Sequence[Also]) -> dict[int, Snapshot]:
    """Return the known cases, locked. Raises LeaseLost where another worker let one go on meanwhile.

    What is only noted or counted holds whatever else happened: the office's own chain, and the case of a flood.
    """
    known = {one.case.case_id: one.case for one in touched if not one.is_new}
    counted = {number for number, one in known.items() if number == OFFICE or FLAG in one.case.flags}
    decided = {number: one for number, one in known.items() if number not in counted}
    return unchanged(connection, decided) | snapshots(connection, counted)


def _returned(parts: Parts, one: Read, out: Sorted | None, mail: Row[Any], now: datetime) -> Done:
    """Return what a mail that came back makes of its case: an answer that did not arrive was none (pitfall 24)."""
    with read(parts.engine) as connection:
        case = snapshots(connection, [mail.case_id])[mail.case_id]
    events, due = [bounced(one, now)], dict[int, datetime]()
    if mail.case_id != OFFICE:
        rules = parts.rules_of(case.case.policy)
        events += decide_bounced(case.case, mail.key, now, rules)
        due = due_after(case.case, fold(events, case.case), rules, now)
    done = settled_only(one, out or Sorted("machine", "bounce"))
    told = trouble_mails(parts, case, mail, "bounced", status_of(one), now)
    return replace(done, also=(Also(case, tuple(events), due),), posts=tuple(told))


def _numbers(parts: Parts, count: int) -> list[int]:
    if not count:
        return []
    with write(parts.engine) as connection:
        return reserve_numbers(connection, count)


def _slots(parts: Parts, facts: Facts, now: datetime) -> Slots:
    limits = parts.config.limits
    with read(parts.engine) as connection:
        taken = slots_since(connection, now - _HOUR)
    each = (limits.acks_per_hour, facts.acks, limits.acks_per_address_day)
    return Slots(taken, *each, notices_per_hour=limits.flood_notices_hour)


@contextmanager
def _given_back(parts: Parts, rows: Sequence[Row[Any]], now: datetime) -> Iterator[None]:
    """Give a failed batch back soon: its rows are met again one at a time, so that a bad mail harms only itself.

    That another worker was quicker is no fault of the mails.
    """
    try:
        yield
    except LeaseLost:
        with write(parts.engine) as connection:
            put_back(connection, inbox, rows, now + timedelta(seconds=1))
        raise
    except Exception:
        with write(parts.engine) as connection:
            release(connection, inbox, rows, now + timedelta(seconds=1))
        raise
