"""The shipped cue files with the real pipelines, on invented mail."""

import json
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.kinds import KINDS
from mailbot.core.message import Language, Verdict
from mailbot.core.sentences import MailText
from mailbot.edge.model.load import Model, load_model
from mailbot.edge.model.words import cue_table

MODELS = Path(__file__).parents[2] / "models"


@cache
def model() -> Model:
    return load_model(MODELS)


def language_of(text: str) -> Language:
    return Language.JA if re.search("[\u3040-\u30ff]", text) else Language.EN


@cache
def cases(name: str) -> list[tuple[dict[str, Any], Verdict]]:
    """Read all mails of a file; return each case with its verdict."""
    rows = [json.loads(line) for line in (MODELS / "data" / name).read_text("utf-8").splitlines()]
    mails = [MailText(row.get("subject", ""), row["text"], language_of(row["text"])) for row in rows]
    return list(zip(rows, model().read_many(mails), strict=True))


def verdict_of(text: str, subject: str = "") -> Verdict:
    return model().read(subject, text, language_of(text))


def kinds_of(verdict: Verdict) -> set[str]:
    return {one.kind for one in verdict.asked}


PLAIN, HARD = "first-plain.jsonl", "first-hard.jsonl"


def test_plain_mails_are_understood() -> None:
    wrong = [case["text"] for case, verdict in cases(PLAIN) if kinds_of(verdict) != set(case["labels"])]
    assert len(wrong) <= 0.05 * len(cases(PLAIN)), wrong


def test_most_plain_mails_need_no_person() -> None:
    assert sum(verdict.is_sure for _, verdict in cases(PLAIN)) >= 0.6 * len(cases(PLAIN))


@pytest.mark.parametrize("name", [PLAIN, HARD])
def test_who_is_sure_is_right(name: str) -> None:
    sure = [(case, verdict) for case, verdict in cases(name) if verdict.is_sure]
    wrong = [case["text"] for case, verdict in sure if kinds_of(verdict) != set(case["labels"])]
    assert len(wrong) <= 0.05 * len(sure), wrong


@pytest.mark.parametrize("name", [PLAIN, HARD])
def test_no_right_is_lost_for_sure(name: str) -> None:
    lost = [
        case["text"]
        for case, verdict in cases(name)
        if verdict.is_sure and kinds_of(verdict) == {"not_for_us"} != set(case["labels"])
    ]
    assert lost == []


def test_every_kind_has_plain_mails_in_both_languages() -> None:
    for kind in KINDS.keys() - {"unclassified"}:
        for language in Language:
            count = sum(kind in case["labels"] and language_of(case["text"]) is language for case, _ in cases(PLAIN))
            assert count >= 5, (kind, language)


def test_the_phrases_that_spoke_are_words_of_the_mail() -> None:
    text = "引っ越したので住所を訂正してください。あと、メルマガの配信も止めてください。"
    asked = verdict_of(text).asked
    assert [one.kind for one in asked] == ["correct", "marketing_stop"]
    assert all(phrase in text for one in asked for phrase in one.because)
    assert all(one.because for one in asked)


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
def test_what_a_wish_is_wrapped_in_never_changes_what_is_asked(
    subject: str, greeting: str, closing: str, wish: str
) -> None:
    verdict = verdict_of(f"{greeting}{wish}\n{closing}", subject)
    assert [one.kind for one in verdict.asked] == ["disclosure"]


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
    (doc,) = model().docs([MailText("", "アカウントを削除してください。", Language.JA)])
    assert next((span.label_, span.text) for span in doc.spans["cues"]) == ("erase", "アカウントを削除")
    assert "account" in {span.label_ for span in doc.spans["words"]}
    assert max(doc.cats, key=doc.cats.__getitem__) == "erase"


def test_many_mails_are_answered_in_their_order() -> None:
    texts = ["メルマガを止めてください。", "Please delete my account.", "", "予約をキャンセルしたいです。"]
    mails = [MailText("", text, language_of(text)) for text in texts]
    assert model().read_many(mails) == [model().read("", text, language_of(text)) for text in texts]


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
    assert not model().read(text, text, Language.JA).is_sure
    assert not model().read(text, text, Language.EN).is_sure


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=200), st.sampled_from(Language))
def test_any_text_gives_a_verdict(text: str, language: Language) -> None:
    assert 0 <= model().read(text, text, language).confidence <= 1


def test_a_missing_folder_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="pipeline"):
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
        cue_table(tmp_path / "cues")


def test_the_saved_pipeline_has_the_words_of_the_cue_files() -> None:
    saved = json.loads((MODELS / "pipeline" / "desk_cues" / "cues.json").read_text("utf-8"))
    assert saved == cue_table(MODELS / "cues"), "run mailbot train"


def test_every_rule_names_a_kind_of_the_desk() -> None:
    assert {rule["kind"] for rule in cue_table(MODELS / "cues")["rules"]} <= KINDS.keys()


def test_every_sense_of_the_rules_is_a_sense_of_a_cue_file() -> None:
    table = cue_table(MODELS / "cues")
    known = {sense for words in table["words"].values() for sense in words}
    named = {
        sense
        for rule in table["rules"]
        for part in (*(rule.get(name, "") for name in ("objects", "acts", "unless")), *rule.get("also", ()))
        for sense in part.split()
    }
    assert named <= known


def test_without_the_encoder_fewer_mails_are_sure_and_they_are_as_right() -> None:
    alone = load_model(MODELS, with_encoder=False)
    some = cases(PLAIN)[::3]
    mails = [MailText(case.get("subject", ""), case["text"], language_of(case["text"])) for case, _ in some]
    found = list(zip(some, alone.read_many(mails), strict=True))
    sure = [(case, verdict) for (case, _), verdict in found if verdict.is_sure]
    assert 0 < len(sure) < sum(verdict.is_sure for _, verdict in some)
    assert sum(kinds_of(verdict) != set(case["labels"]) for case, verdict in sure) <= 0.05 * len(sure)


def test_a_processor_without_the_encoder_library_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    alone = load_model(MODELS)
    assert "onnxruntime" in (alone.missing or "")
    assert alone.read("", "アカウントを削除してください。", Language.JA).asked


def test_a_missing_encoder_file_is_no_fault(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "pipeline", tmp_path / "pipeline")
    assert "encoder.onnx" in (load_model(tmp_path).missing or "")


def test_the_words_that_decided_are_shown_where_no_cue_spoke() -> None:
    text = "昨年解約した者です。\nまだ私のことを覚えていらっしゃるようですが、そろそろ忘れていただけませんか。"
    (asked,) = verdict_of(text).asked
    assert asked.because
    assert all(phrase in text for phrase in asked.because)


@pytest.mark.parametrize(
    "text",
    ["Bitte löschen Sie alle meine Daten.", "请删除我的个人信息,谢谢。", "제 개인정보를 삭제해 주세요.", "12345", "😀"],
)
def test_a_language_nobody_reads_is_for_a_person(text: str) -> None:
    assert not verdict_of(text).is_sure
