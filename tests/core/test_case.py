"""A case is the fold of its events: the table allows or refuses each, and no open request is ever forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, UnexpectedEvent, apply, fold
from mailbot.core.clock import Rules, next_due
from mailbot.core.decide import Arrived, decide_follow_up, decide_new, decide_staff
from mailbot.core.due import decide_due
from mailbot.core.events import SENTENCES, Event, Json, Name, canonical, chain
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Asked, Verdict
from mailbot.core.policy_file import parse_policy
from mailbot.core.request import Request
from mailbot.core.transitions import TRANSITIONS, Scope, State, scope_states
from mailbot.edge.holiday import build_calendar
from mailbot.resources import policies_folder
from tests.core.histories import NOW, event, histories

RULES = Rules(
    parse_policy((policies_folder() / "appi.toml").read_text(encoding="utf-8")),
    build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], date(2026, 11, 20)),
)
KIND_CODES = st.sampled_from(sorted(KINDS))
ARRIVALS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 10, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
PAUSES = st.lists(st.integers(0, 24 * 40), min_size=1, max_size=12)


def in_state(state: State) -> Case:
    return Case() if state is State.ABSENT else Case(state=state, ref="KJ-2026-000123-M")


def with_request(state: State) -> Case:
    known = () if state is State.ABSENT else (Request(1, "disclosure", "disclosure", state),)
    return Case(state=State.RECEIVED, ref="KJ-2026-000123-M", requests=known)


@given(histories(), st.integers(0, 25))
def test_folding_at_once_and_step_by_step_is_the_same(happened: list[Event], cut: int) -> None:
    case = Case()
    for one in happened:
        case = apply(case, one)
    assert case == fold(happened) == fold(happened[cut:], fold(happened[:cut]))


@pytest.mark.parametrize(
    ("row", "after"), TRANSITIONS.items(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_every_row_of_the_table_happens(row: tuple[Scope, State, Name], after: State) -> None:
    scope, state, name = row
    if scope is Scope.REQUEST:
        assert apply(with_request(state), event(name, 1)).requests[0].state is after
    else:
        assert apply(in_state(state), event(name)).state is after


OUTSIDE_CASE = [
    (state, name)
    for state, name in product(scope_states(Scope.CASE), Name)
    if (Scope.CASE, state, name) not in TRANSITIONS and (Scope.OFFICE, state, name) not in TRANSITIONS
]
OUTSIDE_REQUEST = [
    (state, name)
    for state, name in product(scope_states(Scope.REQUEST), Name)
    if (Scope.REQUEST, state, name) not in TRANSITIONS
]


@pytest.mark.parametrize(("state", "name"), OUTSIDE_CASE)
def test_a_case_refuses_what_the_table_lacks(state: State, name: Name) -> None:
    with pytest.raises(UnexpectedEvent, match=f"event {name} in state {state}"):
        apply(in_state(state), event(name))


@pytest.mark.parametrize(("state", "name"), OUTSIDE_REQUEST)
def test_a_request_refuses_what_the_table_lacks(state: State, name: Name) -> None:
    with pytest.raises(UnexpectedEvent, match=f"event {name} in state {state}"):
        apply(with_request(state), event(name, 1))


def test_every_name_and_state_has_a_place_in_the_table() -> None:
    assert set(Name) == {name for _, _, name in TRANSITIONS}
    assert set(Name) == set(SENTENCES)
    assert set(State) == {state for scope in Scope for state in scope_states(scope)}


REMARKS = [
    *(Name.FLAG_RAISED, Name.LETTER_QUEUED, Name.LETTER_ACCEPTED, Name.LETTER_FAILED, Name.LETTER_BOUNCED),
    *(Name.FOLLOW_UP_RECEIVED, Name.STAFF_MESSAGE_RECEIVED),
]


@pytest.mark.parametrize("state", [State.RECEIVED, State.ACKNOWLEDGED, State.UNACKNOWLEDGED])
@pytest.mark.parametrize("name", REMARKS)
def test_an_open_case_takes_every_remark_and_stays_as_it_is(state: State, name: Name) -> None:
    assert apply(in_state(state), event(name)).state is state


def test_the_office_issues_digests_and_hears_of_those_that_did_not_arrive() -> None:
    names = [Name.DIGEST_ISSUED, Name.LETTER_FAILED, Name.LETTER_BOUNCED, Name.DIGEST_ISSUED]
    assert fold(event(name) for name in names).state is State.OFFICE
    with pytest.raises(UnexpectedEvent):
        fold([event(Name.DIGEST_ISSUED), event(Name.CASE_OPENED)])


def test_a_case_is_opened_once() -> None:
    with pytest.raises(UnexpectedEvent):
        fold([event(Name.CASE_OPENED), event(Name.CASE_OPENED)])


def test_an_acknowledgement_is_accepted_once() -> None:
    with pytest.raises(UnexpectedEvent):
        fold([event(Name.CASE_OPENED), *[event(Name.ACKNOWLEDGEMENT_ACCEPTED)] * 2])


def test_what_each_event_leaves_in_the_case() -> None:
    case = fold(
        [
            event(Name.CASE_OPENED),
            event(Name.REQUEST_OPENED, 1),
            event(Name.REQUEST_LEFT_UNCLASSIFIED, 2),
            event(Name.FLAG_RAISED),
            event(Name.ACKNOWLEDGEMENT_ACCEPTED, at=NOW + timedelta(seconds=1)),
            event(Name.LETTER_BOUNCED),
            event(Name.DEADLINE_WARNED, 1),
            replace(event(Name.DEADLINE_WARNED, 1), data={"points": ["three_left", "gate_7"]}),
            event(Name.DEADLINE_MISSED, 1),
        ]
    )
    assert (case.ref, case.language, case.policy) == ("KJ-2026-000123-M", "en", "appi/2026-11@00000000")
    assert (case.state, case.opened_at, case.received_at) == (State.ACKNOWLEDGED, NOW, NOW)
    assert (case.acknowledged_at, case.withheld) == (NOW + timedelta(seconds=1), None)
    assert case.flags == {"lawyer", "bounced"}
    first, second = case.requests
    assert (first.state, first.confidence, first.received_at) == (State.OVERDUE, 0.97, NOW)
    assert (first.notice_on, first.answer_on, first.gate_on) == (date(2026, 12, 3), date(2026, 12, 3), None)
    assert first.fired == {"half_used", "three_left", "gate_7"}
    assert (second.number, second.kind, second.state) == (2, UNCLASSIFIED, State.UNCLASSIFIED)
    assert (second.confidence, second.gate_on, second.fired) == (None, date(2026, 12, 4), frozenset())


# The desk: what its acts leave in the case.


def after(*happened: Event) -> Case:
    return fold([event(Name.CASE_OPENED), event(Name.REQUEST_OPENED, 1), *happened])


LEFT_IN_CASE = [
    (Name.HANDLER_ASSIGNED, {"handler": "hana"}),
    (Name.IDENTITY_VERIFIED, {"identity": 2}),
    (Name.HOLD_SET, {"flags": frozenset({"hold"})}),
    (Name.WARNINGS_SNOOZED, {"snoozed_until": date(2026, 11, 30)}),
    (Name.CASE_CLOSED, {"state": State.CLOSED, "closed_at": NOW}),
    (Name.CASE_MERGED, {"state": State.MERGED, "closed_at": NOW, "merged_into": "KJ-2026-000124-N"}),
    (Name.NOTE_KEPT, {}),
    (Name.CASE_LINKED, {}),
    (Name.ADDRESS_CHANGED, {}),
]


@pytest.mark.parametrize(("name", "left"), LEFT_IN_CASE)
def test_what_an_act_of_the_desk_leaves_in_the_case(name: Name, left: dict[str, Any]) -> None:
    assert after(event(name)) == replace(after(), **left)


MOVED = {"answer_on": date(2026, 12, 4), "notice_on": date(2026, 12, 7), "gate_on": date(2026, 12, 4)}
LEFT_IN_REQUEST = [
    (Name.REPLY_ASKED, {"mail": "ask:7:awaiting_identity"}),
    (
        Name.PAUSE_STARTED,
        {
            "state": State.PAUSED,
            "pause": "awaiting_identity",
            "paused_on": date(2026, 11, 24),
            "stops": frozenset({"awaiting_identity"}),
        },
    ),
    (Name.REQUEST_EXTENDED, {"extension": "10bd"} | MOVED),
    (Name.ESCALATED, {"told": frozenset({"boss"}), "told_at": NOW}),
    (Name.STATUS_LETTER_WRITTEN, {"report": "letter:7:0"}),
    (Name.GATE_ANSWERED, {"is_gate_answered": True} | MOVED),
    (Name.DATES_RECOUNTED, MOVED),
    (Name.REQUEST_DECIDED, {"state": State.DECIDED, "outcome": "full", "mail": "letter:1:0"}),
    (Name.REQUEST_DROPPED, {"state": State.DROPPED}),
    (Name.REQUEST_MOVED, {"state": State.MOVED}),
    (
        Name.REQUEST_RECLASSIFIED,
        {"kind": "correct", "right": "correction", "confidence": None},
    ),
]


@pytest.mark.parametrize(("name", "left"), LEFT_IN_REQUEST)
def test_what_an_act_of_the_desk_leaves_in_the_request(name: Name, left: dict[str, Any]) -> None:
    [before] = after().requests
    assert after(event(name, 1)).requests == (replace(before, **left),)


def test_an_extension_of_before_it_had_a_period_is_among_the_days_it_moved_and_answered_the_gate() -> None:
    moved = {"moved": 10, "answer_on": "2026-12-17", "notice_on": "2026-12-17", "gate_on": "2026-12-04"}
    [one] = after(Event(Name.REQUEST_EXTENDED, NOW, "hana", 1, moved)).requests
    assert (one.extension, one.is_extended, one.moved, one.is_gate_answered) == ("0bd", True, 10, True)
    assert (one.answer_on, one.gate_on) == (date(2026, 12, 17), date(2026, 12, 4))


def test_a_stop_ends_with_its_days_and_is_remembered() -> None:
    [one] = after(event(Name.PAUSE_STARTED, 1), event(Name.PAUSE_ENDED, 1)).requests
    assert (one.state, one.pause, one.paused_on, one.moved) == (State.OPEN, "", None, 2)
    assert (one.notice_on, one.resumed_on) == (date(2026, 12, 7), date(2026, 11, 26))
    assert one.stops == {"awaiting_identity"}


def test_an_event_with_the_day_of_the_answer_names_every_date_and_any_other_leaves_them() -> None:
    [one] = after(
        event(Name.PAUSE_STARTED, 1), event(Name.PAUSE_ENDED, 1, answer_on="2026-12-08", gate_on=None)
    ).requests
    assert (one.answer_on, one.gate_on) == (date(2026, 12, 8), None)
    [same] = after(event(Name.STATUS_LETTER_WRITTEN, 1)).requests
    assert (same.answer_on, same.notice_on) == (date(2026, 12, 3), date(2026, 12, 3))


def test_a_warning_waits_since_its_first_time_until_somebody_who_was_told_is_heard_of() -> None:
    later = NOW + timedelta(days=1)
    warned = event(Name.DEADLINE_WARNED, 1, people={"hana": "handler"})
    again = event(Name.DEADLINE_WARNED, 1, later, people={"boss": "manager"})
    [one] = after(warned, again).requests
    assert (one.told, one.told_at) == ({"hana", "boss"}, NOW)
    for actor, proved, told in (
        ("hana", True, set()),
        ("dai", True, {"hana", "boss"}),
        ("hana", False, {"hana", "boss"}),
    ):
        heard = replace(event(Name.STAFF_MESSAGE_RECEIVED, proved=proved), actor=actor)
        assert after(warned, again, heard).requests[0].told == told


def test_a_warning_that_was_handed_on_ends_where_nobody_is_left() -> None:
    handed = event(Name.ESCALATION_HANDED_ON, 1, NOW + timedelta(days=1))
    first = after(event(Name.ESCALATED, 1), handed).requests[0]
    assert (first.told, first.told_at) == ({"boss", "dai"}, NOW + timedelta(days=1))
    nobody = event(Name.ESCALATION_HANDED_ON, 1, NOW + timedelta(days=2), people={})
    last = after(event(Name.ESCALATED, 1), handed, nobody).requests[0]
    assert (last.told, last.told_at) == ({"boss", "dai"}, None)
    daily = event(Name.DEADLINE_WARNED, 1, NOW + timedelta(days=3), people={"boss": "manager"})
    assert after(event(Name.ESCALATED, 1), handed, nobody, daily).requests[0].told_at is None


def test_only_the_acts_of_people_are_work() -> None:
    by_hana = replace(event(Name.NOTE_KEPT), actor="hana")
    assert after(event(Name.NOTE_KEPT)).requests[0].worked_at is None
    assert after(by_hana).requests[0].worked_at == NOW
    drafted = replace(event(Name.EFFECT_OFFERED), actor="hana")
    assert after(drafted).requests[0].worked_at is None
    closed = after(replace(event(Name.REQUEST_DROPPED, 1), actor="hana"), by_hana).requests[0]
    assert closed.worked_at is None


def test_what_is_answered_keeps_its_outcome_and_what_is_reopened_has_none() -> None:
    decided = [event(Name.REQUEST_DECIDED, 1, ground="33-2-2", outcome="refused"), event(Name.REQUEST_ANSWERED, 1)]
    [closed] = after(*decided).requests
    assert (closed.state, closed.outcome, closed.ground) == (State.CLOSED, "refused", "33-2-2")
    [again] = after(*decided, event(Name.REQUEST_REOPENED, 1)).requests
    assert (again.state, again.outcome, again.ground, again.mail) == (State.OPEN, "", "", "")


def test_what_is_lifted_reopened_or_undone_is_as_before() -> None:
    assert after(event(Name.HOLD_SET), event(Name.HOLD_LIFTED)) == after()
    assert after(event(Name.IDENTITY_VERIFIED), event(Name.IDENTITY_REOPENED)) == after()
    reopened = after(event(Name.CASE_CLOSED), event(Name.CASE_REOPENED))
    assert reopened == replace(after(), state=State.REOPENED)


RUNNING_STATES = {State.OPEN, State.UNCLASSIFIED, State.OVERDUE, State.PAUSED, State.DECIDED}


@pytest.mark.parametrize("state", scope_states(Scope.REQUEST))
def test_a_request_is_owed_an_answer_until_the_server_took_it(state: State) -> None:
    case = with_request(state)
    assert bool(case.running) is (state in RUNNING_STATES)
    assert bool(case.undecided) is (state in RUNNING_STATES - {State.DECIDED})


@pytest.mark.parametrize("state", [State.CLOSED, State.DROPPED, State.MOVED])
def test_what_ended_is_never_decided_warned_of_or_asked(state: State) -> None:
    for name in (Name.REQUEST_DECIDED, Name.DEADLINE_WARNED, Name.REPLY_ASKED, Name.PAUSE_STARTED, Name.PAUSE_ENDED):
        assert (Scope.REQUEST, state, name) not in TRANSITIONS


def test_every_state_of_a_request_that_is_owed_an_answer_can_end() -> None:
    ends = {State.CLOSED, State.DROPPED, State.MOVED}
    for state in RUNNING_STATES:
        reached, steps = {state}, {state}
        while steps:
            steps = {
                to for (scope, at, _), to in TRANSITIONS.items() if scope is Scope.REQUEST and at in steps
            } - reached
            reached |= steps
        assert ends & reached


@pytest.mark.parametrize(
    ("name", "withheld"), [(Name.ACKNOWLEDGEMENT_WITHHELD, "junk"), (Name.ACKNOWLEDGEMENT_FAILED, "unknown")]
)
def test_a_case_says_why_it_was_not_acknowledged(name: Name, withheld: str) -> None:
    case = fold([event(Name.CASE_OPENED), event(name)])
    assert (case.state, case.withheld, case.acknowledged_at) == (State.UNACKNOWLEDGED, withheld, None)


# The chain: one text for one event, whatever the zone it was told in.


def test_the_chained_text_is_pinned() -> None:
    happened = Event(Name.FLAG_RAISED, NOW, "hana", None, {"flag": "lawyer", "ref": "あ"})
    text = canonical(happened, 7, 3)
    assert text == (
        '{"actor":"hana","at":"2026-11-20T05:10:00.000000Z","case":7,"data":{"flag":"lawyer","ref":"\\u3042"},'
        '"name":"flag_raised","request":null,"seq":3}'
    )
    assert canonical(replace(happened, at=NOW.astimezone(ZoneInfo("Asia/Tokyo"))), 7, 3) == text
    assert chain("0" * 64, "{}") == "5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e"


CHANGES: list[dict[str, Any]] = [
    {"name": Name.CASE_OPENED},
    {"at": NOW + timedelta(microseconds=1)},
    {"actor": "hana"},
    {"request": 1},
    {"data": {"flag": "press"}},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_any_change_of_an_event_changes_its_text(change: dict[str, Any]) -> None:
    happened = Event(Name.FLAG_RAISED, NOW, data={"flag": "lawyer"})
    assert canonical(replace(happened, **change), 7, 3) != canonical(happened, 7, 3)
    assert len({canonical(happened, 7, 3), canonical(happened, 7, 4), canonical(happened, 8, 3)}) == 3


# Decisions: what a message and a moment make happen.


def arrived(*kinds: str, is_sure: bool = True, flags: Sequence[str] = (), at: datetime = NOW) -> Arrived:
    asked = tuple(Asked(kind, 0.97) for kind in kinds)
    return Arrived(41, at, "ja", Verdict(asked, 0.97, is_sure=is_sure, flags=tuple(flags)))


def opened(*kinds: str, at: datetime = NOW) -> Case:
    return fold(decide_new("KJ-2026-000123-M", arrived(*kinds, at=at), RULES, at, None))


NEW = [
    (arrived("disclosure"), ["disclosure"]),
    (arrived("correct", "marketing_stop"), ["correct", "marketing_stop"]),
    (arrived(), [UNCLASSIFIED]),
    (arrived("disclosure", is_sure=False), [UNCLASSIFIED]),
    (arrived("disclosure", "erase", is_sure=False), [UNCLASSIFIED]),
    (arrived(*sorted(KINDS)[:9]), sorted(KINDS)[:9]),
    (arrived(*sorted(KINDS)[:10]), [UNCLASSIFIED]),  # a text about rights, not a list of wishes
]


@pytest.mark.parametrize(("message", "kinds"), NEW)
def test_a_new_case_has_one_request_for_each_right_and_never_none(message: Arrived, kinds: list[str]) -> None:
    case = fold(decide_new("KJ-2026-000123-M", message, RULES, NOW, None))
    assert [request.kind for request in case.requests] == kinds
    assert [request.number for request in case.requests] == list(range(1, len(kinds) + 1))
    assert all(request.answer_on and request.received_at == NOW for request in case.requests)
    assert case.policy == RULES.key


def test_the_clock_starts_when_the_server_received_the_mail() -> None:
    late = NOW + timedelta(days=9)
    case = fold(decide_new("KJ-2026-000123-M", arrived("disclosure"), RULES, late, None))
    assert (case.received_at, case.opened_at) == (NOW, late)
    assert case.requests[0].notice_on == date(2026, 12, 3)


def test_a_flag_is_raised_once_and_a_hint_names_its_case() -> None:
    events = decide_new("KJ-2026-000123-M", arrived(flags=["lawyer", "lawyer"]), RULES, NOW, "KJ-2026-000007-C")
    raised = [dict(one.data) for one in events if one.name is Name.FLAG_RAISED]
    assert raised == [{"flag": "lawyer"}, {"flag": "possibly_related", "ref": "KJ-2026-000007-C"}]


FOLLOW_UPS = [
    (arrived("disclosure"), []),
    (arrived("disclosure", "erase"), ["erase"]),
    (arrived("erase", is_sure=False), []),
    (arrived("inquiry", "not_for_us", UNCLASSIFIED), []),
]


@pytest.mark.parametrize(("message", "fresh"), FOLLOW_UPS)
def test_a_follow_up_opens_only_rights_asked_for_the_first_time(message: Arrived, fresh: list[str]) -> None:
    case = fold(decide_follow_up(opened("disclosure"), message, RULES, NOW, "token"), opened("disclosure"))
    assert [request.kind for request in case.requests] == ["disclosure", *fresh]


def test_a_flag_already_raised_is_not_raised_again() -> None:
    case = replace(opened("disclosure"), flags=frozenset({"lawyer"}))
    events = decide_follow_up(case, arrived(flags=["lawyer", "press"]), RULES, NOW, "token")
    assert [dict(one.data) for one in events if one.name is Name.FLAG_RAISED] == [{"flag": "press"}]


def test_a_staff_message_changes_nothing_but_the_record() -> None:
    case = opened("disclosure")
    [happened] = decide_staff(42, "hana", NOW, is_proved=True)
    assert (happened.actor, apply(case, happened)) == ("hana", case)


# The clock: with the real policy and calendar.


def looked(request: Request, now: datetime) -> list[Event]:
    return decide_due(request, RULES, now, {}, "KJ-2026-000123-M")


def ticked(case: Case, number: int, now: datetime) -> tuple[Case, list[Event]]:
    events = looked(case.requests[number - 1], now)
    return fold(events, case), events


def due(request: Request, now: datetime) -> datetime:
    found = next_due(request, RULES, now)
    assert found is not None
    return found


def points(events: list[Event]) -> list[Json]:
    return [point for one in events for point in _listed(one.data.get("points", []))]


def _listed(value: Json) -> list[Json]:
    assert isinstance(value, list)
    return value


@given(st.lists(KIND_CODES, min_size=1, max_size=4, unique=True), ARRIVALS, PAUSES)
def test_an_open_request_always_has_a_next_moment(kinds: list[str], received_at: datetime, hours: list[int]) -> None:
    case, now = opened(*kinds, at=received_at), received_at
    told: list[tuple[int, Json]] = []
    for pause in hours:
        now += timedelta(hours=pause)
        for number in range(1, len(kinds) + 1):
            had_come = due(case.requests[number - 1], now) <= now
            case, events = ticked(case, number, now)
            assert bool(events) == had_come
            assert due(case.requests[number - 1], now) > now
            assert looked(case.requests[number - 1], now) == []
            told += [(number, point) for point in points(events)]
    assert len(told) == len(set(told))


@given(KIND_CODES, ARRIVALS)
def test_following_the_next_moments_ends_in_overdue(kind: str, received_at: datetime) -> None:
    case, now = opened(kind, at=received_at), received_at
    while case.requests[0].state is not State.OVERDUE:
        now = due(case.requests[0], now)
        case, _ = ticked(case, 1, now)
    answer_on = case.requests[0].answer_on
    assert answer_on
    assert RULES.calendar.local_day(now) == answer_on + timedelta(days=1)


FIRST_WEEK = ("half_used", "gate_7", "idle_handler:2026-11-20")
DOWNTIMES = [
    ("2026-11-26T12:00+09:00", [], State.OPEN),
    (
        "2026-12-02T09:00+09:00",
        [
            *FIRST_WEEK,
            "three_left",
            "gate_10",
            "idle_manager:2026-11-20",
            "one_left",
            "gate_12",
            "gate_draft:2026-12-02",
        ],
        State.OPEN,
    ),
    (
        "2026-12-25T12:00+09:00",
        [
            *(*FIRST_WEEK, "three_left", "gate_10", "idle_manager:2026-11-20", "one_left", "gate_12", "gate_13"),
            *("overdue:2026-12-25", "gate_draft:2026-12-02", "gate_draft:2026-12-03", "gate_draft:2026-12-04"),
        ],
        State.OVERDUE,
    ),
]


@pytest.mark.parametrize(("back", "expected", "state"), DOWNTIMES, ids=["nothing yet", "five days", "five weeks"])
def test_after_a_downtime_every_passed_point_is_in_one_warning(back: str, expected: list[str], state: State) -> None:
    now = datetime.fromisoformat(back)
    case, events = ticked(opened("disclosure"), 1, now)
    assert points(events) == expected
    assert [one.name for one in events].count(Name.DEADLINE_WARNED) == (1 if expected else 0)
    assert case.requests[0].state is state
    assert due(case.requests[0], now) > now


def test_one_warning_says_whom_it_wakes_and_of_which_day() -> None:
    _, [warned, _] = ticked(opened("disclosure"), 1, datetime.fromisoformat("2026-12-02T09:00+09:00"))
    assert (warned.data["due_on"], warned.data["roles"]) == ("2026-12-04", ["deputy", "handler", "manager"])


def test_a_missed_deadline_is_missed_once_and_warned_of_daily() -> None:
    case, names = opened("disclosure"), []
    for day in (4, 5, 6, 7):
        case, events = ticked(case, 1, datetime(2026, 12, day, 0, 0, tzinfo=UTC))
        names.append([one.name for one in events])
    late = [Name.DEADLINE_WARNED, Name.DEADLINE_MISSED, Name.STATUS_LETTER_DRAFTED]
    assert names == [late, *[[Name.DEADLINE_WARNED]] * 3]


@given(KIND_CODES, ARRIVALS, st.integers(0, 24 * 60), st.integers(1, 24 * 60))
def test_a_clock_set_back_sends_nothing_again(kind: str, received_at: datetime, ahead: int, back: int) -> None:
    now = received_at + timedelta(hours=ahead)
    case, _ = ticked(opened(kind, at=received_at), 1, now)
    earlier = now - timedelta(hours=min(back, ahead))
    assert looked(case.requests[0], earlier) == []
    assert due(case.requests[0], earlier) > earlier
