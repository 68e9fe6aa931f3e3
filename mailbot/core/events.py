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
    MESSAGES_FOLDED = "messages_folded"
    STAFF_MESSAGE_RECEIVED = "staff_message_received"
    DEADLINE_WARNED = "deadline_warned"
    DEADLINE_MISSED = "deadline_missed"
    DIGEST_ISSUED = "digest_issued"
    AUTHORITY_REFUSED = "authority_refused"
    CHALLENGE_ISSUED = "challenge_issued"
    HANDLER_ASSIGNED = "handler_assigned"
    NOTE_KEPT = "note_kept"
    REQUEST_RECLASSIFIED = "request_reclassified"
    REQUEST_DROPPED = "request_dropped"
    REQUEST_MOVED = "request_moved"
    REPLY_ASKED = "reply_asked"
    PAUSE_STARTED = "pause_started"
    PAUSE_ENDED = "pause_ended"
    IDENTITY_VERIFIED = "identity_verified"
    IDENTITY_REOPENED = "identity_reopened"
    PAPERS_RECEIVED = "papers_received"
    PAPERS_DESTROYED = "papers_destroyed"
    EFFECT_OFFERED = "effect_offered"
    EFFECT_CONFIRMED = "effect_confirmed"
    EFFECT_VOIDED = "effect_voided"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_REMINDED = "approval_reminded"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_DENIED = "approval_denied"
    REQUEST_DECIDED = "request_decided"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_EXTENDED = "request_extended"
    REQUEST_REOPENED = "request_reopened"
    CASE_CLOSED = "case_closed"
    CASE_REOPENED = "case_reopened"
    CASE_MERGED = "case_merged"
    CASE_ABSORBED = "case_absorbed"
    CASE_LINKED = "case_linked"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    PARTY_ADDED = "party_added"
    ADDRESS_CHANGED = "address_changed"
    STATUS_TOLD = "status_told"
    RELAY_CANCELLED = "relay_cancelled"
    WARNINGS_SNOOZED = "warnings_snoozed"
    ESCALATED = "escalated"
    ESCALATION_HANDED_ON = "escalation_handed_on"
    REQUESTER_REMINDED = "requester_reminded"
    STATUS_LETTER_DRAFTED = "status_letter_drafted"
    STATUS_LETTER_WRITTEN = "status_letter_written"
    GATE_ANSWERED = "gate_answered"
    GATE_UNANSWERED = "gate_unanswered"
    EXTENSION_VOIDED = "extension_voided"
    DATES_RECOUNTED = "dates_recounted"
    ABSENCE_TOLD = "absence_told"
    ABSENCE_ENDED = "absence_ended"
    CLOCK_DOUBTED = "clock_doubted"
    CLOCK_TRUSTED = "clock_trusted"
    CLOCK_SET_BACK = "clock_set_back"
    DATABASE_DOUBTED = "database_doubted"
    DATABASE_TRUSTED = "database_trusted"
    REPORT_ISSUED = "report_issued"


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
    Name.MESSAGES_FOLDED: "mails of a flood were put into this one case; a person looks through them",
    Name.STAFF_MESSAGE_RECEIVED: "a member of staff wrote to the case",
    Name.DEADLINE_WARNED: "staff were warned of a date",
    Name.DEADLINE_MISSED: "a date passed without an answer",
    Name.DIGEST_ISSUED: "the manager's digest was written",
    Name.AUTHORITY_REFUSED: "a mail in the name of staff was not believed; nothing was done",
    Name.CHALLENGE_ISSUED: "a mail in the name of staff was not proved; the real person was asked",
    Name.HANDLER_ASSIGNED: "somebody took the case or was given it",
    Name.NOTE_KEPT: "a member of staff left a note inside",
    Name.REQUEST_RECLASSIFIED: "a person said what the request is",
    Name.REQUEST_DROPPED: "a person said that this was never asked",
    Name.REQUEST_MOVED: "the request went on in another case",
    Name.REPLY_ASKED: "a letter was written that asks the requester for something",
    Name.PAUSE_STARTED: "the asking letter left; the service clock stands still",
    Name.PAUSE_ENDED: "the requester wrote, or the stop was long enough; the service clock runs again",
    Name.IDENTITY_VERIFIED: "the identity was checked",
    Name.IDENTITY_REOPENED: "the identity has to be checked again",
    Name.PAPERS_RECEIVED: "papers came and were sealed apart",
    Name.PAPERS_DESTROYED: "the papers were destroyed",
    Name.EFFECT_OFFERED: "a preview was written; nothing leaves until it is confirmed",
    Name.EFFECT_CONFIRMED: "the author confirmed the preview",
    Name.EFFECT_VOIDED: "a preview was given up",
    Name.APPROVAL_ASKED: "the manager was asked",
    Name.APPROVAL_REMINDED: "an approval was asked for again",
    Name.APPROVAL_GIVEN: "the manager approved",
    Name.APPROVAL_DENIED: "the manager sent it back",
    Name.REQUEST_DECIDED: "an outcome was fixed and its letter queued",
    Name.REQUEST_ANSWERED: "the mail server accepted the answer",
    Name.REQUEST_EXTENDED: "the service date was extended once",
    Name.REQUEST_REOPENED: "the request counts as not answered again",
    Name.CASE_CLOSED: "the case was closed",
    Name.CASE_REOPENED: "the case was opened again",
    Name.CASE_MERGED: "the case went into another one",
    Name.CASE_ABSORBED: "another case came into this one",
    Name.CASE_LINKED: "the case was linked to another one",
    Name.HOLD_SET: "nothing of the case may be destroyed",
    Name.HOLD_LIFTED: "the hold on destruction was lifted",
    Name.PARTY_ADDED: "staff added a second party",
    Name.ADDRESS_CHANGED: "the address letters go to was changed",
    Name.STATUS_TOLD: "the requester asked how it stands and was told",
    Name.RELAY_CANCELLED: "a reply was taken back before it left",
    Name.WARNINGS_SNOOZED: "warnings were put off",
    Name.ESCALATED: "it was put before the manager at once",
    Name.ESCALATION_HANDED_ON: "nobody answered a warning in time; the next person was told",
    Name.REQUESTER_REMINDED: "the requester was reminded of the reply that is waited for",
    Name.STATUS_LETTER_DRAFTED: "a status letter with reasons was put before staff to confirm",
    Name.STATUS_LETTER_WRITTEN: "a status letter with reasons was written and queued",
    Name.GATE_ANSWERED: "the mail server accepted the status letter; the gate is answered",
    Name.GATE_UNANSWERED: "the status letter did not arrive; the gate is open again",
    Name.EXTENSION_VOIDED: "the letter of the extension did not arrive; the date counts as it was before",
    Name.DATES_RECOUNTED: "the calendar changed and the dates were counted anew",
    Name.ABSENCE_TOLD: "somebody said that they will be away",
    Name.ABSENCE_ENDED: "somebody said that they are back",
    Name.CLOCK_DOUBTED: "the clock jumped ahead; mail is held until the manager confirms",
    Name.CLOCK_TRUSTED: "the clock was confirmed; mail leaves again",
    Name.CLOCK_SET_BACK: "the clock was set back; what was sent is not sent again",
    Name.DATABASE_DOUBTED: "the mailbox knows more than the database; mail is held until the manager confirms",
    Name.DATABASE_TRUSTED: "the manager goes on with this database; mail leaves again",
    Name.REPORT_ISSUED: "a weekly or monthly report was written",
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
