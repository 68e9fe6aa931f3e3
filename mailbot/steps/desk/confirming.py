"""Codes that come back: the author confirms or gives up, the manager approves or sends back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from mailbot.core.case import Case, fold
from mailbot.core.correspondence import Reader
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import CONFIRM as CONFIRMS
from mailbot.core.desk.order import Confirmation
from mailbot.core.desk.plan import carry_out
from mailbot.core.desk.preview import approval
from mailbot.core.desk.receipt import Receipt, receipt
from mailbot.core.desk.scene import Act, NotDone, Scene
from mailbot.core.events import Event, Name
from mailbot.core.letters import Said
from mailbot.steps.approvers import approvers, question, remind_at
from mailbot.steps.desk.acting import Acting, Result, answer, scene_of, told
from mailbot.steps.desk.carrying import carried
from mailbot.steps.desk.offering import as_shown, commands_of
from mailbot.store.effects import (
    APPROVE,
    APPROVING,
    DENIED,
    DONE,
    OFFERED,
    VALID,
    VOID,
    Waiting,
    find_code,
    keep_codes,
    move_effect,
    new_code,
    use_code,
    void_others,
)
from mailbot.store.engine import read


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an effect: everything that is written, the lines of the receipt, and the case afterwards."""

    result: Result
    said: tuple[Said, ...]
    case: Case


def waiting_for(acting: Acting, confirmation: Confirmation) -> Waiting:
    """Return what a code stands for. Raises NotDone unless this very person may use it, here and now."""
    with read(acting.parts.engine) as connection:
        found = find_code(connection, acting.parts.vault, confirmation.secret)
    fault = _fault(acting, found)
    if fault or found is None:
        raise NotDone(fault or "code_unknown", confirmation.line)
    return found


def _fault(acting: Acting, found: Waiting | None) -> str:
    if found is None:
        return "code_unknown"
    if found.person != acting.person.id:
        return "code_other"
    if found.effect.case_id != acting.snapshot.case_id:
        return "wrong_case"
    if found.is_used or found.state in {DONE, DENIED}:
        return "code_used"
    if found.state != (APPROVING if found.purpose == APPROVE else OFFERED):
        return "code_void"
    return "code_expired" if acting.now >= found.expires_at else ""


def settle(acting: Acting, confirmation: Confirmation, found: Waiting) -> Result:
    """Let happen what the code stands for, or end it. Raises NotDone when the case does not allow it any more."""
    if confirmation.verb != CONFIRMS:
        return _ended(acting, confirmation, found)
    if found.purpose == APPROVE:
        return _answered(acting, approved(acting, found))
    if found.effect.level >= Level.MANAGER and not _is_one_person_firm(acting):
        return _asked(acting, found)
    names = [Name.EFFECT_CONFIRMED, *([Name.APPROVAL_GIVEN] if found.effect.level >= Level.MANAGER else [])]
    confirmed = [Event(one, acting.now, acting.person.id, data=_which(found)) for one in names]
    return _answered(acting, _done(acting, found, _act(acting, found), OFFERED, confirmed))


def _which(found: Waiting) -> dict[str, str]:
    return {"effect": found.effect.id, "hash": found.effect.digest}


def _is_one_person_firm(acting: Acting) -> bool:
    return acting.is_manager and acting.parts.config.trust.author_may_approve


def _ended(acting: Acting, confirmation: Confirmation, found: Waiting) -> Result:
    """Send an effect back to its author with the reason, or let the author give it up."""
    if found.purpose == APPROVE:
        return _answered(acting, sent_back(acting, found, confirmation.reason, confirmation.line))
    said = Said("undone", {}, confirmation.line)
    return _moved(acting, found, Name.EFFECT_VOIDED, (OFFERED, VOID)) + answer(acting, [said])


def sent_back(acting: Acting, found: Waiting, reason: str, line: str) -> Outcome:
    """Send an effect back to its author with the reason."""
    said = Said("denied", {"reason": reason}, line)
    result = _moved(acting, found, Name.APPROVAL_DENIED, (APPROVING, DENIED))
    case = acting.snapshot.case
    return Outcome(result + _author_told(acting, found, case, said), (said,), case)


def _moved(acting: Acting, found: Waiting, name: Name, states: tuple[str, str]) -> Result:
    before, after = states
    return Result(
        events=(Event(name, acting.now, acting.person.id, data=_which(found)),),
        writes=(
            partial(move_effect, effect_id=found.effect.id, before=before, after=after, now=acting.now),
            partial(void_others, case_id=acting.snapshot.case_id, author=found.effect.author, now=acting.now),
        ),
    )


def _author_told(acting: Acting, found: Waiting, case: Case, *said: Said) -> Result:
    """Tell the author what became of it, in the thread of the case."""
    today = acting.parts.rules.calendar.local_day(acting.now)
    authors = [one for one in acting.parts.config.staff_on(today) if one.id == found.effect.author]
    result = Result()
    for author in authors:
        if author.id != acting.person.id:
            lines = tuple(replace(one, line="") for one in said)
            value = Receipt(case, lines, author.address, author.language)
            letter = receipt(acting.parts.company, value, acting.rules, acting.now)
            result += told(acting, author, letter, "outcome")
    return result


def approved(acting: Acting, found: Waiting, line: str = "") -> Outcome:
    """Carry out what a manager stands behind; nobody approves their own (policy §7: four eyes). Raises NotDone.

    `line` is what they typed where no code stands for it.
    """
    if found.effect.author == acting.person.id and not _is_one_person_firm(acting):
        raise NotDone("self_approval", line)
    if not _may_approve(acting):
        raise NotDone("not_manager", line)
    given = Event(Name.APPROVAL_GIVEN, acting.now, acting.person.id, data=_which(found))
    by = Said("approved_by", {"who": acting.person.name})
    try:
        act = _act(acting, found)
    except NotDone as fault:
        return _too_late(acting, found, fault.said)
    done = _done(acting, found, act, APPROVING, (given,), Said("approved", {}, line))
    return replace(done, result=done.result + _author_told(acting, found, done.case, by, *act.said))


def _too_late(acting: Acting, found: Waiting, why: Said) -> Outcome:
    """End what cannot be done any more as it was shown: its author is told why, and no manager is asked again."""
    result = _moved(acting, found, Name.APPROVAL_DENIED, (APPROVING, DENIED))
    case = acting.snapshot.case
    return Outcome(result + _author_told(acting, found, case, why), (why,), case)


def _may_approve(acting: Acting) -> bool:
    return bool({"manager", "deputy"} & set(acting.person.roles))


def _asked(acting: Acting, found: Waiting) -> Result:
    """Ask the managers, each with a code of their own; who wrote it is never among them."""
    vault, parts = acting.parts.vault, acting.parts
    people = approvers(parts, found.effect, acting.now)
    if not people:
        raise NotDone("self_approval")
    act = _act(acting, found)
    codes = {one.id: new_code(vault, found.effect, one.id, APPROVE, acting.now + VALID) for one in people}
    result = Result(
        events=(
            Event(Name.EFFECT_CONFIRMED, acting.now, acting.person.id, data=_which(found)),
            Event(Name.APPROVAL_ASKED, acting.now, acting.person.id, data=_which(found)),
        ),
        writes=(
            partial(use_code, code_id=found.code_id, now=acting.now),
            partial(
                move_effect,
                effect_id=found.effect.id,
                before=OFFERED,
                after=APPROVING,
                now=acting.now,
                due_at=remind_at(parts, acting.now),
            ),
            partial(void_others, case_id=acting.snapshot.case_id, author=acting.person.id, now=acting.now),
            partial(keep_codes, vault=vault, codes=[*codes.values()]),
        ),
    )
    for person in people:
        asked = question(parts, acting.snapshot, found.effect, act.said, codes[person.id].secret, person)
        reader = Reader(person.address, person.language, "manager")
        letter = approval(parts.company, asked, reader, acting.rules, acting.now)
        result += told(acting, person, letter, "approval")
    return result + answer(acting, [Said("waiting_approval", {"who": [one.name for one in people]})])


def _act(acting: Acting, found: Waiting) -> Act:
    """Return what the effect does to the case as it stands now. Raises NotDone where that is not what was shown."""
    payload = found.effect.payload
    act = carry_out(_scene(acting, found), commands_of(payload), payload["text"], found.effect.id)
    if as_shown(act) != payload["does"]:  # a request that came since would be decided unseen
        raise NotDone("code_void")
    return act


def _scene(acting: Acting, found: Waiting) -> Scene:
    """Return the scene of the effect: its author acts, whoever lets it happen."""
    scene = scene_of(acting, commands_of(found.effect.payload), found.effect.payload["text"])
    return replace(scene, actor=found.effect.author, message=found.effect.message)


def _done(acting: Acting, found: Waiting, act: Act, before: str, first: Sequence[Event], *said: Said) -> Outcome:
    """Carry the effect out, once: it moves on, and its code is used up, in the same transaction."""
    used = (partial(use_code, code_id=found.code_id, now=acting.now),) if found.code_id else ()
    result = Result(
        events=tuple(first),
        writes=(
            *used,
            partial(move_effect, effect_id=found.effect.id, before=before, after=DONE, now=acting.now),
            partial(void_others, case_id=acting.snapshot.case_id, author=found.effect.author, now=acting.now),
        ),
    )
    scene = _scene(acting, found)
    more, lines = carried(acting, found.effect, scene, act)
    return Outcome(result + more, (*said, *lines), fold(act.events, scene.case))


def _answered(acting: Acting, done: Outcome) -> Result:
    """Return an outcome with the receipt of whoever let it happen."""
    return done.result + answer(acting, done.said, done.case)
