"""From the order of an act to the letter the requester gets: every value its template asks for, and none beside."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules
from mailbot.core.correspondence import first_owed, request_line
from mailbot.core.desk.identity import tier_needed
from mailbot.core.desk.letterbook import ADDRESSEE, form_for
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.desk.waiting_letters import next_due_on
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Company, Letter, LetterKind
from mailbot.core.message import Language
from mailbot.core.period import Period, Unit
from mailbot.core.progress import may_stop, pause_ended, reason_of
from mailbot.core.request import Request
from mailbot.core.waiting import Outlook, outlook, together

DESTROYED_DAYS = 10
_KEPT = Period(36, Unit.MONTHS)
"""How long letters are kept where a policy text is older than its retention table (law §4)."""
_ASKING = {"identity_request", "agent_request", "clarification", "wait_agreed"}
"""The letters for which the service clock may stand still."""


def letter_of(order: LetterOrder, scene: Scene, company: Company, to: str) -> Letter:
    """Return the letter to the case's own address."""
    language = Language(scene.case.language)
    if order.template == "relay":
        words = {"company": company, "ref": scene.case.ref, "addressee": _addressee(order), "text": order.text}
        return Letter("relay", LetterKind.RELAY, language, to, words)
    about = _about(order, scene.case)
    context = {
        "company": company,
        "ref": scene.case.ref,
        "today": scene.rules.calendar.local_day(scene.now),
        "received_at": (scene.case.received_at or scene.now).astimezone(scene.rules.calendar.zone),
        "addressee": _addressee(order),
        "agent": "",
        "requests": [request_line(one, language, scene.rules) for one in about],
        "outcome": order.outcome,
        "ground": _ground(order.ground, about, scene.rules, language),
        "fields": {
            field.name: order.fields.get(field.name, "") for field in form_for(order.template, order.outcome).fields
        },
        "has_identity": scene.case.identity is not None,
        "answer_by": first_owed([one for one in about if one.is_running], scene.rules, scene.now),
        **_more(order, scene, about),
    }
    return Letter(order.template, LetterKind.LETTER, language, to, context)


def _addressee(order: LetterOrder) -> str:
    return order.fields.get(ADDRESSEE.name, "")


def _about(order: LetterOrder, case: Case) -> tuple[Request, ...]:
    return tuple(one for one in case.requests if one.number in order.numbers) or case.running or case.requests


def _ground(ground: str, about: tuple[Request, ...], rules: Rules, language: Language) -> str:
    tables = (rules.policy.grounds.get(KINDS[one.kind].periods, {}) for one in about)
    return next((table[ground].words(language) for table in tables if ground in table), "")


def _more(order: LetterOrder, scene: Scene, about: tuple[Request, ...]) -> Mapping[str, object]:
    """Return the values that only some templates ask for."""
    more: dict[str, object] = {"new_on": None, "old_on": None} if order.template == "status_report" else {}
    if order.template in _ASKING:
        more |= _told(_foreseen(order, scene, about)) | {"destroyed_days": DESTROYED_DAYS}
    if order.template == "identity_request":
        more |= {"tier": tier_needed(about, scene.rules.policy)}
    if order.template == "reminder":
        more |= _reminder(scene, about)
    if order.template == "closure":
        more |= {"why": "other", **_ending(order, scene)}
    return {**more, **order.facts}


def _foreseen(order: LetterOrder, scene: Scene, about: tuple[Request, ...]) -> Outlook:
    """Return what comes of a question as if the server took its letter today; a letter that stops nothing says so."""
    reason, today, rules = reason_of(order.key), scene.rules.calendar.local_day(scene.now), scene.rules
    asked = [
        replace(one, pause=reason, paused_on=today, reminded_on=None) for one in about if may_stop(one, reason, rules)
    ]
    return together([outlook(one, rules.policy, rules.calendar) for one in asked])


def _told(found: Outlook) -> dict[str, object]:
    return {**asdict(found), "reminders": list(found.reminders)}


def _reminder(scene: Scene, about: tuple[Request, ...]) -> dict[str, object]:
    """Return what a reminder says of the stop it belongs to: what is still to come, and from when that is counted.

    `answer_by` is when the requester has an answer if the reply arrives today.
    """
    rules, today = scene.rules, scene.rules.calendar.local_day(scene.now)
    found = together([outlook(one, rules.policy, rules.calendar) for one in about])
    by_the_book = together([outlook(replace(one, reminded_on=None), rules.policy, rules.calendar) for one in about])
    resumed = fold([pause_ended(one, rules, scene.now, scene.now) for one in about], scene.case).requests
    due = [next_due_on(one, today) for one in resumed if one.number in {asked.number for asked in about}]
    return _told(found) | {
        "answer_by": min((day for day in due if day), default=None),
        "reason": about[0].pause,
        "asked_on": about[0].paused_on,
        "counts_anew": found.reply_by != by_the_book.reply_by,
        "reminders": [day for day in found.reminders if day > today],
    }


def _ending(order: LetterOrder, scene: Scene) -> dict[str, object]:
    """Return how long what is kept of a case that ends; `goes_on` says that other requests of it are still open."""
    calendar = scene.rules.calendar
    kept = scene.rules.policy.retention.get("letters", _KEPT)
    return {
        "kept_until": kept.end(calendar.local_day(scene.now), calendar),
        "goes_on": any(one.number not in order.numbers for one in scene.case.running),
    }
