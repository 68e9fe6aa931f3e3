"""The acts that need no code: what each does in every state, and that none of them changes anything outside unasked."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.desk.scene import Extra
from mailbot.core.events import Name
from mailbot.core.letters import Said
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    ARRIVED,
    NOW,
    OTHER,
    REF,
    asked,
    at_once,
    days_later,
    done,
    happens,
    only,
    opened,
    planned,
    refused,
    states,
    taken,
    wrote,
)

OPEN = "open unclassified overdue"
ENDED = "decided answered given_up spam merged reopened"
ANY = f"{OPEN} paused {ENDED}"
MATRIX = {
    "/take": {"handler_assigned": ANY},
    "/assign ken": {"handler_assigned": ANY},
    "/note 電話済み": {"note_kept": ANY},
    "/hold": {"hold_set": ANY},
    "/hold off": {"hold_lifted": ANY},
    f"/link {OTHER}": {"case_linked": ANY},
    "/status": {"nothing": ANY},
    "/type disclosure": {
        "request_reclassified": OPEN,
        "pause_ended request_reclassified": "paused",
        "not no_request": ENDED,
    },
    "/type correct": {
        "nothing": "open overdue paused",
        "request_reclassified": "unclassified",
        "not no_request": ENDED,
    },
    "/ask id": {"reply_asked [identity_request]": OPEN, "not cannot": "paused", "not no_request": ENDED},
    "/ask mandate": {"reply_asked [agent_request]": OPEN, "not cannot": "paused", "not no_request": ENDED},
    "/ask wait": {"reply_asked [wait_agreed]": OPEN, "not cannot": "paused", "not no_request": ENDED},
    "/ask scope": {"not missing": OPEN, "not cannot": "paused", "not no_request": ENDED},
    "/reopen": {
        "not cannot": f"{OPEN} paused decided merged reopened",
        "case_reopened": "answered spam",
        "case_reopened request_reopened": "given_up",
    },
    "/snooze 2": {
        "warnings_snoozed": "open unclassified paused decided answered given_up spam merged reopened",
        "not cannot": "overdue",
    },
}
CELLS = [(line, state, what) for line, row in MATRIX.items() for what, names in row.items() for state in names.split()]


@pytest.mark.parametrize(("line", "state", "expected"), CELLS)
def test_what_each_act_does_in_each_state(line: str, state: str, expected: str) -> None:
    assert happens(state, line) == expected


def test_the_matrix_has_every_state_of_every_act_once() -> None:
    assert [len(row) for row in _by_line().values()] == [len(states())] * len(MATRIX)


def _by_line() -> dict[str, set[str]]:
    return {line: {state for one, state, _ in CELLS if one == line} for line in MATRIX}


def said(case: Case, *lines: str, text: str = "", now: datetime = NOW) -> Said:
    [told] = planned(case, *lines, text=text, now=now).at_once.said
    return told


# Who has the case.


def test_whoever_takes_a_case_or_is_given_it_is_its_handler() -> None:
    case = at_once(opened("disclosure"), "/take")
    assert case.handler == "hana"
    assert at_once(case, "/assign ken").handler == "ken"
    assert dict(said(case, "/assign ken").values) == {"before": "hana", "after": "ken"}


@pytest.mark.parametrize("line", ["/assign ken", "/assign KEN", "/assign Ken Mori", "/割当 ｋｅｎ"])
def test_a_person_is_named_by_id_or_whole_name_and_hears_of_it(line: str) -> None:
    found = planned(opened("disclosure"), line).at_once
    assert (found.events[0].data, found.extras) == ({"handler": "ken"}, (Extra("tell", ("ken",)),))


@pytest.mark.parametrize("line", ["/assign mori", "/assign 佐藤", "/assign nobody"])
def test_a_part_of_a_name_is_nobody(line: str) -> None:
    assert refused(opened("disclosure"), line) == "unknown_person"


def test_a_name_that_two_people_share_is_nobody() -> None:
    assert refused(opened("disclosure"), "/assign 佐藤 花") == ""
    twins = {"hana": "佐藤 花", "hanako": "佐藤 花"}
    assert refused(opened("disclosure"), "/assign 佐藤 花", people=twins) == "unknown_person"


# Notes.


def test_a_note_without_words_is_refused_and_with_words_below_it_takes_them() -> None:
    case = opened("disclosure")
    assert refused(case, "/note") == "needs_text"
    found = planned(case, "/note", text="電話で確認した。")
    assert (found.offers, [one.data for one in found.at_once.events]) == ((), [{"message": 7}])


# What is asked.

RETYPED = [
    (["disclosure"], "correct", ["correct"]),
    ([], "disclosure", ["disclosure"]),
    (["disclosure", "erase"], "disclosure erase", ["disclosure", "erase"]),
    (["disclosure"], "disclosure erase", ["disclosure", "erase"]),
    (["disclosure", "erase"], "erase", ["disclosure-", "erase"]),
    (["disclosure", "erase"], "correct", ["correct", "erase-"]),
    (["disclosure", "erase"], "erase correct", ["correct", "erase"]),
    (["disclosure"], "correct erase purpose", ["correct", "erase", "purpose"]),
    (["disclosure"], "correct correct", ["correct"]),
]


@pytest.mark.parametrize(("kinds", "typed", "after"), RETYPED)
def test_what_was_read_right_stays_the_rest_is_changed_added_or_dropped(
    kinds: Sequence[str], typed: str, after: Sequence[str]
) -> None:
    case = at_once(opened(*kinds), f"/type {typed}")
    assert [one.kind + "-" * (one.state is State.DROPPED) for one in case.requests] == after
    assert all(one.received_at == ARRIVED for one in case.requests)


def test_a_correction_is_left_for_the_classifier() -> None:
    found = planned(opened("disclosure", "erase"), "/type correct erase").at_once
    assert found.extras == (Extra("correction", ("disclosure erase", "correct erase")),)
    assert dict(found.said[0].values) == {"before": ["disclosure", "erase"], "after": ["correct", "erase"]}


def test_what_is_decided_already_is_not_retyped() -> None:
    case, _ = done(opened("inquiry", "complaint"), "/grant 1", text="回答です。")
    assert [one.kind for one in at_once(case, "/type opinion").requests] == ["inquiry", "opinion"]


# Asking.


@pytest.mark.parametrize(
    ("what", "template", "reason"),
    [
        ("id", "identity_request", "awaiting_identity"),
        ("本人", "identity_request", "awaiting_identity"),
        ("mandate", "agent_request", "awaiting_mandate"),
        ("wait", "wait_agreed", "requester_asked_to_wait"),
    ],
)
def test_each_question_has_its_letter_and_its_reason(what: str, template: str, reason: str) -> None:
    found = planned(opened("disclosure", "correct"), f"/ask {what}").at_once
    [letter] = found.letters
    assert (letter.template, letter.key, letter.numbers) == (template, f"ask:7:{reason}", (1, 2))
    assert [(one.name, one.request, one.data) for one in found.events] == [
        (Name.REPLY_ASKED, number, {"mail": letter.key, "reason": reason}) for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("どの期間ですか。", {"question": "どの期間ですか。"}),
        ("どの期間ですか。\n選択肢: 2025年\n2026年", {"question": "どの期間ですか。", "choices": "2025年\n2026年"}),
        ("確認したいこと：どの期間ですか。", {"question": "どの期間ですか。"}),
        ("Question: which year?\nChoices: 2025", {"question": "which year?", "choices": "2025"}),
    ],
)
def test_what_is_unclear_is_said_in_the_words_below(text: str, fields: dict[str, str]) -> None:
    found = planned(opened("disclosure"), "/ask scope", text=text)
    assert (found.at_once.letters[0].fields, found.offers) == (fields, ())


def test_an_identity_is_asked_only_for_what_needs_one() -> None:
    [letter] = planned(opened("marketing_stop", "disclosure", "complaint"), "/ask id").at_once.letters
    assert letter.numbers == (2,)
    assert refused(opened("marketing_stop", "complaint"), "/ask id") == "no_request"


def test_a_question_can_be_limited_to_some_requests() -> None:
    case = opened("disclosure", "correct", "erase")
    [letter] = planned(case, "/ask id 1 3").at_once.letters
    assert letter.numbers == (1, 3)
    assert refused(case, "/ask wait 4") == "no_request"


def test_nothing_stops_a_clock_twice_for_the_same_thing() -> None:
    case = wrote(asked(opened("disclosure"), "id"), now=days_later(3))
    assert only(case).pause == ""
    assert only(case).stops == {"awaiting_identity"}
    assert refused(case, "/ask id") == "cannot"
    assert refused(case, "/ask mandate") == ""


def test_a_second_question_asks_only_those_that_were_not_asked() -> None:
    case = asked(opened("disclosure", "correct"), "id 1")
    [letter] = planned(case, "/ask id").at_once.letters
    assert letter.numbers == (2,)


def test_what_was_asked_but_never_left_can_be_asked_again() -> None:
    case = at_once(opened("disclosure"), "/ask id")
    assert refused(case, "/ask id") == ""


# The rest.


def test_a_hold_is_set_and_lifted() -> None:
    case = at_once(opened("disclosure"), "/hold")
    assert case.flags == {"hold"}
    assert at_once(case, "/保全 解除").flags == frozenset()


@pytest.mark.parametrize("ref", [REF, OTHER])
def test_a_case_is_linked_to_another_one_that_exists(ref: str) -> None:
    assert refused(opened("disclosure"), f"/link {ref}") == "unknown_ref"
    other = opened("correct", ref=OTHER)
    assert planned(opened("disclosure"), f"/link {OTHER}", others=[other]).at_once.events[0].data == {"ref": OTHER}


@pytest.mark.parametrize(
    ("line", "now", "until"),
    [
        ("/snooze", NOW, date(2026, 11, 25)),
        ("/snooze 3", NOW, date(2026, 11, 27)),
        ("/snooze 60", NOW, date(2026, 12, 1)),
        ("/snooze 5", datetime.fromisoformat("2026-11-30T10:00+09:00"), date(2026, 12, 2)),
        ("/snooze", datetime.fromisoformat("2026-12-01T10:00+09:00"), date(2026, 12, 2)),
    ],
)
def test_warnings_wait_five_business_days_at_most_and_never_past_the_last_day(
    line: str, now: datetime, until: date
) -> None:
    assert at_once(opened("disclosure"), line, now=now).snoozed_until == until


@pytest.mark.parametrize("day", ["2026-12-02", "2026-12-03", "2026-12-04"])
def test_nothing_puts_off_the_last_day(day: str) -> None:
    assert refused(opened("disclosure"), "/snooze", now=datetime.fromisoformat(f"{day}T10:00+09:00")) == "cannot"


def test_a_case_that_was_given_up_is_owed_an_answer_again_when_it_is_reopened() -> None:
    case, act = done(opened("disclosure", "correct"), "/close lapsed")
    case = at_once(taken(case, *act.letters), "/reopen")
    assert (case.state, [one.state for one in case.requests]) == (State.REOPENED, [State.OPEN, State.OPEN])
    assert case.closed_at is None


@pytest.mark.parametrize("line", ["/status", "/list", "/history", "/why", "/help", "/files", "/undo"])
def test_what_is_only_shown_changes_nothing(line: str) -> None:
    found = planned(opened("disclosure"), line)
    assert (found.at_once.events, found.at_once.letters, found.offers) == ((), (), ())
    assert [one.what for one in found.at_once.extras] == [line.removeprefix("/")]


def test_several_acts_of_one_mail_happen_in_its_order() -> None:
    case = opened()
    found = planned(case, "/take", "/type disclosure", "/ask id", "/note 電話済み").at_once
    assert [one.name for one in found.events] == [
        *(Name.HANDLER_ASSIGNED, Name.REQUEST_RECLASSIFIED),
        *(Name.REPLY_ASKED, Name.NOTE_KEPT),
    ]
    assert fold(found.events, case).handler == "hana"
