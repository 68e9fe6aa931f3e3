"""Turns the cues found in a mail into what the cues alone say: which kinds are asked, how sure, which flags.

Pure values in and out. It is one voice of three, and the one that speaks where grammar is plain; what the desk
does is decided in `core/weighing.py` and `core/judging.py`. Source of the rules: the labelling rules of the desk.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import prod

from mailbot.core.message import Asked, Verdict

SURE_FROM = 0.75
"""The confidence of the whole set from which the cues are sure (0..1)."""

EVERYDAY = "not_for_us"
EVERYDAY_ACT = 0.85
"""The strength of an act on an everyday matter (to cancel a booking); a mere word is weaker."""
HINT = 0.55
"""Cues up to this strength (0..1) are never enough to be sure."""
EXACTER_THAN = {
    "correct": ("delete_item", "add", "stop_use"),
    "add": ("correct",),
    "delete_item": ("erase", "marketing_stop"),
    "marketing_stop": ("tp_stop",),
    "inquiry": ("incident_tip",),
}
DOUBT_COSTS = 0.6
LONG_MAIL_SENTENCES = 40


class Guard(StrEnum):
    """Why a cue may not be what it seems. `DEAD` ones never ask for anything; the others are doubts."""

    NEGATED = "negated"
    QUOTED = "quoted"
    WITHDRAWN = "withdrawn"
    PAST = "past"
    HOW = "how"
    POSSIBLE = "possible"
    CONDITIONAL = "conditional"
    OTHERS_WISH = "others_wish"
    EVERYDAY = "everyday"
    NO_WISH = "no_wish"


DEAD = frozenset({Guard.NEGATED, Guard.QUOTED, Guard.WITHDRAWN, Guard.PAST, Guard.HOW})


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks for a kind.

    `kind` is a code of `core.kinds`, `phrase` the words of the mail, `strength` 0..1 before guards,
    `sentence` counts from 0 (the subject), `flag` is a desk flag the cue raises by itself, or None.
    """

    kind: str
    phrase: str
    strength: float
    sentence: int
    guards: frozenset[Guard] = frozenset()
    flag: str | None = None

    @property
    def is_dead(self) -> bool:
        """Whether the writer does not ask for this now."""
        return bool(self.guards & DEAD)


@dataclass(frozen=True, slots=True)
class Flag:
    """A desk flag with the words that raised it."""

    code: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in one mail.

    `doubts` are short codes of what was not understood (never text of the mail), `sentences` the
    number of sentences read.
    """

    cues: tuple[Cue, ...] = ()
    flags: tuple[Flag, ...] = ()
    doubts: tuple[str, ...] = ()
    sentences: int = 0


def verdict(reading: Reading) -> Verdict:
    """Say what a mail asks by its cues alone: a set of kinds, or a best guess that is not sure.

    `asked` is ordered as in the mail and empty when no cue is alive; `confidence` falls with every
    doubt and rises with every agreeing cue. Raises nothing.
    """
    alive = _without_background([cue for cue in reading.cues if not cue.is_dead])
    asked = _asked(alive)
    confidence = _confidence(asked, _doubt_count(reading, alive))
    return Verdict(
        asked=asked,
        confidence=round(confidence, 3),
        is_sure=bool(asked) and confidence >= SURE_FROM,
        flags=tuple(flag_words(reading)),
        flag_phrases=tuple(dict.fromkeys(flag_words(reading).values())),
    )


def _without_background(cues: Sequence[Cue]) -> list[Cue]:
    """Drop everyday matters that are only mentioned beside a right, and questions beside a clear right."""
    proved = {cue.kind for cue in cues if is_clean(cue) and cue.strength > HINT}
    rights = [cue for cue in cues if is_clean(cue) and cue.kind in proved - {EVERYDAY, "inquiry"}]
    places = {cue.sentence for cue in rights}
    told = [cue for cue in cues if not ("complaint" in proved and cue.flag == "wants_status")]
    return [cue for cue in told if not (_is_hint(cue, proved) or (rights and _is_mention(cue, places)))]


def _is_mention(cue: Cue, right_sentences: Container[int]) -> bool:
    """Whether an everyday word only tells where the data come from: "the data of my card payment, delete them"."""
    is_only_a_word = cue.strength < EVERYDAY_ACT and cue.sentence in right_sentences
    return cue.kind == EVERYDAY and (Guard.NO_WISH in cue.guards or is_only_a_word)


def _is_hint(cue: Cue, proved: Container[str]) -> bool:
    """Whether a weak cue only repeats what a better one has said more exactly: "It is wrong. Delete it."."""
    return cue.strength <= HINT and any(kind in proved for kind in EXACTER_THAN.get(cue.kind, ()))


def is_clean(cue: Cue) -> bool:
    """Whether nothing at all speaks against the cue."""
    return not cue.guards


def _asked(cues: Iterable[Cue]) -> tuple[Asked, ...]:
    order = {kind: place for place, kind in enumerate(dict.fromkeys(cue.kind for cue in cues))}
    ordered = sorted(cues, key=lambda cue: order[cue.kind])
    return tuple(_one_asked(kind, list(group)) for kind, group in groupby(ordered, key=lambda cue: cue.kind))


def _one_asked(kind: str, cues: Sequence[Cue]) -> Asked:
    missing = prod(1 - _weight(cue) for cue in cues)
    phrases = tuple(dict.fromkeys(cue.phrase for cue in cues))
    return Asked(kind=kind, confidence=round(1 - missing, 3), because=phrases)


def _weight(cue: Cue) -> float:
    """Let a doubtful cue count, but never enough to be sure by itself."""
    return cue.strength * 0.45 ** len(cue.guards)


def _confidence(asked: Sequence[Asked], doubts: int) -> float:
    """Be as sure of the set as of its weakest member, less for every doubt."""
    if not asked:
        return 0.0
    return min(one.confidence for one in asked) * DOUBT_COSTS**doubts


def _doubt_count(reading: Reading, alive: Sequence[Cue]) -> int:
    kinds = {cue.kind for cue in alive}
    unproved = {cue.kind for cue in alive} - {cue.kind for cue in alive if is_clean(cue)}
    return (
        len(reading.doubts)
        + len(unproved)
        + (EVERYDAY in kinds and len(kinds) > 1)
        + ("inquiry" in kinds and len(kinds) > 1)
        + any(cue.guards & {Guard.QUOTED, Guard.OTHERS_WISH} for cue in reading.cues)
        + (reading.sentences > LONG_MAIL_SENTENCES)
    )


def flag_words(reading: Reading) -> dict[str, str]:
    """Return every flag with the first words that raised it."""
    found = [(flag.code, flag.phrase) for flag in reading.flags]
    found += [(cue.flag, cue.phrase) for cue in reading.cues if cue.flag]
    return dict(reversed([*dict(reversed(found)).items()]))
