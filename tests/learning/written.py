"""Invented rows, and a small model that has learned them: quick to make, and good enough to measure."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES, FLAGS, Weights
from mailbot.edge.model.encoder import Opinion
from mailbot.edge.model.load import blank_pipeline
from mailbot.edge.model.words import cue_table
from mailbot.learning import fit_ngrams
from mailbot.learning.metrics import Answer
from mailbot.learning.rows import Row

MODELS = Path(__file__).parents[2] / "models"
_WORDS = {
    "erase": ("私のアカウントと個人データを{}すべて消してください。", "Please wipe {} my account and personal data."),
    "disclosure": ("{}どんな情報をお持ちか写しを送ってください。", "Send {} a copy of what you hold about me."),
    "not_for_us": ("{}予約の時間を変更したいのですが。", "I would like {} to move my booking to Friday."),
}
_FILLERS = {"ja": ("今すぐ", "本日中に", "できれば", "至急"), "en": ("now", "today", "if possible", "at once")}


def row(row_id: str, *labels: str, **more: Any) -> Row:
    """Return a short row; `more` sets its other fields."""
    return Row(**{"id": row_id, "lang": "en", "subject": "", "text": f"words of {row_id}", "labels": labels} | more)


def answer(truth: str, told: str, confidence: float = 0.5, **more: Any) -> Answer:
    """Return an answer; kinds are written as "erase correct"."""
    return Answer(row("r", *truth.split()), frozenset(told.split()), confidence, **more)


def some_rows(origin: str, level: str = "easy") -> list[Row]:
    """Return rows of three kinds in both languages, as one writer wrote them."""
    return [
        row(f"{origin}-{kind}-{lang}-{number}", kind, lang=lang, text=text.format(filler), origin=origin, level=level)
        for kind, texts in _WORDS.items()
        for lang, text in zip(("ja", "en"), texts, strict=True)
        for number, filler in enumerate(_FILLERS[lang])
    ]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as the files of `models/data` have them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_models(folder: Path) -> Path:
    """Write a folder of models that has learned `some_rows`, with data and a test set of its own."""
    shutil.copytree(MODELS / "cues", folder / "cues")
    write_rows(folder / "data" / "anna.jsonl", some_rows("anna"))
    write_rows(folder / "test" / "test.jsonl", some_rows("test", "hard")[::2])
    (folder / "floors.toml").write_text("[test]\nexact = 0.5\n", encoding="utf-8")
    pipeline_of(some_rows("anna")).to_disk(folder / "pipeline")
    return folder


def pipeline_of(rows: list[Row]) -> Any:
    """Return a pipeline that has learned rows; it trusts the encoder most, then characters and cues."""
    nlp = blank_pipeline()
    nlp.get_pipe("desk_cues").learn(cue_table(MODELS / "cues"))
    nlp.get_pipe("desk_ngrams").linear = fit_ngrams.fit(rows)
    judge = nlp.get_pipe("desk_judge")
    judge.fast, judge.full = weights(1.0, 1.0, 0.5, 0.0, 0.0), weights(1.0, 1.0, 0.5, 0.0, 0.0, 9.0)
    nlp.meta.update(name="desk", version="0.0.1")
    return nlp


def weights(*signals: float) -> Weights:
    """Return weights that treat all kinds alike; sure from the confidence 0.5, never settled without the encoder."""
    kinds = dict.fromkeys(CODES, (0.0, *signals))
    whole = (0.0, 1.0, -1.0, *([0.0] * 10))
    return Weights(kinds, whole, {"0.95": 0.5, "0.99": None}, 0.0, dict.fromkeys(FLAGS, 4.0))


class Knowing:
    """An encoder that answers "erase" to everything, raises one flag, and counts how often it was asked."""

    def __init__(self, _: Path | None = None) -> None:
        self.asked: list[MailText] = []

    def opinion(self, mail: MailText) -> Opinion:
        """Return the one opinion it has."""
        self.asked.append(mail)
        odds = dict.fromkeys((*CODES, *FLAGS), -7.0) | {"erase": 7.0, "lawyer": 7.0}
        return Opinion(odds, dict.fromkeys(odds, mail.reply_text))
