"""The newest words are what the writer says now: no quotation, no signature, and never nothing."""

import time

import pytest

from mailbot.core.reply import newest_words

WORDS = "住所を訂正してください。\nよろしくお願いします。"


@pytest.mark.parametrize(
    "earlier",
    [
        "-----Original Message-----\nFrom: desk\nold",
        "-----元のメッセージ-----\n古い文",
        "---------- Forwarded message ---------\nold",
        "From: Desk <privacy@company.test>\nSent: Monday, May 6, 2024 10:00 AM\nTo: Taro\nSubject: Re\n\nold",
        "差出人: 窓口 <privacy@company.test>\n送信日時: 2024年5月1日 10:00\n宛先: 太郎\n件名: Re: 開示\n\n古い文",
        "*From:* Desk\n*Date:* Monday\n*To:* Taro\nold",
        "On Wed, May 1, 2024 at 10:00 AM Desk <privacy@company.test> wrote:\n> old\n> text",
        "On Wed, May 1, 2024 at 10:00 AM Desk\n<privacy@company.test> wrote:\n> old",
        "On Wed, May 1, 2024 at 10:00 AM Desk wrote:\n\nold and not quoted",
        "2024年5月1日(水) 10:00 窓口 <privacy@company.test>:\n> 古い文",
        "2024年5月1日(水) 10:00 個人情報相談窓口\n<privacy@company.test>:\n> 古い文",
        "2024/05/01 10:00、窓口 <privacy@company.test>のメール:\n> 古い文",
        "窓口さんは書きました:\n古い文",
        "(2024/05/01 10:00), Desk wrote:\n> old",
        "> old\n> text",
        "＞古い文\n＞続き",
        "-- \n山田太郎\n090-0000-0000",
        "iPhoneから送信",
        "私のiPhoneから送信",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "________________________________\nFrom: Desk\nSent: Monday\nTo: Taro\nold",
    ],
)
def test_earlier_mail_and_signatures_are_cut(earlier: str) -> None:
    assert newest_words(f"{WORDS}\n\n{earlier}") == WORDS


def test_answers_between_the_quotations_are_kept() -> None:
    text = "On Wed, May 1, 2024 Desk <privacy@company.test> wrote:\n> ID?\nenclosed\n> Since when?\n2020"
    assert newest_words(text) == "enclosed\n2020"


@pytest.mark.parametrize(
    "text",
    [
        "> only a quotation",
        "---------- Forwarded message ---------\nFrom: a\nfor your information",
        "Sent from my iPhone",
        "",
    ],
)
def test_where_nothing_would_be_left_the_text_stays_whole(text: str) -> None:
    assert newest_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you and got no answer.",
        "iPhoneから送信した写真を消してください。",
        "件名: 開示請求\n日付: 5月1日\n宛先: 相談窓口\n本文です。",
        "From: 3 May: please stop",
        "私はこの手紙を書きました。返事をください。",
        "2024年5月1日に申し込みました。取り消してください。",
        "1 > 0 です",
        "-- これは署名ではありません",
    ],
)
def test_what_a_person_says_is_not_taken_for_a_quotation(text: str) -> None:
    whole = f"最初の行\n{text}\n最後の行"
    assert newest_words(whole) == whole


@pytest.mark.parametrize(
    "line",
    [
        ">" * 200_000,
        " " * 200_000,
        "-" * 200_000,
        "> \n" * 70_000,
        "On \n" * 50_000,
        "From: \n" * 30_000,
        "2024/1/1 " * 22_000,
        "On a 2024/1/1 <" * 14_000,
        ("On " + "a " * 300 + "\n") * 330,
    ],
    ids=range(9),
)
def test_200_kb_of_anything_take_a_fraction_of_a_second(line: str) -> None:
    began = time.process_time()
    newest_words(line)
    assert time.process_time() - began < 0.5
