"""Who hears of a case in time: idle alarms, silence that is handed on, absences, downtime, a clock that was set back.

Arrival is Friday 2025-11-21 14:10; Monday 24 is a holiday, so 25, 26, 27, 28 November and 1 December are the first
five business days.
"""

from email.message import EmailMessage

import pytest

from tests.e2e.by_mail import Person, Story, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

DISCLOSE = "今お持ちの私の個人データを開示してください。"
CORRECT = "登録されている住所を訂正してください。"
STOP = "広告のメールの配信を停止してください。"
QUESTION = "御社では個人情報をどこの国で保管していますか。"
COMPLAINT = "I am very angry about how you treat my personal data. This is a formal complaint."
REFUSAL = (
    "/拒否 factual\n事実: 登録の内容は契約書の記載と一致しています。\n理由: 事実でないとは認められませんでした。\n"
)


class Watch:
    """What each of some people has newly been told, day by day."""

    def __init__(self, story: Story, *people: Person) -> None:
        self.story, self.people = story, people
        self._seen = {one.address: len(self._warnings(one)) for one in people}

    def until(self, moment: str) -> dict[str, list[EmailMessage]]:
        """Let the worker go on; the new warnings by the name of who got them."""
        self.story.until(moment)
        found = {}
        for one in self.people:
            fresh = self._warnings(one)[self._seen[one.address] :]
            self._seen[one.address] += len(fresh)
            if fresh:
                found[one.address.split("@")[0].split("-")[0]] = fresh
        return found

    @staticmethod
    def _warnings(one: Person) -> list[EmailMessage]:
        """Warnings alone: the notices and approvals of a manager are escalations too."""
        mails = [*one.got("warning"), *one.got("escalation")]
        words = ("お知らせすること", "What has come up")
        return [mail for mail in mails if any(word in text_of(mail) for word in words)]


def refs(mails: list[EmailMessage]) -> list[str]:
    """The references in the subjects of some mails."""
    return [str(one["Subject"]).partition("]")[0].lstrip("[") for one in mails]


def away(desk: Desk, name: str, days: str) -> None:
    """Write an absence into the roster."""
    text = desk.config_file.read_text(encoding="utf-8")
    desk.config_file.write_text(text.replace(f'id = "{name}"\n', f'id = "{name}"\nabsent = ["{days}"]\n'), "utf-8")


def test_a_handler_who_says_by_mail_that_she_is_away_is_stood_in_for_until_she_is_back(
    desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(desk, mail_lab)
    hana, customer, dai = story.hana, story.requester(), story.hire("dai", "en", "deputy")
    customer.write("お願い", DISCLOSE)
    story.until("11-21 14:11")
    hana.tap(hana.newest("notice"), "担当する")
    story.until("11-21 14:15")
    hana.reply(hana.newest("receipt"), "/不在 11/25 12/5")
    story.until("11-21 14:20")
    assert "不在を記録: 2025年11/25(火)から2025年12/5(金)まで" in text_of(hana.newest("receipt", "不在"))
    watch, ref = Watch(story, hana, dai, story.boss), story.case()["ref"]
    assert list(watch.until("11-28 09:30")) == ["hana", "dai", "boss"]
    [warning] = dai.got("warning")
    assert warning["X-Mailbot-Kind"] == "warning"
    assert "You stand in: the handler is away." in text_of(warning)
    assert "For 4 business days nothing was recorded" not in text_of(warning)
    assert "For 3 business days nothing was recorded (last activity on Fri 21 Nov)" in text_of(warning)
    assert "この3営業日、対応の記録がありません(最後の動きは11/21(金))" in text_of(hana.newest("warning"))

    customer.reply(customer.got("ack")[0], "急いでおります。")
    story.until("11-28 10:00")
    assert [refs(one.got("notice")) for one in (hana, dai)] == [[ref, ref], [ref]]
    hana.reply(hana.newest("notice"), "/不在 解除")
    story.until("11-28 11:00")
    assert "不在の記録を終えました" in text_of(hana.newest("receipt"))
    customer.reply(customer.got("ack")[0], "お返事をお待ちしております。")
    story.until("11-28 12:00")
    assert [refs(one.got("notice")) for one in (hana, dai)] == [[ref, ref, ref], [ref]]
    story.ends()


def test_an_absence_needs_no_case_and_is_noted_only_for_whoever_is_proved(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    boss, dai, customer = story.boss, story.hire("dai", "ja", "deputy"), story.requester()
    for moment in ("11-21 14:10", "11-25 09:00"):
        story.until(moment)
    [digest] = boss.got("digest")
    boss.is_proved = False
    boss.reply(digest, "/absent 11/26 11/28")
    story.until("11-25 09:30")
    assert not boss.got("receipt"), "first the real boss is asked"
    customer.write("Complaint", COMPLAINT)
    story.until("11-25 09:31")
    assert [len(one.got("escalation")) for one in (boss, dai)] == [1, 0]
    boss.tap(boss.newest("challenge"), "It was me")
    story.until("11-25 09:40")
    assert "you are away from Wed 26 Nov 2025 to Fri 28 Nov 2025" in text_of(boss.newest("receipt"))
    story.requester("jones@people.test").write("Complaint", COMPLAINT, at="2025-11-26T10:00:00+09:00")
    story.until("11-26 10:01")
    assert [len(one.got("escalation")) for one in (boss, dai)] == [1, 1]
    assert len(boss.got("digest")) == 2, "a digest comes on every business day, whoever is away"
    assert len(dai.got("digest")) == 1
    story.ends()


def test_the_silence_of_the_manager_brings_the_deputy_after_one_business_day_and_an_answer_nobody(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    boss, dai = story.boss, story.hire("dai", "ja", "deputy")
    silent, answered = story.requester("sato@people.test"), story.requester("jones@people.test")
    for customer in (silent, answered):
        customer.write("Complaint", COMPLAINT)
    story.until("11-21 14:11")
    boss.reply(boss.newest("escalation", answered.address), "/status", at="2025-11-25T09:00:00+09:00")
    watch = Watch(story, story.hana, boss, dai)
    assert watch.until("11-25 14:05") == {}
    found = watch.until("11-25 14:15")
    assert list(found) == ["dai"]
    [handed] = found["dai"]
    [ref] = [one["ref"] for one in story.desk.cases() if "escalation_handed_on" in _events(story, one["ref"])]
    assert refs([handed]) == [ref]
    assert ref in str(boss.newest("escalation", silent.address)["Subject"])
    assert "応答なし" in str(handed["Subject"])
    assert "お知らせした方(boss)から、2025年11月21日(金)14時11分以降、応答がありません" in text_of(handed)
    dai.tap(handed, "状況を見る", at="2025-11-25T15:00:00+09:00")
    assert watch.until("11-25 18:00") == {}
    assert watch.until("11-27 18:00") == {}
    assert [_events(story, one["ref"]).count("escalated") for one in story.desk.cases()] == [1, 1]
    assert [_events(story, one["ref"]).count("escalation_handed_on") for one in story.desk.cases()] in ([0, 1], [1, 0])
    story.ends()


def _events(story: Story, ref: str) -> list[str]:
    return [one["name"] for one in story.desk.case(ref)["events"]]


def test_idle_alarms_come_on_the_fourth_and_the_sixth_morning_and_only_where_nothing_was_done(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss = story.hana, story.boss
    idle, noted, waits, taken = (story.requester(f"{name}@people.test") for name in ("sato", "ito", "mori", "abe"))
    for customer in (idle, noted, waits, taken):
        customer.write("質問", QUESTION)
    story.until("11-21 14:11")
    of = {one.address: hana.newest("notice", one.address) for one in (idle, noted, waits, taken)}
    [ref], [ref_noted], [ref_taken] = (refs([of[one.address]]) for one in (idle, noted, taken))
    hana.reply(of[waits.address], "/照会 待つ", at="2025-11-25T10:00:00+09:00")
    story.until("11-25 10:10")
    hana.reply(of[noted.address], "/メモ 倉庫に確認中", at="2025-11-27T10:00:00+09:00")
    hana.reply(of[taken.address], "/担当", at="2025-11-27T10:01:00+09:00")
    watch = Watch(story, hana, boss)
    assert watch.until("11-27 18:00") == {}
    found = watch.until("11-28 09:30")
    assert {name: refs(mails) for name, mails in found.items()} == {"hana": [ref]}
    assert "停滞" in str(found["hana"][0]["Subject"])
    hana.tap(found["hana"][0], "状況を見る", at="2025-11-28T10:00:00+09:00")
    assert watch.until("11-28 18:00") == {}
    # Half of the ten business days is over; the sixth morning of the case nobody works on is the day after.
    found = watch.until("12-01 09:30")
    assert {name: sorted(refs(mails)) for name, mails in found.items()} == {"hana": sorted([ref, ref_noted, ref_taken])}
    for warning in found["hana"]:
        hana.tap(warning, "状況を見る", at="2025-12-01T10:00:00+09:00")
    # Her answers lie in the mailbox since yesterday: nobody is called silent before they are read.
    assert watch.until("12-02 09:30") == {}
    found = watch.until("12-02 09:40")
    assert {name: refs(mails) for name, mails in found.items()} == {"boss": [ref]}
    assert str(found["boss"][0]["Subject"]).startswith(f"[{ref}] Idle, ")
    assert "For 5 business days nothing was recorded (last activity on Fri 21 Nov)" in text_of(found["boss"][0])
    assert watch.until("12-02 18:00") == {}
    story.ends()


def test_five_days_of_downtime_are_one_mail_a_person_and_case_and_a_clock_set_back_tells_nothing_again(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, dai = story.hana, story.boss, story.hire("dai", "en", "deputy")
    first, second = story.requester("sato@people.test"), story.requester("jones@people.test")
    first.write("お願い", f"{DISCLOSE}また、{STOP}")
    second.write("お願い", CORRECT)
    story.until("11-21 14:11")
    both = next(one for one in story.desk.cases() if len(one["requests"]) == 2)
    watch = Watch(story, hana, boss, dai)
    found = watch.until("12-02 09:30")
    assert {name: len(set(refs(mails))) for name, mails in found.items()} == {"hana": 2, "boss": 2, "dai": 2}
    assert {name: len(mails) for name, mails in found.items()} == {"hana": 2, "boss": 2, "dai": 2}
    words = {"hana": ("開示請求", "広告停止の依頼"), "boss": ("Disclosure", "Marketing stop")}
    for name, rights in words.items():
        [told] = [one for one in found[name] if both["ref"] in str(one["Subject"])]
        assert all(right in text_of(told) for right in rights)
        assert rights[1] in str(told["Subject"]), "the most urgent opens the subject"
    [told] = [one for one in found["boss"] if both["ref"] in str(one["Subject"])]
    assert "3 business days overdue" in str(told["Subject"])
    for earlier in ("12-02 08:30", "12-01 09:30"):
        assert watch.until(earlier) == {}
    assert watch.until("12-02 09:31") == {}
    story.ends()


def test_while_the_manager_is_away_the_deputy_approves_at_once(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer, dai = story.hana, story.boss, story.requester(), story.hire("dai", "en", "deputy")
    away(story.desk, "boss", "2025-11-21..2025-11-28")
    customer.write("お願い", CORRECT)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), REFUSAL)
    story.until("11-21 14:20")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-21 14:30")
    assert not boss.got("escalation")
    dai.tap(dai.newest("escalation"), "Approve")
    story.until("11-21 14:40")
    assert len(customer.got("letter")) == 1
    story.ends()


def test_a_complaint_that_only_staff_recognise_reaches_the_manager_at_once(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    customer = story.requester()
    customer.write("質問", QUESTION)
    story.until("11-21 14:11")
    known = len(story.boss.got("escalation"))
    story.hana.reply(story.hana.newest("notice"), "/種別 苦情")
    story.until("11-21 14:20")
    assert len(story.boss.got("escalation")) == known + 1
    assert story.happened().count("escalated") == 1
    story.boss.reply(story.boss.newest("escalation"), "/担当")
    story.until("11-21 14:30")
    assert story.case()["handler"] == "boss"
    story.ends()
