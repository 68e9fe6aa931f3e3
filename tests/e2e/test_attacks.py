"""Attacks beside the rows of the threat model: what a stranger, a phone, or a tired colleague makes of a reply."""

import io
import re
import zipfile
from email import policy
from email.message import EmailMessage

import pytest

from tests.e2e.by_mail import PDF, PROVED, Person, Story, files_of, text_of
from tests.e2e.desk import Desk
from tests.e2e.forging import answering, codes_of, put, token_of
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

QUESTION = "御社では個人情報をどこの国で保管していますか。"
ANSWER = "日本国内で保管しております。"
DISCLOSE = "今お持ちの私の個人データを開示してください。"


@pytest.fixture
def story(sqlite_desk: Desk, mail_lab: MailLab) -> Story:
    """One desk, and nobody has written yet."""
    return Story(sqlite_desk, mail_lab)


@pytest.fixture
def asked(story: Story) -> Person:
    """Somebody who asked something that may be answered in plain words."""
    person = story.requester()
    person.write("質問", QUESTION)
    story.until("11-21 14:11")
    return person


def kinds(person: Person) -> list[str]:
    """What somebody outside got, in order: the kind of each mail, "relay" for a person's words."""
    return [str(one["X-Mailbot-Kind"] or "relay") for one in person.all()]


def shown(message: EmailMessage) -> str:
    """The words that a preview would let leave, without the desk's own signature."""
    lines = [line.removeprefix("│").strip() for line in text_of(message).splitlines() if line.startswith("│")]
    return "\n".join(lines[1 : lines.index("________________________________")]).strip()


def plain(words: str) -> EmailMessage:
    """A mail of plain words, its headers still to come."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(words)
    return message


def wide(text: str) -> str:
    """A text in full-width letters, as a Japanese keyboard writes them."""
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def test_a_code_decides_nothing_that_came_after_its_preview(story: Story) -> None:
    sato, hana = story.requester(), story.hana
    sato.write("お願い", "登録されている住所を訂正してください。")
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "ご住所を訂正いたしました。")
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    sato.reply(sato.newest("ack"), "広告のメールの配信も停止してください。")
    story.until("11-21 14:30")
    [_, closing] = codes_of(preview)
    hana.reply(preview, f"送信 {closing}")
    story.until("11-21 14:40")
    assert "変わったため、無効" in hana.told()
    assert story.states() == {"correct": "open", "marketing_stop": "open"}
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:50")
    assert kinds(sato) == ["ack", "relay"], "the words alone may leave: they decide nothing"


def test_spam_is_not_closed_with_a_request_that_came_after_its_preview(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), "/迷惑")
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    asked.reply(asked.newest("ack"), "広告のメールの配信も停止してください。")
    story.until("11-21 14:30")
    hana.reply(preview, f"確認 {codes_of(preview)[0]}")
    story.until("11-21 14:40")
    assert "変わったため、無効" in hana.told()
    assert story.states() == {"inquiry": "open", "marketing_stop": "open"}


def test_a_mail_of_staff_that_says_nothing_is_answered_all_the_same(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    alone = plain("")
    alone.add_attachment(PDF, "application", "pdf", filename="a.pdf")
    put(hana, plain(""), preview)
    put(hana, alone, preview)
    titled = plain("")
    titled["Subject"] = f"送信 {codes_of(preview)[0]}"
    put(hana, titled, preview)
    story.until("11-21 14:30")
    assert ["下書きがありません" in text_of(one) for one in hana.got("receipt")] == [True] * 3
    assert kinds(asked) == ["ack"]
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:40")
    assert kinds(asked) == ["ack", "relay"], "the code is still good"


@pytest.mark.usefixtures("asked")
def test_a_draft_is_read_in_every_dress_a_mail_program_gives_it(story: Story) -> None:
    hana, long = story.hana, "このたびはお問い合わせいただき、まことにありがとうございます。" * 4
    notice = hana.newest("notice")
    html = EmailMessage(policy=policy.SMTP)
    html.set_content(f"<div>{ANSWER}</div><blockquote type=cite>引用</blockquote>", subtype="html")
    flowed = EmailMessage(policy=policy.SMTP)
    flowed.set_content(f"{ANSWER} \n{long}\n", cte="8bit")
    flowed.replace_header("Content-Type", 'text/plain; charset="utf-8"; format=flowed; delsp=yes')
    jis = EmailMessage(policy=policy.SMTP)
    jis.set_content(f"{ANSWER}\n", charset="iso-2022-jp")
    signed = plain(f"{ANSWER}\n\n-- \n見本商事 山田\nTEL 090-3333-4444\n")
    found = []
    for number, one in enumerate((html, flowed, jis, signed)):
        put(hana, one, notice)
        story.until(f"11-21 14:{20 + number}")
        found.append(shown(hana.newest("preview")))
    assert found == [ANSWER, f"{ANSWER}{long}", ANSWER, ANSWER]


def test_a_code_is_read_in_full_width_letters_and_old_charsets(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    body = f"送信　{wide(codes_of(preview)[0].upper())}\r\n".encode("iso-2022-jp")
    head = [
        f"From: {hana.address}",
        f"To: {story.desk.mailbox}",
        "Subject: =?ISO-2022-JP?B?GyRCSlY/LhsoQg==?=",
        f"In-Reply-To: {preview['Message-ID']}",
        "Message-ID: <jis@company.test>",
        "Date: Fri, 21 Nov 2025 14:10:00 +0900",
        f"Authentication-Results: {PROVED}",
        "Content-Type: text/plain; charset=ISO-2022-JP",
        "Content-Transfer-Encoding: 7bit",
    ]
    story.desk.put("\r\n".join(head).encode() + b"\r\n\r\n" + body, at=hana.now)
    story.until("11-21 14:30")
    assert kinds(asked) == ["ack", "relay"]


def test_a_torn_or_doubled_code_lets_nothing_leave(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    [code, *_] = codes_of(preview)
    words = [f"送信 {code}\n送信 {code}", f"送信 {code[:-1]}", f"送信 {code} はまだ", f"/担当\n送信 {code}"]
    words.append(f"送信\n{code}")
    for one in words:
        hana.reply(preview, one)
    story.until("11-21 14:30")
    assert len(hana.got("receipt")) == len(words)
    assert (kinds(asked), story.case()["handler"]) == (["ack"], None)
    assert len(hana.got("preview")) == 1
    hana.reply(preview, f"送信 {code[:5]}\n{code[5:]}")
    story.until("11-21 14:40")
    assert kinds(asked) == ["ack"]


def test_what_a_requester_writes_is_never_an_order(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    [code, *_] = codes_of(hana.newest("preview"))
    token = token_of(hana.newest("preview"))
    ack = asked.newest("ack")
    for words in (f"送信 {code}", "/担当\n/宛先 eve@people.test", f"見つけました: {token}", f"/take\nref: {token}"):
        asked.reply(ack, words)
    asked.write("x", f"送信 {code}", Delivered_To=f"privacy+{token}@company.test")
    story.until("11-21 14:30")
    assert (kinds(asked), story.case()["handler"]) == (["ack"], None)
    assert story.desk.sum() == story.desk.sum() | {"follow-ups": 3, "held": 2}
    assert {"note_kept", "effect_confirmed", "address_changed", "handler_assigned"}.isdisjoint(story.happened())


def test_staff_who_ask_for_their_own_data_are_requesters_in_their_own_case(story: Story) -> None:
    hana = story.hana
    hana.write("お願い", DISCLOSE)
    story.until("11-21 14:11")
    ack = hana.newest("ack")
    hana.reply(ack, "/担当\nよろしくお願いします。")
    story.until("11-21 14:20")
    assert story.case()["handler"] is None
    assert story.desk.sum() == story.desk.sum() | {"follow-ups": 1, "staff": 0}


def test_an_acknowledgement_that_was_passed_on_lets_staff_order_nothing(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(asked.newest("ack"), "/担当")
    hana.reply(asked.newest("ack"), f"送信 abcde23456\n{ANSWER}")
    story.until("11-21 14:20")
    assert (kinds(asked), story.case()["handler"], story.desk.sum()["held"]) == (["ack"], None, 2)
    assert len([one for one in hana.got("warning") if "あなた名義" in str(one["Subject"])]) == 1


def test_replies_to_receipts_and_used_previews_are_new_drafts(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), f"/担当\n{ANSWER}")
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:30")
    hana.reply(preview, "追伸です。")
    hana.reply(hana.newest("receipt", "担当"), "もう一つの追伸です。")
    story.until("11-21 14:40")
    assert sorted(shown(one) for one in hana.got("preview")[1:]) == ["もう一つの追伸です。", "追伸です。"]
    assert kinds(asked) == ["ack", "relay"]


def packed(*names: str, size: int = 10) -> bytes:
    """A ZIP file of zeros."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return data.getvalue()


MACROS = packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
DANGEROUS = {
    "a.docm": MACROS,
    "a.docx": MACROS,
    "a.pdf.exe": b"MZ\x90\x00" + bytes(100),
    "a.pdf": b"MZ\x90\x00" + bytes(100),
    "bomb.zip": packed("0", size=20_000_000),
    "a\u202efdp.exe": b"MZ\x90\x00",
    "picture.svg": b"<svg onload='alert(1)'/>",
    "page.html": b"<html></html>",
    "mail.eml": b"From: a@b.test\r\n\r\nx",
    "table.csv": b"=HYPERLINK(0)",
    "both.pdf": PDF + packed("x"),
}


def test_no_dangerous_file_leaves_and_a_plain_one_arrives_byte_by_byte(story: Story, asked: Person) -> None:
    hana = story.hana
    for name, data in DANGEROUS.items():
        message = plain("添付します。")
        message.add_attachment(data, "application", "octet-stream", filename=name)
        put(hana, message, hana.newest("notice"))
    story.until("11-21 14:20")
    previews = hana.got("preview")
    assert [codes_of(one) for one in previews] == [[]] * len(DANGEROUS)
    hana.reply(hana.newest("notice"), "添付します。", files={"お知らせ.pdf": PDF})
    story.until("11-21 14:30")
    hana.reply(hana.newest("preview"), f"送信 {codes_of(hana.newest('preview'))[0]}")
    story.until("11-21 14:40")
    assert files_of(asked.all()[-1]) == {"お知らせ.pdf": PDF}


def test_a_letter_with_a_field_missing_stays_and_says_which(story: Story) -> None:
    sato, hana = story.requester(), story.hana
    sato.write("お願い", DISCLOSE)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "/本人確認 書類")
    story.until("11-21 14:20")
    hana.reply(hana.newest("preview"), f"確認 {codes_of(hana.newest('preview'))[0]}")
    story.until("11-21 14:30")
    hana.reply(hana.newest("notice"), "/返信 L9\n検索した情報: 氏名\n")
    story.until("11-21 14:40")
    assert "検索したシステム" in hana.told()
    assert (kinds(sato), len(hana.got("preview"))) == (["ack"], 1)


def test_a_note_takes_the_whole_body_and_nothing_of_it_leaves(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), "/メモ\nお客様へ\n\nこの文は社内のものです。\n敬具", files={"a.pdf": PDF})
    story.until("11-21 14:20")
    assert "note_kept" in story.happened()
    assert (kinds(asked), hana.got("preview")) == (["ack"], [])


def test_a_draft_of_a_hundred_kilobytes_is_shown_whole_and_arrives_whole(story: Story, asked: Person) -> None:
    hana = story.hana
    words = "\n".join(f"第{number}項 お客様の情報は適切に管理しております。" for number in range(2_500))
    hana.reply(hana.newest("notice"), words)
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    assert "とても長い" in text_of(preview)
    assert shown(preview) == words
    hana.reply(preview, f"送信 {codes_of(preview)[0]}")
    story.until("11-21 14:30")
    assert words in text_of(asked.all()[-1])


BAD_ADDRESSES = [
    "eve@people.test,sato@people.test",
    "eve@people.test sato@people.test",
    "eve@people",
    "mailto:eve@people.test",
    "еve@people.test",
    "sato@people.test<eve@people.test>",
    '"sato@people.test"@people.test',
]


@pytest.mark.usefixtures("asked")
def test_another_address_is_one_plain_address_or_nothing(story: Story) -> None:
    hana = story.hana
    for one in BAD_ADDRESSES:
        hana.reply(hana.newest("notice"), f"/宛先 {one}")
    story.until("11-21 14:20")
    assert hana.got("preview") == []
    assert len(hana.got("receipt")) == len(BAD_ADDRESSES)


def test_a_new_address_is_shown_to_whoever_lets_it_happen(story: Story, asked: Person) -> None:
    hana, boss = story.hana, story.boss
    hana.reply(hana.newest("notice"), '/宛先 "sato@people.test"<eve@people.test>\n/関係者 friend@people.test 家族')
    story.until("11-21 14:20")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-21 14:30")
    for one in (hana.newest("preview"), boss.newest("escalation")):
        assert "eve@people.test" in text_of(one)
        assert "friend@people.test" in text_of(one)
    assert kinds(asked) == ["ack"]


def test_a_challenge_shows_everything_its_code_would_let_happen(story: Story, asked: Person, mail_lab: MailLab) -> None:
    forger = Person(story.desk, mail_lab, story.hana.address, is_proved=False)
    lines = [f"ご確認のお願いです({number})" for number in range(12)]
    hidden = "口座番号をお知らせください。"
    forger.write("x", "\n".join(["/照会 内容", *lines, hidden]), at=asked.now, **answering(story.hana.newest("notice")))
    story.until("11-21 14:20")
    assert hidden in text_of(story.hana.newest("challenge"))
    assert kinds(asked) == ["ack"]


def test_nobody_confirms_with_the_codes_of_a_guesser(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    [code, *_] = codes_of(hana.newest("preview"))
    guesses = [re.sub(".$", one, code) for one in "abcdefghijk23456789" if not code.endswith(one)]
    for guess in guesses:
        hana.reply(hana.newest("preview"), f"送信 {guess}")
    story.until("11-21 14:30")
    assert kinds(asked) == ["ack"]
    assert len([one for one in hana.got("receipt") if "見当たりません" in text_of(one)]) == len(guesses)


def test_a_requester_cannot_speak_for_another_case_by_a_line_in_the_text(story: Story, asked: Person) -> None:
    eve = story.requester("eve@people.test")
    eve.write("Request", "Please stop sending me your newsletter.")
    story.until("11-21 14:12")
    token = token_of(asked.newest("ack"))
    eve.reply(eve.newest("ack"), f"Thank you.\nref: {token}")
    eve.write("Hello", f"/close\nref: {token}")
    story.until("11-21 14:20")
    assert story.states(0) == {"inquiry": "open"}
    assert "follow_up_received" not in story.happened(0)
    assert kinds(asked) == ["ack"]
