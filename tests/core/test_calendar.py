"""The calendar counts as a person with a printed calendar would."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import Calendar, CalendarFault, parse_closures
from mailbot.edge.holiday import Entry, build_calendar

TOKYO = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 11, 20)
# Typed from the Cabinet Office's published list, so that the package is checked too.
PUBLISHED = {
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
}
HOLIDAYS = {date(year, int(d[:2]), int(d[2:])) for year, days in PUBLISHED.items() for d in days.split()}
YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
TWO_YEARS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def japan(
    closures: tuple[str, ...] = ("12-29..01-03",), add: tuple[Entry, ...] = (), remove: tuple[Entry, ...] = ()
) -> Calendar:
    return build_calendar(TOKYO, "JP", closures, add, remove, TODAY)


JAPAN = japan()


def counts(day: date) -> bool:
    return day.strftime("%a") not in {"Sat", "Sun"} and day not in HOLIDAYS and (day.month, day.day) not in YEAR_END


def counted(start: date, end: date) -> list[date]:
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    return [day for day in days if counts(day)]


def test_the_holidays_of_two_years_are_the_published_ones() -> None:
    assert {day for day in JAPAN.holidays if day.year in PUBLISHED} == HOLIDAYS


@given(TWO_YEARS)
def test_a_day_counts_exactly_when_nothing_speaks_against_it(day: date) -> None:
    assert JAPAN.is_business_day(day) == counts(day) == (JAPAN.why_not(day) is None)


@given(st.dates(date(2026, 1, 1), date(2027, 11, 15)), st.integers(1, 20))
def test_adding_lands_on_the_nth_counted_day(start: date, n: int) -> None:
    assert JAPAN.add_business_days(start, n) == counted(start, start + timedelta(days=45))[n - 1]


@given(st.dates(date(2026, 2, 15), date(2027, 12, 31)), st.integers(1, 20))
def test_subtracting_lands_on_the_nth_counted_day_before(start: date, n: int) -> None:
    before = counted(start - timedelta(days=46), start - timedelta(days=1))
    assert JAPAN.subtract_business_days(start, n) == before[-n]


@given(TWO_YEARS, TWO_YEARS)
def test_between_counts_the_end_and_not_the_start(one: date, other: date) -> None:
    start, end = sorted((one, other))
    assert JAPAN.business_days_between(start, end) == len(counted(start, end))
    assert JAPAN.business_days_between(end, start) == -len(counted(start, end))


@given(TWO_YEARS, st.integers(0, 300))
def test_adding_and_counting_agree(start: date, n: int) -> None:
    assert JAPAN.business_days_between(start, JAPAN.add_business_days(start, n)) == n


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-20", None),
        ("2026-11-21", "weekend"),
        ("2026-05-06", "振替休日"),
        ("2026-09-22", "国民の休日"),
        ("2027-03-21", "weekend"),
        ("2027-03-22", "振替休日"),
        ("2026-12-28", None),
        ("2026-12-29", "closure 12-29..01-03"),
        ("2027-01-01", "元日"),
        ("2027-01-03", "weekend"),
        ("2027-01-04", None),
    ],
)
def test_a_skipped_day_has_a_reason(day: str, why: str | None) -> None:
    assert JAPAN.why_not(date.fromisoformat(day)) == why


@pytest.mark.parametrize("host", ["en_US.UTF-8", "th_TH.UTF-8", "C"])
def test_holidays_keep_the_country_names_on_any_host(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", host)
    assert japan().why_not(date(2026, 9, 22)) == "国民の休日"


@pytest.mark.parametrize(
    ("text", "closed", "opened"),
    [
        ("12-29", ["2026-12-29", "2031-12-29"], ["2026-12-28", "2026-12-30"]),
        ("12-29..01-03", ["2026-12-29", "2027-12-31", "2027-01-03"], ["2026-12-28", "2027-01-04"]),
        ("02-28..03-01", ["2028-02-29", "2027-03-01"], ["2028-03-02"]),
        ("2026-08-13", ["2026-08-13"], ["2027-08-13", "2026-08-12", "2026-08-14"]),
        ("2026-08-13 .. 2026-08-15", ["2026-08-13", "2026-08-15"], ["2026-08-12", "2026-08-16", "2027-08-14"]),
        ("2026-12-30..2027-01-02", ["2026-12-31", "2027-01-02"], ["2027-12-31"]),
    ],
)
def test_a_closure_covers_its_days_and_no_others(text: str, closed: list[str], opened: list[str]) -> None:
    (closure,) = parse_closures([text])
    assert all(closure.covers(date.fromisoformat(day)) for day in closed)
    assert not any(closure.covers(date.fromisoformat(day)) for day in opened)


REMEDY = 'write "12-29", "12-29..01-03" or "2026-08-13..2026-08-15"'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("13-01", "no such day"),
        ("02-30", "no such day"),
        ("2026-02-29", "no such day"),
        ("new year", "expected days of every year or full dates"),
        ("", "expected days of every year or full dates"),
        ("12-29..", "expected days of every year or full dates"),
        ("12-29..2027-01-03", "expected days of every year or full dates"),
        ("１２-２９", "expected days of every year or full dates"),
        ("12-29..12-30..12-31", "a range has one .."),
        ("2026-08-15..2026-08-13", "the last day lies before the first"),
        ("2026-01-01..9999-12-31", "longer than 366 days"),
    ],
)
def test_a_bad_closure_is_named_with_its_remedy(text: str, problem: str) -> None:
    with pytest.raises(CalendarFault) as caught:
        parse_closures(["12-29", text])
    assert caught.value.faults == (f'policy.closures = "{text}": {problem}; {REMEDY}',)


def test_a_year_without_an_open_day_is_refused() -> None:
    with pytest.raises(CalendarFault, match="every day of the year is closed"):
        japan(closures=("01-01..06-30", "07-01..12-31"))


def test_overrides_add_rename_and_remove() -> None:
    added: tuple[Entry, ...] = (date(2026, 12, 1), "2026-12-02", {"date": "2026-12-03", "name": "創立記念日"})
    calendar = japan(add=(*added, {"date": date(2026, 11, 23), "name": "感謝の日"}), remove=("2027-03-22",))
    reasons = [calendar.why_not(date(2026, 12, day)) for day in (1, 2, 3, 4)]
    assert reasons == ["company holiday", "company holiday", "創立記念日", None]
    assert calendar.why_not(date(2026, 11, 23)) == "感謝の日"
    assert calendar.is_business_day(date(2027, 3, 22))


def test_an_override_that_time_has_passed_is_no_fault() -> None:
    assert japan(remove=("1999-01-04",)).holidays == JAPAN.holidays


def test_every_fault_of_the_overrides_is_told_at_once() -> None:
    entry = 'write "2026-08-14" or {date = "2026-08-14", name = "Founding day"}'
    with pytest.raises(CalendarFault) as caught:
        build_calendar(
            TOKYO, "XX", ["13-01"], ["soon"], [{"day": "2026-08-14"}, {"date": "2026-08-14", "name": 3}], TODAY
        )
    assert caught.value.faults == (
        'policy.country = "XX": no holidays known; write an ISO 3166 code such as "JP"',
        f'policy.closures = "13-01": no such day; {REMEDY}',
        f"policy.holidays_add = 'soon': expected a date; {entry}",
        f"policy.holidays_remove = {{'day': '2026-08-14'}}: unknown key day; {entry}",
        f"policy.holidays_remove = {{'date': '2026-08-14', 'name': 3}}: the name is no text; {entry}",
    )


def test_an_override_without_effect_is_a_fault() -> None:
    with pytest.raises(CalendarFault) as caught:
        japan(add=("2026-11-23",), remove=("2026-11-23", "2026-11-24"))
    assert caught.value.faults == (
        "policy.holidays_add = 2026-11-23: removed as well; keep one of the two",
        "policy.holidays_remove = 2026-11-24: is no holiday; take it out",
    )


def test_a_deadline_after_the_published_years_is_provisional() -> None:
    assert not JAPAN.is_provisional(date(2027, 12, 31))
    assert JAPAN.is_provisional(date(2028, 1, 1))
    assert JAPAN.why_not(date(2028, 5, 3)) == "憲法記念日"  # counted as far as can be known


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 20, 23, 30, tzinfo=timezone(timedelta(hours=-8))), date(2026, 11, 21)),
    ],
)
def test_a_moment_belongs_to_the_company_day(moment: datetime, day: date) -> None:
    assert JAPAN.local_day(moment) == day


def test_nine_in_tokyo_is_midnight_utc() -> None:
    assert JAPAN.at(date(2026, 11, 20), time(9)) == datetime(2026, 11, 20, tzinfo=UTC)
    assert JAPAN.at(date(2026, 11, 20), time(9)).tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        JAPAN.local_day(datetime(2026, 11, 20))  # noqa: DTZ001 - the fault under test


def test_silly_counts_end_in_a_clear_error() -> None:
    assert JAPAN.business_days_between(TODAY, JAPAN.add_business_days(TODAY, 10_000)) == 10_000
    for wrong in (-1, 10_001):
        with pytest.raises(ValueError, match=f"{wrong} business days: expected 0 to 10000"):
            JAPAN.add_business_days(TODAY, wrong)
    with pytest.raises(ValueError, match="leave the years 1 to 9999"):
        JAPAN.add_business_days(date(9999, 12, 30), 10)
    with pytest.raises(ValueError, match="leave the years 1 to 9999"):
        JAPAN.subtract_business_days(date(1, 1, 3), 10)


def test_a_moment_where_a_day_belongs_is_refused() -> None:
    with pytest.raises(ValueError, match="pass its local_day"):
        JAPAN.add_business_days(datetime(2026, 11, 20, tzinfo=UTC), 1)
