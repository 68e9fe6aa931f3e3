"""Weighs what cues, characters and encoder say of a mail into one calibrated verdict. Pure values.

The numbers come from `mailbot train`: a logistic weight for every signal of every kind, then one for the whole
set, fitted on mails that no part had learned from. The set's confidence is the chance that the set is right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log1p

from mailbot.core.classify import EVERYDAY, Reading, is_clean, verdict
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Verdict

CODES = tuple(code for code in KINDS if code != UNCLASSIFIED)
"""The kinds a mail may ask for, in the order of the table."""
FLAGS = (
    *("agent", "minor", "lawyer", "regulator", "police", "press", "threat", "third_identical_request"),
    *("wants_status", "withdraws"),
)
"""What the desk must know beside the kinds (labels of the desk)."""
CLIP = 8.0
"""Log-odds beyond this say no more."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What was found in one mail.

    `ngrams` and `encoder` are log-odds per code (kinds and flags); `encoder` is None where it was not asked.
    `by_cues` is what the cues alone say, made from the reading.
    """

    reading: Reading
    ngrams: Mapping[str, float]
    encoder: Mapping[str, float] | None = None
    by_cues: Verdict = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_cues", verdict(self.reading))


@dataclass(frozen=True, slots=True)
class Weights:
    """What `mailbot train` learned for one stage.

    `kinds` has the weights of `kind_signals` per code, `whole` those of `set_signals`, `sure_from` the confidence
    that reaches a precision, by that precision (as text, "0.95"); None where no confidence reaches it. Above
    `everyday_from` no right was ever taken for an everyday matter. `flags_from` are the log-odds that raise a flag.
    """

    kinds: Mapping[str, tuple[float, ...]]
    whole: tuple[float, ...]
    sure_from: Mapping[str, float | None]
    everyday_from: float
    flags_from: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The kinds chosen, in the order of the table, the log-odds of every kind, and the confidence of the set (0..1)."""

    kinds: tuple[str, ...]
    log_odds: Mapping[str, float]
    confidence: float


def weigh(signals: Signals, weights: Weights) -> Weighed:
    """Choose the set of kinds and say how sure it is."""
    log_odds = {code: dot(weights.kinds[code], kind_signals(signals, code)) for code in CODES}
    kinds = chosen(log_odds)
    confidence = sigmoid(dot(weights.whole, set_signals(signals, log_odds, kinds)))
    return Weighed(kinds, log_odds, round(confidence, 4))


def line_for(weights: Weights, precision: float, kinds: tuple[str, ...]) -> float | None:
    """Return the confidence from which such a set is right so often (0..1); None where that was never reached."""
    proved = sorted((float(reached), line) for reached, line in weights.sure_from.items())
    line = next((line for reached, line in proved if reached >= precision), None)
    return max(line, weights.everyday_from) if line is not None and EVERYDAY in kinds else line


def chosen(log_odds: Mapping[str, float]) -> tuple[str, ...]:
    """Return every kind more likely than not, the likeliest at least; an everyday matter stands alone."""
    rights = [code for code in CODES if code != EVERYDAY]
    best = max(rights, key=log_odds.__getitem__)
    if log_odds[EVERYDAY] >= log_odds[best]:
        return (EVERYDAY,)
    return tuple(code for code in rights if log_odds[code] >= 0 or code == best)


def kind_signals(signals: Signals, code: str) -> tuple[float, ...]:
    """Return the numbers that speak for or against one kind; the first is always 1."""
    cues = [cue for cue in signals.reading.cues if cue.kind == code]
    alive = [cue for cue in cues if not cue.is_dead]
    clean = max((cue.strength for cue in alive if is_clean(cue)), default=0.0)
    doubtful = max((cue.strength for cue in alive if not is_clean(cue)), default=0.0)
    own = (
        1.0,
        clip(signals.ngrams[code]),
        clean,
        doubtful,
        float(len(alive) < len(cues)),
        _said_for_sure(signals, code),
    )
    return own if signals.encoder is None else (*own, clip(signals.encoder[code]))


def _said_for_sure(signals: Signals, code: str) -> float:
    """Return 1 where the cues alone are sure of a kind, -1 where they are sure of others, else 0."""
    if not signals.by_cues.is_sure:
        return 0.0
    return 1.0 if any(one.kind == code for one in signals.by_cues.asked) else -1.0


def set_signals(signals: Signals, log_odds: Mapping[str, float], kinds: tuple[str, ...]) -> tuple[float, ...]:
    """Return the numbers that tell how likely the chosen set is right; the first is always 1."""
    by_cues = {one.kind for one in signals.by_cues.asked}
    left = [log_odds[code] for code in CODES if code not in kinds]
    weakest = min(clip(log_odds[code]) for code in kinds)
    strongest_left = clip(max(left))
    return (
        1.0,
        weakest,
        strongest_left,
        min(weakest, -strongest_left),
        float(by_cues == set(kinds)),
        float(bool(by_cues - set(kinds))),
        float(min(len(signals.reading.doubts), 3)),
        float(len(kinds) > 1),
        float(len(kinds) > 2),  # noqa: PLR2004 - one, two, many
        float(EVERYDAY in kinds),
        float(chosen(_kinds_of(signals.ngrams)) == kinds),
        float(signals.encoder is not None and chosen(_kinds_of(signals.encoder)) == kinds),
        log1p(signals.reading.sentences),
    )


def _kinds_of(log_odds: Mapping[str, float]) -> dict[str, float]:
    return {code: log_odds[code] for code in CODES}


def dot(weights: Iterable[float], numbers: Iterable[float]) -> float:
    """Return the weighted sum; raises ValueError where their numbers differ."""
    return sum(weight * number for weight, number in zip(weights, numbers, strict=True))


def sigmoid(log_odds: float) -> float:
    """Return the probability (0..1) of log-odds."""
    return 1 / (1 + exp(-clip(log_odds, 30.0)))


def clip(number: float, limit: float = CLIP) -> float:
    """Keep a number between minus and plus the limit; NaN is minus the limit, for it must not be taken as certain."""
    if number != number:  # noqa: PLR0124 - only NaN differs from itself
        return -limit
    return max(-limit, min(limit, number))
