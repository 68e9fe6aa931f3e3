"""What a set of verdicts is worth: F1, exact sets, lost requests, coverage, precision, calibration. Pure values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mailbot.core.classify import EVERYDAY
from mailbot.learning.rows import Row, coarse

Kinds = frozenset[str]
BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of a row: the kinds, the confidence of the set (0..1), and whether it went without a person."""

    row: Row
    kinds: Kinds
    confidence: float = 0.0
    is_sure: bool = False
    flags: frozenset[str] = frozenset()

    @property
    def is_right(self) -> bool:
        """Whether the user's classes are exactly those a person read."""
        return coarse(self.kinds) == coarse(self.row.kinds)

    @property
    def is_lost(self) -> bool:
        """Whether a right was taken for an everyday matter."""
        return self.kinds == {EVERYDAY} and EVERYDAY not in self.row.kinds


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one model on one set; shares 0..1, `precision` None where nothing was routed automatically."""

    mails: int
    coarse_f1: float
    exact: float
    leaf_f1: float
    leaf_exact: float
    lost: int
    sure: float
    precision: float | None
    sure_lost: int
    calibration_error: float


def score(answers: Sequence[Answer]) -> Score:
    """Return every figure of some answers; raises ValueError for none."""
    if not answers:
        raise ValueError("nothing to score")
    sure = [answer for answer in answers if answer.is_sure]
    return Score(
        mails=len(answers),
        coarse_f1=macro_f1([(coarse(one.row.kinds), coarse(one.kinds)) for one in answers]),
        exact=share(answers, lambda one: one.is_right),
        leaf_f1=macro_f1([(one.row.kinds, one.kinds) for one in answers]),
        leaf_exact=share(answers, lambda one: one.row.kinds == one.kinds),
        lost=sum(one.is_lost for one in answers),
        sure=len(sure) / len(answers),
        precision=share(sure, lambda one: one.is_right) if sure else None,
        sure_lost=sum(one.is_lost for one in sure),
        calibration_error=calibration_error([(one.confidence, one.is_right) for one in answers]),
    )


def share(answers: Sequence[Answer], wanted: Callable[[Answer], bool]) -> float:
    """Return the share of answers that are as wanted."""
    return sum(map(wanted, answers)) / len(answers)


def f1_by_label(pairs: Sequence[tuple[Kinds, Kinds]]) -> dict[str, float]:
    """Return F1 of every label that stands in the truth; `pairs` are (truth, answer)."""
    return {label: _f1(label, pairs) for label in sorted({label for truth, _ in pairs for label in truth})}


def macro_f1(pairs: Sequence[tuple[Kinds, Kinds]]) -> float:
    """Return the mean F1 of the labels that stand in the truth."""
    found = f1_by_label(pairs)
    return sum(found.values()) / len(found)


def _f1(label: str, pairs: Iterable[tuple[Kinds, Kinds]]) -> float:
    marks = [(label in truth, label in answer) for truth, answer in pairs]
    both, either = sum(one and other for one, other in marks), sum(one + other for one, other in marks)
    return 2 * both / either if either else 0.0


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error over `BINS` equal bins of confidence (0..1)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in pairs:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, is_right))
    gaps = [abs(sum(confidence - is_right for confidence, is_right in group)) for group in bins.values()]
    return sum(gaps) / len(pairs)


def curve(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float, float]]:
    """Return (confidence, coverage, precision) for every confidence taken as the line, from the surest down."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    points, right = [], 0
    for number, (confidence, is_right) in enumerate(ordered, 1):
        right += is_right
        points.append((confidence, number / len(ordered), right / number))
    return points
