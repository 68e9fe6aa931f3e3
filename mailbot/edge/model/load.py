"""Loads the saved pipeline and reads mails with it. This is the door of the classifier."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc

from mailbot.core.message import Language, Verdict
from mailbot.core.sentences import MailText
from mailbot.edge.model import judge, ngrams, tokenizer, words
from mailbot.edge.model.encoder import Encoder, EncoderMissingError
from mailbot.edge.model.notes import Notes, notes_of

COMPONENTS = ("desk_cues", "desk_ngrams", "desk_judge")
"""The parts of the pipeline, in the order of their work."""
FACTORIES = (tokenizer, words, ngrams, judge)
"""The modules that tell spaCy how to make the parts; nothing else needs them here."""


@dataclass(frozen=True)
class Model:
    """The classifier; made by `load_model`, safe to use from one thread at a time.

    `missing` says why the encoder does not take part, None where it does.
    """

    pipeline: Any
    missing: str | None = None

    @property
    def version(self) -> str:
        """The version of the trained pipeline, as `mailbot train` named it."""
        return str(self.pipeline.meta["version"])

    def read(self, subject: str, reply_text: str, language: Language) -> Verdict:
        """Return what one mail asks; `reply_text` is without quotation and signature."""
        return self.read_many([MailText(subject, reply_text, language)])[0]

    def read_many(self, mails: Iterable[MailText]) -> list[Verdict]:
        """Return the verdicts of many mails, in their order."""
        return [notes.verdict for notes in self.notes(mails)]

    def notes(self, mails: Iterable[MailText]) -> list[Notes]:
        """Return all that the parts said of the mails, for `evaluate` and for a person who looks."""
        return [notes_of(doc) for doc in self.docs(mails)]

    def docs(self, mails: Iterable[MailText]) -> list[Doc]:
        """Return one Doc per mail, with `spans["words"]`, `spans["cues"]` and `cats`."""
        return list(self.pipeline.pipe(self.pipeline.tokenizer.doc_of(mail) for mail in mails))


def load_model(folder: Path, precision: float = 0.95, *, with_encoder: bool = True) -> Model:
    """Load `folder/pipeline`, and `folder/encoder` where it can run; `precision` is what an automatic route must reach.

    Raises OSError when a file is missing and ValueError (naming the file) when it is wrong.
    """
    try:
        nlp = spacy.load(folder / "pipeline")
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{folder / 'pipeline'}: no pipeline of this version, run mailbot train: {error!r}") from error
    part: Any = nlp.get_pipe("desk_judge")
    part.precision = precision
    missing = None
    if with_encoder:
        try:
            part.encoder = Encoder(folder / "encoder")
        except EncoderMissingError as error:
            missing = str(error)
    return Model(nlp, missing)


def blank_pipeline() -> Any:
    """Return the pipeline with parts that know nothing yet, for the trainer."""
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "mailbot.by_script.v1"}}})
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp
