"""Names what was not understood in a mail, so that a person decides. Pure values.

An everyday matter is sure only where nothing at all is said of data, lists, records, privacy or
leaks (law.md §1); a right is sure only where no other wish was left unread.
"""

import re
from collections.abc import Sequence

from mailbot.core.classify import EVERYDAY, HINT, Cue, is_clean
from mailbot.core.guards import CHANGES
from mailbot.core.words import ACTS, OBJECTS, Sentence

PRIVATE = frozenset(
    {"data", "info", "account", "ads", "third", "record", "purpose", "privacy", "rights_request"}
    | {"leak", "others", "roster", "papers", "exposed", "worry", "own_matter"}
)
"""Words after which an everyday mail is not surely everyday."""
PRIVATE_WORDS = "private_words"
"""The doubt that an everyday mail speaks of data, lists, papers or worries, too."""
AUTHORITIES = frozenset({"flag_regulator", "flag_police", "flag_press"})
OWN_FACTS = frozenset({"changed", "wrong", "missing", "leave", "indirect"})
"""Facts about one's own data; beside a question they may be a request."""
SOFT = frozenset({"complaint", "opinion", "inquiry"})
"""Kinds that may hide another one in the story told beside them."""
STORY_FROM = {True: 14, False: 35}
"""Characters from which a sentence tells a story, in Japanese and in English."""
QUESTIONS = frozenset({"why", "from_whom", "to_whom", "what", "hold", "get"})
"""Words that ask something by themselves."""
SERVICE = frozenset({"everyday", "everyday_act"})
ALARMS = frozenset({"leak", "others", "no_send", "roster", "exposed", "worry"})
"""Words that are never mere background."""
ABOUT_DATA = frozenset({"data", "account", "record", "purpose", "third", "ads", "hold", "item", "own", "privacy"})
"""Words that say that the data the company keeps are meant, not the address of a delivery."""

_DATE = re.compile(
    r"\d ?(?:日|時|月|am\b|pm\b)|[月火水木金土日]曜|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE
)


def doubts_of(sentences: Sequence[Sentence], found: Sequence[Sequence[Cue]]) -> tuple[str, ...]:
    """Return short codes of what was not understood; `found` are the cues of each sentence."""
    alive = [cue for group in found for cue in group if not cue.is_dead]
    kinds = {cue.kind for cue in alive}
    everywhere = frozenset(sense for sentence in sentences for sense in sentence.senses)
    unread = [sentence for sentence, cues in zip(sentences, found, strict=True) if not (cues or sentence.is_silent)]
    if everywhere & AUTHORITIES and "flag_threat" not in everywhere:
        return ("authority_writes",)
    if kinds == {EVERYDAY}:
        return _everyday_doubts(sentences, unread)
    if kinds == {"inquiry"} and everywhere & OWN_FACTS:
        return ("own_facts",)
    if kinds <= SOFT and any(map(_is_story, unread)):
        return ("unread_story",)
    return (*_unknown_wishes(unread, alive), *_everyday_context(sentences, found))


def _everyday_doubts(sentences: Sequence[Sentence], unread: Sequence[Sentence]) -> tuple[str, ...]:
    """Be sure of an everyday matter only where no sentence may tell of anything else."""
    if any(map(_is_private, sentences)):
        return (PRIVATE_WORDS,)
    untold = [sentence for sentence in unread if not (sentence.senses & SERVICE or _DATE.search(sentence.text))]
    return ("unread_story",) if any(map(_is_story, untold)) or any(map(_is_about_staff, sentences)) else ()


def _is_about_staff(sentence: Sentence) -> bool:
    """Whether it tells what a person of the company did, and not what was done to the house."""
    return "everyday_weak" in sentence.senses and not sentence.senses & (SERVICE | {"greeting"})


def _unknown_wishes(unread: Sequence[Sentence], alive: Sequence[Cue]) -> list[str]:
    proved = frozenset(cue.kind for cue in alive if is_clean(cue) and cue.strength > HINT)
    return ["unknown_wish" for sentence in unread if _is_unexplained(sentence, proved)]


def _is_unexplained(sentence: Sentence, proved: frozenset[str]) -> bool:
    """Whether a sentence without a cue may hold a wish; `proved` are the kinds understood elsewhere in the mail."""
    senses = sentence.senses
    if not senses & _signs(sentence, proved):
        return False
    if senses & {"list", "status"} or ("not" in senses and not senses & OBJECTS) or _only_asks_to_be_told(senses):
        return False
    return "courtesy" not in senses or bool(senses & (OBJECTS | ACTS) - {"show"})


def _signs(sentence: Sentence, proved: frozenset[str]) -> frozenset[str]:
    """Return the senses that make an unread sentence a doubt: a subject only names, a complaint only blames."""
    signs = {"wish", "question", "grievance", "data", "privacy"} | ALARMS
    if sentence.number == 0 and not (sentence.senses & ACTS and sentence.senses & OBJECTS):
        signs -= {"wish", "question", "data", "privacy"}
    if proved - SOFT:
        signs -= {"data", "privacy"}
    if "complaint" in proved:
        signs -= {"grievance"}
    if proved & {"inquiry", "incident_tip"} and "how" in sentence.senses:
        signs -= {"wish", "question"}
    if "tp_record" in proved and {"show", "give"} >= sentence.senses & ACTS:
        signs -= {"wish", "question"}
    if proved & {"complaint", "opinion"} and not sentence.senses & (OBJECTS | ACTS | {"field"}):
        signs -= {"wish"}
    return frozenset(signs)


def _only_asks_to_be_told(senses: frozenset[str]) -> bool:
    """Whether it is a bare "please tell me" after the question itself."""
    return senses & ACTS == {"show"} and not senses & (OBJECTS | QUESTIONS)


def _everyday_context(sentences: Sequence[Sentence], found: Sequence[Sequence[Cue]]) -> list[str]:
    """Doubt "change the address" in a mail that speaks of a booking and never of the data kept."""
    rights = [number for number, cues in enumerate(found) if any(cue.kind in CHANGES for cue in cues if is_clean(cue))]
    is_definite = any(sentences[number].senses & (ABOUT_DATA | {"leak", "others"}) for number in rights)
    told = [one for one in sentences if "everyday" in one.senses and not one.senses & {"greeting", "courtesy"}]
    return ["everyday_context"] if rights and told and not is_definite else []


def _is_story(sentence: Sentence) -> bool:
    """Whether an unread sentence tells enough to hide an incident or a request (law.md §1, complaint)."""
    length = STORY_FROM[sentence.act_follows]
    senses = sentence.senses
    is_earlier = "past" in senses and senses & {"rights_request", "procedure", "data", "account"}
    is_told = senses & {"greeting", "courtesy"} or is_earlier or _is_of_the_service(senses)
    return sentence.number > 0 and len(sentence.text) >= length and not is_told


def _is_of_the_service(senses: frozenset[str]) -> bool:
    return "everyday" in senses and not senses & (OBJECTS | ACTS | PRIVATE | {"grievance", "field", "wish"})


def _is_private(sentence: Sentence) -> bool:
    """Whether an everyday mail may still touch personal data or unwanted mail."""
    senses = sentence.senses
    if sentence.is_silent:
        return False
    is_about_mail = "channel" in senses and senses & {"stop", "no_send", "unwanted"}
    is_about_data = "own" in senses and senses & ACTS
    is_why = "why" in senses and senses & {"field", "item", "collect", "use"}
    is_open_end = "status" in senses and "everyday" not in senses
    return bool(senses & PRIVATE or is_about_mail or is_about_data or is_why or is_open_end)
