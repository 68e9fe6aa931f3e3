"""A digest is answered by the numbers of its lines: what each line showed, all of them or none, and never by guessing.

Whoever approves by a number must hold that very digest; every other way asks again, at the roster address.
"""

import re
from email.message import EmailMessage

import pytest
from sqlalchemy import delete, insert, select

from mailbot.store.engine import read, write
from mailbot.store.tables import digest_line, effect, outbox
from tests.e2e.by_mail import Person, Story, links, stores_of, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

CORRECT = "登録されている住所を訂正してください。"
STOP = "広告のメールの配信を停止してください。"
REFUSAL = (
    "/拒否 factual\n事実: 登録の内容は契約書の記載と一致しています。\n理由: 事実でないとは認められませんでした。\n"
)


class Morning:
    """A desk with two cases, the first of which waits for the manager, and the digest of the next business day.

    Its lines, whatever the layout of the day, are: 1 the first case, 2 what waits there, 3 the second case.
    """

    def __init__(self, desk: Desk, lab: MailLab, numbers: tuple[int, ...] = (1, 2, 3)) -> None:
        self.story, self.desk = Story(desk, lab), desk
        self.hana, self.boss, self.ken = self.story.hana, self.story.boss, self.story.hire("ken")
        self.first, self.second = self.story.requester(), self.story.requester("suzuki@people.test")
        self.first.write("お願い", CORRECT)
        self.story.until("11-21 14:11")
        self.hana.reply(self.hana.newest("notice"), REFUSAL)
        self.second.write("お願い", STOP)
        self.story.until("11-21 14:20")
        self.hana.tap(self.hana.newest("preview"), "承認に回す")
        self.story.until("11-21 14:30")
        self.refs = [one["ref"] for one in desk.cases()]
        self.issue("11-25 08:31", numbers=numbers)

    def issue(self, moment: str, *, numbers: tuple[int, ...] = (1, 2, 3)) -> EmailMessage:
        """Let the digest of a day come, and number its lines anew: first case, what waits, second case; () as it is."""
        self.story.until(moment)
        self.digest = self.boss.got("digest")[-1]
        if not numbers:
            return self.digest
        serial = serial_of(self.digest)
        with stores_of(self.desk) as stores, write(stores.engine) as connection:
            waiting = connection.execute(select(effect.c.id).where(effect.c.state == "approving")).scalar()
            connection.execute(delete(digest_line).where(digest_line.c.serial == serial))
            shown = zip(numbers, [(1, ""), (1, waiting or ""), (2, "")], strict=True)
            rows = [{"serial": serial, "number": n, "case_id": case, "effect_id": what} for n, (case, what) in shown]
            connection.execute(insert(digest_line), rows)
        return self.digest

    def states(self) -> list[str]:
        """The states of everything that was ever offered, oldest first."""
        with stores_of(self.desk) as stores, read(stores.engine) as connection:
            offered = select(effect.c.state).where(effect.c.kind == "effect").order_by(effect.c.made_at)
            return list(connection.execute(offered).scalars())

    def handlers(self) -> list[str | None]:
        return [one["handler"] for one in self.desk.cases()]

    def answer(self, moment: str, person: Person | None = None) -> str:
        """What the newest receipt after a moment says."""
        self.story.until(moment)
        return text_of((person or self.boss).got("receipt")[-1])

    def letters(self) -> int:
        return len(self.first.got("letter"))


def serial_of(digest: EmailMessage) -> int:
    found = re.search(r"#(\d+)", str(digest["Subject"]))
    assert found
    return int(found[1])


def test_one_reply_approves_one_line_and_assigns_another_with_one_receipt_for_both(
    desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(desk, mail_lab)
    before = len(day.boss.got("receipt"))
    day.boss.reply(day.digest, "/approve 2\n/assign 3 ken")
    told = day.answer("11-25 08:40")
    assert len(day.boss.got("receipt")) == before + 1
    assert f"/approve 2 [{day.refs[0]}]" in told
    assert f"/assign 3 ken [{day.refs[1]}]" in told
    assert "事実でないとは認められませんでした" in text_of(day.first.got("letter")[-1])
    assert day.handlers() == [None, "ken"]
    assert day.states()[-1] == "done"
    assert day.refs[1] in text_of(day.ken.got("notice")[-1])
    assert day.story.happened()[-1] == "case_closed"
    assert "staff_message_received" in day.story.happened(0)
    assert "staff_message_received" in day.story.happened(1)
    day.story.ends()


def test_the_numbers_that_a_digest_prints_are_the_ones_it_takes(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab, numbers=())
    parts = re.split(r"(?m)^(\d+)\. ", text_of(day.digest))
    printed = dict(zip(parts[1::2], parts[2::2], strict=True))
    [waiting] = [number for number, line in printed.items() if day.refs[0] in line]
    [other] = [number for number, line in printed.items() if day.refs[1] in line]
    assert "Waiting for approval: refuse" in printed[waiting]
    [mark] = re.findall(r"check ([0-9a-f]{8})", " ".join(printed[waiting].split()))
    assert any(f"Check: {mark}" in text_of(one) for one in day.boss.got("escalation"))
    day.boss.reply(day.digest, f"/assign {other} ken\n/approve {waiting}")
    day.story.until("11-25 08:40")
    assert day.handlers() == [None, "ken"]
    assert day.letters() == 1
    day.story.ends()


def test_japanese_words_and_full_width_digits_act_on_the_lines_they_name(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.reply(day.digest, "／担当　３　ken\n／メモ １ 委託先に確認中\n/後で ３")
    told = day.answer("11-25 08:40")
    assert day.handlers() == [None, "ken"]
    assert "note_kept" in day.story.happened(0)
    assert "note_kept" not in day.story.happened(1)
    assert "warnings_snoozed" in day.story.happened(1)
    assert told.count(day.refs[0]) == 1
    day.boss.reply(day.digest, "/状況 1\n/why 3\n/history 3")
    told = day.answer("11-25 08:50")
    assert day.refs[0] in told
    assert day.refs[1] in told
    day.story.ends()


def test_one_line_that_cannot_be_done_leaves_everything_undone(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    refused = {
        "/approve 2\n/assign 9 ken": "no line with this number",
        "/assign 3 ken\n/approve 1": "Nothing on this line waits for approval",
        "/assign 3 ken\n/assign 1 nobody": "Nobody on the roster",
        f"/approve 2\n/refuse {day.refs[1]} factual": "only in the thread of its case",
        f"/assign 3 ken\n/assign {day.refs[1]} hana": "twice",
        "/note 1 one\n/note 3 other": "each case keeps its own",
        "/assign 3 ken\n/snoooze 1": "not a command",
    }
    for at, (words, why) in enumerate(refused.items()):
        day.boss.reply(day.digest, words)
        told = day.answer(f"11-25 08:4{at}")
        assert why in " ".join(told.split()), words
    assert day.handlers() == [None, None]
    assert day.letters() == 0
    assert day.states()[-1] == "approving"
    day.story.ends()


def test_words_below_the_lines_are_not_used_and_the_receipt_says_so(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.reply(day.digest, "/assign 3 ken\n\nThank you all for the good work this week.")
    assert "were not used" in day.answer("11-25 08:40")
    assert day.handlers() == [None, "ken"]
    assert not day.boss.got("preview")
    day.story.ends()


def test_a_denial_by_number_goes_back_to_its_author_with_the_reason(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.reply(day.digest, "/deny 2 the contract of 2019 is missing")
    assert "Sent back" in day.answer("11-25 08:40")
    assert "the contract of 2019 is missing" in text_of(day.hana.newest("receipt"))
    assert day.states()[-1] == "denied"
    assert day.letters() == 0
    day.story.ends()


def test_the_same_answer_again_and_a_second_approval_move_nothing_twice(desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(desk, mail_lab)
    day.boss.reply(day.digest, "/approve 2")
    day.story.until("11-25 08:40")
    assert day.letters() == 1
    again = Person(desk, mail_lab, day.boss.address)
    again.reply(day.digest, "/approve 2", at="2025-11-25T08:45:00+09:00")
    assert "dealt with before" in day.answer("11-25 08:50")
    day.boss.reply(day.digest, "/approve 2\n/assign 3 ken")
    assert "does not wait for approval any more" in " ".join(day.answer("11-25 09:00").split())
    assert day.letters() == 1
    assert day.handlers() == [None, None]
    assert day.story.happened().count("approval_given") == 1
    day.story.ends()


def _nothing_was_approved(day: Morning) -> None:
    assert day.letters() == 0
    assert day.states()[-1] == "approving"
    assert "approval_given" not in day.story.happened()


def test_a_forger_who_knows_only_the_serial_number_approves_nothing(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    forger = Person(sqlite_desk, mail_lab, day.boss.address, is_proved=False)
    for proved in (False, True):
        forger.is_proved = proved
        forger.write(f"Re: {day.digest['Subject']}", "/approve 2", at="2025-11-25T08:40:00+09:00")
    day.story.until("11-25 08:50")
    _nothing_was_approved(day)
    assert not day.boss.got("receipt")
    day.story.ends()


def test_a_colleague_with_a_token_of_another_day_gets_no_approval_and_the_manager_is_asked_with_a_code(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(sqlite_desk, mail_lab)
    [old] = re.findall(r"ref: [a-z2-9]{39}", text_of(day.digest))
    day.issue("11-26 08:31")
    colleague = Person(sqlite_desk, mail_lab, day.boss.address)
    asked = len(day.boss.got("escalation"))
    colleague.write(f"Re: {day.digest['Subject']}", f"/approve 2\n\n{old}", at="2025-11-26T08:40:00+09:00")
    told = day.answer("11-26 08:50")
    _nothing_was_approved(day)
    assert "Neither approved nor sent back yet" in told
    question = day.boss.got("escalation")[asked]
    assert "契約書の記載と一致" in text_of(question)
    day.boss.tap(question, "Approve")
    day.story.until("11-26 09:00")
    assert day.letters() == 1
    day.story.ends()


def test_an_answer_whose_way_is_not_proved_approves_nothing_even_with_the_message_id(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.is_proved = False
    day.boss.reply(day.digest, "/approve 2")
    told = day.answer("11-25 08:40")
    assert "Neither approved nor sent back yet" in told
    day.boss.reply(day.digest, "/deny 2 no\n/assign 3 ken")
    assert "only in the thread of its case" in " ".join(day.answer("11-25 08:45").split())
    day.boss.reply(day.digest, "/deny 2\n/assign 3 ken")
    day.story.until("11-25 08:50")
    assert len(day.boss.got("challenge")) == 1
    _nothing_was_approved(day)
    assert day.handlers() == [None, None]
    day.story.ends()


def test_what_was_doubted_and_then_confirmed_assigns_and_still_asks_for_the_code_of_an_approval(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.is_proved = False
    day.boss.reply(day.digest, "/approve 2\n/assign 3 ken")
    day.story.until("11-25 08:40")
    mine = next(one for one in links(day.boss.newest("challenge")) if "It was me" in one.label)
    day.boss.write(mine.subject, mine.body, References=str(day.digest["Message-ID"]))
    day.story.until("11-25 08:50")
    _nothing_was_approved(day)
    assert day.handlers() == [None, "ken"]
    day.story.ends()


def test_an_author_cannot_approve_their_own_by_a_number(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    sqlite_desk.config_file.write_text(
        sqlite_desk.config_file.read_text(encoding="utf-8").replace(
            'roles = ["handler"]', 'roles = ["handler", "manager"]'
        ),
        encoding="utf-8",
    )
    day = Morning(sqlite_desk, mail_lab)
    day.hana.reply(day.hana.got("digest")[-1], "/承認 2")
    told = day.answer("11-25 08:40", day.hana)
    assert "自分では承認できません" in told
    _nothing_was_approved(day)
    day.boss.reply(day.digest, "/approve 2")
    day.story.until("11-25 08:50")
    assert day.letters() == 1
    day.story.ends()


def test_a_handler_who_gets_the_digest_approves_nothing(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    sqlite_desk.set(MAILBOT_DIGEST__TO='["manager", "handler"]')
    day = Morning(sqlite_desk, mail_lab)
    day.ken.reply(day.ken.got("digest")[-1], "/承認 2")
    assert "管理責任者だけができます" in day.answer("11-25 08:40", day.ken)
    _nothing_was_approved(day)
    day.story.ends()


def test_yesterdays_digest_keeps_its_own_numbers_and_approves_nothing_any_more(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(sqlite_desk, mail_lab)
    yesterday = day.digest
    day.issue("11-26 08:31", numbers=(3, 2, 1))
    day.boss.reply(yesterday, "/assign 3 ken")
    day.story.until("11-26 08:32")
    assert day.handlers() == [None, "ken"]
    day.boss.reply(yesterday, "/approve 2")
    assert "Neither approved nor sent back yet" in day.answer("11-26 08:40")
    _nothing_was_approved(day)
    day.boss.reply(day.digest, "/assign 3 ken")
    day.story.until("11-26 08:50")
    assert day.handlers() == ["ken", "ken"]
    day.story.ends()


def test_where_it_is_not_certain_which_digest_is_meant_nothing_is_done(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    [ref] = re.findall(r"ref: [a-z2-9]{39}", text_of(day.digest))
    first = day.digest
    day.issue("11-26 08:31")
    both = f"{first['Message-ID']} {day.digest['Message-ID']}"
    unclear = [
        ("Re: hello", ""),
        ("Re: [mailbot] digest #77", ""),
        (f"Re: {first['Subject']}", str(day.digest["Message-ID"])),
        ("Re: hello", both),
    ]
    for at, (subject, answered) in enumerate(unclear):
        thread = {"References": answered} if answered else {}
        day.boss.write(subject, f"/assign 3 ken\n\n{ref}", f"2025-11-26T08:4{at}:00+09:00", None, **thread)
        told = " ".join(day.answer(f"11-26 08:4{at}").split())
        assert "Which digest this answers is not certain" in told, subject
    assert day.handlers() == [None, None]
    day.boss.write("Re: [mailbot] digest #1", f"/assign 3 ken\n\n{ref}", at="2025-11-26T08:55:00+09:00")
    day.story.until("11-26 08:56")
    assert day.handlers() == [None, "ken"]
    day.story.ends()


def test_a_vacation_reply_that_quotes_the_digest_and_an_answer_does_nothing(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.boss.reply(day.digest, "/approve 2", Auto_Submitted="auto-replied")
    day.boss.reply(day.digest, "I am away until Monday.\n\n> /approve 2\n> /assign 3 ken", Precedence="bulk")
    day.story.until("11-25 08:50")
    _nothing_was_approved(day)
    assert day.handlers() == [None, None]
    day.story.ends()


def test_no_number_stands_outside_the_mail_that_printed_it(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    day = Morning(sqlite_desk, mail_lab)
    day.hana.reply(day.hana.newest("notice", day.refs[1]), "/approve 2")
    assert "実行していません" in day.answer("11-25 08:40", day.hana)
    _nothing_was_approved(day)
    with stores_of(sqlite_desk) as stores, read(stores.engine) as connection:
        keys = connection.execute(select(outbox.c.key).where(outbox.c.kind == "digest")).scalars()
        assert [*keys] == ["digest:2025-11-25:boss"]
    day.story.ends()
