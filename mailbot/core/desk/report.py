"""The words of a status letter (L5), as far as the facts of a case give them. Pure.

Nothing is invented: what nothing specific is known for stays out, and a person has to write it (law §3, L5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mailbot.core.case import Case
from mailbot.core.clock import Rules, dates_of, owed_of
from mailbot.core.desk.identity import lacks_identity
from mailbot.core.desk.report_words import WORDS
from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.request import Request

_WEEKDAYS_JA = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a case: as it stands, its events, its rules, today.

    `approving` says by the number of a request since which day an answer to it waits for the manager.
    """

    case: Case
    events: Sequence[Event]
    rules: Rules
    today: date
    approving: Mapping[int, date] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """The language of the requester."""
        return Language(self.case.language)

    def say(self, code: str, **values: object) -> str:
        """Return a sentence of WORDS in the language of the requester; days are written out."""
        words = WORDS[code][self.language is Language.EN]
        spoken = {name: self._day(one) if isinstance(one, date) else one for name, one in values.items()}
        return words.format(**spoken)

    def _day(self, day: date) -> str:
        if self.language is Language.JA:
            return f"{day.year}年{day.month}月{day.day}日({_WEEKDAYS_JA[day.weekday()]})"
        return f"{day:%A}, {day.day} {day:%B} {day.year}"


def service_on(request: Request, rules: Rules) -> date:
    """Return the day an answer is owed once a status letter has answered the gate: the service date alone."""
    return owed_of(replace(request, is_gate_answered=True), rules).answer_by()


def told_on(requests: Sequence[Request], rules: Rules, today: date) -> date | None:
    """Return the day a status letter may name: the first service date to come; None where none is known.

    Where the clock stands still the date hangs on the reply; one that has passed is no promise any more.
    """
    coming = [service_on(one, rules) for one in requests if not one.pause]
    return min((day for day in coming if day >= today), default=None)


def report_fields(standing: Standing, about: Sequence[Request]) -> dict[str, str]:
    """Return the words of each field of L5 for some requests; a field with a gap for any of them is left out."""
    found = {
        "reason": _of_each(about, [_reason(standing, one) for one in about], standing.language),
        "done": "\n".join(dict.fromkeys(_done(standing, {one.number for one in about}))),
        "remaining": _of_each(about, [_remaining(standing, one) for one in about], standing.language),
    }
    return {name: words for name, words in found.items() if words}


def _of_each(about: Sequence[Request], words: Sequence[str], language: Language) -> str:
    """Return the words for each request, named where they differ; "" where there are none for one of them."""
    if not all(words):
        return ""
    if len(set(words)) == 1:
        return words[0]
    named = zip((KINDS[one.kind].name(language) for one in about), words, strict=True)
    mark = "【{}】{}" if language is Language.JA else "- {}: {}"
    return "\n".join(mark.format(*one) for one in named)


def _reason(standing: Standing, request: Request) -> str:
    """Return why it takes time: the stop, the approval, the papers, or the stop that was; "" where nobody knows."""
    if request.pause:
        code = f"reason_{request.pause}"
        return standing.say(code, on=request.paused_on) if code in WORDS else ""
    if request.number in standing.approving:
        return standing.say("reason_approving", on=standing.approving[request.number])
    came_on = _last_day(standing, Name.PAPERS_RECEIVED)
    if came_on and lacks_identity(standing.case, (request,), standing.rules.policy):
        return standing.say("reason_papers", on=came_on)
    stop = _last_stop(standing, request)
    return standing.say(f"reason_after_{stop[0]}", on=stop[1], until=stop[2]) if stop else ""


def _last_stop(standing: Standing, request: Request) -> tuple[str, date, date] | None:
    """Return why, since when and until when the clock last stood still for a while; None where it never did."""
    begun: Event | None = None
    found = None
    for event in standing.events:
        if event.request == request.number and event.name is Name.PAUSE_STARTED:
            begun = event
        elif event.request == request.number and event.name is Name.PAUSE_ENDED and begun and event.data["days"]:
            on, until = (date.fromisoformat(str(one.data["on"])) for one in (begun, event))
            found = (str(begun.data["reason"]), on, until)
    return found if found and f"reason_after_{found[0]}" in WORDS else None


def _done(standing: Standing, numbers: set[int]) -> Iterator[str]:
    """Yield what was done, in order of time, without a word that only the requester or staff know."""
    for event in standing.events:
        on = standing.rules.calendar.local_day(event.at)
        if event.name in _DONE and (event.name is not Name.IDENTITY_VERIFIED or standing.case.identity is not None):
            yield standing.say(_DONE[event.name], on=on)
        elif event.request in numbers and (code := _asked(event, standing.events)) in WORDS:
            yield standing.say(code, on=on)
    for day in sorted({day for number, day in standing.approving.items() if number in numbers}):
        yield standing.say("approval_asked", on=day)


def _asked(event: Event, events: Sequence[Event]) -> str:
    """Return what a letter asked for whose sending stopped the clock; "" where it came back."""
    if event.name is not Name.PAUSE_STARTED:
        return ""
    later = [
        one for one in events if one.request == event.request and one.name is Name.PAUSE_ENDED and one.at >= event.at
    ]
    return "" if later and later[0].data.get("void") else f"asked_{event.data['reason']}"


def _remaining(standing: Standing, request: Request) -> str:
    """Return what is left to do and until when; "" where no date of the policy is left to promise."""
    found = dates_of(request, standing.rules)
    dates = [service_on(request, standing.rules), *([found.total_on] if found.total_on else [])]
    if request.pause:
        since = request.paused_on or standing.today
        days = next((left for day in dates if (left := _business_days(standing, since, day)) > 0), 0)
        return standing.say("left_after_reply", days=days) if days and f"reason_{request.pause}" in WORDS else ""
    day = next((day for day in dates if day >= standing.today), None)
    if day is None:
        return ""
    if request.number in standing.approving:
        return standing.say("left_approving", on=day)
    lacks = lacks_identity(standing.case, (request,), standing.rules.policy)
    return standing.say("left_identity" if lacks else "left_decision", on=day)


def _business_days(standing: Standing, start: date, end: date) -> int:
    return standing.rules.calendar.business_days_between(start, end)


def _last_day(standing: Standing, name: Name) -> date | None:
    days = [standing.rules.calendar.local_day(event.at) for event in standing.events if event.name is name]
    return days[-1] if days else None


_DONE: Mapping[Name, str] = {
    Name.ACKNOWLEDGEMENT_ACCEPTED: "acknowledged",
    Name.FOLLOW_UP_RECEIVED: "wrote",
    Name.PAPERS_RECEIVED: "papers",
    Name.IDENTITY_VERIFIED: "verified",
}
