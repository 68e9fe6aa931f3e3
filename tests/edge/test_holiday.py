"""The company's table of holidays: as the government published it, known so far, computed further, then over."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.calendar import Calendar
from mailbot.edge.holiday import KNOWN_UNTIL, build_calendar, table_until

# Typed from the list of the Cabinet Office for 2026 and 2027, with its names.
PUBLISHED = """
2026-01-01 元日
2026-01-12 成人の日
2026-02-11 建国記念の日
2026-02-23 天皇誕生日
2026-03-20 春分の日
2026-04-29 昭和の日
2026-05-03 憲法記念日
2026-05-04 みどりの日
2026-05-05 こどもの日
2026-05-06 振替休日
2026-07-20 海の日
2026-08-11 山の日
2026-09-21 敬老の日
2026-09-22 国民の休日
2026-09-23 秋分の日
2026-10-12 スポーツの日
2026-11-03 文化の日
2026-11-23 勤労感謝の日
2027-01-01 元日
2027-01-11 成人の日
2027-02-11 建国記念の日
2027-02-23 天皇誕生日
2027-03-21 春分の日
2027-03-22 振替休日
2027-04-29 昭和の日
2027-05-03 憲法記念日
2027-05-04 みどりの日
2027-05-05 こどもの日
2027-07-19 海の日
2027-08-11 山の日
2027-09-20 敬老の日
2027-09-23 秋分の日
2027-10-11 スポーツの日
2027-11-03 文化の日
2027-11-23 勤労感謝の日
"""


def japan(today: date, known_until: date | None = None) -> Calendar:
    return build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], today, known_until)


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2030, 1, 1)])
def test_the_table_of_2026_and_2027_is_the_list_of_the_cabinet_office(today: date) -> None:
    listed = {date.fromisoformat(day) for day, _ in (line.split() for line in PUBLISHED.split("\n") if line)}
    assert {day for day in japan(today).holidays if day.year in {2026, 2027}} == listed


def test_substitute_and_citizens_holidays_say_what_they_are() -> None:
    found = japan(date(2026, 11, 20)).holidays
    named = dict(line.split() for line in PUBLISHED.split("\n") if line)
    for day in ("2026-05-06", "2026-09-22", "2027-03-22", "2026-11-23"):
        assert found[date.fromisoformat(day)].startswith(named[day])


def test_an_old_installation_does_not_know_more_because_time_went_by() -> None:
    for today in (date(2025, 11, 20), date(2026, 11, 20), date(2031, 3, 1)):
        assert japan(today).holidays_until == KNOWN_UNTIL <= date(2027, 12, 31)
    assert japan(date(2031, 3, 1)).is_provisional(date(2028, 1, 1))
    assert not japan(date(2031, 3, 1)).is_provisional(date(2027, 12, 31))


def test_a_company_that_compared_the_list_itself_knows_as_far_as_it_says() -> None:
    assert japan(date(2027, 3, 1), date(2028, 12, 31)).holidays_until == date(2028, 12, 31)


def test_nobody_knows_further_than_the_table_reaches() -> None:
    assert japan(date(2095, 3, 1), date(2150, 12, 31)).holidays_until == table_until("JP", date(2095, 3, 1))
    assert table_until("JP", date(2095, 3, 1)) == date(2099, 12, 31)


def test_days_behind_the_known_ones_count_and_are_provisional() -> None:
    calendar = japan(date(2026, 11, 20))
    assert not calendar.is_business_day(date(2028, 1, 10))  # the second Monday of January
    assert calendar.is_provisional(date(2028, 1, 10))
