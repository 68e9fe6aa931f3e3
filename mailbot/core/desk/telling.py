"""The acts that tell a requester something: any letter of the book, a status report, the extension with its reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mailbot.core.desk.deciding import GROUNDED, decide, letter_order, named_requests
from mailbot.core.desk.fields import read_fields
from mailbot.core.desk.letterbook import Form, form_for, forms_of
from mailbot.core.desk.order import Command
from mailbot.core.desk.report import service_on, told_on
from mailbot.core.desk.scene import Act, NotDone, Scene
from mailbot.core.events import Event, Json, Name
from mailbot.core.letters import Said
from mailbot.core.period import Period, Unit
from mailbot.core.progress import extended
from mailbot.core.request import Request

REPORT = "status_report"
"""The template of L5, the letter that may answer the gate of Art. 39."""


def send(scene: Scene, command: Command) -> Act:
    """Write a letter of the book: one that decides, decides; any other only tells."""
    if not command.words:
        return Act()
    forms, ground = forms_of(command.words[0]), "".join(command.words[1:])
    if not forms:
        raise NotDone("unknown_letter", command.line)
    if ground and forms[-1].outcome not in GROUNDED:
        raise NotDone("argument", command.line, usage="send")
    if forms[0].outcome:
        outcome = forms[0].outcome if not ground else forms[-1].outcome
        return decide(scene, command, outcome, ground, forms[0].template)
    return _report(scene, command) if forms[0].template == REPORT else _telling(scene, command, forms[0])


def _telling(scene: Scene, command: Command, form: Form) -> Act:
    """Write a letter that only tells, about all that is open."""
    numbers = tuple(one.number for one in scene.case.running)
    if form.template == "closure" and numbers:  # it tells the requester that nothing more will come
        raise NotDone("open_requests", command.line, numbers=numbers)
    filled, _ = read_fields(scene.text, form.fields)
    order = letter_order(command, form.template, numbers, "", "", filled)
    return Act((), (Said("sent", {"letter": form.code}, command.line),), (order,))


def _report(scene: Scene, command: Command) -> Act:
    """Write how it stands, with reasons: once the mail server took the letter, the gate of Art. 39 is answered."""
    about = named_requests(scene, command) if command.requests else scene.case.undecided
    form = form_for(REPORT, "")
    filled, _ = read_fields(scene.text, form.fields)
    order = letter_order(command, REPORT, tuple(one.number for one in about), "", "", filled)
    facts = {"answer_by": told_on(about, scene.rules, scene.rules.calendar.local_day(scene.now))}
    answers = [one for one in about if one.gate_on and not one.is_gate_answered and not one.report]
    events = tuple(_reported(scene, one) for one in answers)
    return Act(events, (Said("sent", {"letter": form.code}, command.line),), (replace(order, facts=facts),))


def _reported(scene: Scene, request: Request) -> Event:
    data: dict[str, Json] = {"mail": ""}  # `keyed` says which mail it waits for
    return Event(Name.STATUS_LETTER_WRITTEN, scene.now, scene.actor, request.number, data)


def extend(scene: Scene, command: Command) -> Act:
    """Extend the service date once, with its reason, before it has come (law §2)."""
    chosen = named_requests(scene, command)
    for one in chosen:
        _may_extend(scene, one, command)
    periods = {one.number: _extension(scene, one, command) for one in chosen}
    moved = tuple(extended(one, periods[one.number], scene.rules, scene.now, scene.actor) for one in chosen)
    after = {one.number: one for one in scene.after(moved).case.requests}
    new_on = min(service_on(after[one.number], scene.rules) for one in chosen)
    facts = {"old_on": _first_due(chosen), "new_on": new_on}
    filled, rest = read_fields(scene.text, form_for(REPORT, "").fields)
    words = {"reason": command.text or rest, **filled}
    order = letter_order(command, REPORT, tuple(one.number for one in chosen), "", "", words)
    events = (*moved, *(_reported(scene, one) for one in chosen))
    return Act(events, (Said("extended", facts, command.line),), (replace(order, facts=facts),))


def _may_extend(scene: Scene, request: Request, command: Command) -> None:
    """Raise NotDone where a date cannot be extended (any more).

    While the clock stands still there is no date to move: it moves by itself when the reply comes.
    """
    if request.is_extended:
        raise NotDone("extension_again", command.line)
    if request.pause:
        raise NotDone("extension_paused", command.line)
    if request.answer_on and request.answer_on <= scene.rules.calendar.local_day(scene.now):
        raise NotDone("extension_late", command.line, due_on=request.answer_on)


def _extension(scene: Scene, request: Request, command: Command) -> Period:
    """Return so many days as the law counts extensions of this right. Raises NotDone where it allows fewer, or none."""
    most = scene.rules.policy.periods[scene.rules.policy.table_of(request.kind)].extension
    due_on = request.notice_on or request.total_on or request.answer_on
    if most is None or due_on is None:
        raise NotDone("extension_none", command.line, right=request.kind)
    by = Period(int(command.words[0]), Unit.BUSINESS_DAYS if most.unit is Unit.BUSINESS_DAYS else Unit.DAYS)
    last_on = most.end(due_on, scene.rules.calendar)
    if by.end(due_on, scene.rules.calendar) > last_on:
        days = most.amount if by.unit is most.unit else (last_on - due_on).days
        limit = {"most": most.amount, "unit": most.unit.value, "days": days, "day_unit": by.unit.value}
        raise NotDone("extension_limit", command.line, right=request.kind, **limit)
    return by


def _first_due(requests: Sequence[Request]) -> date:
    return min(one.answer_on for one in requests if one.answer_on)
