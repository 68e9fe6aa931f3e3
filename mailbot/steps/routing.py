"""Where each read message belongs: what it is if it opens nothing, the case it joins, and who of the staff wrote it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from mailbot.core.match import Match, Route, match
from mailbot.core.triage import Circumstances, Sorted, is_own_address, sort_out
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Facts, Read
from mailbot.store.cases import Snapshot, snapshots
from mailbot.store.engine import read
from mailbot.store.ledger import RELEASED
from mailbot.store.register import cases_by_ref
from mailbot.store.tables import OFFICE

OF_WORDS = {"junk", "spam_mark", "no_reply_address"}
"""Why a mail may open nothing that are weighed against what its words ask."""
_OF_STAFF = {"dmarc_fail", "same_content"}
"""Why a mail may open nothing and the member of staff in whose name it came hears of it all the same."""

LEFT_IN_JUNK = Sorted("spam", "junk")
"""What nobody reads: the same mail in another folder is no copy of it. Who takes a mail out of junk wants it heard."""


def sort_all(parts: Parts, batch: Sequence[Read], facts: Facts) -> list[tuple[Read, Sorted | None]]:
    """Sort every message; a copy inside the same batch is a copy too."""
    seen = set(facts.copies)
    result = []
    for one in batch:
        about = Circumstances(
            is_own=one.incoming.message_id in facts.mails or is_own_address(one.incoming.sender, parts.company.address),
            is_copy=one.content_index in seen,
            is_junk=one.entry.folder in parts.junk_folders,
            is_answer=bool(one.carried.tokens),
            dmarc=one.transport.dmarc,
        )
        is_settled = one.entry.why not in {None, RELEASED}
        out = Sorted("held", one.entry.why) if is_settled else sort_out(one.incoming, one.verdict, about)
        if out != LEFT_IN_JUNK:
            seen.add(one.content_index)
        result.append((one, out))
    return result


def route_of(parts: Parts, one: Read, out: Sorted | None, facts: Facts, now: datetime) -> Match:
    """Match a message that a case may come of, and what came in the name of staff and does not count."""
    known = facts.known(one, parts, now)
    if out and not (out.why in _OF_STAFF and known.staff):
        return Match(Route.NEW)
    found = match(one.carried, known)
    return replace(found, case_id=OFFICE) if found.persons and found.case_id is None else found


def opens(out: Sorted | None, route: Match) -> bool:
    """Say whether a message opens a case."""
    return out is None and route.route in {Route.NEW, Route.RELATED}


def strangers(parts: Parts, batch: Sequence[Read], facts: Facts, now: datetime) -> list[Read]:
    """Return the messages that would each open a case; one that a person took out of a flood is no part of it."""
    sorted_out = sort_all(parts, batch, facts)
    found = [one for one, out in sorted_out if opens(out, route_of(parts, one, out, facts, now))]
    return [one for one in found if one.entry.why != RELEASED]


def returned_mail(one: Read, facts: Facts) -> Row[Any] | None:
    """Return the mail to a requester that a bounce brings back; one without an id of ours is nobody's (pitfall 23).

    A bounced notice is no news of the requester and never touches the case (pitfall 22); a delay is no failure.
    """
    bounce = one.incoming.bounce
    mail = facts.mails.get(bounce.original_message_id or "") if bounce and not bounce.is_delay else None
    return mail if mail and mail.audience == "requester" and one.content_index not in facts.copies else None


def each_case_once(parts: Parts, batch: Sequence[Read], facts: Facts, now: datetime) -> Sequence[Read]:
    """Return the messages before the first whose case an earlier one touches: it has to be decided on what that did."""
    asked = [_case_ids(parts, one, facts, now) for one in batch]
    living = {case_id: one.case_id for case_id, one in cases(parts, {i for ids in asked for i in ids}).items()}
    seen: set[int] = set()
    for place, ids in enumerate(asked):
        touched = {living.get(case_id, case_id) for case_id in ids}
        if touched & seen:
            return batch[:place]
        seen |= touched
    return batch


def _case_ids(parts: Parts, one: Read, facts: Facts, now: datetime) -> set[int]:
    """Return the cases that a message may touch, whatever it turns out to ask."""
    mail = returned_mail(one, facts)
    found = {match(one.carried, facts.known(one, parts, now)).case_id, mail.case_id if mail else None}
    return {case_id for case_id in found if case_id not in {None, OFFICE}}


def cases(parts: Parts, case_ids: Iterable[int]) -> dict[int, Snapshot]:
    """Return by the id that was asked for the case that goes on: the one it was merged into, however often."""
    with read(parts.engine) as connection:
        found = snapshots(connection, case_ids)
    return {case_id: _living(parts, one) for case_id, one in found.items()}


def _living(parts: Parts, known: Snapshot) -> Snapshot:
    """Follow the merges of a case (pitfall 34)."""
    seen = {known.case_id}
    while known.case.merged_into:
        with read(parts.engine) as connection:
            ids = cases_by_ref(connection, [known.case.merged_into])
            known = snapshots(connection, ids.values())[ids[known.case.merged_into]]
        if known.case_id in seen:
            break
        seen.add(known.case_id)
    return known
