"""From a letter to a mail in the outbox: rendered, composed, addressed to exactly one person."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from mailbot.core.correspondence import Reader, Trouble, letter_trouble
from mailbot.core.letters import Letter, LetterKind, Rendered
from mailbot.core.outgoing import Address, Enclosed, Extra, Thread, compose, message_id, thread_after
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.token import Audience, person_number, tokens_in
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.store.cases import Snapshot
from mailbot.store.mail import Post
from mailbot.store.tables import OFFICE


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail needs beside its letter: the unique key of its cause, whose case, which thread, when it is due.

    `approved_text` is the hash of the words a person confirmed, "" where nobody had to.
    """

    key: str
    address: Address
    key_id: str
    thread: Thread
    due_at: datetime
    once: bool = False
    files: tuple[Enclosed, ...] = ()
    approved_text: str = ""


def write(parts: Parts, letter: Letter, envelope: Envelope, now: datetime) -> Post:
    """Render and compose a mail; the same cause always gives the same Message-ID.

    A mail to staff knows its own token: the last line carries it, and so does what its links write.
    """
    own_id = message_id(envelope.address, envelope.key, parts.tokens, _today(parts, now))
    reply_to = _reply_to(parts, envelope, own_id)
    if envelope.address.audience is not Audience.REQUESTER:
        carried = {"token": tokens_in(own_id)[0], "mailbox": reply_to or parts.company.address}
        letter = replace(letter, context={**letter.context, **carried})
    ref = letter.context.get("ref")
    return post(parts, letter.kind, parts.renderer.render(letter), envelope, now, str(ref) if ref else None)


def post(
    parts: Parts, kind: LetterKind, rendered: Rendered, envelope: Envelope, now: datetime, ref: str | None
) -> Post:
    """Compose a mail that is written already, such as one a person has confirmed word by word."""
    local = now.astimezone(parts.rules.calendar.zone)
    own_id = message_id(envelope.address, envelope.key, parts.tokens, local.date())
    reply_to = _reply_to(parts, envelope, own_id)
    extra = Extra(reply_to, envelope.files)
    data = compose(parts.company, kind, rendered, envelope.address.to, own_id, envelope.thread, local, extra)
    return Post(
        key=envelope.key,
        case_id=envelope.address.case_id,
        ref=ref,
        key_id=envelope.key_id,
        kind=kind.value,
        audience="requester" if envelope.address.audience is Audience.REQUESTER else "staff",
        message_id=own_id,
        recipient=envelope.address.to,
        data=data,
        due_at=envelope.due_at,
        party_index=parts.vault.blind("address", normalise_address(envelope.address.to)),
        once=envelope.once,
        reply_to=reply_to,
        approved_text=envelope.approved_text,
        approved_files=tuple(hashlib.sha256(one.data).hexdigest() for one in envelope.files),
    )


def _today(parts: Parts, now: datetime) -> date:
    return now.astimezone(parts.rules.calendar.zone).date()


def _reply_to(parts: Parts, envelope: Envelope, own_id: str) -> str:
    """Return where answers go when the mailbox takes plus addresses: the token stands in the address too."""
    if envelope.address.audience is Audience.REQUESTER or not parts.config.company.plus_addresses:
        return ""
    local, _, domain = parts.company.address.partition("@")
    return f"{local}+{tokens_in(own_id)[0]}@{domain}"


def staff_envelope(
    parts: Parts, person: Staff, key: str, case_id: int, key_id: str, due_at: datetime, answered: str | None = None
) -> Envelope:
    """Return the envelope of a mail to a member of staff; all mails of a case share one thread root per person.

    `answered` is the Message-ID of the mail of theirs that this one answers.
    """
    audience = Audience.MANAGER if "manager" in person.roles else Audience.STAFF
    number = person_number(person.id)
    domain = parts.config.company.address.split("@", 1)[1]
    root = f"<case-{case_id}.{number}@{domain}>"
    address = Address(person.address, audience, case_id, number)
    return Envelope(f"{key}:{person.id}", address, key_id, thread_after(answered, (root,)), due_at)


def trouble_mails(
    parts: Parts, snapshot: Snapshot, mail: Row[Any], trouble: str, code: str, now: datetime
) -> list[Post]:
    """Return the mails that tell each handler what became of one of our mails; once for each mail and trouble."""
    told = Trouble(snapshot.case.ref, mail.kind, trouble, code, mail.message_id)
    key = f"trouble:{mail.id}:{trouble}"
    return _of_trouble(parts, told, "handler", key, (snapshot.case_id, snapshot.key_id), now)


def late_mails(parts: Parts, mail: Row[Any], code: str, now: datetime) -> list[Post]:
    """Return the mails that tell each manager of a mail that cannot leave while others can; once a day."""
    told = Trouble(mail.ref, mail.kind, "waiting", code, mail.message_id)
    return _of_trouble(parts, told, "manager", f"late:{_today(parts, now)}", (OFFICE, parts.office_key), now)


def _of_trouble(parts: Parts, told: Trouble, role: str, key: str, of: tuple[int, str], now: datetime) -> list[Post]:
    posts = []
    for person in parts.staff(role, now):
        letter = letter_trouble(parts.company, told, Reader(person.address, person.language, role))
        posts.append(write(parts, letter, staff_envelope(parts, person, key, *of, now), now))
    return posts
