"""What staff read when the calendar changes or the clock jumps: figures, what to do, a code, and nobody's name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from mailbot.core.clock_letters import MOST_LINES, ChangedDay, Jump, Moved, calendar_change, clock_jump
from mailbot.core.letters import Letter, LetterKind, Rendered
from mailbot.core.message import Language
from tests.edge.letter_samples import COMPANY, MAILBOX, RENDERER, SECRET, TOKEN, TOKYO

JA, EN = Language.JA, Language.EN
JUMP = Jump(
    datetime(2027, 12, 25, 9, 0, tzinfo=TOKYO),
    datetime(2026, 11, 20, 9, 0, tzinfo=TOKYO),
    datetime(2027, 12, 25, 9, 1, tzinfo=TOKYO),
    3,
)
MOVED = [
    Moved("KJ-2026-000124-C", 2, "erase", "hana", date(2026, 12, 4), date(2026, 12, 4)),
    Moved("KJ-2026-000123-C", 1, "disclosure", None, date(2026, 12, 3), date(2026, 12, 2)),
]
DAYS = [ChangedDay(date(2026, 12, 1), counts=False), ChangedDay(date(2026, 11, 23), counts=True)]


def rendered(letter: Letter) -> Rendered:
    return RENDERER.render(replace(letter, context={**letter.context, "token": TOKEN, "mailbox": MAILBOX}))


def asked(language: Language, jump: Jump = JUMP) -> Rendered:
    return rendered(clock_jump(COMPANY[language], jump, SECRET, "boss@company.test", language))


def told(language: Language, moved: Sequence[Moved] = MOVED) -> Rendered:
    return rendered(calendar_change(COMPANY[language], moved, DAYS, "hana@company.test", language))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (JA, ["2026年11月20日(金)9時00分", "2027年12月25日(土)9時00分", "400日", "送信待ち: 3通", "9時01分"]),
        (EN, ["Friday, 20 November 2026, 09:00", "Saturday, 25 December 2027, 09:00", "400 days", "sent: 3", "09:01"]),
    ],
)
def test_the_manager_sees_what_the_clock_said_before_and_says_now_and_how_much_is_held(
    language: Language, words: list[str]
) -> None:
    letter = asked(language)
    assert [word for word in words if word not in letter.text] == []
    verbs = {JA: ["承認", "差戻"], EN: ["approve", "deny"]}[language]
    assert re.findall(rf"^(\w+) {SECRET}$", letter.text, re.MULTILINE) == verbs
    assert f"ref: {TOKEN}" in letter.text
    assert len(re.findall(r'href="mailto:', letter.html)) == 2


def test_a_jump_of_a_day_and_an_hour_is_told_as_one() -> None:
    jump = replace(JUMP, said_at=datetime(2026, 11, 21, 10, 0, tzinfo=TOKYO))
    assert "Jumped ahead by: 1 day 1 hour\n" in asked(EN, jump).text
    assert "進んだ幅: 1日1時間\n" in asked(JA, jump).text


def test_moved_dates_come_soonest_first_with_the_days_that_changed() -> None:
    text = told(JA).text
    assert text.index("2026年12月3日(木) → 2026年12月2日(水)") < text.index("2026年12月4日(金) のままです")
    assert "2026年12月1日(火): 休業日になりました" in text
    assert "2026年11月23日(月): 営業日になりました" in text
    assert "answer due Thursday, 3 December 2026 → Wednesday, 2 December 2026" in told(EN).text


def test_a_long_list_ends_with_how_many_more_there_are() -> None:
    many = [replace(MOVED[1], ref=f"KJ-2026-{number:06}-C") for number in range(MOST_LINES + 7)]
    assert told(EN, many).text.count("KJ-2026-") == MOST_LINES
    assert "There are 7 more" in told(EN, many).text
    assert f"dates of {MOST_LINES + 7} requests counted anew" in told(EN, many).subject
    assert "dates of 1 request counted anew" in told(EN, MOVED[:1]).subject


@pytest.mark.parametrize("language", [JA, EN])
def test_the_words_are_those_of_an_office_and_go_to_staff_alone(language: Language) -> None:
    for letter in (asked(language), told(language)):
        assert not re.search("殿|了解|すみません|当社|hana|boss", letter.text)
        assert "\n" not in letter.subject.strip()
    assert clock_jump(COMPANY[language], JUMP, SECRET, "x@company.test", language).kind is LetterKind.ESCALATION
    assert calendar_change(COMPANY[language], MOVED, DAYS, "x@company.test", language).kind is LetterKind.WARNING
