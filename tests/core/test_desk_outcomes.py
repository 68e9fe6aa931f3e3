"""The outcomes of law §1: which a request may have, the letter each owes, and who must stand behind it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.desk.letterbook import FORMS, form_for
from mailbot.core.desk.levels import Level
from mailbot.core.desk.outcomes import OUTCOMES, allowed, owed
from mailbot.core.events import Name
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    GROUNDS,
    RULES,
    WORDS,
    confirmed,
    deciding,
    done,
    filled,
    form,
    offered,
    only,
    opened,
    refused,
    returned,
    taken,
)

# Law §1 and §3, typed out: kind -> outcome -> letter; `!` needs the manager (desk.md L4), `~` a person's own words may
# be the letter, `#` names a ground of the law's list.
_GIVEN_UP = {"withdrawn": "closure~", "lapsed": "closure~"}
_DISCLOSED = {"full": "disclosure!", "partial": "partial_disclosure!#", "refused": "refusal!#", "no_data": "no_data"}
_CORRECTED = {
    "full": "correction_result~",
    "partial": "correction_result!#",
    "refused": "correction_result!#",
    "no_data": "no_data",
}
_STOPPED = {
    "full": "suspension_result~",
    "partial": "suspension_result!#",
    "alternative": "suspension_result!",
    "refused": "suspension_result!#",
    "no_data": "no_data",
}
_HEARD = {"full": "complaint_reply~"}
LAW: dict[str, dict[str, str]] = {
    "purpose": {"full": "purpose_notice~", "refused": "purpose_notice!#"},
    "disclosure": _DISCLOSED,
    "tp_record": _DISCLOSED,
    "correct": _CORRECTED,
    "add": _CORRECTED,
    "delete_item": _CORRECTED,
    "stop_use": _STOPPED,
    "tp_stop": _STOPPED,
    "erase": _STOPPED | {"full": "suspension_result!"},
    "marketing_stop": {"full": "marketing_stopped~"},
    "complaint": _HEARD,
    "opinion": _HEARD,
    "incident_tip": _HEARD,
    "inquiry": {"full": "~"},
    "not_for_us": {"full": "~"},
    UNCLASSIFIED: {},
}
CELLS = list(product(KINDS, OUTCOMES))


def law(kind: str, outcome: str) -> str | None:
    return (LAW[kind] | _GIVEN_UP).get(outcome)


@pytest.mark.parametrize(("kind", "outcome"), CELLS)
def test_a_request_may_have_the_outcomes_of_the_law_and_owes_their_letters(kind: str, outcome: str) -> None:
    found, expected = owed(kind, outcome), law(kind, outcome)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert found.template == expected.rstrip("!~#")
    assert found.level is (Level.MANAGER if "!" in expected else Level.CODE)
    assert (found.in_own_words, found.names_ground) == ("~" in expected, "#" in expected)


def test_what_a_person_may_choose_is_what_the_law_knows() -> None:
    assert set(LAW) == set(KINDS)
    assert {kind: set(allowed(kind)) for kind in KINDS} == {kind: set(row) for kind, row in LAW.items()}


@pytest.mark.parametrize(("kind", "outcome"), CELLS)
def test_staff_can_give_exactly_these_outcomes(kind: str, outcome: str) -> None:
    case, expected = opened(kind, identity=3), law(kind, outcome)
    line, text = deciding(only(case), outcome)
    if expected is None:
        assert refused(case, line, text=text) in {"not_allowed", "unknown_ground"}
        return
    one = offered(case, line, text=text)
    [letter] = one.act.letters
    assert (letter.template, letter.outcome) == (expected.rstrip("!~#") or "relay", outcome)
    assert one.level is (Level.MANAGER if "!" in expected else Level.CODE)
    assert one.code == ("to_manager" if "!" in expected else "act")


@pytest.mark.parametrize(("kind", "outcome"), CELLS)
def test_own_words_are_an_answer_only_where_no_reason_is_owed(kind: str, outcome: str) -> None:
    case, expected = opened(kind, identity=3), law(kind, outcome)
    if expected is None or outcome in _GIVEN_UP:
        return
    line, _ = deciding(only(case), outcome)
    if "~" not in expected:
        assert refused(case, line, text=WORDS) == "missing"
        return
    [letter] = offered(case, line, text=WORDS).act.letters
    assert (letter.template, letter.text, letter.outcome, letter.numbers) == ("relay", WORDS, outcome, (1,))


@pytest.mark.parametrize(("kind", "outcome"), CELLS)
def test_a_letter_that_lacks_a_field_is_not_written(kind: str, outcome: str) -> None:
    expected = law(kind, outcome)
    template = (expected or "").rstrip("!~#")
    if not template or not any(field.is_required for field in form_for(template, outcome).fields):
        return
    case = opened(kind, identity=3)
    line, text = deciding(only(case), outcome)
    for field in form_for(template, outcome).fields:
        label = f"{field.ja}：ことば\n"
        assert (label in text) == field.is_required
        assert refused(case, line, text=text.replace(label, "")) == ("missing" if field.is_required else "")


@pytest.mark.parametrize("kind", [kind for kind, row in LAW.items() if "#" in str(row)])
@pytest.mark.parametrize("command", ["/partial", "/refuse"])
def test_a_ground_is_one_of_the_laws_list_for_that_right(kind: str, command: str) -> None:
    table = KINDS[kind].periods
    outcome = {"/partial": "partial", "/refuse": "refused"}[command]
    if law(kind, outcome) is None:
        return
    case = opened(kind, identity=3)
    text = filled(form(str(law(kind, outcome)).rstrip("!~#"), outcome))
    for ground in RULES.policy.grounds[table]:
        [event] = offered(case, f"{command} {ground}", text=text).act.events
        assert (event.name, event.data["ground"]) == (Name.REQUEST_DECIDED, ground)
    for other in set(GROUNDS.values()) - RULES.policy.grounds[table].keys():
        assert refused(case, f"{command} {other}", text=text) == "unknown_ground"


REPLACED = [
    ("disclosure", "/send L6", "full"),
    ("disclosure", "/send L7 33-2-1", "partial"),
    ("disclosure", "/send L8 33-2-1", "refused"),
    ("tp_record", "/send L9", "no_data"),
    ("correct", "/send L11", "full"),
    ("correct", "/send L11 evaluation", "refused"),
    ("stop_use", "/send L12", "full"),
    ("tp_stop", "/send 利用停止 no-ground", "refused"),
    ("marketing_stop", "/send L12M", "full"),
    ("purpose", "/send L13", "full"),
    ("purpose", "/send L13 32-2-evident", "refused"),
    ("complaint", "/send L14", "full"),
]


@pytest.mark.parametrize(("kind", "line", "outcome"), REPLACED)
def test_a_letter_that_decides_is_a_decision_by_another_name(kind: str, line: str, outcome: str) -> None:
    case = opened(kind, identity=3)
    template = str(law(kind, outcome)).rstrip("!~#")
    one = offered(case, line, text=filled(form(template, outcome)))
    assert (one.act.events[0].data["outcome"], one.act.letters[0].template) == (outcome, template)
    debt = owed(kind, outcome)
    assert debt is not None
    assert one.level is debt.level


WRONG_LETTERS = [
    ("correct", "/send L6", "not_allowed"),
    ("disclosure", "/send L11", "not_allowed"),
    ("correct", "/send L8 factual", "not_allowed"),
    ("disclosure", "/send L8", "unknown_ground"),
    ("disclosure", "/send L7", "unknown_ground"),
    ("disclosure", "/send L8 factual", "unknown_ground"),
    ("disclosure", "/send L6 33-2-2", "argument"),
    ("disclosure", "/send L9 33-2-2", "argument"),
    ("disclosure", "/send L5 quickly", "argument"),
]


@pytest.mark.parametrize(("kind", "line", "code"), WRONG_LETTERS)
def test_a_letter_that_does_not_fit_is_refused(kind: str, line: str, code: str) -> None:
    text = "".join(filled(one) for one in FORMS)
    assert refused(opened(kind, identity=3), line, text=text) == code


# Nothing closes without the letter it owes.


FATES = {
    "": (State.DECIDED, "the letter waits to leave"),
    "taken": (State.CLOSED, "the server took it"),
    "returned": (State.OPEN, "the server refused it"),
    "taken returned": (State.OPEN, "the server took it, and it came back"),
    "taken returned returned": (State.OPEN, "it came back twice"),
}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize(("kind", "outcome"), CELLS)
def test_a_request_is_closed_while_its_answer_is_with_the_requester(kind: str, outcome: str, fate: str) -> None:
    if law(kind, outcome) is None:
        return
    line, text = deciding(only(opened(kind, identity=3)), outcome)
    case, act = done(opened(kind, identity=3), line, text=text)
    for step in fate.split():
        case = {"taken": taken, "returned": returned}[step](case, *act.letters)
    expected, why = FATES[fate]
    assert only(case).state is expected, why
    assert case.is_open is (expected is not State.CLOSED)
    assert only(case).outcome == ("" if expected is State.OPEN else outcome)


@given(st.lists(st.sampled_from(sorted(LAW)), min_size=1, max_size=4, unique=True), st.permutations([0, 1, 2, 3]))
def test_a_case_closes_with_its_last_answer(kinds: list[str], order: list[int]) -> None:
    case = opened(*kinds, identity=3)
    for number in (one for one in order if one < len(case.requests)):
        request = case.requests[number]
        outcomes = [one for one in allowed(request.kind) if one != "no_data"]
        if not outcomes:
            return
        line, text = deciding(request, outcomes[-1])
        case, act = done(case, line, text=text)
        assert case.is_open
        case = taken(case, *act.letters)
    assert case.state is State.CLOSED


def test_requests_that_owe_the_same_letter_get_one_and_others_their_own() -> None:
    case = opened("correct", "add", "stop_use", identity=3)
    text = filled(form("correction_result", "full")) + filled(form("suspension_result", "full"))
    letters = offered(case, "/grant", text=text).act.letters
    assert [(one.template, one.numbers) for one in letters] == [
        ("correction_result", (1, 2)),
        ("suspension_result", (3,)),
    ]


def test_a_word_for_all_reaches_only_what_may_have_it() -> None:
    case = opened("disclosure", "marketing_stop", "correct", identity=3)
    one = offered(case, "/refuse factual", text=filled(form("correction_result", "refused")))
    assert [event.request for event in one.act.events] == [3]
    assert refused(case, "/refuse factual 2 3", text=filled(form("correction_result", "refused"))) == "unknown_ground"


def test_own_words_answer_several_requests_only_where_they_may_answer_each() -> None:
    assert refused(opened("correct", "erase", identity=3), "/grant", text=WORDS) == "missing"
    assert refused(opened("inquiry", "disclosure", identity=3), "/grant", text=WORDS) == "missing"
    [letter] = offered(opened("inquiry", "correct", identity=3), "/grant", text=WORDS).act.letters
    assert (letter.template, letter.numbers) == ("relay", (1, 2))


def test_a_question_is_answered_above_the_labels_of_the_letter_beside_it() -> None:
    case, labels = opened("inquiry", "disclosure", identity=3), filled(form("disclosure", "full"))
    one = offered(case, "/grant", text=f"{WORDS}\n{labels}")
    assert [(letter.template, letter.numbers, letter.text) for letter in one.act.letters] == [
        ("relay", (1,), WORDS),
        ("disclosure", (2,), ""),
    ]
    assert one.level is Level.MANAGER
    assert refused(case, "/grant", text=labels) == "needs_text"


def test_words_with_labels_fill_in_the_letter() -> None:
    text = f"{WORDS}\n{filled(form('correction_result', 'full'))}"
    [letter] = offered(opened("correct", identity=3), "/grant", text=text).act.letters
    assert (letter.template, letter.fields["content"]) == ("correction_result", "ことば")


def test_an_answer_to_a_question_may_hold_a_line_that_looks_like_a_label() -> None:
    words = "Name: the desk has it on file.\n宛名: 変更ありません。"
    [letter] = offered(opened("inquiry"), "/grant", text=words).act.letters
    assert (letter.template, letter.text) == ("relay", words)
    assert refused(opened("inquiry"), "/grant") == "needs_text"


@pytest.mark.parametrize("line", ["/grant 1", "/refuse factual 1", "/nodata 1"])
def test_what_is_decided_is_not_decided_again(line: str) -> None:
    case, _ = done(opened("correct", "inquiry", identity=2), "/grant 1", text=WORDS)
    assert refused(case, line, text=WORDS) == "no_request"


def test_every_decision_waits_for_the_very_letter_it_owes() -> None:
    case = opened("correct", "stop_use", identity=3)
    text = filled(form("correction_result", "full")) + filled(form("suspension_result", "full"))
    act = confirmed(case, offered(case, "/grant", text=text), effect_id="e9")
    assert [letter.key for letter in act.letters] == ["letter:e9:0", "letter:e9:1"]
    assert [(event.request, event.data["mail"]) for event in act.events] == [(1, "letter:e9:0"), (2, "letter:e9:1")]
    case = opened("inquiry", identity=3)
    act = confirmed(case, offered(case, "/grant", "/send L10", text=filled(form("method_change"))), effect_id="e9")
    assert [(letter.template, letter.key) for letter in act.letters] == [
        ("relay", "letter:e9:0"),
        ("method_change", "letter:e9:1"),
    ]
    assert act.events[0].data["mail"] == "letter:e9:0"
