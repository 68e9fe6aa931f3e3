"""What is weighed: numbers in, a set of kinds and its confidence out."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.classify import EVERYDAY, Cue, Guard, Reading
from mailbot.core.weighing import (
    CLIP,
    CODES,
    FLAGS,
    Signals,
    Weights,
    chosen,
    clip,
    dot,
    kind_signals,
    line_for,
    set_signals,
    sigmoid,
    weigh,
)

RIGHTS = [code for code in CODES if code != EVERYDAY]
NUMBERS = st.floats(allow_nan=False)
ODDS = st.fixed_dictionaries(dict.fromkeys(CODES, st.floats(-20, 20)))
ANY_ODDS = st.fixed_dictionaries(dict.fromkeys(CODES, NUMBERS))
GUARDS = st.frozensets(st.sampled_from(Guard), max_size=2)
CUES = st.builds(Cue, st.sampled_from(CODES), st.just("words"), st.floats(0, 1), st.integers(0, 5), GUARDS)
READINGS = st.builds(
    Reading,
    cues=st.lists(CUES, max_size=6).map(tuple),
    doubts=st.lists(st.just("doubt"), max_size=5).map(tuple),
    sentences=st.integers(0, 500),
)
SIGNALS = st.builds(Signals, READINGS, ODDS, st.none() | ODDS)
OWN, WHOLE = 6, 13
"""The lengths of the signals of a kind without the encoder, and of the set; saved weights depend on them."""


def odds(default: float = -3.0, **numbers: float) -> dict[str, float]:
    return {**dict.fromkeys(CODES, default), **numbers}


def weights(signals: Signals, kind: float = 1.0, whole: float = 1.0) -> Weights:
    """Make weights that are all alike."""
    length = len(kind_signals(signals, "erase"))
    return Weights(dict.fromkeys(CODES, (kind,) * length), (whole,) * WHOLE, {}, 0.0, {})


def cue(kind: str, strength: float = 0.85, *guards: Guard) -> Cue:
    return Cue(kind, "words", strength, 1, frozenset(guards))


# --- chosen ---


@pytest.mark.parametrize(
    ("numbers", "kinds"),
    [
        ({}, ("not_for_us",)),
        ({"not_for_us": -4.0}, ("purpose",)),
        ({"erase": -1.0}, ("erase",)),
        ({"erase": 0.0, "correct": 2.0}, ("correct", "erase")),
        ({"erase": -0.01, "correct": 2.0}, ("correct",)),
        ({"not_for_us": 1.0}, ("not_for_us",)),
        ({"not_for_us": 1.0, "erase": 1.0}, ("not_for_us",)),
        ({"not_for_us": 1.0, "erase": 1.1, "complaint": 0.2}, ("erase", "complaint")),
        ({"not_for_us": -1.0, "erase": -2.0}, ("not_for_us",)),
    ],
)
def test_every_kind_more_likely_than_not_is_chosen(numbers: dict[str, float], kinds: tuple[str, ...]) -> None:
    assert set(chosen(odds(**numbers))) == set(kinds)


@given(ANY_ODDS)
def test_the_kinds_chosen_are_some_each_once_in_the_order_of_the_table(numbers: dict[str, float]) -> None:
    kinds = chosen(numbers)
    assert kinds
    assert list(kinds) == [code for code in CODES if code in kinds]


@given(ANY_ODDS)
def test_an_everyday_matter_stands_alone(numbers: dict[str, float]) -> None:
    kinds = chosen(numbers)
    assert (EVERYDAY in kinds) == (kinds == (EVERYDAY,)) == (numbers[EVERYDAY] >= max(numbers[one] for one in RIGHTS))


@given(ANY_ODDS, st.randoms())
def test_the_order_of_the_numbers_never_matters(numbers: dict[str, float], random: object) -> None:
    items = list(numbers.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert chosen(dict(items)) == chosen(numbers)


# --- the signals of a kind ---


@pytest.mark.parametrize(
    ("cues", "numbers"),
    [
        ([], (0.0, 0.0, 0.0, 0.0)),
        ([cue("erase", 0.8), cue("erase", 0.6)], (0.8, 0.0, 0.0, 1.0)),
        ([cue("erase", 0.7, Guard.POSSIBLE)], (0.0, 0.7, 0.0, 0.0)),
        ([cue("erase", 0.9, Guard.NEGATED)], (0.0, 0.0, 1.0, 0.0)),
        ([cue("erase", 0.5), cue("erase", 0.9, Guard.NO_WISH), cue("erase", 1.0, Guard.PAST)], (0.5, 0.9, 1.0, 0.0)),
        ([cue("correct")], (0.0, 0.0, 0.0, -1.0)),
    ],
)
def test_clean_doubtful_and_dead_cues_of_a_kind_are_told_apart(cues: list[Cue], numbers: tuple[float, ...]) -> None:
    found = kind_signals(Signals(Reading(tuple(cues)), odds(erase=1.5)), "erase")
    assert found == (1.0, 1.5, *numbers)


def test_the_encoder_adds_one_number_and_none_where_it_was_not_asked() -> None:
    alone = Signals(Reading(), odds(erase=99.0))
    asked = replace(alone, encoder=odds(erase=-99.0))
    assert kind_signals(alone, "erase") == (1.0, CLIP, 0.0, 0.0, 0.0, 0.0)
    assert kind_signals(asked, "erase") == (*kind_signals(alone, "erase"), -CLIP)


@given(SIGNALS)
def test_every_kind_has_as_many_signals_led_by_one(signals: Signals) -> None:
    for code in CODES:
        found = kind_signals(signals, code)
        assert len(found) == OWN + (signals.encoder is not None)
        assert found[0] == 1.0
        assert all(abs(number) <= CLIP for number in found)


@given(SIGNALS)
def test_the_order_of_the_cues_never_matters(signals: Signals) -> None:
    turned = replace(signals, reading=replace(signals.reading, cues=signals.reading.cues[::-1]))
    same = weights(signals, 0.3, 0.2)
    assert [kind_signals(turned, code) for code in CODES] == [kind_signals(signals, code) for code in CODES]
    assert weigh(turned, same) == weigh(signals, same)


# --- the signals of the set ---


@given(SIGNALS, ODDS)
def test_the_set_has_as_many_signals_with_and_without_the_encoder(signals: Signals, numbers: dict[str, float]) -> None:
    kinds = chosen(numbers)
    found = set_signals(signals, numbers, kinds)
    assert len(found) == len(set_signals(replace(signals, encoder=None), numbers, kinds)) == WHOLE
    assert found[0] == 1.0
    assert all(math.isfinite(number) for number in found)


def test_each_signal_of_the_set_says_what_it_is_for() -> None:
    reading = Reading((cue("erase"), cue("purpose")), doubts=("a",) * 9, sentences=3)
    numbers = odds(erase=2.0, correct=1.0, complaint=5.0)
    found = set_signals(Signals(reading, numbers, odds(erase=1.0)), numbers, ("correct", "erase", "complaint"))
    by_cues = (0.0, 1.0)
    assert found == (1.0, 1.0, -3.0, 1.0, *by_cues, 3.0, 1.0, 1.0, 0.0, 1.0, 0.0, math.log1p(3))


def test_cues_that_say_the_same_agree_with_the_set() -> None:
    numbers = odds(erase=2.0)
    found = set_signals(Signals(Reading((cue("erase"),)), numbers, numbers), numbers, ("erase",))
    assert found[4:6] == (1.0, 0.0)


def test_a_kind_without_a_cue_is_no_cue_without_its_kind() -> None:
    numbers = odds(erase=2.0, correct=1.0)
    found = set_signals(Signals(Reading((cue("erase"),)), numbers, numbers), numbers, ("correct", "erase"))
    assert found[4:6] == (0.0, 0.0)
    assert found[9:12] == (0.0, 1.0, 1.0)


def test_an_everyday_set_says_so() -> None:
    numbers = odds(not_for_us=2.0)
    assert set_signals(Signals(Reading(), numbers), numbers, (EVERYDAY,))[9] == 1.0


# --- weigh ---


@given(SIGNALS, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_confidence_is_a_probability(signals: Signals, kind: float, whole: float) -> None:
    found = weigh(signals, weights(signals, kind, whole))
    assert 0 <= found.confidence <= 1
    assert found.kinds == chosen(found.log_odds)
    assert found.log_odds.keys() == set(CODES)


@given(SIGNALS, st.sampled_from(CODES), st.floats(0, 1), GUARDS, st.floats(0, 5))
def test_another_cue_never_lowers_the_log_odds_of_its_kind_but_for_what_it_does_to_the_sureness_of_all(
    signals: Signals, code: str, strength: float, guards: frozenset[Guard], weight: float
) -> None:
    more = replace(signals.reading, cues=(*signals.reading.cues, Cue(code, "words", strength, 1, guards)))
    same = weights(signals, weight)
    same = replace(same, kinds={one: (*found[: OWN - 1], 0.0, *found[OWN:]) for one, found in same.kinds.items()})
    before, after = weigh(signals, same).log_odds, weigh(replace(signals, reading=more), same).log_odds
    assert after[code] >= before[code]
    assert {one: after[one] for one in CODES if one != code} == {one: before[one] for one in CODES if one != code}


@given(SIGNALS, st.sampled_from(CODES), st.floats(0, 30), st.floats(0, 5))
def test_likelier_characters_never_lower_the_log_odds(signals: Signals, code: str, more: float, weight: float) -> None:
    likelier = replace(signals, ngrams={**signals.ngrams, code: signals.ngrams[code] + more})
    same = weights(signals, weight)
    assert weigh(likelier, same).log_odds[code] >= weigh(signals, same).log_odds[code]


def test_weights_of_another_stage_are_refused() -> None:
    alone = Signals(Reading(), odds())
    with pytest.raises(ValueError, match="longer"):
        weigh(replace(alone, encoder=odds()), weights(alone))


def test_the_codes_are_the_kinds_but_unclassified_and_no_flag_is_a_kind() -> None:
    assert "unclassified" not in CODES
    assert EVERYDAY in CODES
    assert not set(FLAGS) & set(CODES)


# --- the line ---


@pytest.mark.parametrize(
    ("precision", "line"),
    [(0.5, 0.3), (0.9, 0.3), (0.91, 0.6), (0.95, 0.6), (0.96, None), (0.98, None), (0.99, None)],
)
def test_the_line_is_that_of_the_next_precision_that_was_proved(precision: float, line: float | None) -> None:
    proved = json.loads('{"0.98": null, "0.95": 0.6, "0.9": 0.3}')
    assert line_for(Weights({}, (), proved, 0.0, {}), precision, ("erase",)) == line


def test_nothing_proved_draws_no_line() -> None:
    assert line_for(Weights({}, (), {}, 0.0, {}), 0.0, ("erase",)) is None


def test_an_everyday_matter_needs_more_than_any_right_that_was_ever_lost() -> None:
    weights = Weights({}, (), {"0.95": 0.8}, 0.97, {})
    assert line_for(weights, 0.95, ("not_for_us",)) == 0.97
    assert line_for(weights, 0.95, ("inquiry",)) == 0.8
    assert line_for(weights, 0.99, ("not_for_us",)) is None


# --- numbers ---


@pytest.mark.parametrize(
    ("number", "limit", "kept"),
    [
        (0.0, 8.0, 0.0),
        (9.0, 8.0, 8.0),
        (-9.0, 8.0, -8.0),
        (math.inf, 8.0, 8.0),
        (-math.inf, 8.0, -8.0),
        (7.9, 8.0, 7.9),
    ],
)
def test_a_number_is_kept_between_its_limits(number: float, limit: float, kept: float) -> None:
    assert clip(number, limit) == kept


def test_what_is_no_number_never_speaks_for_a_kind() -> None:
    assert clip(math.nan) == -CLIP
    assert sigmoid(math.nan) < 1e-12


@given(NUMBERS)
def test_a_sigmoid_is_a_probability_and_its_opposite_the_rest(number: float) -> None:
    assert 0 <= sigmoid(number) <= 1
    assert sigmoid(number) + sigmoid(-number) == pytest.approx(1)


@given(NUMBERS, NUMBERS)
def test_a_sigmoid_never_falls(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert sigmoid(low) <= sigmoid(high)


def test_a_sigmoid_is_even_at_zero_and_nearly_certain_far_out() -> None:
    assert sigmoid(0) == 0.5
    assert 0 < sigmoid(-math.inf) < 1e-12
    assert 1 - 1e-12 < sigmoid(math.inf) <= 1


def test_a_sum_wants_a_weight_for_every_number() -> None:
    assert dot([2, 3], [5, 7]) == 31
    with pytest.raises(ValueError, match="longer"):
        dot([1], [1, 2])
