"""Every date of a case is explained day by day: by command, for machines, and by mail in the reader's language."""

import json
from typing import Any

import pytest

from tests.e2e.by_mail import Story, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real


def _days(found: dict[str, Any], clock: str) -> dict[str, dict[str, Any]]:
    return {day["on"]: day for day in found["requests"][0]["clocks"][clock]}


def test_a_case_that_stood_still_is_explained_on_each_clock_and_agrees_with_the_register(
    desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(desk, mail_lab)
    hana, customer = story.hana, story.requester()
    customer.write("お願い", "今お持ちの私の個人データを開示してください。")
    story.until("11-21 14:11")
    notice = hana.newest("notice")
    hana.reply(notice, "/担当\n/照会 本人")
    story.until("11-25 10:00")
    customer.reply(customer.got("letter")[-1], "書類は明日お送りします。", at="2025-11-28T11:00:00+09:00")
    story.until("11-28 11:05")
    [case] = desk.cases()
    found = json.loads(desk.command("why", case["ref"], "--json"))
    assert (found["ref"], found["zone"]) == (case["ref"], "Asia/Tokyo")
    [request] = found["requests"]
    assert {name: request["dates"][name] for name in ("notice_on", "total_on", "gate_on")} == {
        name: case["requests"][0]["dates"][name] for name in ("notice_on", "total_on", "gate_on")
    }
    service, gate, idle = (_days(found, clock) for clock in ("service", "gate", "idle"))
    assert service["2025-11-24"]["why"] == "振替休日"
    assert [day for day, one in service.items() if one["what"] == "stopped"] == [
        "2025-11-26",
        "2025-11-27",
        "2025-11-28",
    ]
    [full] = [day for day, one in service.items() if one["number"] == one["of"] == 8]
    assert full == request["dates"]["notice_on"] == "2025-12-09"
    [ended] = [one for one in service["2025-11-28"]["marks"] if one["code"] == "pause_ended"]
    assert ended["reply"]
    assert [gate[day]["number"] for day in ("2025-11-22", "2025-12-05")] == [1, 14]
    assert [idle[day]["what"] for day in ("2025-11-25", "2025-11-26")] == ["work", "wait"]
    assert {"handler_assigned", "reply_asked"} <= {one["code"] for one in idle["2025-11-25"]["marks"]}

    told = desk.command("why", case["ref"])
    assert "2025-11-24 Mon  not counted: 振替休日" in told
    assert "2025-12-09 Tue  business day 8 of 8  <- NOTICE OWED" in told
    assert "法第39条の関門" in desk.command("why", case["ref"], "--language", "ja")
    for name in (customer.address, hana.address):
        assert name not in told
    story.ends()


def test_a_reader_is_told_in_their_own_language_and_short_enough_for_a_phone(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, ken, customer = story.hana, story.hire("ken", "en"), story.requester()
    customer.write("お願い", "登録されている住所を訂正してください。")
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "/根拠")
    ken.reply(ken.newest("notice"), "/why")
    story.until("11-25 10:00")
    japanese, english = text_of(hana.newest("receipt")), text_of(ken.newest("receipt"))
    assert "数えない: 振替休日" in japanese
    assert "8営業日の8日目" in japanese
    assert "business day" not in japanese
    assert "business day 8 of 8" in english
    assert "営業日" not in english
    long = sqlite_desk.command("why", sqlite_desk.cases()[0]["ref"]).splitlines()
    assert len(japanese.splitlines()) < len(long)
    story.ends()


def test_a_reference_that_does_not_exist_ends_the_command_with_a_clear_line(sqlite_desk: Desk) -> None:
    sqlite_desk.once("2025-11-21T14:10:00+09:00")
    assert sqlite_desk.command("why", "KJ-2025-000009-X", "--json", code=1) == ""
