"""The figures of a report are what their definitions say, on the days they are due, and no cell is a formula."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.calendar import Calendar, parse_closure
from mailbot.core.spreadsheet import cell, csv_bytes, figure_rows
from mailbot.core.statistics import (
    MONTHLY,
    WEEKLY,
    Answer,
    Counts,
    Span,
    before,
    by_week,
    figures,
    median,
    mondays,
    month,
    next_report_on,
    reported_on,
    spans_due,
    week,
)

HOLIDAYS = {date(2026, 11, 23): "勤労感謝の日"}
CALENDAR = Calendar(ZoneInfo("Asia/Tokyo"), HOLIDAYS, (parse_closure("12-29..01-03"),), date(2027, 12, 31))


def noon(day: date) -> datetime:
    """Return noon in Tokyo."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def answer(arrived: str, answered: str, due: str, right: str = "disclosure", *end: str) -> Answer:
    days = [date.fromisoformat(f"2026-{day}") for day in (arrived, answered, due)]
    return Answer(right, noon(days[0]), noon(days[1]), days[2], *end)


def counts(*answers: Answer, **occurrences: int) -> Counts:
    return Counts({"disclosure": 3, "correction": 1}, {"disclosure": 2, "complaint": 5}, answers, occurrences)


def test_a_week_runs_from_monday_to_sunday_and_may_belong_to_another_year() -> None:
    assert week("2026-W47") == Span(WEEKLY, date(2026, 11, 16), date(2026, 11, 22))
    assert week("2026-W53").last == date(2027, 1, 3)
    assert before(WEEKLY, date(2027, 1, 4)).label == "2026-W53"


def test_a_month_ends_on_its_last_day() -> None:
    assert month("2028-02") == Span(MONTHLY, date(2028, 2, 1), date(2028, 2, 29))
    assert before(MONTHLY, date(2026, 12, 31)).label == "2026-11"
    assert before(MONTHLY, date(2027, 1, 1)).label == "2026-12"


@pytest.mark.parametrize("text", ["2026-47", "2026-W54", "2026-W00", "W47", "２０２６-W47", "2026-W47 ", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"week|Invalid"):
        week(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "11", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        month(text)


def test_a_week_is_reported_on_its_first_business_day_after_it() -> None:
    assert reported_on(week("2026-W46"), CALENDAR) == date(2026, 11, 16)
    assert reported_on(week("2026-W47"), CALENDAR) == date(2026, 11, 24), "the Monday is a holiday"


def test_after_a_stop_only_the_latest_week_is_due() -> None:
    assert [span.label for span in spans_due(WEEKLY, CALENDAR, date(2026, 11, 20))] == ["2026-W46"]
    assert [span.label for span in spans_due(WEEKLY, CALENDAR, date(2026, 11, 23))] == ["2026-W46"], "not on a holiday"
    assert [span.label for span in spans_due(WEEKLY, CALENDAR, date(2026, 11, 24))] == ["2026-W47"]


def test_a_week_without_a_business_day_hides_no_other_week() -> None:
    closed = Calendar(CALENDAR.zone, {}, (parse_closure("12-28..01-03"),), date(2027, 12, 31))
    assert [span.label for span in spans_due(WEEKLY, closed, date(2027, 1, 4))] == ["2026-W52", "2026-W53"]
    assert [span.label for span in spans_due(WEEKLY, closed, date(2027, 1, 12))] == ["2027-W01"]


@pytest.mark.parametrize(
    ("kind", "after", "on"),
    [
        (WEEKLY, date(2026, 11, 20), date(2026, 11, 24)),
        (WEEKLY, date(2026, 11, 24), date(2026, 11, 30)),
        (WEEKLY, date(2026, 12, 28), date(2027, 1, 4)),
        (MONTHLY, date(2026, 11, 20), date(2026, 12, 1)),
        (MONTHLY, date(2026, 12, 1), date(2027, 1, 4)),
    ],
)
def test_the_next_report_comes_with_the_next_first_business_day(kind: str, after: date, on: date) -> None:
    assert next_report_on(kind, CALENDAR, after) == on


def test_every_week_of_two_years_is_reported_exactly_once_and_in_order() -> None:
    day, found = date(2026, 1, 1), list[str]()
    while day < date(2028, 1, 1):
        day = next_report_on(WEEKLY, CALENDAR, day)
        found += [span.label for span in spans_due(WEEKLY, CALENDAR, day)]
    mondays_of_both = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(len(found))]
    first = found.index("2026-W02")
    assert found[first:] == [
        before(WEEKLY, day + timedelta(weeks=1)).label for day in mondays_of_both[: len(found) - first]
    ]


def test_an_answer_on_its_last_day_is_in_time_and_one_the_day_after_is_not() -> None:
    found = figures(
        week("2026-W47"), counts(answer("11-09", "11-19", "11-19"), answer("11-09", "11-20", "11-19")), CALENDAR
    )
    assert (found.total.closures, found.total.on_time, found.total.share) == (2, 1, 50)


def test_an_answer_late_in_the_evening_counts_on_the_day_of_the_companys_clocks() -> None:
    late = Answer("disclosure", noon(date(2026, 11, 9)), datetime(2026, 11, 19, 15, 30, tzinfo=UTC), date(2026, 11, 19))
    assert figures(week("2026-W47"), counts(late), CALENDAR).total.on_time == 0


def test_how_long_an_answer_took_is_counted_in_business_days_after_arrival() -> None:
    answers = [answer("11-20", day, "12-31") for day in ("11-24", "11-25", "12-01", "12-04")]
    total = figures(week("2026-W49"), counts(*answers), CALENDAR).total
    assert (total.median_days, total.longest_days) == (4, 9), "1, 2, 6 and 9: the holiday counts nowhere"


def test_nothing_answered_has_no_share_and_no_median() -> None:
    total = figures(week("2026-W47"), counts(), CALENDAR).total
    assert (total.share, total.median_days, total.longest_days) == (None, None, None)


def test_the_rights_add_up_to_the_whole() -> None:
    answers = (answer("11-09", "11-12", "11-19", "correction"), answer("11-09", "11-20", "11-19"))
    found = figures(week("2026-W47"), counts(*answers), CALENDAR)
    assert [row.right for row in found.rights] == ["complaint", "correction", "disclosure"]
    for name in ("arrivals", "closures", "open_at_end", "on_time"):
        assert sum(getattr(row, name) for row in found.rights) == getattr(found.total, name)


def test_a_ground_is_counted_where_an_answer_rests_on_one() -> None:
    refused = [answer("11-09", "11-12", "11-19", "disclosure", outcome, "33-2-1") for outcome in ("refused", "partial")]
    given = answer("11-09", "11-12", "11-19", "disclosure", "full", "")
    assert figures(week("2026-W47"), counts(*refused, given), CALENDAR).grounds == (("33-2-1", 2),)


@pytest.mark.parametrize(("numbers", "middle"), [([3], 3), ([1, 2], 1.5), ([1, 2, 9], 2), ([], None)])
def test_the_median_is_the_middle(numbers: list[int], middle: float | None) -> None:
    assert median(numbers) == middle


def test_the_chart_has_one_value_a_week_and_this_week_is_the_last() -> None:
    edges = mondays(date(2026, 11, 25), 3)
    assert edges == (date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 30))
    weeks = by_week(edges, [4, 5, 6], [answer("11-02", "11-15", "11-12"), answer("11-02", "11-16", "11-16")], CALENDAR)
    assert [(one.arrivals, one.closures, one.share) for one in weeks] == [(4, 1, 0), (5, 1, 100), (6, 0, None)]


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@SUM(A1)", "\tx", "\r=1", " =1+1", '=HYPERLINK("x")'])
def test_no_cell_is_ever_a_formula(text: str) -> None:
    assert cell(text).startswith("\"'")


@pytest.mark.parametrize(
    ("value", "shown"), [(3, "3"), (2.5, "2.5"), (4.0, "4"), (None, ""), ('a"b', '"a""b"'), ("33-2-1", '"33-2-1"')]
)
def test_a_cell_is_a_number_or_quoted_text(value: str | float | None, shown: str) -> None:
    assert cell(value) == shown


def test_a_table_for_spreadsheets_says_what_it_is_written_in() -> None:
    data = csv_bytes(figure_rows(figures(week("2026-W47"), counts(mails=41), CALENDAR)))
    assert data.startswith(b'\xef\xbb\xbf"from"')
    lines = data.decode("utf-8-sig").split("\r\n")
    assert '"2026-11-16","2026-11-22","all","mails",41' in lines
    assert '"2026-11-16","2026-11-22","disclosure","arrivals",3' in lines
    assert {line.count(",") for line in lines if line} == {4}
