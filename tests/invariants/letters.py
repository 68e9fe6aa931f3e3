"""I3 acknowledged at most once, other letters the same bytes again or not at all. I4 only to whom it may go."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.invariants.world import Received, World, headers_of, words_of

TRANSPORT = {"return-path", "delivered-to", "received", "x-original-to", "authentication-results"}
ANSWERS = {"ack", "letter", ""}
"""What a requester may get; a relay has no kind."""


def acknowledgements(world: World) -> Iterator[str]:
    """Each: accepted and received once, or unknown, received at most once and told to staff.

    A mail that tells them and is refused for good is on record: there is no mail about a mail about a mail.
    """
    received = Counter(one.id for one in world.received)
    tried = [row for row in world.tables["outbox"] if received[row.message_id] or _is_refused(row)]
    told = {row.key.rpartition(":")[0] for row in tried}
    per_case = Counter(row.case_id for row in world.tables["outbox"] if row.kind == "ack")
    yield from (
        f"I3 case {case_id} has {number} acknowledgements" for case_id, number in per_case.items() if number > 1
    )
    for case in world.cases():
        if not per_case[case.id] and not case.withheld:
            yield f"I3 case {case.id} has 0 acknowledgements"
    for row in world.tables["outbox"]:
        if not row.once:
            continue
        number = received[row.message_id]
        if number > 1 or (row.state == "sent" and number != 1):
            yield f"I3 the {row.kind} of case {row.case_id} is {row.state} and was received {number} times"
        if row.state == "unknown" and f"trouble:{row.id}:unknown" not in told:
            yield f"I3 the {row.kind} of case {row.case_id} is unknown, and staff were never told"


def letters(world: World) -> Iterator[str]:
    """What left twice left as the same bytes, and only where a worker died; what is marked as sent was received."""
    copies: dict[str, list[Received]] = {}
    for one in world.received:
        copies.setdefault(one.id, []).append(one)
    rows = {row.message_id: row for row in world.tables["outbox"]}
    for message_id, same in copies.items():
        if len({_said(one.raw) for one in same}) != 1 or len({one.recipient for one in same}) != 1:
            yield f"I3 two different mails have the id {message_id}"
        if len(same) > 1 + world.deaths:
            yield f"I3 {message_id} was received {len(same)} times after {world.deaths} deaths"
        if message_id not in rows:
            yield f"I3 {same[0].recipient} received a mail that was never queued: {message_id}"
    for row in rows.values():
        if row.state == "sent" and row.message_id not in copies:
            yield f"I3 mail {row.key} is sent and was received by nobody"


def staff(world: World) -> Iterator[str]:
    """Staff hear of each case by a notice; where all of them were given up, by any mail that names the case.

    What their own server refuses for good is on record, and told by the digest alone.
    """
    noticed = {one.ref for one in world.to_staff() if one.kind in {"notice", "escalation"}}
    rows = [row for row in world.tables["outbox"] if row.kind == "notice" and row.audience == "staff"]
    ended = {row.case_id for row in rows} - {row.case_id for row in rows if row.state != "failed"}
    refused = {row.case_id for row in rows if row.case_id in ended and _is_refused(row)}
    for case in world.cases():
        is_named = case.id in ended and any(case.ref in words_of(one.raw) for one in world.to_staff())
        if case.ref not in noticed and not is_named and case.id not in refused:
            yield f"I3 staff never heard of case {case.id}"


def recipients(world: World) -> Iterator[str]:
    """Each mail goes to one person, who may be written to, and a requester gets what is about the own case only."""
    owners = _owners(world)
    rows = {row.message_id: row for row in world.tables["outbox"]}
    for one in world.received:
        if one.recipient not in world.allowed:
            yield f"I4 {one.recipient} was written to"
        if (one.mail["To"], one.mail["Cc"], one.mail["Bcc"]) != (one.recipient, None, None):
            yield f"I4 {one.recipient} received a mail to {one.mail['To']}, {one.mail['Cc']}"
    for one in world.to_requesters():
        row: Any = rows.get(one.id)
        if row and one.recipient not in owners.get(row.case_id, set()):
            yield f"I4 {one.recipient} received a mail not meant for that person: {row.key}"
        if one.kind not in ANSWERS:
            yield f"I4 {one.recipient} received a {one.kind}"


def _is_refused(row: Any) -> bool:
    """Whether a server refused a mail for good, which is not the same as given up."""
    return bool(row.state == "failed" and str(row.code).startswith("5"))


def _owners(world: World) -> dict[int, set[str]]:
    """Who wrote the mail that opened each case."""
    ids = {(one.folder, one.uidvalidity, one.uid): one.message_id for one in world.visible}
    writers = {one.message_id: one.requester for one in world.written}
    owners: dict[int, set[str]] = {}
    for row in world.tables["ledger"]:
        if row.disposition == "case":
            writer = writers.get(ids.get((row.folder, row.uidvalidity, row.uid), ""), "")
            owners.setdefault(row.case_id, set()).add(writer)
    return owners


def _said(raw: bytes) -> tuple[Sequence[tuple[str, str]], str]:
    """A mail without what the servers on its way added."""
    mail = headers_of(raw)
    headers = tuple((name, str(value)) for name, value in mail.items() if name.lower() not in TRANSPORT)
    return headers, mail.as_string().partition("\n\n")[2]
