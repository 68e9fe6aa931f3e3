"""Builds the saved pipeline: cues, fast path, weights and calibration, on the written mails. Deterministic.

Order: the fast path is fitted on all writers, and once per fold without the writers of the fold; what the folds say of
the mails they have not seen, beside the cues and the encoder's own held-out answers, teaches the weights.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from mailbot.core.classify import Reading
from mailbot.core.weighing import Signals
from mailbot.edge.model.load import Model, blank_pipeline
from mailbot.edge.model.ngrams import Linear, text_of
from mailbot.edge.model.words import cue_table
from mailbot.learning import fit_ngrams, fit_weights
from mailbot.learning.fit_weights import Example
from mailbot.learning.rows import Row, held_out, rows_of

FOLDS = 5
KNOWN_TO_CUES = frozenset({"first-plain", "first-hard"})
"""Writers whose mails the cues were written with: what the cues say of these teaches nothing about new mail."""

Say = Callable[[str], None]


def train(models: Path, extra: Sequence[Row], say: Say) -> Any:
    """Return the trained pipeline of `models/`; `extra` are corrections of the desk. Raises ValueError for bad rows."""
    rows = [*rows_of(models / "data"), *extra]
    nlp = blank_pipeline()
    nlp.get_pipe("desk_cues").learn(cue_table(models / "cues"))
    say(f"{len(rows)} mails; reading the cues")
    readings = _readings(nlp, rows)
    say("learning the fast path")
    nlp.get_pipe("desk_ngrams").linear = fit_ngrams.fit(rows)
    unseen = _unseen(rows, say)
    fast = [Example(row, Signals(readings[row.id], unseen[row.id])) for row in rows if row.origin not in KNOWN_TO_CUES]
    encoded = encoder_answers(models / "encoder")
    full = [
        Example(one.row, Signals(one.signals.reading, one.signals.ngrams, encoded[one.row.id]))
        for one in fast
        if one.row.id in encoded
    ]
    say(f"weighing: {len(fast)} mails without the encoder, {len(full)} with it")
    judge = nlp.get_pipe("desk_judge")
    judge.fast = fit_weights.fit(fast, "ngrams")
    judge.full = fit_weights.fit(full, "encoder") if full else None
    nlp.meta.update(name="desk", version=version_of(models, extra), description="What a mail to a rights desk asks")
    return nlp


def _readings(nlp: Any, rows: Sequence[Row]) -> dict[str, Reading]:
    cues = nlp.get_pipe("desk_cues")
    docs = (cues(nlp.tokenizer.doc_of(row.mail)) for row in rows)
    return {row.id: doc.user_data["desk"].reading for row, doc in zip(rows, docs, strict=True)}


def _unseen(rows: Sequence[Row], say: Say) -> dict[str, Mapping[str, float]]:
    """Return what the fast path says of every mail of a writer it has not learned from, by the mail's id."""
    origins = sorted({row.origin for row in rows})
    folds = [origins[number::FOLDS] for number in range(FOLDS)]
    found: dict[str, Mapping[str, float]] = {}
    for learn, judge in held_out(rows, folds):
        say(f"  without {len(judge)} mails of other writers")
        linear: Linear = fit_ngrams.fit([rows[number] for number in learn])
        found |= {rows[number].id: linear.log_odds(text_of(rows[number].mail)) for number in judge}
    return found


def encoder_answers(folder: Path) -> dict[str, dict[str, float]]:
    """Return what the encoder said of mails it had not learned from, by the mail's id; empty without the file."""
    path = folder / "held_out.jsonl"
    if not path.exists():
        return {}
    codes = json.loads((folder / "codes.json").read_text("utf-8"))
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["id"]: dict(zip(codes, line["odds"], strict=True)) for line in lines}


def version_of(models: Path, extra: Sequence[Row] = ()) -> str:
    """Return a version that names the data and the encoder: the same files and corrections give the same version."""
    digest = sha256()
    sources = ("data/*.jsonl", "cues/*.toml", "encoder/*.*")
    for path in sorted(path for source in sources for path in models.glob(source)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for row in extra:
        digest.update(repr((row.id, row.labels)).encode())
    return f"1.0.0+{digest.hexdigest()[:12]}"


def save(nlp: Any, models: Path) -> Model:
    """Write the pipeline to `models/pipeline` and return the model that works with it."""
    nlp.to_disk(models / "pipeline")
    return Model(nlp)
