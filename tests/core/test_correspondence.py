"""What a notice tells of how a mail was read."""

from datetime import date

import pytest

from mailbot.core.correspondence import request_line
from mailbot.core.message import Language
from mailbot.core.request import Request
from mailbot.core.transitions import State
from tests.core.test_case import RULES

BECAUSE = {"erase": ("私を忘れてください", "もういい"), "stop_use": ()}


def line_of(kind: str, language: Language) -> tuple[str, ...]:
    request = Request(number=1, kind=kind, right=kind, state=State.OPEN, answer_on=date(2026, 12, 3))
    return request_line(request, language, RULES, BECAUSE).because


def test_a_request_shows_the_words_that_spoke_for_it() -> None:
    assert line_of("erase", Language.JA) == ("私を忘れてください", "もういい")
    assert line_of("correct", Language.JA) == ()


@pytest.mark.parametrize(
    ("language", "guesses"),
    [
        (Language.JA, ("個人データの消去?: 私を忘れてください", "利用の停止?")),
        (Language.EN, ("erasure of your personal data?: 私を忘れてください", "suspension of use?")),
    ],
)
def test_an_unclassified_request_shows_every_guess_by_name(language: Language, guesses: tuple[str, ...]) -> None:
    assert line_of("unclassified", language) == guesses
