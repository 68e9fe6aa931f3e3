"""How a case goes on: clocks stop and run again, answers leave and come back, what was misread is counted anew."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, fold
from mailbot.core.clock import is_snoozed, next_due, points_of, quiet_until
from mailbot.core.desk.scene import LetterOrder
from mailbot.core.events import Name
from mailbot.core.kinds import KINDS
from mailbot.core.policy import dates
from mailbot.core.progress import decide_accepted, decide_bounced, decide_reopen, reason_of
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    ARRIVED,
    LATE,
    NOW,
    OTHER,
    RULES,
    WORDS,
    asked,
    at_once,
    days_later,
    done,
    only,
    opened,
    planned,
    returned,
    taken,
    ticked,
    wrote,
)

NOTICE_ON, TOTAL_ON, GATE_ON = date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 4)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


# The clock stops.


def test_no_letter_no_stop() -> None:
    case = at_once(opened("disclosure"), "/ask id")
    assert (only(case).state, only(case).pause, only(case).mail) == (State.OPEN, "", "ask:7:awaiting_identity")
    [letter] = planned(opened("disclosure"), "/ask id").at_once.letters
    case = taken(case, letter)
    assert (only(case).state, only(case).pause, only(case).paused_on) == (
        State.PAUSED,
        "awaiting_identity",
        date(2026, 11, 24),
    )
    assert taken(case, letter) == case


@pytest.mark.parametrize(
    ("key", "reason"),
    [("ask:7:awaiting_identity", "awaiting_identity"), ("ask:12:requester_asked_to_wait", "requester_asked_to_wait")],
)
def test_why_a_clock_stands_still_is_written_in_the_key_of_its_letter(key: str, reason: str) -> None:
    assert reason_of(key) == reason


def test_a_letter_that_never_left_stops_nothing() -> None:
    case = at_once(opened("disclosure"), "/ask id")
    [letter] = planned(opened("disclosure"), "/ask id").at_once.letters
    assert returned(case, letter) == case


def test_a_letter_that_came_back_stopped_nothing() -> None:
    start = opened("disclosure")
    case = asked(start, "id")
    case = returned(case, LetterOrder("identity_request", only(case).mail), now=days_later(6))
    assert (only(case).state, only(case).moved) == (State.OPEN, 0)
    assert (only(case).notice_on, only(case).answer_on) == (NOTICE_ON, NOTICE_ON)


def test_a_decision_ends_the_wait() -> None:
    case, act = done(asked(opened("correct", identity=2), "wait"), "/grant", text=WORDS)
    assert (only(case).state, only(case).pause, only(case).paused_on) == (State.DECIDED, "", None)
    assert only(returned(case, *act.letters)).state is State.OPEN


# The clock runs again: law §2, counted over a weekend, a holiday (11-23) and the closure (12-29 to 01-03).

STOOD = [
    ("2026-11-24T10:00", "2026-11-26T09:00", 2, "2026-12-07"),
    ("2026-11-24T10:00", "2026-11-24T18:00", 0, "2026-12-03"),
    ("2026-11-24T23:50", "2026-11-25T00:10", 1, "2026-12-04"),
    ("2026-11-27T10:00", "2026-11-29T10:00", 0, "2026-12-03"),
    ("2026-11-27T10:00", "2026-11-30T10:00", 1, "2026-12-04"),
    ("2026-11-20T15:00", "2026-11-23T10:00", 0, "2026-12-03"),
    ("2026-11-20T15:00", "2026-11-24T10:00", 1, "2026-12-04"),
    ("2026-11-24T10:00", "2026-11-23T10:00", 0, "2026-12-03"),
    ("2026-12-28T10:00", "2027-01-03T10:00", 0, "2026-12-03"),
    ("2026-12-28T10:00", "2027-01-04T10:00", 1, "2026-12-04"),
]


@pytest.mark.parametrize(("stopped", "came", "days", "notice_on"), STOOD)
def test_the_service_dates_move_by_the_business_days_until_the_reply_arrived(
    stopped: str, came: str, days: int, notice_on: str
) -> None:
    case = asked(opened("disclosure"), "id", now=moment(stopped))
    read_at = max(moment(stopped), moment(came)) + timedelta(days=3)
    one = only(wrote(case, now=read_at, at=moment(came)))
    assert (one.state, one.pause, one.moved) == (State.OPEN, "", days)
    assert (one.notice_on, one.gate_on) == (date.fromisoformat(notice_on), GATE_ON)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=3), st.sampled_from(sorted(KINDS)))
def test_stops_add_up_to_the_longest_stop_and_never_move_the_gate(waits: list[int], kind: str) -> None:
    case, now = opened(kind, identity=3), NOW
    before, stood = only(case), 0
    for what, wait in zip(("mandate", "wait", "scope"), waits, strict=False):
        case = asked(case, what, now=now, text="どの期間ですか。" if what == "scope" else "")
        stopped_on = RULES.calendar.local_day(now)
        now += timedelta(days=wait)
        case = wrote(case, now=now)
        stood = min(stood + RULES.calendar.business_days_between(stopped_on, RULES.calendar.local_day(now)), 20)
    after = only(case)
    assert (after.moved, after.gate_on, after.received_at) == (stood, before.gate_on, before.received_at)
    for old, new in ((before.notice_on, after.notice_on), (before.total_on, after.total_on)):
        assert new == (RULES.calendar.add_business_days(old, stood) if old else None)
    assert (after.ack_on, after.triage_on) == (before.ack_on, before.triage_on)


def test_every_request_that_waited_runs_again_at_the_same_reply() -> None:
    case = asked(asked(opened("disclosure", "correct", "complaint"), "id 1"), "wait 2")
    assert [one.state for one in case.requests] == [State.PAUSED, State.PAUSED, State.OPEN]
    case = wrote(case, now=days_later(2))
    assert [(one.state, one.moved) for one in case.requests] == [(State.OPEN, 2), (State.OPEN, 2), (State.OPEN, 0)]


# What is warned of.


def test_while_a_clock_stands_still_only_the_gate_warns() -> None:
    case = asked(opened("disclosure"), "id")
    codes = {point.code for point in points_of(only(case), RULES)}
    assert {"gate_7", "gate_10", "gate_12", "gate_13", "overdue"} <= codes
    assert not {"half_used", "three_left", "one_left", "idle_handler", "idle_manager"} & codes
    events = ticked(only(case), moment("2026-12-05T09:00"))
    warned = next(one for one in events if one.name is Name.DEADLINE_WARNED)
    assert warned.data["due_on"] == "2026-12-04"
    assert only(fold(events, case)).state is State.PAUSED


def test_an_answer_on_its_way_is_still_owed_and_one_that_left_is_not() -> None:
    case, act = done(opened("inquiry"), "/grant", text=WORDS)
    assert [one.name for one in ticked(only(case), LATE)] == [Name.DEADLINE_WARNED]
    case = taken(case, *act.letters)
    assert (ticked(only(case), LATE), next_due(only(case), RULES, LATE)) == ([], None)


def test_an_extended_request_is_late_after_its_new_date_once_its_letter_answered_the_gate() -> None:
    report = "理由：量\nこれまで：検索\n残り：照合"
    case, act = done(opened("disclosure"), "/extend 10 量", text=report)
    assert any(point.code == "gate_13" for point in points_of(only(case), RULES))
    case = taken(case, *act.letters)
    assert not [point for point in points_of(only(case), RULES) if "gate" in point.code]
    assert (only(case).answer_on, only(case).gate_on) == (date(2026, 12, 17), GATE_ON)
    events = ticked(only(case), moment("2026-12-17T18:00"))
    assert Name.DEADLINE_MISSED not in [one.name for one in events]
    events = ticked(only(case), moment("2026-12-18T09:00"))
    assert [one.name for one in events] == [Name.DEADLINE_WARNED, Name.DEADLINE_MISSED]


@pytest.mark.parametrize(
    ("day", "is_quiet"), [("2026-11-24", True), ("2026-11-26", True), ("2026-11-27", False), ("2026-12-03", False)]
)
def test_a_snooze_ends_in_the_morning_of_its_day(day: str, is_quiet: bool) -> None:  # noqa: FBT001 -- drawn by name
    case = at_once(opened("disclosure"), "/snooze 3")
    assert is_snoozed(case, only(case), RULES, moment(f"{day}T08:00")) is is_quiet


def test_a_snooze_ends_in_the_morning_of_the_last_day_where_that_came_nearer() -> None:
    case, now = at_once(opened("disclosure"), "/snooze 3"), moment("2026-11-24T08:00")
    assert quiet_until(case, only(case), RULES, now) == moment("2026-11-27T09:00")
    nearer = replace(only(case), answer_on=date(2026, 11, 25))
    assert quiet_until(case, nearer, RULES, now) == moment("2026-11-25T09:00")
    assert quiet_until(case, nearer, RULES, moment("2026-11-25T09:00")) is None


# An answer leaves.


def test_a_case_ends_with_its_last_answer_and_not_before() -> None:
    case, first = done(opened("inquiry", "complaint"), "/grant 1", text=WORDS)
    case = taken(case, *first.letters)
    assert ([one.state for one in case.requests], case.is_open) == ([State.CLOSED, State.OPEN], True)
    case, second = done(case, "/grant", text=WORDS)
    case = taken(case, *second.letters, now=days_later(1))
    assert (case.state, case.closed_at) == (State.CLOSED, days_later(1))


def test_a_letter_answers_the_requests_that_wait_for_it_and_no_others() -> None:
    case, first = done(opened("inquiry", "complaint", "opinion"), "/grant 1", text=WORDS)
    case, second = done(case, "/grant 2", text=WORDS)
    assert first.letters[0].key != second.letters[0].key
    case = taken(case, *second.letters)
    assert [one.state for one in case.requests] == [State.DECIDED, State.CLOSED, State.OPEN]
    case = returned(case, *first.letters)
    assert [one.state for one in case.requests] == [State.OPEN, State.CLOSED, State.OPEN]


@pytest.mark.parametrize("key", ["", "letter:other:0", "ack:1"])
def test_a_mail_that_nothing_waits_for_means_nothing(key: str) -> None:
    for case in (opened("inquiry"), done(opened("inquiry"), "/grant", text=WORDS)[0], asked(opened("erase"), "id")):
        assert decide_accepted(case, key, NOW, RULES) == []
        assert decide_bounced(case, key, NOW, RULES) == []


def test_the_same_answer_is_taken_once_and_comes_back_once() -> None:
    case, act = done(opened("inquiry"), "/grant", text=WORDS)
    key = act.letters[0].key
    case = taken(case, *act.letters)
    assert decide_accepted(case, key, NOW, RULES) == []
    case = returned(case, *act.letters)
    assert (case.state, only(case).state) == (State.REOPENED, State.OPEN)
    assert decide_bounced(case, key, NOW, RULES) == []


def test_one_letter_that_came_back_opens_its_own_requests_alone() -> None:
    case, first = done(opened("inquiry", "complaint"), "/grant 1", text=WORDS)
    case, second = done(taken(case, *first.letters), "/grant 2", text=WORDS)
    case = taken(case, *second.letters)
    case = returned(case, *second.letters)
    assert ([one.state for one in case.requests], case.is_open) == ([State.CLOSED, State.OPEN], True)


def test_what_came_back_from_a_merged_case_opens_nothing_that_nobody_can_answer() -> None:
    case, act = done(opened("inquiry", "correct"), "/grant 1", text=WORDS)
    case = taken(case, *act.letters)
    case, _ = done(case, f"/merge {OTHER}", others=[opened("purpose", ref=OTHER)])
    assert returned(case, *act.letters) == case


# A requester writes again.


def closed(line: str, *kinds: str) -> Case:
    case, act = done(opened(*kinds), line, text=WORDS if line == "/grant" else "")
    return taken(case, *act.letters)


@pytest.mark.parametrize("line", ["/close withdrawn", "/close lapsed"])
def test_whoever_gave_up_and_writes_again_is_owed_an_answer_again(line: str) -> None:
    case = wrote(closed(line, "disclosure", "correct"), now=days_later(40))
    assert (case.state, [one.state for one in case.requests]) == (State.REOPENED, [State.OPEN, State.OPEN])
    assert [one.received_at for one in case.requests] == [ARRIVED, ARRIVED]


def test_thanks_for_an_answer_open_nothing() -> None:
    case = closed("/grant", "inquiry")
    assert wrote(case, "inquiry", now=days_later(2)) == case


def test_a_new_right_in_a_closed_case_opens_it_with_a_clock_of_its_own() -> None:
    case = wrote(closed("/grant", "inquiry"), "erase", now=days_later(40))
    assert (case.state, [(one.kind, one.state) for one in case.requests]) == (
        State.REOPENED,
        [("inquiry", State.CLOSED), ("erase", State.OPEN)],
    )
    assert case.requests[1].received_at == days_later(40)


def test_reopening_by_staff_opens_what_was_given_up_and_nothing_that_was_answered() -> None:
    case = closed("/grant", "inquiry")
    assert [one.name for one in decide_reopen(case, "by_staff", NOW.date(), NOW, RULES)] == [Name.CASE_REOPENED]
    case = closed("/close lapsed", "inquiry", "erase")
    assert [(one.name, one.request) for one in decide_reopen(case, "by_staff", NOW.date(), NOW, RULES)] == [
        (Name.CASE_REOPENED, None),
        (Name.REQUEST_REOPENED, 1),
        (Name.REQUEST_REOPENED, 2),
    ]


# What was misread.

RETYPABLE = sorted(set(KINDS) - {"unclassified"})


@given(st.sampled_from(RETYPABLE), st.sampled_from(RETYPABLE), st.integers(0, 300))
def test_another_kind_is_counted_anew_from_the_same_arrival(before: str, after: str, days: int) -> None:
    arrived_at = ARRIVED + timedelta(days=days)
    case = at_once(opened(before, at=arrived_at), f"/type {after}", now=arrived_at + timedelta(days=30))
    expected = only(opened(after, at=arrived_at))
    one = only(case)
    assert (one.kind, one.right, one.state, one.received_at) == (after, expected.right, State.OPEN, arrived_at)
    assert (one.answer_on, one.notice_on, one.total_on, one.gate_on) == (
        expected.answer_on,
        expected.notice_on,
        expected.total_on,
        expected.gate_on,
    )


def test_the_days_a_clock_stood_still_stay_counted_under_another_kind() -> None:
    case = asked(opened("disclosure"), "id")
    case = at_once(case, "/type correct", now=days_later(7))
    owed = dates(RULES.policy, RULES.calendar, "correction", ARRIVED)
    assert owed.notice_on is not None
    assert (only(case).state, only(case).pause, only(case).moved) == (State.OPEN, "", 5)
    assert only(case).notice_on == RULES.calendar.add_business_days(owed.notice_on, 5)
    assert wrote(case, now=days_later(9)) == case


def test_what_was_confirmed_goes_on_waiting() -> None:
    case = asked(opened("disclosure"), "id")
    assert at_once(case, "/type disclosure", now=days_later(7)) == case
