"""Trains a model, and lets it replace the old one only if it is no worse on the frozen test set.

Needs the extra `train`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailbot.core.sentences import MailText
from mailbot.edge.model.encoder import Encoder, Opinion
from mailbot.edge.model.load import Model, load_model
from mailbot.learning import baseline
from mailbot.learning.evaluate import got_worse, judged
from mailbot.learning.metrics import Score, score
from mailbot.learning.rows import Row, rows_of
from mailbot.learning.train import Say, save, train


class Remembering:
    """An encoder that is asked about each mail once: old and new model are judged by the same opinions."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._opinions: dict[MailText, Opinion] = {}

    def opinion(self, mail: MailText) -> Opinion:
        """Return what the encoder makes of a mail."""
        if mail not in self._opinions:
            self._opinions[mail] = self._encoder.opinion(mail)
        return self._opinions[mail]


def train_and_replace(models: Path, extra: Sequence[Row], say: Say, *, is_forced: bool) -> bool:
    """Train on `models/data` and `extra`, compare on `models/test`, save what may be saved, and say what was done.

    Returns whether the model was replaced; a folder without a model gets its first one without a comparison.
    Raises OSError and ValueError for files that are missing or wrong.
    """
    nlp = train(models, extra, say)
    if not is_forced and (models / "pipeline").is_dir():
        new, old = compared(models, nlp)
        say(f"New model: {_shown(new)}. Old model: {_shown(old)}.")
        worse = got_worse(new, old)
        if worse:
            say(f"The old model stays, for the new one is worse: {'; '.join(worse)}. --force replaces it anyway.")
            return False
    version = save(nlp, models).version
    baseline.save(baseline.fit(rows_of(models / "data")), models / "baseline")
    say(f"Saved model {version} to {models / 'pipeline'}, and spaCy's textcat to {models / 'baseline'}.")
    return True


def compared(models: Path, nlp: Any) -> tuple[Score, Score]:
    """Return the scores of a new pipeline and of the saved one on `models/test`, with the same encoder."""
    rows = rows_of(models / "test")
    old = load_model(models)
    parts = [nlp.get_pipe("desk_judge"), old.pipeline.get_pipe("desk_judge")]
    encoder = parts[1].encoder
    for part in parts:
        part.encoder = Remembering(encoder) if encoder else None
    return _score(Model(nlp), rows), _score(old, rows)


def _score(model: Model, rows: Sequence[Row]) -> Score:
    return score(judged(rows, model.notes(row.mail for row in rows)))


def _shown(found: Score) -> str:
    return (
        f"coarse F1 {found.coarse_f1:.3f}, exact {found.exact:.3f},"
        f" {found.lost} lost, {found.sure_lost} of them without a person"
    )
