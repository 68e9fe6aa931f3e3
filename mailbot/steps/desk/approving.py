"""Approves and sends back by a line of the digest: for whoever holds that very digest, while it is fresh.

The Message-ID of a digest went to one mailbox and stands nowhere else, so an answer that carries it proves who reads
there; a subject does not. Whatever cannot be tied to it so asks again, with a fresh code, at the roster address.
"""

from datetime import timedelta
from functools import partial

from mailbot.core.correspondence import Reader
from mailbot.core.desk.order import Command
from mailbot.core.desk.preview import approval
from mailbot.core.desk.scene import NotDone
from mailbot.core.events import Event, Name
from mailbot.core.letters import Said
from mailbot.steps.approvers import approvers, question
from mailbot.steps.desk.acting import Acting, Result, told
from mailbot.steps.desk.confirming import Outcome, approved, sent_back
from mailbot.store.answers import Digest, waiting_effect
from mailbot.store.effects import APPROVE, APPROVING, VALID, Waiting, keep_codes, new_code
from mailbot.store.engine import read

DIGEST_VALID = timedelta(hours=24)
"""How long a digest stands for what it listed; the next one has other numbers."""


def settled_by_line(acting: Acting, command: Command, effect_id: str, digest: Digest, reason: str) -> Outcome:
    """Approve or send back what a line showed, or ask for a code. Raises NotDone where there is nothing to approve.

    `reason` is why it is sent back, "" where nothing was said.
    """
    found = _waiting(acting, command, effect_id)
    if not _is_tied(acting, digest):
        return _asked_for_a_code(acting, found, command)
    if command.name == "deny":
        return sent_back(acting, found, reason, command.line)
    try:
        return approved(acting, found, command.line)
    except NotDone as fault:
        if fault.said.code == "code_void":
            raise NotDone("approval_over", command.line) from None
        raise


def _waiting(acting: Acting, command: Command, effect_id: str) -> Waiting:
    """Return the effect of a line. Raises NotDone unless it still waits, unchanged, for this very person."""
    if not effect_id:
        raise NotDone("no_approval", command.line)
    with read(acting.parts.engine) as connection:
        found = waiting_effect(connection, acting.parts.vault, effect_id, acting.person.id, acting.now)
    here = acting.snapshot
    if found is None or found.state != APPROVING or found.effect.case_id != here.case_id or not here.case.is_open:
        raise NotDone("approval_over", command.line)
    if acting.person.id not in {one.id for one in approvers(acting.parts, found.effect, acting.now)}:
        is_author = found.effect.author == acting.person.id
        raise NotDone("self_approval" if is_author else "not_manager", command.line)
    return found


def _is_tied(acting: Acting, digest: Digest) -> bool:
    """Say whether a mail proves by itself that the reader of this digest wrote it, and while it is fresh.

    A mail that was doubted and then confirmed proves only that its author let the commands happen.
    """
    mail = acting.one.incoming
    is_itself = acting.message == acting.one.row.ledger_id and not mail.automatic
    answers_it = digest.message_id in {*mail.in_reply_to, *mail.references}
    is_fresh = acting.now < digest.queued_at + DIGEST_VALID
    return acting.is_proved and is_itself and answers_it and is_fresh


def _asked_for_a_code(acting: Acting, found: Waiting, command: Command) -> Outcome:
    """Put the whole effect before the real person, at the roster address, with a code of theirs; nothing is settled."""
    parts, person, effect = acting.parts, acting.person, found.effect
    code = new_code(parts.vault, effect, person.id, APPROVE, acting.now + VALID)
    acts = [Said(name, values) for name, values in effect.payload["acts"]]
    asked = question(parts, acting.snapshot, effect, acts, code.secret, person, again=True)
    letter = approval(
        parts.company, asked, Reader(person.address, person.language, "manager"), acting.rules, acting.now
    )
    reminded = Event(Name.APPROVAL_REMINDED, acting.now, data={"effect": effect.id, "hash": effect.digest})
    kept = Result(events=(reminded,), writes=(partial(keep_codes, vault=parts.vault, codes=[code]),))
    said = Said("approval_mailed", {}, command.line)
    return Outcome(told(acting, person, letter, "approval") + kept, (said,), acting.snapshot.case)
