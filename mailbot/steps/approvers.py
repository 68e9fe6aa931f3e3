"""Who may approve, what they are asked, and when they are asked again."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from mailbot.core.desk.letterbook import ADDRESSEE, FORMS
from mailbot.core.desk.preview import Question
from mailbot.core.letters import Rendered, Said
from mailbot.sections import Staff
from mailbot.steps.parts import Parts
from mailbot.store.cases import Snapshot
from mailbot.store.effects import Effect

_OPENS, _CLOSES = time(9), time(18)
_ONE_DAY = timedelta(days=1)


def approvers(parts: Parts, effect: Effect, now: datetime, *, with_deputies: bool = False) -> list[Staff]:
    """Return who is asked: the managers who are here, the deputies too once it waited long; never the author.

    Where none of them is here the deputies are asked at once, and where nobody is, the managers who are away.
    """
    team = parts.team(now)
    asked = [person for person in team.here("manager") if person.id != effect.author]
    if with_deputies or not asked:
        asked += [person for person in team.here("deputy") if person.id != effect.author and person not in asked]
    return asked or [person for person in team.having("manager") if person.id != effect.author]


def question(
    parts: Parts,
    snapshot: Snapshot,
    effect: Effect,
    acts: Sequence[Said],
    secret: str,
    person: Staff,
    *,
    again: bool = False,
) -> Question:
    """Return what one manager is asked about an effect, with the code that is theirs."""
    payload = effect.payload
    return Question(
        case=snapshot.case,
        author=effect.author,
        letters=tuple(Rendered(one["subject"], one["text"], one["html"]) for one in payload["letters"]),
        acts=tuple(acts),
        ground=_ground(parts, snapshot, effect, person),
        fields=tuple(_filled(effect, person)),
        secret=secret,
        mark=effect.digest[:8],
        is_reminder=again,
        is_deputy="manager" not in person.roles,
    )


def _ground(parts: Parts, snapshot: Snapshot, effect: Effect, person: Staff) -> str:
    """Return the ground of law that the author names, in the words of the reader, "" for none."""
    tables = parts.rules_of(snapshot.case.policy).policy.grounds.values()
    named = [word for command in effect.payload["commands"] for word in command["words"]]
    found = [table[word].words(person.language) for word in named for table in tables if word in table]
    return found[0] if found else ""


def _filled(effect: Effect, person: Staff) -> list[tuple[str, str]]:
    """Return what the author wrote into the templates, in the order of their fields: the whole difference to them."""
    rows = []
    for letter, fields in zip(effect.payload["letters"], effect.payload["fields"], strict=True):
        if letter["template"] == "relay":
            rows.append(("", effect.payload["text"]))
            continue
        known = [one for form in FORMS if form.template == letter["template"] for one in form.fields]
        labels = {one.name: one.label(person.language) for one in (ADDRESSEE, *known)}
        rows += [(label, fields[name]) for name, label in labels.items() if fields.get(name)]
    return rows


def remind_at(parts: Parts, now: datetime) -> datetime:
    """Return when an approval is asked for again: after so many business hours (09:00-18:00, the company's clocks)."""
    left = timedelta(hours=parts.config.relay.remind_after_hours)
    calendar = parts.rules.calendar
    day, start = calendar.local_day(now), now
    while True:
        opens, closes = (calendar.at(day, clock) for clock in (_OPENS, _CLOSES))
        begin = max(start, opens)
        if calendar.is_business_day(day) and begin < closes:
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        day += _ONE_DAY
