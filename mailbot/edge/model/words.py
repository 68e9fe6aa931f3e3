"""Finds the words the desk knows, by sense: `doc.spans["words"]` (label = sense), and joins them into cues.

The words come from `models/cues/<language>.toml`, the rules from `rules.toml`; `mailbot train` puts both into the
saved pipeline. `doc.spans["cues"]` has the phrases that speak for a kind (label = kind).
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from spacy.language import Language as Pipeline
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from mailbot.core.classify import Cue
from mailbot.core.cues import read
from mailbot.core.formulas import is_answer_title, is_empty_title, is_formula
from mailbot.core.message import Language
from mailbot.core.words import Rule, Sentence, Word
from mailbot.edge.model.notes import Notes, SentencePlace, notes_of

_LAYERS = {
    "content": "data info field item account ads third give no_give stop no_send unwanted erase leave fix add show use"
    " no_use purpose record others leak wrong missing everyday everyday_act everyday_weak praise",
    "mood": "wish own_wish courtesy past how how_do can if polite consent withdraw keep",
}
_LAYER_OF = {sense: layer for layer, senses in _LAYERS.items() for sense in senses.split()}
_EXCLUSIVE = {"ignored", "everyday", "everyday_act"}
"""Senses of one layer compete for a word and the longest phrase wins; all other senses stand beside them."""
_SETS = ("objects", "acts", "unless")

Table = dict[str, Any]


@Pipeline.factory("desk_cues")
def make_desk_cues(nlp: Pipeline, name: str) -> "DeskCues":  # noqa: ARG001 - spaCy's factory signature
    """Make the component without words; `learn` or `from_disk` gives it some."""
    return DeskCues(nlp)


class DeskCues:
    """Finds the phrases of the cue files by their normal form, the longest at a place, and reads cues out of them."""

    def __init__(self, nlp: Pipeline) -> None:
        self.vocab = nlp.vocab
        self.tokenizer: Any = nlp.tokenizer
        self.table: Table = {"words": {}, "rules": []}
        self.matchers: dict[Language, PhraseMatcher] = {}
        self.rules: tuple[Rule, ...] = ()

    def learn(self, table: Table) -> None:
        """Take over words and rules as `cue_table` returns them. Raises ValueError for a rule nobody knows."""
        self.table = table
        self.rules = tuple(_rule(row) for row in table["rules"])
        self.matchers = {language: self._matcher(language, table["words"][language.value]) for language in Language}

    def __call__(self, doc: Doc) -> Doc:
        """Write the words, the reading and the cue spans of a mail."""
        notes = notes_of(doc)
        doc.spans["words"] = _longest(self._found(doc, notes))
        notes.reading = read(_sentences(doc, notes), self.rules)
        doc.spans["cues"] = list(_cue_spans(doc, notes))
        return doc

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Save words and rules as one JSON file."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "cues.json").write_text(
            json.dumps(self.table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
        )

    def from_disk(self, path: str | Path, **_: Any) -> "DeskCues":
        """Restore words and rules."""
        self.learn(json.loads((Path(path) / "cues.json").read_text("utf-8")))
        return self

    def _matcher(self, language: Language, phrases_of: dict[str, list[str]]) -> PhraseMatcher:
        matcher = PhraseMatcher(self.vocab, attr="NORM")
        for sense, phrases in phrases_of.items():
            texts = [text for phrase in phrases for text in _expanded(phrase, language)]
            matcher.add(sense, [self.tokenizer.phrase(text, language) for text in texts])
        return matcher

    def _found(self, doc: Doc, notes: Notes) -> Iterator[Span]:
        """Yield what each language's words match within its own sentences."""
        place_of = [number for number, one in enumerate(notes.sentences) for _ in range(one.start, one.end)]
        for language, matcher in self.matchers.items():
            for span in matcher(doc, as_spans=True) if len(doc) else ():
                place = notes.sentences[place_of[span.start]]
                if place.language is language and span.end <= place.end:
                    yield span


def cue_table(folder: Path) -> Table:
    """Return the words and rules of a folder of cue files.

    Raises OSError when a file is missing and ValueError (with the file's name) when it is wrong.
    """
    words = {language.value: _table(folder / f"{language.value}.toml", "words") for language in Language}
    path = folder / "rules.toml"
    rules = _table(path, "rules")
    try:
        [_rule(row) for row in rules]
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return {"words": words, "rules": rules}


def _table(path: Path, name: str) -> Any:
    try:
        return tomllib.loads(path.read_text("utf-8"))[name]
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: expected a cue file with a table [{name}]: {error}") from error


def _rule(row: dict[str, Any]) -> Rule:
    if any(not isinstance(row.get(name, ""), str) for name in _SETS) or not isinstance(row.get("also", []), list):
        raise ValueError(f"a rule has a wrong type: {', '.join(_SETS)} are texts, also is a list of texts: {row}")
    sets: dict[str, Any] = {name: frozenset(row.get(name, "").split()) for name in _SETS}
    also = tuple(frozenset(part.split()) for part in row.get("also", []))
    rest = {name: value for name, value in row.items() if name not in {*_SETS, "also"}}
    try:
        return Rule(**rest, **sets, also=also)
    except TypeError as error:
        raise ValueError(f"a rule has an unknown key: {error}") from error


def _expanded(phrase: str, language: Language) -> Iterator[str]:
    """Write out `delete|erase my|our data`; the parts of a Japanese phrase are joined without a space."""
    joiner = "" if language is Language.JA else " "
    for parts in product(*(part.split("|") for part in phrase.split())):
        yield joiner.join(part for part in parts if part)


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


def _sentences(doc: Doc, notes: Notes) -> list[Sentence]:
    """Return the sentences with their own words, counted from the sentence's begin."""
    spans = iter(doc.spans["words"])
    span = next(spans, None)
    result = []
    for number, place in enumerate(notes.sentences):
        words = []
        while span is not None and span.start < place.end:
            words.append(_word(doc, place, span))
            span = next(spans, None)
        is_japanese = place.language is Language.JA
        silent = _is_silent(number, place.text)
        result.append(Sentence(number, place.text, tuple(words), act_follows=is_japanese, is_silent=silent))
    return result


def _word(doc: Doc, place: SentencePlace, span: Span) -> Word:
    at = span.start_char - doc[place.start].idx
    return Word(span.label_, span.text, span.start - place.start, span.end - place.start, at)


def _is_silent(number: int, text: str) -> bool:
    return is_formula(text) if number else is_answer_title(text) or is_empty_title(text)


def _cue_spans(doc: Doc, notes: Notes) -> Iterator[Span]:
    for cue in notes.reading.cues:
        span = _cue_span(doc, notes.sentences[cue.sentence], cue)
        if span is not None:
            yield span


def _cue_span(doc: Doc, place: SentencePlace, cue: Cue) -> Span | None:
    words = cue.phrase.split(" … ")[-1]
    at = place.text.find(words)
    if at < 0 or place.start == place.end:
        return None
    start = doc[place.start].idx + at
    return doc.char_span(start, start + len(words), label=cue.kind)
