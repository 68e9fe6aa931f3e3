"""The ladder warns in time, each point once, and never leaves an open request without a next moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailbot
from mailbot.core.ladder import Point, ladder, next_moment, points_passed
from mailbot.core.policy import dates
from mailbot.core.policy_file import parse_policy
from mailbot.edge.holiday import build_calendar

POLICY = parse_policy((Path(mailbot.__file__).parent / "policies" / "appi.toml").read_text(encoding="utf-8"))
JAPAN = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], date(2026, 11, 20))
ARRIVALS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 10, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
TABLES = st.sampled_from(sorted(POLICY.periods))


def points_of(periods: str, received_at: datetime) -> tuple[Point, ...]:
    return ladder(POLICY, JAPAN, dates(POLICY, JAPAN, periods, received_at), received_at)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def codes(points: tuple[Point, ...]) -> list[str]:
    return [f"{point.on:%m-%d} {point.code}" for point in points]


DISCLOSURE = points_of("disclosure", at("2026-11-20T14:10"))

LADDERS = [
    (
        "disclosure",
        "2026-11-20T14:10",
        (
            "11-27 half_used, 11-27 gate_7, 11-30 three_left, 11-30 gate_10, 12-02 one_left, 12-02 gate_12, "
            "12-03 gate_13, 12-04 overdue"
        ),
    ),
    # The gate comes on a holiday Monday: what is left is counted back from Friday, 8 January.
    (
        "disclosure",
        "2026-12-28T10:00",
        (
            "01-04 gate_7, 01-05 three_left, 01-06 half_used, 01-07 one_left, 01-07 gate_10, 01-09 gate_12, "
            "01-10 gate_13, 01-12 overdue"
        ),
    ),
    ("marketing_stop", "2026-11-20T14:10", "11-25 half_used, 11-25 one_left, 11-27 overdue"),
    ("purpose", "2026-11-20T14:10", "11-25 three_left, 11-26 half_used, 11-27 one_left, 12-01 overdue"),
    ("incident_tip", "2026-12-29T10:00", "01-04 overdue"),  # no working day before the report is due
]


@pytest.mark.parametrize(("periods", "received", "expected"), LADDERS)
def test_the_points_of_a_request(periods: str, received: str, expected: str) -> None:
    assert ", ".join(codes(points_of(periods, at(received)))) == expected


def test_a_point_says_when_whom_and_what_for() -> None:
    told = {point.code: point for point in DISCLOSURE}
    assert told["three_left"] == Point(
        "three_left", datetime(2026, 11, 30, tzinfo=UTC), ("handler", "deputy"), date(2026, 12, 3), date(2026, 11, 30)
    )
    assert (told["half_used"].roles, told["one_left"].roles) == (("handler",), ("manager",))
    assert (told["gate_12"].roles, told["gate_12"].due_on) == (("manager",), date(2026, 12, 4))
    assert (told["overdue"].token, told["gate_12"].token) == ("overdue:2026-12-04", "gate_12")


def test_gate_days_after_the_gate_are_left_out() -> None:
    policy = replace(POLICY, ladder=replace(POLICY.ladder, gate_days=(7, 30)))
    received_at = at("2026-11-20T14:10")
    points = ladder(policy, JAPAN, dates(policy, JAPAN, "disclosure", received_at), received_at)
    assert [point.code for point in points if "gate" in point.code] == ["gate_7"]


@given(TABLES, ARRIVALS)
def test_no_point_comes_before_the_day_after_arrival(periods: str, received_at: datetime) -> None:
    points = points_of(periods, received_at)
    assert all(point.on > JAPAN.local_day(received_at) and point.at > received_at for point in points)
    assert all(point.at == JAPAN.at(point.on, time(9)) for point in points)
    assert [point.at for point in points] == sorted(point.at for point in points)
    assert [point.code for point in points].count("overdue") == 1


@given(TABLES, ARRIVALS)
def test_what_is_left_is_what_the_point_says(periods: str, received_at: datetime) -> None:
    for point in points_of(periods, received_at):
        if point.code in {"three_left", "one_left"}:
            left = JAPAN.business_days_between(point.on, point.due_on)
            assert left == {"three_left": 3, "one_left": 1}[point.code]
            assert JAPAN.is_business_day(point.on)


@given(TABLES, ARRIVALS, st.lists(st.integers(0, 80), min_size=1, max_size=12))
def test_an_open_request_always_has_a_later_moment(periods: str, received_at: datetime, hours: list[int]) -> None:
    points, fired, now = points_of(periods, received_at), frozenset[str](), received_at
    for pause in hours:
        now += timedelta(hours=pause)
        passed = points_passed(points, fired, now, JAPAN)
        assert not fired & {point.token for point in passed}
        assert bool(passed) == (next_moment(points, fired, now, JAPAN) <= now)
        fired |= {point.token for point in passed}
        assert points_passed(points, fired, now, JAPAN) == ()
        assert next_moment(points, fired, now, JAPAN) > now


@given(TABLES, ARRIVALS)
def test_following_the_next_moment_fires_every_point_once(periods: str, received_at: datetime) -> None:
    points, fired, now = points_of(periods, received_at), frozenset[str](), received_at
    first_overdue = next(point for point in points if point.code == "overdue")
    while now < max(points[-1].at, first_overdue.at + timedelta(days=3)):
        now = next_moment(points, fired, now, JAPAN)
        passed = points_passed(points, fired, now, JAPAN)
        assert passed
        assert all(point.at == now for point in passed)
        fired |= {point.token for point in passed}
    assert {point.token for point in points} <= fired
    assert {f"overdue:{first_overdue.on + timedelta(days=n)}" for n in range(4)} <= fired


def test_overdue_comes_daily_over_weekends_and_holidays() -> None:
    first, fired = DISCLOSURE[-1], {point.token for point in DISCLOSURE}
    assert next_moment(DISCLOSURE, fired, first.at, JAPAN) == at("2026-12-05T09:00"), "a Saturday"
    [second] = points_passed(DISCLOSURE, fired, at("2026-12-05T09:00"), JAPAN)
    assert (second.token, second.at) == ("overdue:2026-12-05", at("2026-12-05T09:00"))
    assert (second.roles, second.due_on) == (first.roles, date(2026, 12, 3))
    assert first.roles == ("manager", "representative")


def test_a_week_of_downtime_gives_one_overdue() -> None:
    passed = points_passed(DISCLOSURE, {"half_used"}, at("2026-12-10T08:59"), JAPAN)
    assert [point.token for point in passed if point.code == "overdue"] == ["overdue:2026-12-09"]
    assert len(passed) == len(DISCLOSURE) - 1
    fired = {"half_used", *(point.token for point in passed)}
    assert next_moment(DISCLOSURE, fired, at("2026-12-10T08:59"), JAPAN) == at("2026-12-10T09:00")


def test_a_clock_set_back_repeats_nothing() -> None:
    fired = {point.token for point in DISCLOSURE} | {"overdue:2026-12-09"}
    assert points_passed(DISCLOSURE, fired, at("2026-12-07T12:00"), JAPAN) == ()
    assert next_moment(DISCLOSURE, fired, at("2026-12-07T12:00"), JAPAN) == at("2026-12-10T09:00")


def test_overdue_keeps_the_company_hour_over_summer_time() -> None:
    berlin = replace(JAPAN, zone=ZoneInfo("Europe/Berlin"))
    saturday = Point(
        "overdue", berlin.at(date(2027, 3, 27), time(9)), ("manager",), date(2027, 3, 26), date(2027, 3, 27)
    )
    sunday = next_moment([saturday], {saturday.token}, saturday.at, berlin)
    assert sunday
    assert sunday - saturday.at == timedelta(hours=23)
