"""I5 the event log holds, no effect is without its event, and the rows say what the events say."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.invariants.world import World


def chains(world: World) -> Iterator[str]:
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


def effects(world: World) -> Iterator[str]:
    """Each letter, relay and notice was queued once by an event, and what became of it was told once."""
    queued, ended = Counter[str](), Counter[str]()
    for row in world.tables["event"]:
        key = str(json.loads(row.text)["data"].get("mail", ""))
        if row.name == "letter_queued":
            queued[key] += 1
        elif row.name in {"acknowledgement_accepted", "acknowledgement_failed", "letter_accepted", "letter_failed"}:
            ended[key] += 1
    keys = {row.key: row for row in world.tables["outbox"] if row.case_id != 0}
    for key, row in keys.items():
        if queued[key] != 1 and (row.audience == "requester" or key.startswith(("notice:", "escalation:"))):
            yield f"I5 mail {key} has {queued[key]} events letter_queued"
        expected = int(row.audience == "requester" and row.state in {"sent", "unknown", "failed", "held"})
        if row.audience == "requester" and ended[key] != expected:
            yield f"I5 mail {key} is {row.state}, and {ended[key]} events say how it ended"
    yield from (f"I5 an event queued {key}, which is not there" for key in queued if key not in keys)


def causes(world: World) -> Iterator[str]:
    """What a message caused names a message that is in the ledger, and that case."""
    rows = {row.id: row for row in world.tables["ledger"]}
    for row in world.tables["event"]:
        message = json.loads(row.text)["data"].get("message")
        if row.name in {"case_opened", "follow_up_received", "staff_message_received"} and (
            message not in rows or (row.name == "case_opened" and rows[message].case_id != row.case_id)
        ):
            yield f"I5 event {row.case_id}/{row.seq} {row.name} has no message: {message}"
    opened = Counter(row.case_id for row in world.tables["event"] if row.name == "case_opened")
    for case in world.cases():
        if opened[case.id] != 1:
            yield f"I5 case {case.id} has {opened[case.id]} events case_opened instead of 1"


def fold(world: World) -> Iterator[str]:
    """The rows say what the events say."""
    names: dict[int, Counter[str]] = {}
    for row in world.tables["event"]:
        names.setdefault(row.case_id, Counter())[row.name] += 1
    requests = Counter(row.case_id for row in world.tables["request"])
    acks: dict[int, Any] = {row.case_id: row for row in world.tables["outbox"] if row.kind == "ack"}
    for case in world.cases():
        had = names.get(case.id, Counter())
        opened = had["request_opened"] + had["request_left_unclassified"]
        if not requests[case.id] or (requests[case.id] != opened and not had["request_reclassified"]):
            yield f"I5 case {case.id} has {requests[case.id]} requests, its events say {opened}"
        was_sent = case.id in acks and acks[case.id].state == "sent"
        if (case.acknowledged_at is not None) != was_sent:
            yield f"I5 case {case.id} says acknowledged at {case.acknowledged_at}, its mail was sent: {was_sent}"
