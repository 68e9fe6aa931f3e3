"""A calendar that changes while cases run: every date is counted anew, once, and what did not move stays untouched."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import Calendar
from mailbot.core.case import Case, apply, fold
from mailbot.core.clock import Rules, points_of, told_dates
from mailbot.core.due import decide_due
from mailbot.core.events import Event, Json, Name
from mailbot.core.horizon import Horizon, holiday_horizon
from mailbot.core.kinds import KINDS
from mailbot.core.progress import opened_by_hand, pause_ended
from mailbot.core.recount import change_told, days_changed, days_of, is_recount_due, read_days, recounted
from mailbot.core.request import Request
from mailbot.edge.holiday import build_calendar, table_until
from tests.core.desk_scenes import RULES

TODAY = date(2026, 11, 20)
TOKYO = ZoneInfo("Asia/Tokyo")
ARRIVED = datetime.fromisoformat("2026-11-20T14:10+09:00")
NOW = datetime.fromisoformat("2026-11-25T09:00+09:00")
CHANGE: dict[str, Json] = {"calendar": "c0ffee"}


def japan(*added: str, removed: tuple[str, ...] = (), zone: str = "Asia/Tokyo", today: date = TODAY) -> Calendar:
    return build_calendar(ZoneInfo(zone), "JP", ["12-29..01-03"], added, removed, today)


def under(calendar: Calendar) -> Rules:
    return Rules(RULES.policy, calendar)


OLD = under(japan())


def opened(kind: str = "disclosure", received_at: datetime = ARRIVED, rules: Rules = OLD) -> Case:
    found: dict[str, Json] = {
        "ref": "KJ-2026-000123-M",
        "received_at": received_at.isoformat(),
        "language": "ja",
        "policy": rules.key,
        "message": 7,
    }
    return fold(
        [
            Event(Name.CASE_OPENED, received_at, data=found),
            opened_by_hand(1, kind, received_at, rules, received_at, "hana"),
        ]
    )


def only(case: Case) -> Request:
    return case.requests[0]


def event_of(case: Case, rules: Rules, history: list[Event] | None = None) -> Event | None:
    return recounted(only(case), history or [], rules, CHANGE, NOW)


def moved(case: Case, rules: Rules, history: list[Event] | None = None) -> Case:
    event = event_of(case, rules, history)
    assert event is not None
    return apply(case, event)


# The calendar as it is remembered.


def test_the_same_days_have_the_same_text_whoever_names_them() -> None:
    named = build_calendar(TOKYO, "JP", ["12-29..01-03", "2026-12-01"], [], [], TODAY)
    assert days_of(named).text() == days_of(japan("2026-12-01")).text() != days_of(japan()).text()


def test_what_is_remembered_reads_back_as_it_was() -> None:
    days = days_of(japan("2026-12-01"))
    assert read_days(days.text()) == days


def test_a_day_off_on_a_weekend_changes_nothing() -> None:
    assert not is_recount_due(days_of(japan()), days_of(japan("2026-11-28")))


def test_a_table_that_reaches_a_year_further_is_no_change() -> None:
    later = days_of(japan(today=date(2027, 1, 4)))
    assert later.text() != days_of(japan()).text()
    assert not is_recount_due(days_of(japan()), later)


def test_a_holiday_added_one_removed_and_another_zone_are_changes() -> None:
    before = days_of(japan())
    assert days_changed(before, days_of(japan("2026-12-01"))) == (date(2026, 12, 1),)
    assert days_changed(before, days_of(japan(removed=("2026-11-23",)))) == (date(2026, 11, 23),)
    assert is_recount_due(before, days_of(japan(zone="Asia/Seoul")))
    assert is_recount_due(None, before)
    assert not is_recount_due(before, days_of(japan()))


def test_an_event_names_the_days_where_they_are_few() -> None:
    before = days_of(japan())
    few = change_told(before, days_of(japan("2026-12-01", removed=("2026-11-23",))))
    assert few["days"] == {"2026-11-23": "counts", "2026-12-01": "off"}
    many = change_told(before, days_of(japan(*(f"2026-12-{day:02}" for day in range(1, 26)))))
    assert many["days"] == 19


# A request under a new calendar.


def test_a_holiday_added_in_the_middle_of_a_case_moves_what_lies_behind_it() -> None:
    event = event_of(opened(), under(japan("2026-11-26")))
    assert event is not None
    assert event.data["before"] == {
        "answer_on": "2026-12-03",
        "ack_on": "2026-11-24",
        "triage_on": "2026-11-24",
        "notice_on": "2026-12-03",
        "total_on": "2026-12-07",
        "gate_on": "2026-12-04",
    }
    told = {name: event.data[name] for name in ("answer_on", "ack_on", "notice_on", "total_on", "gate_on", "calendar")}
    assert told == {
        "answer_on": "2026-12-04",
        "ack_on": "2026-11-24",
        "notice_on": "2026-12-04",
        "total_on": "2026-12-08",
        "gate_on": "2026-12-04",
        "calendar": "c0ffee",
    }


def test_the_gate_of_the_law_never_moves_with_a_holiday() -> None:
    case = moved(opened(), under(japan("2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01")))
    assert only(case).gate_on == only(opened()).gate_on == date(2026, 12, 4)
    assert only(case).answer_on == date(2026, 12, 4)
    assert only(case).notice_on == date(2026, 12, 9)


def test_a_day_before_the_arrival_or_behind_every_date_moves_nothing() -> None:
    assert event_of(opened(), under(japan("2026-11-19", "2026-12-24"))) is None


def test_a_second_count_under_the_same_calendar_makes_no_second_event() -> None:
    rules = under(japan("2026-11-26"))
    assert event_of(moved(opened(), rules), rules) is None


def test_a_change_and_its_taking_back_lead_to_the_dates_of_before() -> None:
    case = moved(moved(opened(), under(japan("2026-11-26"))), OLD)
    assert only(case) == only(opened())


def test_a_holiday_taken_away_can_make_a_request_overdue_and_warns_once() -> None:
    rules, before = OLD, under(japan("2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"))
    case = moved(opened("marketing_stop", rules=before), rules)
    assert only(case).answer_on == date(2026, 11, 26)
    now = datetime.fromisoformat("2026-11-30T10:00+09:00")
    roster = {role: [role] for role in ("handler", "deputy", "manager", "representative")}
    events = decide_due(only(case), rules, now, roster, case.ref)
    assert [event.name for event in events] == [Name.DEADLINE_WARNED, Name.DEADLINE_MISSED]
    assert not decide_due(only(fold(events, case)), rules, now, roster, case.ref)


# Stops of the clock.


def stopped(begun: str, replied: str, rules: Rules = OLD) -> tuple[Case, list[Event]]:
    asked = datetime.fromisoformat(f"{begun}T10:00+09:00")
    came = datetime.fromisoformat(f"{replied}T10:00+09:00")
    case = opened()
    begin: dict[str, Json] = {"on": begun, "reason": "awaiting_identity"}
    history = [Event(Name.PAUSE_STARTED, asked, request=1, data=begin)]
    history.append(pause_ended(only(fold(history, case)), rules, came, came))
    return fold(history, case), history


def test_a_holiday_inside_a_stop_is_neither_a_day_stood_still_nor_a_day_counted() -> None:
    case, history = stopped("2026-11-25", "2026-12-01")
    assert (only(case).moved, only(case).notice_on) == (4, date(2026, 12, 9))
    after = only(moved(case, under(japan("2026-11-27")), history))
    assert (after.moved, after.notice_on) == (3, date(2026, 12, 9))


def test_a_holiday_behind_a_stop_moves_the_date_behind_it() -> None:
    case, history = stopped("2026-11-25", "2026-12-01")
    after = only(moved(case, under(japan("2026-12-03")), history))
    assert (after.moved, after.notice_on) == (4, date(2026, 12, 10))


def test_days_that_no_stop_explains_stay_as_they_are() -> None:
    case, history = stopped("2026-11-25", "2026-12-01")
    older = replace(case, requests=(replace(only(case), moved=9),))
    assert only(moved(older, under(japan("2026-11-27")), history)).moved == 8


def test_a_stop_that_was_void_counts_for_nothing() -> None:
    case, history = stopped("2026-11-25", "2026-12-01")
    voided = [history[0], replace(history[1], data={**history[1].data, "days": 0, "void": True})]
    nothing = replace(case, requests=(replace(only(case), moved=5),))
    assert only(moved(nothing, under(japan("2026-11-27")), voided)).moved == 5


def test_a_holiday_while_a_lapsed_request_lay_closed_is_no_day_it_stood_still() -> None:
    case, history = stopped("2026-11-25", "2026-12-01")
    closed, again = (datetime.fromisoformat(f"2026-12-{day}T10:00+09:00") for day in ("02", "07"))
    taken_up: dict[str, Json] = {"on": "2026-12-07", "days": 3, **told_dates(replace(only(case), moved=7), OLD)}
    later = [
        Event(Name.CASE_CLOSED, closed, data={"why": "lapsed"}),
        Event(Name.CASE_REOPENED, again, data={"why": "requester_wrote"}),
        Event(Name.REQUEST_REOPENED, again, request=1, data=taken_up),
    ]
    older = replace(case, requests=(replace(only(case), moved=7),))
    assert only(moved(older, under(japan("2026-12-03")), [*history, *later])).moved == 6


@given(
    st.sampled_from(sorted(KINDS)),
    st.datetimes(datetime(2026, 3, 1), datetime(2027, 9, 30), timezones=st.just(TOKYO)),  # noqa: DTZ001 -- as above
    st.lists(st.dates(date(2026, 3, 1), date(2027, 12, 28)).map(str), max_size=12, unique=True),
)
def test_counting_anew_gives_what_a_case_opened_under_the_new_calendar_has(
    kind: str, received_at: datetime, added: list[str]
) -> None:
    rules = under(japan(*added))
    case, fresh = opened(kind, received_at), opened(kind, received_at, rules)
    event = event_of(case, rules)
    assert only(apply(case, event) if event else case) == only(fresh)
    assert (event is None) == (told_dates(only(case), OLD) == told_dates(only(case), rules))
    assert points_of(only(fresh), rules) == points_of(only(apply(case, event) if event else case), rules)


# How far the holidays reach.


def horizon(today: str, running_until: date | None = None, known_until: date = date(2027, 12, 31)) -> Horizon:
    on = date.fromisoformat(today)
    return holiday_horizon([under(japan(today=on))], running_until, table_until("JP", on), known_until, on)


def test_the_last_day_owed_holds_the_longest_stop_and_the_extension() -> None:
    # Executed by contractors 20 BD, stop 20 BD, extension 20 BD after 20 November 2026.
    assert horizon("2026-11-20").last_due >= OLD.calendar.add_business_days(TODAY, 60)


def test_nothing_is_told_while_every_date_is_officially_known() -> None:
    found = horizon("2026-11-20")
    assert (found.is_provisional, found.is_ending, found.is_ended) == (False, False, False)
    assert found.line() == ""


def test_dates_in_a_year_nobody_has_published_are_provisional() -> None:
    found = horizon("2027-11-20")
    assert found.is_provisional
    assert not found.is_ending
    assert "officially known until 2027-12-31" in found.line()
    assert "policy.holidays_until" in found.line()
    assert horizon("2027-11-20", known_until=date(2028, 12, 31)).line() == ""


def test_the_end_of_the_table_is_told_a_year_ahead_and_then_refused() -> None:
    beyond = date(2999, 12, 31)
    assert horizon("2098-06-01", known_until=beyond).line() == ""
    assert "within a year" in horizon("2099-01-05", known_until=beyond).line()
    ended = horizon("2099-12-01", known_until=beyond)
    assert ended.is_ended
    assert ended.line().startswith("policy: the table of holidays ends on 2099-12-31, before 2100-")


def test_a_running_request_far_ahead_counts_as_well() -> None:
    assert horizon("2098-06-01", date(2099, 12, 15), known_until=date(2999, 1, 1)).is_ended


@pytest.mark.parametrize("country", ["JP", "DE", "US"])
def test_the_table_of_every_country_has_an_end(country: str) -> None:
    assert table_until(country, date(2026, 11, 20)) == date(2036, 12, 31)
    assert table_until(country, date(2095, 1, 1)).year <= 2100
