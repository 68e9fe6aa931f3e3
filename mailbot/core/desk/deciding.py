"""The acts that decide requests, each with the letter it owes: grant, refuse, no such data, close."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from mailbot.core.desk.fields import read_fields
from mailbot.core.desk.identity import lacks_identity, tier_needed
from mailbot.core.desk.letterbook import ADDRESSEE, Field, Form, form_for
from mailbot.core.desk.order import Command
from mailbot.core.desk.outcomes import ALTERNATIVE, FULL, NO_DATA, PARTIAL, REFUSED, Owed, owed
from mailbot.core.desk.scene import Act, LetterOrder, NotDone, Scene
from mailbot.core.events import Event, Json, Name
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Said
from mailbot.core.request import Request

_GIVING = {FULL, PARTIAL, NO_DATA, ALTERNATIVE}
"""Outcomes that act on somebody's data, or tell whether there is any: the identity comes first."""


GROUNDED = {PARTIAL, REFUSED}
"""Outcomes that name a ground of the law's list."""


def grant(scene: Scene, command: Command) -> Act:
    """Do what was asked, or something else that protects as well."""
    outcome = ALTERNATIVE if ALTERNATIVE in command.words else FULL
    return decide(scene, command, outcome, "")


def partial(scene: Scene, command: Command) -> Act:
    """Do a part of it, on a ground of the law's list."""
    return decide(scene, command, PARTIAL, command.words[0])


def refuse(scene: Scene, command: Command) -> Act:
    """Refuse, on a ground of the law's list."""
    return decide(scene, command, REFUSED, command.words[0])


def nodata(scene: Scene, command: Command) -> Act:
    """Say that there is no such data: an outcome of its own, not a refusal."""
    return decide(scene, command, NO_DATA, "")


def decide(scene: Scene, command: Command, outcome: str, ground: str, template: str = "") -> Act:
    """Fix the outcome of requests and write the letters they owe; `template` limits it to those that owe that one."""
    chosen = _chosen(scene, command, outcome, ground, template)
    numbers = tuple(one.number for one in chosen)
    if outcome in _GIVING and lacks_identity(scene.case, tuple(chosen), scene.rules.policy):
        raise NotDone("no_identity", command.line, tier=tier_needed(tuple(chosen), scene.rules.policy))
    letters = _letters(scene, command, chosen, outcome, ground)
    rights = [one.kind for one in chosen]
    events = [_decided(scene, one, outcome, ground) for one in chosen]
    told = Said("decided", {"rights": rights, "outcome": outcome, "numbers": numbers}, command.line)
    return Act(tuple(events), (told,), tuple(letters))


def _chosen(scene: Scene, command: Command, outcome: str, ground: str, template: str) -> list[Request]:
    """Return the requests an outcome is for: those that were named, else all that may have it."""
    named = named_requests(scene, command)
    fitting = [one for one in named if _fits(scene, one, outcome, ground, template)]
    if fitting and (not command.requests or fitting == named):
        return fitting
    if any(debt.names_ground for one in named if (debt := _owing(one, outcome, template))):
        raise NotDone("unknown_ground", command.line, grounds=_grounds(scene, named))
    raise NotDone("not_allowed", command.line, right=named[0].kind, outcome=outcome)


def named_requests(scene: Scene, command: Command) -> list[Request]:
    """Return the undecided requests a command names, all where it names none. Raises NotDone for any other number."""
    named = [one for one in scene.case.undecided if not command.requests or one.number in command.requests]
    if not named or not set(command.requests) <= {one.number for one in named}:
        raise NotDone("no_request", command.line)
    return named


def _owing(request: Request, outcome: str, template: str) -> Owed | None:
    found = owed(request.kind, outcome)
    return found if found and template in {"", found.template} else None


def _fits(scene: Scene, request: Request, outcome: str, ground: str, template: str) -> bool:
    found = _owing(request, outcome, template)
    known = scene.rules.policy.grounds.get(KINDS[request.kind].periods, {})
    return found is not None and (not found.names_ground or ground in known)


def _grounds(scene: Scene, requests: Sequence[Request]) -> list[object]:
    tables = dict.fromkeys(KINDS[one.kind].periods for one in requests)
    return [ground for table in tables for ground in scene.rules.policy.grounds.get(table, {}).values()]


def _letters(scene: Scene, command: Command, chosen: Sequence[Request], outcome: str, ground: str) -> list[LetterOrder]:
    """Return one letter for each template that is owed; or one in a person's own words, where that may answer all.

    What has no template is answered in the words above the first label.
    """
    debts = {one.number: _debt(one, outcome) for one in chosen}
    forms = [form for debt in debts.values() if (form := _form(debt, outcome))]
    fields = tuple(field for form in forms for field in form.fields)
    filled, words = read_fields(scene.text, fields) if forms else ({}, scene.text)
    if words.strip() and not filled and all(debt.in_own_words for debt in debts.values()):
        return [LetterOrder("relay", "", tuple(debts), outcome, text=words.strip())]
    found = []
    by_template = sorted(debts, key=lambda number: debts[number].template)
    for template, numbers in groupby(by_template, key=lambda number: debts[number].template):
        if template:
            found.append(letter_order(command, template, tuple(numbers), outcome, ground, filled))
        elif words.strip():
            found.append(LetterOrder("relay", "", tuple(numbers), outcome, text=words.strip()))
        else:
            raise NotDone("needs_text", command.line)
    return found


def _debt(request: Request, outcome: str) -> Owed:
    found = owed(request.kind, outcome)
    if found is None:
        raise NotDone("not_allowed", right=request.kind, outcome=outcome)
    return found


def _form(debt: Owed, outcome: str) -> Form | None:
    return form_for(debt.template, outcome) if debt.template else None


def letter_order(
    command: Command, template: str, numbers: tuple[int, ...], outcome: str, ground: str, filled: Mapping[str, str]
) -> LetterOrder:
    """Return the order of a letter about some requests. Raises NotDone where a required field is not filled in."""
    form = form_for(template, outcome)
    if lacking := form.missing(filled):
        raise NotDone("missing", command.line, letter=form.code, fields=lacking)
    return LetterOrder(template, "", numbers, outcome, ground, _fields(form.fields, filled))


def _fields(fields: Sequence[Field], filled: Mapping[str, str]) -> dict[str, str]:
    return {field.name: filled.get(field.name, "") for field in (*fields, ADDRESSEE)}


def _decided(scene: Scene, request: Request, outcome: str, ground: str) -> Event:
    data: dict[str, Json] = {"outcome": outcome, "ground": ground, "mail": ""}  # `keyed` says which mail it waits for
    return Event(Name.REQUEST_DECIDED, scene.now, scene.actor, request.number, data)


def close(scene: Scene, command: Command) -> Act:
    """Close the case: what the requester gave up gets its letter, what is still owed an answer stays open."""
    if command.words[:1] in {("withdrawn",), ("lapsed",)} and scene.case.undecided:
        return _given_up(scene, command, command.words[0])
    passed_on = [one for one in scene.case.undecided if one.kind == "not_for_us"]
    owing = [one.number for one in scene.case.running if one not in passed_on]
    if owing:
        raise NotDone("open_requests", command.line, numbers=owing)
    if not scene.case.is_open:
        raise NotDone("case_closed", command.line)
    dropped = [unasked(scene, one, "passed_on") for one in passed_on]
    closed = Event(Name.CASE_CLOSED, scene.now, scene.actor, data={"why": "by_staff"})
    return Act((*dropped, closed), (Said("closed", {"why": "by_staff"}, command.line),))


def _given_up(scene: Scene, command: Command, outcome: str) -> Act:
    numbers = tuple(one.number for one in scene.case.undecided)
    filled, _ = read_fields(scene.text, form_for("closure", outcome).fields)
    order = letter_order(command, "closure", numbers, outcome, "", filled)
    events = [_decided(scene, one, outcome, "") for one in scene.case.undecided]
    told = Said("closed", {"why": outcome}, command.line)
    return Act(tuple(events), (told,), (replace(order, facts={"why": outcome}),))


def unasked(scene: Scene, request: Request, why: str) -> Event:
    """Return the end of a request that owes no answer: it was never asked, or it is for somebody else."""
    return Event(Name.REQUEST_DROPPED, scene.now, scene.actor, request.number, {"why": why})
