"""The one extension: in time, within the policy, told by a letter that arrived; and the clock that changes its case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, fold
from mailbot.core.clock import Rules, dates_of, points_of
from mailbot.core.desk.plan import plan
from mailbot.core.desk.scene import NotDone
from mailbot.core.desk.weighty import absorbed
from mailbot.core.events import Name
from mailbot.core.period import Period, Unit
from mailbot.core.progress import decide_bounced, gone_on
from mailbot.core.request import Request
from tests.core.desk_scenes import (
    ARRIVED,
    NOW,
    OTHER,
    RULES,
    asked,
    at_once,
    commands,
    confirmed,
    days_later,
    done,
    filled,
    form,
    offered,
    only,
    opened,
    refused,
    returned,
    scene,
    taken,
    wrote,
)

REPORT = filled(form("status_report"))
DUE_ON, GATE_ON = date(2026, 12, 3), date(2026, 12, 4)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)


def extended(case: Case, days: int = 5, now: datetime = NOW) -> Case:
    """The case after an extension whose letter the mail server took."""
    case, act = done(case, f"/extend {days} 記録が倉庫にあるため", text=REPORT, now=now)
    return taken(case, *act.letters, now=now)


# In time.


def test_an_extension_asked_in_time_is_refused_when_it_is_confirmed_on_the_due_date() -> None:
    case = opened("disclosure")
    offer = offered(case, "/extend 5 理由", text=REPORT, now=moment("2026-12-02T17:00"))
    confirmed(case, offer, moment("2026-12-02T23:59"))
    with pytest.raises(NotDone) as fault:
        confirmed(case, offer, moment("2026-12-03T00:00"))
    assert (fault.value.said.code, fault.value.said.values["due_on"]) == ("extension_late", DUE_ON)


def test_the_due_date_is_the_gate_until_a_status_letter_has_answered_it() -> None:
    case = opened("disclosure", at=moment("2026-12-24T10:00"))
    late = moment("2027-01-07T10:00")
    assert refused(case, "/extend 5 理由", text=REPORT, now=late) == "extension_late"
    case, act = done(case, "/send L5", text=REPORT, now=moment("2027-01-06T10:00"))
    case = taken(case, *act.letters, now=moment("2027-01-06T10:01"))
    assert refused(case, "/extend 5 理由", text=REPORT, now=late) == ""
    assert refused(case, "/extend 5 理由", text=REPORT, now=moment("2027-01-12T10:00")) == "extension_late"


def test_while_the_clock_stands_still_there_is_no_date_to_extend_and_after_the_reply_there_is() -> None:
    case = asked(opened("disclosure"), "id")
    assert refused(case, "/extend 5 理由", text=REPORT, now=days_later(1)) == "extension_paused"
    case = wrote(case, now=days_later(2))
    assert refused(case, "/extend 5 理由", text=REPORT, now=days_later(2)) == ""


# Within the policy.


def limited(text: str | None) -> Rules:
    """The rules with another longest extension for disclosures."""
    unit = Unit(text.lstrip("0123456789")) if text else Unit.DAYS
    most = Period(int(text.removesuffix(unit.value)), unit) if text else None
    table = replace(RULES.policy.periods["disclosure"], extension=most)
    return Rules(replace(RULES.policy, periods={**RULES.policy.periods, "disclosure": table}), RULES.calendar)


LIMITS = [
    ("20bd", 20, {"most": 20, "unit": "bd", "days": 20, "day_unit": "bd"}),
    ("45d", 45, {"most": 45, "unit": "d", "days": 45, "day_unit": "d"}),
    ("1m", 31, {"most": 1, "unit": "m", "days": 31, "day_unit": "d"}),
]


@pytest.mark.parametrize(("most", "days", "values"), LIMITS)
def test_an_extension_beyond_the_policy_is_told_the_limit_in_its_own_unit(
    most: str, days: int, values: dict[str, object]
) -> None:
    here = replace(scene(opened("disclosure"), REPORT), rules=limited(most))
    plan(here, commands(f"/extend {days} 理由"))
    with pytest.raises(NotDone) as fault:
        plan(here, commands(f"/extend {days + 1} 理由"))
    assert fault.value.said.code == "extension_limit"
    assert {**fault.value.said.values, "right": ""} == {**values, "right": ""}


def test_a_right_whose_date_no_policy_extends_says_so() -> None:
    assert refused(opened("marketing_stop"), "/extend 1 理由", text=REPORT) == "extension_none"


# The letter.


def test_an_extension_counts_from_the_approval_and_answers_the_gate_when_its_letter_was_taken() -> None:
    case, act = done(opened("disclosure"), "/extend 10 量", text=REPORT)
    assert (only(case).notice_on, only(case).answer_on) == (date(2026, 12, 17), GATE_ON)
    case = taken(case, *act.letters)
    assert (only(case).answer_on, only(case).gate_on, only(case).is_gate_answered) == (
        date(2026, 12, 17),
        GATE_ON,
        True,
    )


@pytest.mark.parametrize("was_taken", [True, False])
@pytest.mark.parametrize("kind", ["disclosure", "complaint"])
def test_an_extension_nobody_was_told_of_is_void(kind: str, was_taken: bool) -> None:  # noqa: FBT001 -- drawn by name
    start = opened(kind)
    case, act = done(start, "/extend 5 量", text=REPORT)
    case = taken(case, *act.letters) if was_taken else case
    case = returned(case, *act.letters, now=days_later(1))
    one, before = only(case), only(start)
    assert (one.extension, one.report, one.is_gate_answered) == ("", "", False)
    assert (one.answer_on, one.notice_on, one.total_on) == (before.answer_on, before.notice_on, before.total_on)
    assert dates_of(one, RULES) == dates_of(before, RULES)
    assert refused(case, "/extend 5 量", text=REPORT, now=days_later(1)) == ""


def test_the_facts_of_a_letter_that_came_back_name_what_it_undid() -> None:
    case, act = done(opened("disclosure"), "/extend 5 量", text=REPORT)
    names = [event.name for event in decide_bounced(case, act.letters[0].key, NOW, RULES)]
    assert names == [Name.EXTENSION_VOIDED, Name.GATE_UNANSWERED]
    case, act = done(opened("complaint"), "/extend 5 量", text=REPORT)
    assert [event.name for event in decide_bounced(case, act.letters[0].key, NOW, RULES)] == [Name.EXTENSION_VOIDED]


def test_the_letter_says_the_old_and_the_new_date() -> None:
    _, act = done(opened("disclosure", "complaint"), "/extend 5 量", text=REPORT)
    assert act.letters[0].facts == {"old_on": DUE_ON, "new_on": date(2026, 12, 10)}
    assert {event.data["mail"] for event in act.events if event.name is Name.STATUS_LETTER_WRITTEN} == {
        act.letters[0].key
    }


# The clock in another case.

CLOCK = [
    *("received_at", "answer_on", "ack_on", "triage_on", "notice_on", "total_on", "gate_on"),
    *("fired", "moved", "extension", "pause", "paused_on", "resumed_on", "reminded_on", "stops", "is_gate_answered"),
]


def clock(request: Request) -> dict[str, object]:
    return {name: getattr(request, name) for name in CLOCK}


def lived(case: Case) -> list[Case]:
    """Requests of every past: untouched, stopped, stopped and going on, extended, told, warned."""
    stood = asked(case, "id")
    went_on = wrote(stood, now=days_later(3))
    report, act = done(went_on, "/send L5", text=REPORT, now=days_later(3))
    reminded = replace(
        only(stood), reminded_on=date(2026, 12, 1), fired=frozenset({"remind_1:2026-11-24", "half_used"})
    )
    return [
        case,
        stood,
        went_on,
        asked(went_on, "mandate", now=days_later(4)),
        extended(went_on, now=days_later(3)),
        taken(report, *act.letters, now=days_later(3)),
        replace(stood, requests=(reminded,)),
    ]


@pytest.mark.parametrize("source", [*lived(opened("disclosure")), *lived(opened("correct")), opened("complaint")])
def test_a_request_that_goes_into_another_case_keeps_its_clock(source: Case) -> None:
    now, before = days_later(5), only(source)
    target = opened("inquiry", ref=OTHER, at=ARRIVED + timedelta(days=2))
    target = fold(absorbed(scene(source, now=now), scene(target, now=now)), target)
    moved = target.requests[1]
    assert (moved.kind, moved.number, moved.worked_at) == (before.kind, 2, now)
    assert clock(moved) == clock(before)
    as_before = replace(before, worked_at=now, told=frozenset(), told_at=None, report="")
    assert points_of(moved, RULES) == points_of(as_before, RULES)


@given(st.lists(st.tuples(st.sampled_from(["id", "mandate", "wait"]), st.integers(0, 6), st.booleans()), max_size=3))
def test_whatever_stopped_a_clock_it_is_the_same_in_the_case_it_was_split_into(
    stops: list[tuple[str, int, bool]],
) -> None:
    case, now = opened("disclosure"), NOW
    for what, days, is_answered in stops:
        if refused(case, f"/ask {what}", now=now):
            continue
        case = asked(case, what, now=now)
        now += timedelta(days=days)
        if is_answered:
            case = wrote(case, now=now)
    [opening, *rest] = gone_on(only(case), 1, RULES, now, "hana")
    new = fold([opening, *rest], replace(case, requests=()))
    assert clock(only(new)) == clock(only(case))
    assert only(new).worked_at == now


def test_a_split_is_work_and_the_idle_meter_begins_anew() -> None:
    case = opened("disclosure", "correct")
    [event] = gone_on(case.requests[0], 1, RULES, days_later(6), "hana")
    new = fold([event], replace(case, requests=()))
    assert only(new).worked_at == days_later(6)


def test_another_kind_keeps_the_extension_and_the_days_the_clock_stood_still() -> None:
    case = extended(wrote(asked(opened("disclosure"), "id"), now=days_later(3)), now=days_later(3))
    before = only(case)
    after = only(at_once(case, "/type correct", now=days_later(4)))
    assert (after.kind, after.moved, after.extension, after.stops) == ("correct", before.moved, "5bd", before.stops)
    assert after.is_gate_answered
    assert (after.notice_on, after.gate_on) == (before.notice_on, before.gate_on)
