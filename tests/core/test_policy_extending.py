"""A company's own file is laid over a shipped policy; what comes out is whole, and what is wrong is said at once."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.core.period import Period, Unit
from mailbot.core.policy import Policy
from mailbot.core.policy_extending import whole_text
from mailbot.core.policy_file import PolicyFault, kept_policy, parse_policy, values_of
from mailbot.resources import policies_folder

SHIPPED = {file.stem: file.read_text(encoding="utf-8") for file in sorted(policies_folder().glob("*.toml"))}
APPI = parse_policy(SHIPPED["appi"])
HEAD = 'extends = "appi"\nname = "house"\nversion = "1"\n'


def laid(own: str, head: str = HEAD) -> Policy:
    return parse_policy(whole_text(head + own, SHIPPED))


def faults(own: str, head: str = HEAD, shipped: Mapping[str, str] = SHIPPED) -> list[str]:
    with pytest.raises(PolicyFault) as caught:
        whole_text(head + own, shipped)
    return list(caught.value.faults)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_text_that_extends_nothing_stays_as_it_is(name: str) -> None:
    assert whole_text(SHIPPED[name], SHIPPED) == SHIPPED[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_file_that_changes_nothing_is_the_shipped_policy_under_its_own_name(name: str) -> None:
    base, own = parse_policy(SHIPPED[name]), laid("", HEAD.replace("appi", name))
    assert own.label == "house/1"
    same = [part for part in Policy.__dataclass_fields__ if part not in {"name", "version", "digest"}]
    assert [getattr(own, part) for part in same] == [getattr(base, part) for part in same]


def test_a_key_is_changed_added_or_taken_out_and_all_others_stay() -> None:
    own = laid("""
[periods.complaint]
notice = "5bd"
decision_approved = "4bd"
investigation = false
[periods.suspension]
identity_tier_of = { stop_use = 3 }
[ladder]
gate_days = [12]
[pauses]
awaiting_fee = false
[pauses.awaiting_identity]
lapse = false
[grounds.disclosure]
33-2-2 = false
33-2-3 = { ja = "他の法令に違反する場合" }
[grounds.inquiry]
abuse = { ja = "濫用", en = "abuse" }
""")
    complaint = own.periods["complaint"]
    assert [str(complaint.notice), str(complaint.decision_approved), complaint.investigation, str(complaint.total)] == [
        *("5bd", "4bd", None, "10bd"),
    ]
    assert own.periods["suspension"].identity_tier_of == {"erase": 3, "stop_use": 3}
    assert own.ladder.gate_days == (12,)
    assert set(APPI.waits) - set(own.waits) == {"awaiting_fee"}
    assert (own.waits["awaiting_identity"].lapse, own.longest_stop) == (None, Period(20, Unit.BUSINESS_DAYS))
    assert list(own.grounds["disclosure"]) == ["33-2-1", "33-2-3", "other-law"]
    assert own.grounds["disclosure"]["33-2-3"].ja == "他の法令に違反する場合"
    assert own.grounds["disclosure"]["33-2-3"].en == APPI.grounds["disclosure"]["33-2-3"].en
    assert own.grounds["inquiry"]["abuse"].en == "abuse"
    assert own.periods["disclosure"] == APPI.periods["disclosure"]


def test_idle_alerts_and_every_stop_can_be_taken_out() -> None:
    stops = "\n".join(f"{reason} = false" for reason in APPI.waits)
    own = laid(f"[idle]\nhandler = false\nmanager = false\n[pauses]\n{stops}\n")
    assert (own.idle, own.waits) == (None, {})


def test_what_is_kept_is_whole_so_that_a_newer_mailbot_changes_no_case_that_runs() -> None:
    kept = whole_text(HEAD + '[periods.complaint]\nnotice = "5bd"\ndecision_approved = "4bd"\n', SHIPPED)
    newer = {**SHIPPED, "appi": SHIPPED["appi"].replace('notice = "8bd"', 'notice = "7bd"')}
    assert "extends" not in values_of(kept)
    assert whole_text(kept, newer) == kept
    assert str(kept_policy(kept).periods["disclosure"].notice) == "8bd"


def test_a_newer_shipped_policy_gives_another_text_and_digest_to_new_cases() -> None:
    newer = {**SHIPPED, "appi": SHIPPED["appi"].replace('executed = "10bd"', 'executed = "9bd"')}
    before, after = (parse_policy(whole_text(HEAD, shipped)) for shipped in (SHIPPED, newer))
    assert before.label == after.label
    assert before.digest != after.digest


def test_what_is_kept_can_be_read_by_people_too() -> None:
    lines = whole_text(HEAD, SHIPPED).splitlines()
    assert lines[:3] == [
        "# What a company's file changes in appi/2026-11, and all it leaves.",
        'name = "house"',
        'version = "1"',
    ]
    assert "[pauses.requester_asked_to_wait]" in lines
    assert 'remind = ["5bd", "10bd"]' in lines


KNOWN = ", ".join(SHIPPED)


@pytest.mark.parametrize(
    ("head", "own", "told"),
    [
        ('extends = "hipaa"\n', "", [f'extends = "hipaa": no such policy; write one of {KNOWN}']),
        ("extends = [1]\n", "", [f"extends = [1]: no such policy; write one of {KNOWN}"]),
        ('extends = "../appi"\n', "", [f'extends = "../appi": no such policy; write one of {KNOWN}']),
        (
            'extends = "appi"\n',
            "",
            [
                'name: missing; write one of your own, for example "example-inc"',
                'version: missing; write one of your own, for example "2026-12"',
            ],
        ),
        (
            HEAD.replace("house", "gdpr"),
            "",
            ['name = "gdpr": the name of a shipped policy; write one of your own'],
        ),
        (
            HEAD,
            "[periods.marketing_stop]\ngate = false\n",
            ["periods.marketing_stop.gate = false: appi has no such key; take the line out"],
        ),
        (HEAD, "idle = false\n", ["idle = false: a whole part cannot be taken out; write false for its keys"]),
        (HEAD, "[periods]\ncomplaint = false\n", ["periods.complaint: missing; write the table"]),
        (
            HEAD,
            '[periods.complaint]\nnotice = "11bd"\n',
            ['periods.complaint.notice = "11bd": longer than total (10bd); shorten it'],
        ),
        (HEAD, "[periods]\ninquiry = 5\n", ["periods.inquiry = 5: expected a table, written [periods.inquiry]"]),
    ],
)
def test_a_bad_own_file_is_refused_with_its_fault(head: str, own: str, told: list[str]) -> None:
    assert [line for line in faults(own, head) if "periods.inquiry." not in line] == told


def test_all_faults_of_an_own_file_come_at_once() -> None:
    own = '[periods.complaint]\nnotice = "5"\nnotcie = "5bd"\n[idle]\nhandler = 9\nmanger = false\n'
    assert faults(own, 'extends = "appi"\nname = "appi"\n') == [
        'version: missing; write one of your own, for example "2026-12"',
        'name = "appi": the name of a shipped policy; write one of your own',
        "idle.manger = false: appi has no such key; take the line out",
        'periods.complaint.notice = "5": expected a number and bd or d or m, for example "8bd"',
        'periods.complaint.notcie = "5bd": unknown key; did you mean notice?',
        "idle.handler = 9: later than the manager (5); write an earlier day",
    ]


def test_one_level_is_all_there_is() -> None:
    shipped = {**SHIPPED, "house": HEAD, "loop": 'extends = "loop"\n'}
    told = "house itself extends another policy; write the one it extends"
    assert faults("", 'extends = "house"\n', shipped) == [f'extends = "house": {told}']
    assert faults("", 'extends = "loop"\n', shipped) == [f'extends = "loop": {told.replace("house", "loop")}']


def test_a_text_that_was_not_laid_over_anything_cannot_extend() -> None:
    with pytest.raises(PolicyFault, match='extends = "appi": unknown key'):
        parse_policy('extends = "appi"\n' + SHIPPED["appi"])


def toml(value: Any) -> str:
    """Return any value of TOML as TOML, so that what is drawn can be read as a file is."""
    match value:
        case dict():
            return f"{{{', '.join(f'{toml(str(key))} = {toml(item)}' for key, item in value.items())}}}"
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case str() | bool():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float():
            return repr(value) if math.isfinite(value) else str(value)
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def file_of(values: Mapping[str, Any]) -> str:
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in values.items())


def paths(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [(*above, key) for key in table]
    return found + [
        path for key, value in table.items() if isinstance(value, dict) for path in paths(value, (*above, key))
    ]


PLACES = {name: paths(values_of(text)) for name, text in SHIPPED.items()}
AMOUNTS = st.tuples(st.integers(0, 30), st.sampled_from(["bd", "d", "m", "min"]))
SINGLE = st.one_of(
    AMOUNTS.map(lambda drawn: f"{drawn[0]}{drawn[1]}"),
    st.sampled_from([False, True, "handler", "L6", "appi", "complaint", "", "\n", 0.5, math.nan]),
    st.integers(-3, 40),
    st.integers(),
    st.text(max_size=8),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.just(UTC)),
)
KEYS = st.text(max_size=5) | st.sampled_from(["gate", "lapse", "tp_stop", "refused", "extends", "\n"])
VALUES = st.recursive(
    SINGLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=5
)


def table_at(values: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any] | None:
    table: Any = values
    for step in path:
        table = table.get(step) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return the name of a shipped policy and its values, one to four of them changed, moved, added or gone."""
    name = draw(st.sampled_from(sorted(SHIPPED)))
    values: dict[str, Any] = values_of(SHIPPED[name])
    for *above, key in draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=4)):
        table = table_at(values, tuple(above))
        if table is None:
            continue
        match draw(st.sampled_from(["change", "go", "add", "move"])):
            case "change":
                table[key] = draw(VALUES)
            case "go":
                table.pop(key, None)
            case "add":
                table[draw(KEYS)] = draw(VALUES)
            case _:
                table[draw(st.sampled_from(PLACES[name]))[-1]] = table.pop(key, False)
    return name, values


def read(text: str) -> Policy | tuple[str, ...]:
    """Return the policy of a text, or all that is wrong with it; any other exception is a fault of the reader."""
    try:
        return parse_policy(whole_text(text, SHIPPED))
    except PolicyFault as fault:
        return fault.faults


@given(mutated())
def test_no_policy_breaks_the_reader(drawn: tuple[str, dict[str, Any]]) -> None:
    found = read(file_of(drawn[1]))
    if isinstance(found, Policy):
        assert kept_policy(file_of(drawn[1])) == found
    else:
        assert found
        assert [line for line in found if ": " not in line or len(line.splitlines()) != 1] == []


@given(mutated(), st.sampled_from(["house", "appi", 5, ["house"], False]))
def test_no_own_file_breaks_the_reader(drawn: tuple[str, dict[str, Any]], called: object) -> None:
    base, values = drawn
    found = read(file_of({**values, "extends": base, "name": called, "version": "1"}))
    if isinstance(found, Policy):
        assert found.label == "house/1"
    else:
        assert [line for line in found if ": " not in line or len(line.splitlines()) != 1] == []


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_a_base_nobody_knows_is_a_fault_whatever_else_stands_there(values: dict[str, Any]) -> None:
    assert faults("", file_of({**values, "extends": "hipaa"})) == [
        f'extends = "hipaa": no such policy; write one of {KNOWN}'
    ]


@given(st.text(min_size=1, max_size=20).map(lambda text: f"x{text}").filter(lambda text: not {"\r", "\n"} & set(text)))
@example('x "quoted" \\ \t \x7f \x85 濫用')
def test_the_words_of_a_company_are_kept_letter_by_letter(words: str) -> None:
    ground = {"inquiry": {"abuse": {"ja": words, "en": words}}}
    assert laid(file_of({"grounds": ground})).grounds["inquiry"]["abuse"].ja == words
