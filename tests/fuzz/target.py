"""What a fuzz target is: where its inputs begin, how they change, what is read of them, and what must then hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.mutate import Change

CORPUS = Path(__file__).parents[1] / "corpus"
KEPT = Path(__file__).parent / "kept"


@dataclass(frozen=True, slots=True)
class Target:
    """`read` is the code under test and has to be quick; `judge` raises where its result breaks a promise.

    `mail_of` turns an input into a mail that shows the same, for the corpus; where `is_mail` is false there is none,
    and the input itself is kept.
    """

    seeds: Callable[[], Iterator[bytes]]
    changes: Sequence[Change]
    read: Callable[[bytes], Any]
    judge: Callable[[bytes, Any], None]
    mail_of: Callable[[bytes], bytes] = bytes
    is_mail: bool = True


def corpus_mails() -> Iterator[bytes]:
    """Yield the mails of the corpus; they are read, never written."""
    for path in sorted(CORPUS.rglob("*.eml")):
        yield path.read_bytes()


def kept_inputs(name: str) -> Iterator[bytes]:
    """Yield what once showed a fault of a target that is told by no mail; a file is named by what it proves."""
    for path in sorted((KEPT / name).glob("*.bin")):
        yield path.read_bytes()


def assembled(count: int, make: Callable[[Random], bytes]) -> Iterator[bytes]:
    """Yield inputs to begin with where the corpus has none of their kind: the same on every run."""
    return (make(Random(number)) for number in range(count))  # noqa: S311 - chooses test data
