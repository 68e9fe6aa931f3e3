"""The calendar file for staff: read back by a strict reader of RFC 5545 written for this test alone."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import Case, fold
from mailbot.core.events import Event, Json, Name
from mailbot.core.icalendar import Entry, calendar_file, entries_of, escaped, folded
from mailbot.core.message import Language
from mailbot.core.transitions import State
from tests.core.desk_scenes import RULES, opened

CHANGED_AT = datetime(2026, 11, 20, 5, 10, 7, tzinfo=UTC)
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f]|\\[\\;,nN])*")
DAY = re.compile(r"\d{8}")


class Property(NamedTuple):
    """One content line: name, parameters, value."""

    name: str
    parameters: dict[str, str]
    value: str


def content_lines(data: bytes) -> list[Property]:
    """Unfold and split; refuses a line that is too long, a bare line break, a character cut in two."""
    assert data.endswith(b"\r\n")
    raw = data[:-2].split(b"\r\n")
    assert b"\r" not in b"".join(raw)
    assert b"\n" not in b"".join(raw)
    assert max(map(len, raw)) <= 75
    for line in raw:
        line.decode()  # a fold inside a character would fail here
    lines: list[str] = []
    for text in (one.decode() for one in raw):
        if text.startswith(" "):
            lines[-1] += text[1:]
        else:
            lines.append(text)
    return [_property(line) for line in lines]


def _property(line: str) -> Property:
    head, colon, value = line.partition(":")
    assert colon
    name, *parameters = head.split(";")
    assert re.fullmatch(r"[A-Z-]+", name)
    return Property(name, dict(one.split("=", 1) for one in parameters), value)


def unescaped(value: str) -> str:
    assert TEXT.fullmatch(value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def read(data: bytes) -> tuple[dict[str, str], list[dict[str, Property]]]:
    """Return the calendar's own properties and its events; refuses what RFC 5545 does not allow."""
    lines = content_lines(data)
    assert (lines[0].value, lines[-1].value) == ("VCALENDAR", "VCALENDAR")
    own: dict[str, str] = {}
    events: list[dict[str, Property]] = []
    is_inside = False
    for line in lines[1:-1]:
        if line.name in {"BEGIN", "END"}:
            assert line.value == "VEVENT"
            assert is_inside == (line.name == "END")
            is_inside = line.name == "BEGIN"
            events += [{}] if is_inside else []
        elif is_inside:
            assert line.name not in events[-1], "once at most"
            events[-1][line.name] = line
        else:
            assert not events, "properties stand before components"
            own[line.name] = line.value
    assert own["VERSION"] == "2.0"
    assert own["PRODID"]
    assert len({one["UID"].value for one in events}) == len(events)
    for one in events:
        _check(one)
    return own, events


def _check(event: dict[str, Property]) -> None:
    assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"].value)
    assert event["SEQUENCE"].value.isdigit()
    for name in ("DTSTART", "DTEND"):
        assert event[name].parameters == {"VALUE": "DATE"}
        assert DAY.fullmatch(event[name].value)
    assert event["DTSTART"].value < event["DTEND"].value
    unescaped(event["SUMMARY"].value)


def written(case: Case, language: Language = Language.JA, revision: int = 3) -> bytes:
    entries = [*entries_of(case, RULES, CHANGED_AT, revision)]
    return calendar_file(entries, "個人情報相談窓口 期日", "company.test", language).encode()


def days(case: Case, language: Language = Language.JA) -> dict[str, str]:
    _, events = read(written(case, language))
    return {unescaped(one["SUMMARY"].value): one["DTSTART"].value for one in events}


def test_each_day_of_an_open_request_is_an_all_day_event() -> None:
    assert days(opened("disclosure")) == {
        "KJ-2026-000123-M 開示請求: ゲート社内期限": "20261202",
        "KJ-2026-000123-M 開示請求: 回答の期日": "20261203",
        "KJ-2026-000123-M 開示請求: ゲート(第39条)": "20261204",
    }
    assert days(opened("marketing_stop"), Language.EN) == {"KJ-2026-000123-M suspension: answer due": "20261126"}


def test_a_pause_gives_the_day_by_which_the_requester_replies() -> None:
    begun: dict[str, Json] = {"on": "2026-11-24", "reason": "awaiting_identity"}
    case = fold([Event(Name.PAUSE_STARTED, CHANGED_AT, request=1, data=begun)], opened("disclosure"))
    found = days(case)
    assert found["KJ-2026-000123-M 開示請求: 依頼者の返信期日"] == "20261222"
    assert found["KJ-2026-000123-M 開示請求: 回答の期日(停止中)"] == "20261203"


def test_a_gate_that_a_status_letter_answered_is_no_longer_a_day() -> None:
    case = opened("disclosure")
    answered = replace(case, requests=(replace(case.requests[0], is_gate_answered=True),))
    assert list(days(answered)) == ["KJ-2026-000123-M 開示請求: 回答の期日"]


@pytest.mark.parametrize("state", [State.CLOSED, State.DROPPED, State.MOVED])
def test_what_is_no_longer_owed_leaves_the_calendar(state: State) -> None:
    case = opened("disclosure")
    assert days(replace(case, requests=(replace(case.requests[0], state=state),))) == {}


def test_the_file_says_what_it_is_and_names_nobody() -> None:
    data = written(replace(opened("disclosure", "erase"), handler="hana"))
    own, events = read(data)
    assert b"hana" not in data
    assert (own["METHOD"], unescaped(own["X-WR-CALNAME"])) == ("PUBLISH", "個人情報相談窓口 期日")
    assert len(events) == 6
    assert events[0].keys() == {
        *("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "TRANSP"),
    }
    assert {one["DTSTAMP"].value for one in events} == {"20261120T051007Z"}
    assert "@" not in re.sub(r"UID:[^\r]*@company\.test", "", written(opened("disclosure")).decode())


def test_an_unchanged_case_gives_the_same_bytes_and_a_moved_day_a_higher_sequence_under_the_same_uid() -> None:
    case = opened("disclosure")
    assert written(case) == written(case)
    later = replace(case, requests=(replace(case.requests[0], answer_on=date(2026, 12, 4)),))
    _, [*before] = read(written(case, revision=3))
    _, [*after] = read(written(later, revision=4))
    first = {one["UID"].value: one for one in before}
    moved = [one for one in after if one["DTSTART"] != first[one["UID"].value]["DTSTART"]]
    assert {one["UID"].value for one in after} == set(first)
    assert [one["UID"].value for one in moved] == ["KJ-2026-000123-M-1-answer@company.test"]
    assert int(moved[0]["SEQUENCE"].value) > int(first[moved[0]["UID"].value]["SEQUENCE"].value)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_survives_folding_and_escaping(text: str) -> None:
    data = f"SUMMARY:{escaped(text)}"
    [line] = content_lines(f"{folded(data)}\r\n".encode())
    assert unescaped(line.value) == text


def test_a_long_japanese_title_is_folded_between_characters() -> None:
    on, ref = date(2026, 12, 4), "個" * 60
    entry = Entry(ref=ref, request=1, right="disclosure", what="gate", on=on, changed_at=CHANGED_AT, revision=1)
    data = calendar_file([entry], "窓口" * 40 + ", 期日; 一覧\\", "company.test", Language.JA).encode()
    own, [event] = read(data)
    assert unescaped(own["X-WR-CALNAME"]) == "窓口" * 40 + ", 期日; 一覧\\"
    assert unescaped(event["SUMMARY"].value) == "個" * 60 + " 開示請求: ゲート(第39条)"


def test_no_open_request_gives_an_empty_calendar() -> None:
    assert read(calendar_file([], "x", "company.test", Language.EN).encode())[1] == []
