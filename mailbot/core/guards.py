"""Says what speaks against a cue: negation, quotation, a mere question, somebody else's wish. Pure values."""

from collections.abc import Sequence

from mailbot.core.classify import EVERYDAY, Guard
from mailbot.core.words import ACTS, Rule, Sentence, Word

DEFINITE = frozenset({"data", "record", "purpose", "account", "third", "ads", "others", "leak", "roster"})
CHANGES = frozenset({"correct", "add", "delete_item", "erase"})
"""Kinds whose words are also those of a booking."""
NEGATED_WITHIN = 6


def guards_of(rule: Rule, sentence: Sentence, words: Sequence[Word], *, is_status: bool) -> frozenset[Guard]:
    """Return the guards of a rule's cue; `is_status` when the mail asks how far an earlier request has got."""
    marks = _mood_guards(rule, sentence)
    if rule.kind not in {"inquiry", "opinion", EVERYDAY}:
        marks |= _wish_guards(sentence, is_status=is_status)
        marks |= {Guard.NEGATED} if _is_negated(sentence, words) else set()
        marks |= {Guard.EVERYDAY} if _may_be_everyday(rule, sentence, words) else set()
    marks |= {Guard.QUOTED} if any(is_quoted(sentence, word) for word in words) else set()
    return frozenset(marks)


def _may_be_everyday(rule: Rule, sentence: Sentence, words: Sequence[Word]) -> bool:
    """Whether a booking or a leaking tap may be meant: "change the address", "photos of the leak"."""
    definite = DEFINITE - {"leak"} if rule.kind == "incident_tip" else DEFINITE
    is_vague = not any(word.sense in definite for word in words)
    signs = {"everyday", "occasion", "everyday_weak"} if rule.kind in CHANGES else {"everyday"}
    return bool(sentence.senses & signs) and is_vague and rule.kind != "purpose"


def _mood_guards(rule: Rule, sentence: Sentence) -> set[Guard]:
    accepted = _ACCEPTED.get(rule.mood)
    if accepted is None or sentence.senses & accepted or _is_imperative(sentence):
        return set()
    return {Guard.NO_WISH}


_ACCEPTED = {
    "wish": frozenset({"wish", "own_wish", "indirect"}),
    "ask": frozenset({"wish", "own_wish", "indirect", "question"}),
}


def _is_imperative(sentence: Sentence) -> bool:
    """Whether an English sentence begins with the bare verb: "Delete my account."."""
    acts = sentence.having(ACTS)
    if sentence.act_follows or not acts:
        return False
    first = sum(word.start < acts[0].start for word in sentence.having({"separator"}))
    is_bare = not acts[0].text.lower().endswith(("ed", "ing", "ion", "al", "ure"))
    is_forbidding = any(word.start == 0 for word in sentence.having({"not"}))
    return is_forbidding or (acts[0].start == first and is_bare)


def _wish_guards(sentence: Sentence, *, is_status: bool) -> set[Guard]:
    senses = sentence.senses
    marks = set()
    if "how" in senses:
        marks.add(Guard.POSSIBLE if senses & {"want", "own_wish"} else Guard.HOW)
    if "past" in senses:
        marks.add(Guard.PAST if is_status else Guard.POSSIBLE)
    if "in_vain" in senses:
        marks.add(Guard.PAST)
    for sense, mark in (
        ("can", Guard.POSSIBLE),
        ("how_do", Guard.POSSIBLE),
        ("if", Guard.CONDITIONAL),
        ("withdraw", Guard.WITHDRAWN),
        ("reported", Guard.OTHERS_WISH),
    ):
        if sense in senses:
            marks.add(mark)
    return marks


def _is_negated(sentence: Sentence, words: Sequence[Word]) -> bool:
    """Whether a "not" stands where the language puts it: after the act in Japanese, before it in English."""
    acts = [word for word in words if word.sense in ACTS or word.sense.startswith("ask_")]
    nots = sentence.having({"not"})
    if sentence.act_follows:
        return any(0 <= no.start - act.end <= NEGATED_WITHIN for act in acts for no in nots)
    return any(0 <= act.start - no.end <= NEGATED_WITHIN for act in acts for no in nots)


def is_quoted(sentence: Sentence, word: Word) -> bool:
    """Tell whether a word stands between quotation marks."""
    return sum(mark.start < word.start for mark in sentence.having({"quote"})) % 2 == 1
