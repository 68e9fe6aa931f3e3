"""The letters of a wait: what each says of days and of the clock is true under the policy of its case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules
from mailbot.core.decide import decide_follow_up
from mailbot.core.desk.letter_of import letter_of
from mailbot.core.desk.plan import plan
from mailbot.core.desk.scene import LetterOrder, Scene
from mailbot.core.desk.waiting_letters import endings, reminders, resumption
from mailbot.core.events import Event, Name
from mailbot.core.message import Language
from mailbot.core.policy_file import parse_policy
from mailbot.core.progress import decide_accepted
from mailbot.resources import policies_folder
from tests.core.desk_scenes import (
    NOW,
    REF,
    RULES,
    arrived,
    asked,
    commands,
    days_later,
    done,
    offered,
    only,
    opened,
    taken,
    ticked,
    wrote,
)
from tests.edge.letter_samples import COMPANY, RENDERER

RULES_OF = {
    name: Rules(parse_policy((policies_folder() / f"{name}.toml").read_text(encoding="utf-8")), RULES.calendar)
    for name in ("appi", "gdpr", "ccpa")
}
TO = "requester@people.example"
STOPPED = "営業日の数えを止め|日数だけ後になり|stop counting business days|business day later"
QUESTION = "どの期間ですか。"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def under(name: str, *kinds: str, now: datetime = NOW, case: Case | None = None) -> Scene:
    return Scene(case or opened(*(kinds or ("disclosure",))), RULES_OF[name], now, "hana", 7, text="")


def asking(scene: Scene, line: str, text: str = "") -> LetterOrder:
    """Return the letter that a command asks the requester by."""
    [order] = plan(replace(scene, text=text), commands(line)).at_once.letters
    return order


def written(scene: Scene, order: LetterOrder, language: Language = Language.JA) -> tuple[Mapping[str, Any], str]:
    """Return the values of a letter and its words."""
    case = replace(scene.case, language=language.value)
    made = letter_of(order, replace(scene, case=case), COMPANY[language], TO)
    return made.context, RENDERER.render(made).text


def waits(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in ("stops", "stops_until", "reminders", "reply_by", "lapses"))


# The letters that ask.


def test_the_default_policy_stops_the_clock_reminds_twice_and_ends_what_nobody_answers() -> None:
    until = date(2026, 12, 22)
    expected = (True, until, [date(2026, 12, 1), date(2026, 12, 8)], until, True)
    for line, text in (("/ask id", ""), ("/ask mandate", ""), ("/ask scope", QUESTION)):
        values, words = written(under("appi"), asking(under("appi"), line, text))
        assert waits(values) == expected
        assert "営業日の数えを止めます" in words
        assert "このお手続きを終了し" in words


def test_a_requester_who_asked_us_to_wait_is_told_the_last_day_and_threatened_with_nothing() -> None:
    values, words = written(under("appi"), asking(under("appi"), "/ask wait"))
    assert waits(values) == (True, date(2026, 12, 22), [], date(2026, 12, 22), False)
    assert "進めずにお待ちするのは、2026年12月22日(火)までといたします" in words
    assert "終了" not in words
    _, words = written(under("appi"), asking(under("appi"), "/ask wait"), Language.EN)
    assert "We will let it rest until Tuesday, 22 December 2026" in words
    assert "close the case" not in words


def test_a_second_question_promises_only_the_days_that_are_left_and_ends_nothing() -> None:
    case = wrote(asked(opened("disclosure"), "id"), now=days_later(17))
    scene = under("appi", case=case, now=days_later(17))
    values, words = written(scene, asking(scene, "/ask scope", QUESTION))
    left = 20 - only(case).moved
    last = RULES.calendar.add_business_days(RULES.calendar.local_day(scene.now), left)
    assert (left, last) == (7, date(2026, 12, 22))
    assert waits(values) == (True, last, [date(2026, 12, 18)], last, False)
    assert "このお手続きを終了し" not in words
    assert "長くても2026年12月22日(火)まで" in words
    assert "分かっていることに基づいて" in words


def test_a_question_after_all_stops_are_used_up_stops_nothing_and_says_so() -> None:
    case = wrote(asked(opened("disclosure"), "id"), now=days_later(60))
    scene = under("appi", case=case, now=days_later(60))
    order = asking(scene, "/ask scope", QUESTION)
    values, words = written(scene, order)
    assert waits(values) == (False, None, [], None, False)
    assert "数えを止めます" not in words
    after = fold(plan(replace(scene, text=QUESTION), commands("/ask scope")).at_once.events, case)
    assert decide_accepted(after, order.key, scene.now, RULES) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("line", ["/ask id", "/ask mandate", "/ask scope", "/ask wait"])
def test_under_a_policy_without_stops_a_letter_speaks_of_none(line: str, language: Language) -> None:
    scene = under("ccpa")
    order = asking(scene, line, QUESTION if "scope" in line else "")
    values, words = written(scene, order, language)
    assert waits(values) == (False, None, [], None, False)
    for said in STOPPED.split("|"):
        assert said not in words
    assert ("変わりません" if language is Language.JA else "does not change while we wait") in words
    asked_for = fold(
        plan(replace(scene, text=QUESTION if "scope" in line else ""), commands(line)).at_once.events, scene.case
    )
    assert decide_accepted(asked_for, order.key, NOW, scene.rules) == []


def test_a_policy_stops_for_what_it_names_alone() -> None:
    stopping, _ = written(under("gdpr"), asking(under("gdpr"), "/ask id"))
    running, words = written(under("gdpr"), asking(under("gdpr"), "/ask scope", QUESTION))
    assert (stopping["stops"], running["stops"], running["lapses"]) == (True, False, False)
    assert "変わりません" in words


def test_a_letter_that_staff_send_without_asking_stops_nothing_and_says_so() -> None:
    [order] = offered(opened("disclosure"), "/send L2").act.letters
    for key in ("", "letter:e1:0"):
        values, words = written(under("appi"), replace(order, key=key))
        assert waits(values) == (False, None, [], None, False)
        assert "数えを止めます" not in words


# The reminder.


def reminded(*days: str, kinds: tuple[str, ...] = ("disclosure",)) -> tuple[Case, list[LetterOrder]]:
    """Return a case asked on 24 November, and the reminders of some days on which somebody looked."""
    case, orders = asked(opened(*kinds), "id"), list[LetterOrder]()
    for day in days:
        events = [event for one in case.requests for event in ticked(one, moment(f"{day}T09:30"))]
        case, orders = fold(events, case), orders + reminders(events)
    return case, orders


def test_one_reminder_names_every_request_that_waits_for_the_same_thing() -> None:
    _, [order] = reminded("2026-12-01", kinds=("disclosure", "correct", "complaint"))
    assert (order.template, order.numbers) == ("reminder", (1, 2))
    assert order.key == f"remind_1:{REF}:awaiting_identity:2026-11-24"
    assert reminders([Event(Name.NOTE_KEPT, NOW)]) == []


def test_a_reminder_says_what_was_asked_when_and_what_comes_next() -> None:
    case, [first, second] = reminded("2026-12-01", "2026-12-08")
    values, words = written(under("appi", case=case, now=moment("2026-12-01T09:30")), first)
    assert (values["reason"], values["asked_on"]) == ("awaiting_identity", date(2026, 11, 24))
    assert (values["reminders"], values["counts_anew"]) == ([date(2026, 12, 8)], False)
    assert "お願いをお送りした日を含めず" in words
    values, words = written(under("appi", case=case, now=moment("2026-12-08T09:30")), second, Language.EN)
    assert (values["reminders"], values["reply_by"], values["lapses"]) == ([], date(2026, 12, 22), True)
    assert "we will remind you" not in words


def test_a_late_reminder_gives_five_business_days_and_counts_them_from_its_own_date() -> None:
    case, [order] = reminded("2026-12-21")
    values, words = written(under("appi", case=case, now=moment("2026-12-21T09:30")), order)
    assert (values["reply_by"], values["counts_anew"]) == (date(2026, 12, 28), True)
    assert "この" + "お知らせの日付を含めず" in words


@pytest.mark.parametrize(("day", "answer_by"), [("2026-12-01", date(2026, 12, 4)), ("2026-12-08", date(2026, 12, 17))])
def test_a_reminder_dates_the_answer_as_if_the_reply_came_today(day: str, answer_by: date) -> None:
    case, orders = reminded("2026-12-01", "2026-12-08")
    values, words = written(under("appi", case=case, now=moment(f"{day}T09:30")), orders[-1])
    assert values["answer_by"] == answer_by, "the gate until it has passed, then the service date that moved"
    assert "本日ご返信が届いた場合" in words


# The end.


def ended(*kinds: str) -> tuple[Case, list[LetterOrder]]:
    case, _ = reminded("2026-12-01", "2026-12-08", kinds=kinds)
    events = [event for one in case.requests for event in ticked(one, moment("2026-12-23T09:30"))]
    return fold(events, case), endings(events)


def test_what_nobody_answered_ends_with_one_closing_letter_and_the_case_with_it() -> None:
    case, [order] = ended("disclosure", "correct")
    assert (order.template, order.outcome, order.numbers, order.facts["why"]) == ("closure", "lapsed", (1, 2), "lapsed")
    values, words = written(under("appi", case=case, now=moment("2026-12-23T09:30")), order)
    assert (values["goes_on"], values["kept_until"]) == (False, date(2029, 12, 23))
    assert "弊社からお願いした事項について、期日までにご返信を確認できませんでした" in words
    assert not taken(case, order, now=moment("2026-12-23T09:31")).is_open


def test_a_closing_letter_does_not_say_that_all_is_over_while_another_request_goes_on() -> None:
    case, [order] = ended("disclosure", "complaint")
    scene = under("appi", case=case, now=moment("2026-12-23T09:30"))
    for language, over in ((Language.JA, "これが最後"), (Language.EN, "the last message")):
        values, words = written(scene, order, language)
        assert values["goes_on"]
        assert over not in words
    assert taken(case, order, now=moment("2026-12-23T09:31")).is_open


def test_an_outcome_that_staff_fixed_owes_no_letter_of_a_wait() -> None:
    _, act = done(opened("disclosure"), "/close withdrawn")
    assert endings(act.events) == []


# The reply.


def replied(case: Case, came: str, read: str = "") -> LetterOrder | None:
    now = moment(read or came)
    message = arrived(at=moment(came))
    events = decide_follow_up(case, message, RULES, now, "token")
    return resumption(case, fold(events, case), events, RULES.calendar.local_day(now))


def test_whoever_replies_is_told_once_a_day_that_it_is_here_and_until_when_the_answer_comes() -> None:
    order = replied(asked(opened("disclosure"), "id"), "2026-11-28T20:00", "2026-12-01T09:30")
    assert order
    assert (order.template, order.key, order.numbers) == ("resumed", f"resumed:{REF}:2026-12-01", (1,))
    assert order.facts["arrived_on"] == date(2026, 11, 28)
    lines: Any = order.facts["resumed"]
    [line] = lines
    assert (line.asked_on, line.days, line.due_on) == (date(2026, 11, 24), 3, date(2026, 12, 4))


def test_what_waited_for_different_things_is_told_in_one_letter() -> None:
    case = asked(asked(opened("disclosure", "correct", "complaint"), "id 1"), "wait 2", now=days_later(1))
    order = replied(case, "2026-11-27T10:00")
    assert order
    lines: Any = order.facts["resumed"]
    assert [(line.number, line.days) for line in lines] == [(1, 3), (2, 2)]


def test_no_date_that_has_passed_is_promised_again() -> None:
    case = asked(opened("disclosure"), "id")
    late = replied(case, "2026-11-25T10:00", "2027-03-01T10:00")
    assert late
    assert late.facts["answer_by"] is None
    wrote_back = wrote(case, now=moment("2027-03-01T10:00"), at=moment("2026-11-25T10:00"))
    _, words = written(under("appi", case=wrote_back, now=moment("2027-03-01T10:00")), late)
    assert "担当者からメールでお知らせいたします" in words
    assert "お答えする期日は" not in words


def test_a_reply_within_the_day_says_that_the_date_is_the_same() -> None:
    case = asked(opened("disclosure"), "id")
    order = replied(case, "2026-11-24T18:00")
    assert order
    after = wrote(case, now=moment("2026-11-24T18:00"))
    for language, same in ((Language.JA, "期日に変更はございません"), (Language.EN, "the date has not changed")):
        assert same in written(under("appi", case=after, now=moment("2026-11-24T18:00")), order, language)[1]


def test_whoever_was_asked_nothing_gets_no_such_letter() -> None:
    assert replied(opened("disclosure"), "2026-11-24T18:00") is None
    assert replied(asked(opened(), "wait"), "2026-11-24T18:00") is not None
