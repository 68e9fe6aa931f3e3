"""Threats C: a careless colleague, the most frequent of all; nothing reaches a requester that was not meant for it."""

import re
import tomllib
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.crash.warm import Order, Warm
from tests.e2e.by_mail import PROVED, Person, Story, files_of, html_of, text_of
from tests.e2e.desk import Desk, mail, parsed
from tests.e2e.forging import answering, codes_of, put, retitled
from tests.servers.lab import MailLab
from tests.servers.processes import Reaper

pytestmark = pytest.mark.real

QUESTION = "御社では個人情報をどこの国で保管していますか。"
ANSWER = "日本国内で保管しております。"
CORPUS = Path(__file__).parents[1] / "corpus"
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


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


def another(story: Story) -> Person:
    """Somebody else, with a name and a telephone, whose case is open too."""
    person = story.requester("jones@people.test")
    words = "Please correct my address. You can call me at 090-3333-4444."
    story.desk.put(mail(f"山田 花子 <{person.address}>", story.desk.mailbox, "data", words), at=person.now)
    story.until("11-21 14:12")
    return person


def kinds(person: Person) -> list[str]:
    """What somebody outside got, in order: the kind of each mail, "relay" for a person's words."""
    return [str(one["X-Mailbot-Kind"] or "relay") for one in person.all()]


def own_words(letter: EmailMessage) -> str:
    """What a relay says above the desk's own signature."""
    return tidied(text_of(letter).partition("\n________________")[0])


def tidied(text: str) -> str:
    """A text without blanks at line ends and without runs of empty lines."""
    return re.sub(r"\n{2,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip("\n")


def sent_on(story: Story, preview: EmailMessage) -> None:
    """Let the first thing happen that a preview offers."""
    story.hana.reply(preview, f"送信 {codes_of(preview)[0]}")


def test_c1_a_reply_under_the_title_of_another_case_goes_to_neither_and_its_author_is_told(
    story: Story, asked: Person
) -> None:
    other = another(story)
    hana, [first, second] = story.hana, [one["ref"] for one in story.desk.cases()]
    notice = hana.newest("notice", first)
    hana.write(retitled(notice, first, second), ANSWER, **answering(notice))
    hana.write(f"Re: {notice['Subject']}", ANSWER, To2=other.address, Cc=other.address, **answering(notice))
    story.until("11-21 14:20")
    assert len(hana.got("receipt")) == len(hana.got("preview")) == 1
    assert "別々の案件" in text_of(hana.newest("receipt"))
    [preview] = hana.got("preview")
    assert f"宛先: {asked.address}" in text_of(preview)
    hana.write(retitled(preview, first, second), f"送信 {codes_of(preview)[0]}", **answering(preview))
    story.until("11-21 14:30")
    assert (kinds(asked), kinds(other)) == (["ack"], ["ack"])
    sent_on(story, preview)
    story.until("11-21 14:40")
    assert (kinds(asked), kinds(other)) == (["ack", "relay"], ["ack"])


CARELESS = {
    "address": ("{other} 様と同じです。", "メールアドレス"),
    "telephone": ("ご登録の電話番号は０９０-3333-4444です。", "電話番号"),
    "name": ("山田花子様のご住所は訂正済みです。", "名前"),
    "number": ("{ref} の件です。", "別の案件"),
}


def test_c2_what_belongs_to_another_case_is_warned_of_before_it_leaves(story: Story, asked: Person) -> None:
    other = another(story)
    hana, [first, second] = story.hana, [one["ref"] for one in story.desk.cases()]
    notice = hana.newest("notice", first)
    for number, (words, warning) in enumerate(CARELESS.values()):
        filled = words.format(other=other.address, ref=second)
        hana.reply(notice, filled)
        hana.reply(notice, f"/照会 内容\n{filled}")
        story.until(f"11-21 14:{20 + number}")
        preview = hana.newest("preview")
        cautions = text_of(preview).partition("----")[0]
        assert warning in cautions, words
        assert bool(codes_of(preview)) is (second not in filled), "another reference never leaves"
        assert warning in text_of(hana.newest("receipt")), "a question leaves without a preview: not with that"
    hana.reply(notice, ANSWER)
    story.until("11-21 14:40")
    assert "別の案件" not in text_of(hana.newest("preview"))
    assert kinds(asked) == ["ack"]


def test_c2_the_words_of_a_letter_are_looked_at_too(story: Story, asked: Person) -> None:
    another(story)
    hana = story.hana
    reason = "/延長 5 {} の件を調べています\nこれまで: 確認しました。\n残り: 回答\n"
    hana.reply(hana.got("notice")[0], reason.format("090-3333-4444"))
    story.until("11-21 14:20")
    assert "電話番号" in text_of(hana.newest("preview")).partition("----")[0]
    assert kinds(asked) == ["ack"]


def test_c2_the_name_of_a_file_is_looked_at_too(story: Story, asked: Person) -> None:
    another(story)
    hana = story.hana
    hana.reply(hana.got("notice")[0], ANSWER, files={"090-3333-4444.txt": b"x", "山田花子_回答.txt": b"x"})
    story.until("11-21 14:20")
    cautions = text_of(hana.newest("preview")).partition("----")[0]
    assert "電話番号" in cautions
    assert "名前" in cautions
    assert kinds(asked) == ["ack"]


FORWARDS = ["Fwd: {}", "FW: {}", "Fw: {}", "転送: {}", "転送： {}", "WG: {}", "[Fwd: {}]", " fwd : {}", "RV: {}"]


def test_c3_a_forwarded_mail_is_never_a_draft_and_asks_nothing(story: Story, asked: Person) -> None:
    hana, boss = story.hana, story.boss
    notice = hana.newest("notice")
    for title in FORWARDS:
        hana.write(title.format(notice["Subject"]), ANSWER, **answering(notice))
        hana.write(title.format(notice["Subject"]), f"/照会 内容\n{ANSWER}", **answering(notice))
    put(hana, with_mail(ANSWER, notice), notice)
    put(hana, plain(ANSWER), notice, to=f"{boss.address}, {story.desk.mailbox}")
    put(hana, plain(ANSWER), notice, to=f"{story.desk.mailbox}, {asked.address}")
    story.until("11-21 14:20")
    receipts = [text_of(one) for one in hana.got("receipt")]
    assert len(receipts) == 2 * len(FORWARDS) + 3
    assert all("転送" in one for one in receipts)
    assert hana.got("preview") == []
    assert kinds(asked) == ["ack"]


def plain(words: str) -> EmailMessage:
    """A mail of plain words, its headers still to come."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(words)
    return message


def with_mail(words: str, enclosed: EmailMessage) -> EmailMessage:
    """A mail that has another one as a file."""
    message = plain(words)
    message.add_attachment(enclosed)
    return message


@pytest.mark.parametrize("note", ["/メモ {}", "/note\n{}", "#メモ {}"], ids=["in line", "below", "hash"])
def test_c3_the_words_of_a_note_never_leave(story: Story, asked: Person, note: str) -> None:
    hana, words = story.hana, "この方は以前にも支払いを拒んだことがある"
    hana.reply(hana.newest("notice"), note.format(words))
    story.until("11-21 14:20")
    hana.reply(hana.newest("notice"), f"{ANSWER}\nなお、{words}。")
    hana.reply(hana.newest("notice"), f"/照会 内容\nなお、{words}。")
    story.until("11-21 14:30")
    assert codes_of(hana.newest("preview")) == []
    assert "社内メモ" in text_of(hana.newest("preview"))
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:40")
    assert codes_of(hana.newest("preview"))
    assert kinds(asked) == ["ack"]


def test_c4_a_copy_goes_to_nobody(story: Story, asked: Person) -> None:
    hana, boss = story.hana, story.boss
    hana.reply(hana.newest("notice"), ANSWER, Cc=f"{boss.address}, friend@people.test", Bcc="spy@people.test")
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    assert "ほかに2件の宛先" in text_of(preview)
    sent_on(story, preview)
    story.until("11-21 14:30")
    [_, relay] = asked.all()
    assert (relay["To"], relay["Cc"], relay["Bcc"]) == (asked.address, None, None)
    assert not [one for one in (boss.address, "friend@", "spy@") if one in relay.as_string()]
    assert boss.all() == []
    assert story.lab.received("friend@people.test") == story.lab.received("spy@people.test") == []


def test_c5_nothing_of_the_program_of_staff_leaves_with_their_words(story: Story, asked: Person) -> None:
    hana = story.hana
    message = plain(ANSWER)
    pixel = '<img src="https://track.example/p.gif?id=1" width="1"><img src="cid:logo">'
    message.add_alternative(f"<p>{ANSWER}</p>{pixel}<style>p{{background:url(https://track.example/)}}</style>", "html")
    page = message.get_payload()[1]  # type: ignore[index]
    page.add_related(PNG, "image", "png", cid="<logo>", filename="image001.png", disposition="inline")  # type: ignore[union-attr]
    traces = {
        "X_Originating_IP": "[10.1.2.3]",
        "User_Agent": "Hanas-Mailer/1.0",
        "X_Mailer": "Hanas-Mailer/1.0",
        "Received": "from hanas-laptop (10.1.2.3) by mx.company.test; Fri, 21 Nov 2025 14:10:00 +0900",
        "Organization": "Hanas-Mailer",
        "Disposition_Notification_To": hana.address,
        "X_MS_Has_Attach": "yes",
        "Importance": "high",
    }
    put(hana, message, hana.newest("notice"), **traces)
    story.until("11-21 14:20")
    sent_on(story, hana.newest("preview"))
    story.until("11-21 14:30")
    [_, relay] = asked.all()
    whole = relay.as_string() + text_of(relay) + html_of(relay)
    assert own_words(relay) == ANSWER
    assert not [
        one for one in ("Hanas", "hanas-laptop", "10.1.2.3", "track.example", "logo", hana.address) if one in whole
    ]
    assert files_of(relay) == {}
    ours = {"from", "reply-to", "to", "subject", "date", "message-id", "in-reply-to", "references"}
    kept = {name.lower() for name in relay} - {
        "return-path",
        "delivered-to",
        "received",
        "mime-version",
        "content-type",
    }
    assert kept == ours


def test_c7_the_digest_goes_to_the_roster_alone_and_says_nothing_of_anybody(story: Story, asked: Person) -> None:
    hana, boss = story.hana, story.boss
    hana.reply(hana.newest("notice"), "/メモ 佐藤さんはカナリア通り七番地")
    hana.reply(hana.newest("notice"), "カナリア通り七番地の佐藤様")
    story.until("11-21 14:20")
    story.until("11-25 08:31")
    [digest] = boss.got("digest")
    assert digest["To"] == boss.address
    assert not [one for one in (asked.address, "カナリア", "佐藤", "sato") if one in text_of(digest) + html_of(digest)]
    assert [one["X-Mailbot-Kind"] for one in asked.all()] == ["ack"]
    assert not hana.got("digest")


@pytest.mark.xfail(reason="a roster address of another domain is taken as it is", strict=True)
def test_c7_a_roster_address_outside_the_company_is_refused_at_start(story: Story) -> None:
    text = story.desk.config_file.read_text(encoding="utf-8")
    story.desk.config_file.write_text(text.replace(story.boss.address, "boss@companv.test"), encoding="utf-8")
    story.desk.once(code=78)


def test_c8_a_confirmation_that_comes_twice_sends_once(story: Story, asked: Person) -> None:
    hana = story.hana
    hana.reply(hana.newest("notice"), ANSWER)
    story.until("11-21 14:20")
    preview = hana.newest("preview")
    sent_on(story, preview)
    sent_on(story, preview)
    hana.reply(preview, f"送信 {codes_of(preview)[-1]}")
    story.until("11-21 14:30")
    assert kinds(asked) == ["ack", "relay"]
    again = [
        raw for raw in story.lab.folders(story.desk.mailbox)["mailbot/Processed"] if parsed(raw)["From"] == hana.address
    ]
    story.desk.put(*again, *again, at=hana.now)
    story.until("11-21 14:40")
    assert kinds(asked) == ["ack", "relay"]


@pytest.fixture
def warm(reaper: Reaper) -> Iterator[Warm]:
    """The process whose workers are killed."""
    with Warm(reaper) as warm:
        yield warm


KILLED_AT = {
    "inbox claimed": (1, 0),
    "inside the batch's transaction": (1, 0),
    "batch committed": (1, 0),
    "outbox claimed, nothing sent": (0, 1),
    "group accepted, outcome not committed": (1, 1),
}
"""Where the worker dies, how often the relay then leaves, and how often staff are asked whether it has."""


def test_c8_a_worker_killed_between_the_code_and_the_relay_sends_at_most_once_and_staff_hear_of_it(
    story: Story, asked: Person, warm: Warm
) -> None:
    hana, now = story.hana, datetime.fromisoformat("2025-11-21T15:00:00+09:00")
    told = 0
    for number, (point, (left, doubted)) in enumerate(KILLED_AT.items()):
        hana.now = now.isoformat()
        hana.reply(hana.newest("notice"), f"{ANSWER} {number}")
        story.desk.once(now.isoformat())
        story.lab.wait_idle()
        sent_on(story, hana.newest("preview", f"{ANSWER} {number}"))
        order = Order(str(story.desk.config_file), str(story.desk.log_file), now.isoformat(), True, (point,))
        warm.fork(order)
        assert warm.ended() == -9, point
        now += timedelta(minutes=12)
        story.desk.once(now.isoformat())
        story.lab.wait_idle()
        relays = [one for one in asked.all() if f"{ANSWER} {number}" in text_of(one)]
        told += doubted
        doubts = [one for one in hana.got("warning") if "送られたか不明" in str(one["Subject"])]
        assert (len(relays), len(doubts)) == (left, told), point


CLIENTS = [
    "reply_ja/apple_mail_macos_1",
    "reply_ja/gmail_web_top_1",
    "reply_ja/outlook_block_with_rule_1",
    "reply_ja/outlook_original_message_plain_1",
    "reply_ja/thunderbird_new_comma_date_1",
    "reply_ja/becky_japanese_template_3",
    "reply_ja/iphone_top_1",
    "reply_ja/iphone_old_jis_3",
    "reply_ja/owa_rule_block_html_only_2",
    "reply_ja/yahoo_web_message_from_1",
    "reply_ja/lineworks_original_message_1",
    "reply_ja/xperia_device_line_1",
    "reply_en/gmail_html_only",
    "reply_en/iphone_top",
    "reply_en/outlook_block_bold",
    "reply_en/thunderbird_bottom_posted",
]


def of_hana(hana: Person, path: Path, notice: EmailMessage, number: int) -> bytes:
    """A mail of the corpus as if Hana had written it, in answer to a notice."""
    head, _, body = path.with_suffix(".eml").read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
    frame = [
        f"From: {hana.address}",
        f"To: {hana.desk.mailbox}",
        f"Subject: Re: [{notice['Subject']}",
        "Date: Fri, 21 Nov 2025 14:10:00 +0900",
        f"Message-ID: <client.{number}@company.test>",
        f"In-Reply-To: {notice['Message-ID']}",
        f"Authentication-Results: {PROVED}",
    ]
    kept = [line for line in re.split(rb"\n(?![ \t])", head) if line.lower().startswith((b"content-", b"mime-"))]
    lines = [line.encode("ascii", "ignore") for line in frame]
    return b"\n".join([*lines, *kept]).replace(b"\n", b"\r\n") + b"\r\n\r\n" + body.replace(b"\n", b"\r\n")


def test_c9_of_a_quoted_reply_exactly_the_new_words_leave(story: Story) -> None:
    hana = story.hana
    people = [story.requester(f"p{number}@people.test") for number in range(len(CLIENTS))]
    for person in people:
        person.write("質問", QUESTION)
    story.until("11-21 14:11")
    for number, (person, name) in enumerate(zip(people, CLIENTS, strict=True)):
        notice = hana.newest("notice", person.address)
        story.desk.put(of_hana(hana, CORPUS / name, notice, number), at=hana.now)
    story.until("11-21 14:20")
    previews = [hana.newest("preview", person.address) for person in people]
    for preview in previews:
        sent_on(story, preview)
    story.until("11-21 14:30")
    for person, name in zip(people, CLIENTS, strict=True):
        wanted = tomllib.loads((CORPUS / name).with_suffix(".toml").read_text(encoding="utf-8"))["reply_text"]
        [relay] = [one for one in person.all() if one["X-Mailbot-Kind"] is None]
        assert own_words(relay) == tidied(wanted), name
