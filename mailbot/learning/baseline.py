"""The plain baselines beside the pipeline in every table: spaCy's own textcat, and log-odds taken as they are.

The textcat is a bag of words over English words and single Japanese characters, alone and in pairs. Deterministic:
its weights begin at zero, and the order of the mails is the same every time.
"""

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc
from spacy.training import Example

from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES, chosen, clip, sigmoid
from mailbot.edge.model.ngrams import text_of
from mailbot.learning.metrics import Answer
from mailbot.learning.rows import Row

SURE_FROM = 0.95
"""A baseline counts as sure where it says so itself, uncalibrated (0..1)."""
ROUNDS = 6
BATCH = 8
LEARN_RATE = 0.001
MAX_TOKENS = 2_000

_MODEL = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 32_768,
}
_TOKEN = re.compile(r"[a-z0-9']+|[^\sa-z0-9']")
_LEAST = 1e-6


def fit(rows: Sequence[Row]) -> Any:
    """Return spaCy's textcat, trained on some rows: about 6 seconds on one core for 4,000 mails."""
    nlp = spacy.blank("xx")
    part: Any = nlp.add_pipe("textcat_multilabel", config={"model": _MODEL})
    for code in CODES:
        part.add_label(code)
    examples = [_example(nlp, row) for row in rows]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = LEARN_RATE
    for batch in _batches(examples):
        part.update(batch, sgd=optimizer)
    return nlp


def save(nlp: Any, folder: Path) -> None:
    """Write the textcat to a folder, without the words it has met."""
    nlp.to_disk(folder, exclude=["vocab"])


def load(folder: Path) -> Any:
    """Return the textcat that `save` wrote. Raises OSError where it is missing."""
    return spacy.load(folder)


def textcat_odds(nlp: Any, mail: MailText) -> dict[str, float]:
    """Return the log-odds that the textcat gives each kind."""
    cats = nlp(_doc(nlp, mail)).cats
    return {code: math.log((cats[code] + _LEAST) / (1 - cats[code] + _LEAST)) for code in CODES}


def plain_answer(row: Row, log_odds: Mapping[str, float]) -> Answer:
    """Return the answer of log-odds without any weighing; as confident as the least certain of its kinds."""
    odds = {code: clip(log_odds[code]) for code in CODES}
    kinds = chosen(odds)
    confidence = sigmoid(min(odds[code] if code in kinds else -odds[code] for code in CODES))
    return Answer(row, frozenset(kinds), confidence, confidence >= SURE_FROM)


def _batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Yield all examples in another order for each round, the same orders every time."""
    order = random.Random(0)  # noqa: S311 - an order of mails, no secret
    for _ in range(ROUNDS):
        shuffled = order.sample(examples, len(examples))
        yield from (shuffled[at : at + BATCH] for at in range(0, len(shuffled), BATCH))


def _example(nlp: Any, row: Row) -> Example:
    truth = _doc(nlp, row.mail)
    truth.cats = {code: float(row.has(code)) for code in CODES}
    return Example(_doc(nlp, row.mail), truth)


def _doc(nlp: Any, mail: MailText) -> Doc:
    return Doc(nlp.vocab, words=_TOKEN.findall(text_of(mail))[:MAX_TOKENS])
