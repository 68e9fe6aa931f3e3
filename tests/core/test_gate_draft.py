"""The gate of Art. 39: when a status letter lies ready, what it says, and what answers the gate."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, fold
from mailbot.core.clock import next_due, owed_of, points_of
from mailbot.core.decide import decide_new
from mailbot.core.desk.report import Standing, report_fields, service_on, told_on
from mailbot.core.desk.scene import LetterOrder
from mailbot.core.events import Event, Json, Name
from mailbot.core.gate_draft import gate_draft_points
from tests.core.desk_scenes import (
    ARRIVED,
    NOW,
    RULES,
    WORDS,
    arrived,
    asked,
    done,
    filled,
    form,
    only,
    opened,
    planned,
    refused,
    returned,
    taken,
    wrote,
)

REPORT = filled(form("status_report"))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)


def drafts(case: Case) -> list[str]:
    """The days on which the letter lies ready."""
    return [str(point.on) for point in gate_draft_points(only(case), RULES.policy, RULES.calendar)]


# When it lies ready.

DAYS = [
    ("2026-11-20", ["2026-12-02", "2026-12-03", "2026-12-04"]),  # Friday; day 14 a Friday
    ("2026-11-24", ["2026-12-04", "2026-12-06", "2026-12-07", "2026-12-08"]),  # day 12 is a Sunday
    ("2026-12-17", ["2026-12-28", "2026-12-29"]),  # days 12 to 14 lie in the closure of the new year
    ("2026-12-18", ["2026-12-28", "2026-12-30"]),
    ("2026-12-24", ["2027-01-05", "2027-01-06", "2027-01-07"]),
    ("2027-04-19", ["2027-04-30", "2027-05-01"]),  # day 14 is a holiday, 3 May: the date does not move
    ("2027-04-22", ["2027-04-30", "2027-05-04", "2027-05-06"]),
]


@pytest.mark.parametrize(("arrived_on", "expected"), DAYS)
def test_the_letter_lies_ready_on_day_12_and_every_business_day_after_and_never_first_when_nobody_is_there(
    arrived_on: str, expected: list[str]
) -> None:
    assert drafts(opened("disclosure", at=moment(f"{arrived_on}T14:10"))) == expected


@given(st.dates(date(2026, 1, 5), date(2027, 12, 20)))
def test_the_gate_is_fourteen_calendar_days_from_any_arrival_and_a_draft_comes_on_a_business_day_before_it(
    day: date,
) -> None:
    case = opened("disclosure", at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC))
    points = gate_draft_points(only(case), RULES.policy, RULES.calendar)
    assert only(case).gate_on == date.fromordinal(day.toordinal() + 14)
    assert all(point.on <= date.fromordinal(day.toordinal() + 14) for point in points)
    assert min(point.on for point in points) <= date.fromordinal(day.toordinal() + 12)
    workdays = [point.on for point in points if RULES.calendar.is_business_day(point.on)]
    before = [n for n in range(1, 13) if RULES.calendar.is_business_day(date.fromordinal(day.toordinal() + n))]
    assert workdays or not before


@pytest.mark.parametrize("kind", ["purpose", "marketing_stop", "complaint", "inquiry", "incident_tip"])
def test_a_right_without_a_suit_has_no_gate_and_no_draft(kind: str) -> None:
    assert drafts(opened(kind)) == []


def test_nothing_is_drafted_for_what_is_decided() -> None:
    case, _ = done(opened("correct", identity=2), "/grant", text=WORDS)
    assert drafts(case) == []


def test_the_draft_comes_while_the_service_clock_stands_still() -> None:
    case = asked(opened("disclosure"), "id")
    assert "gate_draft" in {point.code for point in points_of(only(case), RULES)}


# What answers it.


def test_the_gate_is_answered_when_the_mail_server_took_the_letter_and_not_before() -> None:
    case, act = done(asked(opened("disclosure"), "id"), "/send L5", text=REPORT, now=moment("2026-12-02T10:00"))
    assert (only(case).is_gate_answered, only(case).report, drafts(case)) == (False, act.letters[0].key, [])
    assert owed_of(only(case), RULES).gate_on == date(2026, 12, 4)
    case = taken(case, *act.letters, now=moment("2026-12-02T10:01"))
    assert (only(case).is_gate_answered, only(case).gate_on) == (True, date(2026, 12, 4))
    assert owed_of(only(case), RULES).gate_on is None
    codes = {point.code for point in points_of(only(case), RULES)}
    assert codes.isdisjoint({"gate_12", "gate_13", "overdue", "gate_draft"})


def test_after_the_letter_the_day_people_are_shown_is_the_service_date() -> None:
    case = opened("disclosure", at=moment("2026-12-24T10:00"))
    assert only(case).answer_on == date(2027, 1, 7)
    case, act = done(case, "/send L5", text=REPORT, now=moment("2027-01-05T10:00"))
    case = taken(case, *act.letters, now=moment("2027-01-05T10:01"))
    assert (only(case).answer_on, only(case).gate_on) == (date(2027, 1, 12), date(2027, 1, 7))
    overdue = [point.on for point in points_of(only(case), RULES) if point.code == "overdue"]
    assert overdue == [date(2027, 1, 13)]


@pytest.mark.parametrize("was_taken", [True, False])
def test_a_letter_that_did_not_arrive_opens_the_gate_again(was_taken: bool) -> None:  # noqa: FBT001 -- drawn by name
    now = moment("2026-12-02T10:00")
    case, act = done(opened("disclosure"), "/send L5", text=REPORT, now=now)
    case = taken(case, *act.letters, now=now) if was_taken else case
    case = returned(case, *act.letters, now=moment("2026-12-03T10:00"))
    assert (only(case).is_gate_answered, only(case).report) == (False, "")
    assert (only(case).answer_on, only(case).gate_on) == (date(2026, 12, 3), date(2026, 12, 4))
    assert drafts(case) == ["2026-12-02", "2026-12-03", "2026-12-04"]
    assert next_due(only(case), RULES, moment("2026-12-03T10:00"))


def test_another_letter_that_came_back_leaves_the_answered_gate_alone() -> None:
    case, act = done(opened("disclosure"), "/send L5", text=REPORT)
    case = taken(case, *act.letters)
    again, second = done(case, "/send L5", text=REPORT)
    assert returned(again, LetterOrder("status_report", "letter:other:0")) == again
    assert only(returned(again, *act.letters)).is_gate_answered is False
    assert [event.name for event in second.events] == []


def test_one_letter_answers_the_gate_of_every_request_it_is_about_and_of_no_other() -> None:
    case, act = done(opened("disclosure", "correct", "erase", "complaint"), "/send L5 #1 #3", text=REPORT)
    assert act.letters[0].numbers == (1, 3)
    case = taken(case, *act.letters)
    assert [one.is_gate_answered for one in case.requests] == [True, False, True, False]
    assert refused(case, "/send L5 #9", text=REPORT) == "no_request"


def test_a_plain_reply_and_an_asking_letter_answer_no_gate() -> None:
    case, act = done(opened("disclosure"), text=WORDS)
    assert only(taken(case, *act.letters)).is_gate_answered is False
    assert only(asked(opened("disclosure"), "id")).is_gate_answered is False


# What the letter says.


def standing(case: Case, events: list[Event], today: date, approving: dict[int, date] | None = None) -> Standing:
    return Standing(case, events, RULES, today, approving or {})


def history(*kinds: str, identity: int | None = None, extra: tuple[Event, ...] = ()) -> tuple[Case, list[Event]]:
    """A case and its events."""
    events = [*decide_new("KJ-2026-000123-C", arrived(*kinds), RULES, ARRIVED, None)]
    events.append(Event(Name.ACKNOWLEDGEMENT_ACCEPTED, ARRIVED))
    if identity:
        events.append(Event(Name.IDENTITY_VERIFIED, NOW, "hana", data={"method": "document", "tier": identity}))
    events += extra
    return fold(events), events


def stopped(reason: str = "awaiting_identity", on: str = "2026-11-25") -> Event:
    return Event(Name.PAUSE_STARTED, moment(f"{on}T10:00"), request=1, data={"on": on, "reason": reason})


TODAY = date(2026, 12, 2)


def test_where_nothing_specific_is_known_the_reason_stays_open() -> None:
    case, events = history("disclosure", identity=3)
    found = report_fields(standing(case, events, TODAY), case.requests)
    assert set(found) == {"done", "remaining"}
    assert "2026年12月3日(木)までに" in found["remaining"]


def test_while_a_reply_is_awaited_the_letter_names_the_question_and_counts_from_the_reply() -> None:
    case, events = history("disclosure", extra=(stopped(),))
    found = report_fields(standing(case, events, TODAY), case.requests)
    assert found["reason"] == "2026年11月25日(水)にご本人であることの確認をお願いし、ご返信をお待ちしているため。"
    assert "届いた日の翌日から数えて6営業日以内" in found["remaining"]
    assert found["done"].splitlines() == [
        "2026年11月20日(金)  ご依頼を受け付け、受付のお知らせをお送りしました。",
        "2026年11月25日(水)  ご本人であることの確認をお願いしました。",
    ]
    replied = wrote(case, now=moment("2026-12-10T10:00"))
    assert service_on(only(replied), RULES) == RULES.calendar.add_business_days(date(2026, 12, 10), 6)


def test_a_question_that_never_arrived_is_not_told_as_done() -> None:
    case, events = history("disclosure", extra=(stopped(),))
    data: dict[str, Json] = {"on": "2026-11-26", "days": 0, "moved": 0, "void": True}
    void = Event(Name.PAUSE_ENDED, moment("2026-11-26T10:00"), request=1, data=data)
    found = report_fields(standing(fold([void], case), [*events, void], TODAY), case.requests)
    assert "確認をお願い" not in found["done"]


def test_an_answer_that_waits_for_the_manager_is_the_reason() -> None:
    case, events = history("disclosure", identity=3)
    found = report_fields(standing(case, events, TODAY, {1: date(2026, 12, 1)}), case.requests)
    assert found["reason"].startswith("2026年12月1日(火)に回答の案をまとめ")
    assert "確認を求めました" in found["done"]
    assert "責任者の確認を終え、2026年12月3日(木)までに" in found["remaining"]


def test_papers_that_are_looked_at_are_the_reason() -> None:
    came = Event(Name.PAPERS_RECEIVED, moment("2026-12-01T10:00"), data={"message": 9})
    case, events = history("disclosure", extra=(came,))
    found = report_fields(standing(case, events, TODAY), case.requests)
    assert found["reason"].startswith("2026年12月1日(火)にお送りいただいた書類")
    case, events = history("disclosure", identity=3, extra=(came,))
    assert "reason" not in report_fields(standing(case, events, TODAY), case.requests)


def test_a_stop_that_is_over_explains_the_days_it_took() -> None:
    ended = Event(
        Name.PAUSE_ENDED, moment("2026-11-30T10:00"), request=1, data={"on": "2026-11-30", "days": 3, "moved": 3}
    )
    case, events = history("disclosure", identity=3, extra=(stopped(), ended))
    found = report_fields(standing(case, events, TODAY), case.requests)
    assert "2026年11月25日(水)から2026年11月30日(月)までお待ちしたため" in found["reason"]


def test_a_date_that_has_passed_is_never_promised() -> None:
    case, events = history("disclosure", identity=3)
    found = report_fields(standing(case, events, date(2026, 12, 4)), case.requests)
    assert "2026年12月7日(月)までに" in found["remaining"]  # the policy's own last day: 10 business days
    assert told_on(case.requests, RULES, date(2026, 12, 4)) is None
    assert "remaining" not in report_fields(standing(case, events, date(2026, 12, 8)), case.requests)


def test_a_reason_that_is_known_for_one_request_alone_does_not_stand_for_the_other() -> None:
    case, events = history("disclosure", "correct", extra=(stopped(),))
    assert "reason" not in report_fields(standing(case, events, TODAY), case.requests)
    assert "reason" in report_fields(standing(case, events, TODAY), case.requests[:1])
    both = report_fields(standing(case, [*events], TODAY, {2: date(2026, 12, 1)}), case.requests)
    assert [line[:1] for line in both["reason"].splitlines()] == ["【", "【"]


LABELS = {"ja": ("理由", "これまで", "残り"), "en": ("Reason", "Done so far", "Remaining")}


@pytest.mark.parametrize("language", LABELS)
def test_the_letter_is_written_from_the_drafted_words_as_if_staff_had_typed_them(language: str) -> None:
    case, events = history("disclosure", extra=(stopped(),))
    found = report_fields(standing(replace(case, language=language), events, TODAY), case.requests)
    lines = zip(LABELS[language], ("reason", "done", "remaining"), strict=True)
    text = "\n".join(f"{label}: {found[name]}" for label, name in lines)
    [letter] = planned(case, "/send L5", text=text, now=moment("2026-12-02T10:00")).offers[0].act.letters
    assert {name: letter.fields[name] for name in found} == found
    assert letter.facts == {"answer_by": None}
