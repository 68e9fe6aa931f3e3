"""Asks every stage of the classifier about written mails, beside the plain baselines.

Nothing here prints, and what it returns names mails by the id of their row, never by their words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailbot.core.classify import EVERYDAY, verdict
from mailbot.core.message import Verdict
from mailbot.core.weighing import FLAGS
from mailbot.edge.model.load import Model, load_model
from mailbot.edge.model.notes import Notes
from mailbot.learning import baseline
from mailbot.learning.metrics import Answer, Score, f1_by_label, score
from mailbot.learning.rows import Row, coarse
from mailbot.learning.speed import Speed, speed_of, timed

WHOLE = "whole pipeline"
FAST = "without encoder"
NGRAMS = "characters alone"
CUES = "cues alone"
TEXTCAT = "spaCy textcat"

MAX_ORIGIN = 60
"""Characters of the name of an origin in tables."""

Answers = Mapping[str, Sequence[Answer]]
"""The answers about one set, by stage."""

_SLICES: dict[str, Callable[[Row], str]] = {
    "language": lambda row: row.lang,
    "level": lambda row: row.level,
    "origin": lambda row: row.origin[:MAX_ORIGIN] or "-",
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What every stage answered about the rows of a set, in their order; `missing` says why no encoder took part."""

    version: str
    missing: str | None
    answers: Answers
    speed: Speed


@dataclass(frozen=True, slots=True)
class FlagScore:
    """How well one flag was raised; shares 0..1, None where nothing could be counted."""

    mails: int
    precision: float | None
    recall: float | None


def evaluate(models: Path, rows: Sequence[Row]) -> Evaluation:
    """Return the answers of the models in a folder, and what they cost.

    spaCy's textcat takes part where `models/baseline` has one. Raises OSError and ValueError as `load_model` does,
    and ValueError for no rows.
    """
    if not rows:
        raise ValueError("no mails to evaluate")
    model = load_model(models)
    mails = [row.mail for row in rows]
    whole = timed(model, mails)
    with without_encoder(model):
        fast = timed(model, mails)
    answers = {WHOLE: judged(rows, whole.notes), FAST: judged(rows, fast.notes)} | _of_parts(rows, fast.notes)
    if (models / "baseline").is_dir():
        answers[TEXTCAT] = _of_textcat(models / "baseline", rows)
    return Evaluation(model.version, model.missing, answers, speed_of(models, rows, whole, fast))


@contextmanager
def without_encoder(model: Model) -> Iterator[None]:
    """Let a model work without its encoder for a while."""
    part = model.pipeline.get_pipe("desk_judge")
    encoder, part.encoder = part.encoder, None
    try:
        yield
    finally:
        part.encoder = encoder


def judged(rows: Sequence[Row], notes: Sequence[Notes]) -> list[Answer]:
    """Return the verdicts of the pipeline as answers."""
    return [_answer(row, one.verdict) for row, one in zip(rows, notes, strict=True)]


def by_slice(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """Return the answers of each language, level and origin, by a name such as "language ja"."""
    found: dict[str, list[Answer]] = {}
    for name, part in _SLICES.items():
        for value in sorted({part(one.row) for one in answers}):
            found[f"{name} {value}"] = [one for one in answers if part(one.row) == value]
    return found


def flag_scores(answers: Sequence[Answer]) -> dict[str, FlagScore]:
    """Return how well each flag was raised; flags that neither stand in a row nor were raised are left out."""
    return {
        flag: found
        for flag in FLAGS
        if (found := _flag_score(flag, answers)) != FlagScore(mails=0, precision=None, recall=None)
    }


def lost(answers: Sequence[Answer]) -> list[str]:
    """Return the ids of the rows whose right was taken for an everyday matter."""
    return [one.row.id for one in answers if one.is_lost]


def figures(found: Evaluation) -> dict[str, dict[str, float | None]]:
    """Return the figures that have floors, by the tables of `models/floors.toml`."""
    whole = found.answers[WHOLE]
    scored = score(whole)
    rights = sum(EVERYDAY not in one.row.labels for one in whole)
    own: dict[str, float | None] = asdict(scored)
    own |= {
        "lost_share": scored.lost / max(rights, 1),
        "ngrams_coarse_f1": score(found.answers[NGRAMS]).coarse_f1,
    }
    return {"test": own, "speed": asdict(found.speed)}


def by_name(found: Evaluation) -> dict[str, Any]:
    """Return all figures of an evaluation for `--json`; mails are named by their ids."""
    whole = found.answers[WHOLE]
    return {
        "version": found.version,
        "missing": found.missing,
        "stages": {stage: asdict(score(answers)) for stage, answers in found.answers.items()},
        "slices": {name: asdict(score(answers)) for name, answers in by_slice(whole).items()},
        "labels": {"coarse": f1_by_label(pairs_of(whole, coarse)), "leaf": f1_by_label(pairs_of(whole, frozenset))},
        "flags": {flag: asdict(one) for flag, one in flag_scores(whole).items()},
        "speed": asdict(found.speed),
        "lost": lost(whole),
    }


def pairs_of(
    answers: Sequence[Answer], view: Callable[[frozenset[str]], frozenset[str]]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return (truth, answer) of each mail, seen as classes (`coarse`) or as they are (`frozenset`)."""
    return [(view(one.row.kinds), view(one.kinds)) for one in answers]


def got_worse(new: Score, old: Score) -> list[str]:
    """Return in words what a new model does worse than the old one; empty where it may replace it."""
    pairs = [
        ("coarse F1", round(old.coarse_f1 - new.coarse_f1, 6), f"{new.coarse_f1:.3f}", f"{old.coarse_f1:.3f}"),
        ("exact sets", round(old.exact - new.exact, 6), f"{new.exact:.3f}", f"{old.exact:.3f}"),
        ("lost requests", new.lost - old.lost, f"{new.lost}", f"{old.lost}"),
        ("lost requests without a person", new.sure_lost - old.sure_lost, f"{new.sure_lost}", f"{old.sure_lost}"),
    ]
    return [f"{name}: {now} instead of {before}" for name, harm, now, before in pairs if harm > 0]


def _answer(row: Row, found: Verdict) -> Answer:
    kinds = frozenset(one.kind for one in found.asked)
    return Answer(row, kinds, found.confidence, found.is_sure, frozenset(found.flags))


def _of_parts(rows: Sequence[Row], notes: Sequence[Notes]) -> dict[str, list[Answer]]:
    pairs = list(zip(rows, notes, strict=True))
    return {
        NGRAMS: [baseline.plain_answer(row, one.ngrams) for row, one in pairs],
        CUES: [_answer(row, verdict(one.reading)) for row, one in pairs],
    }


def _of_textcat(folder: Path, rows: Sequence[Row]) -> list[Answer]:
    nlp = baseline.load(folder)
    return [baseline.plain_answer(row, baseline.textcat_odds(nlp, row.mail)) for row in rows]


def _flag_score(flag: str, answers: Sequence[Answer]) -> FlagScore:
    marks = [(flag in one.row.flags, flag in one.flags) for one in answers]
    hits = sum(stands and raised for stands, raised in marks)
    standing, raised = (sum(column) for column in zip(*marks, strict=True))
    return FlagScore(standing, hits / raised if raised else None, hits / standing if standing else None)
