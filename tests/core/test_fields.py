"""What staff write behind a label fills the field of a letter; everything else stays where they wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.desk.fields import read_fields, skeleton
from mailbot.core.desk.letterbook import ADDRESSEE, FORMS, Field, Form
from mailbot.core.message import Language
from tests.effort import within

FACTS = Field("facts", "事実", "Facts")
REASON = Field("reason", "理由", "Reason")
DONE_ON = Field("done_on", "実施日", "When")
FROM_ON = Field("from_on", "実施日", "From")
TOLD = Field("told", "通知先", "Told", is_required=False)
FIELDS = (FACTS, REASON, DONE_ON, TOLD)


@pytest.mark.parametrize(
    "line",
    [
        "事実: 誤りなし",
        "事実：誤りなし",
        "　事実 ： 誤りなし",
        "■事実：誤りなし",
        "・ 事実: 誤りなし",
        "- Facts: 誤りなし",
        "FACTS:誤りなし",
        "ｆａｃｔｓ：誤りなし",
        "* facts : 誤りなし",
        "事実:\n誤りなし",
        "事実:\n\n誤りなし\n\n",
    ],
)
def test_a_label_of_either_language_begins_its_field(line: str) -> None:
    assert read_fields(line, FIELDS) == ({"facts": "誤りなし"}, "")


@pytest.mark.parametrize("label", ["done_on", "Done on", "実施日", "When", "WHEN"])
def test_the_name_of_a_field_is_a_label_too(label: str) -> None:
    assert read_fields(f"{label}: 12/3", FIELDS) == ({"done_on": "12/3"}, "")


def test_a_field_runs_until_the_next_label_and_text_before_the_first_stays() -> None:
    text = "よろしくお願いします。\n\n事実: 一行目\n\n  二行目 10:30\n住所: 別の行\nReason: 三行目\n"
    filled, rest = read_fields(text, FIELDS)
    assert filled == {"facts": "一行目\n\n  二行目 10:30\n住所: 別の行", "reason": "三行目"}
    assert rest == "よろしくお願いします。"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "事実誤認があります",
        "事実とは: 何か",
        "https://company.test/facts",
        f"{'長' * 60}事実: x",
        "事実 誤りなし",
        "0:事実",
    ],
)
def test_what_is_no_label_is_text(text: str) -> None:
    assert read_fields(text, FIELDS) == ({}, text)


def test_a_label_twice_loses_no_words() -> None:
    assert read_fields("理由: 一\n事実: 二\n理由: 三", FIELDS) == ({"reason": "一\n三", "facts": "二"}, "")


def test_a_label_of_two_fields_fills_both() -> None:
    filled, _ = read_fields("実施日: 12/3\nFrom: 12/5", (DONE_ON, FROM_ON))
    assert filled == {"done_on": "12/3", "from_on": "12/3\n12/5"}


def test_a_field_nobody_filled_in_is_left_out() -> None:
    assert read_fields("事実:\n理由:  \n\n通知先: A社", FIELDS) == ({"told": "A社"}, "")


@pytest.mark.parametrize("label", ["宛名", "Name", "addressee"])
def test_the_addressee_may_always_be_given(label: str) -> None:
    assert read_fields(f"{label}：山田 花子", ()) == ({"addressee": "山田 花子"}, "")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.code}-{form.outcome}")
def test_the_lines_to_fill_in_are_read_back(form: Form, language: Language) -> None:
    lines = skeleton((ADDRESSEE, *form.fields), language).splitlines()
    filled = "\n".join(f"{line} 値{number}" for number, line in enumerate(lines))
    assert read_fields(skeleton(form.fields, language), form.fields) == ({}, "")
    names = [field.name for field in (ADDRESSEE, *form.fields)]
    assert read_fields(filled, form.fields) == ({name: f"値{number}" for number, name in enumerate(names)}, "")


def test_what_may_be_left_out_is_marked() -> None:
    assert skeleton((FACTS, TOLD), Language.JA) == "事実：\n通知先(任意)：\n"
    assert skeleton((FACTS, TOLD), Language.EN) == "Facts:\nTold (optional):\n"


LINES = st.lists(
    st.one_of(st.text(max_size=30), st.sampled_from(["事実:", "理由：x", "Name: y", "told:"])), max_size=12
)


@given(LINES)
def test_any_text_is_read_and_every_word_is_kept(lines: list[str]) -> None:
    text = "\n".join(lines)
    filled, rest = read_fields(text, FIELDS)
    kept = "".join("".join([rest, *filled.values()]).split())
    assert set(filled) <= {"addressee", *(field.name for field in FIELDS)}
    assert len(kept) <= len("".join(text.split()))
    for line in lines:
        if ":" not in line and "：" not in line:
            assert "".join(line.split()) in kept


@pytest.mark.parametrize("unit", [":", "事実:", "事実:\n", "\n", "\u0300\u0316", "－", " ", "： \n"])
def test_a_huge_text_is_read_at_once(unit: str) -> None:
    text = (unit * 200_000)[:200_000] + ":"
    within(0.2, lambda: read_fields(text, FIELDS))
