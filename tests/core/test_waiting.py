"""What a question does to the service clock: when it stands still, what comes due then, and when it runs again."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules, next_due
from mailbot.core.due import decide_due
from mailbot.core.events import Event, Name
from mailbot.core.period import Period, Unit
from mailbot.core.policy import STOPS, Policy, Wait
from mailbot.core.policy_file import parse_policy
from mailbot.core.progress import may_stop, pause_ended
from mailbot.core.request import Request
from mailbot.core.transitions import State
from mailbot.core.waiting import outlook, waiting_points
from mailbot.resources import policies_folder
from tests.core.desk_scenes import NOW, REF, RULES, asked, days_later, only, opened, wrote

REASON = "awaiting_identity"
CALENDAR = RULES.calendar
POLICIES = {file.stem: parse_policy(file.read_text(encoding="utf-8")) for file in policies_folder().glob("*.toml")}
DAYS = st.dates(date(2026, 11, 24), date(2027, 6, 30))
AMOUNTS = st.integers(1, 25)
WAITS = st.builds(
    lambda remind, lapse: Wait(remind=tuple(map(business_days, sorted(remind))), lapse=lapse and business_days(lapse)),
    st.sets(AMOUNTS, max_size=3),
    st.none() | AMOUNTS,
)


def business_days(amount: int) -> Period:
    return Period(amount, Unit.BUSINESS_DAYS)


def policy(wait: Wait, most: int | None) -> Policy:
    longest = None if most is None else business_days(most)
    return replace(RULES.policy, waits={REASON: wait}, longest_stop=longest)


def paused(on: date, moved: int = 0, reason: str = REASON) -> Case:
    """Return a case whose asking letter the server took on a day, after other stops of so many business days."""
    started = Event(Name.PAUSE_STARTED, CALENDAR.at(on, time(10)), request=1, data={"on": str(on), "reason": reason})
    case = fold([started], opened("disclosure"))
    return replace(case, requests=(replace(only(case), moved=moved),))


def walked(start: date, end: date) -> int:
    """Count the business days after one day up to another, one step at a time."""
    count, day = 0, start
    while day < end:
        day += timedelta(days=1)
        count += CALENDAR.why_not(day) is None
    return count


def looked(case: Case, rules: Rules, now: datetime) -> tuple[Case, list[Name]]:
    """Look at a case as the worker does, until nothing more is due; what happened to the wait."""
    happened = []
    while (at := next_due(only(case), rules, now)) and at <= now:
        events = decide_due(only(case), rules, now, {}, REF)
        happened += [one.name for one in events]
        case = fold(events, case)
    of_the_wait = {Name.REQUESTER_REMINDED, Name.REQUEST_DECIDED, Name.PAUSE_ENDED}
    return case, [name for name in happened if name in of_the_wait]


def by_hand(asked_on: date, looks: list[date], wait: Wait, most: int | None, moved: int) -> list[tuple[Name, date]]:
    """Return what happens to a wait on which day of those on which somebody looks, day by day, as law §2 says it."""
    left = 10_000 if most is None else most - moved
    lapses = wait.lapse is not None and wait.lapse.amount <= left
    happened: list[tuple[Name, date]] = []
    sent, reminded = 0, None
    for day in looks:
        gone = walked(asked_on, day)
        if not lapses and gone > left:
            return [*happened, (Name.PAUSE_ENDED, day)]
        due = sum(gone >= period.amount for period in wait.remind)
        if due > sent:
            happened.append((Name.REQUESTER_REMINDED, day))
            sent, reminded = due, day
        is_warned = not wait.remind or (reminded is not None and walked(reminded, day) > 5)
        if lapses and wait.lapse and gone > wait.lapse.amount and is_warned:
            return [*happened, (Name.PAUSE_ENDED, day), (Name.REQUEST_DECIDED, day)]
    return happened


# Whoever does not answer.


@given(DAYS, WAITS, st.none() | st.integers(20, 30), st.integers(0, 19), st.lists(st.booleans(), max_size=70))
def test_reminders_and_the_end_come_on_the_days_that_a_calendar_on_the_wall_says(
    asked_on: date, wait: Wait, most: int | None, moved: int, is_awake: list[bool]
) -> None:
    rules = Rules(policy(wait, most), CALENDAR)
    looks = [asked_on + timedelta(days=number) for number, awake in enumerate(is_awake, 1) if awake]
    case, happened = paused(asked_on, moved), list[tuple[Name, date]]()
    for day in looks:
        if only(case).state is State.PAUSED:
            case, names = looked(case, rules, CALENDAR.at(day, time(9, 30)))
            happened += [(name, day) for name in names]
    assert happened == by_hand(asked_on, looks, wait, most, moved)


@given(DAYS, st.sampled_from(sorted(POLICIES)), st.sampled_from(STOPS), st.integers(0, 19))
def test_what_the_letter_says_of_the_days_to_come_is_what_happens(
    asked_on: date, name: str, reason: str, moved: int
) -> None:
    rules = Rules(POLICIES[name], CALENDAR)
    case = paused(asked_on, moved, reason)
    told = outlook(only(case), rules.policy, CALENDAR)
    happened: dict[Name, list[date]] = {}
    for number in range(1, 70):
        day = asked_on + timedelta(days=number)
        if only(case).state is State.PAUSED:
            case, names = looked(case, rules, CALENDAR.at(day, time(9, 30)))
            for one in names:
                happened.setdefault(one, []).append(day)
    assert told.stops is (reason in rules.policy.waits)
    assert tuple(happened.get(Name.REQUESTER_REMINDED, [])) == told.reminders
    end = CALENDAR.add_business_days(told.reply_by, 1) if told.reply_by else None
    assert happened.get(Name.PAUSE_ENDED, []) == ([end] if end else [])
    assert (Name.REQUEST_DECIDED in happened) is told.lapses
    if told.stops_until:
        assert walked(asked_on, told.stops_until) == 20 - moved


def test_the_default_policy_reminds_on_the_fifth_and_tenth_day_and_ends_after_the_twentieth() -> None:
    points = waiting_points(only(paused(date(2026, 11, 24))), RULES.policy, CALENDAR)
    assert [(point.code, str(point.on)) for point in points] == [("remind_1", "2026-12-01"), ("remind_2", "2026-12-08")]
    reminded = replace(only(paused(date(2026, 11, 24))), reminded_on=date(2026, 12, 8))
    lapse = waiting_points(reminded, RULES.policy, CALENDAR)[-1]
    assert (lapse.code, lapse.at.isoformat()) == ("lapse", "2026-12-23T00:00:00+00:00"), "nine o'clock in Tokyo"


@pytest.mark.parametrize(
    ("reminded_on", "lapse_on"),
    [
        ("2026-12-08", "2026-12-23"),
        ("2026-12-15", "2026-12-23"),
        ("2026-12-16", "2026-12-24"),
        ("2026-12-23", "2027-01-06"),
        ("2027-02-01", "2027-02-09"),
    ],
)
def test_a_late_reminder_puts_the_end_off_until_five_business_days_have_gone_by(
    reminded_on: str, lapse_on: str
) -> None:
    request = replace(only(paused(date(2026, 11, 24))), reminded_on=date.fromisoformat(reminded_on))
    told = outlook(request, RULES.policy, CALENDAR)
    assert str(waiting_points(request, RULES.policy, CALENDAR)[-1].on) == lapse_on
    assert told.lapses
    assert told.reply_by == CALENDAR.subtract_business_days(date.fromisoformat(lapse_on), 1)


def test_reminders_missed_together_are_one_reminder() -> None:
    case, names = looked(paused(date(2026, 11, 24)), RULES, CALENDAR.at(date(2026, 12, 9), time(9, 30)))
    assert names == [Name.REQUESTER_REMINDED]
    assert only(case).reminded_on == date(2026, 12, 9)


def test_nothing_lapses_and_nobody_is_reminded_while_the_reply_may_lie_unread() -> None:
    now, read_until = CALENDAR.at(date(2026, 12, 24), time(9, 30)), CALENDAR.at(date(2026, 11, 30), time(9, 30))
    asked = paused(date(2026, 11, 24))
    reminded, _ = looked(asked, RULES, CALENDAR.at(date(2026, 12, 8), time(9, 30)))
    for case, name in ((asked, Name.REQUESTER_REMINDED), (reminded, Name.REQUEST_DECIDED)):
        deaf, heard = (
            {one.name for one in decide_due(only(case), RULES, now, {}, REF, heard_until=until)}
            for until in (read_until, now)
        )
        assert heard - deaf >= {name}
        assert deaf.isdisjoint({Name.REQUESTER_REMINDED, Name.REQUEST_DECIDED, Name.PAUSE_ENDED})


# Whoever answers.


@given(DAYS, st.integers(0, 2 * 24 * 60 * 45), st.integers(0, 19), st.integers(0, 200))
def test_a_stop_lasts_from_the_day_the_letter_left_to_the_day_the_reply_arrived_however_late_it_is_read(
    asked_on: date, minutes: int, moved: int, read_after: int
) -> None:
    came = CALENDAR.at(asked_on, time(10)) + timedelta(minutes=minutes / 2)
    before = only(paused(asked_on, moved))
    ended = pause_ended(before, RULES, came, came + timedelta(hours=read_after))
    came_on = came.astimezone(CALENDAR.zone).date()
    stood = min(walked(asked_on, came_on), 20 - moved)
    assert (ended.data["on"], ended.data["days"], ended.data["moved"]) == (str(came_on), stood, moved + stood)
    assert ended.data["gate_on"] == str(before.gate_on)


# What may stop a clock.


def test_a_clock_never_stands_still_twice_for_one_thing_nor_for_two_at_once() -> None:
    case = asked(opened("disclosure"), "id")
    assert not may_stop(only(case), REASON, RULES)
    assert not may_stop(only(case), "awaiting_mandate", RULES)
    case = wrote(case, now=days_later(2))
    assert not may_stop(only(case), REASON, RULES)
    assert may_stop(only(case), "awaiting_mandate", RULES)


@pytest.mark.parametrize(("moved", "may"), [(0, True), (19, True), (20, False), (27, False)])
def test_a_clock_that_stood_still_long_enough_stands_still_no_more(moved: int, may: bool) -> None:  # noqa: FBT001 -- drawn by name
    assert may_stop(replace(only(opened("disclosure")), moved=moved), REASON, RULES) is may


@pytest.mark.parametrize("reason", [*STOPS, "0", ""])
def test_only_a_reason_the_policy_names_stops_a_clock(reason: str) -> None:
    request = only(opened("disclosure"))
    stopping = {name for name, one in POLICIES.items() if may_stop(request, reason, Rules(one, CALENDAR))}
    assert stopping == {name for name, one in POLICIES.items() if reason in one.waits}
    assert "ccpa" not in stopping


def test_under_a_policy_without_stops_the_letter_leaves_and_the_clock_runs_on() -> None:
    rules = Rules(POLICIES["ccpa"], CALENDAR)
    request = replace(only(opened("disclosure")), pause="", paused_on=None)
    assert not may_stop(request, REASON, rules)
    assert waiting_points(request, rules.policy, CALENDAR) == ()


# What was closed because nobody answered.


def lapsed() -> tuple[Case, Request]:
    """Return a case that ended on 23 December, asked on 24 November, and its request before that."""
    case = paused(date(2026, 11, 24))
    before = only(case)
    for day in ("12-01", "12-08", "12-23"):
        case, _ = looked(case, RULES, datetime.fromisoformat(f"2026-{day}T09:30+09:00"))
    answered = Event(Name.REQUEST_ANSWERED, NOW, request=1, data={"mail": only(case).mail})
    closed_at = datetime.fromisoformat("2026-12-23T09:31+09:00")
    return fold([answered, Event(Name.CASE_CLOSED, closed_at, data={"why": "answered"})], case), before


@pytest.mark.parametrize(
    ("came", "closed_days"), [("2026-12-23T12:00", 0), ("2026-12-26T12:00", 2), ("2027-02-01T12:00", 23)]
)
def test_what_lapsed_goes_on_where_its_clock_stood_when_the_requester_writes(came: str, closed_days: int) -> None:
    case, before = lapsed()
    assert (case.state, only(case).outcome, only(case).moved) == (State.CLOSED, "lapsed", 20)
    at = datetime.fromisoformat(f"{came}+09:00")
    case = wrote(case, now=at)
    one = only(case)
    assert (case.state, one.state, one.outcome, one.moved) == (State.REOPENED, State.OPEN, "", 20 + closed_days)
    assert before.notice_on
    assert one.notice_on == CALENDAR.add_business_days(before.notice_on, 20 + closed_days)
    assert (one.gate_on, one.resumed_on) == (before.gate_on, at.date())


def test_a_reply_that_comes_before_the_closing_letter_left_keeps_the_case_open() -> None:
    case = paused(date(2026, 11, 24))
    for day in ("12-01", "12-08", "12-23"):
        case, _ = looked(case, RULES, datetime.fromisoformat(f"2026-{day}T09:30+09:00"))
    assert only(case).state is State.DECIDED
    case = wrote(case, now=datetime.fromisoformat("2026-12-23T10:00+09:00"))
    assert (case.is_open, only(case).state, only(case).mail) == (True, State.OPEN, "")
