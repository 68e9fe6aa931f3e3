"""The default policy is the law's table, and a policy with faults says all of them."""

import hashlib
import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailbot
from mailbot.core.grounds import Ground
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.period import Period, Unit
from mailbot.core.policy import Dates, Idle, dates
from mailbot.core.policy_file import PolicyFault, parse_policy
from mailbot.edge.holiday import build_calendar

APPI = (Path(mailbot.__file__).parent / "policies" / "appi.toml").read_text(encoding="utf-8")
POLICY = parse_policy(APPI)
JAPAN = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], date(2026, 11, 20))

# law §2, copied as printed: arrival, 1/2/3/5/8/10/20 business days, day 14, suit from.
VECTORS = """
2026-11-20 Fri → 11-24 11-25 11-26 11-30 12-03 12-07 12-21 | 12-04 | 12-05
2026-12-24 Thu → 12-25 12-28 01-04 01-06 01-12 01-14 01-28 | 01-07 | 01-08
2026-12-28 Mon → 01-04 01-05 01-06 01-08 01-14 01-18 02-01 | 01-11 | 01-12
2027-04-28 Wed → 04-30 05-06 05-07 05-11 05-14 05-18 06-01 | 05-12 | 05-13
2027-04-30 Fri → 05-06 05-07 05-10 05-12 05-17 05-19 06-02 | 05-14 | 05-15
2027-09-17 Fri → 09-21 09-22 09-24 09-28 10-01 10-05 10-20 | 10-01 | 10-02
""".strip().splitlines()


def arrival(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T14:10:00+09:00")


def owed(periods: str, day: str = "2026-11-20") -> Dates:
    return dates(POLICY, JAPAN, periods, arrival(day))


@pytest.mark.parametrize("line", VECTORS, ids=[line[:10] for line in VECTORS])
def test_the_law_vectors_hold(line: str) -> None:
    left, gate, suit = line.split(" | ")
    start, _, _, *expected = left.split()
    disclosure, purpose, stop, suspension = (
        owed(name, start) for name in ("disclosure", "purpose", "marketing_stop", "suspension")
    )
    found = [
        disclosure.ack_on,
        disclosure.identity_asked_on,
        stop.notice_on,
        purpose.notice_on,
        disclosure.notice_on,
        disclosure.total_on,
        suspension.contractors_on,
    ]
    assert [f"{day:%m-%d}" for day in found if day] == expected
    assert [f"{day:%m-%d}" for day in (disclosure.gate_on, disclosure.suit_on) if day] == [gate, suit]


# law §2: table, then ack, triage, identity asked, papers, investigation, decision, notice, executed, total,
# internal gate, gate, extension, identity tier.
LAW = """
purpose        1bd 1bd 2bd 1bd 3bd 4bd 5bd  -    5bd  -   -   5bd  1
disclosure     1bd 1bd 2bd 2bd 5bd 7bd 8bd  10bd 10bd 12d 14d 20bd 3
correction     1bd 1bd 2bd 2bd 5bd 7bd 8bd  10bd 10bd 12d 14d 20bd 2
suspension     1bd 1bd 2bd 2bd 5bd 7bd 8bd  10bd 10bd 12d 14d 20bd 2
marketing_stop 1bd 1bd -   -   -   -   3bd  3bd  3bd  -   -   -    0
complaint      1bd 1bd -   -   5bd 8bd 10bd 10bd 10bd -   -   10bd 0
incident_tip   1bd 0d  -   -   1bd -   -    -    -    -   -   -    0
inquiry        1bd 1bd -   -   5bd -   10bd -    10bd -   -   10bd 0
""".strip().splitlines()


@pytest.mark.parametrize("line", LAW, ids=[line.split()[0] for line in LAW])
def test_the_default_policy_is_the_table_of_the_law(line: str) -> None:
    name, *expected, tier = line.split()
    table = POLICY.periods[name]
    found = [
        *(table.acknowledgement, table.triage, table.identity_asked, table.papers_judged, table.investigation),
        *(table.decision_approved, table.notice, table.executed, table.total),
        *(table.gate_internal, table.gate, table.extension),
    ]
    assert ["-" if period is None else str(period) for period in found] == expected
    assert table.identity_tier == int(tier)


def test_the_rest_of_the_default_policy() -> None:
    ladder = POLICY.ladder
    assert POLICY.label == "appi/2026-11"
    assert POLICY.digest == hashlib.sha256(APPI.encode()).hexdigest()
    assert POLICY.acknowledgement_target == Period(1, Unit.MINUTES)
    assert (f"{ladder.at:%H:%M}", ladder.gate_days, ladder.gate) == ("09:00", (7, 10, 12, 13), ("manager",))
    assert (ladder.half_used, ladder.three_left) == (("handler",), ("handler", "deputy"))
    assert (ladder.one_left, ladder.overdue) == (("manager",), ("manager", "representative"))
    assert ladder.hand_on == Period(1, Unit.BUSINESS_DAYS)
    flags = {
        "agent",
        "lawyer",
        "minor",
        "press",
        "police",
        "regulator",
        "spoofing",
        "third_identical_request",
        "threat",
    }
    assert POLICY.immediate == flags | {"complaint", "incident_tip"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_dates_and_a_tier(kind: str) -> None:
    assert owed(KINDS[kind].periods).answer_by() > date(2026, 11, 20)
    assert POLICY.identity_tier(kind) in range(4)


def test_erasing_needs_more_identity_than_stopping() -> None:
    assert [POLICY.identity_tier(kind) for kind in ("stop_use", "tp_stop", "erase")] == [2, 2, 3]


def test_what_is_not_owed_is_none() -> None:
    stop, tip = owed("marketing_stop"), owed("incident_tip")
    assert (stop.gate_on, stop.gate_internal_on, stop.suit_on, stop.decision_on, stop.identity_asked_on) == (None,) * 5
    assert (tip.notice_on, tip.total_on, tip.triage_on) == (None, None, date(2026, 11, 20))
    assert (tip.preliminary_on, tip.final_on) == (date(2026, 11, 25), date(2026, 12, 20))
    assert (tip.final_malicious_on, tip.answer_by()) == (date(2027, 1, 19), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("day", "notice", "gate", "answer"),
    [
        ("2026-11-20", "2026-12-03", "2026-12-04", "2026-12-03"),
        ("2026-12-28", "2027-01-14", "2027-01-11", "2027-01-11"),
    ],
)
def test_people_are_shown_the_earlier_of_notice_and_gate(day: str, notice: str, gate: str, answer: str) -> None:
    found = owed("disclosure", day)
    assert [str(found.notice_on), str(found.gate_on), str(found.answer_by())] == [notice, gate, answer]


BEFORE_THE_GROUNDS = APPI[: APPI.index("# Grounds on which")]
JA_TEXT = 'expected text like "他の法令に違反することとなる場合"'
EN_TEXT = 'expected text like "a breach of another law that would follow"'
A_CODE = 'expected a code of a-z, 0-9 and hyphens, for example "33-2-1"'
NO_JA = f"grounds.purpose.a.ja: missing; write {JA_TEXT.removeprefix('expected ')}"
NO_EN = f"grounds.purpose.a.en: missing; write {EN_TEXT.removeprefix('expected ')}"

# law §1: each ground of refusal by its code, and the words that make it that ground.
GROUNDS = """
purpose    32-2-evident 第1号   利用目的がすでに明らか
purpose    32-2-harm    第4項第1号 本人または第三者の生命
purpose    32-2-company 第4項第2号 権利または正当な利益
purpose    32-2-public  第4項第3号 国の機関または地方公共団体
disclosure 33-2-1       第33条第2項第1号 本人または第三者の生命
disclosure 33-2-2       第33条第2項第2号 業務の適正な実施に著しい支障
disclosure 33-2-3       第33条第2項第3号 他の法令に違反
disclosure other-law    第33条第4項 他の法令の規定により
correction factual      第34条第1項 事実でないとは認められない
correction not-needed   第34条第2項 必要な範囲を超える
correction evaluation   第34条第1項 評価や判断
correction other-law    第34条第2項 特別の手続
suspension no-ground    第35条第1項、第3項、第5項 理由が認められない
suspension extent       第35条第2項、第6項 必要な限度を超える
suspension kept-by-law  第35条第5項 保存する義務
suspension difficult    第2項、第4項、第6項の各ただし書 代わりの措置
""".strip().splitlines()


def test_the_grounds_are_those_of_the_law_and_no_others() -> None:
    told = [tuple(line.split()[:2]) for line in GROUNDS]
    assert [(group, code) for group, table in POLICY.grounds.items() for code in table] == told


@pytest.mark.parametrize("line", GROUNDS, ids=[" ".join(line.split()[:2]) for line in GROUNDS])
def test_a_ground_names_itself_and_its_article_in_both_languages(line: str) -> None:
    group, code, *words = line.split()
    ground = POLICY.grounds[group][code]
    assert ground.code == code
    assert [word for word in words if word not in ground.words(Language.JA)] == []
    article = {"purpose": "32", "disclosure": "33", "correction": "34", "suspension": "35"}[group]
    assert f"個人情報保護法第{article}条" in ground.words(Language.JA)
    assert re.search(rf"Act on the Protection of Personal Information, .*{article}\(", ground.words(Language.EN))


@pytest.mark.parametrize("kind", ["marketing_stop", "complaint", "opinion", "incident_tip", "inquiry", "not_for_us"])
def test_what_cannot_be_refused_has_no_ground(kind: str) -> None:
    assert KINDS[kind].periods not in POLICY.grounds


def test_a_policy_from_before_the_grounds_still_parses() -> None:
    old = parse_policy(BEFORE_THE_GROUNDS)
    assert old.grounds == {}
    assert old.periods == POLICY.periods


def test_a_company_may_add_a_ground_of_its_own() -> None:
    added = '[grounds.inquiry]\nabuse = { ja = "濫用", en = "abuse" }\n'
    assert parse_policy(APPI + added).grounds["inquiry"] == {"abuse": Ground("abuse", "濫用", "abuse")}


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("disclosure = 5", ["grounds.disclosure = 5: expected a table, written [grounds.disclosure]"]),
        ("purpos = { }", ["grounds.purpos = {}: unknown key; take it out"]),
        ("purpose = { }\npurpos = { }", ["grounds.purpos = {}: unknown key; did you mean purpose?"]),
        ("purpose.a = 5", ["grounds.purpose.a = 5: expected a table, written [grounds.purpose.a]", NO_JA, NO_EN]),
        ('purpose.a = { ja = "い" }', [NO_EN]),
        ('purpose.a = { en = "a", jp = "い" }', [NO_JA, 'grounds.purpose.a.jp = "い": unknown key; take it out']),
        ('purpose.a = { ja = "い", en = " " }', [f'grounds.purpose.a.en = " ": {EN_TEXT}']),
        ('purpose.a = { ja = "い", en = "a\\nb" }', [f'grounds.purpose.a.en = "a\\nb": {EN_TEXT}']),
        ('purpose.a = { ja = 5, en = "a" }', [f"grounds.purpose.a.ja = 5: {JA_TEXT}"]),
        (
            'purpose."3/2" = { ja = "い", en = "a" }',
            [f'grounds.purpose.3/2 = {{"ja": "い", "en": "a"}}: {A_CODE}'],
        ),
    ],
)
def test_bad_grounds_are_refused_with_every_fault(written: str, faults: list[str]) -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_policy(f"{BEFORE_THE_GROUNDS}\n[grounds]\n{written}\n")
    assert sorted(caught.value.faults) == sorted(faults)


def test_grounds_that_are_no_table_are_one_fault() -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_policy("grounds = 5\n" + BEFORE_THE_GROUNDS)
    assert caught.value.faults == ("grounds = 5: expected a table, written [grounds]",)


def test_a_late_evening_in_utc_is_the_next_company_day() -> None:
    assert dates(POLICY, JAPAN, "inquiry", datetime(2026, 11, 19, 15, 0, tzinfo=UTC)).arrived_on == date(2026, 11, 20)


@given(st.dates(date(2026, 1, 1), date(2027, 11, 1)), st.integers(0, 20), st.sampled_from(sorted(POLICY.periods)))
def test_a_pause_moves_the_service_clock_and_never_the_gate(day: date, paused: int, periods: str) -> None:
    before = owed(periods, day.isoformat())
    after = before.moved(Period(paused, Unit.BUSINESS_DAYS), JAPAN)
    assert (after.gate_on, after.gate_internal_on, after.suit_on) == (
        *(before.gate_on, before.gate_internal_on, before.suit_on),
    )
    assert (after.ack_on, after.triage_on) == (before.ack_on, before.triage_on)
    for old, new in ((before.notice_on, after.notice_on), (before.total_on, after.total_on)):
        assert (old is None) == (new is None)
        assert old is None or new is None or JAPAN.business_days_between(old, new) == paused


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period(1, Unit.MONTHS), "2027-01-31", "2027-02-28"),
        (Period(1, Unit.MONTHS), "2028-01-31", "2028-02-29"),
        (Period(1, Unit.MONTHS), "2026-12-15", "2027-01-15"),
        (Period(12, Unit.MONTHS), "2026-12-31", "2027-12-31"),
        (Period(45, Unit.DAYS), "2026-11-20", "2027-01-04"),
        (Period(0, Unit.DAYS), "2026-11-21", "2026-11-21"),
        (Period(2, Unit.BUSINESS_DAYS), "2026-12-28", "2027-01-05"),
    ],
)
def test_a_period_ends_where_its_unit_says(period: Period, start: str, end: str) -> None:
    assert period.end(date.fromisoformat(start), JAPAN) == date.fromisoformat(end)


@pytest.mark.parametrize("period", [Period(1, Unit.MINUTES), Period(40, Unit.DAYS), Period(2, Unit.MONTHS)])
def test_a_period_without_a_last_day_says_so(period: Period) -> None:
    with pytest.raises(ValueError, match=r": use "):
        period.end(date(9999, 12, 1), JAPAN)


COUNTED = 'expected a number and bd or d or m, for example "8bd"'
ROLE = "expected a list of at least one of: handler, deputy, manager, representative"
SHORT = 'expected a number and bd or d, for example "8bd"'

# A line of the default policy, what stands there instead, and the fault told.
BAD = [
    ('name = "appi"', "", 'name: missing; write text like "appi"'),
    ('name = "appi"', 'name = "A P"', 'name = "A P": expected text like "appi"'),
    ('version = "2026-11"', "version = 2026", 'version = 2026: expected text like "2026-11"'),
    ('name = "appi"', 'name = "appi"\nnmae = 1', "nmae = 1: unknown key; did you mean name?"),
    ('name = "appi"', 'name = "appi"\nladder_of = 1', "ladder_of = 1: unknown key; did you mean ladder?"),
    ('name = "appi"', 'name = "appi"\n"休" = 1', "休 = 1: unknown key; take it out"),
    (
        'acknowledgement_target = "1min"',
        'acknowledgement_target = "1bd"',
        'acknowledgement_target = "1bd": expected a number and min, for example "1min"',
    ),
    ('half_used = ["handler"]', "half_used = []", f"ladder.half_used = []: {ROLE}"),
    ('half_used = ["handler"]', 'half_used = ["boss"]', f'ladder.half_used = ["boss"]: {ROLE}'),
    ('half_used = ["handler"]', "", f"ladder.half_used: missing; write {ROLE.removeprefix('expected ')}"),
    ('at = "09:00"', 'at = "9"', 'ladder.at = "9": expected text like "09:00"'),
    ('at = "09:00"', "at = 09:00:00", 'ladder.at = "09:00:00": expected text like "09:00"'),
    (
        "gate_days = [7, 10, 12, 13]",
        "gate_days = [0, true]",
        "ladder.gate_days = [0, true]: expected a list of whole numbers from 1 to 366",
    ),
    ('notice = "5bd"', 'notice = "5"', f'periods.purpose.notice = "5": {COUNTED}'),
    ('notice = "5bd"', "notice = 5", f"periods.purpose.notice = 5: {COUNTED}"),
    ('notice = "5bd"', 'notice = "5min"', f'periods.purpose.notice = "5min": {COUNTED}'),
    ('notice = "5bd"', 'notice = "10001bd"', f'periods.purpose.notice = "10001bd": {COUNTED}'),
    ('notice = "5bd"', 'notcie = "5bd"', 'periods.purpose.notcie = "5bd": unknown key; did you mean notice?'),
    ('notice = "5bd"', 'notice = "6bd"', 'periods.purpose.notice = "6bd": longer than total (5bd); shorten it'),
    (
        'gate = "14d"',
        'gate = "14bd"',
        'periods.disclosure.gate = "14bd": expected a number and d, for example "8bd"',
    ),
    (
        'gate = "14d"',
        "",
        'periods.disclosure.gate_internal = "12d": has no gate; write gate, or take it out',
    ),
    (
        "identity_tier = 1",
        "identity_tier = 4",
        "periods.purpose.identity_tier = 4: expected a whole number from 0 to 3",
    ),
    (
        "identity_tier = 1",
        "identity_tier = true",
        "periods.purpose.identity_tier = true: expected a whole number from 0 to 3",
    ),
    ("{ erase = 3 }", "{ purpose = 3 }", "periods.suspension.identity_tier_of.purpose = 3: unknown key; take it out"),
    (
        "{ erase = 3 }",
        "3",
        "periods.suspension.identity_tier_of = 3: expected a table, written [periods.suspension.identity_tier_of]",
    ),
    ('triage = "1bd"', 'triage = "1m"', f'periods.purpose.triage = "1m": {SHORT.replace("8bd", "1bd")}'),
    ('identity_asked = "2bd"', 'identity_asked = "1m"', f'periods.purpose.identity_asked = "1m": {SHORT}'),
    (
        'extension = "5bd"',
        'extension = "7d"',
        'periods.purpose.extension = "7d": counted otherwise than what it moves (5bd); write it in bd',
    ),
    (
        'triage = "1bd"',
        'triage = "6bd"',
        'periods.purpose.triage = "6bd": longer than notice (5bd); shorten it',
    ),
    (
        'final_report = "30d"',
        'final_report = "61d"',
        'periods.incident_tip.final_report = "61d": longer than final_report_malicious (60d); shorten it',
    ),
    (
        "gate_days = [7, 10, 12, 13]",
        "gate_days = [7, 15]",
        "ladder.gate_days = [7, 15]: after the last gate (day 14); nobody would hear of it, so take it out",
    ),
    ('hand_on = "1bd"', 'hand_on = "1d"', 'ladder.hand_on = "1d": expected a number and bd, for example "1bd"'),
    ("handler = 3", "handler = 0", "idle.handler = 0: expected a whole number from 1 to 366"),
    ("handler = 3", "", "idle.handler: missing; write a whole number from 1 to 366"),
    ("handler = 3", "handler = 6", "idle.handler = 6: later than the manager (5); write an earlier day"),
    ('most = "20bd"', 'most = "1m"', 'pauses.most = "1m": expected a number and bd, for example "20bd"'),
    (
        'most = "20bd"',
        'most = "19bd"',
        'pauses.awaiting_fee.lapse = "20bd": later than the clock may stand still (pauses.most, 19bd); shorten it',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = "5bd"',
        'pauses.awaiting_identity.remind = "5bd": expected a list of numbers and bd, for example ["5bd"]',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = ["5bd", "10d", 5]',
        'pauses.awaiting_identity.remind = ["5bd", "10d", 5]: expected a list of numbers and bd, for example ["5bd"]',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = ["10bd", "5bd"]',
        'pauses.awaiting_identity.remind = ["10bd", "5bd"]: the days do not rise; write each later than the one before',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = ["5bd", "5bd"]',
        'pauses.awaiting_identity.remind = ["5bd", "5bd"]: the days do not rise; write each later than the one before',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = ["0bd"]',
        'pauses.awaiting_identity.remind = ["0bd"]: the days do not rise; write each later than the one before',
    ),
    (
        'remind = ["5bd", "10bd"]',
        'remind = ["5bd", "20bd"]',
        'pauses.awaiting_identity.remind = ["5bd", "20bd"]: not before the lapse (20bd); write earlier days',
    ),
    (
        "[pauses.awaiting_fee]",
        "[pauses.awaiting_fees]",
        'pauses.awaiting_fees = {"remind": ["5bd", "10bd"], "lapse": "20bd"}: unknown key; did you mean awaiting_fee?',
    ),
    (
        'no_data = "L9"',
        'no_data = "L99"',
        'letters.disclosure.no_data = "L99": expected one of: L6, L7, L8, L9, L11, L12, L12M, L13, L14, L16',
    ),
    (
        'no_data = "L9"',
        'nodata = "L9"',
        'letters.disclosure.nodata = "L9": unknown key; did you mean no_data?',
    ),
    (
        'spam = "30d"',
        'spam = "30min"',
        'retention.spam = "30min": expected a number and bd or d or m, for example "30d"',
    ),
    ('spam = "30d"', "", 'retention.spam: missing; write a number and bd or d or m, for example "30d"'),
    ("[periods.inquiry]", "[periods.inquires]", "periods.inquiry: missing; write the table"),
    (
        'preliminary_report = "5d"',
        "",
        "periods.incident_tip.notice: nothing is owed; write notice, total or preliminary_report",
    ),
]


@pytest.mark.parametrize(("line", "instead", "fault"), BAD, ids=[fault[:60] for _, _, fault in BAD])
def test_a_bad_policy_is_refused_with_its_fault(line: str, instead: str, fault: str) -> None:
    assert line in APPI
    with pytest.raises(PolicyFault) as caught:
        parse_policy(APPI.replace(line, instead, 1))
    assert fault in caught.value.faults


def test_a_single_slip_is_a_single_fault() -> None:
    for line, instead, fault in BAD:
        if "unknown key; did you mean notice" in fault or "[periods." in line or "pauses.most," in fault:
            continue  # the name that is missing now is a second fault, and every lapse outlasts a short cap
        with pytest.raises(PolicyFault) as caught:
            parse_policy(APPI.replace(line, instead, 1))
        assert len(caught.value.faults) == 1, caught.value.faults


def test_what_just_fits_is_no_fault() -> None:
    text = APPI.replace("handler = 3", "handler = 5").replace("gate_days = [7, 10, 12, 13]", "gate_days = [14]")
    policy = parse_policy(text)
    assert (policy.idle, policy.ladder.gate_days) == (Idle(handler=5, manager=5), (14,))


def test_warnings_before_a_gate_that_cannot_be_read_are_no_second_fault() -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_policy(APPI.replace('gate = "14d"', 'gate = "14"'))
    assert [fault.split(" ")[0] for fault in caught.value.faults] == [
        f"periods.{table}.gate" for table in ("disclosure", "correction", "suspension")
    ]


@pytest.mark.parametrize(("key", "longest"), [("name", 60), ("version", 40)])
def test_a_name_that_has_no_room_in_the_register_is_refused(key: str, longest: int) -> None:
    old = f'{key} = "{getattr(POLICY, key)}"'
    assert old in APPI
    fits = APPI.replace(old, f'{key} = "{"n" * longest}"', 1)
    assert getattr(parse_policy(fits), key) == "n" * longest
    with pytest.raises(PolicyFault, match=f'{key} = "n{{{longest + 1}}}": expected text like'):
        parse_policy(APPI.replace(old, f'{key} = "{"n" * (longest + 1)}"', 1))


def test_periods_in_different_units_are_not_compared() -> None:
    text = APPI.replace('notice = "5bd"', 'notice = "7d"', 1).replace('extension = "5bd"', 'extension = "7d"', 1)
    policy = parse_policy(text)
    assert policy.periods["purpose"].notice == Period(7, Unit.DAYS)


def test_all_faults_come_at_once() -> None:
    text = APPI.replace('name = "appi"', "").replace('at = "09:00"', 'at = "25:00"').replace('"8bd"', '"8"')
    with pytest.raises(PolicyFault) as caught:
        parse_policy(text)
    assert caught.value.faults == (
        'name: missing; write text like "appi"',
        'ladder.at = "25:00": expected text like "09:00"',
        f'periods.disclosure.notice = "8": {COUNTED}',
        f'periods.correction.notice = "8": {COUNTED}',
        f'periods.suspension.notice = "8": {COUNTED}',
        f'periods.complaint.decision_approved = "8": {COUNTED}',
    )


def test_text_that_is_no_toml_says_where() -> None:
    with pytest.raises(PolicyFault, match=r"the policy is no TOML: .*line 1, column"):
        parse_policy("name = \n")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(PolicyFault):
        parse_policy(text)
