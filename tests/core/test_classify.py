"""What the core makes of cues, words and sentences, without any pipeline."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.classify import SURE_FROM, Cue, Flag, Guard, Reading, verdict
from mailbot.core.cues import read
from mailbot.core.formulas import is_answer_title, is_empty_title, is_formula, without_salutation
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.sentences import MAX_CHARACTERS, MAX_SENTENCE, MailText, script_of, split
from mailbot.core.words import Rule, Sentence, Word

RULES = (
    Rule("correct", objects=frozenset({"field"}), acts=frozenset({"fix"})),
    Rule("erase", objects=frozenset({"account"}), acts=frozenset({"erase"})),
    Rule("erase", strength=0.5, objects=frozenset({"field"}), acts=frozenset({"erase"})),
    Rule(
        "disclosure",
        objects=frozenset({"data"}),
        acts=frozenset({"show"}),
        unless=frozenset({"no_show"}),
        is_plain=True,
    ),
    Rule("purpose", objects=frozenset({"purpose"}), acts=frozenset({"show"}), mood="ask"),
    Rule("complaint", also=(frozenset({"grievance"}), frozenset({"data"})), mood="any"),
    Rule("inquiry", also=(frozenset({"status"}), frozenset({"past"})), mood="any", flag="wants_status"),
    Rule("not_for_us", strength=0.8, also=(frozenset({"everyday"}),), mood="ask"),
)


def cue(
    kind: str, strength: float = 0.85, sentence: int = 1, guards: Sequence[Guard] = (), flag: str | None = None
) -> Cue:
    return Cue(kind, f"words for {kind}", strength, sentence, frozenset(guards), flag)


def sentence(senses: str, number: int = 1, *, act_follows: bool = False) -> Sentence:
    """Make a sentence of one-token words: "wish fix field" stands for "please correct address"."""
    names = senses.split()
    words = tuple(Word(name, name, at, at + 1, senses.index(name)) for at, name in enumerate(names) if name != "x")
    return Sentence(number, senses, words, act_follows)


def kinds_of(*sentences: Sentence) -> list[str]:
    return [one.kind for one in read(sentences, RULES).cues if not one.is_dead]


# --- verdict ---


def test_one_clean_cue_is_sure_and_gives_its_phrase() -> None:
    result = verdict(Reading((cue("erase"),), sentences=2))
    assert result.is_sure
    assert [(one.kind, one.because) for one in result.asked] == [("erase", ("words for erase",))]


def test_two_clean_kinds_are_both_asked_and_sure() -> None:
    result = verdict(Reading((cue("correct"), cue("marketing_stop"))))
    assert result.is_sure
    assert {one.kind for one in result.asked} == {"correct", "marketing_stop"}


def test_nothing_found_asks_nothing_and_is_not_sure() -> None:
    result = verdict(Reading(sentences=3))
    assert (result.asked, result.confidence, result.is_sure) == ((), 0.0, False)


@pytest.mark.parametrize("guard", [Guard.NEGATED, Guard.QUOTED, Guard.WITHDRAWN, Guard.PAST, Guard.HOW])
def test_a_dead_cue_asks_nothing(guard: Guard) -> None:
    assert verdict(Reading((cue("erase", guards=[guard]),))).asked == ()


@pytest.mark.parametrize("guard", [Guard.POSSIBLE, Guard.CONDITIONAL, Guard.OTHERS_WISH, Guard.EVERYDAY, Guard.NO_WISH])
def test_a_doubtful_cue_is_a_guess_but_never_sure(guard: Guard) -> None:
    result = verdict(Reading((cue("erase", guards=[guard]),)))
    assert [one.kind for one in result.asked] == ["erase"]
    assert not result.is_sure


@pytest.mark.parametrize(
    ("why", "reading"),
    [
        ("a wish was not understood", Reading((cue("erase"),), doubts=("unknown_wish",))),
        ("an everyday matter beside a right", Reading((cue("erase"), cue("not_for_us", sentence=2)))),
        ("a question beside a right", Reading((cue("erase"), cue("inquiry")))),
        ("a weak cue for another kind", Reading((cue("erase"), cue("tp_stop", strength=0.5)))),
        ("somebody's words were quoted", Reading((cue("erase"), cue("disclosure", guards=[Guard.QUOTED])))),
        ("a very long mail", Reading((cue("erase"),), sentences=41)),
    ],
)
def test_a_person_decides_when(why: str, reading: Reading) -> None:
    assert not verdict(reading).is_sure, why


def test_a_doubtful_cue_weighs_less_than_a_clean_one() -> None:
    doubtful = verdict(Reading((cue("erase", guards=[Guard.POSSIBLE]),))).asked[0].confidence
    assert doubtful < verdict(Reading((cue("erase"),))).asked[0].confidence / 2


def test_everyday_words_that_are_only_mentioned_do_not_disturb_a_clear_right() -> None:
    mention = cue("not_for_us", strength=0.8, guards=[Guard.NO_WISH], sentence=2)
    result = verdict(Reading((cue("erase"), mention)))
    assert [one.kind for one in result.asked] == ["erase"]
    assert result.is_sure


def test_a_hint_gives_way_to_the_more_exact_kind() -> None:
    result = verdict(Reading((cue("correct", strength=0.5), cue("delete_item", sentence=2))))
    assert [one.kind for one in result.asked] == ["delete_item"]


def test_flags_come_from_words_and_from_cues_with_their_phrases() -> None:
    result = verdict(Reading((cue("inquiry", flag="withdraws"),), flags=(Flag("agent", "on behalf of"),)))
    assert result.flags == ("agent", "withdraws")
    assert result.flag_phrases == ("on behalf of", "words for inquiry")


@given(st.lists(st.sampled_from([cue(kind) for kind in KINDS]), min_size=1, max_size=5))
def test_more_evidence_for_a_kind_never_lowers_the_confidence(cues: list[Cue]) -> None:
    before = verdict(Reading(tuple(cues))).confidence
    assert verdict(Reading((*cues, cues[0]))).confidence >= before


@given(st.lists(st.sampled_from([cue(kind) for kind in KINDS]), min_size=1, max_size=5))
def test_a_doubt_always_lowers_the_confidence(cues: list[Cue]) -> None:
    assert verdict(Reading(tuple(cues), doubts=("unknown_wish",))).confidence < verdict(Reading(tuple(cues))).confidence


def test_the_threshold_is_the_documented_one() -> None:
    just_below = SURE_FROM - 0.01
    assert not verdict(Reading((cue("erase", strength=just_below),))).is_sure
    assert verdict(Reading((cue("erase", strength=SURE_FROM),))).is_sure


# --- words to cues ---


@pytest.mark.parametrize(
    ("senses", "order", "expected"),
    [
        ("wish fix x field", "act first", ["correct"]),
        ("field x fix wish", "act last", ["correct"]),
        ("wish fix x field separator x x x erase x account", "act first", ["correct", "erase"]),
        ("field x fix x x x x account x erase wish", "act last", ["correct", "erase"]),
        ("wish not x erase x account", "act first", []),
        ("account x erase x not", "act last", []),
        ("wish quote erase account quote", "act first", []),
        ("purpose x data x show wish", "act last", ["purpose"]),
        ("purpose separator data x show wish", "act last", ["disclosure", "purpose"]),
        ("how x erase x account", "act first", []),
        ("past x erase x account", "act first", ["erase"]),
    ],
)
def test_an_object_goes_with_its_own_act(senses: str, order: str, expected: list[str]) -> None:
    assert sorted(kinds_of(sentence(senses, act_follows=order == "act last"))) == expected


def test_an_act_without_object_takes_it_from_the_sentence_before() -> None:
    found = read([sentence("field x wrong"), sentence("wish fix x", 2)], RULES).cues
    assert [(one.kind, one.phrase, one.sentence) for one in found] == [("correct", "field … fix", 2)]


def test_a_statement_without_a_wish_is_marked() -> None:
    (found,) = read([sentence("x x erase x account")], RULES).cues
    assert Guard.NO_WISH in found.guards


def test_an_english_sentence_that_begins_with_the_verb_is_a_wish() -> None:
    (found,) = read([sentence("erase x account")], RULES).cues
    assert not found.guards


def test_the_wish_of_a_list_reaches_its_items() -> None:
    found = read([sentence("list wish"), sentence("field x fix", 2, act_follows=True)], RULES).cues
    assert [(one.kind, one.guards) for one in found] == [("correct", frozenset())]


def test_a_status_question_with_an_earlier_request_kills_the_right_and_raises_the_flag() -> None:
    reading = read([sentence("past x erase x account"), sentence("status x", 2)], RULES)
    result = verdict(reading)
    assert [one.kind for one in result.asked] == ["inquiry"]
    assert result.flags == ("wants_status",)


@pytest.mark.parametrize(
    ("senses", "doubt"),
    [
        ("wish x x", "unknown_wish"),
        ("grievance x", "unknown_wish"),
        ("x data x", "unknown_wish"),
        ("flag_press x data wish show", "authority_writes"),
    ],
)
def test_what_was_not_understood_becomes_a_doubt(senses: str, doubt: str) -> None:
    assert doubt in read([sentence(senses)], RULES).doubts


def test_a_courtesy_is_no_doubt() -> None:
    assert read([sentence("courtesy wish x")], RULES).doubts == ()


def test_personal_data_beside_an_everyday_matter_is_a_doubt() -> None:
    assert read([sentence("everyday wish x"), sentence("x third x", 2)], RULES).doubts == ("private_words",)


def test_a_silent_sentence_raises_no_cue_and_no_doubt_but_its_flag() -> None:
    words = sentence("flag_lawyer wish erase account").words
    reading = read([Sentence(1, "x", words, act_follows=False, is_silent=True)], RULES)
    assert (reading.cues, reading.doubts) == ((), ())
    assert [flag.code for flag in reading.flags] == ["lawyer"]


@pytest.mark.parametrize(("senses", "doubts"), [("wish x", ()), ("data x", ()), ("leak x", ("unknown_wish",))])
def test_a_subject_only_names_the_matter(senses: str, doubts: tuple[str, ...]) -> None:
    assert read([sentence(senses, 0), sentence("wish erase account")], RULES).doubts == doubts


@pytest.mark.parametrize("more", ["roster x", "worry x", "own_matter x", "everyday_weak x", "papers x", "status x"])
def test_an_everyday_matter_is_doubted_beside(more: str) -> None:
    assert read([sentence("everyday wish x"), sentence(more, 2)], RULES).doubts != ()


def test_an_everyday_matter_is_doubted_beside_an_unread_story() -> None:
    story = Sentence(2, "x" * 40, (), act_follows=False)
    assert read([sentence("everyday wish x"), story], RULES).doubts == ("unread_story",)


@pytest.mark.parametrize(
    "sentences",
    [
        [sentence("everyday x"), sentence("wish fix field", 2)],
        [sentence("occasion wish fix field")],
        [sentence("everyday_weak wish fix field")],
    ],
)
def test_a_change_beside_an_occasion_is_doubted(sentences: list[Sentence]) -> None:
    assert not verdict(read(sentences, RULES)).is_sure


def test_a_complaint_about_a_slow_request_is_no_mere_question() -> None:
    found = verdict(Reading((cue("complaint"), cue("inquiry", flag="wants_status"))))
    assert [one.kind for one in found.asked] == ["complaint"]
    assert found.flags == ("wants_status",)


# --- formulas ---


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "お願い",
        "ご連絡",
        "お問い合わせの件",
        "【至急】ご確認のお願い",
        "Request",
        "Quick question",
        "Re: Hello",
        "無題",
    ],
)
def test_a_subject_that_says_nothing(subject: str) -> None:
    assert is_empty_title(subject)


@pytest.mark.parametrize(
    "subject", ["開示のお願い", "退会", "メルマガについて", "Deletion request", "My account", "苦情"]
)
def test_a_subject_that_says_something(subject: str) -> None:
    assert not is_empty_title(subject)


@pytest.mark.parametrize(
    ("subject", "expected"), [("Re: 清掃", True), ("Fwd: Re: x", True), ("返信: x", True), ("Rest", False)]
)
def test_the_title_of_an_answer(subject: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_answer_title(subject) is expected


@pytest.mark.parametrize(
    "line",
    [
        "株式会社ハウス 個人情報相談窓口 御中",
        "個人情報ご担当者様",
        "To the data protection officer,",
        "〒100-0001 東京都千代田区1-2-3",
        "東京都杉並区荻窪1-2-3",
        "佐藤 03-0000-0000",
        "会員番号 12345",
        "メール: a@example.jp",
        "Member no. 5567",
        "https://example.jp/x",
    ],
)
def test_an_addressee_or_a_contact_line_is_a_formula(line: str) -> None:
    assert is_formula(line)


@pytest.mark.parametrize(
    "line",
    [
        "住所 変更希望",
        "メール: 不要です",
        "電話 をかけてこないで下さい",
        "個人情報を消してください",
        "Name is wrong",
        "Email: please stop",
        "x" * 200 + " 御中",
    ],
)
def test_a_line_with_a_wish_is_no_formula(line: str) -> None:
    assert not is_formula(line)


@pytest.mark.parametrize(
    ("line", "rest"),
    [("Dear team, delete it", "delete it"), ("Hello, stop.", "stop."), ("Delete it", "Delete it"), ("Dear team,", "")],
)
def test_a_salutation_is_cut_off(line: str, rest: str) -> None:
    assert without_salutation(line) == rest


# --- sentences ---


def cut(body: str, subject: str = "", language: Language = Language.JA) -> list[str]:
    return split(MailText(subject, body, language))


def test_the_subject_is_the_first_sentence_even_when_empty() -> None:
    assert cut("本文です。") == ["", "本文です。"]
    assert cut("", subject=" 件名\nです ") == ["件名 です"]


@pytest.mark.parametrize(
    ("body", "sentences"),
    [
        ("一つ目です。二つ目です!三つ目ですか?", ["一つ目です。", "二つ目です!", "三つ目ですか?"]),
        ("住所の訂正を\nお願いします。", ["住所の訂正をお願いします。"]),
        ("1. 開示\n2. 訂正", ["開示", "訂正"]),
        ("「消してください。」と書きました。", ["「消してください。」と書きました。"]),
        ("Please correct\nmy address. Thank you.", ["Please correct my address.", "Thank you."]),
        ("A first line\n\nA second paragraph", ["A first line", "A second paragraph"]),
    ],
)
def test_a_body_is_cut_where_a_reader_would_pause(body: str, sentences: list[str]) -> None:
    assert cut(body)[1:] == sentences


def test_a_huge_line_is_cut_into_pieces_and_the_rest_is_left() -> None:
    pieces = cut("あ" * (MAX_CHARACTERS * 2))[1:]
    assert sum(map(len, pieces)) == MAX_CHARACTERS
    assert max(map(len, pieces)) == MAX_SENTENCE


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("住所を訂正してください", Language.EN, Language.JA),
        ("Please correct my address", Language.JA, Language.EN),
        ("12345", Language.JA, Language.JA),
        ("12345", Language.EN, Language.EN),
        ("My name is written 田中 in your very long record", Language.JA, Language.EN),
    ],
)
def test_a_sentence_is_read_in_its_own_script(text: str, language: Language, script: Language) -> None:
    assert script_of(text, language) is script
