"""Mail in the name of staff that nobody has proved: the real person is asked or told, the sender never hears of it."""

from datetime import datetime, timedelta

from mailbot.core.desk.levels import Level
from mailbot.core.desk.receipt import Receipt, receipt
from mailbot.core.events import Event, Name
from mailbot.core.letters import Letter, LetterKind, Said
from mailbot.sections import Staff
from mailbot.steps.desk.acting import Acting, Result, told
from mailbot.steps.desk.offering import keep
from mailbot.steps.dispose import joined, kept
from mailbot.steps.done import Done, settlement
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read
from mailbot.steps.writing import staff_envelope, write
from mailbot.store.cases import Snapshot, events_of
from mailbot.store.effects import CONFIRM, VALID, new_code, new_effect
from mailbot.store.engine import read
from mailbot.store.ledger import Disposition

ORDER = "order"
"""The kind of an effect that is a whole mail which could not be proved."""
_MOST_A_DAY = 60


def challenged(acting: Acting) -> Result:
    """Keep an order that is not proved, and ask the roster address for it: only who reads there can let it happen."""
    payload = {"message": acting.message}
    made = new_effect(acting.snapshot.case_id, acting.message, acting.person.id, ORDER, int(Level.STAFF), payload)
    code = new_code(acting.parts.vault, made, acting.person.id, CONFIRM, acting.now + VALID)
    lines = [line for line in acting.incoming.reply_text.splitlines() if line.strip() and not line.startswith("ref: ")]
    context = {
        "company": acting.parts.company,
        "ref": acting.snapshot.case.ref or None,
        "lines": lines,  # all of them: the code lets every one happen
        "secret": code.secret,
        "received_at": acting.one.entry.received_at.astimezone(acting.rules.calendar.zone),
        "dmarc": acting.one.transport.dmarc or "none",
    }
    person = acting.person
    letter = Letter("challenge", LetterKind.CHALLENGE, person.language, person.address, context)
    issued = Event(Name.CHALLENGE_ISSUED, acting.now, data={"message": acting.message, "staff": person.id})
    return told(acting, person, letter, "challenge") + keep(acting, [made], [code]) + Result(events=(issued,))


def is_too_much(acting: Acting) -> bool:
    """Say whether more came to a case in a day than anybody types: a robot answers every answer (threats B2).

    Who only pretends to be staff uses up no more than half of what the real person may write.
    """
    since = acting.now - timedelta(days=1)
    with read(acting.parts.engine) as connection:
        events = events_of(connection, acting.snapshot.case_id)
    wrote = (one for one in events if one.name is Name.STAFF_MESSAGE_RECEIVED and one.actor == acting.person.id)
    return sum(one.at > since for one in wrote) >= (_MOST_A_DAY if acting.is_proved else _MOST_A_DAY // 2)


def unanswered(acting: Acting) -> Done:
    """Keep a mail that is too much, without an event: a day later those before it count no more."""
    text = kept(acting.parts, acting.one, acting.snapshot.key_id)
    return joined(acting.one, acting.snapshot, Disposition.STAFF, text, [], {}, [])


def refused(parts: Parts, one: Read, snapshot: Snapshot, people: list[Staff], why: str, now: datetime) -> Done:
    """Hold a mail in the name of staff that nothing proves, and tell the real person, once a day and case at most."""
    happened = Event(Name.AUTHORITY_REFUSED, now, data={"message": one.row.ledger_id, "why": why})
    context = {
        "company": parts.company,
        "ref": snapshot.case.ref or None,
        "received_at": one.entry.received_at.astimezone(parts.rules.calendar.zone),
        "why": why,
    }
    posts = []
    for person in people:
        letter = Letter("impostor", LetterKind.WARNING, person.language, person.address, context)
        key = f"impostor:{snapshot.case_id}:{parts.rules.calendar.local_day(now)}"
        envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now)
        posts.append(write(parts, letter, envelope, now))
    held = settlement(one, Disposition.HELD, why)
    return Done(held, snapshot, events=(happened,), posts=tuple(posts))


def already_done(parts: Parts, one: Read, snapshot: Snapshot, person: Staff, now: datetime) -> Done:
    """Answer the same mail a second time: nothing is done again."""
    value = Receipt(snapshot.case, (Said("already_done"),), person.address, person.language)
    letter = receipt(parts.company, value, parts.rules, now)
    key = f"again:{one.row.ledger_id}"
    envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now, one.incoming.message_id)
    copy = settlement(one, Disposition.DUPLICATE, "same_content")
    return Done(copy, posts=(write(parts, letter, envelope, now),))
