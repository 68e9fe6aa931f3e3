"""Cuts a mail into sentences and says in which script each is written. Pure; never raises on any text."""

import re
import unicodedata
from dataclasses import dataclass

from mailbot.core.formulas import is_answer_title, is_formula, without_salutation
from mailbot.core.message import Language

MAX_CHARACTERS = 20_000
MAX_SENTENCE = 600
"""Characters; Sudachi refuses input above about 49 kB."""

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = re.compile(r"(?<=[。!?])(?![」』)\"'!?])|(?<=[a-z)\"'][.;]) +|(?<=[0-9]{2}[.;]) +|\n")
_UNWRITABLE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2060\ufeff]")
_NEW_PARAGRAPH = re.compile(r"(?:[。.!?:;」』)]|です|ます|した|ません|ください|様|御中|各位|殿)$")
_PARAGRAPH_END = 8
"""Characters in which the end of a paragraph shows."""
_MARK = re.compile(r"^(?:[・●■○◆※*•-]+|\(?\d{1,2}[.)]) *(?=\D)")
_ITEM = re.compile(r"^[\s>]*(?:[・●■○◆※*\-•>]|\(?\d{1,2}[.)、．:]|[①-⑳]|[^\s:]{1,12}: *\S)")


@dataclass(frozen=True, slots=True)
class MailText:
    """What is read of one mail: the subject, the newest words of the writer, the language of the mail."""

    subject: str
    reply_text: str
    language: Language


def own_subject(mail: MailText) -> str:
    """Return the subject where it is the writer's own: that of an answer repeats somebody else's words, and is ""."""
    subject = folded(mail.subject[:MAX_SENTENCE])
    return "" if is_answer_title(subject.strip()) else subject


def split(mail: MailText) -> list[str]:
    """Cut a mail into sentences of at most `MAX_SENTENCE` characters; the first is the subject, maybe empty."""
    subject = " ".join(folded(mail.subject[:MAX_SENTENCE]).split())[:MAX_SENTENCE]
    body = _unwrap(folded(mail.reply_text[:MAX_CHARACTERS]))
    parts = [without_salutation(part.strip()) for part in _ENDS.split(body) if part]
    sentences = [_MARK.sub("", part) for part in parts if part]
    return [subject, *(piece for sentence in sentences for piece in _pieces(sentence))]


def _pieces(sentence: str) -> list[str]:
    return [sentence[at : at + MAX_SENTENCE] for at in range(0, len(sentence), MAX_SENTENCE)]


def folded(text: str) -> str:
    """Fold widths and typographic quotes, drop what no tokenizer can take (lone surrogates, controls)."""
    folded = unicodedata.normalize("NFKC", _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return folded.replace("’", "'").replace("“", '"').replace("”", '"')


def _unwrap(body: str) -> str:
    """Join lines that a mail program wrapped; keep list items, paragraphs and finished lines apart."""
    joined: list[str] = []
    for raw in body.split("\n"):
        line = raw.strip()
        goes_on = bool(joined and joined[-1] and line) and not _ITEM.match(line) and not is_formula(line)
        if (
            goes_on
            and not _ITEM.match(joined[-1])
            and not is_formula(joined[-1])
            and not _NEW_PARAGRAPH.search(joined[-1][-_PARAGRAPH_END:])
        ):
            joined[-1] += line if _JAPANESE.search(joined[-1][-1] + line[0]) or joined[-1][-1] in "、," else f" {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def script_of(text: str, language: Language) -> Language:
    """Choose the pipeline of a sentence by its script, the mail's language when it has no letters."""
    letters = len(_LETTER.findall(text))
    if not letters:
        return language
    return Language.JA if len(_JAPANESE.findall(text)) * 5 >= letters else Language.EN
