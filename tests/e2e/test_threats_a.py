"""Threats A: whoever pretends to be somebody else, of the staff or of the customers, gets nothing done."""

from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest

from mailbot.core.token import Audience, Token, person_number
from tests.e2e.by_mail import Person, Story, html_of, text_of
from tests.e2e.desk import Desk, mail, parsed
from tests.e2e.forging import STAFF_TOKEN, answering, codes_of, keys_of, other_domain, token_of
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "登録されている住所を訂正してください。"
DISCLOSE = "今お持ちの私の個人データを開示してください。"
REFUSAL = "/不開示 33-2-2\n事実: 業務に支障があります。\n理由: 著しい支障を及ぼすおそれがあるため\n"
LETTER = "/認容\n開示の範囲: 全部\nデータの時点: 11月21日\n方法: 書面\nお渡し方法: 郵送\n内容の一覧: 氏名\n"
FRAUD = "銀行口座の番号をお知らせください。"
ANSWER = "ご住所を訂正いたしました。"
DMARC_FAIL = "mx.company.test; dmarc=fail header.from=company.test"
IN_YOUR_NAME = "あなた名義のメールを受け付けませんでした"


@pytest.fixture
def story(sqlite_desk: Desk, mail_lab: MailLab) -> Story:
    """One desk, and nobody has written yet."""
    return Story(sqlite_desk, mail_lab)


def asked(story: Story, words: str = WISH, name: str = "sato@people.test") -> Person:
    """Somebody who wrote to the desk and was answered."""
    person = story.requester(name)
    person.write("お願い", words)
    story.until("11-21 14:11")
    return person


def offered(story: Story, words: str = ANSWER) -> EmailMessage:
    """The preview of what Hana answers to the newest notice."""
    story.hana.reply(story.hana.newest("notice"), words)
    story.until("11-21 14:30")
    return story.hana.newest("preview")


def question(story: Story) -> EmailMessage:
    """The question to the manager about a refusal that Hana wrote."""
    story.hana.tap(offered(story, REFUSAL), "承認に回す")
    story.until("11-21 14:40")
    return story.boss.newest("escalation")


def refusals(story: Story) -> int:
    """How often a mail in the name of staff was refused in the first case."""
    return story.happened().count("authority_refused")


def told(person: Person) -> int:
    """How often somebody was told of a mail in their name."""
    return len([one for one in person.got("warning") if IN_YOUR_NAME in str(one["Subject"])])


def kinds(person: Person) -> list[str]:
    """What somebody outside got, in order: the kind of each mail, "relay" for a person's words."""
    return [str(one["X-Mailbot-Kind"] or "relay") for one in person.all()]


def stays_as_it_is(story: Story, requester: Person) -> None:
    """Nothing was done: nobody handles the case, nothing was offered, only the acknowledgement ever left."""
    assert story.case()["handler"] is None
    assert kinds(requester) == ["ack"]
    assert not {"effect_offered", "challenge_issued", "effect_confirmed"} & set(story.happened())


def test_a1_a_forged_mail_without_the_token_of_its_sender_does_nothing_and_the_real_person_is_told_once(
    story: Story,
) -> None:
    hana, boss, desk = story.hana, story.boss, story.desk
    sato = asked(story)
    [notice] = hana.got("notice")
    token, keys = token_of(notice), keys_of(hana)
    known = keys.verify(token, date(2026, 1, 1))
    assert known
    forged = {
        "last character of the MAC": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "no token": "",
        "token of another": keys.mint(Token(Audience.MANAGER, 1, person_number("boss"), known.expires_on)),
        "other domain": other_domain(keys).mint(known),
        "MAC cut": token[:-6],
        "key unknown": "9" + token[1:],
    }
    for number, one in enumerate(forged.values()):
        thread: dict[str, Any] = {"In_Reply_To": f"<cv1.{one}.0123456789abcdef@company.test>"} if one else {}
        hana.write(f"Re: {notice['Subject']}", f"/担当\n{FRAUD}", **thread)
        story.until(f"11-21 14:{20 + number}")
        assert (desk.sum()["held"], refusals(story)) == (number + 1, number + 1), list(forged)[number]
    stays_as_it_is(story, sato)
    assert (told(hana), told(boss)) == (1, 0)
    hana.write(f"Re: {notice['Subject']}", "/担当", In_Reply_To=f"<cv1.{token.upper()}.x@company.test>")
    story.until("11-21 15:00")
    assert story.case()["handler"] == "hana"


def test_a1_a_token_is_good_on_its_last_day_and_not_a_day_longer(story: Story) -> None:
    sato, hana = asked(story), story.hana
    [notice] = hana.got("notice")
    hana.reply(notice, "/メモ 最後の日", at="2026-02-19T10:00:00+09:00")
    story.desk.once("2026-02-19T10:01:00+09:00")
    assert (story.happened().count("note_kept"), refusals(story)) == (1, 0)
    hana.reply(notice, "/メモ その翌日", at="2026-02-20T10:00:00+09:00")
    story.desk.once("2026-02-20T10:01:00+09:00")
    assert (story.happened().count("note_kept"), refusals(story), told(hana)) == (1, 1, 1)
    stays_as_it_is(story, sato)


def test_a1_a_broken_or_torn_answer_without_a_title_is_held_and_told_too(story: Story) -> None:
    first, other = asked(story), asked(story, name="jones@people.test")
    hana = story.hana
    notices = hana.got("notice")
    broken = token_of(notices[0])[:-1] + ("a" if token_of(notices[0])[-1] != "a" else "b")
    hana.write("Re:", f"/担当\n{FRAUD}", **answering(notices[0], broken))
    story.until("11-21 14:20")
    assert (story.desk.sum()["held"], told(hana)) == (1, 1)
    hana.write("Re:", f"/担当\nref: {token_of(notices[1])}", **answering(notices[0]))
    story.until("11-24 14:30")
    assert (story.desk.sum()["held"], told(hana)) == (2, 2)
    assert [story.case(number)["handler"] for number in range(2)] == [None, None]
    assert (kinds(first), kinds(other), hana.got("preview")) == (["ack"], ["ack"], [])


def test_a1_a_token_of_another_case_acts_in_neither(story: Story) -> None:
    first, other = asked(story), asked(story, name="jones@people.test")
    hana = story.hana
    notices = hana.got("notice")
    hana.write(f"Re: {notices[0]['Subject']}", f"/担当\n{FRAUD}", **answering(notices[1]))
    story.until("11-21 14:20")
    assert "別々の案件" in hana.told()
    assert [story.case(number)["handler"] for number in range(2)] == [None, None]
    assert (kinds(first), kinds(other), hana.got("preview")) == (["ack"], ["ack"], [])


@pytest.mark.parametrize("words", [f"/担当\n{FRAUD}", FRAUD, "/照会 本人"], ids=["order", "draft", "letter"])
def test_a1_the_right_token_without_a_proved_way_does_nothing_but_ask_the_roster_address(
    story: Story, mail_lab: MailLab, words: str
) -> None:
    sato, hana = asked(story), story.hana
    forger = Person(story.desk, mail_lab, hana.address, is_proved=False)
    forger.write("お願い", words, at=hana.now, **answering(hana.newest("notice")))
    story.until("11-21 14:20")
    assert story.case()["handler"] is None
    assert kinds(sato) == ["ack"]
    [asked_back] = [one for one in hana.all() if codes_of(one)]
    assert asked_back["X-Mailbot-Kind"] == ("preview" if words == FRAUD else "challenge")
    hana.reply(asked_back, f"承認 {codes_of(asked_back)[0]}")
    story.until("11-21 14:30")
    assert len(kinds(sato)) == 1 + (words != f"/担当\n{FRAUD}"), "its true author may let it happen"


def test_a1_a_code_works_once_for_its_own_person_in_its_own_case(story: Story) -> None:
    ken, hana = story.hire("ken"), story.hana
    sato, jones = asked(story), asked(story, name="jones@people.test")
    preview = offered(story)
    [code, _] = codes_of(preview)
    others = {
        "code of another person": (ken, ken.newest("notice"), f"送信 {code}", "ほかの方に出した"),
        "another case": (hana, hana.got("notice")[0], f"送信 {code}", "別々の案件"),
    }
    for number, (person, answered, words, answer) in enumerate(others.values()):
        person.reply(answered, words)
        story.until(f"11-21 14:{40 + number}")
        assert answer in person.told(), list(others)[number]
    assert kinds(sato) == kinds(jones) == ["ack"]
    hana.reply(preview, f"送信 {code}")
    hana.reply(preview, f"送信 {code.upper()}")
    story.until("11-21 15:00")
    assert "もう使われています" in hana.told()
    assert (kinds(sato), kinds(jones)) == (["ack"], ["ack", "relay"])


def test_a1_a_quoted_code_and_one_in_an_automatic_reply_let_nothing_leave(story: Story) -> None:
    sato, hana = asked(story), story.hana
    preview = offered(story)
    [code, _] = codes_of(preview)
    hana.reply(preview, f"送信 {code}", Auto_Submitted="auto-replied")
    hana.reply(preview, "ただいま外出しております。", Auto_Submitted="auto-replied (vacation)")
    hana.write(f"不在通知: {preview['Subject']}", f"送信 {code}", X_Autoreply="yes", **answering(preview))
    story.until("11-21 14:40")
    assert (kinds(sato), story.desk.sum()["machine"]) == (["ack"], 3)
    hana.reply(preview, "承知しました。")
    story.until("11-21 14:50")
    assert kinds(sato) == ["ack"]
    assert "承知しました。" in text_of(hana.newest("preview"))
    hana.reply(preview, f"送信 {code}")
    story.until("11-21 15:00")
    assert "変わったため、無効" in hana.told()
    assert kinds(sato) == ["ack"]


def test_a1_a_code_is_good_for_24_hours_and_not_a_second_longer(story: Story) -> None:
    sato, hana = asked(story), story.hana
    preview = offered(story)  # at 14:30
    [code, _] = codes_of(preview)
    hana.reply(preview, f"送信 {code}")
    story.until("11-22 14:30:01")
    assert "24時間" in hana.told()
    assert kinds(sato) == ["ack"]
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-25 10:00")
    preview = hana.newest("preview")
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-26 09:59:59")
    assert kinds(sato) == ["ack", "relay"]


def test_a1_a_confirmation_counts_by_its_from_alone_and_is_answered_nowhere_else(
    story: Story, mail_lab: MailLab
) -> None:
    sato, hana = asked(story), story.hana
    eve = Person(story.desk, mail_lab, mail_lab.fresh_mailbox("eve@people.test"), is_proved=False)
    preview = offered(story)
    [code, _] = codes_of(preview)
    eve.reply(preview, f"送信 {code}", at=hana.now, Reply_To=hana.address, Sender=hana.address)
    story.until("11-21 14:40")
    assert (kinds(sato), story.desk.sum()["held"]) == (["ack"], 1)
    hana.reply(preview, f"送信 {code}", Reply_To=eve.address)
    story.until("11-21 14:50")
    assert kinds(sato) == ["ack", "relay"]
    assert eve.all() == []


def test_a1_a_failed_dmarc_wins_over_token_and_code(story: Story, mail_lab: MailLab) -> None:
    sato, hana = asked(story), story.hana
    preview = offered(story)
    forger = Person(story.desk, mail_lab, hana.address, is_proved=False)
    forger.reply(preview, f"送信 {codes_of(preview)[0]}", at=hana.now, Authentication_Results=DMARC_FAIL)
    story.until("11-21 14:40")
    assert (story.desk.sum()["held"], refusals(story), told(hana)) == (1, 1, 1)
    assert kinds(sato) == ["ack"]
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:50")
    assert kinds(sato) == ["ack", "relay"], "the forger has not used the code up"


def test_a1_nobody_but_a_manager_approves_and_never_what_they_wrote_themselves(story: Story) -> None:
    sato, hana, boss = asked(story, DISCLOSE), story.hana, story.boss
    asking = question(story)
    [code] = codes_of(asking)
    hana.reply(hana.newest("notice"), f"承認 {code}")
    story.until("11-21 15:00")
    assert "ほかの方に出した" in hana.told()
    assert kinds(sato) == ["ack"]
    boss.reply(asking, "/take")
    boss.reply(boss.newest("escalation"), REFUSAL)
    story.until("11-21 15:10")
    boss.reply(boss.newest("preview"), f"send {codes_of(boss.newest('preview'))[0]}")
    story.until("11-21 15:20")
    assert "cannot approve what you prepared yourself" in boss.told()
    assert kinds(sato) == ["ack"]
    boss.reply(asking, f"approve {code}")
    story.until("11-21 15:30")
    assert kinds(sato) == ["ack", "letter"]


def test_a3_answers_go_to_the_case_and_never_to_a_reply_to(story: Story, mail_lab: MailLab) -> None:
    sato, eve = story.requester(), mail_lab.fresh_mailbox("eve@people.test")
    sato.write("お願い", WISH, Reply_To=eve, Sender=eve)
    story.until("11-21 14:11")
    story.hana.tap(offered(story), "送信する")
    story.until("11-21 14:40")
    assert kinds(sato) == ["ack", "relay"]
    assert mail_lab.received(eve) == []


def test_a3_staff_are_shown_that_answers_are_wanted_elsewhere(story: Story) -> None:
    story.requester().write("お願い", WISH, Reply_To="elsewhere@people.test")
    story.until("11-21 14:11")
    assert "返信先の指定が差出人と異なる" in text_of(story.hana.newest("notice"))
    assert "Reply-To" in text_of(offered(story)).partition("----")[0]


def test_a7_a_mail_that_comes_again_is_called_done_and_does_nothing_more(story: Story) -> None:
    sato, hana = asked(story), story.hana
    preview = offered(story)
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:40")
    filed = story.lab.folders(story.desk.mailbox)["mailbot/Processed"]
    story.desk.put(*(one for one in filed if parsed(one)["From"] == hana.address), at=hana.now)
    story.until("11-21 14:50")
    assert "処理済み" in hana.told()
    assert kinds(sato) == ["ack", "relay"]
    assert story.happened().count("effect_confirmed") == 1


def test_a8_a_passing_dmarc_alone_commands_nothing(story: Story) -> None:
    sato, hana = asked(story), story.hana
    hana.write("/担当", f"/担当\n{FRAUD}")
    hana.write(f"[{story.case()['ref']}]", "送信 abcde23456")
    story.until("11-21 14:20")
    assert (story.desk.sum()["held"], told(hana)) == (2, 2)
    stays_as_it_is(story, sato)


def test_a9_nothing_is_disclosed_before_the_identity_was_checked(story: Story) -> None:
    sato, hana = asked(story, DISCLOSE), story.hana
    hana.reply(hana.newest("notice"), LETTER)
    story.until("11-21 14:20")
    assert (kinds(sato), hana.got("preview")) == (["ack"], [])
    assert "本人確認が済んでいない" in hana.told()


def test_a9_a_request_to_write_elsewhere_changes_nothing_and_staff_see_it(story: Story) -> None:
    sato, hana = asked(story), story.hana
    eve = story.requester("eve@people.test")
    eve.reply(sato.newest("ack"), f"佐藤です。アドレスが変わりました。今後は {eve.address} へお送りください。")
    sato.reply(sato.newest("ack"), f"今後は {eve.address} へお送りください。")
    story.until("11-21 14:20")
    assert [eve.address in text_of(one) for one in hana.got("notice")] == [False, True, True]
    hana.reply(hana.got("notice")[0], ANSWER)
    story.until("11-21 14:30")
    preview = hana.newest("preview")
    assert f"宛先: {sato.address}" in text_of(preview)
    hana.tap(preview, "送信する")
    story.until("11-21 14:40")
    assert (kinds(sato), kinds(eve)) == (["ack", "relay"], ["ack"])


def test_a9_another_address_needs_the_manager_and_the_identity_is_checked_anew(story: Story) -> None:
    sato, hana, boss = asked(story, DISCLOSE), story.hana, story.boss
    new = story.requester("sato.new@people.test")
    hana.tap(offered(story, "/本人確認 書類"), "実行する")
    story.until("11-21 14:40")
    hana.reply(hana.newest("notice"), f"/宛先 {new.address}")
    story.until("11-21 14:50")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-21 15:00")
    assert "address_changed" not in story.happened()
    boss.reply(boss.newest("escalation"), f"approve {codes_of(boss.newest('escalation'))[0]}")
    story.until("11-21 15:10")
    assert {"address_changed", "identity_reopened"} <= set(story.happened())
    hana.reply(hana.newest("notice"), LETTER)
    story.until("11-21 15:20")
    assert "本人確認が済んでいない" in hana.told()
    hana.reply(hana.newest("notice"), "お待ちください。")
    story.until("11-21 15:30")
    hana.tap(hana.newest("preview"), "送信する")
    story.until("11-21 15:40")
    assert (kinds(sato), kinds(new)) == (["ack"], ["relay"])


def test_a10_a_stranger_with_the_number_and_a_message_id_gets_nothing_of_the_case(
    story: Story, mail_lab: MailLab
) -> None:
    sato, hana = asked(story), story.hana
    eve, friend = story.requester("eve@people.test"), mail_lab.fresh_mailbox("friend@people.test")
    ref, ack = story.case()["ref"], sato.newest("ack")
    eve.write(f"Re: [{ref}]", "この件はどうなっていますか。取り下げます。", Cc=friend, **answering(ack))
    eve.write(f"[{ref}]", WISH, Cc=friend, To2=friend)
    sato.write(f"[{ref}]", "よろしくお願いします。", Cc=friend)
    story.until("11-21 14:20")
    assert story.states() == {"correct": "open"}
    assert not [one for one in eve.all() if ref in text_of(one) + html_of(one) + str(one["Subject"])]
    hana.reply(hana.got("notice")[0], ANSWER)
    story.until("11-21 14:30")
    hana.tap(hana.newest("preview"), "送信する")
    story.until("11-21 14:40")
    assert "relay" in kinds(sato)
    assert "relay" not in kinds(eve)
    assert mail_lab.received(friend) == []


def test_a11_a_sign_up_code_is_filed_and_goes_nowhere(story: Story, mail_lab: MailLab) -> None:
    words = "Your code is 123456. Enter it to finish signing up for company.test."
    story.desk.put(
        mail("no-reply@slack.example", story.desk.mailbox, "Slack confirmation code: 123456", words),
        mail("Slack <feedback@slack.example>", story.desk.mailbox, "Your code is 123456", words, 2, Precedence="bulk"),
        at=story.hana.now,
    )
    story.until("11-21 14:20")
    assert set(story.desk.recipients()) <= {story.desk.hana}
    assert mail_lab.received("no-reply@slack.example") == mail_lab.received("feedback@slack.example") == []


def test_a12_an_automatic_reply_that_quotes_the_challenge_is_no_answer_to_it(story: Story, mail_lab: MailLab) -> None:
    sato, hana = asked(story), story.hana
    forger = Person(story.desk, mail_lab, hana.address, is_proved=False)
    forger.write("x", "/担当", at=hana.now, **answering(hana.newest("notice")))
    story.until("11-21 14:20")
    [challenge] = hana.got("challenge")
    [code] = codes_of(challenge)
    hana.reply(challenge, "休暇中です。", Auto_Submitted="auto-replied")
    hana.reply(challenge, f"承認 {code}", Auto_Submitted="auto-generated")
    story.until("11-21 14:30")
    assert (story.case()["handler"], story.desk.sum()["machine"]) == (None, 2)
    hana.reply(challenge, "ただいま席を外しております。戻り次第ご連絡いたします。")
    story.until("11-21 14:40")
    assert (story.case()["handler"], kinds(sato)) == (None, ["ack"]), "without a header it is a draft, shown to Hana"


def test_a13_no_token_of_staff_leaves_however_a_reply_is_written(story: Story) -> None:
    sato, hana = asked(story), story.hana
    [notice] = hana.got("notice")
    quoted = "\n".join(f"> {line}" for line in text_of(notice).splitlines())
    bare = text_of(notice)
    token = token_of(notice)
    drafts = [f"{quoted}\n\n{ANSWER}", f"{ANSWER}\n\n{bare}", f"{ANSWER}\n\n{token}", f"{ANSWER} {token.upper()} "]
    for number, words in enumerate(drafts):
        hana.write(f"Re: {notice['Subject']}", words, **answering(notice))
        story.until(f"11-21 14:{20 + number}")
        for one in codes_of(hana.newest("preview"))[:1]:
            hana.reply(hana.newest("preview"), f"送信 {one}")
            story.until(f"11-21 14:{40 + number}")
    assert kinds(sato)[0] == "ack"
    assert "relay" in kinds(sato), "one at least was fit to leave"
    for raw in story.lab.received(sato.address):
        assert not STAFF_TOKEN.search(raw.decode())
    for letter in sato.all():
        assert not STAFF_TOKEN.search(str(letter["Subject"]) + text_of(letter) + html_of(letter))


def test_a14_whoever_left_the_roster_is_nobody_from_the_next_day_on(
    make_desk: Callable[..., Desk], mail_lab: MailLab
) -> None:
    story = Story(make_desk(), mail_lab)
    ken = story.hire("ken")
    with story.desk.config_file.open("a") as config:
        config.write("valid_until = 2025-11-21\n")
    sato, preview = asked(story), None
    ken.reply(ken.newest("notice"), ANSWER)
    story.until("11-21 23:59:50")
    preview = ken.newest("preview")
    ken.reply(preview, f"送信 {codes_of(preview)[0]}")
    ken.reply(ken.newest("notice"), "/担当")
    story.until("11-22 00:00")
    assert (kinds(sato), story.case()["handler"], story.desk.sum()["held"]) == (["ack"], None, 2)
    assert len(ken.all()) == 2, "a notice and a preview, nothing since"
