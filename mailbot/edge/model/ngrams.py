"""The fast path: a linear model over the character n-grams of subject and newest words. Numbers only, numpy only.

Japanese and English share one table: `features` maps an n-gram to its row; a row holds one weight per code.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.sentences import MailText, folded, own_subject
from mailbot.edge.model.notes import notes_of

LONGEST = 5
"""Characters of the longest n-gram."""
MAX_CHARACTERS = 4_000

_BLANKS = re.compile(r"\s+")

_ARRAYS = ("idf", "weights", "bias")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """Weights of the n-grams. `idf` has a number per feature, `weights` a row per feature and a column per code."""

    codes: tuple[str, ...]
    features: dict[str, int]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats

    def log_odds(self, text: str) -> dict[str, float]:
        """Return the log-odds of every code for a text; the bias alone where no n-gram is known."""
        rows, values = vector(text, self.features, self.idf)
        found = self.bias + values @ self.weights[rows].astype(np.float32) if len(rows) else self.bias
        return dict(zip(self.codes, map(float, found), strict=True))

    def log_odds_of(self, text: str, code: str) -> float:
        """Return the log-odds of one code for a text."""
        rows, values = vector(text, self.features, self.idf)
        column = self.codes.index(code)
        return float(self.bias[column] + values @ self.weights[rows, column].astype(np.float32))


def text_of(mail: MailText) -> str:
    """Return what is counted of a mail: the subject and the newest words, in one line."""
    return squeezed(f"{own_subject(mail)}\n{mail.reply_text[:MAX_CHARACTERS]}")


def squeezed(text: str) -> str:
    """Return a text in one line of small letters, with widths and quotes folded."""
    return _BLANKS.sub(" ", folded(text)).lower().strip()


def ngrams(text: str) -> Counter[str]:
    """Count the character n-grams of one to `LONGEST` characters."""
    padded = f" {text} "
    ends = range(1, LONGEST + 1)
    return Counter([padded[at : at + size] for size in ends for at in range(len(padded) - size + 1)])


def vector(text: str, features: dict[str, int], idf: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the rows of the known n-grams and their values: sublinear counts times `idf`, of length 1."""
    found = [(features[gram], 1 + math.log(count)) for gram, count in ngrams(text).items() if gram in features]
    rows = np.array([row for row, _ in found], dtype=np.int64)
    values = np.array([count for _, count in found], dtype=np.float32) * idf[rows]
    length = float(np.linalg.norm(values))
    return rows, values / length if length else values


@Pipeline.factory("desk_ngrams")
def make_desk_ngrams(nlp: Pipeline, name: str) -> "DeskNgrams":  # noqa: ARG001 - spaCy's factory signature
    """Make the component without weights; `from_disk` or the trainer gives it some."""
    return DeskNgrams()


class DeskNgrams:
    """Writes the log-odds of the fast path into the notes of a mail."""

    def __init__(self) -> None:
        self.linear = Linear((), {}, np.zeros(0, np.float32), np.zeros((0, 0), np.float16), np.zeros(0, np.float32))

    def __call__(self, doc: Doc) -> Doc:
        """Judge the mail by its characters."""
        notes = notes_of(doc)
        notes.ngrams = self.linear.log_odds(text_of(notes.mail))
        return doc

    def best_sentence(self, sentences: Sequence[str], code: str) -> str:
        """Return the sentence that speaks most for a code; empty when there is none."""
        scored = [(self.linear.log_odds_of(squeezed(one), code), one) for one in sentences]
        return max(scored, default=(0.0, ""))[1]

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Save the features in the order of their rows, and the numbers beside them."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        words = sorted(self.linear.features, key=self.linear.features.__getitem__)
        names = {"codes": self.linear.codes, "features": words}
        (folder / "features.json").write_text(json.dumps(names, ensure_ascii=False) + "\n", encoding="utf-8")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self.linear, name))

    def from_disk(self, path: str | Path, **_: Any) -> "DeskNgrams":
        """Restore what `to_disk` wrote."""
        folder = Path(path)
        names = json.loads((folder / "features.json").read_text("utf-8"))
        features = {word: row for row, word in enumerate(names["features"])}
        idf, weights, bias = (np.load(folder / f"{name}.npy") for name in _ARRAYS)
        self.linear = Linear(tuple(names["codes"]), features, idf, weights, bias)
        return self
