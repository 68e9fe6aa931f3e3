"""The idle meter: each business day is work, a lawful wait, or unexplained; alarms at three and at five in a row."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import WORK, Case, fold
from mailbot.core.events import BOT, Event, Name
from mailbot.core.idle import HANDLER, MANAGER, explained_until, idle_points, unexplained
from tests.core.desk_scenes import ARRIVED, NOW, RULES, WORDS, asked, at_once, done, only, opened, wrote

CALENDAR, POLICY = RULES.calendar, RULES.policy


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def alarms(case: Case) -> list[str]:
    """Say on which mornings the alarms come: `11-27 idle_handler`."""
    return [f"{point.on:%m-%d} {point.code}" for point in idle_points(only(case), POLICY, CALENDAR)]


def test_the_alarms_come_on_the_morning_after_the_third_and_the_fifth_unexplained_business_day() -> None:
    # Friday 20 November, then a holiday on Monday: 24, 25 and 26 pass without a record; 27 and 30 too.
    points = idle_points(only(opened("disclosure")), POLICY, CALENDAR)
    assert [(point.code, point.roles, point.at) for point in points] == [
        (HANDLER, ("handler",), at("2026-11-27T09:00")),
        (MANAGER, ("manager",), at("2026-12-01T09:00")),
    ]


def test_a_request_that_sleeps_over_the_new_year_is_idle_only_on_business_days() -> None:
    asleep = opened("disclosure", at=at("2026-12-25T17:00"))
    assert alarms(asleep) == ["01-06 idle_handler", "01-08 idle_manager"]


@pytest.mark.parametrize("line", ["/note 電話しました", "/take", "/type correct", "/assign ken"])
def test_work_begins_the_count_anew(line: str) -> None:
    worked = at_once(opened("disclosure"), line, now=at("2026-11-26T11:00"))
    assert alarms(worked) == ["12-02 idle_handler", "12-04 idle_manager"]
    assert only(worked).worked_at == at("2026-11-26T11:00")


def test_work_at_a_weekend_explains_the_days_up_to_it() -> None:
    worked = at_once(opened("disclosure"), "/note", text="x", now=at("2026-11-28T11:00"))
    assert explained_until(only(worked), CALENDAR) == date(2026, 11, 28)
    assert alarms(worked) == ["12-03 idle_handler", "12-07 idle_manager"]


@pytest.mark.parametrize("name", sorted(set(Name) - WORK - {Name.REQUEST_OPENED, Name.REQUEST_LEFT_UNCLASSIFIED}))
def test_what_is_no_work_explains_nothing(name: Name) -> None:
    case = opened("disclosure")
    try:
        after = fold([Event(name, at("2026-11-26T11:00"), "hana", data={"flag": "agent", "until": "2026-11-30"})], case)
    except Exception:  # noqa: BLE001 -- an event that cannot happen here explains nothing either
        return
    assert only(after).worked_at == only(case).worked_at


def test_what_the_program_does_by_itself_is_no_work() -> None:
    case = opened("disclosure")
    noted = Event(Name.NOTE_KEPT, at("2026-11-26T11:00"), BOT, data={"message": 7})
    unproved = Event(Name.NOTE_KEPT, at("2026-11-26T11:00"), "hana", data={"message": 7, "proved": False})
    assert only(fold([noted, unproved], case)).worked_at is None


def test_while_the_clock_stands_still_every_day_is_explained() -> None:
    paused = asked(opened("disclosure"), "id", now=NOW)
    assert alarms(paused) == []
    assert unexplained(only(paused), CALENDAR, date(2026, 12, 11)) == 0


def test_the_count_begins_with_the_day_on_which_a_wait_ended() -> None:
    resumed = wrote(asked(opened("disclosure"), "id", now=NOW), now=at("2026-12-01T11:00"))
    assert only(resumed).resumed_on == date(2026, 12, 1)
    assert alarms(resumed) == ["12-07 idle_handler", "12-09 idle_manager"]


def test_a_pause_that_ends_on_a_weekend_leaves_the_next_business_days_unexplained() -> None:
    resumed = wrote(asked(opened("disclosure"), "id", now=NOW), now=at("2026-12-05T11:00"))
    assert unexplained(only(resumed), CALENDAR, date(2026, 12, 9)) == 2
    assert alarms(resumed) == ["12-10 idle_handler", "12-14 idle_manager"]


def test_what_is_decided_is_never_idle() -> None:
    decided, _ = done(opened("correct", identity=2), "/grant", text=WORDS)
    assert alarms(decided) == []
    assert unexplained(only(decided), CALENDAR, date(2026, 12, 24)) == 0


@pytest.mark.parametrize(
    ("today", "days"),
    [("2026-11-24", 0), ("2026-11-25", 1), ("2026-11-27", 3), ("2026-11-28", 4), ("2026-12-01", 5), ("2026-11-20", 0)],
)
def test_the_days_counted_are_those_that_are_over(today: str, days: int) -> None:
    assert unexplained(only(opened("disclosure")), CALENDAR, date.fromisoformat(today)) == days


def test_each_stretch_of_silence_has_alarms_of_its_own() -> None:
    case = opened("disclosure")
    worked = at_once(case, "/note x", now=at("2026-11-27T11:00"))
    before, after = (idle_points(only(one), POLICY, CALENDAR)[0].token for one in (case, worked))
    assert (before, after) == ("idle_handler:2026-11-20", "idle_handler:2026-11-27")


def test_a_policy_without_the_table_has_no_alarm() -> None:
    assert idle_points(only(opened("disclosure")), replace(POLICY, idle=None), CALENDAR) == ()


@given(st.lists(st.integers(0, 40 * 24), max_size=6), st.integers(0, 45))
def test_the_meter_agrees_with_counting_day_by_day(hours: list[int], later: int) -> None:
    case = opened("disclosure")
    moments = sorted(ARRIVED + timedelta(hours=hour) for hour in hours)
    for moment in moments:
        case = fold([Event(Name.NOTE_KEPT, moment, "hana", data={"message": 7})], case)
    today = CALENDAR.local_day(max([ARRIVED, *moments])) + timedelta(days=later)
    explained = {CALENDAR.local_day(moment) for moment in (ARRIVED, *moments)}
    count, day = 0, today
    while day not in explained:  # work of today ends the silence too
        day -= timedelta(days=1)
        count += CALENDAR.is_business_day(day) and day not in explained
    assert unexplained(only(case), CALENDAR, today) == count
    passed = [point.code for point in idle_points(only(case), POLICY, CALENDAR) if point.on <= today]
    # an alarm comes on a business day: a weekend that begins after the third day waits for Monday
    is_morning = CALENDAR.is_business_day(today)
    expected = [code for code, days in ((HANDLER, 3), (MANAGER, 5)) if count >= days + (not is_morning)]
    assert passed == expected or not is_morning
