"""The figures, on answers small enough to count by hand."""

import pytest

from mailbot.learning.metrics import calibration_error, curve, f1_by_label, macro_f1, score
from tests.learning.written import answer

Pairs = list[tuple[frozenset[str], frozenset[str]]]


def pairs(*told: tuple[str, str]) -> Pairs:
    return [(frozenset(truth.split()), frozenset(found.split())) for truth, found in told]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((("a", "a"), ("b", "b")), {"a": 1.0, "b": 1.0}),
        ((("a", "b"), ("b", "b")), {"a": 0.0, "b": 2 / 3}),
        ((("a b", "a"), ("b", "a b")), {"a": 2 / 3, "b": 2 / 3}),
        ((("a", "a c"),), {"a": 1.0}),
    ],
)
def test_f1_counts_hits_against_misses_and_false_alarms(
    told: tuple[tuple[str, str], ...], expected: dict[str, float]
) -> None:
    found = f1_by_label(pairs(*told))
    assert found == pytest.approx(expected)
    assert macro_f1(pairs(*told)) == pytest.approx(sum(expected.values()) / len(expected))


@pytest.mark.parametrize(
    ("truth", "told", "right", "lost"),
    [
        ("erase", "erase", True, False),
        ("purpose", "disclosure", True, False),
        ("erase", "disclosure", False, False),
        ("erase", "not_for_us", False, True),
        ("erase correct", "not_for_us", False, True),
        ("not_for_us", "not_for_us", True, False),
        ("not_for_us", "erase", False, False),
        ("erase", "", False, False),
    ],
)
def test_a_request_is_lost_only_where_a_right_was_taken_for_an_everyday_matter(
    truth: str, told: str, *, right: bool, lost: bool
) -> None:
    one = answer(truth, told)
    assert (one.is_right, one.is_lost) == (right, lost)


def test_the_classes_may_be_right_where_the_kinds_are_not() -> None:
    found = score([answer("purpose", "disclosure"), answer("erase", "erase")])
    assert (found.exact, found.leaf_exact) == (1.0, 0.5)
    assert (found.coarse_f1, found.leaf_f1) == (1.0, 0.5)


def test_precision_and_losses_without_a_person_count_the_sure_answers_alone() -> None:
    found = score(
        [
            answer("erase", "erase", is_sure=True),
            answer("erase", "not_for_us", is_sure=True),
            answer("erase", "not_for_us"),
            answer("erase", "erase"),
        ]
    )
    assert (found.mails, found.sure, found.precision, found.lost, found.sure_lost) == (4, 0.5, 0.5, 2, 1)


def test_nobody_is_right_or_wrong_where_nothing_was_sure() -> None:
    assert score([answer("erase", "erase")]).precision is None


def test_no_answers_have_no_score() -> None:
    with pytest.raises(ValueError, match="nothing to score"):
        score([])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(1.0, True), (1.0, True)], 0.0),
        ([(0.9, True), (0.9, False)], 0.4),
        ([(0.05, True), (0.95, False)], 0.95),
        ([(0.5, True), (0.52, False)], 0.01),
        ([(0.3, False)], 0.3),
    ],
)
def test_calibration_compares_confidence_with_rightness_bin_by_bin(
    told: list[tuple[float, bool]], expected: float
) -> None:
    assert calibration_error(told) == pytest.approx(expected)


def test_the_curve_goes_from_the_surest_answer_down() -> None:
    assert curve([(0.2, True), (0.9, True), (0.5, False)]) == [
        (0.9, pytest.approx(1 / 3), 1.0),
        (0.5, pytest.approx(2 / 3), 0.5),
        (0.2, 1.0, pytest.approx(2 / 3)),
    ]
