"""Fits how cues, characters and encoder are weighed, and how sure the whole is; see `core/weighing.py`. Deterministic.

Everything here learns from answers about mails that the parts had not seen: each writer's mails are judged by parts
that learned from the other writers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mailbot.core.classify import EVERYDAY
from mailbot.core.judging import Evidence, veto
from mailbot.core.weighing import CODES, FLAGS, Signals, Weighed, Weights, chosen, dot, kind_signals, set_signals, weigh
from mailbot.learning.metrics import curve
from mailbot.learning.rows import Row, coarse

PRECISIONS = ("0.9", "0.93", "0.95", "0.97", "0.98", "0.99")
FEWEST_SURE = 25
"""A precision is only believed on so many mails."""
ROOM = 0.005
"""Added to the confidence of the surest right that was lost."""
CAUTION = 0.3
"""The share of the errors a precision allows that is kept back: mail of tomorrow is a little stranger than ours."""
SMOOTHING = 1.0
"""Wrong mails added to a count of sure ones, so that a lucky few do not set the line."""
STRENGTH = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """A row with what the parts said of it while they did not know it."""

    row: Row
    signals: Signals


def fit(examples: Sequence[Example], flag_signal: str) -> Weights:
    """Return the weights of one stage; `flag_signal` is "ngrams" or "encoder", from which flags are read."""
    kinds = {code: _kind(examples, code) for code in CODES}
    odds = [{code: dot(kinds[code], kind_signals(one.signals, code)) for code in CODES} for one in examples]
    whole = _whole(examples, odds)
    flags = {code: _flag_from(examples, flag_signal, code) for code in FLAGS}
    unproved = Weights(kinds, whole, {}, 0.0, flags)
    return replace(unproved, sure_from=sure_from(examples, unproved), everyday_from=everyday_from(examples, unproved))


def sure_from(examples: Sequence[Example], weights: Weights) -> dict[str, float | None]:
    """Return for each precision the least confidence that reaches it, None where none does."""
    pairs = [_routed(one, weigh(one.signals, weights)) for one in examples]
    points = curve([pair for pair in pairs if pair is not None])
    return {precision: _line(points, float(precision)) for precision in PRECISIONS}


def everyday_from(examples: Sequence[Example], weights: Weights) -> float:
    """Return the least confidence above which no right of the examples is taken for an everyday matter."""
    found = [(one.row, weigh(one.signals, weights)) for one in examples]
    lost = [weighed.confidence for row, weighed in found if weighed.kinds == (EVERYDAY,) and EVERYDAY not in row.labels]
    return round(max(lost, default=0.0) + ROOM, 4)


def _routed(example: Example, weighed: Weighed) -> tuple[float, bool] | None:
    """Return confidence and rightness of a mail, None where a doubt vetoes the automatic route."""
    mail = example.row.mail
    if veto(Evidence(mail, example.signals.reading, weighed, {}, str)):
        return None
    return weighed.confidence, coarse(weighed.kinds) == coarse(example.row.labels)


def _line(points: Sequence[tuple[float, float, float]], precision: float) -> float | None:
    good = [
        confidence
        for number, (confidence, _, reached) in enumerate(points, 1)
        if number >= FEWEST_SURE and (reached * number) / (number + SMOOTHING) >= precision + (1 - precision) * CAUTION
    ]
    return min(good, default=None)


def _kind(examples: Sequence[Example], code: str) -> tuple[float, ...]:
    numbers = np.array([kind_signals(one.signals, code) for one in examples])
    return _logistic(numbers, np.array([code in one.row.labels for one in examples]))


def _whole(examples: Sequence[Example], odds: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    sets = [chosen(one) for one in odds]
    numbers = np.array(
        [set_signals(one.signals, found, kinds) for one, found, kinds in zip(examples, odds, sets, strict=True)]
    )
    right = [coarse(kinds) == coarse(one.row.labels) for one, kinds in zip(examples, sets, strict=True)]
    return _logistic(numbers, np.array(right))


def _logistic(numbers: NDArray[Any], marks: NDArray[Any]) -> tuple[float, ...]:
    """Return weights for numbers whose first column is 1; all zero but a firm no where nothing is marked."""
    if len(set(marks.tolist())) == 1:
        return (8.0 if marks[0] else -8.0, *([0.0] * (numbers.shape[1] - 1)))
    model = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=2000).fit(numbers[:, 1:], marks)
    return (round(float(model.intercept_[0]), 5), *(round(float(weight), 5) for weight in model.coef_[0]))


def _flag_from(examples: Sequence[Example], signal: str, code: str) -> float:
    """Return the log-odds from which a flag is raised: where F1 over the examples is best."""
    odds = np.array([getattr(one.signals, signal)[code] for one in examples])
    marks = np.array([code in one.row.flags for one in examples])
    if not marks.any():
        return 8.0
    lines = np.unique(odds[marks])
    scored = [(_f1(marks, odds >= line), float(line)) for line in lines]
    return round(max(scored)[1], 4)


def _f1(marks: NDArray[np.bool_], raised: NDArray[np.bool_]) -> float:
    return 2 * float((marks & raised).sum()) / float(marks.sum() + raised.sum())
