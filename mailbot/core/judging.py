"""Makes the verdict out of what was weighed: the words that spoke, the flags, and whether a person must decide.

Being wrong while sure is far worse than abstaining, so several doubts veto whatever the numbers say. Pure values.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailbot.core.classify import EVERYDAY, HINT, Reading, flag_words, is_clean
from mailbot.core.doubts import PRIVATE_WORDS
from mailbot.core.message import Asked, Verdict
from mailbot.core.scripts import is_unclear
from mailbot.core.sentences import MailText, folded
from mailbot.core.weighing import Weighed, sigmoid

_SHORT, _LEAST_LETTERS = 200, 6
"""Characters of a mail that may say nothing, and the letters that do say something."""
_COURTESY = re.compile(
    "(?:何卒|どうぞ|今後とも)?(?:よろしく|宜しく)(?:お願い|御願い)?(?:いたし|致し|し|申し上げ)?(?:ます)?"
    "|(?:いつも)?(?:大変)?お世話にな(?:って|り)(?:おり|い)?ます|ありがとうございま(?:す|した)|取り急ぎ"
)

Phrase = Callable[[str], str]
"""Gives the words of the mail that spoke most for a code where no cue did; "" where nothing is known."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict rests on. `flags` are those a model raised beside the cues, with the words that did."""

    mail: MailText
    reading: Reading
    weighed: Weighed
    flags: Mapping[str, str]
    phrase: Phrase


def judged(evidence: Evidence, sure_from: float | None) -> Verdict:
    """Return the verdict; sure from the confidence `sure_from` (None: never) and where nothing vetoes."""
    weighed = evidence.weighed
    is_sure = sure_from is not None and weighed.confidence >= sure_from and not veto(evidence)
    flags = {**evidence.flags, **flag_words(evidence.reading)}
    return Verdict(
        asked=_asked(evidence),
        confidence=round(weighed.confidence, 3),
        is_sure=is_sure,
        flags=tuple(flags),
        flag_phrases=tuple(dict.fromkeys(filter(None, flags.values()))),
    )


def veto(evidence: Evidence) -> str | None:
    """Return why a person must decide whatever the confidence, None where nothing speaks against the machine."""
    kinds = set(evidence.weighed.kinds)
    cues = [cue for cue in evidence.reading.cues if not cue.is_dead and cue.kind != EVERYDAY]
    if is_unclear(evidence.mail):
        return "unclear_language"
    if not cues and says_little(evidence.mail):
        return "says_little"
    if EVERYDAY in kinds and (cues or _likeliest_right(evidence.weighed) >= 0):
        return "right_beside_everyday"
    if EVERYDAY in kinds and PRIVATE_WORDS in evidence.reading.doubts:
        return "private_words"
    if any(is_clean(cue) and cue.strength > HINT and cue.kind not in kinds for cue in cues):
        return "cue_disagrees"
    return None


def says_little(mail: MailText) -> bool:
    """Whether nothing is left of the newest words but courtesy: "about the other day, thank you in advance"."""
    rest = _COURTESY.sub("", folded(mail.reply_text[:_SHORT]))
    return len(mail.reply_text) < _SHORT and sum(map(str.isalpha, rest)) < _LEAST_LETTERS


def _likeliest_right(weighed: Weighed) -> float:
    """Return the log-odds of the right that is likeliest."""
    return max(odds for code, odds in weighed.log_odds.items() if code != EVERYDAY)


def _asked(evidence: Evidence) -> tuple[Asked, ...]:
    """Return the kinds in the order in which the mail speaks of them."""
    found = [_one(evidence, code) for code in evidence.weighed.kinds]
    text = _unspaced(f"{evidence.mail.subject}\n{evidence.mail.reply_text}")
    return tuple(sorted(found, key=lambda one: _place(text, one)))


def _place(text: str, asked: Asked) -> int:
    """Return where the first words that spoke begin; behind everything where they are not found as they stand."""
    words = _unspaced(asked.because[0].split(" … ")[-1]) if asked.because else ""
    at = text.find(words) if words else -1
    return at if at >= 0 else len(text)


def _unspaced(text: str) -> str:
    """Return a text without blanks, for words are quoted from lines that were unwrapped."""
    return "".join(folded(text).split())


def _one(evidence: Evidence, code: str) -> Asked:
    own = [cue.phrase for cue in evidence.reading.cues if cue.kind == code and not cue.is_dead]
    phrases = own or [evidence.phrase(code)]
    confidence = sigmoid(evidence.weighed.log_odds[code])
    return Asked(code, round(confidence, 3), tuple(dict.fromkeys(filter(None, phrases))))
