"""A draft is warned of every careless mistake that its words and its circumstances show, and of nothing else."""

from dataclasses import replace

import pytest

from mailbot.core.desk.warnings import BLOCKING, LONG_CHARS, Draft, is_quoting, warnings_of
from mailbot.core.letters import Said
from mailbot.core.message import Attachment
from tests.effort import within

OWN, OTHER, THIRD = "KJ-2026-000123-M", "KJ-2026-000001-H", "KJ-2026-000002-Y"
STAFF_TOKEN = "as" + "aaad5evhan7cbm2t8749tr6tndmj3a4zfwapd"
CUSTOMER_TOKEN = "ac" + STAFF_TOKEN[2:]
TEXT = f"""佐藤様

いつもお世話になっております。
ご依頼の件({OWN})、ご登録の住所を本日訂正いたしました。
ご不明な点がございましたら、このメールにご返信ください。
よろしくお願いいたします。
"""
ENGLISH = f"""Dear Ms Sato,

Thank you for your letter. We corrected your address today ({OWN}).
If anything is unclear, please reply to this mail.

Kind regards
"""
PDF = "application/pdf"
SOUND = Draft(TEXT, OWN)


def file(name: str, found: str = PDF, *, size: int = 9, is_encrypted: bool = False) -> Attachment:
    return Attachment(name, found, size, "0" * 64, found, is_encrypted)


@pytest.mark.parametrize("text", [TEXT, ENGLISH, "", "はい", "3 > 2 ですか\na -> b\n"])
def test_a_sound_draft_has_no_warning(text: str) -> None:
    assert warnings_of(replace(SOUND, text=text)) == ()


WARNED = [
    ("another case", replace(SOUND, text=f"{OTHER} と同じです。"), [Said("other_ref", {"refs": [OTHER]})]),
    (
        "two other cases and our own",
        replace(SOUND, text=f"{OWN} {THIRD.lower()} {OTHER}"),
        [Said("other_ref", {"refs": [THIRD, OTHER]})],
    ),
    (
        "another case in full width",
        replace(SOUND, text="ＫＪ－２０２６－０００００１－Ｈ"),
        [Said("other_ref", {"refs": [OTHER]})],
    ),
    (
        "another case in the name of a file",
        replace(SOUND, attachments=(file(f"{OTHER}.pdf"),)),
        [Said("other_ref", {"refs": [OTHER]})],
    ),
    ("an address of another case", replace(SOUND, foreign={"address": 2}), [Said("known_address", {"count": 2})]),
    ("a phone of another case", replace(SOUND, foreign={"phone": 1}), [Said("known_phone", {"count": 1})]),
    ("a name of another case", replace(SOUND, foreign={"name": 1}), [Said("known_name", {"count": 1})]),
    ("no identity", replace(SOUND, tier_needed=2, tier_done=1), [Said("no_identity", {"tier": 2})]),
    (
        "a locked file",
        replace(SOUND, attachments=(file("a.pdf", is_encrypted=True),)),
        [Said("encrypted", {"name": "a.pdf"})],
    ),
    (
        "two files of wrong kinds",
        replace(SOUND, attachments=(file("a.exe"), file("b.pdf"), file("c.html"))),
        [Said("attachment_type", {"name": "a.exe"}), Said("attachment_type", {"name": "c.html"})],
    ),
    (
        "a file of two kinds",
        replace(SOUND, attachments=(file("a.pdf"),), contents={"0" * 64: b"<html>%PDF-1.5"}),
        [Said("attachment_type", {"name": "a.pdf"})],
    ),
    (
        "a file too big",
        replace(SOUND, attachments=(file("a.pdf", size=10 * 1024 * 1024 + 1),)),
        [Said("attachment_size", {"name": "a.pdf"})],
    ),
    ("others in To or Cc", replace(SOUND, recipients=3), [Said("cc", {"count": 3})]),
    ("a staff token", replace(SOUND, text=f"privacy+{STAFF_TOKEN}@company.test"), [Said("staff_token")]),
    ("a token of a challenge", replace(SOUND, text="ax" + STAFF_TOKEN[2:]), [Said("staff_token")]),
    ("a token of a bounce", replace(SOUND, text="ab" + STAFF_TOKEN[2:]), [Said("staff_token")]),
    ("a staff token in capitals", replace(SOUND, text=STAFF_TOKEN.upper()), [Said("staff_token")]),
    (
        "a manager's token in full width",
        replace(SOUND, text="ａｍ" + STAFF_TOKEN[2:]),
        [Said("staff_token")],
    ),
    ("a sender nobody proved", replace(SOUND, is_proved=False), [Said("not_proved")]),
    ("a subject of another case", replace(SOUND, tag_differs=OTHER), [Said("tag_differs", {"ref": OTHER})]),
    ("answers wanted elsewhere", replace(SOUND, reply_to_differs=True), [Said("reply_to_differs")]),
    ("quoted words", replace(SOUND, text="はい\n> 電話番号は"), [Said("quoted")]),
    ("too many words", replace(SOUND, text="あ" * (LONG_CHARS + 1)), [Said("long")]),
    ("a note", replace(SOUND, notes=("ご登録の住所を本日訂正いたしました",)), [Said("note_text")]),
    (
        "much at once, what blocks first",
        Draft(f"> {OTHER}", OWN, recipients=1, foreign={"phone": 1}, is_proved=False, tag_differs=OTHER),
        [
            Said("other_ref", {"refs": [OTHER]}),
            Said("quoted"),
            Said("tag_differs", {"ref": OTHER}),
            Said("known_phone", {"count": 1}),
            Said("cc", {"count": 1}),
            Said("not_proved"),
        ],
    ),
]


@pytest.mark.parametrize(("draft", "expected"), [row[1:] for row in WARNED], ids=[row[0] for row in WARNED])
def test_what_is_wrong_with_a_draft_is_said(draft: Draft, expected: list[Said]) -> None:
    assert list(warnings_of(draft)) == expected


NOT_WARNED = [
    ("our own case in small letters", replace(SOUND, text=OWN.lower())),
    ("our own case in full width", replace(SOUND, text="ＫＪ" + OWN[2:])),
    ("a number that is no reference", replace(SOUND, text="KJ-2026-000001-X")),
    ("a token for the requester", replace(SOUND, text=CUSTOMER_TOKEN)),
    ("as many words as one may write", replace(SOUND, text="あ" * LONG_CHARS)),
    ("identity checked further than needed", replace(SOUND, tier_needed=1, tier_done=2)),
    ("nothing of other cases", replace(SOUND, foreign={"address": 0, "phone": 0, "name": 0})),
    ("an open file", replace(SOUND, attachments=(file("a.pdf"),))),
]


@pytest.mark.parametrize("draft", [row[1] for row in NOT_WARNED], ids=[row[0] for row in NOT_WARNED])
def test_what_is_right_is_not_warned_of(draft: Draft) -> None:
    assert warnings_of(draft) == ()


def test_what_blocks_is_what_no_confirmation_can_make_right() -> None:
    assert {
        *("other_ref", "note_text", "staff_token", "quoted", "attachment_type", "attachment_size", "tag_differs")
    } == BLOCKING
    codes = {said.code for row in WARNED for said in row[2]}
    assert codes == BLOCKING | {
        *("known_address", "known_phone", "known_name", "no_identity", "encrypted", "cc", "not_proved"),
        *("reply_to_differs", "long"),
    }


NOTES = [
    ("a line", "担当に確認済み\n弁護士と相談して回答すること", "弁護士と相談して回答すること。", True),
    ("a line that was wrapped anew", "弁護士と相談して回答すること", "はい。弁護士と\n相談して、回答すること", True),
    ("a sentence of a line", "了解。弁護士と相談して回答すること。以上。", "では弁護士と相談して回答することに", True),
    ("a line of two sentences", "本人は怒っている。電話はしない。", "本人は怒っている。電話はしない。", True),
    ("full width", "ＶＩＰのお客様なので注意のこと", "VIPのお客様なので注意のこと", True),
    (
        "an English sentence",
        "Angry. He may go to court over this! Wait.",
        "we know HE MAY GO TO COURT, over this",
        True,
    ),
    ("full width in the draft", "VIP customer, so be careful", "ＶＩＰ ｃｕｓｔｏｍｅｒ so be careful", True),
    ("a sentence of full width", "困る！返金は絶対に約束しないこと！", "返金は絶対に約束しないことです", True),
    ("an English line", "customer is a known complainer", "The customer is a known complainer", True),
    ("a short line", "本人は怒っている", "本人は怒っている", False),
    ("eleven letters", "あいうえおかきくけこさ", "あいうえおかきくけこさ", False),
    ("twelve letters", "あいうえおかきくけこさし", "あいうえおかきくけこさし", True),
    ("other words", "弁護士と相談して回答すること", "弁護士と相談して回答します", False),
    ("a greeting", "いつもお世話になっております。", TEXT, False),
    ("a formula", "ご確認のほど、よろしくお願いいたします。", "ご確認のほどよろしくお願いいたします。", False),
    ("thanks", "Thank you for your letter.", ENGLISH, False),
    ("a farewell", "We look forward to hearing from you", "We look forward to hearing from you", False),
    (
        "more than a greeting",
        "お世話になっております佐藤は常習者です",
        "お世話になっております。佐藤は常習者です",
        True,
    ),
    ("no notes", "", TEXT, False),
    ("a note of blanks", " \n\u3000\n", TEXT, False),
]


@pytest.mark.parametrize(("note", "text", "expected"), [row[1:] for row in NOTES], ids=[row[0] for row in NOTES])
def test_words_of_a_note_are_known_again(note: str, text: str, expected: bool) -> None:  # noqa: FBT001 -- a table
    found = warnings_of(replace(SOUND, text=text, notes=("関係のない別のメモです。ここは違います。", note)))
    assert [said.code for said in found] == (["note_text"] if expected else [])


QUOTING = [
    "> 電話番号は",
    "はい\n\u3000＞電話番号は",
    "│ 電話番号は",
    "-----Original Message-----\nx",
    "----- Forwarded message -----",
    "________ 元のメッセージ ________",
    "2026年11月20日(金) 14:10 佐藤 <sato@people.test> wrote:",
    "On Fri, 20 Nov 2026 at 14:10, Sato <sato@people.test> wrote:",
    "2026/11/20 14:10、佐藤さんは書きました:",
    "差出人: 佐藤\n送信日時: 2026年11月20日\n宛先: 窓口\n件名: 開示",
    "From: Sato\nSent: Friday\nTo: desk",
    "*From:* Sato\n*To:* desk\n*Subject:* x",
    "件名: 開示\n日付: 11/20\n差出人： 佐藤",
]
NOT_QUOTING = [
    "",
    "a -> b",
    "3 > 2",
    "お問い合わせの件名: 開示",
    "新しい住所は次のとおりです。\n- 東京都\n- 大阪府",
    "-- \n佐藤",
    "From: Tokyo\nTo: Osaka",
    "Sato wrote:",
    "On Friday the company wrote:",
    "You wrote to us that the address is wrong.",
    "the original message is in our file",
    "On Friday we wrote: nothing",
    "対応日: 11/20\n件名: 訂正\n内容: 住所",
    "差出人の住所は不要です。",
]


@pytest.mark.parametrize("text", QUOTING)
def test_lines_of_an_earlier_mail_are_seen(text: str) -> None:
    assert is_quoting(f"訂正しました。\n\n{text}\n")


@pytest.mark.parametrize("text", NOT_QUOTING)
def test_words_of_ones_own_are_no_earlier_mail(text: str) -> None:
    assert not is_quoting(text)


def test_no_warning_tells_what_a_note_says() -> None:
    [said] = warnings_of(replace(SOUND, text="弁護士と相談して回答すること", notes=("弁護士と相談して回答すること",)))
    assert said == Said("note_text")


HOSTILE = [
    "あ" + "\u0301\u0316" * 100_000,
    " " * 200_000,
    "From:\n" * 30_000,
    "ご連絡" * 60_000,
    "-" * 200_000,
    "On " + "x " * 90_000,
    "いつも" * 60_000,
    "* " * 90_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6].strip())
def test_no_draft_and_no_note_takes_long(text: str) -> None:
    within(1, lambda: warnings_of(replace(SOUND, text=text, notes=(text, text + "。"))))
