"""Every date can be explained day by day, and what is explained is what the row says (product promise 5)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import WORK, Case, fold
from mailbot.core.clock import Rules, dates_of, told_dates
from mailbot.core.decide import Arrived, decide_follow_up, decide_new
from mailbot.core.due import decide_due
from mailbot.core.events import Event, Name
from mailbot.core.idle import unexplained
from mailbot.core.kinds import UNCLASSIFIED
from mailbot.core.message import Language, Verdict
from mailbot.core.period import parse_period
from mailbot.core.policy import STOPS
from mailbot.core.policy_file import parse_policy
from mailbot.core.progress import decide_accepted, decide_bounced, extended, gone_on
from mailbot.core.reckoning import Day, Story, What, story_of, target_of
from mailbot.core.reckoning_json import as_json
from mailbot.core.reckoning_lines import lines, rows
from mailbot.core.reckoning_words import EN, JA
from mailbot.core.recount import recounted
from mailbot.core.request import Request
from mailbot.core.transitions import Scope, State, scope_states
from mailbot.edge.holiday import build_calendar
from mailbot.resources import policies_folder
from tests.core.desk_scenes import ARRIVED, REF, RULES, arrived
from tests.core.histories import histories

IDENTITY = "awaiting_identity"
LATE = datetime(2026, 12, 10, 3, 0, tzinfo=UTC)
VECTORS = """
2026-11-20 → 11-24 11-25 11-26 11-30 12-03 12-07 12-21 | 12-04 | 12-05
2026-12-24 → 12-25 12-28 01-04 01-06 01-12 01-14 01-28 | 01-07 | 01-08
2026-12-28 → 01-04 01-05 01-06 01-08 01-14 01-18 02-01 | 01-11 | 01-12
2027-04-28 → 04-30 05-06 05-07 05-11 05-14 05-18 06-01 | 05-12 | 05-13
2027-04-30 → 05-06 05-07 05-10 05-12 05-17 05-19 06-02 | 05-14 | 05-15
2027-09-17 → 09-21 09-22 09-24 09-28 10-01 10-05 10-20 | 10-01 | 10-02
"""
"""Law §2: arrival → 1, 2, 3, 5, 8, 10, 20 business days | day 14 | suit from."""
PLACES = (1, 2, 3, 5, 8, 10, 20)


def at(day: str, hour: int = 10) -> datetime:
    """A moment by the company's clocks, of 2026 unless the day has a year."""
    on = day if len(day) > len("12-03") else f"2026-{day}"
    return datetime.fromisoformat(f"{on}T{hour:02}:00+09:00")


class Life:
    """A case that lives on, event by event."""

    def __init__(self, kind: str = "correct", when: datetime = ARRIVED, rules: Rules = RULES) -> None:
        self.rules = rules
        self.events = decide_new(REF, arrived(kind, at=when), rules, when, None)

    @property
    def case(self) -> Case:
        return fold(self.events)

    @property
    def request(self) -> Request:
        return self.case.requests[0]

    def happens(self, *events: Event) -> None:
        self.events.extend(events)

    def asks(self, when: datetime, reason: str = IDENTITY) -> None:
        key = f"ask:7:{reason}"
        self.happens(Event(Name.REPLY_ASKED, when, "hana", 1, {"mail": key, "reason": reason}))
        self.happens(*decide_accepted(self.case, key, when, self.rules))

    def hears(self, when: datetime, message: int = 55) -> None:
        mail = Arrived(message, when, "ja", Verdict((), 0.9, is_sure=False, flags=()))
        self.happens(*decide_follow_up(self.case, mail, self.rules, when, "token"))

    def extends(self, when: datetime, by: str = "5bd") -> None:
        period = parse_period(by)
        assert period
        self.happens(Event(Name.APPROVAL_GIVEN, when, "boss", data={"effect": "e", "hash": "h"}))
        self.happens(extended(self.request, period, self.rules, when, "hana"))

    def story(self, now: datetime, rules: Rules | None = None) -> Story:
        return story_of(self.request, self.events, rules or self.rules, now)


def on(story: Story, clock: str, day: str) -> Day:
    """One day of a clock."""
    wanted = date.fromisoformat(day if len(day) > len("12-03") else f"2026-{day}")
    [found] = [one for one in story.clocks[clock] if one.on == wanted]
    return found


def codes(day: Day) -> list[str]:
    return [mark.code for mark in day.marks]


def numbered(days: Sequence[Day]) -> dict[int, date]:
    return {day.number: day.on for day in days if day.what is What.COUNTED and day.number}


@pytest.mark.parametrize("vector", VECTORS.strip().splitlines())
def test_the_days_of_the_test_vectors_are_counted_one_by_one(vector: str) -> None:
    first, _, told = vector.partition(" → ")
    counted, gate, suit = told.split(" | ")
    came = date.fromisoformat(first)

    def day_of(text: str) -> date:
        found = date.fromisoformat(f"{came.year}-{text}")
        return found if found > came else found.replace(year=came.year + 1)

    life = Life(when=at(first, 14))
    life.extends(at(first, 15), "20bd")
    days = numbered(life.story(at(first, 16)).clocks["service"])
    assert [days[place] for place in PLACES] == [day_of(one) for one in counted.split()]
    calendar_days = numbered(life.story(at(first, 16)).clocks["gate"])
    assert (calendar_days[14], calendar_days[15]) == (day_of(gate), day_of(suit))


def test_the_day_of_arrival_weekends_holidays_and_closures_are_not_counted_each_with_its_reason() -> None:
    story = Life(when=at("12-24", 14)).story(at("12-25"))
    told = {day.on.isoformat()[5:]: (day.what, day.why) for day in story.clocks["service"]}
    assert told["12-24"] == (What.ARRIVAL, "")
    assert told["12-26"] == (What.SKIPPED, "weekend")
    assert told["12-30"] == (What.SKIPPED, "closure 12-29..01-03")
    assert on(story, "service", "2027-01-11").why == "成人の日"
    assert on(story, "service", "2027-01-12").number == 8
    assert "notice" in codes(on(story, "service", "2027-01-12"))


def test_the_gate_counts_every_calendar_day_and_stands_still_for_nothing() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-30"))
    gate = life.story(LATE).clocks["gate"]
    assert [day.number for day in gate] == [None, *range(1, 16)]
    assert {day.what for day in gate[1:]} == {What.COUNTED}
    assert (gate[3].why, codes(gate[12]), codes(gate[15])) == ("勤労感謝の日", ["gate_internal"], ["suit"])


def test_a_stop_names_its_letter_its_reason_and_the_reply_that_ended_it() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-28"), 55)
    story = life.story(LATE)
    stood = [(str(day.on), day.why) for day in story.clocks["service"] if day.what is What.STOPPED]
    assert stood == [("2026-11-25", IDENTITY), ("2026-11-26", IDENTITY), ("2026-11-27", IDENTITY)]
    [begun] = [mark for mark in on(story, "service", "11-24").marks if mark.code == "pause_started"]
    assert begun.values["mail"] == f"ask:7:{IDENTITY}"
    [ended] = [mark for mark in on(story, "service", "11-28").marks if mark.code == "pause_ended"]
    assert (ended.values["reply"], ended.values["days"]) == (55, 3)
    assert (ended.values["old_on"], ended.values["new_on"]) == ("2026-12-03", "2026-12-08")
    assert life.events[(ended.event or 0) - 1].name is Name.PAUSE_ENDED
    assert on(story, "service", "11-30").number == 2


def test_an_extension_names_its_length_who_approved_it_and_where_the_log_has_that() -> None:
    life = Life()
    life.extends(at("12-02"))
    story = life.story(at("12-02", 12))
    [mark] = [mark for mark in on(story, "service", "12-02").marks if mark.code == "request_extended"]
    assert (mark.values["extension"], mark.values["approved_by"]) == ("5bd", "boss")
    assert life.events[int(str(mark.values["approval"])) - 1].name is Name.APPROVAL_GIVEN
    assert numbered(story.clocks["service"])[13] == life.request.notice_on


def test_while_the_clock_stands_still_it_is_said_what_a_reply_today_would_make_of_the_date() -> None:
    life = Life()
    life.asks(at("11-24"))
    story = life.story(at("11-30", 12))
    assert story.resumed_on == date(2026, 12, 9)
    assert "if_resumed" in codes(on(story, "service", "12-09"))
    life.hears(at("11-30", 13))
    assert life.request.notice_on == date(2026, 12, 9)


def test_a_letter_that_came_back_stopped_nothing() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.happens(Event(Name.LETTER_BOUNCED, at("11-26"), data={"message": 9, "status": "5.1.1"}))
    life.happens(*decide_bounced(life.case, f"ask:7:{IDENTITY}", at("11-26"), RULES))
    story = life.story(LATE)
    assert What.STOPPED not in {day.what for day in story.clocks["service"]}
    assert numbered(story.clocks["service"])[8] == life.request.notice_on == date(2026, 12, 3)
    assert "letter_bounced" in codes(on(story, "service", "11-26"))


def test_a_holiday_that_is_added_in_the_middle_of_a_case_moves_its_date_and_both_dates_are_told() -> None:
    life = Life()
    added = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], ["2026-11-27"], [], date(2026, 11, 20))
    later = replace(RULES, calendar=added)
    behind = life.story(at("11-25"), later)
    assert behind.is_behind
    happened = recounted(life.request, life.events, later, {"calendar": "x"}, at("11-25"))
    assert happened
    life.happens(happened)
    story = life.story(at("11-25", 12), later)
    [mark] = [mark for mark in on(story, "service", "11-25").marks if mark.code == "dates_recounted"]
    assert (mark.values["old_on"], mark.values["new_on"]) == ("2026-12-03", "2026-12-04")
    assert numbered(story.clocks["service"])[8] == date(2026, 12, 4)
    assert not story.is_behind


def test_a_holiday_that_is_added_inside_a_stop_takes_a_day_from_the_stop_not_from_the_count() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-30"))
    added = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], ["2026-11-26"], [], date(2026, 11, 20))
    later = replace(RULES, calendar=added)
    happened = recounted(life.request, life.events, later, {"calendar": "x"}, at("12-01"))
    assert happened
    life.happens(happened)
    assert (life.request.moved, life.request.notice_on) == (3, date(2026, 12, 9))
    story = life.story(at("12-01"), later)
    assert on(story, "service", "11-26").why == later.calendar.why_not(date(2026, 11, 26))
    notice = on(story, "service", "12-09")
    assert (notice.number, notice.of) == (8, 8)


def test_a_holiday_that_is_taken_away_inside_a_stop_makes_the_stop_longer_and_the_count_no_longer() -> None:
    life = Life()
    life.asks(at("11-20", 16))
    life.hears(at("11-26"))
    removed = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], ["2026-11-23"], date(2026, 11, 20))
    later = replace(RULES, calendar=removed)
    happened = recounted(life.request, life.events, later, {"calendar": "x"}, at("11-27"))
    assert happened
    life.happens(happened)
    assert life.request.moved == 4
    story = life.story(at("11-27", 12), later)
    notice = on(story, "service", str(life.request.notice_on)[5:])
    assert (notice.number, notice.of) == (8, 8)


def test_however_long_a_clock_stood_no_more_days_are_left_out_than_moved_the_date() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-30"))
    fewer = replace(life.request, moved=1)
    life.happens(Event(Name.DATES_RECOUNTED, at("12-01"), request=1, data={**told_dates(fewer, RULES), "before": {}}))
    story = life.story(at("12-01", 12))
    assert [day.what for day in story.clocks["service"]].count(What.STOPPED) == 1
    notice = on(story, "service", str(life.request.notice_on)[5:])
    assert (notice.number, notice.of) == (8, 8)


def test_the_idle_meter_tells_work_lawful_waits_and_days_that_nothing_explains() -> None:
    life = Life()
    life.happens(Event(Name.HANDLER_ASSIGNED, at("11-24"), "hana", data={"handler": "hana"}))
    life.asks(at("11-25"))
    life.hears(at("11-27"))
    life.happens(Event(Name.NOTE_KEPT, at("12-02"), "ken", data={"message": 8}))
    story = life.story(at("12-04", 12))
    told = {str(day.on)[5:]: (day.what, day.number) for day in story.clocks["idle"]}
    assert told["11-20"] == (What.ARRIVAL, None)
    assert told["11-24"] == told["11-25"] == told["12-02"] == (What.WORK, None)
    assert told["11-26"] == told["11-27"] == (What.WAIT, None)
    assert (told["11-30"], told["12-01"]) == ((What.UNEXPLAINED, 1), (What.UNEXPLAINED, 2))
    assert told["12-03"] == (What.UNEXPLAINED, 1)
    assert told["12-04"] == (What.UNDER_WAY, None)
    [work] = on(story, "idle", "12-02").marks
    assert (work.code, work.values["by"]) == ("note_kept", "ken")


def test_what_nobody_proved_to_have_done_is_no_work() -> None:
    life = Life()
    life.happens(Event(Name.NOTE_KEPT, at("11-24"), "hana", data={"message": 8, "proved": False}))
    assert on(life.story(at("11-26")), "idle", "11-24").what is What.UNEXPLAINED


def test_warnings_stand_on_the_clock_they_were_about_and_those_to_come_are_told() -> None:
    life = Life()
    team = {"handler": ("hana",), "manager": ("boss",)}
    life.happens(*decide_due(life.request, RULES, at("12-01"), team, REF))
    story = life.story(at("12-01", 12))
    service, gate = on(story, "service", "12-01"), on(story, "gate", "12-01")
    [warned] = [mark for mark in service.marks if mark.code == "deadline_warned"]
    assert set(warned.values["points"]) == {"half_used", "three_left"}  # type: ignore[arg-type]
    [gated] = [mark for mark in gate.marks if mark.code == "deadline_warned"]
    assert gated.values["points"] == ["gate_7", "gate_10"]
    assert [mark.values["point"] for mark in on(story, "service", "12-02").marks if mark.code == "ahead"] == [
        "one_left"
    ]


def test_days_behind_the_official_holidays_are_provisional() -> None:
    life = Life(when=at("2027-12-20", 14))
    story = life.story(at("2027-12-21"))
    assert not on(story, "service", "2027-12-28").is_provisional
    assert on(story, "service", "2028-01-05").is_provisional
    assert any("暫定" in line for line in lines(story, Language.JA, date(2027, 12, 21)))


def test_a_law_that_counts_months_is_told_in_calendar_days() -> None:
    gdpr = replace(RULES, policy=parse_policy((policies_folder() / "gdpr.toml").read_text(encoding="utf-8")))
    life = Life("erase", at("11-20", 14), gdpr)
    story = life.story(at("11-24"))
    assert story.counts_days
    assert numbered(story.clocks["service"])[30] == life.request.answer_on == date(2026, 12, 20)


def test_a_clock_that_another_case_stopped_counts_with_the_days_it_brings() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-26"))
    there = Life()
    there.events = [life.events[0], *gone_on(life.request, 1, RULES, at("11-27"), "hana")]
    story = there.story(LATE)
    notice = on(story, "service", "12-07")
    assert (notice.number, notice.of, notice.on) == (10, 10, life.request.notice_on)
    assert "brought" in on(story, "service", "11-27").marks[0].values


@pytest.mark.parametrize("language", Language)
def test_every_line_is_in_the_readers_language_and_every_code_has_its_words(language: Language) -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-28"))
    life.extends(at("12-02"))
    for day in ("12-01", "12-02", "12-03", "12-04"):
        life.happens(*decide_due(life.request, RULES, at(day, 11), {"handler": ("hana",), "manager": ("boss",)}, REF))
    told = "\n".join(lines(life.story(LATE), language, LATE.date()))
    assert not [name for name in (*Name, "half_used", "three_left", "awaiting_identity ") if f" {name} " in told]
    words = {
        Language.JA: ("13営業日の13日目", "停止: 本人確認の返事待ち", "5営業日延長"),
        Language.EN: ("of 13", "extended by 5"),
    }
    assert all(word in told for word in words[language])
    assert ("business" in told) == (language is Language.EN)


def test_both_languages_have_the_same_words_for_everything_that_can_fall_on_a_day() -> None:
    for one, other in ((getattr(EN, name), getattr(JA, name)) for name in EN.__slots__):
        assert type(one) is type(other)
        assert isinstance(one, str) or one.keys() == other.keys()
    assert {name.value for name in WORK} <= EN.marks.keys()
    assert {*STOPS, "weekend", "case_closed"} <= EN.reasons.keys()
    assert {what.value for what in What} <= EN.whats.keys()
    assert {state.value for state in scope_states(Scope.REQUEST) if state is not State.ABSENT} <= EN.states.keys()


def test_a_mail_tells_quiet_days_together_and_every_named_day_by_itself() -> None:
    story = Life(when=at("12-24", 14)).story(at("12-25"))
    long, short = [*lines(story, Language.JA, date(2026, 12, 25))], [*rows(story, Language.JA, date(2026, 12, 25))]
    assert len(short) < len(long) * 0.8
    told = dict(short[2 : [about for about, _ in short].index("法第39条の関門(暦日)")])
    assert told["12/29(火)-12/31(木)"] == "数えない: 休業日 12-29..01-03"
    assert told["1/4(月)"].startswith("8営業日の3日目")
    assert "成人の日" in told["1/11(月)"]
    assert [text for _, text in short if "通知の期限" in text]


def test_marks_on_a_weekend_are_never_folded_away() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-28"))
    told = dict(rows(life.story(at("12-01")), Language.EN, date(2026, 12, 1)))
    assert "the clock runs again" in told["28 Nov Sat"]


def test_the_whole_story_is_json() -> None:
    life = Life()
    life.asks(at("11-24"))
    life.hears(at("11-28"))
    found = json.loads(json.dumps(as_json(life.story(LATE))))
    assert set(found["clocks"]) == {"service", "gate", "idle"}
    assert found["dates"]["notice_on"] == "2026-12-08"
    assert found["stops"][0] | {"letter": ""} == {
        "reason": IDENTITY,
        "from": "2026-11-24",
        "to": "2026-11-28",
        "business_days": 3,
        "letter": "",
        "reply": 55,
        "ended_by": "pause_ended",
    }
    assert found["clocks"]["service"][0] | {"marks": []} == {
        "on": "2026-11-20",
        "what": "arrival",
        "number": None,
        "of": None,
        "why": None,
        "marks": [],
        "provisional": False,
    }


@st.composite
def lives(draw: st.DrawFn) -> tuple[Life, datetime]:
    """Draw a case that is asked, heard, bounced, extended, worked on and warned over some weeks, and a moment after."""
    day = draw(st.integers(0, 420))
    life = Life(draw(st.sampled_from(["correct", "disclosure", "purpose", "complaint"])), ARRIVED + timedelta(days=day))
    now = life.request.received_at or ARRIVED
    for act, pause in draw(st.lists(st.tuples(st.sampled_from("ahbewt"), st.integers(0, 5)), max_size=10)):
        now += timedelta(days=pause, hours=1)
        request, reason = life.request, draw(st.sampled_from([IDENTITY, "awaiting_clarification", "awaiting_fee"]))
        if not request.is_undecided:
            break
        if act == "a" and not request.pause:
            life.asks(now, reason)
        elif act == "h":
            life.hears(now)
        elif act == "b" and request.pause:
            life.happens(*decide_bounced(life.case, request.mail, now, RULES))
        elif act == "e" and not request.pause and not request.extension and request.state is State.OPEN:
            life.extends(now, draw(st.sampled_from(["3bd", "20bd"])))
        elif act == "w":
            life.happens(Event(Name.NOTE_KEPT, now, "hana", data={"message": 1}))
        elif act == "t":
            life.happens(*decide_due(request, RULES, now, {"handler": ("hana",)}, REF))
    return life, now + timedelta(days=draw(st.integers(0, 20)), hours=1)


@given(lives())
def test_the_count_is_full_on_the_very_day_the_row_says(lived: tuple[Life, datetime]) -> None:
    life, now = lived
    story, request = life.story(now), life.request
    if not request.is_undecided or any(stop.began_on >= (request.notice_on or date.min) for stop in story.stops):
        return
    target = story.resumed_on or request.notice_on
    full = [day.on for day in story.clocks["service"] if day.what is What.COUNTED and day.number == day.of]
    if all(day < (target or date.min) for stop in story.stops for day in stop.days):
        assert full == [target]
    assert not story.is_behind


@given(lives())
def test_the_row_of_unexplained_days_is_every_day_the_one_the_alarms_go_by(lived: tuple[Life, datetime]) -> None:
    life, now = lived
    calendar = RULES.calendar
    for day in life.story(now).clocks["idle"]:
        if day.what in {What.UNEXPLAINED, What.WORK, What.WAIT}:
            then = fold(event for event in life.events if calendar.local_day(event.at) <= day.on).requests[0]
            assert unexplained(then, calendar, day.on + timedelta(days=1)) == (day.number or 0)


@given(histories())
def test_any_history_is_told_and_agrees_with_its_dates(events: list[Event]) -> None:
    case = fold(events)
    for request in case.requests:
        story = story_of(request, events, RULES, LATE)
        assert [*lines(story, Language.JA, LATE.date())]
        assert [*rows(story, Language.EN, LATE.date())]
        assert json.dumps(as_json(story))
        if request.pause or request.kind == UNCLASSIFIED:
            continue
        target = target_of(dates_of(request, RULES))
        assert target in [day.on for day in story.clocks["service"] if day.number == day.of and day.number]
