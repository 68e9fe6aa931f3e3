"""The shipped cue files with the real pipelines, on invented mail."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.kinds import KINDS
from mailbot.core.message import Language, Verdict
from mailbot.core.sentences import MailText
from mailbot.edge.model import load_model

HERE = Path(__file__).parent
MODELS = HERE.parents[1] / "models"
MODEL = load_model(MODELS)


def cases(name: str) -> list[Any]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [pytest.param(json.loads(line), id=f"{number}") for number, line in enumerate(lines, 1)]


def language_of(text: str) -> Language:
    return Language.JA if re.search("[\u3040-\u30ff]", text) else Language.EN


def verdict_of(text: str, subject: str = "") -> Verdict:
    return MODEL.read(subject, text, language_of(text))


@pytest.mark.parametrize("case", cases("cases_plain.jsonl"))
def test_a_plain_mail_is_understood_for_sure(case: dict[str, Any]) -> None:
    verdict = verdict_of(case["text"])
    assert ({one.kind for one in verdict.asked}, verdict.is_sure) == (set(case["kinds"]), True), case["text"]
    assert set(case.get("flags", [])) <= set(verdict.flags), case["text"]


@pytest.mark.parametrize("case", cases("cases_hard.jsonl"))
def test_a_hard_mail_is_never_misread_for_sure(case: dict[str, Any]) -> None:
    verdict = verdict_of(case["text"])
    assert not verdict.is_sure or {one.kind for one in verdict.asked} == set(case["kinds"]), case["text"]


def test_every_kind_has_plain_mails_in_both_languages() -> None:
    plain = [parameter.values[0] for parameter in cases("cases_plain.jsonl")]
    for kind in KINDS.keys() - {"unclassified"}:
        for language in Language:
            count = sum(kind in case["kinds"] and language_of(case["text"]) is language for case in plain)
            assert count >= 5, (kind, language)


def test_the_phrases_that_spoke_are_words_of_the_mail() -> None:
    text = "引っ越したので住所を訂正してください。あと、メルマガの配信も止めてください。"
    asked = verdict_of(text).asked
    assert {one.kind for one in asked} == {"correct", "marketing_stop"}
    assert all(phrase in text for one in asked for phrase in one.because)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("母の代理でご連絡します。母の個人情報を消去してください。", "agent"),
        ("15歳の息子の個人情報を消去してください。", "minor"),
        ("弁護士の山本です。依頼者の個人情報の開示を請求します。", "lawyer"),
        ("個人情報保護委員会事務局です。取扱いについて照会します。", "regulator"),
        ("県警の者です。捜査のため照会します。", "police"),
        ("新聞社の記者です。情報の流出について取材をお願いします。", "press"),
        ("開示に応じない場合は裁判所に訴えます。", "threat"),
        ("On behalf of my mother I request a copy of her personal data.", "agent"),
        ("I am 15 years old. Please delete my account.", "minor"),
        ("I am a solicitor and request a copy of the records.", "lawyer"),
        ("This is the data protection authority.", "regulator"),
        ("I have already told the police.", "police"),
        ("I am a journalist and have questions.", "press"),
        ("Delete my personal data or I will sue you.", "threat"),
    ],
)
def test_a_flag_is_raised_with_its_words(text: str, flag: str) -> None:
    verdict = verdict_of(text)
    assert flag in verdict.flags
    assert any(phrase in text for phrase in verdict.flag_phrases)


@pytest.mark.parametrize("text", ["母の日のプレゼントの予約をお願いします。", "弊社の請求書です。"])
def test_everyday_words_raise_no_flag(text: str) -> None:
    assert verdict_of(text).flags == ()


def test_a_mail_in_two_languages_is_read_by_both_pipelines() -> None:
    verdict = verdict_of("メルマガの配信を停止してください。\n\nPlease send me a copy of my personal data.")
    assert {one.kind for one in verdict.asked} == {"marketing_stop", "disclosure"}


def test_the_subject_gives_the_object_that_the_body_leaves_out() -> None:
    assert [one.kind for one in verdict_of("停止してください。", subject="メルマガについて").asked] == [
        "marketing_stop"
    ]


def test_a_person_can_see_the_words_and_cues_in_the_doc() -> None:
    docs = MODEL.docs(MailText("", "アカウントを削除してください。", Language.JA))
    assert next((span.label_, span.text) for span in docs[1].spans["cues"]) == ("erase", "アカウントを削除")
    assert "account" in {span.label_ for span in docs[1].spans["words"]}


def test_many_mails_are_answered_in_their_order() -> None:
    texts = ["メルマガを止めてください。", "Please delete my account.", "", "予約をキャンセルしたいです。"]
    mails = [MailText("", text, language_of(text)) for text in texts]
    assert MODEL.read_many(mails) == [MODEL.read("", text, language_of(text)) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "\ud800",
        "a\x00b",
        "😀" * 50,
        "\u200b",
        "。" * 30_000,
        "あ" * 100_000,
        "、" * 999,
        "a" * 99_999,
        "﷽" * 9,
    ],
)
def test_no_text_is_refused(text: str) -> None:
    assert not MODEL.read(text, text, Language.JA).is_sure
    assert not MODEL.read(text, text, Language.EN).is_sure


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=200), st.sampled_from(Language))
def test_any_text_gives_a_verdict(text: str, language: Language) -> None:
    assert 0 <= MODEL.read(text, text, language).confidence <= 1


def test_a_missing_folder_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"ja\.toml"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ja.toml", "words = [", r"ja\.toml: expected a cue file"),
        ("en.toml", "[verbs]", r"en\.toml: expected a cue file"),
        ("rules.toml", '[[rules]]\nkind = "erase"\ncolour = "red"', r"rules\.toml: a rule has an unknown key"),
    ],
)
def test_a_broken_cue_file_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    shutil.copytree(MODELS / "cues", tmp_path / "cues")
    (tmp_path / "cues" / name).write_text(content, "utf-8")
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path)


def test_every_rule_names_a_kind_of_the_desk() -> None:
    assert {rule.kind for rule in MODEL.rules} <= KINDS.keys()


def test_every_sense_of_the_rules_is_a_sense_of_a_cue_file() -> None:
    known = {sense for nlp in MODEL.pipelines.values() for sense in nlp.get_pipe("desk_words").senses}
    named = {
        sense for rule in MODEL.rules for group in (rule.objects, rule.acts, rule.unless, *rule.also) for sense in group
    }
    assert named <= known
