"""The newest words are what the writer says now: no quotation, no signature, and never nothing."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.message import Cut
from mailbot.core.reader.reply.reply import newest
from tests.effort import within

WORDS = "住所を訂正してください。\nよろしくお願いします。"


def words(text: str) -> str:
    return newest(text)[0]


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
        "On Wed, May 1, 2024 at 10:00 AM Desk wrote:\n\nold and not quoted",
        "2024年5月1日(水) 10:00 窓口 <privacy@company.test>:\n> 古い文",
        "窓口さんは書きました:\n古い文",
        "> old\n> text",
        "＞古い文\n＞続き",
        "-- \n山田太郎\n090-0000-0000",
        "iPhoneから送信",
        "Get Outlook for iOS",
        "________________________________\nFrom: Desk\nSent: Monday\nTo: Taro\nold",
        "On Wed, May 1, 2024 10:00 Desk <privacy@company.test> wrote: > quoted on the same line",
        "iPhoneから送信\n\n> 2024/05/01 10:00、窓口 <privacy@company.test>のメール:\n> \n> 古い文",
    ],
)
def test_earlier_mail_and_signatures_are_cut(earlier: str) -> None:
    assert words(f"{WORDS}\n\n{earlier}") == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "On Wed, May 1, 2024 Desk <privacy@company.test> wrote:\n> ID?\nenclosed\n> Since when?\n2020",
        "enclosed\n> Since when?\n2020",
        "-----Original Message-----\nFrom: Desk\nTo: Taro\nSubject: Re\n\n> ID?\nenclosed\n> Since when?\n2020",
        "2024年5月1日 窓口さんは書きました:\n| ID?\nenclosed\n| Since when?\n2020",
        "窓口> ID?\nenclosed\n窓口> Since when?\n2020",
        "-- \nTaro\n\nOn Wed, May 1, 2024 Desk <privacy@company.test> wrote:\n> ID?\nenclosed\n> Since when?\n2020",
        "On Wed, May 1, 2024 Desk <desk@company.test> wrote:\n> ID? (http://a.test/\nlong/address)\n> \nenclosed\n2020",
    ],
)
def test_answers_between_and_below_quotations_are_kept(text: str) -> None:
    assert words(text).split() == ["enclosed", "2020"]


def test_words_before_an_introduction_on_the_same_line_are_kept() -> None:
    assert words("yes\nplease--- On Wed, Apr 4, 2012 at 3:59 PM, a@b.test wrote:\n> ok?") == "yes\nplease"


def test_an_introduction_above_the_words_goes_alone() -> None:
    assert words("On Wed, May 1, 2024 at 10:00 AM Desk <a@b.test> wrote:\n\nI do not agree.") == "I do not agree."


@pytest.mark.parametrize(
    "text",
    [
        "> only a quotation",
        "---------- Forwarded message ---------\nFrom: a\nfor your information",
        "iPhoneから送信\n\nBegin forwarded message:\n\nFrom: a <a@b.test>\nDate: 1 May 2024\nTo: c\n\nfor you",
        "---------- Forwarded message ---------\nFrom: a <a@b.test>\n\nhello\n\n> cited\n\n-- \nTaro",
        "From: a <a@b.test>\nSent: 1 May 2024\nTo: c\n\nhello\n\nOn 1 May 2024 10:00 d <d@e.test> wrote:\n> old",
        "Sent from my iPhone",
        "-- \nTaro",
        "",
        "\n\n",
    ],
)
def test_where_nothing_would_be_left_the_text_stays_whole(text: str) -> None:
    assert newest(text) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you and got no answer.",
        "On Monday he wrote:\n\nnothing that I understand.",
        "2024年5月1日に次のように説明されました:\n\nすぐに消えます。",
        "iPhoneから送信した写真を消してください。",
        "件名: 開示請求\n日付: 5月1日\n宛先: 相談窓口\n本文です。",
        "差出人: 例題カード\n件名: 重要なお知らせ\n受信日時: 2024年5月1日 3:33",
        "・件名: ご案内\n・送信日時: 3月21日\n・宛先: 50人\n・差出人: 営業所",
        "From: 3 May: please stop",
        "私はこの手紙を書きました。返事をください。",
        "2024年5月1日に申し込みました。取り消してください。",
        "1 > 0 です\n>= は使いません\n>>> ここを押す <<<",
        "設定 > 個人情報 > 削除",
        "規約には\n> 第三者に渡しません\nとありますが、本当ですか。",
        "私> 消してください\n店員> できません\n私> なぜ\n店員> 規則です",
        "| 日 | 時 |\n|----|----|\n| 1 | 2 |",
        "-- これは署名ではありません",
        "--- 引用ここから ---\n応じません。\n--- 引用ここまで ---",
        "See <http://a.test/very/long\n> for more",
        "--------------------",
    ],
)
def test_what_a_person_says_is_not_taken_for_a_quotation(text: str) -> None:
    whole = f"最初の行です。\n{text}\n最後の行です。"
    assert newest(whole) == (whole, ())


def test_cuts_name_the_lines_of_the_text_and_why() -> None:
    text = (
        "[EXTERNAL]\n\nはい。\n\niPhoneから送信\n\n2024年5月1日 10:00 窓口 <a@b.test>:\n"
        "\n> 開示を\n> 希望しますか\n\nします。\n"
        "\n-- \n太郎\n\n本メールは機密情報を含み、名宛人以外の方が誤って受信された場合は破棄してください。\n"
        "\n-----元のメッセージ-----\n差出人: x"
    )
    assert newest(text) == (
        "はい。\n\nします。",
        (
            Cut(1, 1, "carrier_header"),
            Cut(5, 5, "device_line"),
            Cut(7, 7, "introduction"),
            Cut(9, 10, "quotation"),
            Cut(14, 15, "signature"),
            Cut(17, 17, "legal_footer"),
            Cut(19, 20, "earlier_mail"),
        ),
    )


def test_a_forwarded_mail_under_a_note_is_a_cut_of_its_own() -> None:
    assert newest("FYI\n\nBegin forwarded message:\n\nhello") == ("FYI", (Cut(3, 5, "forward"),))


PIECES = st.sampled_from(
    [
        *(
            "",
            "はい。",
            "> 引用",
            "-- ",
            "--",
            "----------",
            "On Mon, 1 May 2024 10:00 A <a@b.test> wrote:",
            "さんは書きました:",
        ),
        *(
            "差出人: a <a@b.test>",
            "送信日時: 2024/05/01 10:00",
            "宛先: c",
            "件名: d",
            "-----Original Message-----",
            "P.S. x",
        ),
        *(
            "iPhoneから送信",
            "株式会社例",
            "TEL 03-0000-0000",
            "山田太郎",
            "Best regards,",
            "本メールは機密",
            "| a",
            "a> b",
            "\x00",
        ),
        *("[EXTERNAL]", "Begin forwarded message:", "1. a", "氏名: a", "wrote:", "<a@b.test>:", "\u3000", "　-Taro"),
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_of_any_lines_words_and_cuts_are_parts_of_the_text(lines: list[str]) -> None:
    found, cuts = newest("\n".join(lines))
    numbers = [number for cut in cuts for number in range(cut.first_line, cut.last_line + 1)]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(lines) for number in numbers)
    left = iter(lines)
    assert all(line in left for line in found.split("\n")) or found == "\n".join(lines)
    assert found.strip() or not "".join(lines).strip()


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(words(text), str)


HOSTILE = [
    *(
        "",
        "> ",
        ">",
        "On ",
        "From: ",
        "wrote:",
        "a",
        "--",
        "-- ",
        "----",
        "| a",
        "a> b",
        "Re: x",
        "P.S.",
        "追伸",
        "Best,",
    ),
    *(
        "iPhoneから送信",
        "Tel 03-0000-0000",
        "山田太郎",
        "件名: x",
        "2024年5月1日 10:00、",
        "本メールは機密情報",
        "1. x",
    ),
    *(
        "-----Original Message-----",
        "x\nDesk wrote:\n> q",
        "> http://a\nb",
        "差出人: x\n送信日時: 2024",
        "x\n\nTel 03-0000-0000",
    ),
    *(
        "On Mon, 1 May 2024 10:00 A <a@b.test> wrote:",
        "From: a@b.test\nDate: 2024-01-01 10:00",
        "====\n山田",
        "a\n---- {}\nx wrote:\n> q",
    ),
    *(
        "@" * 600 + ":",
        "2024-01-01 10:00 " + "@" * 600 + ":",
        "On 1 " + "a" * 700 + ":",
        "aaaa. " * 100 + ":",
        "wrote " * 100 + ":",
    ),
    *(
        "< " * 300 + ":",
        "2024 " * 150 + ":",
        "( " * 300 + "\n> x",
        "On Mon 1 " * 80 + "wrote:",
        "-a" * 450,
        "-" * 900,
        "。" * 900,
    ),
    *(
        "ｱ" * 900,
        "http://" * 130,
        "1 " * 450,
        "x@" * 450,
        "From: " * 160,
        " From: x" * 100,
        "送信" * 400,
        "virus " * 160,
        "Aa " * 300,
    ),
    *(
        "confidential recipient " * 40,
        "\u3000" * 900,
        ">" * 900,
        "|" * 900,
        "name>" * 200,
        "このメールは" * 150,
        "ﷺ" * 900,
    ),
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_200_kb_of_anything_take_less_than_a_second(line: str) -> None:
    read_twice(1, line, 200_000)


@pytest.mark.parametrize("line", ["", "> ", "件名: x", "2024/1/1 10:00 @:", "ﷺ" * 900, "x\nDesk wrote:\n> q"])
def test_a_megabyte_takes_less_than_a_second(line: str) -> None:
    read_twice(1, line, 1_000_000)


def read_twice(limit_s: float, line: str, chars: int) -> None:
    """Read a line again and again, and as one line, each within the limit."""
    times = chars // (len(line) + 1)
    within(limit_s, partial(newest, "x\n" + f"{line}\n" * times))
    within(limit_s, partial(newest, line.replace("\n", " ") * times))


def test_words_behind_many_unseen_characters_are_kept() -> None:
    text = ">\n" + "\u200e" * 700 + "住所を訂正してください。\nよろしくお願いします。"
    assert "住所を訂正してください。" in newest(text)[0]
