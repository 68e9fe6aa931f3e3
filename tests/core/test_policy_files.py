"""The three shipped policies say what their laws say, each with a letter and a ground for every outcome it allows."""

import re
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.clock import Rules
from mailbot.core.desk.letterbook import FORMS
from mailbot.core.desk.outcomes import OUTCOMES as DESK_OUTCOMES
from mailbot.core.desk.outcomes import allowed, owed
from mailbot.core.desk.owed_letters import check_letters, letter_told
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.period import Period, Unit
from mailbot.core.policy import ROLES, STOPS, Idle, Periods, Policy, Rungs, Wait, dates
from mailbot.core.policy_extending import whole_text
from mailbot.core.policy_file import KEPT, LETTER_CODES, NEEDS_GROUND, OUTCOMES, PolicyFault, kept_policy, parse_policy
from mailbot.core.worked_example import worked_example
from mailbot.edge.holiday import build_calendar
from mailbot.resources import policies_folder

SHIPPED = {file.stem: file.read_text(encoding="utf-8") for file in sorted(policies_folder().glob("*.toml"))}
POLICIES = {name: parse_policy(text) for name, text in SHIPPED.items()}
APPI, GDPR, CCPA = (POLICIES[name] for name in ("appi", "gdpr", "ccpa"))
JAPAN = build_calendar(ZoneInfo("Asia/Tokyo"), "JP", ["12-29..01-03"], [], [], date(2026, 11, 20))
RIGHTS = [kind for kind in KINDS if allowed(kind)]
every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def days(amount: int) -> Period:
    return Period(amount, Unit.BUSINESS_DAYS)


def arrival(day: str) -> datetime:
    return JAPAN.at(date.fromisoformat(day), time(14, 10))


# law §2, last lines: table, then acknowledgement, notice, executed, total, gate, extension.
OTHER_LAWS = """
gdpr purpose        1bd  1m   -    1m   - 2m
gdpr disclosure     1bd  1m   1m   1m   - 2m
gdpr correction     1bd  1m   1m   1m   - 2m
gdpr suspension     1bd  1m   1m   1m   - 2m
gdpr marketing_stop 1bd  3bd  3bd  3bd  - -
ccpa purpose        10bd 45d  -    45d  - 45d
ccpa disclosure     10bd 45d  45d  45d  - 45d
ccpa correction     10bd 45d  45d  45d  - 45d
ccpa suspension     10bd 45d  45d  45d  - 45d
ccpa tp_stop        10bd 15bd 15bd 15bd - -
ccpa stop_use       10bd 15bd 15bd 15bd - -
ccpa marketing_stop 1bd  10bd 10bd 10bd - -
""".strip().splitlines()


@pytest.mark.parametrize("line", OTHER_LAWS, ids=[" ".join(line.split()[:2]) for line in OTHER_LAWS])
def test_the_other_laws_have_their_own_periods(line: str) -> None:
    name, table, *expected = line.split()
    found = POLICIES[name].periods[table]
    periods = (found.acknowledgement, found.notice, found.executed, found.total, found.gate, found.extension)
    assert ["-" if period is None else str(period) for period in periods] == expected


def test_only_the_japanese_law_has_a_gate() -> None:
    gates = {name: {str(table.gate) for table in policy.periods.values()} for name, policy in POLICIES.items()}
    assert gates == {"appi": {"14d", "None"}, "gdpr": {"None"}, "ccpa": {"None"}}
    assert [policy.ladder.gate_days for policy in (GDPR, CCPA)] == [(), ()]


def test_a_leak_is_reported_within_the_days_of_each_law() -> None:
    told = {name: str(policy.periods["incident_tip"].preliminary_report) for name, policy in POLICIES.items()}
    assert told == {"appi": "5d", "gdpr": "3d", "ccpa": "5d"}


@pytest.mark.parametrize(
    ("law", "kind", "table", "tier"),
    [
        ("appi", "erase", "suspension", 3),
        ("appi", "tp_stop", "suspension", 2),
        ("gdpr", "stop_use", "suspension", 2),
        ("ccpa", "erase", "suspension", 3),
        ("ccpa", "tp_stop", "tp_stop", 0),
        ("ccpa", "stop_use", "stop_use", 0),
        ("ccpa", "tp_record", "disclosure", 3),
    ],
)
def test_a_kind_is_clocked_by_a_table_of_its_own_where_there_is_one(law: str, kind: str, table: str, tier: int) -> None:
    policy = POLICIES[law]
    assert (policy.table_of(kind), policy.identity_tier(kind)) == (table, tier)


@every_policy
def test_every_kind_has_a_day_to_answer_by(policy: Policy) -> None:
    for kind in KINDS:
        assert dates(policy, JAPAN, policy.table_of(kind), arrival("2026-11-20")).answer_by() > date(2026, 11, 20)


def test_the_japanese_law_stops_the_clock_for_six_reasons_and_twenty_days_together() -> None:
    asked = Wait(remind=(days(5), days(10)), lapse=days(20))
    assert tuple(APPI.waits) == STOPS
    assert [reason for reason, wait in APPI.waits.items() if wait == asked] == list(STOPS[:4])
    assert [APPI.waits[reason] for reason in STOPS[4:]] == [Wait(), Wait()]  # no question of ours is open then
    assert APPI.longest_stop == days(20)


def test_the_european_month_stands_still_for_who_is_asking_alone_and_the_californian_never() -> None:
    assert (set(GDPR.waits), GDPR.longest_stop) == ({"awaiting_identity", "awaiting_mandate"}, days(20))
    assert (dict(CCPA.waits), CCPA.longest_stop) == ({}, None)


@every_policy
def test_idle_days_are_told_after_three_and_five(policy: Policy) -> None:
    assert policy.idle == Idle(handler=3, manager=5)
    assert (policy.ladder.overdue, policy.ladder.hand_on) == (("manager", "representative"), days(1))


def test_things_are_kept_as_long_as_the_law_page_says() -> None:
    assert {what: str(period) for what, period in APPI.retention.items()} == {
        "register": "36m",
        "letters": "36m",
        "mail": "6m",
        "identity_papers": "10bd",
        "disclosure_pack": "30d",
        "spam": "30d",
    }


@every_policy
@pytest.mark.parametrize("kind", RIGHTS)
def test_the_letters_owed_are_those_the_desk_writes(policy: Policy, kind: str) -> None:
    letters = policy.letters[KINDS[kind].periods]
    assert {outcome: letters.get(outcome) for outcome in OUTCOMES} == {
        outcome: letter_told(kind, outcome) for outcome in OUTCOMES
    }
    check_letters(policy)


def test_the_names_a_policy_may_write_are_those_of_the_desk() -> None:
    assert OUTCOMES == DESK_OUTCOMES
    assert set(LETTER_CODES) == {form.code for form in FORMS if form.outcome} | {"L16"}
    grounded = {
        outcome for kind in RIGHTS for outcome in OUTCOMES if (debt := owed(kind, outcome)) and debt.names_ground
    }
    assert set(NEEDS_GROUND) == grounded


@every_policy
@pytest.mark.parametrize("kind", RIGHTS)
def test_every_outcome_that_names_a_ground_has_one_to_name(policy: Policy, kind: str) -> None:
    needs_ground = any(debt.names_ground for outcome in allowed(kind) if (debt := owed(kind, outcome)))
    assert bool(policy.grounds.get(KINDS[kind].periods)) == needs_ground


LAWS = {
    "appi": ("個人情報保護法第3", "Act on the Protection of Personal Information, "),
    "gdpr": ("(GDPR第", r"\(GDPR, Art"),
    "ccpa": ("カリフォルニア州", "11 CCR, section|California Civil Code, section"),
}


@pytest.mark.parametrize("law", POLICIES)
def test_a_ground_names_its_law_in_both_languages_and_nothing_unsure(law: str) -> None:
    grounds = [ground for table in POLICIES[law].grounds.values() for ground in table.values()]
    assert len(grounds) >= 10
    for ground, (ja, en) in ((ground, LAWS[law]) for ground in grounds):
        assert ja in ground.words(Language.JA)
        assert re.search(en, ground.words(Language.EN))
        assert "verify" not in ground.ja + ground.en


@every_policy
def test_a_ground_says_the_same_words_under_one_code(policy: Policy) -> None:
    words: dict[str, set[str]] = {}
    for table in policy.grounds.values():
        for ground in table.values():
            words.setdefault(ground.code, set()).add(ground.en)
    if policy is not APPI:  # "other-law" is another article for each right there
        assert [code for code, told in words.items() if len(told) > 1] == []


DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "policies.md").read_text(encoding="utf-8")


def test_the_page_of_the_policies_explains_every_name_a_file_may_write() -> None:
    parts = [*Periods.__dataclass_fields__, *Rungs.__dataclass_fields__, *Wait.__dataclass_fields__]
    tables = {kind.periods for kind in KINDS.values()}
    names = {*parts, *STOPS, *ROLES, *KEPT, *OUTCOMES, *tables, *POLICIES, "most"}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []


def test_the_example_on_the_page_is_a_policy() -> None:
    [text] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    policy = parse_policy(whole_text(text, SHIPPED))
    assert (policy.label, policy.periods["complaint"].extension) == ("example-inc/2026-12", None)
    assert "33-2-2" not in policy.grounds["disclosure"]


NEWER = ("idle", "pauses", "letters", "retention")


def without(text: str, names: tuple[str, ...]) -> str:
    """Return a policy text without some of its tables, as an older file was written."""
    parts = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return "".join(part for part in parts if re.match(r"\[?(\w*)", part)[1] not in names)  # type: ignore[index]


def test_a_text_from_before_the_newer_tables_has_their_defaults() -> None:
    text = without(SHIPPED["appi"], NEWER).replace('hand_on = "1bd"', "")
    old = parse_policy(text)
    assert (dict(old.waits), old.longest_stop) == (dict.fromkeys(STOPS, Wait()), None)
    assert (old.idle, old.letters, old.retention, old.ladder.hand_on) == (None, {}, {}, days(1))
    assert old.periods == APPI.periods


def test_an_empty_table_of_pauses_lets_nothing_stop_and_an_empty_one_of_idle_days_tells_nobody() -> None:
    found = parse_policy(without(SHIPPED["appi"], NEWER) + "[pauses]\n[idle]\n")
    assert (found.waits, found.idle) == ({}, None)


def test_a_letter_of_refusal_without_a_ground_is_a_conflict() -> None:
    text = without(SHIPPED["appi"], ("grounds",))
    assert text != SHIPPED["appi"]
    with pytest.raises(PolicyFault) as caught:
        parse_policy(text)
    remedy = "there is no ground to give for it; write one under [grounds], or take this out"
    assert f'letters.purpose.refused = "L13": {remedy}' in caught.value.faults
    assert len(caught.value.faults) == sum(
        outcome in NEEDS_GROUND for table in APPI.letters.values() for outcome in table
    )


def test_faults_and_conflicts_come_together() -> None:
    text = SHIPPED["appi"].replace('at = "09:00"', 'at = "9"').replace("handler = 3", "handler = 6")
    with pytest.raises(PolicyFault) as caught:
        parse_policy(text)
    assert caught.value.faults == (
        'ladder.at = "9": expected text like "09:00"',
        "idle.handler = 6: later than the manager (5); write an earlier day",
    )


def test_what_a_case_was_opened_under_is_read_though_a_newer_check_would_refuse_it() -> None:
    text = SHIPPED["appi"].replace("handler = 3", "handler = 6")
    assert kept_policy(text).idle == Idle(handler=6, manager=5)
    with pytest.raises(PolicyFault):
        kept_policy(text.replace("handler = 6", "handler = 0"))


def test_a_number_too_long_to_read_and_tables_without_end_are_faults_as_well() -> None:
    for line in (f"acknowledgement_target = {'9' * 5000}", f"immediate = {'[' * 4000}"):
        with pytest.raises(PolicyFault, match="the policy is no TOML: "):
            parse_policy(line)
    with pytest.raises(PolicyFault, match=re.escape("idle.handler = …: expected a whole number from 1 to 366")):
        parse_policy(SHIPPED["appi"].replace("handler = 3", f"handler = 0x{'f' * 5000}"))


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_policy(SHIPPED["appi"].replace("handler = 3", f'handler = "{"x" * 500}"'))
    assert caught.value.faults == (f'idle.handler = "{"x" * 199}…: expected a whole number from 1 to 366',)


def test_a_worked_example_names_every_step_and_how_far_an_extension_reaches() -> None:
    rules = Rules(APPI, JAPAN)
    lines = worked_example(rules, arrival("2026-11-20"))
    assert lines[0] == f"A mail that arrives on 2026-11-20 Fri under {rules.key}:"
    start = next(place for place, line in enumerate(lines) if line.startswith("  disclosure"))
    assert lines[start : start + 5] == [
        "  disclosure      answer by 2026-12-03 Thu; extended by 20bd, at the furthest 2027-01-06 Wed",
        "    acknowledged     2026-11-24 Tue   triage           2026-11-24 Tue   identity asked   2026-11-25 Wed",
        "    decision         2026-12-02 Wed   notice           2026-12-03 Thu   executed         2026-12-07 Mon",
        "    total            2026-12-07 Mon   internal gate    2026-12-02 Wed   gate             2026-12-04 Fri",
        "    suit from        2026-12-05 Sat",
    ]


def test_a_worked_example_says_when_nobody_works_on_the_day_it_shows() -> None:
    [line] = [line for line in worked_example(Rules(APPI, JAPAN), arrival("2026-12-28")) if "  correction" in line]
    assert line == (
        "  correction      answer by 2027-01-11 Mon (成人の日); extended by 20bd, at the furthest 2027-02-12 Fri"
    )


@every_policy
def test_a_worked_example_has_every_table_in_lines_that_fit_a_terminal(policy: Policy) -> None:
    lines = worked_example(Rules(policy, JAPAN), arrival("2026-11-20"))
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == list(policy.periods)
    assert max(map(len, lines)) < 120
