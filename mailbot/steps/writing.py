"""From a letter to a mail in the outbox: rendered, composed, addressed to exactly one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from mailbot.core.correspondence import Reader, Trouble, letter_trouble
from mailbot.core.letters import Letter
from mailbot.core.outgoing import Address, Thread, compose, message_id
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.token import Audience, person_number
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.store.cases import Snapshot
from mailbot.store.mail import Post


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail needs beside its letter: the unique key of its cause, whose case, which thread, when it is due."""

    key: str
    address: Address
    key_id: str
    thread: Thread
    due_at: datetime
    once: bool = False


def write(parts: Parts, letter: Letter, envelope: Envelope, now: datetime) -> Post:
    """Render and compose a mail; the same cause always gives the same Message-ID."""
    local = now.astimezone(parts.rules.calendar.zone)
    own_id = message_id(envelope.address, envelope.key, parts.tokens, local.date())
    rendered = parts.renderer.render(letter)
    data = compose(parts.company, letter.kind, rendered, letter.to, own_id, envelope.thread, local)
    return Post(
        key=envelope.key,
        case_id=envelope.address.case_id,
        ref=str(letter.context["ref"]) if letter.context.get("ref") else None,
        key_id=envelope.key_id,
        kind=letter.kind.value,
        audience="requester" if envelope.address.audience is Audience.REQUESTER else "staff",
        message_id=own_id,
        recipient=letter.to,
        data=data,
        due_at=envelope.due_at,
        party_index=parts.vault.blind("address", normalise_address(letter.to)),
        once=envelope.once,
    )


def staff_envelope(parts: Parts, person: Staff, key: str, case_id: int, key_id: str, due_at: datetime) -> Envelope:
    """Return the envelope of a mail to a member of staff; all mails of a case share one thread root per person."""
    audience = Audience.MANAGER if "manager" in person.roles else Audience.STAFF
    number = person_number(person.id)
    domain = parts.config.company.address.split("@", 1)[1]
    root = f"<case-{case_id}.{number}@{domain}>"
    address = Address(person.address, audience, case_id, number)
    return Envelope(f"{key}:{person.id}", address, key_id, Thread(None, (root,)), due_at)


def trouble_mails(
    parts: Parts, snapshot: Snapshot, mail: Row[Any], trouble: str, code: str, now: datetime
) -> list[Post]:
    """Return the mails that tell each handler what became of one of our mails; once for each mail and trouble."""
    told = Trouble(snapshot.case.ref, mail.kind, trouble, code, mail.message_id)
    posts = []
    for person in parts.staff("handler", now):
        letter = letter_trouble(parts.company, told, Reader(person.address, person.language, "handler"))
        key = f"trouble:{mail.id}:{trouble}"
        envelope = staff_envelope(parts, person, key, snapshot.case_id, snapshot.key_id, now)
        posts.append(write(parts, letter, envelope, now))
    return posts
