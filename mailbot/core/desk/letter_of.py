"""From the order of an act to the letter the requester gets: every value its template asks for, and none beside."""

from collections.abc import Mapping
from datetime import date

from mailbot.core.case import Case, Request
from mailbot.core.clock import Rules
from mailbot.core.correspondence import first_due, request_line
from mailbot.core.desk.identity import tier_needed
from mailbot.core.desk.letterbook import ADDRESSEE, form_for
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Company, Letter, LetterKind
from mailbot.core.message import Language

REPLY_DAYS, _REMINDER_DAYS = 20, (5, 10)
"""Law §2: reminders at 5 and 10 business days, lapse at 20."""
DESTROYED_DAYS = 10
_KEPT_YEARS = 3


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
        "answer_by": first_due([one for one in about if one.is_running]),
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
    calendar = scene.rules.calendar
    today = calendar.local_day(scene.now)
    waiting = {
        "reply_by": calendar.add_business_days(today, REPLY_DAYS),
        "reminders": [calendar.add_business_days(today, days) for days in _REMINDER_DAYS],
        "destroyed_days": DESTROYED_DAYS,
    }
    more: Mapping[str, Mapping[str, object]] = {
        "identity_request": {**waiting, "tier": tier_needed(about, scene.rules.policy)},
        "agent_request": waiting,
        "clarification": {"reply_by": waiting["reply_by"]},
        "status_report": {"new_on": None, "old_on": None},
        "closure": {"why": "other", "kept_until": _years_after(today, _KEPT_YEARS)},
    }
    return {**more.get(order.template, {}), **order.facts}


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
