"""Every letter of the book can be had by some mail, says what its template asks for, and can be written."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.desk.letter_of import letter_of
from mailbot.core.desk.letterbook import FORMS, Form
from mailbot.core.desk.outcomes import allowed, owed
from mailbot.core.desk.requester import react
from mailbot.core.desk.scene import LetterOrder
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Letter, LetterKind, RequestLine
from mailbot.core.message import Language
from tests.core.desk_scenes import (
    NOW,
    REF,
    RULES,
    WORDS,
    arrived,
    asked,
    deciding,
    done,
    filled,
    form,
    offered,
    only,
    opened,
    planned,
    scene,
    taken,
)
from tests.edge.letter_samples import COMPANY, RENDERER

TO = "requester@people.example"
Sample = tuple[Case, LetterOrder]


def letter(sample: Sample, language: Language = Language.JA, now: datetime = NOW) -> Letter:
    case, order = sample
    return letter_of(order, scene(replace(case, language=language.value), now=now), COMPANY[language], TO)


# Every form.


def _answers() -> Iterable[Sample]:
    """Yield the letter of every outcome that staff can give any right, as its preview shows it."""
    for kind in KINDS:
        for outcome in (*allowed(kind), "withdrawn", "lapsed"):
            case = opened(kind, identity=3)
            line, text = deciding(only(case), outcome)
            yield case, offered(case, line, text=text).act.letters[0]


def _told() -> Iterable[Sample]:
    """Yield the letters that only tell, and those that leave at once."""
    case = opened("disclosure", "complaint")
    for one in FORMS:
        if not one.outcome and one.template != "closure":
            yield case, offered(case, f"/send {one.code}", text=filled(one)).act.letters[0]
    for what, text in (("id", ""), ("mandate", ""), ("scope", "どの期間ですか。"), ("wait", "")):
        yield case, planned(case, f"/ask {what}", text=text).at_once.letters[0]
    extension = offered(opened("disclosure"), "/extend 5 量が多いため", text=filled(form("status_report"))).act
    yield fold(extension.events, opened("disclosure")), extension.letters[0]
    answered, answer = done(opened("inquiry"), "/grant", text=WORDS)
    ended = taken(answered, *answer.letters)
    yield ended, offered(ended, "/send L16", text="ひとこと：またどうぞ。").act.letters[0]
    for known in (case, asked(case, "wait"), ended, opened()):
        act, _ = react(scene(known), arrived(flags=["wants_status"]), "", "token", 0)
        yield known, act.letters[0]


SAMPLES = [*_answers(), *_told()]


@pytest.mark.parametrize("one", FORMS, ids=lambda one: f"{one.code}-{one.outcome}")
def test_every_form_of_the_letterbook_can_be_had_by_a_mail(one: Form) -> None:
    had = {(order.template, order.outcome) for _, order in SAMPLES}
    assert (one.template, one.outcome) in had


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda one: f"{one[1].template}-{one[1].outcome}-{one[0].requests[0].kind}"
)
def test_every_letter_can_be_written_in_both_languages(sample: Sample, language: Language) -> None:
    made = letter(sample, language)
    rendered = RENDERER.render(made)
    assert made.to == TO
    assert made.kind is (LetterKind.RELAY if made.template == "relay" else LetterKind.LETTER)
    assert REF in rendered.subject + rendered.text
    for words in (rendered.subject, rendered.text, rendered.html):
        assert "None" not in words
        assert "Undefined" not in words
    for word in filter(None, [sample[1].text, *(sample[1].fields.values())]):
        assert all(line in rendered.text for line in word.splitlines())


# The values.


def context(
    case: Case, line: str, text: str = "", language: Language = Language.JA, now: datetime = NOW
) -> Mapping[str, Any]:
    found = planned(case, line, text=text, now=now)
    order = (found.offers[0].act if found.offers else found.at_once).letters[0]
    return letter((case, order), language, now).context


def test_a_letter_that_asks_says_until_when_and_what_comes_then() -> None:
    values = context(opened("disclosure"), "/ask id")
    assert values["reply_by"] == date(2026, 12, 22)
    assert values["reminders"] == [date(2026, 12, 1), date(2026, 12, 8)]
    assert (values["destroyed_days"], values["tier"]) == (10, 3)
    assert context(opened("correct", "purpose"), "/ask id")["tier"] == 2
    assert context(opened("correct", "purpose"), "/ask id 2")["tier"] == 1


@pytest.mark.parametrize(("day", "until"), [("2026-11-24", date(2029, 11, 24)), ("2028-02-29", date(2031, 2, 28))])
def test_a_closing_letter_says_how_long_what_is_kept(day: str, until: date) -> None:
    values = context(opened("disclosure"), "/close withdrawn", now=datetime.fromisoformat(f"{day}T10:00+09:00"))
    assert (values["why"], values["kept_until"]) == ("withdrawn", until)


def test_a_ground_is_said_in_the_words_of_the_law_and_of_the_reader() -> None:
    text = filled(form("refusal", "refused"))
    for language in Language:
        ground = RULES.policy.grounds["disclosure"]["33-2-2"].words(language)
        values = context(opened("disclosure"), "/refuse 33-2-2", text, language)
        assert values["ground"] == ground
    assert context(opened("disclosure", identity=3), "/grant", filled(form("disclosure", "full")))["ground"] == ""


def test_a_ground_of_the_same_name_is_that_of_the_right_it_is_for() -> None:
    assert "other-law" in RULES.policy.grounds["disclosure"].keys() & RULES.policy.grounds["correction"].keys()
    case = opened("disclosure", "correct")
    values = context(case, "/refuse other-law 2", filled(form("correction_result", "refused")))
    assert values["ground"] == RULES.policy.grounds["correction"]["other-law"].words(Language.JA)


def test_a_letter_shows_the_requests_it_is_about() -> None:
    case = opened("disclosure", "correct", "inquiry", identity=3)
    values = context(case, "/grant 2", filled(form("correction_result", "full")))
    assert [(one.number, one.kind) for one in _lines(values)] == [(2, "correct")]
    assert [one.number for one in _lines(context(case, "/send L5", filled(form("status_report"))))] == [1, 2, 3]


def _lines(values: Mapping[str, Any]) -> list[RequestLine]:
    return list(values["requests"])


def test_a_status_says_when_an_answer_is_owed_and_to_what_is_answered_none() -> None:
    case, answer = done(opened("marketing_stop", "disclosure"), "/grant 1", text=WORDS)
    case = taken(case, *answer.letters)
    act, _ = react(scene(case), arrived(flags=["wants_status"]), "", "token", 0)
    values = letter((case, act.letters[0])).context
    assert case.requests[0].answer_on == date(2026, 11, 26)
    assert values["answer_by"] == case.requests[1].answer_on == date(2026, 12, 3)
    ended, answer = done(opened("inquiry"), "/grant", text=WORDS)
    ended = taken(ended, *answer.letters)
    act, _ = react(scene(ended), arrived(flags=["wants_status"]), "", "token", 0)
    assert letter((ended, act.letters[0])).context["answer_by"] is None


def test_an_extension_says_the_old_date_and_the_new_one_and_a_report_neither() -> None:
    report = filled(form("status_report"))
    values = context(opened("disclosure"), "/extend 10 量", report)
    assert (values["old_on"], values["new_on"]) == (date(2026, 12, 3), date(2026, 12, 17))
    values = context(opened("disclosure"), "/send L5", report)
    assert (values["old_on"], values["new_on"]) == (None, None)


def test_a_field_nobody_filled_in_is_empty_and_a_name_is_no_field() -> None:
    values = context(opened("marketing_stop"), "/grant", "宛名：見本 花子")
    assert (values["fields"], values["addressee"]) == ({"channels": ""}, "見本 花子")
    assert context(opened("marketing_stop"), "/grant")["addressee"] == ""


@pytest.mark.parametrize("identity", [None, 2])
def test_a_letter_knows_whether_it_may_speak_of_data(identity: int | None) -> None:
    assert context(opened("correct", identity=identity), "/ask id")["has_identity"] is (identity is not None)


def test_a_letter_is_dated_and_counted_in_the_zone_of_the_company() -> None:
    late = datetime.fromisoformat("2026-11-24T23:30+09:00")
    values = context(opened("disclosure"), "/ask wait", now=late)
    assert values["today"] == date(2026, 11, 24)
    assert str(values["received_at"]) == "2026-11-20 14:10:00+09:00"


def test_a_relay_is_the_words_of_a_person_and_nothing_else() -> None:
    made = letter((opened("inquiry"), offered(opened("inquiry"), text=WORDS).act.letters[0]))
    assert (made.template, dict(made.context)) == (
        "relay",
        {"company": COMPANY[Language.JA], "ref": REF, "addressee": "", "text": WORDS},
    )


def test_every_template_of_an_outcome_is_in_the_letterbook() -> None:
    forms = {(one.template, one.outcome) for one in FORMS}
    for kind in KINDS:
        for outcome in allowed(kind):
            debt = owed(kind, outcome)
            assert debt is not None
            assert not debt.template or (debt.template, outcome) in forms
