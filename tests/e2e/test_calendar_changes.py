"""The company's calendar changes while cases run: every date is counted anew once, people hear of it once."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from mailbot import compose
from mailbot.config import load
from mailbot.edge.clock import Clock
from mailbot.steps import recount as recounting
from mailbot.steps.clock_watch import begin
from mailbot.store.engine import read
from mailbot.store.remembered import recall
from tests.core.test_icalendar import read as read_calendar
from tests.e2e.by_mail import Story, text_of
from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
ADD = "MAILBOT_POLICY__HOLIDAYS_ADD"


def opened(desk: Desk, lab: MailLab, count: int = 1, at: str = "2025-11-21T14:10:00+09:00") -> None:
    """Let some people ask for their data, and the worker open their cases."""
    for number in range(count):
        desk.put(mail(f"sato{number}@people.test", desk.mailbox, "data", WISH, number), at=at)
    desk.once("2025-11-21T15:00:00+09:00")
    lab.wait_idle()


def recounted(desk: Desk, case: int = 0) -> list[dict[str, Any]]:
    events = desk.case(desk.cases()[case]["ref"])["events"]
    return [event["data"] for event in events if event["name"] == "dates_recounted"]


def answer_on(desk: Desk, case: int = 0) -> str:
    return str(desk.cases()[case]["requests"][0]["dates"]["answer_on"])


def told(lab: MailLab, box: str) -> list[str]:
    """The words of each mail about a changed calendar."""
    mails = [parsed(raw) for raw in lab.received(box)]
    return [text_of(one) for one in mails if re.search("暦の変更|Calendar changed", str(one["Subject"]))]


def test_a_holiday_added_in_the_middle_of_a_case_moves_its_date_once_and_is_told_once(
    desk: Desk, mail_lab: MailLab
) -> None:
    opened(desk, mail_lab, 3)
    assert answer_on(desk) == "2025-12-04"
    desk.set(**{ADD: '["2025-11-27"]'})
    desk.once("2025-11-25T08:00:00+09:00")
    desk.once("2025-11-25T08:05:00+09:00")
    mail_lab.wait_idle()
    for case in range(3):
        assert answer_on(desk, case) == "2025-12-05"
        [data] = recounted(desk, case)
        assert data["before"]["answer_on"] == "2025-12-04"
        assert data["days"] == {"2025-11-27": "off"}
    for box in (desk.hana, desk.boss):
        [text] = told(mail_lab, box)
        assert sum(case["ref"] in text for case in desk.cases()) == 3
        assert "people.test" not in text
    assert "2025年11月27日(木): 休業日になりました" in told(mail_lab, desk.hana)[0]
    assert "answer due Thursday, 4 December 2025 → Friday, 5 December 2025" in told(mail_lab, desk.boss)[0]
    assert "no fault" in desk.command("audit", "verify")


def test_a_start_with_the_same_calendar_counts_nothing_anew(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    opened(desk, mail_lab)
    desk.set(MAILBOT_POLICY__CLOSURES='["12-29..01-03", "2025-11-29"]')  # a Saturday
    desk.once("2025-11-25T08:00:00+09:00")
    desk.once("2026-01-05T08:00:00+09:00")  # the table reaches another year
    assert recounted(desk) == []
    assert told(mail_lab, desk.boss) == []


def test_a_holiday_taken_away_makes_a_request_overdue_at_once_and_warns_in_one_mail(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    desk.set(**{ADD: '["2025-11-25", "2025-11-26", "2025-11-27", "2025-11-28"]'})
    stop = mail("sato@people.test", desk.mailbox, "stop", "Please stop sending me advertising mail.")
    desk.put(stop, at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    assert answer_on(desk) == "2025-12-03"
    desk.once("2025-11-28T12:00:00+09:00")
    mail_lab.wait_idle()
    before = len(mail_lab.received(desk.boss))
    desk.set(**{ADD: "[]"})
    desk.once("2025-11-28T12:30:00+09:00")
    desk.once("2025-11-28T12:40:00+09:00")
    mail_lab.wait_idle()
    assert answer_on(desk) == "2025-11-27"
    new = [parsed(raw) for raw in mail_lab.received(desk.boss)[before:]]
    subjects = [str(one["Subject"]) for one in new if one["X-Mailbot-Kind"] in {"warning", "escalation"}]
    assert ["Calendar changed" in subject for subject in subjects].count(False) == 1
    assert "no fault" in desk.command("audit", "verify")
    assert [event["name"] for event in desk.case(desk.cases()[0]["ref"])["events"]].count("deadline_missed") == 1


class Killed(Exception):
    """The worker died here."""


def dies(*_: object) -> None:
    raise Killed


def break_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker with one more holiday count the first two requests anew, and die over the next two."""
    clock = Clock(datetime.fromisoformat("2025-11-25T08:00:00+09:00"))
    with monkeypatch.context() as patched:
        patched.setenv(ADD, '["2025-11-27"]')
        patched.setattr(recounting, "BATCH", 2)
        with compose.composed(load(desk.config_file), clock) as parts:
            begin(parts, clock.now())
            assert recounting.recount(parts, clock.now())
            patched.setattr(recounting, "remember", dies)
            with pytest.raises(Killed):
                recounting.recount(parts, clock.now())
            with read(parts.engine) as connection:
                assert "2025-11-27" not in (recall(connection, "calendar") or "")


def test_a_recount_that_was_broken_off_goes_on_and_counts_nothing_twice(
    sqlite_desk: Desk, mail_lab: MailLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    opened(desk, mail_lab, 5)
    break_off(desk, monkeypatch)
    assert [len(recounted(desk, case)) for case in range(5)] == [1, 1, 0, 0, 0]
    desk.set(**{ADD: '["2025-11-27"]'})
    desk.once("2025-11-25T08:05:00+09:00")
    mail_lab.wait_idle()
    assert [len(recounted(desk, case)) for case in range(5)] == [1] * 5
    assert {answer_on(desk, case) for case in range(5)} == {"2025-12-05"}
    [text] = told(mail_lab, desk.boss)
    assert sum(case["ref"] in text for case in desk.cases()) == 5


def test_a_change_taken_back_in_the_middle_of_a_recount_leaves_the_dates_of_before(
    sqlite_desk: Desk, mail_lab: MailLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    opened(desk, mail_lab, 5)
    break_off(desk, monkeypatch)
    desk.once("2025-11-25T08:10:00+09:00")
    assert {answer_on(desk, case) for case in range(5)} == {"2025-12-04"}
    assert [len(recounted(desk, case)) for case in range(5)] == [2, 2, 0, 0, 0]


def test_a_handler_hears_of_their_own_cases_alone(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    ken = story.hire("ken")
    for number in range(2):
        story.requester(f"sato{number}@people.test").write("data", WISH)
    story.until("11-21 15:00")
    refs = [case["ref"] for case in sqlite_desk.cases()]
    story.hana.reply(story.hana.newest("notice", refs[0]), "/take")
    ken.reply(ken.newest("notice", refs[1]), "/take")
    story.until("11-21 15:30")
    sqlite_desk.set(**{ADD: '["2025-11-27"]'})
    story.until("11-25 08:00")
    [of_hana], [of_ken] = told(mail_lab, story.hana.address), told(mail_lab, ken.address)
    assert [ref in of_hana for ref in refs] == [True, False]
    assert [ref in of_ken for ref in refs] == [False, True]
    story.ends()


# The end of the table.


def test_the_worker_does_not_start_where_holidays_end_before_the_last_day_owed(sqlite_desk: Desk) -> None:
    sqlite_desk.set_now("2099-12-01T09:00:00+09:00")
    code_of_run, _, told_by_run = sqlite_desk._run(["run", "--once"], sqlite_desk.environment())
    code_of_check, _, told_by_check = sqlite_desk._run(["check"], sqlite_desk.environment())
    assert (code_of_run, code_of_check) == (78, 2)
    assert told_by_run == told_by_check
    assert told_by_run.startswith("policy: the table of holidays ends on 2099-12-31, before 2100-")


def test_a_year_ahead_the_worker_and_the_check_say_that_the_table_ends(sqlite_desk: Desk) -> None:
    sqlite_desk.set(MAILBOT_POLICY__HOLIDAYS_UNTIL="2099-12-31")
    sqlite_desk.set_now("2099-03-02T09:00:00+09:00")
    assert "The table of holidays ends on 2099-12-31" in sqlite_desk.command("check")
    sqlite_desk.command("run", "--once")
    assert "The table of holidays ends on 2099-12-31" in sqlite_desk.log_file.read_text(encoding="utf-8")


def test_days_nobody_has_published_are_told_as_provisional(sqlite_desk: Desk) -> None:
    assert "provisional" in sqlite_desk.command("check", MAILBOT_NOW="2027-12-01T09:00:00+09:00")
    assert "provisional" not in sqlite_desk.command("check", MAILBOT_NOW="2026-11-20T09:00:00+09:00")


# The file for staff calendars.


def test_the_calendar_of_staff_lists_open_requests_without_names_and_is_stable(desk: Desk, mail_lab: MailLab) -> None:
    opened(desk, mail_lab, 2)
    printed = desk.command("calendar", "--ics")
    again = desk.command("calendar", "--ics", MAILBOT_NOW="2025-11-22T09:00:00+09:00")
    assert printed == again
    own, events = read_calendar(printed.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    assert own["X-WR-CALNAME"] == "個人情報相談窓口 期日"
    assert len(events) == 6
    assert "sato" not in printed
    rows = json.loads(desk.command("calendar", "--json", "--due", "13"))
    assert {(row["what"], row["on"]) for row in rows} == {("answer", "2025-12-04"), ("gate_internal", "2025-12-03")}
    assert "開示請求: 回答の期日" in desk.command("calendar")


def test_a_moved_date_keeps_its_uid_with_a_higher_sequence_and_an_ended_case_leaves(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    opened(desk, mail_lab)
    before = {row["what"]: row for row in json.loads(desk.command("calendar", "--json"))}
    desk.set(**{ADD: '["2025-11-27"]'})
    desk.once("2025-11-25T08:00:00+09:00")
    after = {row["what"]: row for row in json.loads(desk.command("calendar", "--json"))}
    assert (before["answer"]["on"], after["answer"]["on"]) == ("2025-12-04", "2025-12-05")
    assert after["answer"]["revision"] > before["answer"]["revision"]
    story = Story(desk, mail_lab)
    story.until("11-25 09:00")
    story.hana.reply(story.hana.newest("notice"), "/spam")
    story.until("11-25 09:10")
    preview = story.hana.newest("preview")
    code = re.search(r"(?:確認|送信) ([a-z2-9]{10})", text_of(preview))
    assert code
    story.hana.reply(preview, code[0])
    story.until("11-25 09:20")
    assert json.loads(desk.command("calendar", "--json")) == []
