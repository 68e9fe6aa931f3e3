"""Every date of the clocks against a printed calendar: slow, obvious, typed by hand and counted with a finger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import Calendar, parse_closures
from mailbot.core.period import Period, Unit, parse_period
from mailbot.core.policy import Dates, Periods, dates
from mailbot.core.policy_file import parse_policy
from mailbot.edge.holiday import build_calendar
from mailbot.resources import policies_folder
from tests.invariants.hand_calendar import ONE_DAY, is_open, months_later, nth_open

TOKYO = ZoneInfo("Asia/Tokyo")
JAPAN = build_calendar(TOKYO, "JP", ["12-29..01-03"], [], [], date(2026, 11, 20))
POLICIES = {
    file.stem: parse_policy(file.read_text(encoding="utf-8")) for file in sorted(policies_folder().glob("*.toml"))
}


@cache
def end(start: date, period: Period) -> date:
    match str(period.unit):
        case "bd":
            return nth_open(start, period.amount, is_open)
        case "d":
            return start + ONE_DAY * period.amount
        case _:
            return months_later(start, period.amount)


STEPS: Mapping[str, str] = {
    "ack_on": "acknowledgement",
    "triage_on": "triage",
    "identity_asked_on": "identity_asked",
    "interim_on": "interim",
    "decision_on": "decision_approved",
    "notice_on": "notice",
    "executed_on": "executed",
    "contractors_on": "executed_by_contractors",
    "preliminary_on": "preliminary_report",
    "final_on": "final_report",
    "final_malicious_on": "final_report_malicious",
    "total_on": "total",
    "gate_internal_on": "gate_internal",
    "gate_on": "gate",
}


def by_hand(table: Periods, arrived_on: date) -> dict[str, date | None]:
    """Return each day a table makes owed, as the printed calendar has it."""
    periods: dict[str, Period | None] = {on: getattr(table, step) for on, step in STEPS.items()}
    owed = {on: end(arrived_on, period) if period else None for on, period in periods.items()}
    gate_on = owed["gate_on"]
    return owed | {"arrived_on": arrived_on, "suit_on": gate_on + ONE_DAY if gate_on else None}


def told(owed: Dates) -> dict[str, date | None]:
    return {on: getattr(owed, on) for on in Dates.__dataclass_fields__}


def every_day(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + ONE_DAY * number for number in range((end - start).days + 1)]


@pytest.mark.parametrize("law", POLICIES)
@pytest.mark.parametrize(
    ("first", "last"), [("2026-01-01", "2026-12-31"), ("2026-11-20", "2027-11-19"), ("2027-01-01", "2027-12-31")]
)
def test_every_date_of_a_year_of_arrivals_is_the_one_counted_by_hand(law: str, first: str, last: str) -> None:
    policy, wrong = POLICIES[law], []
    for day in every_day(first, last):
        for name, table in policy.periods.items():
            if told(dates(policy, JAPAN, name, JAPAN.at(day, time(23, 59)))) != by_hand(table, day):
                wrong.append((name, day))
    assert wrong == []


# law §2, copied as printed: arrival, 1/2/3/5/8/10/20 business days, day 14, suit from.
VECTORS = """
2026-11-20 Fri → 11-24 11-25 11-26 11-30 12-03 12-07 12-21 | 12-04 | 12-05
2026-12-24 Thu → 12-25 12-28 01-04 01-06 01-12 01-14 01-28 | 01-07 | 01-08
2026-12-28 Mon → 01-04 01-05 01-06 01-08 01-14 01-18 02-01 | 01-11 | 01-12
2027-04-28 Wed → 04-30 05-06 05-07 05-11 05-14 05-18 06-01 | 05-12 | 05-13
2027-04-30 Fri → 05-06 05-07 05-10 05-12 05-17 05-19 06-02 | 05-14 | 05-15
2027-09-17 Fri → 09-21 09-22 09-24 09-28 10-01 10-05 10-20 | 10-01 | 10-02
""".strip().splitlines()
COUNTED = ("1bd", "2bd", "3bd", "5bd", "8bd", "10bd", "20bd", "14d", "15d")


@pytest.mark.parametrize("line", VECTORS, ids=[line[:10] for line in VECTORS])
def test_the_vectors_of_the_law_page_hold_for_the_calendar_and_for_the_reference(line: str) -> None:
    head, expected = line.replace(" | ", " ").split(" → ")
    start = date.fromisoformat(head[:10])
    periods = [period for text in COUNTED if (period := parse_period(text))]
    assert f"{start:%Y-%m-%d %a}" == head
    assert [f"{period.end(start, JAPAN):%m-%d}" for period in periods] == expected.split()
    assert [f"{end(start, period):%m-%d}" for period in periods] == expected.split()


@pytest.mark.parametrize(("n", "late", "worst"), [(10, 174, 21), (8, 27, 19), (5, 0, 14)])
def test_so_many_arrivals_of_2027_pass_day_fourteen(n: int, late: int, worst: int) -> None:
    """The law page's "174 of 365, worst 21; 27; none": arrivals on each day of the calendar year 2027."""
    year = every_day("2027-01-01", "2027-12-31")
    by_finger = [(nth_open(day, n, is_open) - day).days for day in year]
    assert by_finger == [(JAPAN.add_business_days(day, n) - day).days for day in year]
    assert (len(year), sum(span > 14 for span in by_finger), max(by_finger)) == (365, late, worst)


def test_no_answer_that_people_are_shown_is_later_than_day_fourteen() -> None:
    policy = POLICIES["appi"]
    gated = [name for name, table in policy.periods.items() if table.gate]
    assert gated == ["disclosure", "correction", "suspension"]
    for day in every_day("2026-01-01", "2027-12-31"):
        answers = [dates(policy, JAPAN, name, JAPAN.at(day, time(9))).answer_by() for name in gated]
        assert max((answer - day).days for answer in answers) <= 14


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-01-30", 1, "2028-02-29"),
        ("2028-01-29", 1, "2028-02-29"),
        ("2027-01-29", 1, "2027-02-28"),
        ("2028-02-29", 1, "2028-03-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-31", 6, "2027-06-30"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_a_month_ends_on_the_same_number_or_on_the_last_day_there_is(start: str, months: int, last: str) -> None:
    day = date.fromisoformat(start)
    assert str(Period(months, Unit.MONTHS).end(day, JAPAN)) == last
    assert str(months_later(day, months)) == last


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 40))
def test_months_are_counted_as_leaves_are_turned(start: date, months: int) -> None:
    assert Period(months, Unit.MONTHS).end(start, JAPAN) == months_later(start, months)


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        ("2028-02-28", 1, "2028-02-29"),  # a Tuesday, and a day like any other
        ("2028-02-28", 2, "2028-03-01"),
        ("2027-02-26", 1, "2027-03-01"),
        ("2026-12-28", 1, "2027-01-04"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-05-01", 1, "2026-05-07"),  # Constitution, Greenery, Children's Day, and the Sunday's substitute
        ("2026-09-18", 1, "2026-09-24"),  # Respect for the Aged, the day between, the equinox
        ("2027-03-19", 1, "2027-03-23"),  # the equinox falls on a Sunday
    ],
)
def test_leap_day_year_end_and_the_days_that_only_some_years_have(start: str, n: int, last: str) -> None:
    assert str(JAPAN.add_business_days(date.fromisoformat(start), n)) == last


YEARS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
SHORT = st.tuples(YEARS, st.integers(0, 12)).map(lambda drawn: (drawn[0], drawn[0] + ONE_DAY * drawn[1]))


@dataclass(frozen=True)
class Company:
    """Days off, drawn at random: single holidays, closures from one day to another, days closed every year."""

    holidays: frozenset[date]
    closures: tuple[tuple[date, date], ...]
    yearly: frozenset[date]

    def calendar(self) -> Calendar:
        texts = [f"{first}..{last}" for first, last in self.closures] + [f"{day:%m-%d}" for day in self.yearly]
        return Calendar(TOKYO, dict.fromkeys(self.holidays, "a holiday"), parse_closures(texts), date(2028, 12, 31))

    def is_open(self, day: date) -> bool:
        is_closed = any(first <= day <= last for first, last in self.closures)
        is_yearly = any((day.month, day.day) == (one.month, one.day) for one in self.yearly)
        is_weekend = day.strftime("%a") in {"Sat", "Sun"}
        return not (is_weekend or is_closed or is_yearly or day in self.holidays)


COMPANIES = st.builds(
    Company,
    st.frozensets(YEARS, max_size=40),
    st.lists(SHORT, max_size=3).map(tuple),
    st.frozensets(YEARS, max_size=4),
)


@given(COMPANIES, YEARS, st.integers(0, 60))
def test_the_days_of_any_company_are_counted_as_with_a_finger(company: Company, start: date, n: int) -> None:
    calendar = company.calendar()
    last = calendar.add_business_days(start, n)
    assert last == nth_open(start, n, company.is_open)
    assert calendar.business_days_between(start, last) == n
    assert calendar.is_business_day(start) == company.is_open(start) == (calendar.why_not(start) is None)
    if company.is_open(start):
        assert calendar.subtract_business_days(last, n) == start


@given(COMPANIES, YEARS, st.integers(1, 30), st.sampled_from(sorted(POLICIES["appi"].periods)))
def test_one_more_day_off_never_brings_a_date_forward(company: Company, start: date, later: int, name: str) -> None:
    before = company.calendar()
    after = replace(company, holidays=company.holidays | {start + ONE_DAY * later}).calendar()
    policy, moment = POLICIES["appi"], before.at(start, time(10))
    old, new = told(dates(policy, before, name, moment)), told(dates(policy, after, name, moment))
    assert [on for on, day in old.items() if day and day > (new[on] or date.min)] == []
    calendar_days = ("gate_on", "gate_internal_on", "suit_on", "preliminary_on", "final_on")
    assert [new[on] for on in calendar_days] == [old[on] for on in calendar_days]


@given(YEARS, st.integers(1, 30), st.sampled_from(sorted(POLICIES)))
def test_who_asks_later_never_gets_an_earlier_date(start: date, later: int, law: str) -> None:
    policy = POLICIES[law]
    for name in policy.periods:
        first, second = (
            told(dates(policy, JAPAN, name, JAPAN.at(day, time(10)))) for day in (start, start + ONE_DAY * later)
        )
        assert [on for on, day in first.items() if day and day > (second[on] or date.min)] == []
