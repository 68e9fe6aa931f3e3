"""A staff mail, from its words to what comes of it: the one door of this folder.

Its token and its sender were matched before. What only its sender may do waits until its way is proved, or until the
code that went to the roster address comes back: a forged From never sees one (product promise 4).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from mailbot.core.desk.everyday import EVERYDAY
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import CONFIRM, Command, Confirmation, Mistake, Order, read_order
from mailbot.core.desk.plan import Plan, carry_out, plan
from mailbot.core.desk.scene import NotDone, Scene
from mailbot.core.desk.weighty import WEIGHTY
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.letters import Said
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.triage import is_own_address
from mailbot.edge.sandbox import Unreadable
from mailbot.sections import Staff
from mailbot.steps.desk.absences import absences
from mailbot.steps.desk.acting import Acting, Result, answer, done, named_cases, scene_of
from mailbot.steps.desk.carrying import extras, hold, raw_of
from mailbot.steps.desk.confirming import settle, waiting_for
from mailbot.steps.desk.doubting import ORDER, challenged, is_too_much, unanswered
from mailbot.steps.desk.lines import answered, is_answer
from mailbot.steps.desk.offering import blocked, drafted, effect_of, keep, offer
from mailbot.steps.desk.putting import escalated
from mailbot.steps.desk.showing import shown
from mailbot.steps.desk.trusting import CAUSES, doubt_settled
from mailbot.steps.done import Done
from mailbot.steps.letters import requester_post, thread_of
from mailbot.steps.parts import Parts
from mailbot.steps.reading import Read
from mailbot.store.cases import Snapshot, snapshots
from mailbot.store.effects import DONE, OFFERED, Waiting, move_effect, use_code
from mailbot.store.engine import read
from mailbot.store.known import is_known, keep_known
from mailbot.store.tables import OFFICE

_FORWARDED = re.compile(r"\s*[\[(【]?\s*(?:fwd?|wg|tr|rv|転送)\s*[:：]", re.IGNORECASE)
_REF_LINE = re.compile(r"^[^\S\n]*ref: ?[a-z2-9]{39}[^\S\n]*$", re.IGNORECASE | re.MULTILINE)
_WITHOUT_CASE = {"list", "help", "absent"}
_KINDS_ASKED = [kind for code, kind in KINDS.items() if code != UNCLASSIFIED]


def staff_mail(parts: Parts, one: Read, snapshot: Snapshot, person: Staff, tag_differs: str, now: datetime) -> Done:
    """Return what comes of a mail that carries the token of its very sender."""
    mark = parts.vault.blind("staff mail", f"{normalise_address(person.address)}|{one.incoming.message_id}")
    proved = one.proof.is_proved and not _is_replayed(parts, one, mark)
    acting = Acting(parts, one, person, snapshot, now, proved, tag_differs, one.incoming, one.raw, one.row.ledger_id)
    if is_too_much(acting) and not _order(acting).confirmation:
        return unanswered(acting)
    try:
        acting, result = _obeyed(acting)
    except NotDone as fault:
        result = answer(acting, [*_read_well(_order(acting), fault.said.line), fault.said])
    seen = partial(keep_known, rows=[(acting.snapshot.case_id, {mark: "mail"})])
    return done(acting, result + Result(writes=(seen,)))


def _is_replayed(parts: Parts, one: Read, mark: str) -> bool:
    """Say whether a mail came before that only a signature proves: what was signed once can be sent again (A7)."""
    if one.proof.by != "dkim":
        return False
    with read(parts.engine) as connection:
        return is_known(connection, mark)


def _obeyed(acting: Acting) -> tuple[Acting, Result]:
    """Return what the words of a mail make happen, and in which case. Raises NotDone."""
    order = _order(acting)
    if acting.tag_differs:
        raise NotDone("wrong_case")
    if order.mistakes:
        return acting, answer(acting, _mistaken(order))
    if order.confirmation:
        return _confirmed(acting, order.confirmation)
    if _is_answer(acting, order):
        return (acting, _doubted(acting, order)) if _is_doubted(acting, order) else answered(acting, order)
    _by_code_only(order.commands)
    acting = _targeted(acting, order.commands)
    return acting, challenged(acting) if _is_doubted(acting, order) else _planned(acting, order)


def _is_answer(acting: Acting, order: Order) -> bool:
    """Say whether a mail in the thread of the office names lines of a digest, or several cases."""
    return acting.snapshot.case_id == OFFICE and is_answer(order.commands)


def _is_doubted(acting: Acting, order: Order) -> bool:
    """Say whether a mail orders what happens at once, and nothing proves its way."""
    return not acting.is_proved and any(one.name in EVERYDAY for one in order.commands)


def _doubted(acting: Acting, order: Order) -> Result:
    """Challenge an answer to a digest. Its words stay in the office's file, where none about a case may lie."""
    for one in order.commands:
        if one.name == "note" or one.text.strip():
            raise NotDone("one_case", one.line)
    return challenged(acting)


def _order(acting: Acting) -> Order:
    """Read the newest words, without the line that carried the token of a tap."""
    words = _REF_LINE.sub("", acting.incoming.reply_text)
    return read_order(words, is_numbered=acting.snapshot.case_id == OFFICE)


def _mistaken(order: Order) -> list[Said]:
    """Return every line as it was read: nothing of the mail is done."""
    wrong = [
        Said(
            _code_of(one),
            {"suggestions": one.suggestions, "usage": one.usage, "kinds": _KINDS_ASKED},
            one.line,
            is_done=False,
        )
        for one in order.mistakes
    ]
    return [*_read_well(order), *wrong]


def _read_well(order: Order, but: str = "") -> list[Said]:
    """Return the commands that were read, beside one that cannot be done: they are not done either."""
    return [Said("read", {}, one.line) for one in order.commands if one.line != but]


def _code_of(mistake: Mistake) -> str:
    """Return what helps most: the words there are, those that are near, the usage.

    A confirmation without a good code belongs to no command, so no usage helps.
    """
    if mistake.code != "argument":
        return mistake.code
    if mistake.usage == "type":
        return "unknown_kind"
    if not mistake.usage:
        return "code_unknown"
    return "argument_near" if mistake.suggestions else "argument"


def _by_code_only(commands: Sequence[Command]) -> None:
    """Refuse to approve or deny by a line: only the code of the mail that asked stands for what it showed."""
    for one in commands:
        if one.name not in EVERYDAY and one.name not in WEIGHTY:
            raise NotDone("needs_code", one.line)


def _confirmed(acting: Acting, confirmation: Confirmation) -> tuple[Acting, Result]:
    found = waiting_for(acting, confirmation)
    if found.effect.kind in CAUSES:
        return acting, doubt_settled(acting, confirmation, found)
    if found.effect.kind != ORDER or confirmation.verb != CONFIRM:
        return acting, settle(acting, confirmation, found)
    return _believed(acting, found)


def _believed(acting: Acting, found: Waiting) -> tuple[Acting, Result]:
    """Do what a mail ordered that could not be proved, now that its author has."""
    raw = raw_of(acting, found.effect.message)
    incoming = acting.parts.sandbox.read(raw)
    if isinstance(incoming, Unreadable):
        raise NotDone("code_void")
    doubted = replace(acting, is_proved=True, incoming=incoming, raw=raw, message=found.effect.message)
    order = _order(doubted)
    used = Result(
        writes=(
            partial(use_code, code_id=found.code_id, now=acting.now),
            partial(move_effect, effect_id=found.effect.id, before=OFFERED, after=DONE, now=acting.now),
        )
    )
    if _is_answer(doubted, order):
        doubted, result = answered(doubted, order)
        return doubted, used + result
    doubted = _targeted(doubted, order.commands)
    return doubted, used + _planned(doubted, order)


def _targeted(acting: Acting, commands: Sequence[Command]) -> Acting:
    """Turn to the one case that commands to the office name; a case's own thread acts on that case alone."""
    targets = {one.target for one in commands if one.target}
    if not targets:
        return acting
    if acting.snapshot.case_id != OFFICE:
        targets -= {acting.snapshot.case.ref}
        if targets:
            raise NotDone("wrong_case")
        return acting
    ref = targets.pop()
    named = named_cases(acting.parts, [ref])
    if ref not in named:
        raise NotDone("unknown_ref", commands[0].line)
    with read(acting.parts.engine) as connection:
        found = snapshots(connection, [named[ref][0]])
    return replace(acting, snapshot=found[named[ref][0]])


def _planned(acting: Acting, order: Order) -> Result:
    """Do the everyday acts and offer the rest. Raises NotDone, and then nothing is done."""
    if acting.snapshot.case_id == OFFICE and (
        order.text.strip() or {one.name for one in order.commands} - _WITHOUT_CASE
    ):
        raise NotDone("no_case", order.commands[0].line if order.commands else "")
    if not order.commands and not order.text.strip():
        raise NotDone("no_draft")
    scene = scene_of(acting, order.commands, order.text)
    wanted = plan(scene, order.commands)
    if (wanted.offers or wanted.at_once.letters) and _is_forward(acting):
        raise NotDone("forward")
    after = scene.after(wanted.at_once.events)
    result = (
        Result(events=wanted.at_once.events)
        + _asked(acting, after, wanted)
        + extras(acting, after, wanted.at_once.extras)
        + absences(acting, wanted.at_once.extras)
        + escalated(acting, scene.case, after.case)
    )
    look = shown(acting, after, wanted.at_once.extras)
    result += look.result
    said = [*wanted.at_once.said, *look.said]
    if wanted.offers:
        result += _offered(acting, replace(after, text=wanted.offers[0].text), wanted)
        said += [Said("preview")] if said or look.rows else []
    return result + (answer(acting, said, after.case, rows=look.rows) if said or look.rows else Result())


def _asked(acting: Acting, scene: Scene, wanted: Plan) -> Result:
    """Write the letters of everyday acts: they ask, by template, and promise nothing. Raises NotDone.

    A question that staff worded leaves without a preview, so it must not hold what a preview would warn of.
    """
    orders = wanted.at_once.letters
    if found := blocked(acting, scene, orders):
        raise NotDone("blocked", warnings=found)
    thread = thread_of(acting.parts, acting.snapshot.case_id) if orders else None
    return Result(
        posts=tuple(requester_post(acting.parts, acting.snapshot, scene, one, thread) for one in orders if thread)
    )


def _offered(acting: Acting, scene: Scene, wanted: Plan) -> Result:
    """Show what would happen; where the desk holds replies instead, a plain and harmless one leaves by itself."""
    draft = drafted(acting, scene, wanted.offers)
    first = wanted.offers[0]
    is_plain = first.code == "send" and not first.commands and first.level is Level.CODE and not draft.warnings
    if acting.parts.config.relay.mode != "hold" or not (is_plain and acting.is_proved):
        return offer(acting, scene, wanted.offers, draft)
    effect = effect_of(acting, first, draft)
    due_at = acting.now + timedelta(minutes=acting.parts.config.relay.hold_minutes)
    act = carry_out(scene, (), first.text, effect.id)
    settled = partial(move_effect, effect_id=effect.id, before=OFFERED, after=DONE, now=acting.now)
    return keep(acting, [effect], []) + Result(writes=(settled,)) + hold(acting, effect, scene, act, due_at)


def _is_forward(acting: Acting) -> bool:
    """Say whether a mail was forwarded, or went to somebody else too: then it was not meant for the requester (C3)."""
    incoming, own = acting.incoming, acting.parts.company.address
    return (
        bool(_FORWARDED.match(incoming.subject))
        or any(one.type == "message/rfc822" for one in incoming.attachments)
        or any(not is_own_address(one, own) for one in incoming.to)
    )
