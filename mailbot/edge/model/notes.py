"""What the components of the pipeline tell each other about one mail, beside the spans and cats of its Doc."""

from dataclasses import dataclass, field

from spacy.tokens import Doc

from mailbot.core.classify import Reading
from mailbot.core.message import Language, Verdict
from mailbot.core.sentences import MailText
from mailbot.core.weighing import Weighed

_KEY = "desk"


@dataclass(slots=True)
class SentencePlace:
    """One sentence of a mail: tokens `start` to `end` of the Doc, and the script that chose its words."""

    text: str
    language: Language
    start: int
    end: int


@dataclass(slots=True)
class Notes:
    """The state of one mail on its way through the pipeline; each component fills in its own part.

    `ngrams` are log-odds per code, empty before that component; `encoder` is None where the encoder was not asked.
    """

    mail: MailText
    sentences: list[SentencePlace]
    reading: Reading = field(default_factory=Reading)
    ngrams: dict[str, float] = field(default_factory=dict)
    encoder: dict[str, float] | None = None
    weighed: Weighed | None = None
    verdict: Verdict = field(default_factory=Verdict)


def notes_of(doc: Doc) -> Notes:
    """Return the notes of a Doc made by the desk's tokenizer. Raises KeyError for any other Doc."""
    found: Notes = doc.user_data[_KEY]
    return found


def attach(doc: Doc, notes: Notes) -> Doc:
    """Give a fresh Doc its notes."""
    doc.user_data[_KEY] = notes
    return doc
