"""Facts of a case: past-tense names, never changed, never with personal text.

Only ids, codes, times, staff ids and hashes stand in an event; the words themselves stay in sealed blobs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

GENESIS = "0" * 64
"""The hash before the first event of a chain."""

BOT = "mailbot"
"""The actor of everything that no person did."""


class Name(StrEnum):
    """What can have happened; one human sentence each stands in SENTENCES."""

    CASE_OPENED = "case_opened"
    REQUEST_OPENED = "request_opened"
    REQUEST_LEFT_UNCLASSIFIED = "request_left_unclassified"
    FLAG_RAISED = "flag_raised"
    ACKNOWLEDGEMENT_WITHHELD = "acknowledgement_withheld"
    LETTER_QUEUED = "letter_queued"
    ACKNOWLEDGEMENT_ACCEPTED = "acknowledgement_accepted"
    LETTER_ACCEPTED = "letter_accepted"
    LETTER_FAILED = "letter_failed"
    ACKNOWLEDGEMENT_FAILED = "acknowledgement_failed"
    LETTER_BOUNCED = "letter_bounced"
    FOLLOW_UP_RECEIVED = "follow_up_received"
    STAFF_MESSAGE_RECEIVED = "staff_message_received"
    DEADLINE_WARNED = "deadline_warned"
    DEADLINE_MISSED = "deadline_missed"
    DIGEST_ISSUED = "digest_issued"


SENTENCES: Mapping[Name, str] = {
    Name.CASE_OPENED: "a message opened the case",
    Name.REQUEST_OPENED: "a request was read from it and its clock set",
    Name.REQUEST_LEFT_UNCLASSIFIED: "what is asked was not sure; a person decides, the clock runs",
    Name.FLAG_RAISED: "something about it needs attention",
    Name.ACKNOWLEDGEMENT_WITHHELD: "no acknowledgement was owed or allowed",
    Name.LETTER_QUEUED: "a mail was written and queued",
    Name.ACKNOWLEDGEMENT_ACCEPTED: "the mail server accepted the acknowledgement",
    Name.LETTER_ACCEPTED: "the mail server accepted a mail",
    Name.LETTER_FAILED: "a mail did not leave, or nobody knows whether it did",
    Name.ACKNOWLEDGEMENT_FAILED: "the acknowledgement did not leave, or nobody knows whether it did",
    Name.LETTER_BOUNCED: "a mail came back undelivered",
    Name.FOLLOW_UP_RECEIVED: "the requester wrote again",
    Name.STAFF_MESSAGE_RECEIVED: "a member of staff wrote to the case",
    Name.DEADLINE_WARNED: "staff were warned of a date",
    Name.DEADLINE_MISSED: "a date passed without an answer",
    Name.DIGEST_ISSUED: "the manager's digest was written",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `at` is aware; `request` is the number inside the case, None when it concerns the case as a whole."""

    name: Name
    at: datetime
    actor: str = BOT
    request: int | None = None
    data: Mapping[str, "Json"] = field(default_factory=dict)


def canonical(event: Event, case_id: int, seq: int) -> str:
    """Return the one JSON text of an event: sorted keys, no spaces, UTC with microseconds, ASCII only."""
    value = {
        "actor": event.actor,
        "at": stamp(event.at),
        "case": case_id,
        "data": event.data,
        "name": event.name.value,
        "request": event.request,
        "seq": seq,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def stamp(moment: datetime) -> str:
    """Return a moment as the chain writes it, for example `2026-11-20T05:10:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain(previous: str, text: str) -> str:
    """Return the hash of an event: SHA-256 over the hash before it (hex) and its canonical text."""
    return hashlib.sha256(f"{previous}\n{text}".encode("ascii")).hexdigest()
