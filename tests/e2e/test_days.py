"""The clocks, day by day: every warning once, the right person, a digest each business day, none doubled or lost."""

import re
from collections import Counter
from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from tests.e2e.desk import Desk, by_kind, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
FRIDAY = date(2025, 11, 21)
CLOSED = {date(2025, 11, 22), date(2025, 11, 23), date(2025, 11, 24), date(2025, 11, 29), date(2025, 11, 30)}
WARNINGS = {
    # half of the 8 business days, three of them without a record (25, 26, 27); gate day 7 for the manager
    "11-28": ["hana", "boss"],
    # three business days left; gate day 10. Nobody answered since Friday, but there is nobody else to tell
    "12-01": ["hana", "boss"],
    # five business days without a record: the manager hears on the sixth morning
    "12-02": ["boss"],
    # one business day left; gate day 12
    "12-03": ["boss"],
    # gate day 13, the last day of the answer
    "12-04": ["boss"],
    # overdue, daily
    "12-05": ["boss"],
    "12-06": ["boss"],
    "12-07": ["boss"],
    **{f"12-{day:02}": ["boss"] for day in range(8, 13)},
}
"""Arrival 2025-11-21, answer owed 2025-12-04. The digest needs no day of its own here: every business day has one."""
DRAFTS = {"12-03": ["boss"], "12-04": ["boss"], "12-05": ["boss"]}
"""The status letter that answers the gate lies ready on day 12, and anew until day 14: nobody has confirmed it."""
LAST = date(2025, 12, 12)
"""Three weeks."""


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def serial_of(digest: EmailMessage) -> int:
    found = re.search(r"#(\d+)", str(digest["Subject"]))
    assert found
    return int(found[1])


def warnings_to(lab: MailLab, box: str) -> list[EmailMessage]:
    kinds = ("warning", "escalation")
    return [letter for letter in map(parsed, lab.received(box)) if letter["X-Mailbot-Kind"] in kinds]


def test_every_warning_comes_once_on_its_day_and_a_digest_on_every_business_day(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH), at="2025-11-21T14:10:00+09:00")
    warned: dict[str, list[str]] = {}
    drafted: dict[str, list[str]] = {}
    digested = []
    seen = Counter[str]()
    for day in days(FRIDAY, LAST):
        desk.once(f"{day}T{'15:00' if day == FRIDAY else '09:30'}:00+09:00")
        mail_lab.wait_idle()
        for name, box in (("hana", desk.hana), ("boss", desk.boss)):
            count = len(warnings_to(mail_lab, box))
            warned.setdefault(f"{day:%m-%d}", []).extend([name] * (count - seen[name]))
            seen[name] = count
            drafts = len(by_kind(mail_lab.received(box), "preview"))
            drafted.setdefault(f"{day:%m-%d}", []).extend([name] * (drafts - seen[f"{name} preview"]))
            seen[f"{name} preview"] = drafts
        digests = len(by_kind(mail_lab.received(desk.boss), "digest"))
        digested += [day] * (digests - seen["digest"])
        seen["digest"] = digests
    assert {day: who for day, who in warned.items() if who} == WARNINGS
    assert {day: who for day, who in drafted.items() if who} == DRAFTS
    assert digested == [day for day in days(FRIDAY, LAST)[1:] if day.weekday() < 5 and day not in CLOSED]
    desk.once("2025-12-12T18:00:00+09:00")
    digests = by_kind(mail_lab.received(desk.boss), "digest")
    assert [serial_of(digest) for digest in digests] == list(range(1, len(digested) + 1))
    for number, digest in enumerate(digests):
        body = digest.get_body(("plain",))
        assert body
        lines = [line for line in body.get_content().splitlines() if " in " in f" {line}" and "= cases" in line]
        assert lines, "the line that adds up"
        assert "in 1 = cases 1 + follow-ups 0" in lines[0 if number == 0 else -1]
    [case] = desk.cases()
    assert [request["state"] for request in case["requests"]] == ["overdue"]
    newest = desk.folder / "digest.eml"
    newest.write_bytes([raw for raw in mail_lab.received(desk.boss) if b"X-Mailbot-Kind: digest" in raw][-1])
    desk.command("audit", "verify", "--against", str(newest))


def test_after_a_week_of_silence_one_warning_and_one_digest_come_and_no_serial_is_lost(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    desk.put(mail("sato@people.test", desk.mailbox, "data", WISH), at="2025-11-21T14:10:00+09:00")
    desk.once("2025-11-21T15:00:00+09:00")
    desk.once("2025-12-01T06:00:00+09:00")
    mail_lab.wait_idle()
    assert len(warnings_to(mail_lab, desk.hana)) == 1
    assert len(warnings_to(mail_lab, desk.boss)) == 1
    assert len(by_kind(mail_lab.received(desk.boss), "digest")) == 1
    for moment in ("2025-12-01T08:45:00+09:00", "2025-12-02T08:45:00+09:00"):
        desk.once(moment)
        desk.command("digest", "--send")
    desk.once("2025-12-03T08:45:00+09:00")
    mail_lab.wait_idle()
    digests = by_kind(mail_lab.received(desk.boss), "digest")
    assert [serial_of(digest) for digest in digests] == list(range(1, len(digests) + 1))
    assert len({str(digest["Subject"]) for digest in digests}) == len(digests) in {3, 4}
    assert len(warnings_to(mail_lab, desk.hana)) == 2


def test_a_day_begins_and_ends_at_the_company_and_not_where_the_machine_stands(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.set(TZ="America/New_York")
    arrivals = {
        "2025-11-20T23:59:30": "2025-12-03",
        "2025-11-21T00:00:10": "2025-12-04",
        "2025-11-21T23:59:30": "2025-12-04",
    }
    for number, moment in enumerate(arrivals):
        sender = f"person-{number}@people.test"
        desk.put(mail(sender, desk.mailbox, "data", WISH), at=f"{moment}+09:00")
    desk.once("2025-11-22T10:00:00+09:00")
    assert [case["requests"][0]["dates"]["notice_on"] for case in desk.cases()] == list(arrivals.values())
