"""Puts a reasoned status letter before staff in time for the gate of Art. 39: one tap sends it, silence never does.

The letter says what the case's own events say. Where they say too little it cannot be sent as it is, and the mail names
the fields that a person has to write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.desk.letterbook import Field, Form, form_for
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import Command
from mailbot.core.desk.plan import Offer, plan
from mailbot.core.desk.report import Standing, report_fields, told_on
from mailbot.core.desk.scene import Act, LetterOrder, Scene
from mailbot.core.desk.telling import REPORT
from mailbot.core.events import Event, Name
from mailbot.core.gate_draft import gate_draft_points
from mailbot.core.letters import Said
from mailbot.core.message import Language
from mailbot.core.request import Request
from mailbot.sections import Staff
from mailbot.steps.desk.acting import Result
from mailbot.steps.desk.offering import Drafted, effect_of, frozen, preview_of
from mailbot.steps.parts import Parts
from mailbot.steps.writing import staff_envelope, write
from mailbot.store.cases import Snapshot, events_of
from mailbot.store.effects import (
    CONFIRM,
    GATE,
    VALID,
    Code,
    Effect,
    approving,
    keep_codes,
    keep_effect,
    new_code,
    seal_effect,
    void_gate_drafts,
)
from mailbot.store.engine import read


@dataclass(frozen=True, slots=True)
class Drafting:
    """Before whom a letter is put that no mail asked for; `offering.Author`."""

    parts: Parts
    person: Staff
    snapshot: Snapshot
    now: datetime
    message: int = 0


def status_letters(
    parts: Parts, snapshot: Snapshot, case: Case, events: Sequence[Event], rules: Rules, now: datetime
) -> Result:
    """Return the draft that events of a case ask for: one letter about every request whose gate comes.

    `snapshot` is the case before the events, `case` after. An older draft is void, whoever has it.
    """
    if not any(event.name is Name.STATUS_LETTER_DRAFTED for event in events):
        return Result()
    about = [one for one in case.undecided if _is_coming(one, rules, now)]
    standing = _standing(parts, snapshot, case, events, rules, now)
    result = Result(writes=(partial(void_gate_drafts, case_id=snapshot.case_id, now=now),))
    for person in _before_whom(parts, case, now) if about else ():
        drafting = Drafting(parts, person, replace(snapshot, case=case), now)
        result += _put_before(drafting, standing, about)
    return result


def _is_coming(request: Request, rules: Rules, now: datetime) -> bool:
    return any(point.at <= now for point in gate_draft_points(request, rules.policy, rules.calendar))


def _before_whom(parts: Parts, case: Case, now: datetime) -> list[Staff]:
    """Return the handler of the case; the managers where it has none, or none who is there today."""
    team = parts.team(now)
    own = [person for person in team.here("handler") if person.id == case.handler]
    return own or team.staff("manager") or team.staff("handler")


def _standing(
    parts: Parts, snapshot: Snapshot, case: Case, events: Sequence[Event], rules: Rules, now: datetime
) -> Standing:
    with read(parts.engine) as connection:
        known = [*events_of(connection, snapshot.case_id), *events]
        waiting = approving(connection, parts.vault, snapshot.case_id)
    asked = {str(one.data["effect"]): one.at for one in known if one.name is Name.APPROVAL_ASKED}
    days = {
        int(number): rules.calendar.local_day(asked[one.id])
        for one in waiting
        for name, number in one.payload["does"][1]
        if name == Name.REQUEST_DECIDED.value and one.id in asked
    }
    return Standing(case, known, rules, rules.calendar.local_day(now), days)


def _put_before(drafting: Drafting, standing: Standing, about: Sequence[Request]) -> Result:
    """Return the preview for one person, and the effect that their code stands for; none while a field is missing."""
    form = form_for(REPORT, "")
    found = report_fields(standing, about)
    lacking = form.missing(found)
    text = _lines(form, found, standing.language)
    scene = Scene(standing.case, standing.rules, drafting.now, drafting.person.id, drafting.message, text=text)
    offers = [_with_gaps(standing, about, found, form) if lacking else _offered(scene, about)]
    draft = Drafted(frozen(drafting, scene, offers), (), _told(standing, about, lacking, drafting.person.language))
    made = [] if lacking else [effect_of(drafting, one, draft, kind=GATE) for one in offers]
    vault = drafting.parts.vault
    codes = [new_code(vault, one, drafting.person.id, CONFIRM, drafting.now + VALID) for one in made]
    letter = preview_of(drafting, scene, offers, draft, codes)
    case = drafting.snapshot
    key = f"gate_draft:{made[0].id if made else f'{case.case_id}.{standing.today}'}"
    envelope = staff_envelope(drafting.parts, drafting.person, key, case.case_id, case.key_id, drafting.now)
    return _kept(drafting, made, codes) + Result(posts=(write(drafting.parts, letter, envelope, drafting.now),))


def _lines(form: Form, found: Mapping[str, str], language: Language) -> str:
    """Return the fields as a member of staff would type them."""
    colon = "：" if language is Language.JA else ": "
    return "\n".join(f"{one.label(language)}{colon}{found[one.name]}" for one in form.fields if one.name in found)


def _offered(scene: Scene, about: Sequence[Request]) -> Offer:
    """Return what `/send L5` with these lines would offer: the same letter, the same consequences."""
    numbers = tuple(one.number for one in about)
    offer = plan(scene, (Command("send", ("L5",), "", numbers, "", ""),)).offers[0]
    return replace(offer, code="send")


def _with_gaps(standing: Standing, about: Sequence[Request], found: Mapping[str, str], form: Form) -> Offer:
    """Return the letter as far as it goes, to be looked at alone."""
    fields = {one.name: found.get(one.name) or standing.say("gap") for one in form.fields}
    facts = {"answer_by": told_on(about, standing.rules, standing.today)}
    order = LetterOrder(REPORT, "", tuple(one.number for one in about), fields=fields, facts=facts)
    return Offer("send", (), "", Act(letters=(order,)), Level.CODE)


def _told(
    standing: Standing, about: Sequence[Request], lacking: Sequence[Field], language: Language
) -> tuple[Said, ...]:
    """Return why the draft comes, what it lacks, and how to change it."""
    gate_on = min(one.gate_on for one in about if one.gate_on)
    arrived_on = min(standing.rules.calendar.local_day(one.received_at) for one in about if one.received_at)
    days = {"last": (gate_on - arrived_on).days, "day": (standing.today - arrived_on).days, "gate_on": gate_on}
    code = "gate_gone" if standing.today > gate_on else "gate_comes"
    gaps = [Said("report_gap", {"fields": [one.label(language) for one in lacking]})] if lacking else []
    return (Said(code, days), *gaps, Said("report_lines", {"numbers": " ".join(f"#{one.number}" for one in about)}))


def _kept(drafting: Drafting, made: Sequence[Effect], codes: Sequence[Code]) -> Result:
    """Return the writes that keep the draft with its code, and the facts: nobody wrote it, so no person acted."""
    vault, words = (
        drafting.parts.vault,
        [seal_effect(drafting.parts.vault, drafting.snapshot.key_id, one) for one in made],
    )

    def keep(connection: Connection) -> None:
        for one, text in zip(made, words, strict=True):
            keep_effect(connection, one, text, drafting.now)
        keep_codes(connection, vault, codes)

    data = [{"effect": one.id, "hash": one.digest} for one in made]
    events = tuple(Event(Name.EFFECT_OFFERED, drafting.now, data=one) for one in data)
    return Result(events=events, writes=(keep,))
