"""The one checker of the crash tests: plain SQL, the server's folders and what people received; no product logic.

Every violation begins with the invariant it breaks: I1 no mail lost, I2 no case doubled, I3 acknowledged at most
once and never silently not, I5 the event log holds and fits the rows.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from tests.crash.letters import Written

DISPOSITIONS = {"case", "follow-up", "staff", "machine", "duplicate", "spam", "held", "old"}
TRANSPORT = {"return-path", "delivered-to", "received", "x-original-to", "authentication-results"}
Rows = Sequence[Any]


@dataclass(frozen=True)
class World:
    """All that can be seen from outside: tables by name, ids of keys, folders, inboxes, and what people wrote."""

    tables: Mapping[str, Rows]
    keys: frozenset[str]
    folders: Mapping[str, Sequence[EmailMessage]]
    next_uid: int
    received: Mapping[str, Sequence[EmailMessage]]
    staff: str
    written: Sequence[Written]

    def cases(self) -> Rows:
        return [row for row in self.tables["case_file"] if row.id != 0]


@dataclass
class Findings:
    """The verdict: violations in words, and the figures that are no violation."""

    violations: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


def check(world: World) -> Findings:
    """Look at everything; an empty list of violations means that all promises were kept."""
    found = Findings()
    for look in (_ledger, _folders, _texts, _left_over, _cases, _acknowledgements, _letters, _received, _events, _fold):
        found.violations += look(world)
    found.figures.update(_figures(world))
    return found


def _ledger(world: World) -> Iterator[str]:
    rows = world.tables["ledger"]
    if world.next_uid - 1 != len(world.written):
        yield f"I1 the server gave {world.next_uid - 1} numbers to {len(world.written)} delivered mails"
    seen = Counter(row.uid for row in rows)
    for uid in range(1, world.next_uid):
        if seen[uid] != 1:
            yield f"I1 mail {uid} has {seen[uid]} ledger rows"
    for row in rows:
        if row.disposition not in DISPOSITIONS:
            yield f"I1 mail {row.uid} has the disposition {row.disposition}"


def _folders(world: World) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for folder, mails in world.folders.items():
        for one in mails:
            places.setdefault(str(one["Message-ID"]), []).append(folder)
    for one in world.written:
        if len(found := places.pop(one.message_id, [])) != 1:
            yield f"I1 {one.message_id} lies in {found} instead of one folder"
        elif found == ["INBOX"]:
            yield f"I1 {one.message_id} was never filed"
    if places:
        yield f"I1 the server has mails nobody wrote: {sorted(places)}"


def _texts(world: World) -> Iterator[str]:
    """A ledger row without bytes, or bytes without a key, is a lost mail too."""
    blobs = {row.id: row.key_id for row in world.tables["blob"]}
    for name in ("ledger", "outbox"):
        for row in world.tables[name]:
            if blobs.get(row.blob_id) != row.key_id or row.key_id not in world.keys:
                yield f"I1 the text of {name} {row.id} cannot be read"


def _left_over(world: World) -> Iterator[str]:
    if rows := world.tables["inbox"]:
        yield f"I5 {len(rows)} messages still wait in the inbox"
    for row in world.tables["outbox"]:
        if row.state not in {"sent", "unknown"}:
            yield f"I5 mail {row.key} is {row.state} ({row.code})"


def _cases(world: World) -> Iterator[str]:
    rows = world.tables["ledger"]
    held = sum(row.disposition == "held" for row in rows)
    if len(world.cases()) != len(world.written) - held:
        yield f"I2 {len(world.cases())} cases and {held} held for {len(world.written)} first mails"
    opened = Counter(row.case_id for row in rows if row.disposition == "case")
    yield from (
        f"I2 case {one.id} was opened by {opened[one.id]} mails" for one in world.cases() if opened[one.id] != 1
    )
    parties = Counter(row.address_index for row in world.tables["party"])
    yield from (f"I2 a requester has {number} cases" for number in parties.values() if number != 1)


def _acknowledgements(world: World) -> Iterator[str]:
    """Each case: accepted and received once, or unknown, received at most once and told to staff."""
    acks = [row for row in world.tables["outbox"] if row.kind == "ack"]
    owed = Counter(row.case_id for row in acks)
    refs = Counter(ref for mails in _requesters(world).values() for ref in map(_ref, _kind(mails, "ack")))
    told = {str(one["Subject"]).split("]")[0].strip("[") for one in _kind(world.received[world.staff], "warning")}
    for case in world.cases():
        if owed[case.id] != 1:
            yield f"I3 case {case.id} has {owed[case.id]} acknowledgements"
    for row in acks:
        if refs[row.ref] > 1 or (row.state == "sent" and refs[row.ref] != 1):
            yield f"I3 the acknowledgement of case {row.case_id} is {row.state} and was received {refs[row.ref]} times"
        if (row.state == "unknown") != (row.ref in told):
            yield f"I3 the acknowledgement of case {row.case_id} is {row.state}, staff told: {row.ref in told}"


def _letters(world: World) -> Iterator[str]:
    """Staff hear of each case; what they get twice is the same mail."""
    mails = world.received[world.staff]
    noticed = {_ref(one) for one in mails if one["X-Mailbot-Kind"] in {"notice", "escalation"}}
    yield from (f"I3 staff never heard of case {case.id}" for case in world.cases() if case.ref not in noticed)
    first: dict[str, Any] = {}
    for one in mails:
        if first.setdefault(str(one["Message-ID"]), _said(one)) != _said(one):
            yield f"I3 two different mails have the id {one['Message-ID']}"
    sent = {row.message_id for row in world.tables["outbox"] if row.state == "sent" and row.audience == "staff"}
    everyone = {str(one["Message-ID"]) for mails in world.received.values() for one in mails}
    if lost := sent - everyone:
        yield f"I3 {len(lost)} mails to staff are marked as sent and were received by nobody"


def _received(world: World) -> Iterator[str]:
    """A requester gets one acknowledgement, of the own mail, and nothing else."""
    written = {one.requester: one.message_id for one in world.written}
    for requester, mails in _requesters(world).items():
        for one in mails:
            if one["X-Mailbot-Kind"] != "ack" or one["To"] != requester or one["In-Reply-To"] != written[requester]:
                yield f"I3 {requester} received a mail not meant for that person"
        if len(mails) > 1:
            yield f"I3 {requester} received {len(mails)} acknowledgements"


def _events(world: World) -> Iterator[str]:
    """Every chain from its first event, computed anew."""
    heads: dict[int, tuple[int, str]] = {}
    for row in sorted(world.tables["event"], key=lambda row: (row.case_id, row.seq)):
        seq, head = heads.get(row.case_id, (0, "0" * 64))
        digest = hashlib.sha256(f"{head}\n{row.text}".encode("ascii")).hexdigest()
        said = json.loads(row.text)
        if (row.seq, row.hash) != (seq + 1, digest):
            yield f"I5 event {row.case_id}/{row.seq} breaks the chain"
        if (said["case"], said["seq"], said["name"]) != (row.case_id, row.seq, row.name):
            yield f"I5 event {row.case_id}/{row.seq} differs from its row"
        heads[row.case_id] = (row.seq, row.hash)
    for case in world.tables["case_file"]:
        if (case.seq, case.head) != heads.pop(case.id, (0, "0" * 64)):
            yield f"I5 case {case.id} ends elsewhere than its events"
    yield from (f"I5 there are events of case {case_id}, which does not exist" for case_id in heads)


def _fold(world: World) -> Iterator[str]:
    """The rows say what the events say."""
    names: dict[int, Counter[str]] = {}
    for row in world.tables["event"]:
        names.setdefault(row.case_id, Counter())[row.name] += 1
    requests = Counter(row.case_id for row in world.tables["request"])
    states = {row.case_id: row.state for row in world.tables["outbox"] if row.kind == "ack"}
    mails = Counter(row.case_id for row in world.tables["outbox"] if row.kind in {"ack", "notice", "escalation"})
    for case in world.cases():
        had = names.get(case.id, Counter())
        expected = {
            "case_opened": 1,
            "acknowledgement_accepted": int(states.get(case.id) == "sent"),
            "acknowledgement_failed": int(states.get(case.id) == "unknown"),
            "letter_queued": mails[case.id],
        }
        for name, number in expected.items():
            if had[name] != number:
                yield f"I5 case {case.id} has {had[name]} events {name} instead of {number}"
        if requests[case.id] != had["request_opened"] + had["request_left_unclassified"] or not requests[case.id]:
            yield f"I5 case {case.id} has {requests[case.id]} requests, its events say otherwise"
        if (case.acknowledged_at is not None) != (states.get(case.id) == "sent"):
            yield f"I5 case {case.id} says acknowledged at {case.acknowledged_at}, its mail is {states.get(case.id)}"


def _figures(world: World) -> Counter[str]:
    acks = [row for row in world.tables["outbox"] if row.kind == "ack"]
    refs = {ref for mails in _requesters(world).values() for ref in map(_ref, _kind(mails, "ack"))}
    unknown = [row for row in acks if row.state == "unknown"]
    ids = Counter(str(one["Message-ID"]) for one in world.received[world.staff])
    return Counter(
        mails=len(world.written),
        cases=len(world.cases()),
        held=sum(row.disposition == "held" for row in world.tables["ledger"]),
        unknown=len(unknown),
        unknown_but_received=sum(row.ref in refs for row in unknown),
        staff_mails_twice=sum(number > 1 for number in ids.values()),
    )


def _requesters(world: World) -> dict[str, Sequence[EmailMessage]]:
    return {one.requester: world.received[one.requester] for one in world.written}


def _kind(mails: Iterable[EmailMessage], kind: str) -> list[EmailMessage]:
    return [one for one in mails if one["X-Mailbot-Kind"] == kind]


def _ref(one: EmailMessage) -> str:
    """The reference in a subject, `[KJ-2026-000001-X] …`."""
    return str(one["Subject"]).partition("[")[2].partition("]")[0]


def _said(one: EmailMessage) -> tuple[Any, ...]:
    """A mail without what the servers on its way added."""
    headers = [(name, str(value)) for name, value in one.items() if name.lower() not in TRANSPORT]
    return (*headers, one.as_string().partition("\n\n")[2])
