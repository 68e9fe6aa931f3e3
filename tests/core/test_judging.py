"""What becomes of the weighed evidence: the words, the flags, and when a person must decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.classify import EVERYDAY, HINT, Cue, Flag, Guard, Reading
from mailbot.core.judging import Evidence, judged, veto
from mailbot.core.message import Language
from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES, FLAGS, Weighed, chosen

ENGLISH = "Please delete my account and tell me what you know about me."
DEAD = [Guard.NEGATED, Guard.QUOTED, Guard.WITHDRAWN, Guard.PAST, Guard.HOW]


def cue(kind: str, strength: float = 0.85, *guards: Guard, phrase: str = "", sentence: int = 1) -> Cue:
    return Cue(kind, phrase or f"words for {kind}", strength, sentence, frozenset(guards))


def evidence(
    *kinds: str,
    text: str = ENGLISH,
    subject: str = "",
    cues: Sequence[Cue] = (),
    flags: Sequence[Flag] = (),
    raised: Mapping[str, str] | None = None,
    phrase: Callable[[str], str] = "the model's words for {}".format,
    confidence: float = 0.97,
) -> Evidence:
    log_odds = {code: 2.0 if code in kinds else -2.0 for code in CODES}
    mail = MailText(subject, text, Language.EN)
    weighed = Weighed(kinds, log_odds, confidence)
    return Evidence(mail, Reading(tuple(cues), tuple(flags), sentences=2), weighed, raised or {}, phrase)


# --- sure or not ---


@pytest.mark.parametrize(
    ("confidence", "sure_from", "is_sure"),
    [(0.97, 0.9, True), (0.9, 0.9, True), (0.8999, 0.9, False), (1.0, None, False), (0.0, 0.0, True)],
)
def test_a_verdict_is_sure_from_its_line_and_never_without_one(
    confidence: float, sure_from: float | None, *, is_sure: bool
) -> None:
    assert judged(evidence("erase", confidence=confidence), sure_from).is_sure is is_sure


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (evidence("erase"), None),
        (evidence("erase", text="Bonjour, je souhaite que vous supprimiez mon compte."), "unclear_language"),
        (evidence("erase", text=""), "unclear_language"),
        (evidence("inquiry", text="先日の件、よろしくお願いいたします。"), "says_little"),
        (evidence("inquiry", text="先日の件の進み具合を知りたいです。"), None),
        (evidence("erase", text="退会", cues=[cue("erase")]), None),
        (evidence(EVERYDAY), None),
        (evidence(EVERYDAY, cues=[cue(EVERYDAY)]), None),
        (replace(evidence(EVERYDAY), reading=Reading(doubts=("private_words",))), "private_words"),
        (replace(evidence("inquiry"), reading=Reading(doubts=("private_words",))), None),
        (evidence(EVERYDAY, cues=[cue("erase")]), "right_beside_everyday"),
        (evidence(EVERYDAY, cues=[cue("erase", 0.1)]), "right_beside_everyday"),
        (evidence(EVERYDAY, cues=[cue("erase", 0.85, Guard.POSSIBLE)]), "right_beside_everyday"),
        *[(evidence(EVERYDAY, cues=[cue("erase", 0.85, guard)]), None) for guard in DEAD],
        (evidence("erase", cues=[cue("erase")]), None),
        (evidence("erase", cues=[cue("erase"), cue("correct")]), "cue_disagrees"),
        (evidence("erase", cues=[cue("correct", HINT + 0.01)]), "cue_disagrees"),
        (evidence("erase", cues=[cue("correct", HINT)]), None),
        (evidence("erase", cues=[cue("correct", 0.85, Guard.CONDITIONAL)]), None),
        (evidence("erase", cues=[cue("correct", 0.85, Guard.NEGATED)]), None),
        (evidence("erase", cues=[cue(EVERYDAY)]), None),
        (evidence("erase", "correct", cues=[cue("correct"), cue("erase")]), None),
    ],
)
def test_each_doubt_vetoes_for_its_reason(found: Evidence, reason: str | None) -> None:
    assert veto(found) == reason
    assert judged(found, 0.9).is_sure is (reason is None)


def test_an_empty_mail_is_a_guess_for_a_person() -> None:
    verdict = judged(evidence("erase", text="", subject="", phrase=lambda _: ""), 0.0)
    assert not verdict.is_sure
    assert [(one.kind, one.because) for one in verdict.asked] == [("erase", ())]


# --- the words that spoke ---


def test_words_of_cues_come_before_the_sentence_of_the_model() -> None:
    cues = [cue("erase", phrase="delete my account"), cue("erase", phrase="delete my account"), cue("erase")]
    asked = judged(evidence("erase", "disclosure", cues=cues), 0.9).asked
    because = {one.kind: one.because for one in asked}
    assert because["erase"] == ("delete my account", "words for erase")
    assert because["disclosure"] == ("the model's words for disclosure",)


@pytest.mark.parametrize("guard", DEAD)
def test_a_dead_cue_lends_no_words(guard: Guard) -> None:
    [one] = judged(evidence("erase", cues=[cue("erase", 0.85, guard)]), 0.9).asked
    assert one.because == ("the model's words for erase",)


def test_the_model_is_asked_for_words_only_where_no_cue_has_some() -> None:
    asked: list[str] = []

    def phrase(code: str) -> str:
        asked.append(code)
        return ""

    judged(evidence("erase", "disclosure", cues=[cue("erase")], phrase=phrase), 0.9)
    assert asked == ["disclosure"]


@pytest.mark.parametrize("words", [("Please stop", "my address"), ("my address", "Please stop")])
def test_what_is_asked_stands_in_the_order_of_the_mail(words: tuple[str, str]) -> None:
    text = f"{words[0]}; {words[1]}."
    cues = [cue("marketing_stop", phrase="Please stop"), cue("correct", phrase="my address")]
    expected = ["marketing_stop", "correct"] if words[0] == "Please stop" else ["correct", "marketing_stop"]
    assert [
        one.kind for one in judged(evidence("correct", "marketing_stop", text=text, cues=cues), 0.9).asked
    ] == expected


def test_the_subject_stands_before_the_body() -> None:
    cues = [cue("correct", phrase="my address"), cue("erase", phrase="delete", sentence=0)]
    found = evidence("correct", "erase", subject="delete", text="Change my address", cues=cues)
    assert [one.kind for one in judged(found, 0.9).asked] == ["erase", "correct"]


def test_a_kind_without_words_comes_last() -> None:
    phrases = {"purpose": "", "erase": "delete my account"}
    found = evidence("purpose", "erase", phrase=phrases.__getitem__)
    assert [one.kind for one in judged(found, 0.9).asked] == ["erase", "purpose"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("メルマガを止めてください。ＡＢＣ店の住所を直してください。", "ABC店の住所を直して"),
        ("メルマガを止めてください。次に、私の住\n所を直してください。", "私の住所を直して"),
        ("メルマガを止めてください。住所が違います。直してください。", "住所 … 直して"),
    ],
)
def test_folded_and_joined_words_keep_their_place_in_the_mail(text: str, phrase: str) -> None:
    cues = [cue("marketing_stop", phrase="メルマガを止めて", sentence=1), cue("correct", phrase=phrase, sentence=2)]
    asked = judged(evidence("correct", "marketing_stop", text=text, cues=cues), 0.9).asked
    assert [one.kind for one in asked] == ["marketing_stop", "correct"]


def test_words_of_a_wrapped_line_keep_their_place_in_the_mail() -> None:
    text = "私の住\n所を直してください。メルマガを止めてください。"
    cues = [
        cue("marketing_stop", phrase="メルマガを止めて", sentence=2),
        cue("correct", phrase="私の住所を直して", sentence=1),
    ]
    asked = judged(evidence("marketing_stop", "correct", text=text, cues=cues), 0.9).asked
    assert [one.kind for one in asked] == ["correct", "marketing_stop"]


# --- flags ---


def test_flags_of_cues_and_of_the_model_merge_each_with_its_words() -> None:
    own = Cue("inquiry", "how far is it", 0.8, 1, flag="wants_status")
    found = evidence("inquiry", cues=[own], flags=[Flag("agent", "my mother")], raised={"threat": "see you in court"})
    verdict = judged(found, 0.9)
    phrase_of = dict(zip(verdict.flags, verdict.flag_phrases, strict=True))
    assert phrase_of == {"agent": "my mother", "wants_status": "how far is it", "threat": "see you in court"}


def test_a_flag_raised_twice_is_told_once() -> None:
    found = evidence("erase", flags=[Flag("agent", "my mother"), Flag("agent", "my aunt")], raised={"agent": "for her"})
    assert judged(found, 0.9).flags == ("agent",)


def test_two_flags_of_the_same_words_show_them_once() -> None:
    verdict = judged(evidence("erase", raised={"agent": "my son of 9", "minor": "my son of 9"}), 0.9)
    assert (verdict.flags, verdict.flag_phrases) == (("agent", "minor"), ("my son of 9",))


def test_words_of_a_cue_stand_before_those_of_the_model_for_a_flag_too() -> None:
    found = evidence(
        "erase", flags=[Flag("agent", "my mother")], raised={"agent": "I write for my mother, who is ill."}
    )
    assert judged(found, 0.9).flag_phrases[0] == "my mother"


@pytest.mark.parametrize("code", ["threat", "minor", "police"])
def test_a_flag_of_the_model_is_raised_even_where_its_words_are_unknown(code: str) -> None:
    verdict = judged(evidence("erase", raised={code: ""}), 0.9)
    assert (verdict.flags, verdict.flag_phrases) == ((code,), ())


# --- any mail at all ---

CUES = st.builds(
    Cue,
    st.sampled_from(CODES),
    st.text(st.characters(), max_size=8),
    st.floats(0, 1),
    st.integers(0, 5),
    st.frozensets(st.sampled_from(Guard), max_size=2),
    st.none() | st.sampled_from(FLAGS),
)
READINGS = st.builds(Reading, st.lists(CUES, max_size=5).map(tuple), sentences=st.integers(0, 9))
ODDS = st.fixed_dictionaries(dict.fromkeys(CODES, st.floats(-9, 9)))
TEXTS = st.text(st.characters(), max_size=60)


@given(
    TEXTS,
    TEXTS,
    READINGS,
    ODDS,
    st.floats(0, 1),
    st.none() | st.floats(0, 1),
    st.dictionaries(st.sampled_from(FLAGS), TEXTS),
)
def test_a_verdict_never_raises_and_keeps_its_promises(
    subject: str,
    text: str,
    reading: Reading,
    log_odds: dict[str, float],
    confidence: float,
    sure_from: float | None,
    raised: dict[str, str],
) -> None:
    weighed = Weighed(chosen(log_odds), log_odds, confidence)
    found = Evidence(MailText(subject, text, Language.JA), reading, weighed, raised, lambda _: text)
    verdict = judged(found, sure_from)
    assert sorted(one.kind for one in verdict.asked) == sorted(weighed.kinds)
    assert all(0 <= one.confidence <= 1 and all(one.because) for one in verdict.asked)
    assert 0 <= verdict.confidence <= 1
    assert raised.keys() <= set(verdict.flags)
    assert not (verdict.is_sure and veto(found))
