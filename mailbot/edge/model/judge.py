"""The last component: weighs the signals, asks the encoder where the fast path is unsure, and writes the verdict.

`doc.cats` has the probability of every kind.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.judging import Evidence, judged
from mailbot.core.weighing import FLAGS, Signals, Weighed, Weights, line_for, sigmoid, weigh
from mailbot.edge.model.encoder import Encoder, Opinion
from mailbot.edge.model.notes import Notes, notes_of

SETTLED = 0.98
"""The precision from which the fast path alone decides."""


@Pipeline.factory("desk_judge")
def make_desk_judge(nlp: Pipeline, name: str) -> "DeskJudge":  # noqa: ARG001 - spaCy's factory signature
    """Make the component without weights; the trainer or `from_disk` gives it some."""
    return DeskJudge(nlp)


class DeskJudge:
    """Decides what a mail asks.

    `fast` weighs cues and characters, `full` these and the encoder, which is None where it cannot run;
    `precision` (0..1) is what an automatic route must reach.
    """

    def __init__(self, nlp: Pipeline) -> None:
        self.nlp = nlp
        self.precision = 0.95
        self.fast: Weights | None = None
        self.full: Weights | None = None
        self.encoder: Encoder | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Write the verdict and the probabilities of a mail."""
        notes = notes_of(doc)
        fast, full = self.fast, self.full
        if fast is None:
            raise ValueError("the judge has no weights: run mailbot train")
        weighed, weights, opinion = weigh(Signals(notes.reading, notes.ngrams), fast), fast, None
        if self.encoder and full and not is_settled(notes, weighed, fast):
            opinion = self.encoder.opinion(notes.mail)
            notes.encoder = opinion.log_odds
            weighed, weights = weigh(Signals(notes.reading, notes.ngrams, notes.encoder), full), full
        doc.cats = {code: sigmoid(odds) for code, odds in weighed.log_odds.items()}
        notes.weighed = weighed
        flags, phrase = _flags(weights, opinion), self._phrase(notes, opinion)
        evidence = Evidence(notes.mail, notes.reading, weighed, flags, phrase)
        notes.verdict = judged(evidence, line_for(weights, self.precision, weighed.kinds))
        return doc

    def _phrase(self, notes: Notes, opinion: Opinion | None) -> Callable[[str], str]:
        if opinion is not None:
            return lambda code: opinion.sentences[code]
        ngrams: Any = self.nlp.get_pipe("desk_ngrams")
        sentences = [one.text for one in notes.sentences if one.text]
        return lambda code: ngrams.best_sentence(sentences, code)

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Save the weights of both stages; the encoder has its own folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, weights in (("fast", self.fast), ("full", self.full)):
            if weights:
                (folder / f"{name}.json").write_text(json.dumps(asdict(weights), indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: str | Path, **_: Any) -> "DeskJudge":
        """Restore the weights."""
        full = Path(path) / "full.json"
        self.fast, self.full = _weights(Path(path) / "fast.json"), _weights(full) if full.exists() else None
        return self


def _flags(weights: Weights, opinion: Opinion | None) -> dict[str, str]:
    """Return the flags the encoder raises, each with its sentence; the fast path raises none by itself."""
    if opinion is None:
        return {}
    raised = [code for code in FLAGS if opinion.log_odds[code] >= weights.flags_from[code]]
    return {code: opinion.sentences[code] for code in raised}


def is_settled(notes: Notes, weighed: Weighed, fast: Weights) -> bool:
    """Whether the fast path alone may decide: nearly certain, and no flag in the air."""
    sure_from = line_for(fast, SETTLED, weighed.kinds)
    if sure_from is None or weighed.confidence < sure_from:
        return False
    return all(notes.ngrams[code] < fast.flags_from[code] for code in FLAGS)


def _weights(path: Path) -> Weights:
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    kinds = {code: tuple(numbers) for code, numbers in found["kinds"].items()}
    return Weights(kinds, tuple(found["whole"]), found["sure_from"], found["everyday_from"], found["flags_from"])
