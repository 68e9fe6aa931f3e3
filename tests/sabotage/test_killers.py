"""What no other test proves by an assertion: each of these kills a mutant of the table."""

import pytest

from mailbot.core.transitions import State
from tests.core.desk_scenes import done, opened, taken
from tests.e2e.by_mail import Person, Story, text_of
from tests.e2e.desk import Desk
from tests.e2e.forging import answering, codes_of
from tests.servers.lab import MailLab

real = pytest.mark.real
WISH = "登録されている住所を訂正してください。"
ANSWER = "ご住所を訂正いたしました。"
REFUSAL = "/不開示 factual\n事実: 契約書の記載と一致しています。\n理由: 事実でないとは認められませんでした。\n"


@pytest.fixture
def story(sqlite_desk: Desk, mail_lab: MailLab) -> Story:
    """One desk, and nobody has written yet."""
    return Story(sqlite_desk, mail_lab)


def asked(story: Story) -> Person:
    """Somebody who wrote to the desk and was answered."""
    person = story.requester()
    person.write("お願い", WISH)
    story.until("11-21 14:11")
    return person


@real
def test_only_a_manager_is_asked_to_approve_and_only_their_word_counts(story: Story) -> None:
    ken, hana, boss = story.hire("ken"), story.hana, story.boss
    sato = asked(story)
    hana.reply(hana.newest("notice"), REFUSAL)
    story.until("11-21 14:30")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-21 14:40")
    assert [codes_of(one) for one in ken.all() if codes_of(one)] == []
    assert [len(codes_of(one)) for one in boss.got("escalation")] == [1]
    ken.reply(ken.newest("notice"), f"承認 {codes_of(boss.newest('escalation'))[0]}")
    story.until("11-21 14:50")
    assert len(sato.all()) == 1


@real
def test_a_challenge_goes_to_the_address_of_the_roster_as_it_stands_there(story: Story, mail_lab: MailLab) -> None:
    asked(story)
    forger = Person(story.desk, mail_lab, story.hana.address.upper(), is_proved=False)
    forger.write("お願い", "/担当", at=story.hana.now, **answering(story.hana.newest("notice")))
    story.until("11-21 14:20")
    assert story.case()["handler"] is None
    assert [str(one["To"]) for one in story.hana.got("challenge")] == [story.hana.address]


@real
def test_a_requester_orders_nothing(story: Story) -> None:
    sato = asked(story)
    sato.reply(sato.newest("ack"), "/担当")
    story.until("11-21 14:20")
    assert story.case()["handler"] is None
    assert "authority_refused" not in story.happened()


@real
def test_a_stranger_who_answers_a_letter_learns_nothing_of_its_case(story: Story) -> None:
    sato, eve = asked(story), story.requester("eve@people.test")
    eve.reply(sato.newest("ack"), "この件はどうなっていますか。")
    story.until("11-21 14:20")
    ref = str(story.case()["ref"])
    assert [ref in f"{one['Subject']} {text_of(one)}" for one in eve.all()] == [False]
    assert len(sato.all()) == 1


@real
def test_a_reply_leaves_to_the_requester_alone_and_without_what_it_quoted(story: Story, mail_lab: MailLab) -> None:
    sato, hana = asked(story), story.hana
    friend = mail_lab.fresh_mailbox("friend@people.test")
    hana.reply(hana.newest("notice"), ANSWER, Cc=friend)
    story.until("11-21 14:30")
    preview = text_of(hana.newest("preview"))
    assert sato.address in preview
    assert " wrote:" not in preview
    hana.reply(hana.newest("preview"), f"送信 {codes_of(hana.newest('preview'))[0]}")
    story.until("11-21 14:40")
    assert mail_lab.received(friend) == []
    assert [ANSWER in text_of(one) for one in sato.all()] == [False, True]


def test_an_answer_closes_the_request_it_answers_and_no_other() -> None:
    case, first = done(opened("correct", "marketing_stop", identity=3), "/grant 1", text=ANSWER)
    case, second = done(case, "/grant 2", text=ANSWER)
    assert first.letters[0].key != second.letters[0].key
    case = taken(case, *first.letters)
    assert [one.state for one in case.requests] == [State.CLOSED, State.DECIDED]
