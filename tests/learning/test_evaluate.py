"""Every stage answers every mail, and nothing that is told has a word of a mail."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from rich.console import Console

from mailbot.edge.model.load import load_model
from mailbot.learning import baseline
from mailbot.learning import evaluate as measuring
from mailbot.learning.evaluate import CUES, FAST, NGRAMS, TEXTCAT, WHOLE, Evaluation, FlagScore
from mailbot.learning.metrics import Answer, score
from mailbot.learning.report import last_lines, tables
from mailbot.learning.rows import rows_of
from tests.learning.written import answer, row, some_rows


def printed(found: Evaluation) -> str:
    console = Console(width=240)
    with console.capture() as capture:
        for table in tables(found):
            console.print(table)
        for line in last_lines(found):
            console.print(line)
    return capture.get()


def test_every_stage_answers_every_row_in_order(models: Path) -> None:
    baseline.save(baseline.fit(some_rows("anna")), models / "baseline")
    found = measuring.evaluate(models, rows_of(models / "test"))
    assert list(found.answers) == [WHOLE, FAST, NGRAMS, CUES, TEXTCAT]
    for answers in found.answers.values():
        assert [one.row for one in answers] == rows_of(models / "test")


def test_the_textcat_is_left_out_where_there_is_none(found: Evaluation) -> None:
    assert TEXTCAT not in found.answers


def test_only_the_whole_pipeline_asks_the_encoder(found: Evaluation) -> None:
    assert {one.kinds for one in found.answers[WHOLE]} == {frozenset({"erase"})}
    assert [one.kinds for one in found.answers[FAST]] == [one.row.kinds for one in found.answers[FAST]]
    assert [one.kinds for one in found.answers[NGRAMS]] == [one.row.kinds for one in found.answers[NGRAMS]]
    assert found.speed.asked == 1.0


def test_an_answer_carries_what_the_verdict_says(models: Path) -> None:
    model, rows = load_model(models), rows_of(models / "test")
    notes = model.notes(one.mail for one in rows)
    for told, one in zip(measuring.judged(rows, notes), notes, strict=True):
        assert (told.confidence, told.is_sure) == (one.verdict.confidence, one.verdict.is_sure)
        assert told.flags == set(one.verdict.flags) >= {"lawyer"}
    assert len({one.verdict.is_sure for one in notes}) == 2


def test_the_encoder_is_back_after_working_without_it(models: Path) -> None:
    model = load_model(models)
    part = model.pipeline.get_pipe("desk_judge")
    before = part.encoder
    with measuring.without_encoder(model):
        assert part.encoder is None
    assert part.encoder is before is not None
    with pytest.raises(ZeroDivisionError), measuring.without_encoder(model):
        _ = 1 / 0
    assert part.encoder is before is not None


def test_no_rows_cannot_be_evaluated(models: Path) -> None:
    with pytest.raises(ValueError, match="no mails"):
        measuring.evaluate(models, [])


def test_slices_part_the_answers_by_language_level_and_origin() -> None:
    rows = [
        row("1", "erase", lang="ja", level="easy", origin="anna"),
        row("2", "erase", lang="en", level="hard", origin="anna"),
        row("3", "erase", lang="ja", level="hard", origin="x" * 200),
    ]
    found = measuring.by_slice([Answer(one, frozenset({"erase"})) for one in rows])
    assert {name: [one.row.id for one in answers] for name, answers in found.items()} == {
        "language en": ["2"],
        "language ja": ["1", "3"],
        "level easy": ["1"],
        "level hard": ["2", "3"],
        "origin anna": ["1", "2"],
        f"origin {'x' * 60}": ["3"],
    }


def test_a_flag_is_precise_where_it_stands_and_recalled_where_it_was_raised() -> None:
    rows = [row("1", "erase", flags=("agent",)), row("2", "erase", flags=("agent", "minor")), row("3", "erase")]
    raised: list[set[str]] = [{"agent", "press"}, set(), {"press"}]
    found = measuring.flag_scores(
        [Answer(one, frozenset(), flags=frozenset(flags)) for one, flags in zip(rows, raised, strict=True)]
    )
    assert found == {
        "agent": FlagScore(2, 1.0, 0.5),
        "minor": FlagScore(1, None, 0.0),
        "press": FlagScore(0, 0.0, None),
    }


def test_lost_requests_are_measured_against_the_rights(found: Evaluation) -> None:
    rows = [row(str(number), "not_for_us" if number < 6 else "erase") for number in range(10)]
    told = [Answer(one, frozenset({"not_for_us"})) for one in rows[:7]]
    whole = [*told, *(Answer(one, frozenset({"erase"})) for one in rows[7:])]
    figures = measuring.figures(replace(found, answers={**found.answers, WHOLE: whole}))
    assert figures["test"]["lost_share"] == 0.25
    assert measuring.lost(whole) == ["6"]
    assert figures["test"]["ngrams_coarse_f1"] == 1.0
    assert figures["speed"]["memory_mib"] == 200.0


def test_nothing_told_has_a_word_of_a_mail(found: Evaluation) -> None:
    told = printed(found) + json.dumps(measuring.by_name(found), ensure_ascii=False)
    for one in some_rows("test"):
        assert not any(one.text[at : at + 8] in told for at in range(len(one.text) - 8))


def test_the_tables_name_stages_slices_labels_and_lost_requests(found: Evaluation) -> None:
    lost = [Answer(row("row-7", "correct"), frozenset({"not_for_us"}))]
    told = printed(replace(found, answers={**found.answers, WHOLE: [*found.answers[WHOLE], *lost]}))
    words = ["coarse F1", "calibration error", "level hard", "class correction", "kind erase", "lawyer", "slowest mail"]
    assert [word for word in [*found.answers, *words] if word not in told] == []
    assert "Requests lost as everyday matters: row-7." in told
    assert "…" not in told


def test_the_json_has_the_same_figures(found: Evaluation) -> None:
    told = measuring.by_name(found)
    assert told["stages"][FAST] == asdict(score(found.answers[FAST]))
    assert told["slices"]["language ja"]["mails"] == 6
    assert told["labels"]["leaf"]["erase"] == 0.5
    assert told["flags"]["lawyer"] == {"mails": 0, "precision": 0.0, "recall": None}


@pytest.mark.parametrize(
    ("new", "worse"),
    [
        (["erase", "correct", "not_for_us"], []),
        (["erase", "correct", "erase"], ["coarse F1", "exact sets"]),
        (["not_for_us", "correct", "not_for_us"], ["coarse F1", "exact sets", "lost requests"]),
    ],
)
def test_a_model_is_worse_in_f1_exact_sets_and_losses(new: list[str], worse: list[str]) -> None:
    truth = ["erase", "correct", "not_for_us"]
    old = score([answer(one, one) for one in truth])
    told = measuring.got_worse(score([answer(one, found) for one, found in zip(truth, new, strict=True)]), old)
    assert [sentence.partition(":")[0] for sentence in told] == worse


def test_a_request_lost_without_a_person_is_worse_even_where_all_else_is_better() -> None:
    old = score([answer("erase", "not_for_us"), answer("correct", "erase")])
    new = score([answer("erase", "not_for_us", is_sure=True), answer("correct", "correct")])
    assert measuring.got_worse(new, old) == ["lost requests without a person: 1 instead of 0"]
    assert [one.partition(":")[0] for one in measuring.got_worse(old, new)] == ["coarse F1", "exact sets"]
