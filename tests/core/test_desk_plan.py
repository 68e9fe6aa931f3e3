"""From the words of a staff mail to what happens at once and what is offered for a code: all of it, or nothing."""

from collections.abc import Sequence

import pytest

from mailbot.core.case import fold
from mailbot.core.desk.commands import COMMANDS
from mailbot.core.desk.everyday import EVERYDAY
from mailbot.core.desk.levels import Level
from mailbot.core.desk.plan import carry_out, keyed
from mailbot.core.desk.scene import Act, LetterOrder, NotDone
from mailbot.core.desk.weighty import WEIGHTY
from mailbot.core.events import Name
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    NOW,
    OTHER,
    WORDS,
    asked,
    at_once,
    confirmed,
    days_later,
    done,
    filled,
    form,
    offered,
    only,
    opened,
    planned,
    refused,
    scene,
    taken,
    wrote,
)

L6 = filled(form("disclosure", "full"))

# What is offered.

OFFERS: list[tuple[Sequence[str], int | None, Sequence[str], str, Sequence[str]]] = [
    (["disclosure"], None, [], WORDS, ["send"]),
    (["disclosure"], 3, [], WORDS, ["send"]),
    (["erase"], 3, [], WORDS, ["send"]),
    ([], None, [], WORDS, ["send"]),
    (["inquiry"], None, [], WORDS, ["send", "send_close"]),
    (["marketing_stop"], None, [], WORDS, ["send", "send_close"]),
    (["complaint", "opinion"], None, [], WORDS, ["send", "send_close"]),
    (["correct"], None, [], WORDS, ["send", "send_verify_close"]),
    (["correct"], 1, [], WORDS, ["send", "send_verify_close"]),
    (["correct"], 2, [], WORDS, ["send", "send_close"]),
    (["purpose"], None, [], WORDS, ["send", "send_verify_close"]),
    (["purpose"], 1, [], WORDS, ["send", "send_close"]),
    (["stop_use", "inquiry"], None, [], WORDS, ["send", "send_verify_close"]),
    (["correct", "disclosure"], 3, [], WORDS, ["send"]),
    (["correct"], None, ["/verify facts"], WORDS, ["send", "send_close"]),
    (["correct"], None, ["/verify document"], WORDS, ["send", "send_close"]),
    (["correct"], None, ["/verify reply"], WORDS, ["send"]),
    (["correct"], None, ["/verify waive"], WORDS, ["to_manager", "to_manager"]),
    (["correct"], 2, ["/send"], WORDS, ["send", "send_close"]),
    (["correct"], None, ["/verify facts"], "", ["act"]),
    (["correct"], None, ["/verify waive"], "", ["to_manager"]),
    (["correct"], 2, ["/grant"], WORDS, ["act"]),
    (["erase"], 3, ["/grant"], filled(form("suspension_result", "full")), ["to_manager"]),
    (["disclosure"], 3, ["/grant"], L6, ["to_manager"]),
    (["disclosure"], None, ["/verify document", "/grant"], L6, ["to_manager"]),
    (["disclosure"], None, ["/send L5"], filled(form("status_report")), ["act"]),
    (["disclosure"], None, ["/close withdrawn"], "", ["act"]),
    (["disclosure"], None, ["/to new@requester.example"], "", ["to_manager"]),
    (["disclosure"], None, ["/take"], WORDS, ["send"]),
    (["disclosure"], None, ["/type inquiry"], WORDS, ["send", "send_close"]),
    (["disclosure"], None, ["/take"], "", []),
    (["disclosure"], None, [], "  \n ", []),
]


@pytest.mark.parametrize(("kinds", "identity", "lines", "text", "codes"), OFFERS)
def test_what_a_mail_offers(
    kinds: Sequence[str], identity: int | None, lines: Sequence[str], text: str, codes: Sequence[str]
) -> None:
    found = planned(opened(*kinds, identity=identity), *lines, text=text)
    assert [one.code for one in found.offers] == codes
    assert all((one.code == "to_manager") == (one.level is Level.MANAGER) for one in found.offers)


def test_a_case_with_nothing_open_can_still_be_written_to() -> None:
    case, act = done(opened("inquiry"), "/grant", text=WORDS)
    for now in (case, taken(case, *act.letters)):
        [one] = planned(now, text=WORDS).offers
        assert (one.code, one.act.events) == ("send", ())


# The plain reply, and the one that closes.


def test_a_plain_reply_leaves_and_decides_nothing() -> None:
    case, act = done(opened("correct", identity=2), text=WORDS)
    assert (act.events, case) == ((), opened("correct", identity=2))
    assert act.letters == (LetterOrder("relay", "letter:e1:0", text=WORDS),)


def test_a_reply_that_closes_decides_all_that_is_open_and_ends_the_case_when_it_left() -> None:
    case = opened("correct", "inquiry", identity=2)
    closing = planned(case, text=WORDS).offers[1]
    act = confirmed(case, closing)
    [letter] = act.letters
    assert (letter.template, letter.text, letter.outcome, letter.numbers) == ("relay", WORDS, "full", (1, 2))
    case = fold(act.events, case)
    assert [one.state for one in case.requests] == [State.DECIDED, State.DECIDED]
    assert taken(case, letter).state is State.CLOSED


def test_a_reply_that_verifies_and_closes_records_that_the_facts_matched() -> None:
    case = opened("correct")
    act = confirmed(case, planned(case, text=WORDS).offers[1])
    assert [one.name for one in act.events] == [Name.IDENTITY_VERIFIED, Name.REQUEST_DECIDED]
    assert (fold(act.events, case).identity, [one.what for one in act.extras]) == (2, ["papers"])


def test_a_reply_closes_also_what_waited_for_its_requester() -> None:
    case = asked(opened("correct"), "id")
    act = confirmed(case, planned(case, text=WORDS, now=days_later(2)).offers[1], days_later(2))
    assert [one.name for one in act.events] == [Name.IDENTITY_VERIFIED, Name.PAUSE_ENDED, Name.REQUEST_DECIDED]
    assert only(fold(act.events, case)).state is State.DECIDED


# All or nothing.

BROKEN = [
    (["/take", "/split 9"], "", "no_request"),
    (["/take", "/assign nobody"], "", "unknown_person"),
    (["/type disclosure", "/ask scope"], "", "missing"),
    (["/take", "/grant"], "", "no_identity"),
    (["/verify document", "/refuse nowhere"], WORDS, "unknown_ground"),
    (["/close withdrawn", "/spam"], "", "cannot"),
    (["/spam", "/close"], "", "case_closed"),
    (["/spam", "/close lapsed"], "", "case_closed"),
    (["/take", "/send"], "", "no_draft"),
]


@pytest.mark.parametrize(("lines", "text", "code"), BROKEN)
def test_where_one_line_cannot_be_done_nothing_is(lines: Sequence[str], text: str, code: str) -> None:
    with pytest.raises(NotDone) as fault:
        planned(opened("disclosure"), *lines, text=text)
    assert (fault.value.said.code, fault.value.said.is_done) == (code, False)
    assert fault.value.said.line == lines[-1]


def test_a_fault_in_what_is_offered_undoes_what_would_happen_at_once() -> None:
    assert refused(opened("disclosure"), "/take", "/grant", text=L6) == "no_identity"
    assert refused(opened("disclosure"), "/take") == ""


# What stands below the commands.


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["/note"], []),
        (["/note 電話済み"], ["send"]),
        (["/note", "/take"], []),
        (["/ask scope"], []),
        (["/ask id"], ["send"]),
        (["/take"], ["send"]),
        (["/status"], ["send"]),
    ],
)
def test_words_are_a_draft_unless_a_command_takes_them(lines: Sequence[str], codes: Sequence[str]) -> None:
    assert [one.code for one in planned(opened("disclosure"), *lines, text=WORDS).offers] == codes


def test_words_that_a_command_took_do_not_leave_beside_it() -> None:
    case = opened("inquiry")
    [one] = planned(case, "/note", "/close withdrawn", text="内部の事情です。").offers
    assert [(letter.template, letter.text) for letter in one.act.letters] == [("closure", "")]


def test_everyday_acts_come_first_and_the_rest_stands_on_them() -> None:
    case = opened("disclosure")
    found = planned(case, "/grant", "/type inquiry", text=WORDS)
    assert [one.name for one in found.at_once.events] == [Name.REQUEST_RECLASSIFIED]
    assert [one.name for one in found.offers[0].act.events] == [Name.REQUEST_DECIDED]


def test_weighty_acts_stand_on_those_before_them() -> None:
    assert refused(opened("disclosure"), "/grant", "/verify document", text=L6) == "no_identity"
    assert refused(opened("disclosure"), "/verify document", "/grant", text=L6) == ""


# The code that comes back.


def test_a_code_does_nothing_to_a_case_that_does_not_allow_it_any_more() -> None:
    case = opened("correct", identity=2)
    closing = planned(case, text=WORDS).offers[1]
    decided, _ = done(case, "/grant", text=WORDS)
    with pytest.raises(NotDone, match="no_request"):
        confirmed(decided, closing)
    moved = at_once(case, "/type disclosure")
    with pytest.raises(NotDone, match="no_identity"):
        confirmed(moved, closing)
    with pytest.raises(NotDone, match="no_identity"):
        confirmed(opened("correct"), closing)


def test_a_code_does_to_the_case_what_was_offered() -> None:
    case = opened("disclosure", "correct", identity=3)
    one = offered(case, "/refuse factual", text=filled(form("correction_result", "refused")))
    act = confirmed(case, one)
    assert (act.said, act.extras) == (one.act.said, one.act.extras)
    assert [(event.name, event.request) for event in act.events] == [
        (event.name, event.request) for event in one.act.events
    ]
    assert [(letter.template, letter.fields, letter.numbers) for letter in act.letters] == [
        (letter.template, letter.fields, letter.numbers) for letter in one.act.letters
    ]


def test_the_same_effect_has_the_same_keys_and_another_one_others() -> None:
    case = opened("inquiry")
    one = offered(case, text=WORDS)
    assert carry_out(scene(case), one.commands, one.text, "a") == carry_out(scene(case), one.commands, one.text, "a")
    keys = {confirmed(case, one, effect_id=effect_id).letters[0].key for effect_id in ("a", "b")}
    assert keys == {"letter:a:0", "letter:b:0"}


def test_a_letter_that_has_its_key_keeps_it() -> None:
    act = keyed(Act(letters=(LetterOrder("wait_agreed", "ask:7:x"), LetterOrder("relay", ""))), "e1")
    assert [one.key for one in act.letters] == ["ask:7:x", "letter:e1:1"]


def test_a_withdrawn_effect_leaves_no_trace_in_the_case() -> None:
    case = wrote(opened("correct", identity=2), now=NOW)
    before = case
    planned(case, "/grant", text=WORDS)
    planned(case, f"/merge {OTHER}", others=[opened("correct", ref=OTHER)])
    assert case == before


def test_every_command_of_the_desk_has_an_act_but_those_that_only_a_code_gives() -> None:
    assert set(COMMANDS) - set(EVERYDAY) - set(WEIGHTY) <= {"approve", "deny"}
    assert set(EVERYDAY) | set(WEIGHTY) <= set(COMMANDS)
    assert not set(EVERYDAY) & set(WEIGHTY)


@pytest.mark.parametrize("name", sorted(set(EVERYDAY) | set(WEIGHTY)))
def test_what_changes_nothing_outside_needs_no_code_and_the_rest_does(name: str) -> None:
    assert (COMMANDS[name].level is Level.STAFF) == (name in EVERYDAY)
