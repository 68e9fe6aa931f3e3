"""Joins the words found in a mail into cues: an object, the act bound to it, and the writer's mood.

"Correct my address and delete my account" has two objects and two acts; each object is bound to
its own act, so that no right is read out of words that merely stand in one sentence. Pure values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailbot.core.classify import Cue, Flag, Guard, Reading
from mailbot.core.doubts import doubts_of
from mailbot.core.guards import guards_of, is_quoted
from mailbot.core.words import ACTS, OBJECTS, Rule, Sentence, Word

SPECIFIC = frozenset({"purpose", "record", "from_whom", "to_whom", "why", "give", "no_give", "third", "no_use", "use"})
"""Objects that swallow the plain data beside them: "the purpose of my data"."""
ABSORBED_WITHIN = 7
CHAINED_WITHIN = 3
"""Tokens: how far a part may stand from its whole, and an act from the act it is chained to ("stop using")."""
BORROWED = frozenset({"wrong", "others", "privacy", "leak", "own", "all_of"})
BORROWED_COSTS = 0.93
"""What a sentence may take from the one before beside its objects, and the factor on the strength."""


def read(sentences: Sequence[Sentence], rules: Sequence[Rule]) -> Reading:
    """Find every cue, flag and doubt of one mail; sentence 0 is the subject."""
    whole = _in_context(sentences)
    is_status = any("status" in sentence.senses for sentence in whole)
    found = [_sentence_cues(sentence, rules, is_status=is_status) for sentence in whole]
    cues = tuple(cue for group in found for cue in group)
    flags = tuple(
        Flag(word.sense.removeprefix("flag_"), word.text)
        for sentence in sentences
        for word in sentence.words
        if word.sense.startswith("flag_")
    )
    return Reading(cues, flags, doubts_of(whole, found), len(sentences))


def _in_context(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Give a sentence the object it leaves out and the wish of the list it stands in."""
    result: list[Sentence] = []
    before: Sentence | None = None
    asked: Sentence | None = None
    in_list = False
    for sentence in sentences:
        completed = _with_earlier_request(_with_borrowed_object(sentence, before), asked)
        result.append(_with_carried_wish(completed) if in_list else completed)
        in_list = _is_list(sentence) or (in_list and "wish" not in sentence.senses)
        before = sentence if _gives_context(sentence) else before
        asked = sentence if "past" in sentence.senses and "everyday" not in sentence.senses else asked
    return result


def _gives_context(sentence: Sentence) -> bool:
    is_envelope = sentence.is_silent and sentence.number > 0
    is_wrong_entry = {"item", "wrong"} <= sentence.senses
    return (bool(sentence.senses & (OBJECTS | {"privacy"})) or is_wrong_entry) and not is_envelope


def _is_list(sentence: Sentence) -> bool:
    return {"list", "wish"} <= sentence.senses and "own_wish" not in sentence.senses


def _with_borrowed_object(sentence: Sentence, before: Sentence | None) -> Sentence:
    """Let "It is wrong. Please correct it." know what is to be corrected."""
    is_part = sentence.senses & {"field", "item"} and "data" not in sentence.senses
    if before and is_part and sentence.senses & {"erase", "stop"}:
        return _with(sentence, before.having({"wrong"}))
    needs_object = sentence.senses & ((ACTS - {"show"}) | {"grievance"})
    if before is None or sentence.senses & (OBJECTS | {"everyday"}) or not needs_object:
        return sentence
    return _with(sentence, before.having(OBJECTS | BORROWED))


def _with_earlier_request(sentence: Sentence, asked: Sentence | None) -> Sentence:
    """Let "What is the status?" know the request that the sentence before spoke of."""
    if asked is None or "status" not in sentence.senses or sentence.senses & {"past", "everyday"}:
        return sentence
    return _with(sentence, asked.having({"past", "data", "account", "ads", "rights_request", *ACTS}))


def _with(sentence: Sentence, words: Iterable[Word]) -> Sentence:
    borrowed = [replace(word, start=-1, end=0, at=-1) for word in words]
    return replace(sentence, words=(*borrowed, *sentence.words))


def _with_carried_wish(sentence: Sentence) -> Sentence:
    if sentence.senses & {"wish", "question"} or not sentence.senses & (OBJECTS | ACTS):
        return sentence
    return replace(sentence, words=(*sentence.words, Word("wish", "", 10**6, 10**6)))


def _sentence_cues(sentence: Sentence, rules: Sequence[Rule], *, is_status: bool) -> list[Cue]:
    cues: list[Cue] = []
    for rule in rules if not sentence.is_silent else ():
        if not _may_match(rule, sentence.senses):  # nearly every rule, and much the quickest to see
            continue
        words = _matching(rule, sentence)
        cue = _cue(rule, sentence, words, is_status=is_status) if words else None
        if cue and not _is_noise(cue, words):
            cues.append(cue)
    return cues


def _may_match(rule: Rule, senses: frozenset[str]) -> bool:
    """Whether a sentence has an act and an object at all where the rule names some."""
    return not (rule.acts and rule.acts.isdisjoint(senses)) and not (rule.objects and rule.objects.isdisjoint(senses))


def _is_noise(cue: Cue, words: Sequence[Word]) -> bool:
    """Whether it only tells of something shown or explained, which is no sign of a wish to see it."""
    return Guard.NO_WISH in cue.guards and any(word.sense == "show" for word in words)


def _matching(rule: Rule, sentence: Sentence) -> list[Word]:
    """Return the words that satisfy the rule, or none."""
    senses = sentence.senses
    if rule.unless & senses or any(not senses & wanted for wanted in rule.also):
        return []
    bound = _bound_pair(rule, sentence)
    if bound is None:
        return []
    return [*bound, *(_first_said(sentence, wanted) for wanted in rule.also)]


def _first_said(sentence: Sentence, wanted: frozenset[str]) -> Word:
    """Choose a word of the writer before one that is only quoted."""
    words = sentence.having(wanted)
    return next((word for word in words if not is_quoted(sentence, word)), words[0])


def _bound_pair(rule: Rule, sentence: Sentence) -> list[Word] | None:
    """Return an object with an act bound to it, the one that is asked for; None when the rule wants more."""
    objects, acts = sentence.having(rule.objects), sentence.having(rule.acts)
    if rule.is_plain:
        objects = [word for word in objects if not _is_absorbed(word, sentence)]
    if not rule.acts or not rule.objects:
        return acts[:1] + objects[:1] if bool(acts) == bool(rule.acts) and bool(objects) == bool(rule.objects) else None
    pairs = [(thing, act) for thing in objects for act in _acts_of(thing, sentence) if _goes_with(thing, act, rule)]
    return list(pairs[0]) if pairs else None


def _goes_with(thing: Word, act: Word, rule: Rule) -> bool:
    """Whether the rule wants the act; "explain and apologise" after a complaint is no wish to see the data."""
    return act.sense in rule.acts and not (thing.at < 0 and act.sense == "show")


def _acts_of(thing: Word, sentence: Sentence) -> list[Word]:
    """Bind an object to the nearest act on the side where the language puts it, and to acts chained to that one."""
    acts = sentence.having(ACTS)
    after = [act for act in acts if act.start >= thing.start]
    before = [act for act in reversed(acts) if act.start < thing.start]
    first, second = (after, before) if sentence.act_follows else (before, after)
    chain: list[Word] = []
    for act in first or second:
        if chain and _gap(chain[-1], act) > CHAINED_WITHIN:
            break
        chain.append(act)
    return chain


def _gap(one: Word, other: Word) -> int:
    """Count the tokens between two words, 0 when they overlap or touch."""
    return max(one.start - other.end, other.start - one.end, 0)


def _is_absorbed(thing: Word, sentence: Sentence) -> bool:
    """Whether the object is only part of another: "the purpose of my data", not "the purpose, and my data"."""
    separators = sentence.having({"separator"})
    return any(
        _is_near(thing, other, sentence) and not any(_is_between(mark, thing, other) for mark in separators)
        for other in sentence.having(SPECIFIC)
    )


def _is_near(thing: Word, other: Word, sentence: Sentence) -> bool:
    """Whether the object leads to the other: close by, or in Japanese before it with no act of its own between."""
    acts = sentence.having(ACTS - SPECIFIC)
    leads = (
        sentence.act_follows and thing.start < other.start and not any(_is_between(act, thing, other) for act in acts)
    )
    return _gap(thing, other) <= ABSORBED_WITHIN or leads


def _is_between(mark: Word, one: Word, other: Word) -> bool:
    return min(one.end, other.end) <= mark.start < max(one.start, other.start)


def _cue(rule: Rule, sentence: Sentence, words: Sequence[Word], *, is_status: bool) -> Cue:
    is_borrowed = any(word.at < 0 for word in words)
    return Cue(
        kind=rule.kind,
        phrase=_phrase(sentence, words),
        strength=rule.strength * (BORROWED_COSTS if is_borrowed else 1),
        sentence=sentence.number,
        guards=guards_of(rule, sentence, words, is_status=is_status),
        flag=rule.flag,
    )


def _phrase(sentence: Sentence, words: Sequence[Word]) -> str:
    """Quote the mail from the first to the last word of the cue."""
    own = [word for word in words if word.at >= 0]
    borrowed = [word.text for word in words if word.at < 0]
    if not own:
        return " … ".join(borrowed)
    start, end = min(word.at for word in own), max(word.at + len(word.text) for word in own)
    return " … ".join([*dict.fromkeys(borrowed), sentence.text[start:end]])
