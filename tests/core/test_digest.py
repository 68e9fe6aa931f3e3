"""A line of the digest says how late a request is, what comes next, and who has to move."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import mailbot
from mailbot.core.calendar import Calendar, parse_closure
from mailbot.core.case import Case
from mailbot.core.clock import Rules, dates_of
from mailbot.core.digest import first_things, left_out, line, next_step, soon_on
from mailbot.core.kinds import KINDS
from mailbot.core.policy_file import parse_policy
from mailbot.core.request import Request
from mailbot.core.transitions import State

HOLIDAYS = {date(2026, 11, 23): "勤労感謝の日"}
CALENDAR = Calendar(ZoneInfo("Asia/Tokyo"), HOLIDAYS, (parse_closure("12-29..01-03"),), date(2026, 12, 31))
APPI = parse_policy((Path(mailbot.__file__).parent / "policies" / "appi.toml").read_text(encoding="utf-8"))
RULES = Rules(APPI, CALENDAR)
ARRIVED = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def asked(kind: str = "disclosure", number: int = 1, **other: object) -> Request:
    """Return a request that arrived on Friday 20 November 2026 and is open."""
    found = Request(number, kind, KINDS[kind].right, State.OPEN, received_at=ARRIVED)
    return replace(found, **{"answer_on": dates_of(found, RULES).answer_by()} | other)  # type: ignore[arg-type]


def case_of(*requests: Request, **other: object) -> Case:
    """Return a case that hana handles."""
    found = Case(State.RECEIVED, "KJ-2026-000123-M", ARRIVED, ARRIVED, handler="hana", requests=requests)
    return replace(found, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 24), date(2026, 11, 29)),  # Tuesday: up to Friday, and the weekend behind it
        (date(2026, 11, 20), date(2026, 11, 26)),  # Friday: the Monday is a holiday
        (date(2026, 12, 28), date(2027, 1, 6)),  # the company is closed from the 29th to the 3rd
    ],
)
def test_soon_reaches_over_days_that_do_not_count(today: date, last: date) -> None:
    assert soon_on(CALENDAR, today) == last
    assert CALENDAR.business_days_between(today, last) == 3
    assert CALENDAR.business_days_between(today, last + timedelta(days=1)) == 4


def test_a_line_counts_what_is_left_in_business_days_and_what_is_used_by_the_calendar() -> None:
    [found] = line(1, case_of(asked()), RULES, TODAY).requests
    assert found.due_on == date(2026, 12, 3), "the notice: it comes before the gate of 4 December"
    assert found.days_left == 7
    assert found.used == pytest.approx(4 / 13)


def test_what_is_overdue_has_negative_days_and_a_bar_that_is_full() -> None:
    [found] = line(1, case_of(asked()), RULES, date(2026, 12, 7)).requests
    assert found.days_left == -2
    assert found.used > 1


def test_a_line_shows_the_earliest_of_its_requests_first() -> None:
    found = line(1, case_of(asked(), asked("marketing_stop", 2)), RULES, TODAY)
    assert [one.kind for one in found.requests] == ["marketing_stop", "disclosure"]
    assert found.days_left == found.requests[0].days_left == 2


def test_what_is_answered_has_no_bar_any_more() -> None:
    found = line(1, case_of(asked(), asked("marketing_stop", 2, state=State.CLOSED)), RULES, TODAY)
    assert [one.kind for one in found.requests] == ["disclosure"]


def test_a_case_that_owes_nothing_keeps_its_line_until_somebody_closes_it() -> None:
    found = line(4, case_of(asked(state=State.CLOSED)), RULES, TODAY)
    assert (found.number, found.requests, found.days_left) == (4, (), None)


@pytest.mark.parametrize(
    ("case", "step", "day"),
    [
        (case_of(asked(), handler=None), "triage", date(2026, 11, 24)),
        (case_of(asked("unclassified")), "triage", date(2026, 11, 24)),
        (case_of(asked()), "identity", date(2026, 11, 25)),
        (case_of(asked(), identity=2), "identity", date(2026, 11, 25)),
        (case_of(asked(), identity=3), "decision", date(2026, 12, 2)),
        (case_of(asked("marketing_stop")), "notice", date(2026, 11, 26)),
        (case_of(asked(pause="awaiting_identity", paused_on=TODAY)), "reply", None),
        (case_of(asked(state=State.DECIDED)), "sending", None),
    ],
)
def test_the_next_step_follows_from_what_is_done(case: Case, step: str, day: date | None) -> None:
    assert next_step(case.requests[0], case, RULES) == (step, day)


def test_a_clock_that_stands_still_makes_nobody_late_but_the_gate_does() -> None:
    paused = asked(state=State.PAUSED, pause="awaiting_identity", paused_on=date(2026, 12, 1), is_gate_answered=True)
    later = date(2026, 12, 8)
    [found] = line(1, case_of(paused), RULES, later).requests
    assert (found.days_left, found.due_on) == (2, date(2026, 12, 10)), "as many as on the day the clock stopped"
    [found] = line(1, case_of(replace(paused, is_gate_answered=False)), RULES, later).requests
    assert (found.days_left, found.due_on) == (-2, date(2026, 12, 4))


def test_a_stop_says_until_when_a_reply_is_in_time() -> None:
    paused = asked(state=State.PAUSED, pause="awaiting_identity", paused_on=TODAY, stops=frozenset({"x"}))
    [found] = line(1, case_of(paused), RULES, TODAY).requests
    assert (found.pause, found.paused_on) == ("awaiting_identity", TODAY)
    assert found.reply_by is not None
    assert CALENDAR.business_days_between(TODAY, found.reply_by) == 20
    assert found.lapses


def test_a_date_behind_the_official_holidays_is_provisional() -> None:
    early, late = asked(), asked(answer_on=date(2027, 1, 4))
    assert [line(1, case_of(one), RULES, TODAY).requests[0].is_provisional for one in (early, late)] == [False, True]


def test_a_status_letter_that_nobody_confirmed_is_noted_and_one_that_was_is_not() -> None:
    drafted = asked(fired=frozenset({"gate_draft:2026-12-02"}))
    assert line(1, case_of(drafted), RULES, TODAY).notes == ("draft",)
    assert line(1, case_of(replace(drafted, report="status:7")), RULES, TODAY).notes == ()
    assert line(1, case_of(replace(drafted, is_gate_answered=True)), RULES, TODAY).notes == ()


def test_a_mail_that_came_back_is_noted() -> None:
    assert line(1, case_of(asked(), flags=frozenset({"bounced"})), RULES, TODAY).notes == ("bounced",)


def test_what_is_left_out_is_counted_without_what_is_shown_the_most_frequent_first() -> None:
    counted = {("overdue", "erase"): 5, ("overdue", "add"): 9, ("overdue", "purpose"): 1, ("waiting", "add"): 4}
    assert left_out(counted, "overdue", ["add", "add", "purpose"]) == (("add", 7), ("erase", 5))


def test_what_nobody_took_is_left_out_under_no_name() -> None:
    counted: dict[tuple[str, str | None], int] = {("overdue", None): 3, ("overdue", "hana"): 3}
    assert left_out(counted, "overdue", [None]) == (("hana", 3), (None, 2))


def test_what_is_late_comes_first_and_a_quiet_day_asks_for_nothing() -> None:
    sections = ["overdue", "due_soon", "approvals", "unassigned", "waiting", "other_open"]
    assert first_things(sections, held=2, ill=1) == (
        *("overdue", "approvals", "unassigned", "due_soon", "held", "health"),
    )
    assert first_things(["waiting", "other_open"], held=0, ill=0) == ()
