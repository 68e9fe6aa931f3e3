"""The acts of level STAFF: they change nothing outside the office, except that `ask` writes a letter of a template."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from mailbot.core.case import Case
from mailbot.core.desk.absences import absent
from mailbot.core.desk.deciding import unasked
from mailbot.core.desk.fields import read_fields
from mailbot.core.desk.identity import tier_needed
from mailbot.core.desk.letterbook import form_for
from mailbot.core.desk.order import Command
from mailbot.core.desk.scene import Act, Extra, LetterOrder, NotDone, Scene
from mailbot.core.events import Event, Json, Name
from mailbot.core.letters import Said
from mailbot.core.progress import decide_reopen, opened_by_hand, pause_ended, reclassified
from mailbot.core.request import Request
from mailbot.core.transitions import State

ASKED: Mapping[str, tuple[str, str]] = {
    "id": ("identity_request", "awaiting_identity"),
    "mandate": ("agent_request", "awaiting_mandate"),
    "scope": ("clarification", "awaiting_clarification"),
    "wait": ("wait_agreed", "requester_asked_to_wait"),
}
"""What can be asked of a requester: the letter that asks, and why the clock stands still once it left (law §2)."""
_LONGEST_SNOOZE = 5


def take(scene: Scene, command: Command) -> Act:
    """Make the actor the handler."""
    return _assigned(scene, scene.actor, command)


def assign(scene: Scene, command: Command) -> Act:
    """Make somebody the handler, by id or by the whole name."""
    wanted = " ".join(command.words).casefold()
    found = [one for one, name in scene.people.items() if wanted in {one.casefold(), name.casefold()}]
    if len(found) != 1:
        raise NotDone("unknown_person", command.line, people=[*scene.people])
    return _assigned(scene, found[0], command) + Act(extras=(Extra("tell", (found[0],)),))


def _assigned(scene: Scene, handler: str, command: Command) -> Act:
    data: dict[str, Json] = {"handler": handler}
    told = Said("handler", {"before": scene.case.handler or "", "after": handler}, command.line)
    return Act((Event(Name.HANDLER_ASSIGNED, scene.now, scene.actor, data=data),), (told,))


def note(scene: Scene, command: Command) -> Act:
    """Keep the words of the mail inside the office."""
    if not command.text.strip() and not scene.text.strip():
        raise NotDone("needs_text", command.line)
    kept: dict[str, Json] = {"message": scene.message}
    return Act((Event(Name.NOTE_KEPT, scene.now, scene.actor, data=kept),), (Said("note", {}, command.line),))


def retype(scene: Scene, command: Command) -> Act:
    """Say what is asked: what was read right stays, what was misread becomes another kind, is added or dropped."""
    wanted = dict.fromkeys(command.words)
    undecided = scene.case.undecided
    if not undecided:
        raise NotDone("no_request", command.line)
    right = [one for one in undecided if one.kind in wanted]
    wrong = [one for one in undecided if one not in right]
    missing = [code for code in wanted if code not in {one.kind for one in right}]
    events = [
        *(event for one, code in zip(wrong, missing, strict=False) for event in _reclassified(scene, one, code)),
        *(
            _opened(scene, number, code)
            for number, code in enumerate(missing[len(wrong) :], len(scene.case.requests) + 1)
        ),
        *(unasked(scene, one, "misread") for one in wrong[len(missing) :]),
    ]
    before = [one.kind for one in undecided]
    told = Said("type", {"before": before, "after": [*wanted]}, command.line)
    return Act(tuple(events), (told,), extras=(Extra("correction", (" ".join(before), " ".join(wanted))),))


def _reclassified(scene: Scene, request: Request, code: str) -> list[Event]:
    """Give a request another kind; the days its clock stood still stay counted."""
    stood = [pause_ended(request, scene.rules, scene.now, scene.now)] if request.pause else []
    current = next(one for one in scene.after(tuple(stood)).case.requests if one.number == request.number)
    return [*stood, reclassified(current, code, scene.rules, scene.now, scene.actor)]


def _opened(scene: Scene, number: int, code: str) -> Event:
    received_at = min(one.received_at for one in scene.case.undecided if one.received_at)
    return opened_by_hand(number, code, received_at, scene.rules, scene.now, scene.actor)


def ask(scene: Scene, command: Command) -> Act:
    """Ask the requester for something; the service clock stands still from when the server took the letter."""
    template, reason = ASKED[command.words[0]]
    asked = _asked(scene, command, reason)
    key = f"ask:{scene.message}:{reason}"
    order = LetterOrder(
        template, key, tuple(one.number for one in asked), fields=_question(template, scene.text, command)
    )
    waited: dict[str, Json] = {"mail": key, "reason": reason}
    events = [Event(Name.REPLY_ASKED, scene.now, scene.actor, one.number, waited) for one in asked]
    return Act(tuple(events), (Said("asked", {"what": command.words[0]}, command.line),), (order,))


def _asked(scene: Scene, command: Command, reason: str) -> list[Request]:
    """Return the requests that wait for the reply; never a second stop for the same thing (law §2)."""
    chosen = [one for one in scene.case.undecided if not command.requests or one.number in command.requests]
    if reason == "awaiting_identity":
        chosen = [one for one in chosen if tier_needed((one,), scene.rules.policy) > 0]
    if not chosen:
        raise NotDone("no_request", command.line)
    fresh = [one for one in chosen if reason not in one.stops and not one.pause]
    if not fresh:
        raise NotDone("cannot", command.line, state=State.PAUSED.value)
    return fresh


def _question(template: str, text: str, command: Command) -> dict[str, str]:
    form = form_for(template, "")
    filled, rest = read_fields(text, form.fields)
    if template == "clarification":
        filled = {"question": rest, **filled}
    if lacking := form.missing(filled):
        raise NotDone("missing", command.line, letter=form.code, fields=lacking)
    return filled


def hold(scene: Scene, command: Command) -> Act:
    """Keep everything of the case from destruction, or lift that."""
    is_off = command.words == ("off",)
    name = Name.HOLD_LIFTED if is_off else Name.HOLD_SET
    return Act((Event(name, scene.now, scene.actor),), (Said("hold", {"on": not is_off}, command.line),))


def link(scene: Scene, command: Command) -> Act:
    """Note that another case belongs to the same matter; nothing moves."""
    ref = command.words[0]
    other_case(scene, ref, command.line)
    data: dict[str, Json] = {"ref": ref}
    return Act(
        (Event(Name.CASE_LINKED, scene.now, scene.actor, data=data),), (Said("linked", {"ref": ref}, command.line),)
    )


def other_case(scene: Scene, ref: str, line: str) -> tuple[int, Case]:
    """Return the number and case of another reference. Raises NotDone for an unknown one and for the case itself."""
    if ref not in scene.others or ref == scene.case.ref:
        raise NotDone("unknown_ref", line, ref=ref)
    return scene.others[ref]


def reopen(scene: Scene, command: Command) -> Act:
    """Open a closed case again."""
    if scene.case.state is not State.CLOSED:
        raise NotDone("cannot", command.line, state=scene.case.state.value)
    today = scene.rules.calendar.local_day(scene.now)
    events = decide_reopen(scene.case, "by_staff", today, scene.now, scene.rules)
    return Act(tuple(events), (Said("reopened", {}, command.line),))


def snooze(scene: Scene, command: Command) -> Act:
    """Put off the warnings of the service clock by some days; nothing puts off the last day."""
    days = int(command.words[0]) if command.words else 1
    today = scene.rules.calendar.local_day(scene.now)
    until = scene.rules.calendar.add_business_days(today, min(days, _LONGEST_SNOOZE))
    until = min([until, *(one.answer_on - timedelta(days=1) for one in scene.case.running if one.answer_on)])
    if until <= today:
        raise NotDone("cannot", command.line, state=State.OVERDUE.value)
    data: dict[str, Json] = {"until": until.isoformat()}
    event = Event(Name.WARNINGS_SNOOZED, scene.now, scene.actor, data=data)
    return Act((event,), (Said("snoozed", {"until": until}, command.line),))


def shown(scene: Scene, command: Command) -> Act:
    """Show something; the store is asked for it."""
    del scene
    return Act(extras=(Extra(command.name, (command.target, *command.words)),))


EVERYDAY: Mapping[str, Callable[[Scene, Command], Act]] = {
    "take": take,
    "assign": assign,
    "note": note,
    "type": retype,
    "ask": ask,
    "hold": hold,
    "link": link,
    "reopen": reopen,
    "snooze": snooze,
    "absent": absent,
    **dict.fromkeys(("status", "list", "history", "why", "help", "files", "undo"), shown),
}
