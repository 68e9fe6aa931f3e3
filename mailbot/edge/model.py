"""Reads a mail with spaCy: finds the words the desk knows, in Japanese and English, and lets the core judge.

Only this module knows spaCy. Every sentence is routed by its own script, so a mail in two
languages is read by both pipelines. The words come from `models/cues/*.toml`; the spans are in
`doc.spans["words"]` (label = sense) and `doc.spans["cues"]` (label = kind). Never raises on any text.
"""

import tomllib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language as Pipeline
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from mailbot.core.classify import Reading, verdict
from mailbot.core.cues import read
from mailbot.core.formulas import is_answer_title, is_empty_title, is_formula
from mailbot.core.message import Language, Verdict
from mailbot.core.sentences import MailText, script_of, split
from mailbot.core.words import Rule, Sentence, Word

_LAYERS = {
    "content": "data info field item account ads third give no_give stop no_send unwanted erase leave fix add show use"
    " no_use purpose record others leak wrong missing everyday everyday_act everyday_weak praise",
    "mood": "wish own_wish courtesy past how how_do can if polite consent withdraw keep",
}
_LAYER_OF = {sense: layer for layer, senses in _LAYERS.items() for sense in senses.split()}
_EXCLUSIVE = {"ignored", "everyday", "everyday_act"}
"""Senses of one layer compete for a word and the longest phrase wins; all other senses stand beside them."""


@dataclass(frozen=True)
class Model:
    """The two pipelines and the rules; made by `load_model`, safe to use from one thread at a time."""

    pipelines: dict[Language, Any]
    rules: tuple[Rule, ...]

    def read(self, subject: str, reply_text: str, language: Language) -> Verdict:
        """Return what one mail asks; `reply_text` is without quotation and signature."""
        return self.read_many([MailText(subject, reply_text, language)])[0]

    def read_many(self, mails: Iterable[MailText]) -> list[Verdict]:
        """Return the verdicts of many mails, in their order, in one run of each pipeline."""
        return [verdict(reading) for reading in self.readings(mails)]

    def readings(self, mails: Iterable[MailText]) -> list[Reading]:
        """Return the evidence itself, for `inspect` and for measuring."""
        return [read(sentences, self.rules) for sentences in self._sentences(list(mails))]

    def docs(self, mail: MailText) -> list[Doc]:
        """Return one spaCy Doc per sentence, with `spans["words"]` and `spans["cues"]`, for a person who looks."""
        docs = [doc for _, _, doc in self._docs([mail])]
        found = self.readings([mail])[0]
        for number, doc in enumerate(docs):
            doc.spans["cues"] = _cue_spans(
                doc, [(cue.kind, cue.phrase) for cue in found.cues if cue.sentence == number]
            )
        return docs

    def _sentences(self, mails: Sequence[MailText]) -> list[list[Sentence]]:
        result: list[list[Sentence]] = [[] for _ in mails]
        for place, language, doc in self._docs(mails):
            result[place].append(_sentence(len(result[place]), doc, language))
        return result

    def _docs(self, mails: Sequence[MailText]) -> list[tuple[int, Language, Doc]]:
        """Run each sentence through the pipeline of its script and put all back in order."""
        texts = [
            (place, text, script_of(text, mail.language)) for place, mail in enumerate(mails) for text in split(mail)
        ]
        docs: list[tuple[int, Language, Doc] | None] = [None] * len(texts)
        for language, nlp in self.pipelines.items():
            own = [(text, at) for at, (_, text, routed) in enumerate(texts) if routed is language]
            for doc, at in nlp.pipe(own, as_tuples=True):
                docs[at] = (texts[at][0], language, doc)
        return [doc for doc in docs if doc is not None]


def load_model(folder: Path) -> Model:
    """Load the cue files below `folder/cues`.

    Raises OSError when a file is missing and ValueError (with the file's name) when it is wrong.
    """
    pipelines = {language: _pipeline(language, folder / "cues" / f"{language}.toml") for language in Language}
    return Model(pipelines, _rules(folder / "cues" / "rules.toml"))


def _sentence(number: int, doc: Doc, language: Language) -> Sentence:
    words = tuple(Word(span.label_, span.text, span.start, span.end, span.start_char) for span in doc.spans["words"])
    return Sentence(
        number, doc.text, words, act_follows=language is Language.JA, is_silent=_is_silent(number, doc.text)
    )


def _is_silent(number: int, text: str) -> bool:
    return is_formula(text) if number else is_answer_title(text) or is_empty_title(text)


def _cue_spans(doc: Doc, cues: Iterable[tuple[str, str]]) -> list[Span]:
    spans = []
    for kind, phrase in cues:
        words = phrase.split(" … ")[-1]
        at = doc.text.find(words)
        span = doc.char_span(at, at + len(words), label=kind) if at >= 0 else None
        spans += [span] if span is not None else []
    return spans


@Pipeline.factory("desk_words", default_config={"path": ""})
def make_desk_words(nlp: Pipeline, name: str, path: str) -> "DeskWords":  # noqa: ARG001 - spaCy's factory signature
    """Make the component that writes `doc.spans["words"]`."""
    return DeskWords(nlp, Path(path))


class DeskWords:
    """Finds the phrases of a cue file by their normal form; the longest phrase at a place wins."""

    def __init__(self, nlp: Pipeline, path: Path) -> None:
        tokenizer: Any = nlp.tokenizer
        phrases_of = _table(path, "words")
        self.senses = frozenset(phrases_of)
        self.matcher = PhraseMatcher(nlp.vocab, attr="NORM")
        for sense, phrases in phrases_of.items():
            texts = [text for phrase in phrases for text in _expanded(phrase, str(nlp.lang))]
            self.matcher.add(sense, list(tokenizer.pipe(texts)))

    def __call__(self, doc: Doc) -> Doc:
        """Write the words found, in order of their place."""
        spans = self.matcher(doc, as_spans=True) if len(doc) else []
        doc.spans["words"] = _longest(spans)
        return doc


def _longest(spans: Iterable[Span]) -> list[Span]:
    """Drop a span that overlaps a longer one of its layer; keep all senses of the same words."""
    kept: list[Span] = []
    taken: dict[tuple[str, int], tuple[int, int]] = {}
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        place = (span.start, span.end)
        layer = _LAYER_OF.get(span.label_, span.label_)
        tokens = range(span.start, span.end)
        if all(taken.get((one, token), place) == place for one in (layer, "all") for token in tokens):
            kept.append(span)
            own = "all" if span.label_ in _EXCLUSIVE else layer
            taken.update({(one, token): place for one in (layer, own) for token in tokens})
    return sorted(kept, key=lambda span: (span.start, span.end, span.label_))


def _expanded(phrase: str, language: str) -> Iterator[str]:
    """Write out `delete|erase my|our data`; the parts of a Japanese phrase are joined without a space."""
    joiner = "" if language == "ja" else " "
    for parts in product(*(part.split("|") for part in phrase.split())):
        yield joiner.join(part for part in parts if part)


def _pipeline(language: Language, path: Path) -> Any:
    _table(path, "words")
    with warnings.catch_warnings():
        # spaCy 3.8 still calls SudachiPy's Dictionary.create(), which 0.6.10 deprecates in favour of tokenizer().
        warnings.filterwarnings("ignore", message=r"Dictionary\.create", category=DeprecationWarning)
        nlp = spacy.blank(language.value)
    nlp.add_pipe("desk_words", config={"path": str(path)})
    return nlp


def _table(path: Path, name: str) -> Any:
    try:
        return tomllib.loads(path.read_text("utf-8"))[name]
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: expected a cue file with a table [{name}]: {error}") from error


def _rules(path: Path) -> tuple[Rule, ...]:
    return tuple(_rule(path, row) for row in _table(path, "rules"))


def _rule(path: Path, row: dict[str, Any]) -> Rule:
    sets: dict[str, Any] = {name: frozenset(row.pop(name, "").split()) for name in ("objects", "acts", "unless")}
    also = tuple(frozenset(part.split()) for part in row.pop("also", []))
    try:
        return Rule(**row, **sets, also=also)
    except TypeError as error:
        raise ValueError(f"{path}: a rule has an unknown key: {error}") from error
