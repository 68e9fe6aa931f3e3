"""The words found in a sentence, by sense, and the rules that join them into cues. Plain values."""

from collections.abc import Iterable
from dataclasses import dataclass, field

ACTS = frozenset({"show", "stop", "erase", "fix", "add", "give", "use", "no_give", "no_send", "no_use", "unwanted"})
OBJECTS = frozenset({"data", "info", "field", "account", "ads", "third", "purpose", "record", "own"})
"""The senses of what is to be done, and of what it is to be done to."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a known sense: `start` and `end` are token numbers, `at` the character where it begins."""

    sense: str
    text: str
    start: int
    end: int
    at: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What must come together to speak for a kind.

    `objects` and `acts` must be bound to each other (either may be empty); every set of `also` must
    have a word in the sentence and `unless` none; `mood` is `wish`, `ask` (a wish or a question) or
    `any`; `is_plain` wants an object that is not itself part of another one ("purpose of my data").
    """

    kind: str
    strength: float = 0.85
    objects: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    also: tuple[frozenset[str], ...] = ()
    unless: frozenset[str] = frozenset()
    mood: str = "wish"
    is_plain: bool = False
    flag: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence as its known words, in order; `act_follows` when the language puts the object first (Japanese).

    A silent one is a formula or a title: it raises no cue and no doubt.
    """

    number: int
    text: str
    words: tuple[Word, ...]
    act_follows: bool
    is_silent: bool = False
    senses: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "senses", frozenset(word.sense for word in self.words))

    def having(self, senses: Iterable[str]) -> list[Word]:
        """Return the words of any of the senses, in order."""
        wanted = frozenset(senses)
        return [word for word in self.words if word.sense in wanted]
