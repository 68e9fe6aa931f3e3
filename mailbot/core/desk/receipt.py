"""The short answer every staff mail gets: what was done, or why nothing was, in the reader's words."""

from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.correspondence import first_owed
from mailbot.core.desk.commands import COMMANDS
from mailbot.core.desk.identity import lacks_identity
from mailbot.core.desk.letterbook import Field
from mailbot.core.desk.vocabulary import KINDS_ASKED
from mailbot.core.grounds import Ground
from mailbot.core.kinds import UNCLASSIFIED, Kind
from mailbot.core.letters import Company, Letter, LetterKind, Said, Tap
from mailbot.core.message import Language
from mailbot.core.progress import reason_of
from mailbot.core.request import Request


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt tells `to` of a case: lines, and rows (label, words) for what was asked to be shown."""

    case: Case
    said: tuple[Said, ...]
    to: str
    language: Language
    rows: tuple[tuple[str, str | Said], ...] = ()
    taps: tuple[Tap, ...] = ()


def receipt(company: Company, told: Receipt, rules: Rules, now: datetime) -> Letter:
    """Return the receipt as a letter to the actor."""
    due_on = first_owed(told.case.running, rules, now)
    today = rules.calendar.local_day(now)
    context = {
        "company": company,
        "ref": told.case.ref or None,
        "said": [in_words(one, told.language) for one in told.said],
        "next": _next(told, rules),
        "due_on": due_on,
        "days_left": rules.calendar.business_days_between(today, due_on) if due_on else None,
        "rows": list(told.rows),
        "is_refused": any(not one.is_done for one in told.said),
        "taps": list(told.taps),
    }
    return Letter("receipt", LetterKind.RECEIPT, told.language, told.to, context)


def in_words(said: Said, language: Language) -> Said:
    """Put fields, grounds and the usage of a command into the reader's words; codes are said by the templates."""
    return replace(said, values={name: _worded(name, value, language) for name, value in said.values.items()})


def _worded(name: str, value: object, language: Language) -> object:
    if name == "usage":
        spec = COMMANDS.get(str(value))
        return (spec.usage_ja if language is Language.JA else spec.usage_en) if spec else str(value)
    if isinstance(value, list | tuple):
        return [_one(item, language) for item in value]
    return value


def _one(item: object, language: Language) -> object:
    if isinstance(item, Field):
        return item.label(language)
    if isinstance(item, Kind):
        return (_typed(item.code, language), item.name(language))
    return (item.code, item.words(language)) if isinstance(item, Ground) else item


def _typed(code: str, language: Language) -> str:
    """Return the word staff may type for a kind: the office's own in Japanese, the code in English."""
    if language is Language.EN:
        return code
    return next((word for word, meant in KINDS_ASKED.items() if meant == code and not word.isascii()), code)


_AWAITED = {"preview": "confirm", "waiting_approval": "approval"}


def _next(told: Receipt, rules: Rules) -> Said | None:
    """Return what should come next in a case, None where nothing has to."""
    awaited = [_AWAITED[one.code] for one in told.said if one.code in _AWAITED]
    if awaited:
        return Said(awaited[-1])
    case, undecided = told.case, told.case.undecided
    if not undecided:
        return Said("leaves") if case.running and case.is_open else None
    if any(one.pause or _is_asked(one) for one in undecided):
        return Said("wait")
    if case.handler is None:
        return Said("take")
    if any(one.kind == UNCLASSIFIED for one in undecided):
        return Said("type")
    return Said("identity" if lacks_identity(case, undecided, rules.policy) else "answer")


def _is_asked(request: Request) -> bool:
    """Say whether a letter that asks something is on its way: the clock stands still once the server took it."""
    return bool(request.mail) and reason_of(request.mail) not in request.stops
