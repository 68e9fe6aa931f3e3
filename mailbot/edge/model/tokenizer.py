"""Cuts a mail into sentences, and each sentence by its own script into words: Sudachi for Japanese, spaCy for English.

One mail is one Doc, so that a mail in two languages is read as a whole. The first sentence is the subject.
"""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.attrs import NORM
from spacy.language import Language as Pipeline
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from mailbot.core.message import Language
from mailbot.core.sentences import MailText, script_of, split
from mailbot.edge.model.notes import Notes, SentencePlace, attach

_KANA = re.compile("[\u3040-\u30ff]")


@registry.tokenizers("mailbot.by_script.v1")  # type: ignore[untyped-decorator]
def create_by_script() -> Callable[[Pipeline], "ByScript"]:
    """Return the maker of the tokenizer, as spaCy's configuration wants it."""
    return lambda nlp: ByScript(nlp.vocab)


class ByScript:
    """The tokenizer of the desk; `doc_of` takes the parts of a mail, calling it takes a bare text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        with warnings.catch_warnings():
            # spaCy 3.8 still calls SudachiPy's Dictionary.create(), which 0.6.10 deprecates in favour of tokenizer().
            warnings.filterwarnings("ignore", message=r"Dictionary\.create", category=DeprecationWarning)
            self.tokenizers: dict[Language, Any] = {
                language: spacy.blank(language.value).tokenizer for language in Language
            }

    def __call__(self, text: str) -> Doc:
        """Read a bare text as the body of a mail without a subject."""
        return self.doc_of(MailText("", text, Language.JA if _KANA.search(text) else Language.EN))

    def doc_of(self, mail: MailText) -> Doc:
        """Return the Doc of a mail, with its sentences in its notes. Never raises on any text."""
        places: list[SentencePlace] = []
        parts: list[Doc] = []
        at = 0
        for text in split(mail):
            language = script_of(text, mail.language)
            part = self.tokenizers[language](text)
            places.append(SentencePlace(text, language, at, at + len(part)))
            parts.append(part)
            at += len(part)
        return attach(self._joined(parts), Notes(mail, places))

    def phrase(self, text: str, language: Language) -> Doc:
        """Return the Doc of a phrase of a known language, without notes."""
        return self._joined([self.tokenizers[language](text)])

    def _joined(self, parts: list[Doc]) -> Doc:
        words = [token.text for part in parts for token in part]
        spaces = [bool(token.whitespace_) or token.i == len(part) - 1 for part in parts for token in part]
        doc = Doc(self.vocab, words=words, spaces=spaces)
        norms: list[Any] = [self._norms(part) for part in parts if len(part)]
        joined: Any = np.concatenate(norms).reshape(-1, 1) if norms else None
        return doc if joined is None else doc.from_array([NORM], joined)

    def _norms(self, part: Doc) -> Any:
        """Return the normal forms of the words; those that only the language's own vocabulary knows are taken over."""
        theirs: Any = part.vocab.strings
        own: Any = self.vocab.strings
        norms = part.to_array([NORM]).reshape(-1)
        for number in norms.tolist():
            if number not in own:
                own.add(theirs[number])
        return norms

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Save nothing: both tokenizers come whole from their packages."""

    def from_disk(self, path: str | Path, **_: Any) -> "ByScript":  # noqa: ARG002 - spaCy's signature
        """Restore nothing; see `to_disk`."""
        return self

    def to_bytes(self, **_: Any) -> bytes:
        """See `to_disk`."""
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> "ByScript":  # noqa: ARG002 - spaCy's signature
        """See `to_disk`."""
        return self
