"""The parts of the pipeline, each alone: words of a mail, characters, cue files, and the sums around the encoder."""

import json
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.attrs import NORM
from spacy.tokens import Doc

from mailbot.core.message import Language
from mailbot.core.sentences import MailText, split
from mailbot.edge.model import encoder, words
from mailbot.edge.model.encoder import OVERLAP, WINDOW, Pieces, embedded, sentence_at
from mailbot.edge.model.load import blank_pipeline
from mailbot.edge.model.ngrams import LONGEST, DeskNgrams, Linear, ngrams, squeezed, text_of, vector
from mailbot.edge.model.notes import Notes, notes_of
from mailbot.edge.model.tokenizer import ByScript

CUES = Path(__file__).parents[3] / "models" / "cues"
NLP = blank_pipeline()
TOKENIZER: ByScript = NLP.tokenizer
TEXTS = st.text(st.characters(), max_size=80)
"""Any characters at all, lone surrogates and controls among them."""


def doc_of(text: str, subject: str = "", language: Language = Language.JA) -> Doc:
    return TOKENIZER.doc_of(MailText(subject, text, language))


# --- the tokenizer ---


def test_a_mail_in_two_languages_is_one_doc_whose_sentences_are_read_by_their_own_script() -> None:
    doc = doc_of("退会します。Please delete my account. 123", "お願い", Language.EN)
    found = [(one.text, one.language) for one in notes_of(doc).sentences]
    assert found[:3] == [
        ("お願い", Language.JA),
        ("退会します。", Language.JA),
        ("Please delete my account.", Language.EN),
    ]
    assert found[3:] == [("123", Language.EN)]


def test_each_script_has_its_own_words() -> None:
    doc = doc_of("個人情報を消去してください。\nI can't find it.")
    assert [one.text for one in doc if one.text in {"を", "n't", "ください"}] == ["を", "ください", "n't"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("行わない", Language.JA), ("サーバーの引越し", Language.JA), ("I CAN'T Delete", Language.EN)],
)
def test_the_norms_of_the_two_tokenizers_are_kept(text: str, language: Language) -> None:
    part = TOKENIZER.tokenizers[language](text)
    doc = doc_of(text, "件名 subject", language)
    place = notes_of(doc).sentences[1]
    kept = list(doc[place.start : place.end].to_array([NORM]))
    assert kept == list(part.to_array([NORM]))
    assert [one.norm_ for one in part] != [one.text for one in part]


def test_the_doc_knows_its_norms_as_text_so_that_it_can_be_shown_and_saved() -> None:
    doc = doc_of("サーバーの引越しを行わない")
    assert "サーバー" in [one.norm_ for one in doc]
    assert Doc(NLP.vocab).from_bytes(doc.to_bytes(exclude=["user_data"])).text == doc.text


def test_a_phrase_has_the_norms_of_the_same_words_in_a_mail() -> None:
    phrase = TOKENIZER.phrase("消去してください", Language.JA)
    place = notes_of(doc := doc_of("消去してください")).sentences[1]
    assert list(phrase.to_array([NORM])) == list(doc[place.start : place.end].to_array([NORM]))


def places_fit(doc: Doc) -> bool:
    """Whether the sentences cover the Doc without gaps and each stands in it word for word."""
    notes = notes_of(doc)
    ends = [0, *(one.end for one in notes.sentences)]
    starts = [*(one.start for one in notes.sentences), len(doc)]
    said = [doc[one.start : one.end].text for one in notes.sentences]
    return starts == ends and all(text == one.text.rstrip(" ") for text, one in zip(said, notes.sentences, strict=True))


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(Language))
def test_no_text_raises_and_every_sentence_stands_in_the_doc(subject: str, text: str, language: Language) -> None:
    mail = MailText(subject, text, language)
    doc = TOKENIZER.doc_of(mail)
    assert [one.text for one in notes_of(doc).sentences] == split(mail)
    assert places_fit(doc)


ODD = {
    "nothing": "",
    "blanks": " \t\n\u3000\r\n ",
    "surrogates": "退会\ud800\udfffします\udc00",
    "NULs": "\0dele\0te\0",
    "a million letters": "a" * 10**6,
    "a million kana": "あ" * 10**6,
    "a million blanks": " " * 10**6,
    "marks alone": "。" * 2000,
    "long expansions": "\ufdfa" * 2000,
    "breaks of other kinds": "a\u2028b\u2029c\x85d\x0be",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_text_is_one_doc_in_subject_and_body(text: str) -> None:
    assert isinstance(notes_of(doc_of(text, text)), Notes)
    assert isinstance(notes_of(TOKENIZER(text)), Notes)


def test_sentences_stand_apart_by_a_blank_in_the_doc() -> None:
    assert doc_of("退会します。Stop it.", "Re: 件名").text == "Re: 件名 退会します。 Stop it. "


def test_an_empty_mail_is_an_empty_doc_with_an_empty_subject() -> None:
    doc = doc_of("")
    assert len(doc) == 0
    assert [(one.text, one.start, one.end) for one in notes_of(doc).sentences] == [("", 0, 0)]


def test_the_tokenizer_saves_nothing_and_comes_back(tmp_path: Path) -> None:
    TOKENIZER.to_disk(tmp_path / "tokenizer")
    assert list(tmp_path.iterdir()) == []
    assert TOKENIZER.from_disk(tmp_path) is TOKENIZER.from_bytes(TOKENIZER.to_bytes()) is TOKENIZER


# --- characters ---


def linear(*grams: str, seed: int = 7) -> Linear:
    random = np.random.default_rng(seed)
    shape = (len(grams), 2)
    idf = random.uniform(1, 6, len(grams)).astype(np.float32)
    weights = random.normal(size=shape).astype(np.float16)
    bias = random.normal(size=2).astype(np.float32)
    return Linear(("erase", "threat"), {gram: row for row, gram in enumerate(grams)}, idf, weights, bias)


KNOWN = linear("d", "el", "delet", "消", "消去", " ", "を", "\u2028", '"', "\\")


@given(TEXTS)
def test_a_vector_has_length_one_or_no_numbers(text: str) -> None:
    rows, values = vector(squeezed(text), KNOWN.features, KNOWN.idf)
    assert len(rows) == len(values) == len(set(rows.tolist()))
    assert not len(rows) or float(np.linalg.norm(values)) == pytest.approx(1, abs=1e-5)


def test_a_text_of_unknown_characters_has_the_odds_of_the_bias() -> None:
    unknown = linear("zzz")
    assert list(unknown.log_odds("消去").values()) == [float(one) for one in unknown.bias]


def test_a_known_character_moves_the_odds_by_its_weight() -> None:
    one = linear("消")
    moved = one.bias + one.weights[0].astype(np.float32)
    assert list(one.log_odds("消").values()) == pytest.approx([float(number) for number in moved])


def test_counts_are_sublinear_and_weighed_by_rarity() -> None:
    two = linear("a", "b")
    _, values = vector("aab", two.features, two.idf)
    assert values[0] / values[1] == pytest.approx((1 + np.log(2)) * two.idf[0] / two.idf[1])


@given(st.text(max_size=30))
def test_every_part_of_one_to_five_characters_is_counted(text: str) -> None:
    found = ngrams(text)
    padded = f" {text} "
    assert sum(found.values()) == sum(max(len(padded) - size + 1, 0) for size in range(1, LONGEST + 1))
    assert all(gram in padded for gram in found)


@pytest.mark.parametrize(("text", "counted"), [("Ａ\r\n  B\u200b’S ", "a b's"), ("", ""), ("\ud800", "")])
def test_what_is_counted_is_one_line_of_small_letters(text: str, counted: str) -> None:
    assert squeezed(text) == counted
    assert text_of(MailText("", text, Language.EN)) == counted


def test_weights_come_back_bit_for_bit(tmp_path: Path) -> None:
    saved, loaded = DeskNgrams(), DeskNgrams()
    saved.linear = KNOWN
    saved.to_disk(tmp_path / "ngrams")
    loaded.from_disk(tmp_path / "ngrams")
    assert loaded.linear.features == KNOWN.features
    for text in ("delete 消去を", '"\\', "", "zzz"):
        assert loaded.linear.log_odds(text) == KNOWN.log_odds(text)


def test_the_best_sentence_is_the_one_that_speaks_most_for_a_code() -> None:
    part = DeskNgrams()
    part.linear = Linear(
        ("erase",), {"消": 0}, np.ones(1, np.float32), np.array([[2]], np.float16), np.zeros(1, np.float32)
    )
    assert part.best_sentence(["こんにちは", "消して", "では"], "erase") == "消して"
    assert part.best_sentence([], "erase") == ""


# --- words ---


def learned(table: words.Table) -> Any:
    part = words.DeskCues(NLP)
    part.learn(table)
    return part


@pytest.fixture(scope="module")
def shipped() -> Any:
    return learned(words.cue_table(CUES))


MAILS = [
    "個人情報の開示をお願いします。メルマガは止めてください。",
    "Please delete my account. Do not send me newsletters.",
    "住所が間違っています。訂正してください。I am 15 years old.",
    "",
]


@pytest.mark.parametrize("text", MAILS)
def test_cues_are_the_same_after_saving_and_loading(shipped: Any, tmp_path: Path, text: str) -> None:
    shipped.to_disk(tmp_path / "cues")
    loaded = words.DeskCues(NLP).from_disk(tmp_path / "cues")
    before, after = shipped(doc_of(text)), loaded(doc_of(text))
    assert notes_of(after).reading == notes_of(before).reading
    assert bool(notes_of(before).reading.cues) == bool(text)
    for name in ("words", "cues"):
        pairs = [[(one.label_, one.start, one.end) for one in doc.spans[name]] for doc in (before, after)]
        assert pairs[0] == pairs[1]


def test_the_spans_of_cues_are_words_of_the_mail(shipped: Any) -> None:
    doc = shipped(doc_of(MAILS[0]))
    assert {one.label_ for one in doc.spans["cues"]} == {"disclosure", "marketing_stop"}
    assert all(one.text in MAILS[0] for one in doc.spans["cues"])


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS)
def test_cues_of_any_text_are_read_without_error(subject: str, text: str) -> None:
    part = SHIPPED or SHIPPED.append(learned(words.cue_table(CUES))) or SHIPPED
    doc = part[0](doc_of(f"{text}delete my data 削除してください{text}", subject))
    assert all(doc[one.start : one.end].text for one in doc.spans["words"])


SHIPPED: list[Any] = []
"""The shipped cues, made once for a property that takes no fixture."""


def test_a_phrase_is_not_found_across_the_end_of_a_sentence() -> None:
    part = learned({"words": {"ja": {}, "en": {"data": ["alpha beta"]}}, "rules": []})
    doc = part(doc_of("I saw alpha\n\nbeta came: alpha beta."))
    assert [one.text for one in doc.spans["words"]] == ["alpha beta"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CUES, tmp_path / "cues"))


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("rules.toml", '[[rules]]\nkind = "erase"\nojects = "data"\n', "unknown key"),
        ("rules.toml", '[[rules]]\nobjects = "data"\n', "kind"),
        ("rules.toml", "kind = 'erase'\n", r"\[rules\]"),
        ("rules.toml", "[[rules]\n", r"\[rules\]"),
        ("ja.toml", "[sense]\n", r"\[words\]"),
        ("en.toml", "", r"\[words\]"),
        ("en.toml", "[words", r"\[words\]"),
    ],
)
def test_a_wrong_cue_file_is_named(folder: Path, name: str, content: str, error: str) -> None:
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(ValueError, match=error) as raised:
        words.cue_table(folder)
    assert str(folder / name) in str(raised.value)


@pytest.mark.parametrize("name", ["ja.toml", "en.toml", "rules.toml"])
def test_a_missing_cue_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(OSError, match=name):
        words.cue_table(folder)


@pytest.mark.parametrize(
    ("phrase", "language", "written"),
    [
        (
            "delete|erase my|our data",
            Language.EN,
            ["delete my data", "delete our data", "erase my data", "erase our data"],
        ),
        ("消去|削除 して|", Language.JA, ["消去して", "消去", "削除して", "削除"]),
        ("stop |now", Language.EN, ["stop", "stop now"]),
    ],
)
def test_a_phrase_is_written_out(phrase: str, language: Language, written: list[str]) -> None:
    assert list(words._expanded(phrase, language)) == written


# --- around the encoder, without a model ---


def packed(numbers: Sequence[int], scale: float) -> list[int]:
    """Write 32 numbers of -8..7 as a block: scale, then the first 16 in the low halves, the rest in the high."""
    raised = [number + 8 for number in numbers]
    halves = [low | high << 4 for low, high in zip(raised[:16], raised[16:], strict=True)]
    return [*np.array([scale], np.float16).tobytes(), *halves]


NUMBERS = st.lists(st.integers(-8, 7), min_size=32, max_size=32)


@given(st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=1, max_size=4), st.sampled_from([0.5, -0.25, 3.0]))
def test_vectors_are_unpacked_from_their_blocks(rows: list[list[list[int]]], scale: float) -> None:
    table = np.array([[packed(block, scale) for block in row] for row in rows], np.uint8)
    order = [len(rows) - 1, 0, 0]
    expected = [[number * scale for block in rows[row] for number in block] for row in order]
    found = embedded(table, order)
    assert found.dtype == np.float32
    assert found.tolist() == expected


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("削除して。住所を直して。以上", 0, "削除して。"),
        ("削除して。住所を直して。以上", 4, "削除して。"),
        ("削除して。住所を直して。以上", 5, "住所を直して。"),
        ("削除して。住所を直して。以上", 12, "以上"),
        ("Hello\nDelete it! Now?", 6, "Delete it!"),
        ("Hello.\nDelete it", 6, "Delete it"),
        ("Hello.\n\n  削除。", 6, "削除。"),
        ("だめ！ほんとう？はい", 3, "ほんとう？"),
        ("", 0, ""),
        ("a\n", 1, ""),
        (" \n ", 0, ""),
    ],
)
def test_a_sentence_is_found_around_its_character_or_after_the_blanks_there(text: str, at: int, sentence: str) -> None:
    assert sentence_at(text, at) == sentence


@given(st.text("ab。!\n ", max_size=40), st.data())
def test_a_sentence_holds_the_character_it_was_found_at(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    found = sentence_at(text, at)
    assert found in text
    assert text[at : at + 1].strip() in found


@pytest.mark.parametrize("length", [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - OVERLAP, 2 * WINDOW, 5000])
def test_windows_overlap_and_cover_every_piece(length: int) -> None:
    body = Pieces(list(range(length)), [(at, at + 1) for at in range(length)])
    windows = list(encoder._windows(body))
    assert all(len(one.ids) <= WINDOW and one.places == [(at, at + 1) for at in one.ids] for one in windows)
    joined = windows[0].ids + [piece for one in windows[1:] for piece in one.ids[OVERLAP:]]
    assert joined == body.ids
    assert all(one.ids[-OVERLAP:] == other.ids[:OVERLAP] for one, other in pairwise(windows))
    assert len(windows) == 1 or len(windows[-1].ids) > OVERLAP


def test_a_text_of_one_window_is_read_once_and_one_piece_more_twice() -> None:
    counts = [len(list(encoder._windows(Pieces([0] * length, [(0, 1)] * length)))) for length in (WINDOW, WINDOW + 1)]
    assert counts == [1, 2]


def test_the_sentence_is_that_of_the_strongest_piece_of_all_windows() -> None:
    text = "One!Two!Three"
    first = (np.zeros(1), np.array([[0.1], [0.4]]), [("", 0), ("body", 0)])
    second = (np.zeros(1), np.array([[0.3], [0.9]]), [("", 0), ("body", 5)])
    assert encoder._sentence("Title", text, [first, second], 0) == "Two!"  # type: ignore[list-item]
    of_title = (np.zeros(1), np.array([[1.0]]), [("subject", 1)])
    assert encoder._sentence("Title", text, [first, of_title], 0) == "Title"  # type: ignore[list-item]


def test_a_mark_that_speaks_most_has_no_sentence() -> None:
    mark = (np.zeros(1), np.array([[1.0], [0.9]]), [("", 0), ("body", 0)])
    assert encoder._sentence("Title", "Body", [mark], 0) == ""  # type: ignore[list-item]


def test_notes_belong_to_docs_of_the_tokenizer_alone() -> None:
    with pytest.raises(KeyError):
        notes_of(Doc(NLP.vocab, words=["delete"]))


def test_the_saved_words_are_readable(shipped: Any, tmp_path: Path) -> None:
    shipped.to_disk(tmp_path)
    assert json.loads((tmp_path / "cues.json").read_text("utf-8")) == shipped.table
