"""What comes due is told once, to the right people, handed on when nobody is heard of, and never told twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.due import decide_due, decide_escalation, next_look
from mailbot.core.events import BOT, Event, Name
from tests.core.desk_scenes import ARRIVED, REF, RULES, asked, only, opened, planned, wrote

ROSTER: dict[str, list[str]] = {
    "handler": ["hana"],
    "deputy": ["dai"],
    "manager": ["boss"],
    "representative": ["rep"],
}
NOBODY_ELSE: dict[str, list[str]] = {**ROSTER, "deputy": [], "representative": []}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+09:00")


def looked(
    case: Case, now: datetime, roster: Mapping[str, Sequence[str]] = ROSTER, *, is_snoozed: bool = False
) -> tuple[Case, list[Event]]:
    """Look at every request of a case once."""
    events = [
        event
        for request in case.requests
        for event in decide_due(request, RULES, now, roster, REF, is_snoozed=is_snoozed)
    ]
    return fold(events, case), events


def heard(case: Case, who: str, now: datetime, *, is_proved: bool = True) -> Case:
    """Let a mail of somebody reach the case."""
    return fold([Event(Name.STAFF_MESSAGE_RECEIVED, now, who, data={"message": 9, "proved": is_proved})], case)


def people_of(event: Event) -> list[str]:
    people = event.data.get("people")
    return [*people] if isinstance(people, dict) else []


def told(events: Sequence[Event]) -> str:
    """Say who is told of what: `half_used gate_7 > hana boss` for a warning, `hand_on > dai` for one handed on."""
    lines = []
    for event in events:
        if people := people_of(event):
            points = event.data.get("points", ["hand_on"])
            assert isinstance(points, list)
            codes = " ".join(str(point).partition(":")[0] for point in points)
            lines.append(f"{codes} > {' '.join(people)}")
    return ", ".join(lines)


def diary(
    case: Case, roster: Mapping[str, Sequence[str]] = ROSTER, answering: Collection[str] = (), until: str = "12-09"
) -> dict[str, str]:
    """Look at 09:30 on each day until one of December; whoever of `answering` is told replies an hour later."""
    days: dict[str, str] = {}
    now = at("11-21T09:30")
    while now.date() <= at(f"{until}T09:30").date():
        case, events = looked(case, now, roster)
        days |= {f"{now:%m-%d}": found} if (found := told(events)) else {}
        for person in {person for event in events for person in people_of(event)} & {*answering}:
            case = heard(case, person, now + timedelta(hours=1))
        now += timedelta(days=1)
    return days


def test_every_warning_of_a_disclosure_that_staff_answer_but_do_not_work_on() -> None:
    assert diary(opened("disclosure"), answering=("hana", "dai", "boss", "rep")) == {
        "11-27": "half_used gate_7 idle_handler > hana boss",
        "11-30": "three_left gate_10 > hana dai boss",
        "12-01": "idle_manager > boss",
        "12-02": "one_left gate_12 > boss",
        "12-03": "gate_13 > boss",
        **{f"12-0{day}": "overdue > boss rep" for day in range(4, 10)},
    }


def test_what_nobody_answers_goes_on_to_each_further_person_once() -> None:
    found = diary(opened("complaint"), until="12-18")
    assert found == {
        "11-27": "idle_handler > hana",
        # nobody answered for a business day: the deputy is told, then the manager, then the representative
        "11-30": "hand_on > dai, half_used > hana",
        "12-01": "hand_on > boss, idle_manager > boss",
        "12-02": "hand_on > rep, three_left > hana dai",
        "12-04": "one_left > boss",
        **{f"12-{day:02}": "overdue > boss rep" for day in range(8, 19)},
    }


def test_the_manager_comes_before_the_representative_and_nobody_after() -> None:
    case, _ = looked(opened("complaint"), at("11-27T09:30"))
    steps = []
    for day in ("11-30T09:30", "12-01T09:30", "12-02T09:30", "12-03T09:30"):
        handed = [one for one in looked(case, at(day))[1] if one.name is Name.ESCALATION_HANDED_ON]
        case = fold(handed, case)
        steps.append((told(handed), [event.data["silent"] for event in handed]))
    assert steps == [
        ("hand_on > dai", [["hana"]]),
        ("hand_on > boss", [["dai", "hana"]]),
        ("hand_on > rep", [["boss", "dai", "hana"]]),
        ("", [["boss", "dai", "hana", "rep"]]),
    ]
    assert (only(case).told_at, len(only(case).told)) == (None, 4)


def test_the_daily_overdue_neither_starts_the_wait_anew_nor_ends_it() -> None:
    case, _ = looked(opened("complaint"), at("12-08T09:30"))
    assert only(case).told_at == at("12-08T09:30")
    case, events = looked(case, at("12-09T09:00"))
    assert told(events) == "overdue > boss rep"
    assert only(case).told_at == at("12-08T09:30")
    case, events = looked(case, at("12-09T09:30"))
    assert (events[0].name, events[0].data["people"]) == (Name.ESCALATION_HANDED_ON, {})
    assert only(case).told_at is None, "everybody was told: nobody is waited for any more"
    case, events = looked(case, at("12-10T09:30"))
    assert (told(events), only(case).told_at) == ("overdue > boss rep", None)


def test_a_manager_who_answers_the_overdue_of_one_day_is_waited_for_again_on_the_next() -> None:
    case, _ = looked(opened("complaint"), at("12-08T09:30"), NOBODY_ELSE)
    case, _ = looked(heard(case, "boss", at("12-08T10:00")), at("12-09T09:30"), NOBODY_ELSE)
    assert ([*only(case).told], only(case).told_at) == (["boss"], at("12-09T09:30"))


@pytest.mark.parametrize(
    ("who", "is_proved", "day", "handed"),
    [
        ("hana", True, "11-30T09:30", ""),
        ("hana", False, "11-30T09:30", "hand_on > dai"),
        ("ken", True, "11-30T09:30", "hand_on > dai"),
        (BOT, True, "11-30T09:30", "hand_on > dai"),
        ("", True, "11-30T09:29", ""),
    ],
)
def test_a_warning_is_acknowledged_by_a_proved_mail_of_somebody_who_was_told(
    who: str,
    is_proved: bool,  # noqa: FBT001 -- a column of the table
    day: str,
    handed: str,
) -> None:
    case, _ = looked(opened("complaint"), at("11-27T09:30"))
    case = heard(case, who, at("11-27T17:00"), is_proved=is_proved) if who else case
    _, events = looked(case, at(day))
    assert told([one for one in events if one.name is Name.ESCALATION_HANDED_ON]) == handed


def test_a_command_or_a_confirmation_acknowledges_too() -> None:
    case, _ = looked(opened("complaint"), at("11-27T09:30"))
    for event in (
        Event(Name.NOTE_KEPT, at("11-27T10:00"), "hana", data={"message": 7}),
        Event(Name.EFFECT_CONFIRMED, at("11-27T10:00"), "hana", data={"effect": "e1", "hash": "0"}),
    ):
        assert only(fold([event], case)).told == frozenset()
    offered = Event(Name.EFFECT_OFFERED, at("11-27T10:00"), "hana", data={"effect": "e1", "hash": "0"})
    assert only(fold([offered], case)).told == {"hana"}, "what nothing proved is no answer"


def test_five_days_of_downtime_are_one_event_with_every_point_and_each_person_once() -> None:
    _, events = looked(opened("disclosure"), at("12-04T12:00"))
    [warned] = [event for event in events if event.name is Name.DEADLINE_WARNED]
    assert told([warned]) == (
        "half_used gate_7 idle_handler three_left gate_10 idle_manager one_left gate_12 gate_13 overdue"
        " > hana dai boss rep"
    )
    assert warned.data["people"] == {"hana": "handler", "dai": "deputy", "boss": "manager", "rep": "representative"}
    assert warned.data["due_on"] == "2026-12-03"


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=9)])
def test_a_clock_set_back_tells_nothing_again(back: timedelta) -> None:
    case, now = opened("disclosure"), at("11-27T09:30")
    seen = []
    for moment in ("11-27T09:30", "11-30T09:30", "12-04T09:30", "12-07T09:30"):
        now = at(moment)
        case, _ = looked(case, now)
        again, events = looked(case, now - back)
        seen.append(told(events))
        assert looked(again, now)[1] == []
    assert seen == ["", "", "", ""]
    later = next_look(only(case), RULES, now - back, None)
    assert later
    assert later > now


def test_a_person_who_is_told_in_two_roles_is_told_in_the_higher_one() -> None:
    both = {**ROSTER, "handler": ["boss"], "deputy": ["boss"]}
    _, [warned] = looked(opened("erase"), at("11-30T09:30"), both)
    assert warned.data["people"] == {"boss": "manager"}


def test_while_warnings_are_put_off_nothing_is_told_nor_handed_on() -> None:
    case, _ = looked(opened("complaint"), at("11-27T09:30"))
    assert looked(case, at("11-30T09:30"), is_snoozed=True)[1] == []
    morning = at("12-01T09:00")
    assert next_look(only(case), RULES, at("11-30T09:30"), morning) == morning


def test_a_request_that_ended_hands_nothing_on() -> None:
    case, _ = looked(opened("marketing_stop"), at("11-25T09:30"))
    dropped = replace(case, requests=tuple(replace(one, state="closed") for one in case.requests))  # type: ignore[arg-type]
    assert looked(dropped, at("11-26T09:30"))[1] == []


def test_nobody_is_called_silent_while_their_mail_may_lie_unread() -> None:
    case, _ = looked(opened("complaint"), at("11-27T09:30"))
    deaf = decide_due(only(case), RULES, at("12-08T09:30"), ROSTER, REF, heard_until=at("11-27T12:00"))
    assert told(deaf) == "half_used three_left one_left overdue > hana dai boss rep", "the dates of the law go on"
    heard_of = decide_due(only(case), RULES, at("12-08T09:30"), ROSTER, REF, heard_until=at("12-08T09:00"))
    assert told(heard_of) == "hand_on > dai, half_used idle_manager three_left one_left overdue > hana dai boss rep"


# At once to the manager.


def escalated(before: Case, after: Case, roster: Mapping[str, Sequence[str]] = ROSTER) -> list[Event]:
    return decide_escalation(before, after, RULES.policy, roster, ARRIVED)


@pytest.mark.parametrize(
    ("kinds", "flags", "why"),
    [
        (("complaint",), (), ["complaint"]),
        (("opinion",), (), ["complaint"]),
        (("incident_tip",), (), ["incident_tip"]),
        (("disclosure",), ("agent",), ["agent"]),
        (("disclosure",), ("third_identical_request",), ["third_identical_request"]),
        (("disclosure",), ("wants_status",), None),
        (("disclosure", "marketing_stop"), (), None),
    ],
)
def test_what_the_policy_names_is_put_before_the_manager_at_once(
    kinds: tuple[str, ...], flags: tuple[str, ...], why: list[str] | None
) -> None:
    flagged = fold([Event(Name.FLAG_RAISED, ARRIVED, data={"flag": flag}) for flag in flags], opened(*kinds))
    events = escalated(Case(), flagged)
    assert [(event.request, event.data["people"]) for event in events] == [(1, {"boss": "manager"})] * bool(why)
    assert [event.data["why"] for event in events] == [why] * bool(why)


def test_it_hangs_on_the_request_it_is_about_which_may_outlive_the_first() -> None:
    [event] = escalated(Case(), opened("marketing_stop", "complaint"))
    assert (event.request, event.data["why"]) == (2, ["complaint"])


def test_a_further_message_is_put_before_the_manager_only_for_what_is_new_in_it() -> None:
    case = opened("complaint")
    later = wrote(case, "complaint", now=at("11-24T10:00"), flags=("press",))
    assert [event.data["why"] for event in escalated(case, later)] == [["press"]]
    assert escalated(later, wrote(later, "disclosure", now=at("11-25T10:00"), flags=("press",))) == []


def test_a_manager_who_is_silent_about_it_is_followed_by_the_deputy_after_one_business_day() -> None:
    case = opened("complaint")
    case = fold(escalated(Case(), case), case)
    assert next_look(only(case), RULES, ARRIVED, None) == at("11-24T14:10")
    assert looked(case, at("11-24T14:09"))[1] == []
    after, events = looked(case, at("11-24T14:10"))
    assert (told(events), events[0].data["silent"]) == ("hand_on > dai", ["boss"])
    assert looked(after, at("11-24T23:00"))[1] == [], "exactly once"
    assert looked(heard(case, "boss", at("11-24T09:00")), at("11-24T14:10"))[1] == []


def test_a_handler_who_is_at_work_does_not_answer_for_the_manager() -> None:
    case = fold(escalated(Case(), opened("complaint")), opened("complaint"))
    act = planned(case, "/take", now=at("11-24T10:00")).at_once
    assert told(looked(fold(act.events, case), at("11-24T14:10"))[1]) == "hand_on > dai"


def test_the_clock_that_stands_still_still_hands_on_what_was_told_before() -> None:
    case, _ = looked(opened("disclosure"), at("11-27T09:30"), NOBODY_ELSE)
    paused = asked(case, "id", now=at("11-27T11:00"))
    assert only(paused).told == frozenset(), "the handler who asked is heard of"
    assert told(looked(paused, at("11-30T09:30"))[1]) == "gate_10 > boss"
