"""The acts that need a code: what each does in every state, and what it refuses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.desk.levels import Level
from mailbot.core.desk.scene import Extra
from mailbot.core.desk.weighty import absorbed
from mailbot.core.events import Name
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Language
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    ARRIVED,
    NEW,
    OTHER,
    REF,
    WORDS,
    at_once,
    days_later,
    done,
    filled,
    form,
    happens,
    offered,
    only,
    opened,
    planned,
    refused,
    returned,
    scene,
    states,
    taken,
    wrote,
)

REPORT = filled(form("status_report"))
UNDECIDED = "open overdue paused"
ENDED = "decided answered given_up spam merged reopened"
CLOSED = "answered given_up spam merged"
ANY = f"unclassified {UNDECIDED} {ENDED}"
_DECIDES = {"not not_allowed": "unclassified", "not no_request": ENDED}
MATRIX = {
    ("", WORDS): {"[relay]": ANY},
    ("/verify document", ""): {"identity_verified": ANY},
    ("/grant", WORDS): {"request_decided [relay]": UNDECIDED, **_DECIDES},
    ("/grant", ""): {"not missing": UNDECIDED, **_DECIDES},
    ("/grant", filled(form("correction_result", "full"))): {
        "request_decided [correction_result]": UNDECIDED,
        **_DECIDES,
    },
    ("/grant alternative", WORDS): {"not not_allowed": f"unclassified {UNDECIDED}", "not no_request": ENDED},
    ("/partial factual", filled(form("correction_result", "partial"))): {
        "request_decided [correction_result]": UNDECIDED,
        **_DECIDES,
    },
    ("/refuse factual", filled(form("correction_result", "refused"))): {
        "request_decided [correction_result]": UNDECIDED,
        **_DECIDES,
    },
    ("/refuse 33-2-2", WORDS): {"not unknown_ground": UNDECIDED, **_DECIDES},
    ("/nodata", filled(form("no_data", "no_data"))): {"request_decided [no_data]": UNDECIDED, **_DECIDES},
    ("/send L5", REPORT): {
        "status_letter_written [status_report]": f"unclassified {UNDECIDED}",
        "[status_report]": ENDED,
    },
    ("/send L10", filled(form("method_change"))): {"[method_change]": ANY},
    ("/send L16", ""): {"not open_requests": f"unclassified {UNDECIDED} decided", "[closure]": f"{CLOSED} reopened"},
    ("/extend 5 理由", REPORT): {
        "request_extended status_letter_written [status_report]": "open unclassified",
        "not extension_late": "overdue",
        "not extension_paused": "paused",
        "not no_request": ENDED,
    },
    ("/close", ""): {
        "not open_requests": f"unclassified {UNDECIDED} decided",
        "not case_closed": CLOSED,
        "case_closed": "reopened",
    },
    ("/close withdrawn", ""): {
        "request_decided [closure]": f"unclassified {UNDECIDED}",
        "not open_requests": "decided",
        "not case_closed": CLOSED,
        "case_closed": "reopened",
    },
    ("/spam", ""): {
        "request_dropped case_closed": f"unclassified {UNDECIDED}",
        "not cannot": "decided reopened",
        "not case_closed": CLOSED,
    },
    (f"/merge {OTHER}", ""): {
        "request_moved case_merged": f"unclassified {UNDECIDED}",
        "not cannot": "decided",
        "not case_closed": CLOSED,
        "case_merged": "reopened",
    },
    ("/split 1", ""): {"not no_request": ANY},
    ("/to new@requester.example", ""): {"address_changed identity_reopened": ANY},
    ("/party agent@requester.example", ""): {"party_added": ANY},
}
CELLS = [
    (line, text, state, what)
    for (line, text), row in MATRIX.items()
    for what, names in row.items()
    for state in names.split()
]


@pytest.mark.parametrize(("line", "text", "state", "expected"), CELLS)
def test_what_each_act_does_in_each_state(line: str, text: str, state: str, expected: str) -> None:
    assert happens(state, line, text) == expected


def test_the_matrix_has_every_state_of_every_act_once() -> None:
    assert [sum(len(names.split()) for names in row.values()) for row in MATRIX.values()] == [len(states())] * len(
        MATRIX
    )


# A letter of the book that only tells.


EVERY_FIELD = "".join(
    filled(form(template)) for template in ("clarification", "status_report", "method_change", "leak_notice")
)


@pytest.mark.parametrize("code", ["L2", "L3", "L4", "L5", "L10", "L15", "STATUS", "WAIT"])
def test_a_letter_that_only_tells_is_about_all_that_is_open_and_decides_nothing(code: str) -> None:
    case, answer = done(opened("inquiry", "disclosure", "correct"), "/grant 1", text=WORDS)
    case = taken(case, *answer.letters)
    after, act = done(case, f"/send {code}", text=EVERY_FIELD)
    assert [(one.numbers, one.outcome) for one in act.letters] == [((2, 3), "")]
    key = act.letters[0].key if code == "L5" else ""  # which is to answer the gate
    assert [replace(one, report="") for one in after.requests] == [*case.requests]
    assert [one.report for one in after.requests] == ["", key, key]


# The extension.


def test_an_extension_moves_the_service_dates_once_and_leaves_the_gate() -> None:
    case, act = done(opened("disclosure"), "/extend 10 記録が古いため", text=REPORT)
    one = only(case)
    assert (one.notice_on, one.total_on) == (date(2026, 12, 17), date(2026, 12, 21))
    assert (one.gate_on, one.moved, one.extension) == (date(2026, 12, 4), 0, "10bd")
    [letter] = act.letters
    assert (letter.template, letter.numbers) == ("status_report", (1,))
    assert letter.facts == {"old_on": date(2026, 12, 3), "new_on": date(2026, 12, 17)}
    assert letter.fields["reason"] == "ことば"
    assert refused(case, "/extend 1 もう一度", text=REPORT) == "extension_again"


def test_the_reason_stands_on_the_line_or_below() -> None:
    without_reason = REPORT.replace("理由：ことば\n", "")
    [letter] = offered(opened("disclosure"), "/extend 5 記録が古いため", text=without_reason).act.letters
    assert letter.fields["reason"] == "記録が古いため"
    assert refused(opened("disclosure"), "/extend 5 記録が古いため") == "missing"


def test_the_letter_of_an_extension_answers_the_gate() -> None:
    arrived_before_the_new_year = datetime.fromisoformat("2026-12-24T10:00+09:00")
    case = opened("disclosure", at=arrived_before_the_new_year)
    assert only(case).answer_on == only(case).gate_on == date(2027, 1, 7)
    case, act = done(case, "/extend 5 理由", text=REPORT, now=arrived_before_the_new_year + timedelta(days=4))
    assert act.letters[0].facts == {"old_on": date(2027, 1, 7), "new_on": date(2027, 1, 19)}
    assert (only(case).answer_on, only(case).gate_on) == (date(2027, 1, 7), date(2027, 1, 7))
    case = taken(case, *act.letters)
    assert (only(case).answer_on, only(case).gate_on) == (date(2027, 1, 19), date(2027, 1, 7))


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026-12-01", ""), ("2026-12-02", ""), ("2026-12-03", "extension_late"), ("2026-12-04", "extension_late")],
)
def test_an_extension_is_told_before_the_due_date(day: str, code: str) -> None:
    now = datetime.fromisoformat(f"{day}T10:00+09:00")
    assert refused(opened("disclosure"), "/extend 5 理由", text=REPORT, now=now) == code


MOST = {"purpose": 5, "disclosure": 20, "correction": 20, "suspension": 20, "complaint": 10, "inquiry": 10}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_extension_is_no_longer_than_the_law_allows(kind: str) -> None:
    most = MOST.get(KINDS[kind].periods, 0)
    case = opened(kind) if kind != UNCLASSIFIED else opened()
    code = "extension_limit" if most else "extension_none"
    assert refused(case, f"/extend {most + 1} 理由", text=REPORT) == code
    if most:
        one = offered(case, f"/extend {most} 理由", text=REPORT)
        assert (one.level, one.code) == (Level.MANAGER, "to_manager")


def test_an_extension_is_for_the_requests_it_names() -> None:
    case, act = done(opened("disclosure", "correct", "marketing_stop"), "/extend 5 理由 #1 #2", text=REPORT)
    assert [one.is_extended for one in case.requests] == [True, True, False]
    assert act.letters[0].numbers == (1, 2)
    assert refused(opened("disclosure", "marketing_stop"), "/extend 5 理由", text=REPORT) == "extension_none"
    assert refused(opened("disclosure"), "/extend 5 理由 #1 #2", text=REPORT) == "no_request"


# Closing without an answer.


def test_what_was_given_up_closes_with_its_letter() -> None:
    for line, why in (("/close withdrawn", "withdrawn"), ("/完了 失効", "lapsed")):
        case, act = done(opened("disclosure", "correct"), line, text="ひとこと：お元気で。")
        [letter] = act.letters
        assert (letter.template, letter.outcome, letter.numbers) == ("closure", why, (1, 2))
        assert (letter.facts, letter.fields["words"]) == ({"why": why}, "お元気で。")
        assert [one.state for one in case.requests] == [State.DECIDED, State.DECIDED]
        assert taken(case, letter).state is State.CLOSED


def test_what_is_no_matter_of_this_desk_is_passed_on_without_a_letter() -> None:
    case, act = done(at_once(opened("inquiry"), "/type not_for_us"), "/close")
    assert (only(case).state, case.state, act.letters) == (State.DROPPED, State.CLOSED, ())


def test_an_answer_on_its_way_keeps_the_case_open() -> None:
    case, _ = done(opened("not_for_us"), "/grant", text=WORDS)
    assert refused(case, "/close") == "open_requests"


def test_one_open_request_keeps_a_case_open() -> None:
    assert refused(opened("not_for_us", "inquiry"), "/close") == "open_requests"


def test_spam_is_closed_without_a_letter_and_never_after_an_answer() -> None:
    case, act = done(opened("disclosure", "correct"), "/spam")
    assert ([one.state for one in case.requests], act.letters) == ([State.DROPPED] * 2, ())
    assert case.state is State.CLOSED
    answered, answer = done(opened("inquiry", "correct"), "/grant 1", text=WORDS)
    assert refused(taken(answered, *answer.letters), "/spam") == "cannot"


# Merging and splitting.


def merged(source: Case, target: Case) -> tuple[Case, Case]:
    act = offered(source, f"/merge {target.ref}", others=[target]).act
    assert act.extras == (Extra("merge", (target.ref,)),)
    events = absorbed(scene(source), scene(target))
    return fold(act.events, source), fold(events, target)


def test_a_merged_case_goes_on_in_the_other_with_the_same_arrival() -> None:
    target = opened("correct", ref=OTHER, at=ARRIVED + timedelta(days=2))
    source, target = merged(opened("disclosure", "erase"), target)
    assert (source.state, source.merged_into, source.running) == (State.MERGED, OTHER, ())
    assert [one.kind for one in target.running] == ["correct", "disclosure", "erase"]
    assert [one.received_at for one in target.requests[1:]] == [ARRIVED, ARRIVED]
    assert [one.notice_on for one in target.requests[1:]] == [date(2026, 12, 3)] * 2


@pytest.mark.parametrize("is_source_first", [True, False])
def test_a_right_asked_in_both_is_asked_once_and_the_earlier_clock_goes_on(
    is_source_first: bool,  # noqa: FBT001 -- drawn by name
) -> None:
    earlier, later = ARRIVED, ARRIVED + timedelta(days=4)
    source = opened("disclosure", at=earlier if is_source_first else later)
    target = opened("disclosure", ref=OTHER, at=later if is_source_first else earlier)
    _, target = merged(source, target)
    [running] = target.running
    assert (running.received_at, running.notice_on) == (earlier, date(2026, 12, 3))


def test_a_right_whose_answer_is_on_its_way_is_not_asked_again() -> None:
    target, _ = done(opened("correct", ref=OTHER, identity=2), "/grant", text=WORDS)
    _, target = merged(opened("correct"), target)
    assert [(one.kind, one.state) for one in target.requests] == [("correct", State.DECIDED)]


def test_what_nobody_classified_is_still_to_be_classified_in_its_new_case() -> None:
    _, target = merged(opened(), opened("correct", ref=OTHER))
    assert (target.requests[1].kind, target.requests[1].state) == (UNCLASSIFIED, State.UNCLASSIFIED)


@pytest.mark.parametrize(
    ("ref", "target", "code"),
    [
        (REF, opened("correct"), "unknown_ref"),
        (NEW, opened("correct", ref=OTHER), "unknown_ref"),
        (OTHER, done(opened("correct", ref=OTHER), "/spam")[0], "cannot"),
    ],
)
def test_a_case_goes_only_into_another_open_one(ref: str, target: Case, code: str) -> None:
    assert refused(opened("disclosure"), f"/merge {ref}", others=[target]) == code


def test_a_case_does_not_move_while_an_answer_is_on_its_way() -> None:
    case, _ = done(opened("inquiry", "correct"), "/grant 1", text=WORDS)
    assert refused(case, f"/merge {OTHER}", others=[opened("correct", ref=OTHER)]) == "cannot"


def test_one_of_several_requests_becomes_a_case_of_its_own() -> None:
    case, act = done(opened("disclosure", "correct"), "/split 2")
    assert [one.state for one in case.requests] == [State.OPEN, State.MOVED]
    assert act.extras == (Extra("split", ("2",)),)
    assert refused(case, "/split 1") == "no_request"
    assert refused(opened("disclosure", "correct"), "/split 3") == "no_request"


@pytest.mark.parametrize("line", ["/split 1", "/type correct", f"/merge {OTHER}", "/spam"])
def test_what_left_a_case_while_its_clock_stood_still_stays_away(line: str) -> None:
    case = at_once(opened("disclosure", "correct"), "/ask id")
    [letter] = planned(opened("disclosure", "correct"), "/ask id").at_once.letters
    case = taken(case, letter)
    found = planned(case, line, others=[opened("purpose", ref=OTHER)])
    case = fold((found.offers[0].act if found.offers else found.at_once).events, case)
    gone = case.requests[0]
    assert gone.state in {State.DROPPED, State.MOVED}
    for after in (wrote(case, now=days_later(2)), returned(case, letter), done(case, "/verify document")[0]):
        assert after.requests[0] == gone


# Addresses.


def test_a_new_address_and_a_second_person_are_kept_outside_the_events() -> None:
    _, act = done(opened("disclosure"), "/to new@requester.example")
    assert [(one.name, one.data) for one in act.events] == [
        (Name.ADDRESS_CHANGED, {}),
        (Name.IDENTITY_REOPENED, {"why": "address_changed"}),
    ]
    assert act.extras == (Extra("address", ("new@requester.example",)),)
    assert offered(opened("disclosure"), "/to new@requester.example").level is Level.MANAGER
    for line, role in (("/party a@requester.example", "agent"), ("/party a@requester.example 家族", "family")):
        _, act = done(opened("disclosure"), line)
        assert ([one.data for one in act.events], act.extras) == (
            [{"role": role}],
            (Extra("party", ("a@requester.example", role)),),
        )


LEVELS = [
    ("/verify document", "", Level.CODE),
    ("/verify waive", "", Level.MANAGER),
    ("/send L5", REPORT, Level.CODE),
    ("/close withdrawn", "", Level.CODE),
    ("/spam", "", Level.CODE),
    ("/split 1", "", Level.CODE),
    ("/party a@requester.example", "", Level.CODE),
    ("/to new@requester.example", "", Level.MANAGER),
    ("/extend 5 理由", REPORT, Level.MANAGER),
    (f"/merge {OTHER}", "", Level.CODE),
]


@pytest.mark.parametrize(("line", "text", "level"), LEVELS)
def test_who_must_stand_behind_an_act(line: str, text: str, level: Level) -> None:
    one = offered(opened("disclosure", "correct"), line, text=text, others=[opened("correct", ref=OTHER)])
    assert one.level is level


def test_the_weightiest_act_of_a_mail_says_who_must_stand_behind_all_of_it() -> None:
    text = filled(form("correction_result", "refused"), Language.EN)
    lines: Sequence[str] = ("/verify document", "/refuse factual 2", "/close withdrawn")
    assert offered(opened("inquiry", "correct"), *lines, text=text).level is Level.MANAGER
