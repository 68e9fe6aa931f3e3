"""Absences: the days as the configuration and a mail write them, and who is told while somebody is away."""

from datetime import date

import pytest

from mailbot.core.absence import Absence, is_away, next_day, parse_absence, written_day
from mailbot.core.case import Case
from mailbot.core.desk.arguments import absent_days
from mailbot.core.desk.order import read_order
from mailbot.core.desk.scene import Extra
from mailbot.sections import Staff
from mailbot.steps.roster import Team
from tests.core.desk_scenes import NOW, opened, planned, refused

TODAY = date(2026, 11, 24)


def test_an_absence_is_a_day_or_two_days_with_both_of_them_in_it() -> None:
    assert parse_absence("2026-12-24") == Absence(date(2026, 12, 24), date(2026, 12, 24))
    week = parse_absence("2026-12-01 .. 2026-12-05")
    assert [week.covers(date(2026, 12, day)) for day in (1, 5)] == [True, True]
    assert [week.covers(day) for day in (date(2026, 11, 30), date(2026, 12, 6))] == [False, False]
    assert is_away(["2026-12-24", "2026-12-01..2026-12-05"], date(2026, 12, 3))
    assert not is_away(["2026-12-24", "2026-12-01..2026-12-05"], date(2026, 12, 23))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("12-24", "expected full dates"),
        ("2026-12-01..2026-12-02..2026-12-03", "expected full dates"),
        ("2026-12-1", "expected full dates"),
        ("2026-02-29", "no such day"),
        ("2026-12-05..2026-12-01", "the last day lies before the first"),
        ("2026-01-01..2027-01-02", "longer than 366 days"),
    ],
)
def test_an_absence_that_cannot_be_meant_names_its_fault_and_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f'^{told}; write "2026-12-24" or'):
        parse_absence(text)


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("12/1", date(2026, 12, 1)),
        ("12月1日", date(2026, 12, 1)),
        ("2026-12-01", date(2026, 12, 1)),
        ("2026/12/1", date(2026, 12, 1)),
        ("2027年1月4日", date(2027, 1, 4)),
        ("11/24", TODAY),
        ("11/23", date(2027, 11, 23)),
        ("2/29", date(2028, 2, 29)),
        ("本日", TODAY),
        ("Today", TODAY),
    ],
)
def test_a_day_without_its_year_is_the_next_such_day(word: str, day: date) -> None:
    written = written_day(word)
    assert written
    assert next_day(written, TODAY) == day


@pytest.mark.parametrize("word", ["", "13/1", "2/30", "1", "12/1/5", "hana", "2026-13-01", "12-01", "１２/1"])
def test_what_is_no_day_is_not_read_as_one(word: str) -> None:
    assert written_day(word) is None


@pytest.mark.parametrize("word", ["12/1..12/5", "12/1〜12/5", "12/1~12/5", "12月1日から12月5日まで"])
def test_two_days_may_be_joined_as_one_word(word: str) -> None:
    assert absent_days(word) == "12-01..12-05"


@pytest.mark.parametrize("word", ["12/1..hana", "..", "~", "から"])
def test_half_a_span_is_none(word: str) -> None:
    assert absent_days(word) is None


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("/absent 12/1 12/5", ("2026-12-01", "2026-12-05")),
        ("/不在 12/1 12/5", ("2026-12-01", "2026-12-05")),
        ("／不在 １２月１日から１２月５日まで", ("2026-12-01", "2026-12-05")),
        ("/away 12/28 1/4", ("2026-12-28", "2027-01-04")),
        ("/休暇 今日", ("2026-11-24", "2026-11-24")),
        ("/absent 2026-11-20 11/26", ("2026-11-20", "2026-11-26")),
        ("/absent off", ()),
        ("/不在 解除", ()),
    ],
)
def test_staff_say_when_they_are_away_and_the_case_at_hand_does_not_change(line: str, days: tuple[str, ...]) -> None:
    act = planned(opened("disclosure"), line, now=NOW).at_once
    assert (act.events, act.letters, act.extras) == ((), (), (Extra("absent", days),))
    assert [one.code for one in act.said] == ["absent" if days else "present"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/absent 2026-11-20 2026-11-23", "absence_days"),
        ("/absent 2026-11-20", "absence_days"),
        ("/absent 12/5 12/1", "absence_days"),
        ("/absent 12/5 2026-12-01", "absence_days"),
        ("/absent 2026-12-01 2027-06-02", "absence_days"),
        ("/absent off 12/5", "argument"),
        ("/absent 12/1..12/5 12/7", "argument"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(line: str, code: str) -> None:
    assert refused(opened("disclosure"), line, now=NOW) == code


@pytest.mark.parametrize("line", ["/absent", "/absent tomorrow-ish", "/absent 12/1 hana", "/不在 13/1"])
def test_an_absence_without_its_days_is_answered_with_how_it_is_written(line: str) -> None:
    [mistake] = read_order(line).mistakes
    assert (mistake.code, mistake.usage) == ("argument", "absent")


# Who is told.


def person(name: str, *roles: str) -> Staff:
    return Staff(id=name, name=name.title(), address=f"{name}@company.test", roles=list(roles))  # type: ignore[arg-type]


HANA, KEN = person("hana", "handler"), person("ken", "handler")
DAI, BOSS = person("dai", "deputy"), person("boss", "manager")
PEOPLE = (HANA, KEN, DAI, BOSS)


def team(*away: str, people: tuple[Staff, ...] = PEOPLE) -> Team:
    return Team(people, frozenset(away))


def told(here: Team, role: str) -> list[str]:
    return [one.id for one in here.staff(role)]


def test_whoever_is_away_is_left_out_while_somebody_else_has_the_role() -> None:
    assert told(team("hana"), "handler") == ["ken"]
    assert told(team(), "handler") == ["hana", "ken"]


def test_deputies_stand_in_where_everybody_of_a_role_is_away() -> None:
    assert told(team("hana", "ken"), "handler") == ["dai"]
    assert told(team("boss"), "manager") == ["dai"]


def test_nobody_stands_in_for_a_deputy_and_a_role_nobody_has_stays_empty() -> None:
    assert told(team("dai"), "deputy") == []
    assert told(team("boss"), "representative") == []


def test_where_nobody_is_left_those_who_are_away_are_told_after_all() -> None:
    assert told(team("boss", "dai"), "manager") == ["boss"]
    assert told(team("hana", "ken", "dai"), "handler") == ["hana", "ken"]


def test_the_taken_case_of_a_handler_who_is_away_is_before_the_deputies_too() -> None:
    taken = Case(handler="hana")
    assert team().of_case(taken)["handler"] == ["hana"]
    assert team("hana").of_case(taken)["handler"] == ["hana", "dai"]
    assert team("hana", "dai").of_case(taken)["handler"] == ["hana", "ken"], "no deputy is here: the other handlers"
    assert team("hana", "ken", "dai").of_case(taken)["handler"] == ["hana"]
    assert team("hana").of_case(Case())["handler"] == ["ken"], "a case nobody took"
    assert team("hana").of_case(Case(handler="gone"))["handler"] == ["ken"], "its handler left the roster"


def test_whoever_took_a_case_is_told_as_its_handler_whatever_their_role() -> None:
    assert team().of_case(Case(handler="dai"))["handler"] == ["dai"]
    assert team().of_case(Case(handler="boss"))["handler"] == ["boss"]
    assert team("boss").of_case(Case(handler="boss"))["handler"] == ["boss", "dai"]


def test_a_digest_reaches_its_readers_wherever_they_are_and_a_deputy_where_all_are_away() -> None:
    assert [one.id for one in team().readers(["manager"])] == ["boss"]
    assert [one.id for one in team("boss").readers(["manager"])] == ["boss", "dai"]
    assert [one.id for one in team("boss").readers(["manager", "handler"])] == ["boss", "hana", "ken"]
