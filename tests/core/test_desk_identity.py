"""Who somebody is: how far each check reaches, what comes only after it, who may do without (law §1, threats A9)."""

import pytest

from mailbot.core.desk.identity import METHODS, lacks_identity, tier_needed
from mailbot.core.desk.levels import Level
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.request import Request
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    RULES,
    WORDS,
    asked,
    days_later,
    deciding,
    done,
    filled,
    form,
    offered,
    only,
    opened,
    refused,
)

TIERS = {
    0: {"marketing_stop", "complaint", "opinion", "incident_tip", "inquiry", "not_for_us"},
    1: {"purpose"},
    2: {"correct", "add", "delete_item", "stop_use", "tp_stop"},
    3: {"disclosure", "tp_record", "erase", UNCLASSIFIED},
}
"""Law §1; what nobody has classified yet may be anything."""
REACH = {"reply": 1, "facts": 2, "document": 3, "post": 3, "waive": 3}
WITHOUT_CHECK = {"refused", "withdrawn", "lapsed"}
"""Outcomes that say nothing of whether there are any data."""


def requests(*kinds: str) -> tuple[Request, ...]:
    return tuple(Request(number, kind, KINDS[kind].right, State.OPEN) for number, kind in enumerate(kinds, 1))


@pytest.mark.parametrize(("tier", "kinds"), TIERS.items())
def test_each_right_needs_the_tier_of_the_law(tier: int, kinds: set[str]) -> None:
    assert {kind for kind in KINDS if tier_needed(requests(kind), RULES.policy) == tier} == kinds


def test_several_rights_need_the_highest_and_none_needs_none() -> None:
    assert tier_needed(requests("inquiry", "correct", "purpose"), RULES.policy) == 2
    assert tier_needed((), RULES.policy) == 0


@pytest.mark.parametrize(("method", "tier"), REACH.items())
def test_each_check_reaches_its_tier_and_only_a_waiver_needs_the_manager(method: str, tier: int) -> None:
    assert METHODS.keys() == REACH.keys()
    case, act = done(opened("disclosure"), f"/verify {method}")
    assert (case.identity, act.events[0].data) == (tier, {"method": method, "tier": tier})
    level = Level.MANAGER if method == "waive" else Level.CODE
    assert offered(opened("disclosure"), f"/verify {method}").level is level
    for kind in KINDS:
        assert lacks_identity(case, requests(kind), RULES.policy) is (tier_needed(requests(kind), RULES.policy) > tier)


OUTCOMES = [
    *(("disclosure", one) for one in ("full", "partial", "refused", "no_data")),
    *(("erase", one) for one in ("full", "partial", "alternative", "refused", "no_data")),
    *(("correct", one) for one in ("full", "partial", "refused", "no_data")),
    *(("purpose", one) for one in ("full", "refused", "withdrawn", "lapsed")),
    *(("marketing_stop", "full"), ("complaint", "full"), ("inquiry", "full")),
]


@pytest.mark.parametrize("tier", [None, 1, 2, 3])
@pytest.mark.parametrize(("kind", "outcome"), OUTCOMES)
def test_nothing_is_done_with_data_nor_said_of_them_before_the_check(kind: str, outcome: str, tier: int | None) -> None:
    case = opened(kind, identity=tier)
    line, text = deciding(only(case), outcome)
    is_enough = (tier or 0) >= tier_needed(case.requests, RULES.policy)
    assert refused(case, line, text=text) == ("" if is_enough or outcome in WITHOUT_CHECK else "no_identity")


def test_a_letter_that_discloses_is_no_way_round_the_check() -> None:
    assert refused(opened("disclosure", identity=2), "/send L6", text=filled(form("disclosure", "full"))) == (
        "no_identity"
    )


def test_an_answer_that_would_need_a_document_is_never_offered_on_matching_facts() -> None:
    assert refused(opened("erase"), "/verify facts", "/grant", text=WORDS) == "no_identity"


def test_a_new_address_is_nobody_known_yet() -> None:
    case, act = done(opened("disclosure", identity=3), "/to new@requester.example")
    assert (case.identity, act.extras[0].values) == (None, ("new@requester.example",))
    assert refused(case, "/grant", text=filled(form("disclosure", "full"))) == "no_identity"
    assert refused(opened("disclosure", identity=3), "/to new@requester.example", "/grant", text=WORDS) == "no_identity"


def test_a_check_lets_the_clock_that_waited_for_it_run_again_and_no_other() -> None:
    case = asked(asked(opened("disclosure", "correct"), "id 1"), "wait 2")
    case, _ = done(case, "/verify document", now=days_later(1))
    assert [(one.state, one.pause) for one in case.requests] == [
        (State.OPEN, ""),
        (State.PAUSED, "requester_asked_to_wait"),
    ]
