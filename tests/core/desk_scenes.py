"""Invented cases for the tests of the desk: what stands open, what staff type, what the mail server then says."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules
from mailbot.core.decide import Arrived, decide_follow_up, decide_new
from mailbot.core.desk.fields import skeleton
from mailbot.core.desk.letterbook import FORMS, Form, form_for
from mailbot.core.desk.order import Command, read_order
from mailbot.core.desk.outcomes import owed
from mailbot.core.desk.plan import Offer, Plan, carry_out, plan
from mailbot.core.desk.scene import Act, LetterOrder, NotDone, Scene
from mailbot.core.due import decide_due
from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS
from mailbot.core.message import Asked, Language, Verdict
from mailbot.core.policy_file import parse_policy
from mailbot.core.progress import decide_accepted, decide_bounced
from mailbot.core.reference import reference
from mailbot.core.request import Request
from mailbot.edge.holiday import build_calendar
from mailbot.resources import policies_folder

RULES = Rules(
    parse_policy((policies_folder() / "appi.toml").read_text(encoding="utf-8")),
    build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], date(2026, 11, 20)),
)
ARRIVED = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
"""Friday, 14:10 in Tokyo: the first test vector of law §2; Monday the 23rd is a holiday."""
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Tuesday, 10:00 in Tokyo: the first business day after."""
LATE = datetime(2027, 1, 12, 1, 0, tzinfo=UTC)
"""When everything that came in November is overdue."""
REF, OTHER, NEW = (reference("KJ", 2026, number) for number in (123, 124, 125))
PEOPLE = {"hana": "佐藤 花", "ken": "Ken Mori"}
GROUNDS = {"purpose": "32-2-harm", "disclosure": "33-2-2", "correction": "factual", "suspension": "no-ground"}
"""A ground of each table that has any."""
WORDS = "ご連絡ありがとうございます。ご依頼のとおりにいたしました。"


def arrived(*kinds: str, at: datetime = ARRIVED, flags: Sequence[str] = (), is_sure: bool = True) -> Arrived:
    """Return a message of a requester that asks for some rights."""
    asked = tuple(Asked(kind, 0.97) for kind in kinds)
    return Arrived(41, at, "ja", Verdict(asked, 0.97, is_sure=is_sure, flags=tuple(flags)))


def ticked(request: Request, now: datetime) -> list[Event]:
    """Return what has come due for a request by a moment, with nobody on the roster."""
    return decide_due(request, RULES, now, {}, REF)


def opened(*kinds: str, ref: str = REF, at: datetime = ARRIVED, identity: int | None = None) -> Case:
    """Return a case that was acknowledged, with a request for each kind; `identity` is the tier already checked."""
    events = [
        *decide_new(ref, arrived(*kinds, at=at), RULES, at, None),
        Event(Name.ACKNOWLEDGEMENT_ACCEPTED, at),
    ]
    if identity is not None:
        events.append(Event(Name.IDENTITY_VERIFIED, at, "hana", data={"method": "document", "tier": identity}))
    return fold(events)


def scene(
    case: Case,
    text: str = "",
    now: datetime = NOW,
    message: int = 7,
    others: Sequence[Case] = (),
    people: Mapping[str, str] = PEOPLE,
) -> Scene:
    """Return the scene in which Hana acts; `others` are the cases her mail names."""
    named = {one.ref: (number, one) for number, one in enumerate(others, 2)}
    return Scene(case, RULES, now, "hana", message, people, named, text)


def commands(*lines: str) -> tuple[Command, ...]:
    """Return lines as the desk reads them."""
    order = read_order("\n".join(lines), is_numbered=False)
    assert order.mistakes == ()
    assert order.text == ""
    return order.commands


def planned(case: Case, *lines: str, text: str = "", now: datetime = NOW, others: Sequence[Case] = ()) -> Plan:
    """Return what a mail of these lines and words makes happen. Raises NotDone."""
    return plan(scene(case, text, now, others=others), commands(*lines))


def refused(
    case: Case,
    *lines: str,
    text: str = "",
    now: datetime = NOW,
    others: Sequence[Case] = (),
    people: Mapping[str, str] = PEOPLE,
) -> str:
    """Return the code of why nothing of a mail happens, "" where something does."""
    try:
        plan(scene(case, text, now, others=others, people=people), commands(*lines))
    except NotDone as fault:
        return fault.said.code
    return ""


def at_once(case: Case, *lines: str, text: str = "", now: datetime = NOW, others: Sequence[Case] = ()) -> Case:
    """Return the case after everyday acts that offer nothing."""
    found = planned(case, *lines, text=text, now=now, others=others)
    assert found.offers == ()
    return fold(found.at_once.events, case)


def offered(case: Case, *lines: str, text: str = "", now: datetime = NOW, others: Sequence[Case] = ()) -> Offer:
    """Return the first thing that a mail offers."""
    return planned(case, *lines, text=text, now=now, others=others).offers[0]


def confirmed(case: Case, one: Offer, now: datetime = NOW, effect_id: str = "e1", others: Sequence[Case] = ()) -> Act:
    """Return what an offer does to a case once its code came back. Raises NotDone."""
    return carry_out(scene(case, now=now, others=others), one.commands, one.text, effect_id)


def done(case: Case, *lines: str, text: str = "", now: datetime = NOW, others: Sequence[Case] = ()) -> tuple[Case, Act]:
    """Return the case after a mail whose first offer was confirmed at once, and what that did."""
    found = planned(case, *lines, text=text, now=now, others=others)
    case = fold(found.at_once.events, case)
    effect_id = f"e{sum(bool(one.outcome) for one in case.requests) + 1}"
    act = confirmed(case, found.offers[0], now, effect_id, others)
    return fold(act.events, case), act


def taken(case: Case, *letters: LetterOrder, now: datetime = NOW) -> Case:
    """Return the case after the mail server took letters, in their order."""
    for one in letters:
        case = fold(decide_accepted(case, one.key, now, RULES), case)
    return case


def returned(case: Case, *letters: LetterOrder, now: datetime = NOW) -> Case:
    """Return the case after letters came back."""
    for one in letters:
        case = fold(decide_bounced(case, one.key, now, RULES), case)
    return case


def asked(case: Case, what: str, now: datetime = NOW, text: str = "") -> Case:
    """Return the case after an asking letter was written and taken: its clocks stand still."""
    found = planned(case, f"/ask {what}", text=text, now=now)
    return taken(fold(found.at_once.events, case), *found.at_once.letters, now=now)


def wrote(case: Case, *kinds: str, now: datetime, at: datetime | None = None, flags: Sequence[str] = ()) -> Case:
    """Return the case after its requester wrote again; the mail arrived `at`, which is `now` unless it is given."""
    return fold(decide_follow_up(case, arrived(*kinds, at=at or now, flags=flags), RULES, now, "token"), case)


def only(case: Case) -> Request:
    """Return the one request of a case."""
    [request] = case.requests
    return request


def filled(form: Form, language: Language = Language.JA) -> str:
    """Return the labelled lines of a form with words behind each label."""
    return "".join(f"{line}ことば\n" for line in skeleton(form.fields, language).splitlines())


def form(template: str, outcome: str = "") -> Form:
    """Return the form of a template in exactly this outcome."""
    return next(one for one in FORMS if (one.template, one.outcome) == (template, outcome))


def days_later(number: int, now: datetime = NOW) -> datetime:
    """Return a moment so many calendar days later."""
    return now + timedelta(days=number)


def deciding(request: Request, outcome: str) -> tuple[str, str]:
    """Return what staff type to give a request an outcome: the command, and the filled form of the letter it owes."""
    table = KINDS[request.kind].periods
    line = {
        "full": "/grant",
        "alternative": "/grant alternative",
        "no_data": "/nodata",
        "withdrawn": "/close withdrawn",
        "lapsed": "/close lapsed",
    }.get(outcome, f"/{'partial' if outcome == 'partial' else 'refuse'} {GROUNDS.get(table, 'none')}")
    debt = owed(request.kind, outcome)
    text = filled(form_for(debt.template, outcome)) if debt and debt.template else WORDS
    return line if line.startswith("/close") else f"{line} {request.number}", text


def states() -> dict[str, Case]:
    """Return a case with one request in every state there is; the identity of its requester was checked."""
    start = opened("correct", identity=2)
    decided, answer = done(start, "/grant", text=WORDS)
    given_up, goodbye = done(start, "/close withdrawn")
    answered = taken(decided, *answer.letters)
    return {
        "open": start,
        "unclassified": opened(identity=2),
        "overdue": fold(ticked(only(start), LATE), start),
        "paused": asked(start, "wait"),
        "decided": decided,
        "answered": answered,
        "given_up": taken(given_up, *goodbye.letters),
        "spam": done(start, "/spam")[0],
        "merged": done(start, f"/merge {OTHER}", others=[opened("purpose", ref=OTHER)])[0],
        "reopened": at_once(answered, "/reopen"),
    }


def happens(state: str, line: str, text: str = "") -> str:
    """Return what a mail leads to in a state, its first offer confirmed: events and [letters], or why nothing does."""
    case, now = states()[state], LATE if state == "overdue" else NOW
    try:
        found = planned(case, *[line][: bool(line)], text=text, now=now, others=[opened("purpose", ref=OTHER)])
    except NotDone as fault:
        return f"not {fault.said.code}"
    act = found.offers[0].act if found.offers else found.at_once
    fold(act.events, case)
    letters = [f"[{one.template}]" for one in act.letters]
    return " ".join(dict.fromkeys([*(event.name.value for event in act.events), *letters])) or "nothing"
