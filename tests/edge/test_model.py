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


def language_of(text: str) -> Language:
    return Language.JA if re.search("[\u3040-\u30ff]", text) else Language.EN


def cases(name: str) -> list[Any]:
    """Read all mails of a file in one run of the pipelines; each parameter is the case and its verdict."""
    rows = [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]
    mails = [MailText(row.get("subject", ""), row["text"], language_of(row["text"])) for row in rows]
    found = zip(rows, MODEL.read_many(mails), strict=True)
    return [pytest.param(row, verdict, id=f"{number}") for number, (row, verdict) in enumerate(found, 1)]


def verdict_of(text: str, subject: str = "") -> Verdict:
    return MODEL.read(subject, text, language_of(text))


PLAIN = cases("cases_plain.jsonl")


@pytest.mark.parametrize(("case", "verdict"), PLAIN)
def test_a_plain_mail_is_understood_for_sure(case: dict[str, Any], verdict: Verdict) -> None:
    assert ({one.kind for one in verdict.asked}, verdict.is_sure) == (set(case["kinds"]), True), case["text"]
    assert set(case.get("flags", [])) <= set(verdict.flags), case["text"]


@pytest.mark.parametrize(("case", "verdict"), cases("cases_hard.jsonl"))
def test_a_hard_mail_is_never_misread_for_sure(case: dict[str, Any], verdict: Verdict) -> None:
    assert not verdict.is_sure or {one.kind for one in verdict.asked} == set(case["kinds"]), case["text"]


def test_every_kind_has_plain_mails_in_both_languages() -> None:
    plain = [parameter.values[0] for parameter in PLAIN]
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


@pytest.mark.parametrize(
    "subject", ["", "お願い", "ご連絡", "お問い合わせの件", "Request", "Re: 予約のキャンセルをお願いします", "Question"]
)
@pytest.mark.parametrize("greeting", ["", "お世話になっております。佐藤花子と申します。\n", "Dear Privacy Team,\n\n"])
@pytest.mark.parametrize(
    "closing",
    [
        "よろしくお願いいたします。\n佐藤花子\n〒100-0001 東京都千代田区1-2-3\nTEL 03-0000-0000\n会員番号 12345",
        "Thanks in advance\n\nKind regards,\nJane Cooper\nMember no. 5567",
    ],
)
@pytest.mark.parametrize("wish", ["私の個人データを開示してください。", "Please send me a copy of my personal data."])
def test_what_a_wish_is_wrapped_in_raises_no_doubt(subject: str, greeting: str, closing: str, wish: str) -> None:
    verdict = verdict_of(f"{greeting}{wish}\n{closing}", subject)
    assert ([one.kind for one in verdict.asked], verdict.is_sure) == (["disclosure"], True)


@pytest.mark.parametrize(
    "more",
    [
        "名簿のことが少し気になっています。",
        "個人情報の書類を見かけました。",
        "Someone else's records were there.",
        "うちの家族のことを話していたようです。",
        "鍵と暗証番号のメモがなくなりました。",
    ],
)
def test_an_everyday_matter_is_never_sure_beside_words_of_data(more: str) -> None:
    everyday = "来週の清掃の予約をキャンセルしてください。"
    assert verdict_of(everyday).is_sure
    assert not verdict_of(f"{everyday}{more}").is_sure


@pytest.mark.parametrize(
    "text",
    [
        "商品の配送先の住所を変更してください。",
        "予約の訂正をお願いします。",
        "写真データを送付してください。",
        "当日の連絡先は夫の携帯に変更してください。",
        "今度の土曜日だけ住所を変更してください。",
        "Please change the delivery address for Friday.",
        "Please correct my booking.",
    ],
)
def test_an_everyday_mail_in_the_words_of_a_right_is_never_sure_as_one(text: str) -> None:
    verdict = verdict_of(text)
    assert not verdict.is_sure or [one.kind for one in verdict.asked] == ["not_for_us"]


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
