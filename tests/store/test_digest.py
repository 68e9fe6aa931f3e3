"""Each open case stands in one section of the digest, and the figures are counted from what happened."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from mailbot.core.case import Case
from mailbot.core.digest import DRAFTS, DUE_SOON, OTHER_OPEN, OVERDUE, UNASSIGNED, WAITING
from mailbot.core.events import Event, Json, Name
from mailbot.core.reference import reference
from mailbot.store.answers import line_of
from mailbot.store.cases import Snapshot, append, insert_cases, reserve_numbers, snapshots
from mailbot.store.digest import Days, Kept, bounced_cases, keep_lines, shown_cases, told_absences, totals
from mailbot.store.engine import read, write
from mailbot.store.statistics import answers, arrivals_between, counted
from mailbot.store.tables import absence, digest_line
from tests.core.histories import NOW, event

TODAY = date(2026, 11, 24)
DAYS = Days(TODAY, date(2026, 11, 29))
TAKEN = event(Name.HANDLER_ASSIGNED)


def put_case(engine: Engine, *happened: Event) -> int:
    """Open a case to which events happened."""
    with write(engine) as connection:
        [case_id] = reserve_numbers(connection, 1)
        insert_cases(connection, [Snapshot(case_id, "0" * 32, Case())])
        opened = event(Name.CASE_OPENED, ref=reference("KJ", 2026, case_id))
        append(connection, snapshots(connection, [case_id]), {case_id: [opened, *happened]})
    return case_id


def asked(number: int = 1, due: str = "2026-12-10", at: datetime = NOW, **data: Json) -> Event:
    return event(Name.REQUEST_OPENED, number, answer_on=due, received_at=at.isoformat(), **data)


def answered(number: int, at: datetime) -> list[Event]:
    return [event(Name.REQUEST_DECIDED, number, at), event(Name.REQUEST_ANSWERED, number, at)]


def shown(engine: Engine, most: int = 10) -> dict[str, list[int]]:
    with read(engine) as connection:
        return shown_cases(connection, DAYS, most)


@pytest.mark.parametrize(
    ("happened", "section"),
    [
        ([asked(due="2026-11-23"), TAKEN], OVERDUE),
        ([asked(due="2026-11-24"), TAKEN], DUE_SOON),
        ([asked(due="2026-11-29")], DUE_SOON),
        ([asked(due="2026-11-30")], UNASSIGNED),
        ([asked(), TAKEN], OTHER_OPEN),
        ([asked(), TAKEN, event(Name.PAUSE_STARTED, 1)], WAITING),
        ([asked(due="2026-11-23"), TAKEN, event(Name.PAUSE_STARTED, 1)], WAITING),
        ([asked(due="2026-11-23", gate_on="2026-11-27"), TAKEN, event(Name.PAUSE_STARTED, 1)], DUE_SOON),
        ([asked(due="2026-11-23", gate_on="2026-11-23"), TAKEN, event(Name.PAUSE_STARTED, 1)], OVERDUE),
        ([asked(), asked(2), TAKEN, event(Name.PAUSE_STARTED, 1)], OTHER_OPEN),
        ([asked(), TAKEN, event(Name.STATUS_LETTER_DRAFTED, 1)], DRAFTS),
        ([asked(), event(Name.STATUS_LETTER_DRAFTED, 1)], DRAFTS),
        (
            [asked(), TAKEN, *(event(name, 1) for name in (Name.STATUS_LETTER_DRAFTED, Name.STATUS_LETTER_WRITTEN))],
            OTHER_OPEN,
        ),
        ([asked(), asked(2, "2026-11-23"), TAKEN], OVERDUE),
        ([asked(), asked(2, "2026-11-23"), TAKEN, *answered(2, NOW)], OTHER_OPEN),
        ([asked(due="2026-11-23"), TAKEN, *answered(1, NOW)], OTHER_OPEN),
    ],
)
def test_an_open_case_stands_in_the_first_section_that_fits(
    engine: Engine, happened: Sequence[Event], section: str
) -> None:
    case_id = put_case(engine, *happened)
    assert shown(engine) == {section: [case_id]}


def test_a_closed_case_and_one_that_was_merged_stand_nowhere(engine: Engine) -> None:
    put_case(engine, asked(), *answered(1, NOW), event(Name.CASE_CLOSED, why="answered"))
    put_case(engine, event(Name.CASE_MERGED))
    assert shown(engine) == {}


def test_the_most_urgent_come_first_and_the_rest_is_counted(engine: Engine) -> None:
    late = [put_case(engine, asked(due=f"2026-11-{day}"), TAKEN) for day in (20, 18, 19)]
    several = put_case(engine, asked(due="2026-11-22"), asked(2, kind="erase", right="suspension"))
    assert shown(engine, 2) == {OVERDUE: [late[1], late[2]]}
    with read(engine) as connection:
        found = totals(connection, DAYS)
    assert found.cases == {OVERDUE: 4}
    assert found.handlers == {(OVERDUE, "hana"): 3, (OVERDUE, None): 1}
    assert found.kinds == {(OVERDUE, "disclosure"): 4, (OVERDUE, "erase"): 1}
    assert shown(engine, 4)[OVERDUE][3] == several


def test_what_owes_nothing_any_more_comes_last(engine: Engine) -> None:
    done = put_case(engine, asked(), TAKEN, *answered(1, NOW))
    going = put_case(engine, asked(), TAKEN)
    assert shown(engine) == {OTHER_OPEN: [going, done]}


def test_the_numbers_of_a_digest_are_kept_by_its_serial(engine: Engine) -> None:
    with write(engine) as connection:
        keep_lines(connection, 7, [Kept(1, 12), Kept(2, 13, "e" * 32)])
        keep_lines(connection, 8, [])
    with read(engine) as connection:
        rows = connection.execute(select(digest_line).order_by(digest_line.c.number)).all()
        found = [line_of(connection, serial, 2) for serial in (7, 8)]
    assert [tuple(row) for row in rows] == [(7, 1, 12, ""), (7, 2, 13, "e" * 32)]
    assert found == [Kept(2, 13, "e" * 32), None], "a number stands for what its own digest showed"


def test_a_case_with_a_mail_that_came_back_is_named_and_one_with_a_flag_like_it_is_not(engine: Engine) -> None:
    flags = [["bounced"], ["agent", "bounced"], ["press"], ["rebounced"]]
    for found in flags:
        put_case(engine, asked(), *(event(Name.FLAG_RAISED, flag=flag) for flag in found))
    with read(engine) as connection:
        refs, count = bounced_cases(connection, 1)
    assert (refs, count) == ([reference("KJ", 2026, 1)], 2)


def test_who_is_away_is_told_with_the_last_day_of_it(engine: Engine) -> None:
    days = [("hana", 20, 24), ("hana", 24, 27), ("ken", 25, 26), ("mio", 20, 23)]
    with write(engine) as connection:
        rows = [{"person": who, "first_on": _november(first), "last_on": _november(last)} for who, first, last in days]
        connection.execute(insert(absence), rows)
    with read(engine) as connection:
        assert told_absences(connection, TODAY) == {"hana": _november(27)}


def test_arrivals_are_counted_between_midnights_without_what_was_never_asked(engine: Engine) -> None:
    put_case(engine, asked(at=NOW), asked(2, at=NOW), event(Name.REQUEST_DROPPED, 2))
    put_case(engine, asked(at=NOW - timedelta(days=7)))
    edges = [NOW - timedelta(days=7), NOW, NOW + timedelta(days=7)]
    with read(engine) as connection:
        assert arrivals_between(connection, edges) == [1, 1]


def test_an_answer_that_came_back_counts_when_it_left_again(engine: Engine) -> None:
    days = [NOW + timedelta(days=number) for number in (1, 3)]
    put_case(engine, asked(), *answered(1, days[0]), event(Name.REQUEST_REOPENED, 1, days[0]), *answered(1, days[1]))
    put_case(engine, asked(), *answered(1, days[0]), event(Name.REQUEST_REOPENED, 1, days[1]))
    with read(engine) as connection:
        assert [one.answered_at for one in answers(connection, NOW, None)] == [days[1]]
        assert answers(connection, NOW, days[1]) == []


def test_answers_are_those_of_their_own_request(engine: Engine) -> None:
    requests = [asked(due="2026-12-01"), asked(2, "2026-12-09", right="suspension")]
    put_case(engine, *requests, *answered(2, NOW), *answered(1, NOW))
    put_case(engine, *requests, *answered(1, NOW - timedelta(days=9)), *answered(2, NOW))
    with read(engine) as connection:
        found = sorted((one.right, one.due_on) for one in answers(connection, NOW, None))
    first, second = ("disclosure", date(2026, 12, 1)), ("suspension", date(2026, 12, 9))
    assert found == [first, second, second]


def test_a_past_week_counts_what_was_open_when_it_ended(engine: Engine) -> None:
    since, until = datetime(2026, 11, 15, 15, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC)
    put_case(engine, asked())
    put_case(engine, asked(), *answered(1, until - timedelta(hours=1)))
    put_case(engine, asked(), *answered(1, until + timedelta(hours=1)))
    put_case(engine, asked(at=until))
    with read(engine) as connection:
        found = counted(connection, since, until, TODAY)
    assert (found.arrivals, found.open_at_end, len(found.answers)) == ({"disclosure": 3}, {"disclosure": 2}, 1)


def test_stops_extensions_and_warnings_that_went_upwards_are_counted(engine: Engine) -> None:
    happened = [
        asked(),
        event(Name.DEADLINE_WARNED, 1, roles=["handler"]),
        event(Name.DEADLINE_WARNED, 1, roles=["deputy", "manager"]),
        event(Name.ESCALATED, 1),
        event(Name.REQUEST_EXTENDED, 1),
        event(Name.PAUSE_STARTED, 1),
        event(Name.PAUSE_ENDED, 1, NOW + timedelta(days=3)),
        event(Name.PAUSE_STARTED, 1, NOW + timedelta(days=3)),
    ]
    put_case(engine, *happened)
    with read(engine) as connection:
        found = counted(connection, NOW, NOW + timedelta(days=1), TODAY).occurrences
    assert {code: found.get(code) for code in ("escalations", "extensions", "pauses", "gates_answered")} == {
        "escalations": 2,
        "extensions": 1,
        "pauses": 1,
        "gates_answered": None,
    }


def _november(day: int) -> date:
    return date(2026, 11, day)
