"""spaCy's textcat learns, forgets nothing on disk, and is the same every time."""

from pathlib import Path

import pytest

from mailbot.core.message import Language
from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES
from mailbot.learning import baseline
from mailbot.learning.speed import size_mb
from tests.learning.written import row, some_rows

ROWS = some_rows("anna") * 6
MODEL = baseline.fit(ROWS)


def test_it_learns_both_languages() -> None:
    answers = [baseline.plain_answer(one, baseline.textcat_odds(MODEL, one.mail)) for one in some_rows("anna")]
    assert [set(one.kinds) for one in answers] == [set(one.row.labels) for one in answers]


def test_two_trainings_give_the_same_numbers() -> None:
    mail = ROWS[0].mail
    assert baseline.textcat_odds(baseline.fit(ROWS), mail) == baseline.textcat_odds(MODEL, mail)


def test_it_is_saved_small_and_loaded_whole(tmp_path: Path) -> None:
    baseline.save(MODEL, tmp_path)
    loaded = baseline.load(tmp_path)
    assert size_mb(tmp_path) < 3
    for one in ROWS[:24]:
        assert baseline.textcat_odds(loaded, one.mail) == baseline.textcat_odds(MODEL, one.mail)


def test_a_mail_without_words_has_odds_too() -> None:
    assert set(baseline.textcat_odds(MODEL, MailText("", "", Language.EN))) == set(CODES)


@pytest.mark.parametrize(
    ("odds", "kinds", "confidence", "sure"),
    [
        ({"erase": 2.0}, {"erase"}, 0.881, False),
        ({"erase": 4.0}, {"erase"}, 0.982, True),
        ({"erase": 4.0, "correct": 0.0}, {"erase", "correct"}, 0.5, False),
        ({"erase": 4.0, "correct": -1.0}, {"erase"}, 0.731, False),
        ({"not_for_us": 5.0, "correct": 4.9}, {"not_for_us"}, 0.007, False),
        ({"not_for_us": 5.0}, {"not_for_us"}, 0.993, True),
    ],
)
def test_a_plain_answer_is_as_sure_as_its_least_certain_kind(
    odds: dict[str, float], kinds: set[str], confidence: float, *, sure: bool
) -> None:
    found = baseline.plain_answer(row("r", "erase"), dict.fromkeys(CODES, -8.0) | odds)
    assert (set(found.kinds), round(found.confidence, 3), found.is_sure) == (kinds, confidence, sure)
